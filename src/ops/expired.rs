//! Removes what has ended and is good for nothing any more: records of repeated requests, sessions, devices that nobody
//! confirmed in time, and what is left of deleted ones.
//!
//! No removal is an event: what they tell of has its own, from when it happened, and nothing follows from it.

use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Known, Ports, Statement};

/// Rows of a kind that one turn removes at most.
const PAGE: u64 = 200;
const DAY: i64 = 86_400_000;
/// How long a request may be repeated (`Idempotency-Key`), in milliseconds.
const REPEATED: i64 = DAY;
/// How long an ended session is kept, in milliseconds: so long its device is a known one, of which no mail is sent.
const SESSION: i64 = 90 * DAY;
/// How long the id of a deleted device is kept, in milliseconds: longer than the relay's log may name it.
const DEVICE: i64 = 31 * DAY;

/// One turn. Tells whether there may be more to do.
pub async fn remove(ports: Ports<'_>, now: Timestamp) -> Result<bool, Problem> {
    let before = |text: Known, age: i64| Statement::new(text).bind(now.plus_millis(-age));
    let batch = vec![
        before(sql!("ops/idempotency_forget"), REPEATED),
        before(sql!("ops/sessions_forget"), SESSION),
        before(sql!("ops/devices_lapse"), 0),
        before(sql!("ops/devices_forget"), DEVICE),
    ];
    let outcomes = ports.database.batch(batch).await?;
    Ok(outcomes.iter().any(|outcome| outcome.changes >= PAGE))
}
