//! Numbers of a name.

use super::number::{Found, reduced, way};
use crate::contract::types::{NumerologyName, NumerologyNamePart, NumerologyReplacement, NumerologySystem};
use crate::oracle::engines::Refusal;
use crate::oracle::engines::letters::{self, Spelled, Unspellable};

/// A to Z in the Chaldean system; no letter has a 9.
const CHALDEAN: [u8; 26] = [1, 2, 3, 4, 5, 8, 3, 5, 1, 1, 2, 3, 4, 5, 7, 8, 1, 2, 3, 4, 6, 6, 6, 5, 1, 7];

/// Why a name cannot be counted, if it cannot.
#[must_use]
pub fn refusal(pointer: &'static str, name: &str) -> Option<Refusal> {
    let (code, message) = match letters::spell(name).err()? {
        Unspellable::Unknown(signs) => (
            "unspellable",
            format!(
                "No spelling in Latin letters is stated for {}. Give the name as it stands in a passport.",
                signs.join(" ")
            ),
        ),
        Unspellable::Empty => ("no-letters", "The name has no letter that could be counted.".to_owned()),
    };
    Some(Refusal { pointer, code, message })
}

/// A name and the values of its letters.
#[derive(Debug)]
pub struct Counted {
    written: String,
    spelled: Spelled,
    system: NumerologySystem,
}

/// Whether the letter at this place of a word is a vowel.
fn is_vowel(word: &[u8], place: usize) -> bool {
    let plain = |at: Option<usize>| {
        at.and_then(|at| word.get(at))
            .is_some_and(|letter| matches!(letter, b'A' | b'E' | b'I' | b'O' | b'U'))
    };
    match word.get(place) {
        Some(b'Y') => !plain(place.checked_sub(1)) && !plain(Some(place + 1)),
        _ => plain(Some(place)),
    }
}

impl Counted {
    /// Counts a name; `None` when it cannot be spelled.
    #[must_use]
    pub fn new(name: &str, system: NumerologySystem) -> Option<Self> {
        let spelled = letters::spell(name).ok()?;
        Some(Self { written: name.to_owned(), spelled, system })
    }

    fn value(&self, letter: u8) -> i64 {
        let place = letter.saturating_sub(b'A');
        match self.system {
            NumerologySystem::Pythagorean => i64::from(place % 9 + 1),
            NumerologySystem::Chaldean => CHALDEAN.get(usize::from(place)).copied().map_or(0, i64::from),
        }
    }

    /// The sum of the words, each reduced, counting only letters of one kind; `None` without such a letter.
    fn sum(&self, counts: impl Fn(&[u8], usize) -> bool) -> Option<Found> {
        let mut parts = Vec::new();
        let mut compound = 0;
        for word in &self.spelled.words {
            let bytes = word.as_bytes();
            let places = || (0..bytes.len()).filter(|place| counts(bytes, *place));
            let letters = || places().filter_map(|place| bytes.get(place).copied());
            let total: i64 = letters().map(|letter| self.value(letter)).sum();
            if total > 0 {
                let written: String = letters().map(char::from).collect();
                parts.push(format!("{written} {total}{}", way(total, true)));
                compound += reduced(total);
            }
        }
        (!parts.is_empty()).then(|| Found::sum(&parts.join(" + "), compound))
    }

    /// The number of all letters; a spelled name has at least one.
    #[must_use]
    pub fn expression(&self) -> Found {
        self.sum(|_, _| true).unwrap_or_else(|| Found::sum("", 0))
    }

    /// The number of the vowels.
    #[must_use]
    pub fn soul_urge(&self) -> Option<Found> {
        self.sum(is_vowel)
    }

    /// The number of the consonants.
    #[must_use]
    pub fn personality(&self) -> Option<Found> {
        self.sum(|word, place| !is_vowel(word, place))
    }

    /// The digits that no letter has, as far as the system has a letter for them.
    #[must_use]
    pub fn missing(&self) -> Vec<i64> {
        let most = match self.system {
            NumerologySystem::Pythagorean => 9,
            NumerologySystem::Chaldean => 8,
        };
        (1..=most).filter(|digit| !self.values().any(|value| value == *digit)).collect()
    }

    fn values(&self) -> impl Iterator<Item = i64> {
        self.spelled.words.iter().flat_map(|word| word.bytes()).map(|letter| self.value(letter))
    }

    /// The name for a result.
    #[must_use]
    pub fn describe(&self) -> NumerologyName {
        let part = |word: &String| {
            let values: Vec<i64> = word.bytes().map(|letter| self.value(letter)).collect();
            let total = values.iter().sum();
            NumerologyNamePart { letters: word.clone(), values, total, number: reduced(total) }
        };
        NumerologyName {
            written: self.written.clone(),
            parts: self.spelled.words.iter().map(part).collect(),
            replaced: self
                .spelled
                .replaced
                .iter()
                .map(|(from, to)| NumerologyReplacement { from: from.clone(), to: to.clone() })
                .collect(),
            total: self.values().sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vowels(word: &str) -> String {
        (0..word.len())
            .filter(|place| is_vowel(word.as_bytes(), *place))
            .map(|place| char::from(word.as_bytes()[place]))
            .collect()
    }

    #[test]
    fn y_is_a_vowel_where_no_vowel_is_beside_it() {
        for (word, expected) in [
            ("LYNN", "Y"),
            ("MARY", "AY"),
            ("MAYA", "AA"),
            ("YVONNE", "YOE"),
            ("JOYCE", "OE"),
            ("BRYYN", "YY"),
            ("WU", "U"),
            ("NG", ""),
        ] {
            assert_eq!(vowels(word), expected, "{word}");
        }
    }

    #[test]
    fn the_letters_of_each_system() {
        let value = |system, letter| Counted::new("A", system).unwrap().value(letter);
        let line = |system| (b'A'..=b'Z').map(|letter| value(system, letter).to_string()).collect::<String>();
        assert_eq!(line(NumerologySystem::Pythagorean), "12345678912345678912345678");
        assert_eq!(line(NumerologySystem::Chaldean), "12345835112345781234666517");
    }

    #[test]
    fn what_cannot_be_counted_is_named() {
        let refusal = refusal("/full_name", "Ada 李").unwrap();
        assert_eq!((refusal.pointer, refusal.code), ("/full_name", "unspellable"));
        assert!(refusal.message.contains('李'));
        assert_eq!(super::refusal("/full_name", "- -").unwrap().code, "no-letters");
        assert_eq!(super::refusal("/full_name", "Ada"), None);
    }
}
