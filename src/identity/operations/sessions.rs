//! Sessions.

use super::passwords::prove;
use crate::context::Context;
use crate::contract::types::{
    FindKeySetInput, JsonWebKey, JsonWebKeyAlg, JsonWebKeyCrv, JsonWebKeyKty, JsonWebKeySet, JsonWebKeyUse,
    ListSessionsInput, LogoutSessionInput, RefreshSessionInput, RevokeSessionInput, RevokeSessionsInput,
    Session, StepUpSessionInput, SteppedUp, TokenPair,
};
use crate::identity::queries::sessions as queries;
use crate::identity::sessions;
use crate::kernel::id::Id;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Problem};

/// Exchanges a refresh token; one that was used long before ends the session.
pub async fn refresh_session(cx: &Context<'_>, input: RefreshSessionInput) -> Result<TokenPair, Problem> {
    sessions::refresh(cx, &input.body.refresh_token, None).await
}

/// Ends the caller's session.
pub async fn logout_session(cx: &Context<'_>, _input: LogoutSessionInput) -> Result<(), Problem> {
    let user = cx.user()?;
    sessions::end(cx, user.user_id, own_session(cx)?, "session.ended").await.map(drop)
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

/// Proves anew who holds the session, for operations that want a recent proof.
pub async fn step_up_session(cx: &Context<'_>, input: StepUpSessionInput) -> Result<SteppedUp, Problem> {
    let session = own_session(cx)?;
    let (user, attempt, _) = prove(cx, &input.body.password).await?;
    let stepped = sessions::step_up(cx, user.user_id, session, "pwd").await?;
    attempt.succeeded(cx);
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
