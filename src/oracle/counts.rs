//! What engines do, counted without a hop in anybody's way.
//!
//! An isolate adds up what happens in it and writes the sums by the hour after an answer, at most every
//! [`INTERVAL`]. An isolate that ends takes with it what it had not written: at most what happened since its last
//! write, which lies [`INTERVAL`] before its last request or later. A write whose answer is lost is sent again, so that
//! its sums may count twice: these are figures to steer by, not to bill by.

use serde::Deserialize;

use crate::context::{Afterwards, Context, Isolate};
use crate::kernel::map::Map;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Database, DatabaseError, Outcome, Statement};

/// Milliseconds between two writes of an isolate.
pub const INTERVAL: i64 = 30_000;

/// Hours that sums are kept.
pub const KEPT_HOURS: i64 = 400 * 24;

/// Milliseconds of an hour.
pub const HOUR: i64 = 3_600_000;

/// What was counted and not yet written.
#[derive(Debug, Default)]
pub struct Counts {
    sums: Map<(&'static str, &'static str), i64>,
    since: Option<Timestamp>,
}

impl Counts {
    /// Counts.
    pub fn add(&mut self, engine: &'static str, measure: &'static str, count: i64, now: Timestamp) {
        *self.sums.or_default((engine, measure)) += count;
        self.since.get_or_insert(now);
    }

    /// Whether it is time to write.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.since.is_some_and(|since| now.millis() - since.millis() >= INTERVAL)
    }

    /// Puts back what could not be written.
    fn restore(&mut self, sums: Map<(&'static str, &'static str), i64>, now: Timestamp) {
        for ((engine, measure), count) in sums {
            self.add(engine, measure, count, now);
        }
    }
}

/// Counts something that an engine did. `measure` is a name of the caller's: the sums are kept by it.
pub fn note(cx: &Context<'_>, engine: &'static str, measures: &[(&'static str, i64)]) {
    let mut counts = cx.isolate.counts.borrow_mut();
    for (measure, count) in measures {
        counts.add(engine, measure, *count, cx.now);
    }
    let mut afterwards = cx.afterwards.borrow_mut();
    if counts.is_due(cx.now) && !afterwards.contains(&Afterwards::Counts) {
        afterwards.push(Afterwards::Counts);
    }
}

/// Writes what the isolate has counted.
///
/// # Errors
/// Those of the database; what was counted is kept for the next write.
pub async fn write(database: &dyn Database, isolate: &Isolate, now: Timestamp) -> Result<(), DatabaseError> {
    batch(database, isolate, now, None).await.map(drop)
}

/// Writes, and then reads if a statement is given: one call.
async fn batch(
    database: &dyn Database,
    isolate: &Isolate,
    now: Timestamp,
    read: Option<Statement>,
) -> Result<Option<Outcome>, DatabaseError> {
    let Counts { sums, .. } = isolate.counts.take();
    let rows: Vec<_> = sums.iter().map(|((engine, measure), count)| (engine, measure, count)).collect();
    let add = (!rows.is_empty()).then(|| {
        Statement::new(sql!("oracle/engine_counts_add"))
            .bind(now.millis() / HOUR)
            .bind(serde_json::to_string(&rows).unwrap_or_default())
    });
    let statements: Vec<Statement> = add.into_iter().chain(read).collect();
    if statements.is_empty() {
        return Ok(None);
    }
    let done = database.batch(statements).await;
    if done.is_err() {
        isolate.counts.borrow_mut().restore(sums, now);
    }
    Ok(done?.pop())
}

/// A sum over some hours.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Sum {
    /// The engine.
    pub engine: String,
    /// What was counted.
    pub measure: String,
    /// How much of it.
    pub count: i64,
}

/// The sums of the last so many hours, the present one included, with what this isolate has counted.
///
/// # Errors
/// Those of the database.
pub async fn sums(cx: &Context<'_>, hours: i64) -> Result<Vec<Sum>, Problem> {
    let next = cx.now.millis() / HOUR + 1;
    sums_between(cx, next - hours, next).await
}

/// The sums of the hours since 1970 from the one to before the other, with what this isolate has counted.
///
/// # Errors
/// Those of the database.
pub async fn sums_between(cx: &Context<'_>, from: i64, next: i64) -> Result<Vec<Sum>, Problem> {
    let read = Statement::new(sql!("oracle/engine_counts_sum")).bind(from).bind(next);
    let read = batch(cx.ports.database, cx.isolate, cx.now, Some(read)).await?;
    Ok(read.map(|outcome| outcome.rows.read()).transpose()?.unwrap_or_default())
}

/// The beginning of the first of so many hours, the present one included.
#[must_use]
pub fn first_hour(now: Timestamp, hours: i64) -> Timestamp {
    Timestamp::EPOCH.plus_millis((now.millis() / HOUR + 1 - hours) * HOUR)
}

/// Removes sums that are older than [`KEPT_HOURS`].
#[must_use]
pub fn forget(now: Timestamp) -> Statement {
    Statement::new(sql!("oracle/engine_counts_forget")).bind(now.millis() / HOUR - KEPT_HOURS)
}
