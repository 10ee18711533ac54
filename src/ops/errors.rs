//! What goes wrong, by kind: answers with a status of 500 and more, work behind answers, the house's own work.
//!
//! Errors are of one kind if code, action and cause are the same, the cause without numbers, ids and quoted values
//! ([`redact`]); such a cause is also all that is kept of it. An isolate adds them up in a bounded buffer and writes them
//! behind an answer, at most every [`INTERVAL`] ([`buffer`]). A write is sent again, under the same id, until the database
//! says that it took it, and the database counts it once. An isolate that ends takes with it what it had not written.

pub mod buffer;
pub mod redact;

use crate::contract::types::ErrorSeverity;
use crate::kernel::time::Timestamp;
use crate::ops::windows::{DAY, HOUR};
use crate::ports::Statement;

/// Milliseconds between two writes of an isolate.
pub const INTERVAL: i64 = 15_000;
/// Groups that an isolate tells apart at a time; what is beyond them is counted as `other`.
pub const MOST: usize = 64;
/// Groups that the database keeps: the ones that came last.
pub const KEPT: i64 = 2_000;
/// Hours that sums by the hour are kept, days that a group of which nothing comes is, and milliseconds that the ids of
/// writes are.
const AGES: (i64, i64, i64) = (30 * 24, 90, DAY);

/// How bad an answer of that status is: 500 is a defect of ours, what lies above is a dependency's.
#[must_use]
pub fn of_answer(status: u16) -> ErrorSeverity {
    if status == 500 { ErrorSeverity::Error } else { ErrorSeverity::Warning }
}

/// How bad it is when the house's own work meets a problem of that status. Nobody else does that work.
#[must_use]
pub fn of_upkeep(status: u16) -> ErrorSeverity {
    if status == 500 { ErrorSeverity::Fatal } else { ErrorSeverity::Error }
}

/// Removes what is old enough.
#[must_use]
pub fn forget(now: Timestamp) -> Vec<Statement> {
    let (hours, days, writes) = AGES;
    let millis = now.millis();
    vec![
        Statement::new(sql!("ops/errors_forget")).bind(millis - days * DAY).bind(KEPT),
        Statement::new(sql!("ops/error_hours_forget")).bind(millis / HOUR - hours),
        Statement::new(sql!("ops/error_writes_forget")).bind(millis - writes),
    ]
}

#[cfg(test)]
mod tests;
