//! Reducing sums to numbers.

use crate::contract::types::{NumerologyNumber, NumerologyNumberKey};
use crate::oracle::engines::book::{Book, Text};
use crate::oracle::engines::texts;

/// The karmic debt numbers.
pub const DEBTS: [i64; 4] = [13, 14, 16, 19];
const MASTERS: [i64; 3] = [11, 22, 33];

/// The sum of the decimal digits of a number that is not negative.
fn digit_sum(mut number: i64) -> i64 {
    let mut sum = 0;
    while number > 0 {
        sum += number % 10;
        number /= 10;
    }
    sum
}

/// Whether a number is 11, 22 or 33.
#[must_use]
pub fn is_master(number: i64) -> bool {
    MASTERS.contains(&number)
}

/// Reduced to one digit.
#[must_use]
pub fn digit(mut number: i64) -> i64 {
    while number > 9 {
        number = digit_sum(number);
    }
    number
}

/// Reduced to one digit, or to 11, 22 or 33 where the way passes through one of them.
#[must_use]
pub fn reduced(mut number: i64) -> i64 {
    while number > 9 && !is_master(number) {
        number = digit_sum(number);
    }
    number
}

/// ` -> 29 -> 11`, the way from a sum to its number; empty where there is none.
#[must_use]
pub fn way(sum: i64, masters: bool) -> String {
    let mut text = String::new();
    let mut at = sum;
    while at > 9 && !(masters && is_master(at)) {
        at = digit_sum(at);
        text += &format!(" -> {at}");
    }
    text
}

/// A number and the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The number.
    pub number: i64,
    /// The sum it was reduced from.
    pub compound: i64,
    /// The first karmic debt that the reduction passes through.
    pub debt: Option<i64>,
    /// The calculation as one writes it down.
    pub working: String,
}

impl Found {
    /// Reduces a sum and keeps masters; `parts` says what was added.
    #[must_use]
    pub fn sum(parts: &str, compound: i64) -> Self {
        let mut at = compound;
        let mut debt = None;
        while at > 9 && !is_master(at) {
            debt = debt.or_else(|| DEBTS.into_iter().find(|number| *number == at));
            at = digit_sum(at);
        }
        Self { number: at, compound, debt, working: format!("{parts} = {compound}{}", way(compound, true)) }
    }

    /// Reduces a sum to one digit.
    #[must_use]
    pub fn single(parts: &str, compound: i64) -> Self {
        let working = format!("{parts} = {compound}{}", way(compound, false));
        Self { number: digit(compound), compound, debt: None, working }
    }

    /// A number that is kept as it is.
    #[must_use]
    pub fn whole(working: String, number: i64) -> Self {
        let debt = DEBTS.into_iter().find(|debt| *debt == number);
        Self { number, compound: number, debt, working }
    }
}

/// A number with its title and text.
#[must_use]
pub fn number(
    key: NumerologyNumberKey,
    label: &str,
    found: Found,
    texts: &[(u8, Text)],
    book: &Book,
) -> NumerologyNumber {
    NumerologyNumber {
        key,
        title: format!("{label} {}", found.number),
        number: found.number,
        master: is_master(found.number),
        compound: found.compound,
        karmic_debt: found.debt,
        working: found.working,
        text: book.of(texts::of(texts, found.number)).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masters_are_kept_on_the_way() {
        assert_eq!(
            [29, 38, 11, 22, 33, 44, 1990, 1993, 9, 0].map(reduced),
            [11, 11, 11, 22, 33, 8, 1, 22, 9, 0]
        );
        assert_eq!([29, 38, 11, 22, 33, 44, 1993].map(digit), [2, 2, 2, 4, 6, 8, 4]);
    }

    #[test]
    fn one_digit_is_the_remainder_by_nine() {
        for number in 1..20_000 {
            assert_eq!(digit(number), (number - 1) % 9 + 1);
        }
    }

    #[test]
    fn debts_lie_on_the_way() {
        let debt = |sum| Found::sum("", sum).debt;
        assert_eq!(
            [13, 14, 16, 19, 49, 67, 79, 28, 29, 22].map(debt),
            [Some(13), Some(14), Some(16), Some(19), Some(13), Some(13), Some(16), None, None, None]
        );
    }

    #[test]
    fn the_way_is_written_down() {
        assert_eq!(Found::sum("a + b", 79).working, "a + b = 79 -> 16 -> 7");
        assert_eq!(Found::sum("a + b", 38).working, "a + b = 38 -> 11");
        assert_eq!(Found::single("a + b", 38).working, "a + b = 38 -> 11 -> 2");
        assert_eq!(Found::sum("a", 5).working, "a = 5");
    }
}
