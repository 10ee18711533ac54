//! When a breaker opens and how it closes again.

/// The thresholds of a kind of breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Calls that are older, in milliseconds, do not count.
    pub window_millis: i64,
    /// Of the others the last so many count.
    pub window_calls: u32,
    /// Nothing is concluded from fewer calls.
    pub minimum_calls: u32,
    /// The breaker opens when so many of a hundred calls failed.
    pub failed_percent: u32,
    /// It also opens when so many of a hundred calls were slow.
    pub slow_percent: u32,
    /// How long it stays open, in milliseconds, before probes are let through.
    pub open_millis: i64,
    /// How many probes decide whether it closes; no more are let through.
    pub probes: u32,
    /// The longest life of a probe's permit in milliseconds.
    pub permit_millis: i64,
}

impl Settings {
    /// Those of calls to remote engines.
    pub const ENGINE: Self = Self {
        window_millis: 60_000,
        window_calls: 100,
        minimum_calls: 10,
        failed_percent: 50,
        slow_percent: 80,
        open_millis: 10_000,
        probes: 3,
        permit_millis: 30_000,
    };
}
