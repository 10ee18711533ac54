//! Texts in canonical inputs: NFC-normalised (UAX #15) and without white space at the ends.

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

// A static each: the tables that a constructor names are compiled in once more where it is called in a function.
static COMPOSING: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
static DECOMPOSING: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfd();

/// The text with its letters taken apart from their accents: NFD-normalised.
#[must_use]
pub fn taken_apart(text: &str) -> Cow<'_, str> {
    DECOMPOSING.normalize(text)
}

/// The canonical form of a text.
#[must_use]
pub fn canonical(text: &str) -> String {
    COMPOSING.normalize(text.trim()).into_owned()
}

/// The canonical form of a text that may be absent; a blank one counts as absent.
#[must_use]
pub fn optional(text: Option<&str>) -> Option<String> {
    text.map(canonical).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composes_and_trims() {
        assert_eq!(canonical("  Zoe\u{308} \u{3000}"), "Zo\u{eb}");
        assert_eq!(optional(Some(" \t\n")), None);
        assert_eq!(optional(None), None);
    }

    #[test]
    fn is_idempotent() {
        for text in ["\u{1e9b}\u{323}", "\u{1100}\u{1161}\u{11a8}", "a\u{315}\u{300}\u{5ae}\u{300}b", "ﬁ"] {
            assert_eq!(canonical(&canonical(text)), canonical(text));
        }
    }
}
