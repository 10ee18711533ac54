//! The platform's clock. In production it stands still between two I/O calls.

use crate::kernel::time::Timestamp;
use crate::ports::Clock;

/// `Date.now()`.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlatformClock;

impl Clock for PlatformClock {
    fn now(&self) -> Timestamp {
        #[allow(clippy::cast_possible_truncation)] // Whole milliseconds, far below 2^53.
        let millis = js_sys::Date::now() as i64;
        Timestamp::from_millis(millis).unwrap_or(Timestamp::EPOCH) // The platform's year has four digits.
    }
}
