//! The cache.

use std::time::Duration;

use super::{Check, Findings, equal, told};
use crate::ports::{Cache, PortError};

/// Runs these checks.
pub(super) async fn all(cache: &dyn Cache, findings: &mut Findings) {
    findings.add("a cache gives what was put, until it is deleted", round_trip(cache)).await;
    findings.add("a life under a minute is lengthened", short_life(cache)).await;
    findings.add("a cache holds any text, large ones too", texts(cache)).await;
    findings.add("a cache lists what a prefix begins, in order", lists(cache)).await;
    findings.add("keys that KV would refuse are refused", keys(cache)).await;
}

const HOUR: Duration = Duration::from_secs(3600);

async fn round_trip(cache: &dyn Cache) -> Check {
    told("delete of nothing", cache.delete("suite:a").await)?;
    equal("before", told("get", cache.get("suite:a").await)?, None)?;
    told("put", cache.put("suite:a", "1", HOUR).await)?;
    told("put again", cache.put("suite:a", "2", HOUR).await)?;
    equal("after", told("get", cache.get("suite:a").await)?.as_deref(), Some("2"))?;
    told("delete", cache.delete("suite:a").await)?;
    equal("deleted", told("get", cache.get("suite:a").await)?, None)
}

async fn short_life(cache: &dyn Cache) -> Check {
    told("put", cache.put("suite:short", "x", Duration::ZERO).await)?;
    equal("still there", told("get", cache.get("suite:short").await)?.as_deref(), Some("x"))
}

async fn texts(cache: &dyn Cache) -> Check {
    let large = "0123456789é🦉".repeat(100_000);
    for (key, text) in [("empty", ""), ("odd", "\u{0}\"\\\n🦉\u{7f}"), ("large", large.as_str())] {
        told(key, cache.put(&format!("suite:{key}/é {key}"), text, HOUR).await)?;
        let found = told(key, cache.get(&format!("suite:{key}/é {key}")).await)?;
        equal(key, found.as_deref() == Some(text), true)?;
    }
    Ok(())
}

async fn lists(cache: &dyn Cache) -> Check {
    for key in ["list:b", "list:a/é", "list:c", "listed", "lis"] {
        told("put", cache.put(key, "x", HOUR).await)?;
    }
    equal("all", told("list", cache.list("list:", 10).await)?, ["list:a/é", "list:b", "list:c"])?;
    equal("two", told("list", cache.list("list:", 2).await)?, ["list:a/é", "list:b"])?;
    told("delete", cache.delete("list:b").await)?;
    equal("fewer", told("list", cache.list("list:", 10).await)?, ["list:a/é", "list:c"])?;
    equal("none", told("list", cache.list("no such", 1).await)?, Vec::<String>::new())
}

async fn keys(cache: &dyn Cache) -> Check {
    for key in ["", ".", "..", &"k".repeat(513)] {
        for result in
            [cache.get(key).await.map(|_| ()), cache.put(key, "x", HOUR).await, cache.delete(key).await]
        {
            equal("refused", matches!(result, Err(PortError::TooLarge(_))), true)?;
        }
    }
    told("the longest key", cache.put(&"k".repeat(512), "x", HOUR).await)
}
