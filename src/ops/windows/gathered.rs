//! The upkeep's turn: once in a step everything is gathered, and what follows from it is written.

use serde::Deserialize;

use super::history::Point;
use super::window::{self, Window, condensed, grown};
use super::{DAY, HOUR, KEPT, KEPT_DAYS, KEPT_HOURS, Memory, STEP, end, usage};
use crate::config::Config;
use crate::contract::types::SystemWaiting;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ops::alerts::Stored;
use crate::ops::alerts::change::{Judge, Judged};
use crate::ops::alerts::values::Look;
use crate::ops::metrics::gather;
use crate::ops::waiting;
use crate::ports::{Database, Outcome, Ports, Statement};

/// How long rules look back, in milliseconds.
const BACK: i64 = 6 * HOUR;

/// The sums of the last gathering; the default before the first.
#[derive(Debug, Default, Deserialize)]
struct Kept {
    at: i64,
    sums: String,
    missed: u32,
    tried_at: i64,
}

/// An hour as far as it has windows.
#[derive(Debug, Deserialize)]
struct Hour {
    steps: i64,
    people: u64,
    times: String,
    detail: String,
}

/// What is known before a gathering.
struct Known {
    kept: Kept,
    hour: Option<Hour>,
    recent: Vec<Point>,
    before: Vec<Point>,
    alerts: Vec<Stored>,
    waiting: [i64; 6],
}

/// Gathers, if a step has ended since it last did. What it tells of alerts is added to `lines`; nothing is left to do at
/// once.
///
/// # Errors
/// Those of the database and of the collectors. A gathering that failed is counted and tried again in the same step.
pub async fn turn(
    ports: Ports<'_>,
    config: &Config,
    memory: &Memory,
    now: Timestamp,
    lines: &mut Vec<String>,
) -> Result<bool, Problem> {
    let end = end(now);
    if memory.0.get() == Some(end) {
        return Ok(false);
    }
    let mut known = read(ports.database, end, now).await?;
    if known.kept.at >= end {
        // The clock jumped back, or another run was here. A clock that was far ahead is believed no longer.
        if known.kept.at - end > HOUR {
            let again = gathered(end, known.kept.sums, known.kept.at);
            ports.database.run(again).await?;
        }
        memory.0.set(Some(end));
        return Ok(false);
    }
    let judge = Judge { ports, config, now };
    let sums = match gather::all(ports.objects, None, None).await {
        Ok(sums) => sums,
        Err(problem) => {
            let missed = known.kept.missed + 1;
            if known.kept.tried_at < end {
                let count = Statement::new(sql!("ops/window_missed")).bind(end);
                write(ports.database, vec![count], judged(&judge, &known, end, None, missed)?, lines).await?;
            }
            return Err(problem);
        }
    };
    let now_kept = condensed(&sums);
    let mut batch = vec![gathered(end, window::written(&now_kept), known.kept.at)];
    let mut judgement = Judged::default();
    if let Some(before) = window::read(&known.kept.sums) {
        let at = known.kept.at;
        let steps = (end - at) / STEP;
        let mut window = grown(&before, &now_kept);
        window.people = sums.people.count(now);
        known.recent.push(keep(STEP, at, steps, &window, &mut batch));
        judgement = judged(&judge, &known, end, Some(&window), 0)?;
        let (hour, steps) = in_hour(known.hour.take(), &window, steps);
        keep(HOUR, at - at.rem_euclid(HOUR), steps, &hour, &mut batch);
        let add = Statement::new(sql!("ops/usage_add")).bind(usage::day(at));
        batch.push(add.bind(window.usage()));
    }
    write(ports.database, batch, judgement, lines).await?;
    // Seen from the beginning of the window: one run of a clock that is far ahead removes nothing.
    if known.kept.at > 0 {
        ports.database.batch(forget(known.kept.at)).await?;
    }
    memory.0.set(Some(end));
    Ok(false)
}

