//! How the engines do, for administrators.

use crate::context::Context;
use crate::contract::types::{EngineMetrics, FindEngineMetricsInput};
use crate::kernel::problem::{Place, Problem, Violation};
use crate::kernel::time::Timestamp;
use crate::oracle::counts::{self, HOUR};
use crate::oracle::metrics;

/// The longest range, in hours.
const MOST: i64 = 31 * 24;

/// Sums over whole hours.
pub async fn find_engine_metrics(
    cx: &Context<'_>,
    input: FindEngineMetricsInput,
) -> Result<EngineMetrics, Problem> {
    let to = input.query.to.unwrap_or(cx.now).millis().div_euclid(HOUR) + 1;
    let from = input.query.from.map_or(to - 25, |from| from.millis().div_euclid(HOUR));
    if !(1..=MOST + 1).contains(&(to - from)) {
        return Err(Problem::invalid(vec![Violation {
            place: Place::Query,
            pointer: "/from".to_owned(),
            code: "range",
            message: "The range ends after it begins and has at most 31 days.".to_owned(),
        }]));
    }
    let sums = counts::sums_between(cx, from, to).await?;
    let moment = |hour: i64| Timestamp::from_millis(hour.saturating_mul(HOUR)).unwrap_or(cx.now);
    Ok(EngineMetrics {
        from: moment(from),
        to: moment(to),
        error_bound: metrics::ERROR_BOUND,
        items: metrics::report(&sums),
    })
}
