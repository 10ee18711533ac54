//! The applications that act for a person, as that person sees them.

use serde::Deserialize;

use crate::context::Context;
use crate::identity::queries::authorization as queries;
use crate::identity::sessions;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;

/// A session that was granted to a client and lives.
#[derive(Debug, Deserialize)]
pub struct Granted {
    /// Its id.
    pub id: Id,
    /// The client.
    pub client_id: String,
    /// The client's name.
    pub client_name: String,
    /// What it may do, space-separated.
    pub scopes: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last asked for tokens or anything else.
    pub last_seen_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
}

/// Those of an account, newest first; a hundred at most.
pub async fn list(cx: &Context<'_>, user_id: Id) -> Result<Vec<Granted>, Problem> {
    Ok(cx.ports.database.run(queries::grants(user_id, cx.now)).await?.rows.read()?)
}

/// Ends one of an account.
pub async fn end(cx: &Context<'_>, user_id: Id, id: Id) -> Result<(), Problem> {
    #[derive(Deserialize)]
    struct Found {}
    let found: Option<Found> = cx.ports.database.run(queries::grant(id, user_id)).await?.rows.first()?;
    found.ok_or_else(Problem::not_found)?;
    sessions::end(cx, user_id, id, "grant.ended").await.map(drop)
}