async fn read(database: &dyn Database, end: i64, now: Timestamp) -> Result<Known, Problem> {
    let windows = |from: i64, to: i64| Statement::new(sql!("ops/windows")).bind(STEP).bind(from).bind(to);
    let batch = vec![
        Statement::new(sql!("ops/window_sums")),
        Statement::new(sql!("ops/window_hour")),
        windows(end - BACK, end),
        windows(end - HOUR - DAY, end - DAY),
        Statement::new(sql!("ops/alerts")),
        waiting::count(now),
    ];
    let outcomes = database.batch(batch).await?;
    let [kept, hour, recent, before, alerts, waiting] = outcomes.as_slice() else {
        return Err(Problem::internal("six statements gave another count"));
    };
    Ok(Known {
        kept: kept.rows.first()?.unwrap_or_default(),
        hour: hour.rows.first()?,
        recent: recent.rows.read()?,
        before: before.rows.read()?,
        alerts: alerts.rows.read()?,
        waiting: counts(waiting)?,
    })
}

/// In the order of the compiler's `WAITING`.
fn counts(waiting: &Outcome) -> Result<[i64; 6], Problem> {
    let waiting: Option<SystemWaiting> = waiting.rows.first()?;
    Ok(waiting.map_or([0; 6], |all| {
        [all.records, all.events, all.mails, all.erasures, all.errors_new, all.errors_often]
    }))
}

fn gathered(end: i64, sums: String, before: i64) -> Statement {
    Statement::new(sql!("ops/window_gathered")).bind(end).bind(sums).bind(before)
}

/// Has a window written, and gives it as it is read.
fn keep(step: i64, at: i64, steps: i64, window: &Window, batch: &mut Vec<Statement>) -> Point {
    let total = window.total();
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let point = Point {
        at,
        steps,
        requests: whole(total.calls()),
        errors: whole(total.outcomes[4]),
        people: whole(window.people),
        times: window::times_written(&window.times),
    };
    batch.push(
        Statement::new(sql!("ops/window_keep"))
            .bind(step)
            .bind(at)
            .bind(steps)
            .bind(point.requests)
            .bind(point.errors)
            .bind(point.people)
            .bind(point.times.clone())
            .bind(window::written(&window.detail)),
    );
    point
}

/// The hour with the window in it, and how many steps of five minutes it covers.
fn in_hour(hour: Option<Hour>, window: &Window, steps: i64) -> (Window, i64) {
    let Some(hour) = hour else { return (window.clone(), steps) };
    let mut sum = Window { people: hour.people, ..Window::default() };
    sum.detail = window::read(&hour.detail).unwrap_or_default();
    window::add_times(&mut sum.times, &hour.times);
    sum.merge(window);
    (sum, hour.steps + steps)
}

fn judged(
    judge: &Judge<'_>,
    known: &Known,
    end: i64,
    window: Option<&Window>,
    missed: u32,
) -> Result<Judged, Problem> {
    let Known { recent, before, waiting, .. } = known;
    judge.judge(&known.alerts, &Look { end, window, recent, before, missed, waiting: *waiting })
}

/// Writes all of it or nothing; nothing, too, where another run was here first.
async fn write(
    database: &dyn Database,
    mut batch: Vec<Statement>,
    judged: Judged,
    lines: &mut Vec<String>,
) -> Result<(), Problem> {
    batch.extend(judged.batch);
    let outcomes = database.batch(batch).await?;
    if outcomes.first().is_some_and(|first| first.changes > 0) {
        lines.extend(judged.lines);
    }
    Ok(())
}

/// What is old enough.
fn forget(now: i64) -> Vec<Statement> {
    let windows = |step: i64, age: i64| Statement::new(sql!("ops/windows_forget")).bind(step).bind(now - age);
    vec![
        windows(STEP, KEPT),
        windows(HOUR, KEPT_HOURS),
        Statement::new(sql!("ops/usage_forget")).bind(usage::day(now) - KEPT_DAYS),
        Statement::new(sql!("ops/alert_changes_forget")).bind(now - KEPT_DAYS * DAY),
    ]
}
