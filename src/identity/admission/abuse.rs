//! The graduated answer: a refusal is told, then told slowly, then a block that grows.
//!
//! Only refusals that were not heeded count: who waits as long as Retry-After said, or sent many requests at one
//! moment, is told again and no more. Who keeps coming early is answered late, and who goes on after that is blocked:
//! a minute first, twice as long each time. A quiet while forgives.

use serde::{Deserialize, Serialize};

/// Refusals within this many milliseconds count as one: they were on their way together.
const TOGETHER: i64 = 1_000;
/// Strikes from which on refusals are told slowly; every so many more it takes a second longer.
const SLOW_AFTER: u32 = 5;
/// Strikes that lead to a block.
const BLOCK_AFTER: u32 = 20;
/// A refusal is held back for so many milliseconds at most.
const SLOWEST: u32 = 3_000;
/// Strikes are forgiven after so many milliseconds without another one.
const QUIET: i64 = 60_000;
/// The first block, in milliseconds.
const FIRST_BLOCK: i64 = 60_000;
/// The longest block, in milliseconds.
const LONGEST_BLOCK: i64 = 86_400_000;
/// Blocks are forgiven after a quiet time as long as the last one, and not before so many milliseconds.
const FORGIVE_BLOCKS: i64 = 600_000;

/// How a refusal is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// At once, or held back for so many milliseconds.
    Told {
        /// Milliseconds.
        slow: u32,
    },
    /// Everything is refused until then.
    Blocked {
        /// Milliseconds since 1970.
        until: i64,
    },
}

/// What is remembered of unheeded refusals; moments in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Abuse {
    /// Refusals that came too early.
    strikes: u32,
    /// When the last refusal was told or struck.
    last: i64,
    /// What it told: come back then.
    told: i64,
    /// Blocks so far.
    blocks: u32,
    /// The end of the last one.
    until: i64,
}

impl Abuse {
    /// Whether there is nothing to remember.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The end of a block that holds now.
    #[must_use]
    pub fn blocked(&self, now: i64) -> Option<i64> {
        Some(self.until).filter(|until| now < *until)
    }

    /// Somebody is refused who may come back at `retry_at`.
    pub fn refuse(&mut self, now: i64, retry_at: i64) -> Answer {
        self.forgive(now);
        if let Some(until) = self.blocked(now) {
            return Answer::Blocked { until };
        }
        if now >= self.told {
            (self.last, self.told) = (now, retry_at);
        } else if now - self.last >= TOGETHER {
            (self.last, self.told) = (now, self.told.max(retry_at));
            self.strikes += 1;
        }
        if self.strikes >= BLOCK_AFTER {
            self.until = now.saturating_add(length(self.blocks));
            self.blocks = self.blocks.saturating_add(1);
            (self.strikes, self.last, self.told) = (0, self.until, self.until);
            return Answer::Blocked { until: self.until };
        }
        Answer::Told { slow: (self.strikes / SLOW_AFTER * 1_000).min(SLOWEST) }
    }

    /// Forgets what a quiet while has made good.
    pub fn forgive(&mut self, now: i64) {
        if now >= self.forgiven_at() {
            *self = Self::default();
        } else if now - self.last >= QUIET {
            self.strikes = 0;
        }
    }

    /// When all of it is forgiven, if nothing more happens.
    #[must_use]
    pub fn forgiven_at(&self) -> i64 {
        match self.blocks.checked_sub(1) {
            None if self.is_none() => 0,
            None => self.last.saturating_add(QUIET),
            Some(last) => self.last.max(self.until).saturating_add(length(last).max(FORGIVE_BLOCKS)),
        }
    }
}

