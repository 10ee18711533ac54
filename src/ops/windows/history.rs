//! Windows as points of a line. Pure.

use serde::Deserialize;

use super::window::add_times;
use super::{DAY, HOUR, STEP};
use crate::contract::types::{HistoryPoint, HistoryRange};
use crate::kernel::time::Timestamp;
use crate::ops::metrics::histogram::Histogram;

/// A stored window without its detail.
#[derive(Debug, Clone, Deserialize)]
pub struct Point {
    /// Its beginning.
    pub at: i64,
    /// How many steps it covers.
    pub steps: i64,
    /// Requests.
    pub requests: i64,
    /// Answers with a status of 500 and more.
    pub errors: i64,
    /// People since midnight.
    pub people: i64,
    /// Durations, as they are stored.
    pub times: String,
}

/// How far back, the step of the windows that are read, and the step of points; in milliseconds.
#[must_use]
pub fn range(range: HistoryRange) -> (i64, i64, i64) {
    match range {
        HistoryRange::Hour => (HOUR, STEP, STEP),
        HistoryRange::Day => (DAY, STEP, STEP),
        HistoryRange::Week => (7 * DAY, HOUR, HOUR),
        HistoryRange::Quarter => (90 * DAY, HOUR, 6 * HOUR),
    }
}

/// Windows in order, merged to points of that step.
#[must_use]
pub fn points(windows: &[Point], step: i64) -> Vec<HistoryPoint> {
    let of = |window: &Point| window.at.div_euclid(step);
    windows.chunk_by(|one, other| of(one) == of(other)).filter_map(|windows| point(windows, step)).collect()
}

fn point(windows: &[Point], step: i64) -> Option<HistoryPoint> {
    let at = windows.first()?.at.div_euclid(step) * step;
    let mut times = Histogram::default();
    windows.iter().for_each(|window| add_times(&mut times, &window.times));
    let sum = |of: fn(&Point) -> i64| windows.iter().map(of).sum();
    let quantile = |percent| times.quantile(percent).map(|micros| micros.round() / 1_000.0);
    Some(HistoryPoint {
        at: Timestamp::from_millis(at)?,
        requests: sum(|window| window.requests),
        errors: sum(|window| window.errors),
        p50_ms: quantile(50),
        p95_ms: quantile(95),
        p99_ms: quantile(99),
        active_users: windows.iter().map(|window| window.people).max().unwrap_or_default(),
    })
}
