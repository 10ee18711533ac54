//! What the house does, for administrators and their programs.

use futures_util::future::join;

use crate::context::Context;
use crate::contract::types::{DatabasePerformance, FindDatabasePerformanceInput, FindMetricsInput};
use crate::kernel::problem::Problem;
use crate::ops::metrics::gather::gather;
use crate::ops::metrics::{report, text};
use crate::ops::waiting;

/// Everything that was counted, and what waits to be done, as Prometheus reads it.
pub async fn find_metrics(cx: &Context<'_>, _input: FindMetricsInput) -> Result<String, Problem> {
    let waiting = cx.ports.database.run(waiting::count(cx.now));
    let (sums, waiting) = join(gather(cx), waiting).await;
    Ok(text::write(&sums?, waiting?.rows.first()?.as_ref(), cx.now))
}

/// How the database does, and what operations cost.
pub async fn find_database_performance(
    cx: &Context<'_>,
    input: FindDatabasePerformanceInput,
) -> Result<DatabasePerformance, Problem> {
    let sums = gather(cx).await?;
    let limit = usize::try_from(input.query.limit).unwrap_or_default();
    Ok(report::database(&sums, input.query.order, limit, cx.now))
}
