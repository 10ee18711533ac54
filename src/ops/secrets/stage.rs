//! When somebody is told. Pure.

use crate::contract::types::SecretState;
use crate::kernel::time::Timestamp;

/// A day in milliseconds.
pub const DAY: i64 = 86_400_000;

/// The stages on the way to the end, by the number that is kept of the last one that was told: a month ahead, a week
/// ahead, at the end. Those ahead are left out where they would come within the first half of a life.
pub const AHEAD: [(i64, i64); 2] = [(2, 7 * DAY), (1, 30 * DAY)];

/// The stage of the end.
pub const ENDED: i64 = 3;

/// The stage of something that lives from one moment to another; 0 while there is nothing to tell.
#[must_use]
pub fn stage(from: Timestamp, end: Timestamp, now: Timestamp) -> i64 {
    let (left, life) = (end.millis() - now.millis(), end.millis() - from.millis());
    if left <= 0 {
        return ENDED;
    }
    AHEAD.iter().find(|(_, ahead)| left <= *ahead && life >= 2 * ahead).map_or(0, |(stage, _)| *stage)
}

/// The stage as it is told.
#[must_use]
pub fn state(stage: i64) -> SecretState {
    match stage {
        i64::MIN..=0 => SecretState::Current,
        1 => SecretState::Expiring,
        2 => SecretState::Urgent,
        _ => SecretState::Expired,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::EPOCH.plus_millis(days * DAY)
    }

    #[test]
    fn a_year_is_told_of_a_month_ahead_a_week_ahead_and_at_its_end() {
        let told = |day| stage(at(0), at(365), at(day));
        assert_eq!([0, 334, 335, 357, 358, 364, 365, 900].map(told), [0, 0, 1, 1, 2, 2, 3, 3]);
    }

    #[test]
    fn nothing_is_told_in_the_first_half_of_a_life() {
        assert_eq!([0, 1, 2].map(|day| stage(at(0), at(2), at(day))), [0, 0, 3]);
        assert_eq!([0, 37, 38, 45].map(|day| stage(at(0), at(45), at(day))), [0, 0, 2, 3]);
        assert_eq!([29, 30].map(|day| stage(at(0), at(60), at(day))), [0, 1]);
    }

    proptest! {
        #[test]
        fn stages_only_grow(life in 1_i64..1000, early in 0_i64..1100, later in 0_i64..1100) {
            let (one, other) = (stage(at(0), at(life), at(early)), stage(at(0), at(life), at(early + later)));
            prop_assert!(one <= other);
            prop_assert_eq!(other == ENDED, early + later >= life);
        }
    }
}
