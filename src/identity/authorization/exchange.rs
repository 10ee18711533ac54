//! The client's side: tokens for a code, new tokens for old ones, and the end of them.

use serde::Deserialize;

use super::codes::{self, Decision, Presented};
use crate::context::Context;
use crate::contract::Scopes;
use crate::contract::types::TokenPair;
use crate::identity::caller::Credential;
use crate::identity::queries::authorization as queries;
use crate::identity::sessions::{self, Opening};
use crate::identity::{refresh, tokens};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::ports::DatabaseFault;

/// A session that was granted to a client.
#[derive(Debug, Deserialize)]
struct Session {
    user_id: Id,
    client_id: Option<String>,
    scopes: Option<String>,
}

/// Exchanges a code for the tokens of a new session, and what it may do (RFC 6749 section 4.1.3).
pub async fn exchange(
    cx: &Context<'_>,
    code: &str,
    presented: &Presented<'_>,
) -> Result<(TokenPair, String), Problem> {
    let hash = codes::hash(code);
    let stored = find(cx, &hash).await?.ok_or_else(refused)?;
    match codes::decide(&stored, presented, cx.now) {
        Decision::Issue => begin(cx, &hash, stored).await,
        Decision::Refuse => Err(refused()),
        Decision::Replay => replayed(cx, &stored).await,
    }
}

/// New tokens for a refresh token; a scope, if one is asked for, has to be among those that were granted (RFC 6749
/// section 6).
pub async fn renew(
    cx: &Context<'_>,
    token: &str,
    client_id: &str,
    scope: Option<&str>,
) -> Result<TokenPair, Problem> {
    if let Some(scope) = scope {
        let session = refresh::read(token, &keys(cx)).ok_or_else(refused)?.session_id;
        let session =
            session_of(cx, session).await?.filter(|one| one.client_id.as_deref() == Some(client_id));
        let granted = session.and_then(|session| session.scopes).ok_or_else(refused)?;
        let within = Scopes::parse(scope).is_some_and(|asked| Scopes::read(&granted).contains_all(asked));
        if !within {
            return Err(Problem::new(Code::InvalidScope));
        }
    }
    sessions::refresh(cx, token, Some(client_id)).await.map_err(|problem| match problem.code {
        Code::Unauthenticated => refused(),
        _ => problem,
    })
}

/// Ends the session of a token (RFC 7009). A token that is nothing is no mistake; one of another client is.
pub async fn revoke(cx: &Context<'_>, token: &str, client_id: &str) -> Result<(), Problem> {
    let session_id = match refresh::read(token, &keys(cx)) {
        Some(presented) => Some(presented.session_id),
        None => {
            let caller = tokens::verify(token, &cx.config.token_keys, cx.ports.signatures, cx.now).await?;
            caller.and_then(|caller| match caller.credential {
                Credential::Session { id, .. } => Some(id),
                Credential::Key { .. } => None,
            })
        }
    };
    let Some(session_id) = session_id else { return Ok(()) };
    let Some(session) = session_of(cx, session_id).await? else { return Ok(()) };
    if session.client_id.as_deref() != Some(client_id) {
        return Err(refused());
    }
    sessions::end(cx, session.user_id, session_id, "grant.revoked").await.map(drop)
}

/// Begins the session. The batch fails as a whole if another request used the code first.
async fn begin(cx: &Context<'_>, hash: &str, stored: codes::Stored) -> Result<(TokenPair, String), Problem> {
    let (agent, place) = (cx.connection.agent(), cx.connection.place());
    let opening = Opening {
        user_id: stored.user_id,
        client_id: Some(&stored.client_id),
        scopes: Some(&stored.scopes),
        methods: &stored.methods,
        device: agent.as_deref(),
        place: place.as_deref(),
    };
    let (tokens, session) = sessions::open(cx, &opening, &stored.standing).await?;
    let mut batch = vec![queries::use_code(hash, tokens.session_id)];
    batch.extend(session);
    match cx.ports.database.batch(batch).await {
        Ok(_) => Ok((tokens, stored.scopes)),
        Err(error) if error.fault == DatabaseFault::NotNull => match find(cx, hash).await? {
            Some(used) => replayed(cx, &used).await,
            None => Err(refused()),
        },
        Err(error) => Err(error.into()),
    }
}

/// Ends the session that came of a code that is used again (RFC 6749 section 4.1.2).
async fn replayed<T>(cx: &Context<'_>, stored: &codes::Stored) -> Result<T, Problem> {
    if let Some(session_id) = Id::parse(&stored.session_id) {
        sessions::end(cx, stored.user_id, session_id, "grant.code_replayed").await?;
    }
    Err(refused())
}

async fn find(cx: &Context<'_>, hash: &str) -> Result<Option<codes::Stored>, Problem> {
    Ok(cx.ports.database.run(queries::code(hash)).await?.rows.first()?)
}

async fn session_of(cx: &Context<'_>, session_id: Id) -> Result<Option<Session>, Problem> {
    Ok(cx.ports.database.run(queries::session(session_id)).await?.rows.first()?)
}

fn refused() -> Problem {
    Problem::new(Code::InvalidGrant)
}

fn keys<'a>(cx: &'a Context<'_>) -> Vec<&'a [u8]> {
    let vault = &cx.config.vault;
    std::iter::once(vault.current.bytes()).chain(vault.previous.as_ref().map(|key| key.bytes())).collect()
}
