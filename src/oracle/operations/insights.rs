//! What readings show when they are looked at together.

use crate::context::Context;
use crate::contract::types::{
    FindReadingCorrelationInput, FindReadingCorrelationTimeRange as Reach, FindReadingInsightsInput,
    FindReadingInsightsTimeRange as Range, FindTimelineInput, ReadingCorrelation, ReadingInsights, Timeline,
};
use crate::kernel::problem::Problem;
use crate::oracle::{correlation, history, insights, timeline};

/// What goes together.
pub async fn find_reading_correlation(
    cx: &Context<'_>,
    input: FindReadingCorrelationInput,
) -> Result<ReadingCorrelation, Problem> {
    let days = match input.query.time_range {
        Reach::V30d => 30,
        Reach::V90d => 90,
        Reach::V1y => 365,
    };
    correlation::report(&history::load(cx, Some(days)).await?)
}

/// Patterns, timing and trends.
pub async fn find_reading_insights(
    cx: &Context<'_>,
    input: FindReadingInsightsInput,
) -> Result<ReadingInsights, Problem> {
    let days = match input.query.time_range {
        Range::V7d => Some(7),
        Range::V30d => Some(30),
        Range::V90d => Some(90),
        Range::V1y => Some(365),
        Range::All => None,
    };
    Ok(insights::report(&history::load(cx, days).await?))
}

/// What happened, newest first.
pub async fn find_timeline(cx: &Context<'_>, input: FindTimelineInput) -> Result<Timeline, Problem> {
    timeline::page(cx, input).await
}
