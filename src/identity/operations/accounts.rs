//! Accounts: making one, signing in, looking at it.

use serde::Deserialize;

use crate::context::Context;
use crate::contract::types::{
    FindUserInput, LoginUserInput, RegisterUserInput, RegistrationAccepted, TokenPair, User,
};
use crate::identity::attempts::{self, Attempt, Device, Subject};
use crate::identity::mail::{self, Letter};
use crate::identity::mail_tokens::{self, Purpose};
use crate::identity::passwords;
use crate::identity::queries::accounts as queries;
use crate::identity::sessions::{self, Opening};
use crate::identity::standing::{Standing, StandingState};
use crate::identity::two_factor::{self, Checked};
use crate::kernel::audit::Personal;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;

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

/// What a sign-in is checked against.
#[derive(Deserialize)]
struct Found {
    id: Id,
    email: String,
    password_hash: String,
    #[serde(deserialize_with = "row::flag")]
    two_factor: bool,
    #[serde(flatten)]
    standing: Standing,
}

/// Begins a session. The guess is counted before the password is looked at, so that guesses side by side count too.
pub async fn login_user(cx: &Context<'_>, input: LoginUserInput) -> Result<TokenPair, Problem> {
    let credentials = input.body;
    let subject = Subject::SignIn(&credentials.email);
    let device = Device::Token(credentials.device_token.as_deref());
    let attempt = attempts::begin(cx, subject, device).await?;
    let found: Option<Found> =
        cx.ports.database.run(queries::find_by_email(&credentials.email)).await?.rows.first()?;
    let stored = found.as_ref().map_or(passwords::NOBODY, |user| &user.password_hash);
    let right = cx.isolate.passwords.verify(&credentials.password, stored);
    let user = match found {
        Some(user) if right => user,
        other => return Err(wrong(cx, other.map(|user| user.id)).await?),
    };
    if user.standing.state != StandingState::Active {
        return Err(Problem::new(Code::AccountSuspended));
    }
    let factor = match user.two_factor {
        true => two_factor::check(cx, user.id, credentials.code.as_deref()).await,
        false => Ok(Checked::NotEnabled),
    };
    let factor = match factor {
        // The password was right and no code was guessed.
        Err(problem) if problem.code == Code::TwoFactorRequired => {
            attempt.taken_back(cx);
            return Err(problem);
        }
        factor => factor?,
    };
    let device_token = attempt.device_token(cx, subject);
    let mut tokens = begin_session(cx, &user, &credentials.password, &attempt, factor).await?;
    tokens.device_token = Some(device_token);
    attempt.succeeded(cx);
    Ok(tokens)
}

/// Uses the code up and writes the session, a hash of today's strength where the stored one is of before, and the notice
/// of a new device.
async fn begin_session(
    cx: &Context<'_>,
    user: &Found,
    password: &str,
    attempt: &Attempt,
    factor: Checked,
) -> Result<TokenPair, Problem> {
    let (agent, place) = (cx.connection.agent(), cx.connection.place());
    let (device, place) = (agent.as_deref(), place.as_deref());
    let methods = factor.methods("pwd");
    let opening =
        Opening { user_id: user.id, client_id: None, scopes: None, methods: &methods, device, place };
    let (tokens, session) = sessions::open(cx, &opening, &user.standing).await?;
    let mut batch = factor.statements();
    batch.extend(session);
    if !attempt.is_from_known_device() {
        let notice = mail::draft(cx, &user.email, &Letter::SignIn { device, place, at: cx.now });
        batch.push(notice.if_new_device(cx, user.id, tokens.session_id));
    }
    if passwords::needs_rehash(&user.password_hash) {
        batch.push(queries::rehash(user.id, &hash(cx, password)?, &user.password_hash));
    }
    cx.ports.database.batch(batch).await.map_err(two_factor::spent)?;
    Ok(tokens)
}

/// The answer to a wrong pair, recorded alike for addresses with and without an account.
async fn wrong(cx: &Context<'_>, user_id: Option<Id>) -> Result<Problem, Problem> {
    let record = cx.refusal("session.refused", ("user", "unknown"), user_id, Personal::default());
    cx.ports.database.run(record).await?;
    Ok(Problem::new(Code::InvalidCredentials))
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
