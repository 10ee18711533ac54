//! Erasure: what becomes of an account that its owner deletes.
//!
//! It has two halves. A tombstone ends all access in one batch: the row keeps nothing but its id, no credential is
//! good any more, and the key is gone under which the person's values stand in append-only records, which so become
//! unreadable and stay verifiable. Then the eraser removes everything else, table by table. It may be interrupted
//! and repeated at any point; `erasures` keeps who is not finished yet.

use serde::Deserialize;

use super::passwords;
use super::queries::erasure as queries;
use crate::context::{Afterwards, Context};
use crate::kernel::audit::Personal;
use crate::kernel::hub::{Command, End};
use crate::kernel::id::Id;
use crate::kernel::logs;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{ObjectClass, Ports, Statement};
use crate::shards;

/// What erasure does with a table's rows of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// They are removed; the column names the person.
    Remove(&'static str),
    /// They go with another table's row, by ON DELETE CASCADE.
    Follow,
    /// They stay, for the reason given: what in them names the person has become unreadable, or nothing does.
    Stay(&'static str),
}

/// Every table of the database, in the order in which erasure goes through them; a test holds the list complete.
pub const TABLES: &[(&str, Treatment)] = &[
    ("idempotency_keys", Treatment::Remove("user_id")),
    ("reading_shares", Treatment::Remove("user_id")),
    ("readings", Treatment::Remove("user_id")),
    ("mails", Treatment::Remove("user_id")),
    ("circle_invitations", Treatment::Remove("user_id")),
    ("circle_members", Treatment::Remove("user_id")),
    ("identities", Treatment::Remove("user_id")),
    ("api_keys", Treatment::Remove("user_id")),
    ("devices", Treatment::Remove("user_id")),
    ("sessions", Treatment::Remove("user_id")),
    ("authorization_codes", Treatment::Remove("user_id")),
    ("two_factor", Treatment::Remove("user_id")),
    ("onboarding", Treatment::Remove("user_id")),
    ("preferences", Treatment::Remove("user_id")),
    ("profiles", Treatment::Remove("user_id")),
    ("limit_overrides", Treatment::Remove("user_id")),
    ("user_keys", Treatment::Remove("user_id")),
    ("mail_tokens", Treatment::Remove("user_id")),
    ("users", Treatment::Remove("id")),
    ("circles", Treatment::Stay("they belong to those who are still in them")),
    ("events", Treatment::Stay("append-only: personal values were sealed under the key that is gone")),
    ("audit_records", Treatment::Stay("append-only: personal values were sealed under the key that is gone")),
    ("oauth_clients", Treatment::Stay("no personal data")),
    ("secrets", Treatment::Stay("no personal data")),
    ("audit_head", Treatment::Stay("no personal data")),
    ("audit_checkpoints", Treatment::Stay("no personal data")),
    ("oauth_spent", Treatment::Stay("no personal data, and gone within minutes")),
    (
        "engine_breakers",
        Treatment::Stay("orders about engines, with the id of who gave them, as audit records have it"),
    ),
    ("engine_counts", Treatment::Stay("no personal data")),
    ("metric_sums", Treatment::Stay("no personal data")),
    ("metric_windows", Treatment::Stay("no personal data")),
    ("usage_days", Treatment::Stay("no personal data")),
    ("alert_changes", Treatment::Stay("no personal data")),
    ("alerts", Treatment::Stay("silences, with the id of who ordered them, as audit records have it")),
    ("status_samples", Treatment::Stay("no personal data")),
    ("status_days", Treatment::Stay("no personal data")),
    ("status_incidents", Treatment::Stay("no personal data")),
    ("errors", Treatment::Stay("no personal data: causes are kept without values")),
    ("error_hours", Treatment::Stay("no personal data")),
    ("error_writes", Treatment::Stay("no personal data")),
    ("cache_marks", Treatment::Stay("no personal data: results are named by a pseudonym")),
    ("erasures", Treatment::Stay("the proof of the erasure: an id that nothing else knows")),
];

/// Rows that one statement removes, so that none takes long however much somebody kept.
const ROWS: u32 = 500;

/// Times that one run goes over a table: what is left waits for the next run.
const ROUNDS: u32 = 20;

/// The statements that end an account: its tombstone, then event and audit record. The eraser is left for when the
/// answer is on its way. After the batch the caller announces the standing (`sessions::announce`).
pub fn begin(cx: &Context<'_>, user_id: Id) -> Vec<Statement> {
    cx.afterwards(Afterwards::Erase { user_id });
    let subject = user_id.to_string();
    vec![
        queries::uninvite(user_id),
        queries::tombstone(user_id, passwords::NOBODY, cx.now),
        queries::request(user_id, cx.now),
        cx.event(user_id, "user.deleted", ("user", &subject), None, None),
        cx.record("account.deleted", ("user", &subject), Some(user_id), Personal::default()),
        queries::end_sessions(user_id, cx.now),
        queries::destroy_key(user_id),
    ]
}

/// Erases what is left of an account; whether nothing is left. Of an account that was not deleted it does nothing.
pub async fn run(ports: Ports<'_>, user_id: Id, now: Timestamp) -> Result<bool, Problem> {
    let begun = ports.database.run(queries::attempt(user_id)).await?;
    if begun.changes == 0 {
        return Ok(false);
    }
    ports.database.run(queries::leave_circles(user_id)).await?;
    for (table, treatment) in TABLES {
        let Treatment::Remove(column) = treatment else { continue };
        for round in 0.. {
            if round == ROUNDS {
                return Ok(false);
            }
            let outcome = ports.database.run(queries::remove(table, column, user_id, ROWS)).await?;
            if outcome.changes == 0 {
                break;
            }
        }
    }
    // Whoever was let in before the tombstone is shut out by the event of it; this takes the log away.
    let command = Command::End { account: user_id, end: End::Deleted }.text();
    ports.objects.call(ObjectClass::Hub, &user_id.to_string(), command).await?;
    // Lines of the log that name the account; those that are still on their way are not taken in.
    for reply in shards::ask(ports.objects, ObjectClass::Logbook, |_| logs::forget(user_id)).await {
        reply?;
    }
    ports.database.run(queries::complete(user_id, now)).await?;
    Ok(true)
}

/// Takes up erasures that were interrupted, oldest first; how many are finished now.
pub async fn run_pending(ports: Ports<'_>, now: Timestamp) -> Result<u32, Problem> {
    #[derive(Deserialize)]
    struct Pending {
        user_id: Id,
    }
    let pending: Vec<Pending> = ports.database.run(queries::pending()).await?.rows.read()?;
    let mut finished = 0;
    for Pending { user_id } in pending {
        finished += u32::from(run(ports, user_id, now).await?);
    }
    Ok(finished)
}
