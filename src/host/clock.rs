//! A clock that stands until a test moves it.

use std::cell::Cell;
use std::time::Duration;

use async_trait::async_trait;

use crate::kernel::time::Timestamp;
use crate::ports::Clock;

/// A clock that shows what it was set to. Whoever sleeps by it moves it on.
#[derive(Debug)]
pub struct FixedClock {
    now: Cell<Timestamp>,
    slept: Cell<Duration>,
}

impl FixedClock {
    /// A clock that shows this moment.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self { now: Cell::new(now), slept: Cell::new(Duration::ZERO) }
    }

    /// Sets it, backwards too.
    pub fn set(&self, now: Timestamp) {
        self.now.set(now);
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.now.set(self.now.get().plus_millis(millis));
    }

    /// How long was slept by it in all.
    #[must_use]
    pub fn slept(&self) -> Duration {
        self.slept.get()
    }
}

#[async_trait(?Send)]
impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.now.get()
    }

    async fn sleep(&self, time: Duration) {
        self.slept.set(self.slept.get().saturating_add(time));
        self.advance(time);
    }
}
