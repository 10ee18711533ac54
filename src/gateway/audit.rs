//! What is recorded though it changes nothing: uses of admin keys, sensitive reads, and refusals.

use super::admit;
use super::request::Incoming;
use crate::config::Config;
use crate::context::Context;
use crate::contract::Operation;
use crate::contract::policy::{Auth, Policy};
use crate::identity::admin;
use crate::identity::caller::Caller;
use crate::kernel::audit::{self, Personal, Record, Refusals, When};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::{Database, DatabaseError, Statement};

/// Records that somebody uses an administrator's rights, or reads what is sensitive, before it happens: what cannot be
/// recorded is not done, and answered by 503.
///
/// On an administrator's operation the same batch looks whether the key, or the session and its role, hold now. It
/// goes to the primary, so that rights that were taken away are refused everywhere from that moment. These statements
/// are not counted: they are the price of administration, and no operation's.
pub async fn used(
    database: &dyn Database,
    cx: &Context<'_>,
    (operation, policy): (&str, &Policy),
    path: &str,
) -> Result<(), Problem> {
    let kind = match (&cx.caller, policy.audited) {
        (Caller::Admin(_), _) => "admin_key.used",
        (_, true) => "data.read",
        (_, false) if policy.auth == Auth::Admin => "admin.used",
        (_, false) => return Ok(()),
    };
    let unavailable =
        |error: DatabaseError| Problem::new(Code::DependencyUnavailable).retry_after(1).cause(error.cause);
    let (subject, by) = (("operation", operation), cx.caller.user_id());
    let personal = Personal::default().text("path", path);
    if policy.auth != Auth::Admin {
        database.run(cx.note(When::Always, kind, subject, by, personal)).await.map_err(unavailable)?;
        return Ok(());
    }
    let batch = vec![admin::confirm(cx)?, cx.record(kind, subject, by, personal.clone())];
    let outcomes = database.batch(batch).await.map_err(unavailable)?;
    if outcomes.first().is_some_and(|outcome| outcome.changes > 0) {
        return Ok(());
    }
    database.run(cx.note(When::Refused, kind, subject, by, personal)).await.map_err(unavailable)?;
    Err(Problem::new(Code::Unauthenticated).detail("The key, the session or the role has ended."))
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
        actor: &refused.actor,
        subject_type: "operation",
        subject_id: refused.operation.id(),
        user_id: refused.user_id,
        source: &audit::source(config.vault.current.bytes(), &network),
        request_id,
        personal: &personal.text("problem", problem.code.as_str()).finish(),
    };
    Some(record.statement(When::Refused))
}