/// How long a block is after so many others, in milliseconds.
fn length(blocks: u32) -> i64 {
    FIRST_BLOCK.saturating_mul(1 << blocks.min(16)).min(LONGEST_BLOCK)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NEVER: i64 = i64::MAX / 2;

    /// Refuses once a second from `from` on until the answer is a block; its length and what was said before.
    fn until_blocked(abuse: &mut Abuse, from: i64) -> (i64, Vec<u32>) {
        let mut slow = Vec::new();
        for second in 0..100 {
            let now = from + second * 1_000;
            match abuse.refuse(now, NEVER) {
                Answer::Told { slow: millis } => slow.push(millis),
                Answer::Blocked { until } => return (until - now, slow),
            }
        }
        panic!("never blocked")
    }

    #[test]
    fn refusals_are_told_then_told_slowly_then_end_in_a_block() {
        let (block, slow) = until_blocked(&mut Abuse::default(), 1_000_000);
        let expected = [vec![0; 5], vec![1_000; 5], vec![2_000; 5], vec![3_000; 5]].concat();
        assert_eq!((block, slow), (60_000, expected));
    }

    #[test]
    fn blocks_double_up_to_a_day() {
        let (mut abuse, mut now, mut lengths) = (Abuse::default(), 1_000_000, Vec::new());
        for _ in 0..13 {
            let (block, slow) = until_blocked(&mut abuse, now);
            now += slow.len() as i64 * 1_000 + block;
            lengths.push(block / 60_000);
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 1_440, 1_440]);
    }

    #[test]
    fn a_block_is_not_lengthened_by_what_it_refuses() {
        let mut abuse = Abuse::default();
        let (block, slow) = until_blocked(&mut abuse, 1_000_000);
        let until = 1_000_000 + slow.len() as i64 * 1_000 + block;
        for now in [until - block, until - 1_000, until - 1] {
            assert_eq!(abuse.refuse(now, NEVER), Answer::Blocked { until });
        }
        assert_eq!((abuse.blocked(until - 1), abuse.blocked(until)), (Some(until), None));
        assert_eq!(abuse.refuse(until, NEVER), Answer::Told { slow: 0 });
    }

    #[test]
    fn many_at_one_moment_are_one() {
        let mut abuse = Abuse::default();
        for number in 0..1_000 {
            assert_eq!(abuse.refuse(1_000_000 + number % 1_000, NEVER), Answer::Told { slow: 0 });
        }
    }

    #[test]
    fn a_quiet_while_forgives() {
        let mut abuse = Abuse::default();
        for second in 0..19 {
            abuse.refuse(1_000_000 + second * 1_000, NEVER);
        }
        assert_eq!(abuse.refuse(1_018_000 + QUIET, NEVER), Answer::Told { slow: 0 });
        let mut abuse = Abuse::default();
        let (block, slow) = until_blocked(&mut abuse, 1_000_000);
        let until = 1_000_000 + slow.len() as i64 * 1_000 + block;
        let mut soon = abuse;
        assert_eq!(until_blocked(&mut soon, until + FORGIVE_BLOCKS - 1).0, 120_000);
        assert_eq!(until_blocked(&mut abuse, until + FORGIVE_BLOCKS).0, 60_000);
    }

    proptest! {
        /// Who waits as long as told is never slowed or blocked, however often they are refused.
        #[test]
        fn who_heeds_refusals_is_only_told(waits in prop::collection::vec((0_i64..400_000, 0_i64..5_000), 1..200)) {
            let (mut abuse, mut now) = (Abuse::default(), 1_000_000);
            for (wait, more) in waits {
                prop_assert_eq!(abuse.refuse(now, now + wait), Answer::Told { slow: 0 });
                prop_assert_eq!(abuse.blocked(now), None);
                now += wait + more;
            }
        }

        /// Whatever comes: a block lasts from a minute to a day, is what the state says until it ends, is at least as
        /// long as the one before unless that was forgiven, and after the forgiving moment nothing is left.
        #[test]
        fn blocks_grow_and_end(steps in prop::collection::vec((0_i64..90_000, 0_i64..200_000), 1..400)) {
            let (mut abuse, mut now, mut before, mut free_at) = (Abuse::default(), 1_000_000, 0, 0);
            for (step, wait) in steps {
                now += step / if step % 3 == 0 { 1 } else { 60 };
                let forgiven = now >= abuse.forgiven_at();
                match abuse.refuse(now, now + wait) {
                    Answer::Told { slow } => {
                        prop_assert!(now >= free_at && slow <= SLOWEST);
                        prop_assert!(!forgiven || slow == 0);
                    }
                    Answer::Blocked { until } if now < free_at => prop_assert_eq!(until, free_at),
                    Answer::Blocked { until } => {
                        let length = until - now;
                        prop_assert!((FIRST_BLOCK..=LONGEST_BLOCK).contains(&length));
                        prop_assert!(length >= before || now - free_at >= before.max(FORGIVE_BLOCKS));
                        (before, free_at) = (length, until);
                    }
                }
                let mut later = abuse;
                later.forgive(abuse.forgiven_at());
                prop_assert!(later.is_none());
            }
        }
    }
}
