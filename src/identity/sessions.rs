//! Sessions: opened by whoever proves who they are, kept up by refresh tokens, ended by the person, an administrator or
//! the reuse of an old token.

mod confirm;
mod ending;

use serde::Deserialize;

use super::caller::{Role, Tier};
use super::queries::sessions as queries;
use super::refresh::{self, Decision, Family};
use super::standing::{Standing, StandingState};
use super::tokens::{self, Grant};
use super::two_factor;
use crate::context::Context;
use crate::contract::types::{SteppedUp, SteppedUpTokenType, TokenPair, TokenPairTokenType};
use crate::kernel::audit::Personal;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

pub use confirm::confirm;
pub use ending::{announce, end, end_all, ending_all};

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
    /// When it began.
    pub created_at: Timestamp,
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
pub async fn open(
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
    let expires = expiry(cx, cx.now);
    let tokens = pair(cx, &grant, 1, expires).await?;
    let personal = Personal::default().text("methods", opening.methods).maybe("client", opening.client_id);
    let subject = id.to_string();
    let batch = vec![
        queries::insert(id, opening, expires, cx.now),
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
        queries::rotate(id, generation, client_id, cx.now),
        queries::refreshed(cx.new_id(), id, cx.request_id, cx.now),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let stored: Option<Stored> = match outcomes.first() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    let stored = stored.filter(|stored| stored.client_id.as_deref() == client_id).ok_or_else(refused)?;
    match refresh::decide(&stored.family(), generation, cx.now) {
        Decision::Rotate => pair(cx, &stored.grant(), generation + 1, expiry(cx, stored.created_at)).await,
        Decision::Repeat => pair(cx, &stored.grant(), stored.generation, stored.expires_at).await,
        Decision::Refuse => Err(refused()),
        Decision::Reuse => {
            end(cx, stored.user_id, id, "session.reuse_detected").await?;
            Err(refused())
        }
    }
}

/// How somebody who holds a session has proved anew who they are.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// The methods (RFC 8176).
    pub methods: Vec<&'static str>,
    /// Statements that use up what was presented, for the beginning of the batch.
    pub statements: Vec<Statement>,
}

/// Notes that proof, and gives an access token that speaks of it.
pub async fn step_up(cx: &Context<'_>, user_id: Id, id: Id, proof: Proof) -> Result<SteppedUp, Problem> {
    let subject = id.to_string();
    let personal = Personal::default().text("methods", &proof.methods.join(" "));
    let mut batch = proof.statements;
    let used = batch.len();
    batch.push(queries::step_up(id, user_id, proof.methods.contains(&"otp"), cx.now));
    batch.push(cx.event(user_id, "session.stepped_up", ("session", &subject), None, None));
    batch.push(cx.record("session.stepped_up", ("session", &subject), Some(user_id), personal));
    batch.push(queries::find(id));
    let outcomes = cx.ports.database.batch(batch).await.map_err(two_factor::spent)?;
    let stored: Option<Stored> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    let stepped_up = outcomes.get(used).is_some_and(|outcome| outcome.changes > 0);
    let stored = stored.filter(|_| stepped_up).ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    Ok(SteppedUp {
        token_type: SteppedUpTokenType::Bearer,
        access_token: access(cx, &stored.grant()).await?,
        expires_in: tokens::ACCESS_SECONDS,
    })
}

fn keys<'a>(cx: &'a Context<'_>) -> Vec<&'a [u8]> {
    let vault = &cx.config.vault;
    std::iter::once(vault.current.bytes()).chain(vault.previous.as_ref().map(|key| key.bytes())).collect()
}

/// When a session ends that is opened or refreshed now and was begun then.
fn expiry(cx: &Context<'_>, begun: Timestamp) -> Timestamp {
    let next = cx.now.plus_millis(tokens::SESSION_SECONDS * 1000);
    next.min(begun.plus_millis(tokens::LONGEST_SESSION_SECONDS * 1000))
}

async fn pair(
    cx: &Context<'_>,
    grant: &Grant<'_>,
    generation: i64,
    expires: Timestamp,
) -> Result<TokenPair, Problem> {
    Ok(TokenPair {
        token_type: TokenPairTokenType::Bearer,
        access_token: access(cx, grant).await?,
        expires_in: tokens::ACCESS_SECONDS,
        refresh_token: Some(refresh::token(grant.session_id, generation, cx.config.vault.current.bytes())),
        refresh_expires_in: (expires.seconds() - cx.now.seconds()).max(1),
        session_id: grant.session_id,
        user_id: grant.user_id,
        device_token: None,
    })
}

async fn access(cx: &Context<'_>, grant: &Grant<'_>) -> Result<String, Problem> {
    let keys = &cx.config.token_keys;
    Ok(tokens::issue(grant, keys, cx.ports.signatures, cx.new_id(), cx.now).await?)
}
