//! Accounts: making one, signing in, looking at it.

use crate::context::Context;
use crate::contract::types::{
    Credentials, CredentialsTransport, FindUserInput, LoginUserInput, RegisterUserInput,
    RegistrationAccepted, TokenPair, User,
};
use crate::identity::mail::{self, Letter};
use crate::identity::mail_tokens::{self, Purpose};
use crate::identity::passwords;
use crate::identity::queries::accounts as queries;
use crate::identity::sessions::{self, Opening};
use crate::identity::sign_in::{self, Proof, Proven};
use crate::identity::transport;
use crate::kernel::audit::Personal;
use crate::kernel::problem::Problem;

/// Makes an account, unless the address has one; the answer and the work are the same. Either way a mail goes out: to
/// confirm the address, or to tell its owner.
pub async fn register_user(
    cx: &Context<'_>,
    input: RegisterUserInput,
) -> Result<RegistrationAccepted, Problem> {
    let registration = input.body;
    let email = registration.email.as_str();
    let hash = hash(cx, &registration.password)?;
    let user_id = cx.new_id();
    let subject = user_id.to_string();
    let token = mail_tokens::issue(cx, user_id, Purpose::Verify);
    let (welcome, known) =
        mail::either(cx, email, &Letter::Welcome { token: &token.text }, &Letter::KnownAddress);
    let personal = Personal::default().text("email", email);
    let batch = vec![
        queries::insert(user_id, email, &hash, cx.now),
        queries::profile_insert(user_id, registration.full_name.as_deref(), cx.now),
        queries::created(cx.new_id(), user_id, cx.request_id, cx.now),
        cx.record("user.registered", ("user", &subject), Some(user_id), personal),
        token.statement(email, cx.now),
        welcome.after_change(cx, Some(user_id)),
        known.to_holder(cx, email, user_id),
    ];
    cx.ports.database.batch(batch).await?;
    let message = "If the address is new, the account is ready: log in. A mail says more.";
    Ok(RegistrationAccepted { message: message.to_owned() })
}

/// Begins a session.
pub async fn login_user(cx: &Context<'_>, input: LoginUserInput) -> Result<TokenPair, Problem> {
    let credentials = input.body;
    let cookie = credentials.transport == Some(CredentialsTransport::Cookie);
    if cookie {
        transport::known_origin(cx)?;
    }
    let proof = Proof {
        email: &credentials.email,
        password: &credentials.password,
        code: credentials.code.as_deref(),
        device_token: credentials.device_token.as_deref(),
    };
    let proven = sign_in::prove(cx, &proof).await?;
    let tokens = begin_session(cx, proven, &credentials).await?;
    Ok(transport::deliver(cx, tokens, cookie))
}

/// Writes the session, a hash of today's strength where the stored one is of before, and the notice of a new device.
async fn begin_session(
    cx: &Context<'_>,
    proven: Proven,
    credentials: &Credentials,
) -> Result<TokenPair, Problem> {
    let (agent, place) = (cx.connection.agent(), cx.connection.place());
    let (device, place) = (credentials.device_name.as_deref().or(agent.as_deref()), place.as_deref());
    let (user, methods) = (&proven.user, proven.methods.as_str());
    let opening = Opening { user_id: user.id, client_id: None, scopes: None, methods, device, place };
    let (mut tokens, mut batch) = sessions::open(cx, &opening, &user.standing).await?;
    if !proven.is_from_known_device() {
        let notice = mail::draft(cx, &user.email, &Letter::SignIn { device, place, at: cx.now });
        batch.push(notice.if_new_device(cx, user.id, tokens.session_id));
    }
    if passwords::needs_rehash(&user.password_hash) {
        batch.push(queries::rehash(user.id, &hash(cx, &credentials.password)?, &user.password_hash));
    }
    tokens.device_token = Some(proven.device_token.clone());
    proven.accept(cx, batch).await?;
    Ok(tokens)
}

/// The hash of a new password.
pub(super) fn hash(cx: &Context<'_>, password: &str) -> Result<String, Problem> {
    let mut salt = [0; 16];
    cx.ports.random.fill(&mut salt);
    let hash = cx.isolate.passwords.hash(password, salt);
    hash.ok_or_else(|| Problem::internal("argon2id refused its parameters"))
}

/// The caller's account.
pub async fn find_user(cx: &Context<'_>, _input: FindUserInput) -> Result<User, Problem> {
    let outcome = cx.ports.database.run(queries::find(cx.user()?.user_id)).await?;
    outcome.rows.first()?.ok_or_else(Problem::not_found)
}
