//! Korean syllables by the Revised Romanization of 2000, each on its own.

/// Hangul syllables are ordered by initial, vowel and final (Unicode, section 3.12).
const FIRST: u32 = 0xac00;
const LAST: u32 = 0xd7a3;

const INITIALS: [&str; 19] =
    ["G", "KK", "N", "D", "TT", "R", "M", "B", "PP", "S", "SS", "", "J", "JJ", "CH", "K", "T", "P", "H"];
const VOWELS: [&str; 21] = [
    "A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WO", "WE", "WI",
    "YU", "EU", "UI", "I",
];
const FINALS: [&str; 28] = [
    "", "K", "K", "K", "N", "N", "N", "T", "L", "K", "M", "L", "L", "L", "P", "L", "M", "P", "P", "T", "T",
    "NG", "T", "T", "K", "T", "P", "H",
];

/// The spelling of a syllable.
pub fn plain(c: char) -> Option<String> {
    let code = u32::from(c);
    if !(FIRST..=LAST).contains(&code) {
        return None;
    }
    let place = (code - FIRST) as usize;
    let initial = INITIALS.get(place / (21 * 28))?;
    let vowel = VOWELS.get(place / 28 % 21)?;
    let last = FINALS.get(place % 28)?;
    Some(format!("{initial}{vowel}{last}"))
}
