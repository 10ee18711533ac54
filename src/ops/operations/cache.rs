//! The shared cache, as administrators handle it.

use futures_util::future::join_all;

use crate::context::Context;
use crate::contract::types::{CacheInvalidated, CacheInvalidation, InvalidateCacheInput};
use crate::kernel::audit::Personal;
use crate::kernel::problem::Problem;

/// How many keys of a prefix are removed at a time.
const PAGE: u32 = 25;

/// Removes keys by name and by what they begin with. The deed is recorded first.
pub async fn invalidate_cache(
    cx: &Context<'_>,
    input: InvalidateCacheInput,
) -> Result<CacheInvalidated, Problem> {
    let CacheInvalidation { keys, prefix } = input.body;
    let mut keys = keys.unwrap_or_default();
    let personal = Personal::default().maybe("prefix", prefix.as_deref()).text("keys", &keys.join("\n"));
    let record = cx.deed("cache.invalidated", ("cache", "shared"), cx.caller.user_id(), personal);
    cx.ports.database.run(record).await?;
    let mut more = false;
    if let Some(prefix) = &prefix {
        let found = cx.ports.cache.list(prefix, PAGE + 1).await?;
        more = found.len() > PAGE as usize;
        keys.extend(found.into_iter().take(PAGE as usize));
    }
    *cx.isolate.results.borrow_mut() = Default::default();
    for removed in join_all(keys.iter().map(|key| cx.ports.cache.delete(key))).await {
        removed?;
    }
    Ok(CacheInvalidated { removed: i64::try_from(keys.len()).unwrap_or(i64::MAX), more })
}
