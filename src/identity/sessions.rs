//! Sessions: opened by whoever proves who they are, kept up by refresh tokens, ended by the person, an administrator or
//! the reuse of an old token.

use serde::Deserialize;

use super::admission::{self, Command};
use super::caller::{Role, Tier, UserCaller};
use super::queries::sessions as queries;
use super::refresh::{self, Decision, Family};
use super::standing::{Standing, StandingState};
use super::tokens::{self, Grant};
use crate::context::Context;
use crate::contract::types::{TokenPair, TokenPairTokenType};
use crate::kernel::audit::Personal;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;
use crate::kernel::time::Timestamp;
use crate::ports::{Ports, Statement};

/// What a session begins with.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// Whose it is.
    pub user_id: Id,
    /// The OAuth client it is granted to; `None` for the person's own.
    pub client_id: Option<&'a str>,
    /// What is granted to that client, space-separated; `None` for all that the role holds.
    pub scopes: Option<&'a str>,
    /// How the person proved who they are: `pwd`, `otp`, `fed`, space-separated (RFC 8176).
    pub methods: &'a str,
    /// The program or device, as it names itself.
    pub device: Option<&'a str>,
    /// The country it seems to be in.
    pub place: Option<&'a str>,
}

/// A session as it is stored, with the standing of its account.
#[derive(Debug, Clone, Deserialize)]
pub struct Stored {
    /// Its id.
    pub id: Id,
    /// Whose it is.
    pub user_id: Id,
    /// The OAuth client it was granted to.
    pub client_id: Option<String>,
    /// What was granted to that client.
    pub scopes: Option<String>,
    /// The newest generation of its refresh tokens.
    pub generation: i64,
    /// When that was issued.
    pub rotated_at: Timestamp,
    /// When somebody last proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub methods: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it was ended before.
    #[serde(deserialize_with = "row::flag")]
    pub revoked: bool,
    /// The tier of its account.
    pub tier: Tier,
    /// The role of its account.
    pub role: Role,
    /// The epoch of its account.
    pub epoch: i64,
    /// Whether its account may act.
    pub status: StandingState,
}

impl Stored {
    /// What its access tokens say.
    fn grant(&self) -> Grant<'_> {
        Grant {
            user_id: self.user_id,
            session_id: self.id,
            tier: self.tier,
            role: self.role,
            epoch: self.epoch,
            client_id: self.client_id.as_deref(),
            scopes: self.scopes.as_deref(),
            authenticated_at: self.authenticated_at,
            methods: &self.methods,
        }
    }

    fn family(&self) -> Family {
        Family {
            generation: self.generation,
            rotated_at: self.rotated_at,
            expires_at: self.expires_at,
            revoked: self.revoked || self.status != StandingState::Active,
        }
    }
}

/// A new session: its tokens, and the statements that make it, which the caller puts into its batch.
pub fn open(
    cx: &Context<'_>,
    opening: &Opening<'_>,
    standing: &Standing,
) -> Result<(TokenPair, Vec<Statement>), Problem> {
    let id = cx.new_id();
    let grant = Grant {
        user_id: opening.user_id,
        session_id: id,
        tier: standing.tier,
        role: standing.role,
        epoch: standing.epoch,
        client_id: opening.client_id,
        scopes: opening.scopes,
        authenticated_at: cx.now,
        methods: opening.methods,
    };
    let tokens = pair(cx, &grant, 1)?;
    let personal = Personal::default().text("methods", opening.methods).maybe("client", opening.client_id);
    let subject = id.to_string();
    let batch = vec![
        queries::insert(id, opening, expiry(cx), cx.now),
        cx.event(opening.user_id, "session.created", ("session", &subject), None, None),
        cx.record("session.created", ("session", &subject), Some(opening.user_id), personal),
    ];
    Ok((tokens, batch))
}

