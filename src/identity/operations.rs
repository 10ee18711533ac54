//! The operations of this room.

use serde::Deserialize;

use super::admission::{self, Command};
use super::caller::Tier;
use super::{passwords, queries, tokens};
use crate::context::Context;
use crate::contract::resources::PROFILE;
use crate::contract::types::{
    FindProfileInput, FindUserInput, LoginUserInput, LogoutSessionInput, Profile, ProfilePatch,
    RefreshSessionInput, RegisterUserInput, RegistrationAccepted, TokenPair, TokenPairTokenType,
    UpdateProfileInput, User,
};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::ports::Value;
use crate::resource::operations as resource;

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
        queries::user_insert(user_id, &registration.email, &hash, cx.now),
        queries::profile_insert(user_id, registration.full_name.as_deref(), cx.now),
        queries::user_created(cx.new_id(), user_id, cx.request_id, cx.now),
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
        tier: String,
    }
    let credentials = input.body;
    let found: Option<Found> =
        cx.ports.database.run(queries::user_find_by_email(&credentials.email)).await?.rows.first()?;
    let stored = found.as_ref().map_or(passwords::NOBODY, |user| &user.password_hash);
    let right = passwords::verify(&credentials.password, stored);
    let Some(user) = found.filter(|_| right) else { return Err(Problem::new(Code::InvalidCredentials)) };

    let session_id = cx.new_id();
    let issued = issue(cx, user.id, session_id, &user.tier)?;
    let expires = cx.now.plus_millis(tokens::SESSION_SECONDS * 1000);
    let batch = vec![
        queries::session_insert(
            session_id,
            user.id,
            &tokens::refresh_hash(&issued.refresh_token),
            expires,
            cx.now,
        ),
        queries::session_event(cx.new_id(), session_id, "session.created", cx.request_id, cx.now),
    ];
    cx.ports.database.batch(batch).await?;
    Ok(issued)
}

/// Exchanges a refresh token; one that has been used before ends the session.
pub async fn refresh_session(cx: &Context<'_>, input: RefreshSessionInput) -> Result<TokenPair, Problem> {
    #[derive(Deserialize)]
    struct Found {
        user_id: Id,
        tier: String,
    }
    let refused = || Problem::new(Code::Unauthenticated);
    let (session_id, presented) = tokens::refresh_parts(&input.body.refresh_token).ok_or_else(refused)?;
    let next = new_refresh_token(cx, session_id);
    let expires = cx.now.plus_millis(tokens::SESSION_SECONDS * 1000);
    let batch = vec![
        queries::session_refresh(session_id, &presented, &tokens::refresh_hash(&next), expires, cx.now),
        queries::session_event(cx.new_id(), session_id, "session.refreshed", cx.request_id, cx.now),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let found: Option<Found> = match outcomes.first() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    match found {
        Some(session) => pair(cx, session.user_id, session_id, &session.tier, next),
        None => {
            end_session(cx, session_id, None).await?;
            Err(refused())
        }
    }
}

/// Ends the caller's session.
pub async fn logout_session(cx: &Context<'_>, _input: LogoutSessionInput) -> Result<(), Problem> {
    let user = cx.user()?;
    end_session(cx, user.session_id, Some(user.user_id)).await
}

/// The caller's account.
pub async fn find_user(cx: &Context<'_>, _input: FindUserInput) -> Result<User, Problem> {
    let outcome = cx.ports.database.run(queries::user_find(cx.user()?.user_id)).await?;
    outcome.rows.first()?.ok_or_else(Problem::not_found)
}

/// The caller's profile.
pub async fn find_profile(cx: &Context<'_>, _input: FindProfileInput) -> Result<Profile, Problem> {
    resource::find(cx, &PROFILE, None).await
}

/// Changes the caller's profile.
pub async fn update_profile(cx: &Context<'_>, input: UpdateProfileInput) -> Result<Profile, Problem> {
    resource::update(cx, &PROFILE, None, profile_changes(input.body)).await
}

fn profile_changes(patch: ProfilePatch) -> Vec<(&'static str, Value)> {
    let changes = [
        ("full_name", patch.full_name.into_value()),
        ("preferred_name", patch.preferred_name.into_value()),
        ("birth_date", patch.birth_date.into_value()),
        ("birth_time", patch.birth_time.into_value()),
        ("birth_time_zone", patch.birth_time_zone.into_value()),
        ("birth_latitude", patch.birth_latitude.into_value()),
        ("birth_longitude", patch.birth_longitude.into_value()),
        ("time_zone", patch.time_zone.map(Value::from)),
    ];
    changes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Ends a session in the database first, so that no refresh follows; then tells the admission object, so that
/// access tokens end with the leases. `owner` is told again even when the database knew already.
async fn end_session(cx: &Context<'_>, session_id: Id, owner: Option<Id>) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Ended {
        user_id: Id,
    }
    let batch = vec![
        queries::session_revoke(session_id, cx.now),
        queries::session_event(cx.new_id(), session_id, "session.ended", cx.request_id, cx.now),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let ended: Option<Ended> = match outcomes.first() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    let Some(user_id) = ended.map(|ended| ended.user_id).or(owner) else { return Ok(()) };
    let name = format!("user:{user_id}");
    let until = cx.now.plus_millis((tokens::ACCESS_SECONDS + 60) * 1000);
    admission::ask(cx.ports, &name, &Command::EndSession { session_id, until }).await?;
    cx.isolate.leases.borrow_mut().forget(&name);
    Ok(())
}

fn issue(cx: &Context<'_>, user_id: Id, session_id: Id, tier: &str) -> Result<TokenPair, Problem> {
    let refresh = new_refresh_token(cx, session_id);
    pair(cx, user_id, session_id, tier, refresh)
}

fn pair(
    cx: &Context<'_>,
    user_id: Id,
    session_id: Id,
    tier: &str,
    refresh: String,
) -> Result<TokenPair, Problem> {
    let tier = Tier::parse(tier).ok_or_else(|| Problem::internal("an account of an unknown tier"))?;
    let access = tokens::sign(user_id, session_id, tier, cx.config.jwt_secret.bytes(), cx.now)
        .ok_or_else(|| Problem::internal("an access token could not be signed"))?;
    Ok(TokenPair {
        token_type: TokenPairTokenType::Bearer,
        access_token: access,
        expires_in: tokens::ACCESS_SECONDS,
        refresh_token: refresh,
        refresh_expires_in: tokens::SESSION_SECONDS,
        session_id,
        user_id,
    })
}

fn new_refresh_token(cx: &Context<'_>, session_id: Id) -> String {
    let mut random = [0; 32];
    cx.ports.random.fill(&mut random);
    tokens::refresh_token(session_id, random)
}
