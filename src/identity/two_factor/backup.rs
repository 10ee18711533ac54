//! Backup codes: ten for the day on which the device is not at hand, each good once.
//!
//! A code has sixty random bits, so that it cannot be guessed even without a delay. What is kept of it is a MAC under
//! the account's own secret, which the vault seals: who has the database alone cannot try codes out.

use crate::kernel::crockford;
use crate::kernel::crypto;

/// How many there are.
pub const COUNT: usize = 10;
/// The letters of a code, five bits each.
const LETTERS: usize = 12;
/// The random bytes that all of them take.
pub const RANDOM: usize = COUNT * LETTERS;

/// The codes, as people read them: three groups of four.
#[must_use]
pub fn make(random: &[u8; RANDOM]) -> Vec<String> {
    random.chunks(LETTERS).map(crockford::write).collect()
}

/// What is kept of a code; `None` if it has not the form of one.
#[must_use]
pub fn mac(secret: &[u8], code: &str) -> Option<String> {
    let tag = crypto::mac(secret, &[b"backup code", &crockford::read(code, LETTERS)?]);
    Some(crypto::base64url(tag.get(..16).unwrap_or_default()))
}

/// What is kept of these codes.
#[must_use]
pub fn kept(secret: &[u8], codes: &[String]) -> String {
    codes.iter().filter_map(|code| mac(secret, code)).map(|mac| mac + " ").collect()
}

/// Whether it is one of those that are left.
#[must_use]
pub fn is_left(kept: &str, mac: &str) -> bool {
    kept.split_ascii_whitespace()
        .fold(false, |found, one| found | crypto::equal(one.as_bytes(), mac.as_bytes()))
}

/// How many are left.
#[must_use]
pub fn left(kept: &str) -> usize {
    kept.split_ascii_whitespace().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_codes_are_told_apart_and_read_however_they_are_typed() {
        let random: [u8; RANDOM] = std::array::from_fn(|at| u8::try_from(at * 7 % 256).unwrap());
        let codes = make(&random);
        assert_eq!(codes.len(), COUNT);
        let stored = kept(b"secret", &codes);
        assert_eq!(left(&stored), COUNT);
        for code in &codes {
            assert_eq!(code.len(), 14);
            let typed = code.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "l");
            let mac = mac(b"secret", &typed).unwrap();
            assert!(is_left(&stored, &mac));
            assert!(!stored.contains(code.as_str()));
        }
        assert!(!is_left(&stored, &mac(b"other", &codes[0]).unwrap()), "another account's");
        assert!(!is_left("", &mac(b"secret", &codes[0]).unwrap()));
    }

    #[test]
    fn what_has_not_the_form_is_no_code() {
        for text in [
            "",
            "123456",
            "aaaa-bbbb-ccc",
            "aaaa-bbbb-ccccc",
            "aaaa-bbbb-ccc!",
            "aaaa-bbbb-cccü",
            "uuuu-uuuu-uuuu",
        ] {
            assert_eq!(mac(b"secret", text), None, "{text}");
        }
    }
}
