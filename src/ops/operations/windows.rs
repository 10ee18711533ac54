//! What the house did over time, for administrators.

use chrono::NaiveDate;

use crate::context::Context;
use crate::contract::types::{FindMetricsHistoryInput, FindUsageInput, MetricsHistory, Usage};
use crate::kernel::problem::{Place, Problem, Violation};
use crate::ops::metrics::histogram::ERROR_BOUND;
use crate::ops::windows::history::{points, range};
use crate::ops::windows::{STEP, usage};
use crate::ports::Statement;

/// The longest range of usage, in days.
const MOST: i64 = 92;

/// Windows as points of a line.
pub async fn find_metrics_history(
    cx: &Context<'_>,
    input: FindMetricsHistoryInput,
) -> Result<MetricsHistory, Problem> {
    let (back, read, step) = range(input.query.range);
    let now = cx.now.millis();
    // The hour that is not over is as old as its newest window.
    let from = now - now.rem_euclid(STEP) - back;
    let windows = Statement::new(sql!("ops/windows")).bind(read).bind(from).bind(now);
    let windows = cx.ports.database.run(windows).await?.rows.read::<_>()?;
    Ok(MetricsHistory {
        step_seconds: step / 1_000,
        error_bound: ERROR_BOUND,
        points: points(windows.as_slice(), step),
    })
}

/// Sums of days.
pub async fn find_usage(cx: &Context<'_>, input: FindUsageInput) -> Result<Usage, Problem> {
    let number = |date: NaiveDate| i64::from(date.to_epoch_days());
    let to = input.query.to.map_or_else(|| usage::day(cx.now.millis()), number);
    let from = input.query.from.map_or(to - 30, number);
    if !(1..=MOST).contains(&(to - from + 1)) {
        return Err(Problem::invalid(vec![Violation {
            place: Place::Query,
            pointer: "/from".to_owned(),
            code: "range",
            message: "The range ends after it begins and has at most 92 days.".to_owned(),
        }]));
    }
    usage::find(cx.ports.database, (from, to), input.query.by).await
}
