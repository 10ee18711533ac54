//! What stands in a chart, in words.

use crate::contract::types::{ChartActivation, ChartGate, ChartSection};
use crate::oracle::engines::book::Book;
use crate::oracle::engines::texts::{CHART_WORDS, GATES, HEXAGRAMS, Word};

/// The words for a key of a group. Every key that engines ask for is there: the compiler of the texts sees to it.
#[must_use]
pub fn word(group: &str, key: &str) -> &'static Word {
    let [first, ..] = &CHART_WORDS;
    let named = |word: &&Word| {
        let rest = word.key.strip_prefix(group).and_then(|rest| rest.strip_prefix('.'));
        rest == Some(key)
    };
    CHART_WORDS.iter().find(named).unwrap_or(first)
}

/// The same as a section of an answer.
#[must_use]
pub fn section(group: &str, key: &str, book: &Book) -> ChartSection {
    let word = word(group, key);
    ChartSection {
        key: word.key.to_owned(),
        title: word.title.to_owned(),
        text: book.of(word.text).to_owned(),
    }
}

/// The gates that the activations can stand in, in ascending order.
pub fn gates<'a>(
    activations: impl Iterator<Item = &'a ChartActivation> + Clone,
    book: &Book,
) -> Vec<ChartGate> {
    let named = (1..).zip(GATES.iter().zip(&HEXAGRAMS));
    let active =
        named.filter(|(gate, _)| activations.clone().any(|activation| activation.gates.contains(gate)));
    let described = active.map(|(gate, (texts, hexagram))| ChartGate {
        gate,
        name: hexagram.name.to_owned(),
        strained: book.of(texts.strained).to_owned(),
        steady: book.of(texts.steady).to_owned(),
        open: book.of(texts.open).to_owned(),
    });
    described.collect()
}

/// Adds the items to a text, with something between each two.
pub fn join(text: &mut String, items: impl IntoIterator<Item = impl AsRef<str>>, between: &str) {
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            text.push_str(between);
        }
        text.push_str(item.as_ref());
    }
}

/// The digit of a line.
#[must_use]
pub fn line(number: i64) -> &'static str {
    match number {
        1 => "1",
        2 => "2",
        3 => "3",
        4 => "4",
        5 => "5",
        _ => "6",
    }
}
