//! Accounts.

use serde::Deserialize;

use crate::context::Context;
use crate::contract::types::{
    FindUserInput, LoginUserInput, RegisterUserInput, RegistrationAccepted, TokenPair, User,
};
use crate::identity::passwords;
use crate::identity::queries::accounts as queries;
use crate::identity::sessions::{self, Opening};
use crate::identity::standing::{Standing, StandingState};
use crate::identity::two_factor::{self, Checked};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;

/// Makes an account, unless the address has one; the answer and the work are the same.
pub async fn register_user(
    cx: &Context<'_>,
    input: RegisterUserInput,
) -> Result<RegistrationAccepted, Problem> {
    let registration = input.body;
    let mut salt = [0; 16];
    cx.ports.random.fill(&mut salt);
    let hash = passwords::hash(&registration.password, salt)
        .ok_or_else(|| Problem::internal("argon2id refused its parameters"))?;
    let user_id = cx.new_id();
    let batch = vec![
        queries::insert(user_id, &registration.email, &hash, cx.now),
        queries::profile_insert(user_id, registration.full_name.as_deref(), cx.now),
        queries::created(cx.new_id(), user_id, cx.request_id, cx.now),
    ];
    cx.ports.database.batch(batch).await?;
    Ok(RegistrationAccepted { message: "If the address is new, the account is ready: log in.".to_owned() })
}

/// Begins a session.
pub async fn login_user(cx: &Context<'_>, input: LoginUserInput) -> Result<TokenPair, Problem> {
    #[derive(Deserialize)]
    struct Found {
        id: Id,
        password_hash: String,
        #[serde(deserialize_with = "row::flag")]
        two_factor: bool,
        #[serde(flatten)]
        standing: Standing,
    }
    let credentials = input.body;
    let found: Option<Found> =
        cx.ports.database.run(queries::find_by_email(&credentials.email)).await?.rows.first()?;
    let stored = found.as_ref().map_or(passwords::NOBODY, |user| &user.password_hash);
    let right = passwords::verify(&credentials.password, stored);
    let Some(user) = found.filter(|_| right) else { return Err(Problem::new(Code::InvalidCredentials)) };
    if user.standing.state != StandingState::Active {
        return Err(Problem::new(Code::AccountSuspended));
    }
    let factor = match user.two_factor {
        true => two_factor::check(cx, user.id, credentials.code.as_deref()).await?,
        false => Checked::NotEnabled,
    };
    let methods = factor.methods("pwd");
    let agent = cx.connection.agent();
    let place = cx.connection.place();
    let opening = Opening {
        user_id: user.id,
        client_id: None,
        scopes: None,
        methods: &methods,
        device: agent.as_deref(),
        place: place.as_deref(),
    };
    let (tokens, session) = sessions::open(cx, &opening, &user.standing).await?;
    let mut batch = factor.statements();
    batch.extend(session);
    cx.ports.database.batch(batch).await.map_err(two_factor::spent)?;
    Ok(tokens)
}

/// The caller's account.
pub async fn find_user(cx: &Context<'_>, _input: FindUserInput) -> Result<User, Problem> {
    let outcome = cx.ports.database.run(queries::find(cx.user()?.user_id)).await?;
    outcome.rows.first()?.ok_or_else(Problem::not_found)
}
