//! Counted sliding windows of a minute, an hour and a day.
//!
//! Time is cut into buckets, much shorter than the window. A unit is counted in the bucket of the last moment at which
//! it may be used, and held until a whole window has passed since that bucket ended. So when a unit is admitted, every
//! other one that an interval of the window's length could still see beside it is held, and no interval, wherever it
//! begins, sees more than the quota. The price is that a unit is held for up to one bucket longer than its window.

use serde::{Deserialize, Serialize};

use super::abuse::Abuse;
use super::quotas::Quotas;

/// A window and its buckets, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The window's name.
    pub name: &'static str,
    /// Its length in seconds.
    pub seconds: u32,
    /// The length of a bucket in milliseconds; it divides the window's.
    bucket: i64,
}

/// The windows, shortest first.
pub const SPANS: [Span; 3] = [
    Span { name: "minute", seconds: 60, bucket: 5_000 },
    Span { name: "hour", seconds: 3_600, bucket: 300_000 },
    Span { name: "day", seconds: 86_400, bucket: 3_600_000 },
];

impl Span {
    /// When what is counted in that bucket is no longer held.
    fn end(self, bucket: i64) -> i64 {
        bucket.saturating_add(1).saturating_mul(self.bucket).saturating_add(i64::from(self.seconds) * 1000)
    }
}

/// The units that one window holds: bucket's number since 1970 and its units, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Held(Vec<(i64, u32)>);

impl Held {
    fn units(&self) -> u32 {
        self.0.iter().fold(0, |sum: u32, (_, units)| sum.saturating_add(*units))
    }

    fn forget(&mut self, span: Span, now: i64) {
        self.0.retain(|(bucket, _)| span.end(*bucket) > now);
    }

    fn add(&mut self, span: Span, at: i64, units: u32) {
        let bucket = at.div_euclid(span.bucket);
        match self.0.binary_search_by_key(&bucket, |(known, _)| *known) {
            Ok(index) => {
                if let Some((_, held)) = self.0.get_mut(index) {
                    *held = held.saturating_add(units);
                }
            }
            Err(index) => self.0.insert(index, (bucket, units)),
        }
    }

    /// When so many units have gone; all of them, where there are fewer.
    fn gone_at(&self, span: Span, units: u32) -> Option<i64> {
        let mut gone: u32 = 0;
        for (bucket, held) in &self.0 {
            gone = gone.saturating_add(*held);
            if gone >= units {
                return Some(span.end(*bucket));
            }
        }
        self.0.last().map(|(bucket, _)| span.end(*bucket))
    }
}

/// How one window stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The policy's name in headers and problems.
    pub policy: String,
    /// Its length in seconds: 60, 3,600 or 86,400.
    pub seconds: u32,
    /// Units it admits.
    pub limit: u32,
    /// Units left.
    pub left: u32,
    /// When units come back, in milliseconds since 1970: the first of those held or, after a refusal, as many as
    /// were asked for. `None` when none are held.
    pub more_at: Option<i64>,
}

impl Window {
    /// Whether at most a tenth is left.
    #[must_use]
    pub fn is_nearly_used(&self) -> bool {
        u64::from(self.left) * 10 <= u64::from(self.limit)
    }

    /// Whole seconds from now until units come back, rounded up.
    #[must_use]
    pub fn seconds_left(&self, now: i64) -> Option<u32> {
        self.more_at.map(|at| seconds_until(at, now))
    }
}

/// Whole seconds until that moment, rounded up; at least 1.
#[must_use]
pub fn seconds_until(at: i64, now: i64) -> u32 {
    u32::try_from(at.saturating_sub(now).saturating_add(999) / 1000).unwrap_or(1).max(1)
}

/// What is counted together: three windows, and how the caller took refusals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counter {
    /// One for each of [`SPANS`].
    #[serde(rename = "held")]
    windows: [Held; 3],
    /// Refusals that were not heeded.
    #[serde(default, skip_serializing_if = "Abuse::is_none")]
    pub abuse: Abuse,
}

impl Counter {
    /// Lets go what no window holds any more.
    pub fn forget(&mut self, now: i64) {
        for (held, span) in self.windows.iter_mut().zip(SPANS) {
            held.forget(span, now);
        }
        self.abuse.forgive(now);
    }

    /// Counts units that may be used until `at`.
    pub fn add(&mut self, at: i64, units: u32) {
        if units > 0 {
            for (held, span) in self.windows.iter_mut().zip(SPANS) {
                held.add(span, at, units);
            }
        }
    }

    /// Puts units into one window alone; for what an earlier form has counted.
    pub(super) fn restore(&mut self, window: usize, at: i64, units: u32) {
        if let (true, Some(held), Some(span)) = (units > 0, self.windows.get_mut(window), SPANS.get(window)) {
            held.add(*span, at, units);
        }
    }

    /// How many units the scarcest window admits, when so much of each quota is to stay untouched.
    #[must_use]
    pub fn left(&self, quotas: Quotas, untouched: impl Fn(u32) -> u32) -> u32 {
        let left =
            |(held, limit): (&Held, u32)| limit.saturating_sub(untouched(limit)).saturating_sub(held.units());
        self.windows.iter().zip(quotas.0).map(left).min().unwrap_or(0)
    }

    /// How the windows stand for somebody who wants `cost` units. `prefix` begins the policies' names.
    pub fn windows(&self, prefix: &str, quotas: Quotas, cost: u32) -> impl Iterator<Item = Window> {
        let limited = self.windows.iter().zip(SPANS).zip(quotas.0).filter(|(_, limit)| *limit < u32::MAX);
        limited.map(move |((held, span), limit)| {
            let units = held.units();
            let left = limit.saturating_sub(units);
            let wanted = cost.saturating_sub(left).max(1);
            let more_at = held.gone_at(span, units.saturating_sub(limit).saturating_add(wanted));
            Window { policy: [prefix, span.name].concat(), seconds: span.seconds, limit, left, more_at }
        })
    }

    /// When nothing of it matters any more.
    #[must_use]
    pub fn idle_at(&self) -> i64 {
        let last = |(held, span): (&Held, Span)| held.0.last().map(|(bucket, _)| span.end(*bucket));
        let windows = self.windows.iter().zip(SPANS).filter_map(last).max().unwrap_or(0);
        windows.max(self.abuse.forgiven_at())
    }
}
