//! The sums as a report on the database, and on what operations cost.

use super::collector::Sums;
use super::histogram::ERROR_BOUND;
use super::plans::{self, Warning};
use super::series::Series;
use crate::contract::types::{
    DatabasePerformance, OperationCost, QueryOrder, QueryPerformance, QueryWarning,
};
use crate::kernel::time::Timestamp;

/// The first statements in that order, and every operation that was called, the most expensive for the database first.
#[must_use]
pub fn database(sums: &Sums, order: QueryOrder, limit: usize, now: Timestamp) -> DatabasePerformance {
    let total = things(sums, "q/", &|series| series.micros).iter().map(|(_, series)| series.micros).sum();
    let by: &dyn Fn(&Series) -> u64 = match order {
        QueryOrder::Time => &|series| series.micros,
        QueryOrder::Calls => &Series::calls,
        // Below 2^27 microseconds.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        QueryOrder::P95 => &|series| series.times.quantile(95).unwrap_or_default() as u64,
        QueryOrder::RowsRead => &|series| series.units[0].saturating_mul(1_000) / series.calls().max(1),
    };
    let queries = things(sums, "q/", by).into_iter().take(limit);
    let rows = |series: &Series| series.units[0].saturating_add(series.units[1]);
    let operations = things(sums, "o/", &rows).into_iter();
    DatabasePerformance {
        since: i64::try_from(sums.since).ok().and_then(Timestamp::from_millis).unwrap_or(now),
        to: now,
        error_bound: ERROR_BOUND,
        dropped: whole(sums.dropped),
        queries: queries.map(|(name, series)| query(name, series, total)).collect(),
        operations: operations.map(|(name, series)| cost(name, series)).collect(),
    }
}

/// The series of a kind by their names without it, the heaviest first.
fn things<'a>(sums: &'a Sums, kind: &str, weight: &dyn Fn(&Series) -> u64) -> Vec<(&'a str, &'a Series)> {
    let mut found: Vec<(&str, &Series)> = Vec::new();
    for (name, series) in &sums.series {
        found.extend(name.strip_prefix(kind).map(|name| (name, series)));
    }
    found.sort_unstable_by_key(|(_, series)| std::cmp::Reverse(weight(series)));
    found
}

fn query(name: &str, series: &Series, total: u64) -> QueryPerformance {
    let calls = series.calls();
    let quantile = |percent| series.times.quantile(percent).map(|micros| rounded(micros / 1_000.0));
    QueryPerformance {
        query: name.to_owned(),
        calls: whole(calls),
        errors: whole(series.outcomes[1]),
        time_ms: ratio(series.micros, 1_000),
        time_share: ratio(series.micros, total),
        p50_ms: quantile(50),
        p95_ms: quantile(95),
        p99_ms: quantile(99),
        rows_read: ratio(series.units[0], calls),
        rows_written: ratio(series.units[1], calls),
        warning: plans::warning(name).map(|warning| match warning {
            Warning::Scan => QueryWarning::Scan,
            Warning::Sort => QueryWarning::Sort,
        }),
    }
}

fn cost(name: &str, series: &Series) -> OperationCost {
    let calls = series.calls();
    let [rows_read, rows_written, d1, kv, object, upstream] = series.units.map(|unit| ratio(unit, calls));
    OperationCost {
        operation: name.to_owned(),
        calls: whole(calls),
        rows_read,
        rows_written,
        d1,
        kv,
        object,
        upstream,
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// One number of another, to three digits after the point; 0 of nothing.
#[allow(clippy::cast_precision_loss)] // Counts, far below 2^53.
fn ratio(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { rounded(part as f64 / of as f64) }
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