/// Exchanges a refresh token. `client_id` is the OAuth client that presents it, `None` for the person's own programs.
///
/// One batch rotates the family if the token is the newest one and tells how the family stands; what that means is
/// decided by [`refresh::decide`].
pub async fn refresh(cx: &Context<'_>, token: &str, client_id: Option<&str>) -> Result<TokenPair, Problem> {
    let refused = || Problem::new(Code::Unauthenticated);
    let presented = refresh::read(token, &keys(cx)).ok_or_else(refused)?;
    let (id, generation) = (presented.session_id, presented.generation);
    let batch = vec![
        queries::find(id),
        queries::rotate(id, generation, client_id, expiry(cx), cx.now),
        queries::refreshed(cx.new_id(), id, cx.request_id, cx.now),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let stored: Option<Stored> = match outcomes.first() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    let stored = stored.filter(|stored| stored.client_id.as_deref() == client_id).ok_or_else(refused)?;
    match refresh::decide(&stored.family(), generation, cx.now) {
        Decision::Rotate => pair(cx, &stored.grant(), generation + 1),
        Decision::Repeat => pair(cx, &stored.grant(), stored.generation),
        Decision::Refuse => Err(refused()),
        Decision::Reuse => {
            end(cx, stored.user_id, id, "session.reuse_detected").await?;
            Err(refused())
        }
    }
}

/// Looks again whether a caller may still act, because its account's object knows a later standing than its credential.
///
/// The row must be at least as new as what the object knows, or it came from a replica that lags behind.
pub async fn confirm(
    ports: Ports<'_>,
    user: &mut UserCaller,
    standing: Standing,
    now: Timestamp,
) -> Result<(), Problem> {
    match standing.state {
        StandingState::Active => {}
        StandingState::Suspended => return Err(Problem::new(Code::AccountSuspended)),
        StandingState::Deleted => return Err(Problem::new(Code::Unauthenticated)),
    }
    if standing.epoch <= user.epoch {
        return Ok(());
    }
    let ended = || Problem::new(Code::Unauthenticated).detail("The session has ended.");
    let session = user.session_id().ok_or_else(ended)?;
    let stored: Stored = ports.database.run(queries::find(session)).await?.rows.first()?.ok_or_else(ended)?;
    if stored.epoch < standing.epoch {
        return Err(Problem::new(Code::DependencyUnavailable).retry_after(1));
    }
    if stored.revoked || stored.expires_at <= now || stored.status != StandingState::Active {
        return Err(ended());
    }
    (user.tier, user.role, user.epoch) = (stored.tier, stored.role, stored.epoch);
    user.scopes = tokens::scopes(stored.role, stored.scopes.as_deref());
    Ok(())
}

/// Ends a session in the database first, so that no refresh follows; then tells the account's object, so that access
/// tokens end with the leases. Ending an ended one tells the object again.
pub async fn end(cx: &Context<'_>, user_id: Id, session_id: Id, kind: &str) -> Result<(), Problem> {
    let subject = session_id.to_string();
    let batch = vec![
        queries::revoke(session_id, user_id, cx.now),
        queries::raise_epoch(user_id, cx.now),
        cx.event(user_id, "session.ended", ("session", &subject), None, None),
        cx.record(kind, ("session", &subject), Some(user_id), Personal::default()),
        queries::standing(user_id),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let standing: Option<Standing> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    match standing {
        Some(standing) => announce(cx, user_id, standing).await,
        None => Ok(()),
    }
}

/// Tells an account's object how the account stands now, and forgets what this isolate believes of it.
pub async fn announce(cx: &Context<'_>, user_id: Id, standing: Standing) -> Result<(), Problem> {
    let name = format!("user:{user_id}");
    admission::ask(cx.ports, &name, &Command::Stand { standing }).await?;
    cx.isolate.leases.borrow_mut().forget(&name);
    Ok(())
}

fn keys<'a>(cx: &'a Context<'_>) -> Vec<&'a [u8]> {
    let vault = &cx.config.vault;
    std::iter::once(vault.current.bytes()).chain(vault.previous.as_ref().map(|key| key.bytes())).collect()
}

fn expiry(cx: &Context<'_>) -> Timestamp {
    cx.now.plus_millis(tokens::SESSION_SECONDS * 1000)
}

fn pair(cx: &Context<'_>, grant: &Grant<'_>, generation: i64) -> Result<TokenPair, Problem> {
    let access = tokens::sign(grant, cx.config.jwt_secret.bytes(), cx.now)
        .ok_or_else(|| Problem::internal("an access token could not be signed"))?;
    Ok(TokenPair {
        token_type: TokenPairTokenType::Bearer,
        access_token: access,
        expires_in: tokens::ACCESS_SECONDS,
        refresh_token: refresh::token(grant.session_id, generation, cx.config.vault.current.bytes()),
        refresh_expires_in: tokens::SESSION_SECONDS,
        session_id: grant.session_id,
        user_id: grant.user_id,
    })
}
