//! The shared cache, as administrators handle it.

use futures_util::future::join_all;

use crate::context::Context;
use crate::contract::types::{CacheInvalidated, CacheInvalidation, InvalidateCacheInput};
use crate::kernel::audit::{Personal, When};
use crate::kernel::problem::{Place, Problem, Violation};
use crate::oracle::cache::marks;
use crate::oracle::shelf::Shelf;

/// How many keys of a prefix are removed at a time.
const PAGE: u32 = 25;

/// Marks results as no longer believed, and removes keys by name and by what they begin with. The deed is recorded
/// first.
pub async fn invalidate_cache(
    cx: &Context<'_>,
    input: InvalidateCacheInput,
) -> Result<CacheInvalidated, Problem> {
    let CacheInvalidation { tags, input_hashes, keys, prefix } = input.body;
    let (mut tags, hashes) = (tags.unwrap_or_default(), input_hashes.unwrap_or_default());
    let mut keys = keys.unwrap_or_default();
    refuse_unknown(&tags)?;
    let secret = cx.config.vault.current.bytes();
    tags.extend(hashes.iter().map(|hash| Shelf::mark(secret, hash)));
    let personal = Personal::default()
        .maybe("prefix", prefix.as_deref())
        .text("tags", &tags.join("\n"))
        .text("keys", &keys.join("\n"));
    let record =
        cx.note(When::Always, "cache.invalidated", ("cache", "shared"), cx.caller.user_id(), personal);
    let mut batch = vec![record];
    if !tags.is_empty() {
        batch.extend(marks::set(&tags, cx.now)?);
        batch.push(marks::list());
    }
    let done = cx.ports.database.batch(batch).await?;
    if let Some(list) = done.last().filter(|_| !tags.is_empty()) {
        marks::publish(cx, &list.rows).await?;
    }
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
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(CacheInvalidated { marked: count(tags.len()), removed: count(keys.len()), more })
}

/// Refuses tags that no result has, so that a slip is not taken for an invalidation.
fn refuse_unknown(tags: &[String]) -> Result<(), Problem> {
    let unknown = tags.iter().enumerate().filter(|(_, tag)| !marks::is_tag(tag));
    let violations: Vec<Violation> = unknown
        .map(|(at, _)| Violation {
            place: Place::Body,
            pointer: format!("/tags/{at}"),
            code: "unknown-tag",
            message: "A tag is `all`, or begins with `engine:` or `date:`.".to_owned(),
        })
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(Problem::invalid(violations)) }
}
