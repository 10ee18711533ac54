//! Karmic debts and lessons, and bridges.

use super::name::Counted;
use super::number::{DEBTS, digit};
use crate::contract::types::{
    NumerologyBridge, NumerologyDebt, NumerologyLesson, NumerologyNumber, NumerologyNumberKey as Key,
};
use crate::oracle::engines::book::Book;
use crate::oracle::engines::texts;

/// The karmic debts behind these numbers, smallest first.
pub fn debts<'a>(numbers: impl Iterator<Item = &'a NumerologyNumber>, book: &Book) -> Vec<NumerologyDebt> {
    let found: Vec<(i64, Key)> = numbers.filter_map(|n| n.karmic_debt.map(|debt| (debt, n.key))).collect();
    DEBTS
        .into_iter()
        .filter_map(|debt| {
            let found_in: Vec<Key> =
                found.iter().filter(|(of, _)| *of == debt).map(|(_, key)| *key).collect();
            (!found_in.is_empty()).then(|| NumerologyDebt {
                number: debt,
                title: format!("Karmic debt {debt}"),
                found_in,
                text: book.of(texts::of(&texts::KARMIC_DEBT, debt)).to_owned(),
            })
        })
        .collect()
}

/// The digits that a name lacks, smallest first.
pub fn lessons(name: &Counted, book: &Book) -> Vec<NumerologyLesson> {
    name.missing()
        .into_iter()
        .map(|missing| NumerologyLesson {
            number: missing,
            title: format!("Karmic lesson {missing}"),
            text: book.of(texts::of(&texts::KARMIC_LESSON, missing)).to_owned(),
        })
        .collect()
}

/// The distances between life path and expression, and between soul urge and personality where both exist.
pub fn bridges(
    life_path: &NumerologyNumber,
    expression: &NumerologyNumber,
    soul_urge: Option<&NumerologyNumber>,
    personality: Option<&NumerologyNumber>,
    book: &Book,
) -> Vec<NumerologyBridge> {
    [Some((life_path, expression)), soul_urge.zip(personality)]
        .into_iter()
        .flatten()
        .map(|(one, other)| {
            let apart = (digit(one.number) - digit(other.number)).abs();
            NumerologyBridge {
                between: vec![one.key, other.key],
                title: format!(
                    "Bridge {apart} between {} and {}",
                    one.key.as_str().replace('_', " "),
                    other.key.as_str().replace('_', " ")
                ),
                number: apart,
                text: book.of(texts::of(&texts::BRIDGE, apart)).to_owned(),
            }
        })
        .collect()
}
