//! Sessions.

use super::passwords::prove;
use crate::context::Context;
use crate::contract::types::{
    FindKeySetInput, JsonWebKey, JsonWebKeyAlg, JsonWebKeyCrv, JsonWebKeyKty, JsonWebKeySet, JsonWebKeyUse,
    ListSessionsInput, LogoutSessionInput, RefreshRequestTransport, RefreshSessionInput, RevokeSessionInput,
    RevokeSessionsInput, Session, StepUp, StepUpSessionInput, SteppedUp, TokenPair,
};
use crate::identity::queries::sessions as queries;
use crate::identity::sessions::{self, Proof};
use crate::identity::{transport, two_factor};
use crate::kernel::id::Id;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Problem};

/// Exchanges a refresh token; one that was used long before ends the session.
pub async fn refresh_session(cx: &Context<'_>, input: RefreshSessionInput) -> Result<TokenPair, Problem> {
    let cookie = input.body.transport == Some(RefreshRequestTransport::Cookie);
    let token = transport::refresh_token(cx, cookie, input.body.refresh_token)?;
    let pair = sessions::refresh(cx, &token, None).await;
    if cookie && pair.as_ref().is_err_and(|problem| problem.code == Code::Unauthenticated) {
        transport::forget(cx);
    }
    Ok(transport::deliver(cx, pair?, cookie))
}

/// Ends the caller's session.
pub async fn logout_session(cx: &Context<'_>, _input: LogoutSessionInput) -> Result<(), Problem> {
    let user = cx.user()?;
    sessions::end(cx, user.user_id, own_session(cx)?, "session.ended").await?;
    transport::forget(cx);
    Ok(())
}

/// Where the caller is signed in.
pub async fn list_sessions(cx: &Context<'_>, input: ListSessionsInput) -> Result<Page<Session>, Problem> {
    let user = cx.user()?;
    let (owner, key) = (user.user_id.to_string(), cx.config.cursor_secret.bytes());
    let binding = Binding { user_id: &owner, resource: "session", query: "-created_at" };
    let after = match &input.query.cursor {
        None => None,
        Some(cursor) => {
            let position = page::open(key, binding, cursor);
            let place = position.and_then(|at| Some((at.sort.as_i64()?, Id::parse(&at.id)?)));
            Some(place.ok_or_else(|| Problem::new(Code::CursorInvalid))?)
        }
    };
    let statement = queries::list(user.user_id, user.session_id(), after, input.query.limit + 1, cx.now);
    let mut items: Vec<Session> = cx.ports.database.run(statement).await?.rows.read()?;
    let most = usize::try_from(input.query.limit).unwrap_or(1);
    let has_more = items.len() > most;
    items.truncate(most);
    let next_cursor = items.last().filter(|_| has_more).map(|last| {
        let position = Position { sort: last.created_at.millis().into(), id: last.id.to_string() };
        page::seal(key, binding, &position)
    });
    Ok(Page { items, has_more, next_cursor })
}

/// Ends one of the caller's sessions.
pub async fn revoke_session(cx: &Context<'_>, input: RevokeSessionInput) -> Result<(), Problem> {
    let ended = sessions::end(cx, cx.user()?.user_id, input.path.id, "session.ended").await?;
    if ended { Ok(()) } else { Err(Problem::not_found()) }
}

/// Ends all other sessions of the caller, and this one too where that is asked for.
pub async fn revoke_sessions(cx: &Context<'_>, input: RevokeSessionsInput) -> Result<(), Problem> {
    let user = cx.user()?;
    let except = if input.query.current { None } else { user.session_id() };
    sessions::end_all(cx, user.user_id, except, "session.all_ended").await
}

/// Proves anew who holds the session, for operations that want a recent proof. Where a second factor is on, the
/// password alone is no proof.
pub async fn step_up_session(cx: &Context<'_>, input: StepUpSessionInput) -> Result<SteppedUp, Problem> {
    let (user, session) = (cx.user()?.user_id, own_session(cx)?);
    let StepUp { password, code } = input.body;
    let mut proof = Proof::default();
    let mut guess = None;
    if let Some(password) = &password {
        let (_, attempt, stored) = prove(cx, password).await?;
        if stored.two_factor && code.is_none() {
            return Err(Problem::new(Code::TwoFactorRequired));
        }
        proof.methods.push("pwd");
        guess = Some(attempt);
    }
    if let Some(code) = &code {
        let checked = two_factor::check(cx, user, Some(code)).await?;
        if checked.passed() {
            proof.methods.push("otp");
        }
        proof.statements = checked.statements();
    }
    if proof.methods.is_empty() {
        // Nothing was sent, or the code of a factor that is not on.
        return Err(Problem::new(Code::InvalidCredentials));
    }
    let stepped = sessions::step_up(cx, user, session, proof).await?;
    if let Some(attempt) = guess {
        attempt.succeeded(cx);
    }
    Ok(stepped)
}

/// The public keys of access tokens; none while a secret signs them.
pub async fn find_key_set(cx: &Context<'_>, _input: FindKeySetInput) -> Result<JsonWebKeySet, Problem> {
    let keys = cx.config.token_keys.public_keys(cx.ports.signatures).await?;
    let keys = keys.into_iter().map(|key| JsonWebKey {
        kty: JsonWebKeyKty::OKP,
        crv: JsonWebKeyCrv::Ed25519,
        x: key.x.clone(),
        kid: key.kid.clone(),
        alg: JsonWebKeyAlg::EdDSA,
        r#use: JsonWebKeyUse::Sig,
    });
    Ok(JsonWebKeySet { keys: keys.collect() })
}

/// The caller's session; programs that call by a key have none.
fn own_session(cx: &Context<'_>) -> Result<Id, Problem> {
    cx.user()?.session_id().ok_or_else(|| Problem::new(Code::Forbidden))
}
