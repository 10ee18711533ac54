//! Pinnacles and challenges: four periods of life each.

use chrono::NaiveDate;

use super::birth::Birth;
use super::number::{digit, reduced, way};
use crate::contract::types::NumerologyPeriod;
use crate::oracle::engines::book::{Book, Text};
use crate::oracle::engines::texts;

/// First and last age of the period at each position; the fourth has no end.
fn ages(life_path: i64) -> [(i64, Option<i64>); 4] {
    let first = 36 - digit(life_path);
    [(0, Some(first)), (first + 1, Some(first + 9)), (first + 10, Some(first + 18)), (first + 19, None)]
}

fn periods(
    label: &str,
    found: [(i64, String); 4],
    ages: [(i64, Option<i64>); 4],
    age: i64,
    texts: &[(u8, Text)],
    book: &Book,
) -> Vec<NumerologyPeriod> {
    let ordinals = ["First", "Second", "Third", "Fourth"];
    found
        .into_iter()
        .zip(ages)
        .zip(ordinals.into_iter().zip(1..))
        .map(|(((number, working), (from_age, to_age)), (ordinal, position))| NumerologyPeriod {
            position,
            title: format!("{ordinal} {label}: {number}"),
            number,
            from_age,
            to_age,
            current: from_age <= age && to_age.is_none_or(|last| age <= last),
            working,
            text: book.of(texts::of(texts, number)).to_owned(),
        })
        .collect()
}

/// Month and day, day and year, the two before, month and year; each sum keeps 11, 22 and 33.
#[must_use]
pub fn pinnacles(birth: &Birth, life_path: i64, on: NaiveDate, book: &Book) -> Vec<NumerologyPeriod> {
    let [month, day, year] = birth.digits();
    let sum = |one: (&str, i64), other: (&str, i64)| {
        let sum = one.1 + other.1;
        (reduced(sum), format!("{} {} + {} {} = {sum}{}", one.0, one.1, other.0, other.1, way(sum, true)))
    };
    let first = sum(("month", month), ("day", day));
    let second = sum(("day", day), ("year", year));
    let third = sum(("first", first.0), ("second", second.0));
    let fourth = sum(("month", month), ("year", year));
    periods(
        "pinnacle",
        [first, second, third, fourth],
        ages(life_path),
        birth.age(on),
        &texts::PINNACLE,
        book,
    )
}

/// The differences of the same parts.
#[must_use]
pub fn challenges(birth: &Birth, life_path: i64, on: NaiveDate, book: &Book) -> Vec<NumerologyPeriod> {
    let [month, day, year] = birth.digits();
    let difference = |one: (&str, i64), other: (&str, i64)| {
        let apart = (one.1 - other.1).abs();
        (apart, format!("{} {} and {} {} are {apart} apart", one.0, one.1, other.0, other.1))
    };
    let first = difference(("month", month), ("day", day));
    let second = difference(("day", day), ("year", year));
    let third = difference(("first", first.0), ("second", second.0));
    let fourth = difference(("month", month), ("year", year));
    periods(
        "challenge",
        [first, second, third, fourth],
        ages(life_path),
        birth.age(on),
        &texts::CHALLENGE,
        book,
    )
}
