//! How many people there were today, without anybody's name: a sketch of 256 small numbers (HyperLogLog;
//! Flajolet, Fusy, Gandouet, Meunier 2007). Sketches of isolates are merged by the larger of each number, and whoever
//! comes twice, or to two isolates, counts once. The standard error is 1.04 / sqrt(256) = 6.5 %. Ids of accounts end in 62
//! random bits, which take the place of a hash; of an id nothing but a register and a length is kept.

use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;

/// How many numbers a sketch has.
const REGISTERS: usize = 256;
/// What a 0 is written as.
const ZERO: u8 = b'0';
/// 0.7213 / (1 + 1.079 / 256): what the estimate is corrected by.
const ALPHA: f64 = 0.718_273;

const DAY: i64 = 86_400_000;

/// The people of one day of UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    /// The day's number since 1970.
    pub(super) day: u64,
    /// A character for each register; empty while nobody came.
    pub(super) seen: String,
}

impl People {
    /// Whether nobody came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Somebody is there.
    pub fn note(&mut self, id: Id, now: Timestamp) {
        let day = day(now);
        let bytes = id.bytes();
        let random = bytes.last_chunk::<8>().map(|last| u64::from_be_bytes(*last)).unwrap_or_default();
        let register = (random & 0xff) as usize;
        // The two highest bits are those of the variant (RFC 9562 section 4.1).
        let length = (random << 2).leading_zeros().min(54) as u8 + 1;
        self.turn(day);
        self.raise(register, length);
    }

    /// Adds those of another sketch, if they are of a day that is not over here.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() || other.day < self.day {
            return;
        }
        self.turn(other.day);
        for (register, written) in other.seen.bytes().enumerate().take(REGISTERS) {
            self.raise(register, written.saturating_sub(ZERO).min(55));
        }
    }

    fn turn(&mut self, day: u64) {
        if self.day != day {
            *self = Self { day, seen: String::new() };
        }
    }

    fn raise(&mut self, register: usize, length: u8) {
        // As nearly always: somebody who was there before.
        if self.seen.as_bytes().get(register).is_some_and(|number| *number >= ZERO + length) {
            return;
        }
        let mut numbers = std::mem::take(&mut self.seen).into_bytes();
        numbers.resize(REGISTERS, ZERO);
        if let Some(number) = numbers.get_mut(register) {
            *number = (*number).max(ZERO + length);
        }
        // They are ASCII; a stored text that was not is begun anew.
        self.seen = String::from_utf8(numbers).unwrap_or_default();
    }

    /// About how many there were on the day of that moment.
    #[must_use]
    pub fn count(&self, now: Timestamp) -> u64 {
        if self.is_empty() || self.day != day(now) {
            return 0;
        }
        let numbers = || self.seen.bytes().map(|written| written.saturating_sub(ZERO));
        let all = REGISTERS as f64;
        let empty = numbers().filter(|number| *number == 0).count();
        let sum: f64 = numbers().map(|number| 0.5_f64.powi(i32::from(number))).sum();
        let raw = ALPHA * all * all / sum;
        #[allow(clippy::cast_precision_loss)] // At most 256.
        let estimate = if raw <= 2.5 * all && empty > 0 { all * (all / empty as f64).ln() } else { raw };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Not negative; a cast saturates.
        let whole = estimate.round() as u64;
        whole
    }
}

/// The number of the day since 1970.
fn day(now: Timestamp) -> u64 {
    now.millis().div_euclid(DAY).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    /// An account's id, whose random part follows from its number.
    fn person(number: u64) -> Id {
        let hash = crate::kernel::crypto::mac(b"person", &[&number.to_be_bytes()]);
        Id::new(at(0), *hash.first_chunk().unwrap())
    }

    #[test]
    fn people_are_counted_once_and_to_within_four_standard_errors() {
        for many in [0, 1, 10, 100, 500, 1_000, 20_000] {
            let (mut one, mut other) = (People::default(), People::default());
            for number in 0..many {
                one.note(person(number), at(5));
                if number % 2 == 0 {
                    other.note(person(number), at(9));
                }
            }
            let alone = one.count(at(DAY - 1));
            one.merge(&other);
            assert_eq!(one.count(at(DAY - 1)), alone, "those who came twice count once");
            let bound = (many as f64 * 4.0 * 0.065).max(1.0);
            assert!((alone as f64 - many as f64).abs() <= bound, "{alone} for {many}");
        }
    }

    #[test]
    fn merging_is_the_same_in_whatever_order() {
        let of = |range: std::ops::Range<u64>| {
            let mut people = People::default();
            range.for_each(|number| people.note(person(number), at(1)));
            people
        };
        let merged = |one: &People, other: &People| {
            let mut merged = one.clone();
            merged.merge(other);
            merged
        };
        let (a, b, c) = (of(0..50), of(40..90), of(200..230));
        assert_eq!(merged(&a, &b), merged(&b, &a));
        assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        assert_eq!(merged(&a, &b), of(0..90));
    }

    #[test]
    fn a_day_begins_with_nobody() {
        let mut people = People::default();
        people.note(person(1), at(DAY - 1));
        assert_eq!((people.count(at(DAY - 1)), people.count(at(DAY))), (1, 0));
        let yesterday = people.clone();
        people.note(person(2), at(DAY));
        people.merge(&yesterday);
        assert_eq!(people.count(at(DAY)), 1, "those of yesterday are not of today");
    }

    #[test]
    fn what_is_kept_is_short_and_names_nobody() {
        let mut people = People::default();
        (0..10_000).for_each(|number| people.note(person(number), at(1)));
        let word = |byte: u8| byte.is_ascii_graphic();
        assert!(people.seen.len() == 256 && people.seen.bytes().all(word), "{people:?}");
    }
}
