//! Lines, trigrams and the numbers of King Wen.

use crate::contract::types::{IchingHexagram, IchingTrigram};
use crate::oracle::engines::book::Book;
use crate::oracle::engines::texts::{HEXAGRAMS, Hexagram, TRIGRAMS, Trigram};

/// Six lines from the bottom up; `true` is yang.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines(pub [bool; 6]);

/// The number of each hexagram in the order of King Wen, by lower (row) and upper (column) trigram, both in
/// the order of [`index`]: earth, thunder, water, lake, mountain, fire, wind, heaven.
const KING_WEN: [[u8; 8]; 8] = [
    [2, 16, 8, 45, 23, 35, 20, 12],
    [24, 51, 3, 17, 27, 21, 42, 25],
    [7, 40, 29, 47, 4, 64, 59, 6],
    [19, 54, 60, 58, 41, 38, 61, 10],
    [15, 62, 39, 31, 52, 56, 53, 33],
    [36, 55, 63, 49, 22, 30, 37, 13],
    [46, 32, 48, 28, 18, 50, 57, 44],
    [11, 34, 5, 43, 26, 14, 9, 1],
];

/// Three lines as a number, the bottom line counting 1, the middle one 2, the top one 4.
fn index(lines: [bool; 3]) -> usize {
    lines.into_iter().zip([1, 2, 4]).filter(|(yang, _)| *yang).map(|(_, weight)| weight).sum()
}

fn digits(lines: &[bool]) -> String {
    lines.iter().map(|yang| if *yang { '1' } else { '0' }).collect()
}

/// The keys of a hexagram's lower and upper trigram, by its number in the order of King Wen.
#[must_use]
pub fn trigrams(number: u8) -> Option<[&'static str; 2]> {
    const KEYS: [&str; 8] = ["earth", "thunder", "water", "lake", "mountain", "fire", "wind", "heaven"];
    KING_WEN.iter().zip(KEYS).find_map(|(row, lower)| {
        let upper = row.iter().position(|other| *other == number)?;
        Some([lower, KEYS.get(upper).copied()?])
    })
}

impl Lines {
    /// The lower trigram.
    #[must_use]
    pub fn lower(self) -> [bool; 3] {
        let [first, second, third, ..] = self.0;
        [first, second, third]
    }

    /// The upper trigram.
    #[must_use]
    pub fn upper(self) -> [bool; 3] {
        let [.., fourth, fifth, sixth] = self.0;
        [fourth, fifth, sixth]
    }

    /// The number in the order of King Wen, 1 to 64.
    #[must_use]
    pub fn number(self) -> u8 {
        // Both indices are below eight.
        KING_WEN.get(index(self.lower())).and_then(|row| row.get(index(self.upper()))).copied().unwrap_or(1)
    }

    /// The hexagram that the changing lines turn this one into.
    #[must_use]
    pub fn turned(self, changing: [bool; 6]) -> Self {
        let mut lines = self.0;
        for (line, changes) in lines.iter_mut().zip(changing) {
            *line ^= changes;
        }
        Self(lines)
    }

    /// The hexagram inside: lines 2, 3, 4 below lines 3, 4, 5.
    #[must_use]
    pub fn nuclear(self) -> Self {
        let [_, second, third, fourth, fifth, _] = self.0;
        Self([second, third, fourth, third, fourth, fifth])
    }
}

/// The texts of a hexagram.
#[must_use]
pub fn texts(lines: Lines) -> &'static Hexagram {
    let [first, ..] = &HEXAGRAMS;
    HEXAGRAMS.get(usize::from(lines.number()) - 1).unwrap_or(first)
}

/// A hexagram with its texts and trigrams.
#[must_use]
pub fn describe(lines: Lines, book: &Book) -> IchingHexagram {
    let number = lines.number();
    let texts = texts(lines);
    IchingHexagram {
        number: i64::from(number),
        symbol: char::from_u32(0x4DC0 + u32::from(number) - 1).map(String::from).unwrap_or_default(),
        chinese: texts.chinese.to_owned(),
        pinyin: texts.pinyin.to_owned(),
        name: texts.name.to_owned(),
        lines: digits(&lines.0),
        lower: trigram(lines.lower()),
        upper: trigram(lines.upper()),
        title: format!("{number}. {}", texts.name),
        text: book.of(texts.judgement).to_owned(),
    }
}

