//! Texts in canonical inputs: NFC-normalised (UAX #15) and without white space at the ends.

use icu_normalizer::ComposingNormalizerBorrowed;

/// The canonical form of a text.
#[must_use]
pub fn canonical(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text.trim()).into_owned()
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
