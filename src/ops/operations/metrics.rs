//! What the house does, for administrators and their programs.

use crate::context::Context;
use crate::contract::types::{DatabasePerformance, FindDatabasePerformanceInput, FindMetricsInput};
use crate::kernel::problem::Problem;
use crate::ops::metrics::gather::gather;
use crate::ops::metrics::{report, text};

/// Everything that was counted, as Prometheus reads it.
pub async fn find_metrics(cx: &Context<'_>, _input: FindMetricsInput) -> Result<String, Problem> {
    gather(cx).await.map(|sums| text::write(&sums, cx.now))
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
