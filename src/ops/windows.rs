//! What the house did, window by window. Collectors hold sums since their beginning and know no time ([`super::metrics`]);
//! so the upkeep gathers them once in five minutes, and what grew since the last gathering is a window ([`window`]). Windows
//! are what the console draws ([`history`]), what usage is added up from ([`usage`]) and what alerts are judged by
//! ([`super::alerts`]).
//!
//! Keeps this invariant: what grew is counted in one window. The sums of the last gathering, the window, the hour, the day
//! and the alerts that follow are one batch that begins with the change of those sums; a run that finds them changed, by a
//! run beside it or by itself before a lost answer, writes nothing. A run that comes late makes one window that covers more
//! than one step and says so. What a gathering could not reach is in the next one.

pub mod gathered;
pub mod history;
pub mod usage;
pub mod window;

use std::cell::Cell;

use crate::kernel::time::Timestamp;

/// Milliseconds of a window.
pub const STEP: i64 = 300_000;
/// Milliseconds of an hour, which windows are merged to.
pub const HOUR: i64 = 3_600_000;
/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;
/// How long windows of five minutes are kept, in milliseconds.
pub const KEPT: i64 = 3 * DAY;
/// How long those of an hour are.
pub const KEPT_HOURS: i64 = 90 * DAY;
/// How many days the sums of days and the changes of alerts are.
pub const KEPT_DAYS: i64 = 400;

/// The end of the last window that was gathered, as long as somebody remembers. Forgetting costs one reading.
#[derive(Debug, Default)]
pub struct Memory(Cell<Option<i64>>);

/// The end of the last whole step, in milliseconds since 1970.
#[must_use]
pub fn end(now: Timestamp) -> i64 {
    let millis = now.millis();
    millis - millis.rem_euclid(STEP)
}

#[cfg(test)]
mod tests;
