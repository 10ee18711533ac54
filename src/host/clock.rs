//! A clock that stands until a test moves it.

use std::cell::Cell;
use std::time::Duration;

use crate::kernel::time::Timestamp;
use crate::ports::Clock;

/// A clock that shows what it was set to.
#[derive(Debug)]
pub struct FixedClock(Cell<Timestamp>);

impl FixedClock {
    /// A clock that shows this moment.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(Cell::new(now))
    }

    /// Sets it, backwards too.
    pub fn set(&self, now: Timestamp) {
        self.0.set(now);
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.set(self.0.get().plus_millis(millis));
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0.get()
    }
}
