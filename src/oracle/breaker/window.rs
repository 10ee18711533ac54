//! The calls that a closed breaker judges by: the last so many, and none that are older than so long.

use serde::{Deserialize, Serialize};

use super::Settings;

/// The parts that a window is forgotten by: calls go out of it a twelfth of its time, or a tenth of its number, at a
/// time.
const PARTS_OF_TIME: i64 = 12;
const PARTS_OF_NUMBER: u32 = 10;

/// Calls and what became of them. A call may be failed and slow at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Calls that came to an end.
    pub calls: u32,
    /// Those that gave nothing to believe.
    pub failed: u32,
    /// Those that took long.
    pub slow: u32,
}

impl Tally {
    /// One call.
    #[must_use]
    pub fn one(failed: bool, slow: bool) -> Self {
        Self { calls: 1, failed: failed.into(), slow: slow.into() }
    }

    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.failed = self.failed.saturating_add(other.failed);
        self.slow = self.slow.saturating_add(other.slow);
    }

    /// The same with no more failed or slow calls than there were calls: what comes from outside an object is held to
    /// that.
    #[must_use]
    pub(super) fn sound(self) -> Self {
        Self { failed: self.failed.min(self.calls), slow: self.slow.min(self.calls), ..self }
    }
}

/// Tallies, oldest first, each with the time of its first call in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window(Vec<(i64, Tally)>);

impl Window {
    /// Adds calls that ended about now.
    pub fn add(&mut self, tally: Tally, now: i64, settings: &Settings) {
        self.forget(now, settings);
        let (span, share) = (settings.window_millis / PARTS_OF_TIME, settings.window_calls / PARTS_OF_NUMBER);
        match self.0.last_mut() {
            Some((at, last)) if now - *at < span && last.calls < share => last.add(tally),
            _ => self.0.push((now, tally)),
        }
        let mut total = self.total().calls;
        let over = self.0.iter().take_while(|(_, first)| {
            total = total.saturating_sub(first.calls);
            total >= settings.window_calls
        });
        let over = over.count();
        self.0.drain(..over);
    }

    /// Forgets what is too old.
    pub fn forget(&mut self, now: i64, settings: &Settings) {
        self.0.retain(|(at, _)| now - *at < settings.window_millis);
    }

    /// All calls in it.
    #[must_use]
    pub fn total(&self) -> Tally {
        let mut total = Tally::default();
        self.0.iter().for_each(|(_, tally)| total.add(*tally));
        total
    }

    /// How many tallies are kept.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