fn trigram(lines: [bool; 3]) -> IchingTrigram {
    let digits = digits(&lines);
    let [first, ..] = &TRIGRAMS;
    let trigram: &Trigram = TRIGRAMS.iter().find(|trigram| trigram.lines == digits).unwrap_or(first);
    // Unicode orders the trigrams from heaven to earth, the bottom line weighing most.
    let place =
        lines.into_iter().zip([4, 2, 1]).filter(|(yang, _)| !*yang).map(|(_, weight)| weight).sum::<u32>();
    IchingTrigram {
        key: trigram.key.to_owned(),
        chinese: trigram.chinese.to_owned(),
        image: trigram.image.to_owned(),
        symbol: char::from_u32(0x2630 + place).map(String::from).unwrap_or_default(),
        lines: digits,
        meaning: trigram.meaning.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The order of King Wen as binary numbers, the bottom line weighing 1: a second, independent writing
    /// of the same order (as in the published tables of its binary sequence).
    const SEQUENCE: [u8; 64] = [
        63, 0, 17, 34, 23, 58, 2, 16, 55, 59, 7, 56, 61, 47, 4, 8, 25, 38, 3, 48, 41, 37, 32, 1, 57, 39, 33,
        30, 18, 45, 28, 14, 60, 15, 40, 5, 53, 43, 20, 10, 35, 49, 31, 62, 24, 6, 26, 22, 29, 46, 9, 36, 52,
        11, 13, 44, 54, 27, 50, 19, 51, 12, 21, 42,
    ];

    fn lines(bits: u8) -> Lines {
        Lines(std::array::from_fn(|line| bits >> line & 1 == 1))
    }

    #[test]
    fn the_table_agrees_with_the_binary_sequence() {
        for (place, bits) in SEQUENCE.into_iter().enumerate() {
            assert_eq!(usize::from(lines(bits).number()), place + 1);
        }
    }

    #[test]
    fn hexagrams_come_in_pairs_of_turned_or_opposite_ones() {
        for pair in SEQUENCE.chunks(2) {
            let (mut turned, second) = (lines(pair[0]), lines(pair[1]));
            turned.0.reverse();
            let expected = if turned == lines(pair[0]) { lines(!pair[0] & 63) } else { turned };
            assert_eq!(second, expected, "{pair:?}");
        }
    }

    #[test]
    fn doubled_trigrams_have_their_known_numbers_and_names() {
        for (number, key) in [
            (1, "heaven"),
            (2, "earth"),
            (29, "water"),
            (30, "fire"),
            (51, "thunder"),
            (52, "mountain"),
            (57, "wind"),
            (58, "lake"),
        ] {
            let hexagram = describe(lines(SEQUENCE[number - 1]), crate::oracle::engines::book::built());
            assert_eq!((hexagram.lower.key.as_str(), hexagram.upper.key.as_str()), (key, key));
            assert_eq!(hexagram.chinese, hexagram.lower.chinese);
        }
    }

    #[test]
    fn trigram_symbols_are_those_of_unicode() {
        // U+2630 to U+2637 by their Unicode names.
        let symbols = [
            ("heaven", "☰"),
            ("lake", "☱"),
            ("fire", "☲"),
            ("thunder", "☳"),
            ("wind", "☴"),
            ("water", "☵"),
            ("mountain", "☶"),
            ("earth", "☷"),
        ];
        let book = crate::oracle::engines::book::built();
        for bits in 0..64 {
            let lower = describe(lines(bits), book).lower;
            assert!(symbols.contains(&(lower.key.as_str(), lower.symbol.as_str())), "{lower:?}");
        }
    }

    #[test]
    fn the_inside_of_some_known_hexagrams() {
        let inside = |number: usize| lines(SEQUENCE[number - 1]).nuclear().number();
        // 63 and 64 hold each other; heaven and earth hold themselves; 3 holds 23.
        assert_eq!([inside(63), inside(64), inside(1), inside(2), inside(3)], [64, 63, 1, 2, 23]);
        // Only sixteen hexagrams are the inside of one.
        let mut all: Vec<u8> = (0..64).map(|bits| lines(bits).nuclear().number()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 16);
    }

    #[test]
    fn turning_twice_returns() {
        let changing = [true, false, false, true, false, true];
        for bits in 0..64 {
            assert_eq!(lines(bits).turned(changing).turned(changing), lines(bits));
        }
    }
}
