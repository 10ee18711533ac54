//! The cache of results, as administrators see it.

use crate::context::Context;
use crate::contract::types::{CacheMemory, CacheStats, CacheWarmed, FindCacheStatsInput, WarmCacheInput};
use crate::kernel::problem::Problem;
use crate::oracle::cache::{stats, warm};
use crate::oracle::counts;

/// Hits and misses, sizes and ages.
pub async fn find_cache_stats(cx: &Context<'_>, input: FindCacheStatsInput) -> Result<CacheStats, Problem> {
    let hours = input.query.hours;
    let sums = counts::sums(cx, hours).await?;
    let (entries, bytes) = cx.isolate.results.borrow().size();
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let isolate = CacheMemory { entries: count(entries), bytes: count(bytes) };
    Ok(stats::of(&sums, counts::first_hour(cx.now, hours), cx.now, isolate))
}

/// Calculates ahead.
pub async fn warm_cache(cx: &Context<'_>, input: WarmCacheInput) -> Result<CacheWarmed, Problem> {
    warm::next_day(cx, &input.body.user_ids).await
}
