//! What is recorded though it changes nothing: uses of admin keys, sensitive reads, and refusals.

use super::admit;
use super::request::Incoming;
use crate::config::Config;
use crate::context::Context;
use crate::contract::Operation;
use crate::identity::caller::Caller;
use crate::kernel::audit::{self, Outcome, Personal, Record, Refusals};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Database, Statement};

/// Records that somebody uses an admin key, or reads what is sensitive, before it happens: what cannot be recorded
/// is not done.
pub async fn used(
    database: &dyn Database,
    cx: &Context<'_>,
    operation: Operation,
    path: &str,
) -> Result<(), Problem> {
    let kind = match (&cx.caller, operation.policy().audited) {
        (Caller::Admin(_), _) => "admin_key.used",
        (_, true) => "data.read",
        (_, false) => return Ok(()),
    };
    let personal = Personal::default().text("path", path);
    let record = cx.deed(kind, ("operation", operation.id()), cx.caller.user_id(), personal);
    database.run(record).await?;
    Ok(())
}

/// A caller who was told that this is not allowed.
pub struct Refused {
    /// As records speak of it.
    pub actor: String,
    /// The account behind it.
    pub user_id: Option<Id>,
    /// What it wanted.
    pub operation: Operation,
}

/// The record of a refusal, unless there were too many lately.
pub fn refused(
    refused: &Refused,
    problem: &Problem,
    incoming: &dyn Incoming,
    config: &Config,
    refusals: &Refusals,
    (id, request_id, now): (Id, Id, Timestamp),
) -> Option<Statement> {
    if !refusals.admit(now) {
        return None;
    }
    let network = admit::address(incoming.header("cf-connecting-ip").as_deref());
    let personal = Personal::default().text("network", &network).text("path", incoming.path());
    let record = Record {
        id,
        at: now,
        kind: "access.refused",
        outcome: Outcome::Refused,
        actor: &refused.actor,
        subject_type: "operation",
        subject_id: refused.operation.id(),
        user_id: refused.user_id,
        source: &audit::source(config.vault.current.bytes(), &network),
        request_id,
        personal: &personal.text("problem", problem.code.as_str()).finish(),
    };
    Some(record.refusal())
}
