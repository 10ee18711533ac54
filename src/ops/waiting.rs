//! What waits to be done.

use crate::kernel::time::Timestamp;
use crate::ports::Statement;

const QUARTER: i64 = 900_000;
const HOUR: i64 = 3_600_000;

/// Counts it: one row, a `SystemWaiting`.
#[must_use]
pub fn count(now: Timestamp) -> Statement {
    let millis = now.millis();
    Statement::new(sql!("ops/waiting")).bind(millis - QUARTER).bind(millis.div_euclid(HOUR))
}
