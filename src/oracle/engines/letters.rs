//! Names as letters A to Z: a stated transliteration that never drops a letter silently.
//!
//! Latin letters lose their accents, and letters without a plain form have a stated spelling (ß SS, æ AE,
//! ø O, þ TH ...). Greek follows ELOT 743 letter by letter with ου as OU; Cyrillic the passport table of
//! ICAO 9303 (part 3, section 6); Armenian and Georgian their national tables without marks; Korean
//! syllables the Revised Romanization without sound changes between syllables. Every replaced letter is
//! reported. Scripts that do not write their vowels or sounds letter by letter (Arabic, Hebrew, Devanagari,
//! Chinese, Japanese ...) are refused with the letters named: any choice of ours would decide the numbers.

mod korean;
mod tables;

/// The rules in words, for results.
pub const METHOD: &str = "Case does not matter. Accents are dropped from Latin letters; ß counts as SS, æ as AE, œ as OE, \
    ø as O, å as A, ł as L, đ and ð as D, þ as TH, and so on. Greek is counted letter by letter as in ELOT 743 (ου as \
    OU), Cyrillic as in passports (ICAO 9303), Armenian and Georgian by their national tables without marks, \
    Korean by the Revised Romanization without sound changes between syllables. Every replaced letter is listed. \
    White space, hyphens, full stops and commas part words; apostrophes and brackets are passed over. Anything \
    else is refused rather than dropped.";

/// A name as it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// Its words, A to Z only, none of them empty.
    pub words: Vec<String>,
    /// Each replaced letter with what it counts as, once, in order of appearance.
    pub replaced: Vec<(String, String)>,
}

/// Why a name cannot be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unspellable {
    /// These signs have no stated spelling, once each in order of appearance.
    Unknown(Vec<String>),
    /// There is no letter at all, or none with a sound.
    Empty,
}

/// Spells a name.
///
/// # Errors
/// [`Unspellable`] when a sign has no stated spelling or nothing is left to count.
pub fn spell(name: &str) -> Result<Spelled, Unspellable> {
    let mut words = vec![String::new()];
    let mut replaced: Vec<(String, String)> = Vec::new();
    let mut unknown: Vec<String> = Vec::new();
    let mut before = None;
    for sign in signs(&super::text::canonical(name)) {
        let base = sign.chars().next().unwrap_or(' ');
        match read(&sign, before) {
            Sign::Parts => words.push(String::new()),
            Sign::Passed => {}
            Sign::Letter(to) => {
                if let Some(word) = words.last_mut() {
                    word.push_str(&to);
                }
                if !sign.eq_ignore_ascii_case(&to)
                    && !replaced.iter().any(|(from, was)| *from == sign && *was == to)
                {
                    replaced.push((sign.clone(), to));
                }
            }
            Sign::Unknown => {
                if !unknown.contains(&sign) {
                    unknown.push(sign.clone());
                }
            }
        }
        before = Some(lower(base));
    }
    words.retain(|word| !word.is_empty());
    match (unknown.is_empty(), words.is_empty()) {
        (false, _) => Err(Unspellable::Unknown(unknown)),
        (true, true) => Err(Unspellable::Empty),
        (true, false) => Ok(Spelled { words, replaced }),
    }
}

enum Sign {
    Parts,
    Passed,
    Letter(String),
    Unknown,
}

/// The text as characters, each with the combining marks that follow it.
fn signs(text: &str) -> Vec<String> {
    let mut signs: Vec<String> = Vec::new();
    for c in text.chars() {
        match signs.last_mut() {
            Some(sign) if is_mark(c) => sign.push(c),
            _ => signs.push(c.to_string()),
        }
    }
    signs
}

/// A combining mark of Latin, Greek or Cyrillic.
pub fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
}

/// In lower case where that is one character.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn read(sign: &str, before: Option<char>) -> Sign {
    let mut chars = sign.chars();
    let Some(base) = chars.next() else {
        return Sign::Passed;
    };
    let marked = chars.next().is_some();
    match base {
        // A mark without a letter of these scripts under it belongs to nothing.
        _ if is_mark(base) => return Sign::Unknown,
        '-' | '.' | ',' | '\u{ad}' | '\u{b7}' | '\u{2010}'..='\u{2015}' | '\u{30fb}' if !marked => {
            return Sign::Parts;
        }
        '\'' | '`' | '\u{b4}' | '"' | '(' | ')' | '\u{2018}'..='\u{201f}' if !marked => return Sign::Passed,
        c if c.is_whitespace() && !marked => return Sign::Parts,
        _ => {}
    }
    let small = lower(base);
    // ου is one vowel; a diaeresis would part it, and is then another character.
    if matches!(small, '\u{3c5}' | '\u{3cd}') && before == Some('\u{3bf}') {
        return Sign::Letter("U".to_owned());
    }
    let to = tables::plain(small).or_else(|| korean::plain(base)).or_else(|| stripped(base));
    to.map_or(Sign::Unknown, Sign::Letter)
}

/// What is left of a letter when its accents are taken off.
fn stripped(c: char) -> Option<String> {
    let mut buffer = [0; 4];
    let whole: &str = c.encode_utf8(&mut buffer);
    let decomposed = super::text::taken_apart(whole);
    let mut chars = decomposed.chars();
    let base = chars.next().filter(|base| *base != c)?;
    chars.all(is_mark).then(|| tables::plain(lower(base))).flatten()
}

#[cfg(test)]
mod tests;
