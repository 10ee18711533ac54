//! The text of a key: `wos_live_` or `wos_test_`, for administrators `wos_admin_live_` or `wos_admin_test_`, then 26
//! random characters of base62 and six of checksum.
//!
//! 26 characters hold 154 bits, so that an unsalted fast hash is enough to keep them by: there is nothing to guess
//! from. The checksum is CRC-32 (ISO-HDLC, as in zlib) of all that precedes it, in base62 with the highest digit
//! first: a mistyped key is refused without asking anybody, and a scanner knows a key from something that only looks
//! like one.

use crate::config::Environment;
use crate::kernel::crypto;
use crate::ports::Random;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM: usize = 26;
const CHECKSUM: usize = 6;

/// Whose kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An account's own.
    User,
    /// An administrator's.
    Admin,
}

impl Kind {
    /// The form in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    /// What keys of this kind begin with. Keys of production work there alone, others never.
    #[must_use]
    pub const fn prefix(self, environment: Environment) -> &'static str {
        match (self, environment) {
            (Self::User, Environment::Production) => "wos_live_",
            (Self::User, _) => "wos_test_",
            (Self::Admin, Environment::Production) => "wos_admin_live_",
            (Self::Admin, _) => "wos_admin_test_",
        }
    }
}

/// A key that is written correctly; whether it exists is another question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// Its kind, by its prefix.
    pub kind: Kind,
    /// The SHA-256 that it is kept by, base64url.
    pub hash: String,
}

/// Why a text is no key of this deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// It is not written like one.
    Malformed,
    /// Its checksum is wrong: a character was lost or changed.
    Mistyped,
    /// It belongs to production and this is not, or the other way round.
    OtherEnvironment,
}

impl Unusable {
    /// The reason in words, for the caller.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Malformed => "This is not written like a key.",
            Self::Mistyped => "The key's checksum is wrong: a character was lost or changed.",
            Self::OtherEnvironment => "Live keys work in production alone, test keys elsewhere alone.",
        }
    }
}

/// Reads a key. It asks nobody.
pub fn parse(text: &str, environment: Environment) -> Result<Presented, Unusable> {
    let kinds = [(Kind::Admin, "wos_admin_"), (Kind::User, "wos_")];
    let (kind, rest) = kinds
        .into_iter()
        .find_map(|(kind, start)| Some((kind, text.strip_prefix(start)?)))
        .ok_or(Unusable::Malformed)?;
    let secret =
        rest.strip_prefix("live_").or_else(|| rest.strip_prefix("test_")).ok_or(Unusable::Malformed)?;
    if secret.len() != RANDOM + CHECKSUM || !secret.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Unusable::Malformed);
    }
    let (body, sum) = text.split_at_checked(text.len() - CHECKSUM).ok_or(Unusable::Malformed)?;
    // The checksum is no secret: whoever has the key can compute it.
    if checksum(body.as_bytes()) != sum.as_bytes() {
        return Err(Unusable::Mistyped);
    }
    if !text.starts_with(kind.prefix(environment)) {
        return Err(Unusable::OtherEnvironment);
    }
    Ok(Presented { kind, hash: hash(text) })
}

/// A new key.
pub fn make(kind: Kind, environment: Environment, random: &dyn Random) -> String {
    let mut text = kind.prefix(environment).to_owned();
    let end = text.len() + RANDOM;
    while text.len() < end {
        let mut bytes = [0; 2 * RANDOM];
        random.fill(&mut bytes);
        // Bytes from 248 on would favour the first digits.
        let digits = bytes.into_iter().filter(|byte| *byte < 248).map(|byte| digit(u32::from(byte)));
        text.extend(digits.take(end - text.len()));
    }
    let sum = checksum(text.as_bytes());
    text.extend(sum.into_iter().map(char::from));
    text
}

/// The form by which a key is kept.
#[must_use]
pub fn hash(key: &str) -> String {
    crypto::base64url(&crypto::sha256(&[key.as_bytes()]))
}

fn digit(number: u32) -> char {
    DIGITS.get((number % 62) as usize).map_or('0', |byte| char::from(*byte))
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut rest = crc32(bytes);
    let mut sum = [b'0'; CHECKSUM];
    for place in sum.iter_mut().rev() {
        *place = digit(rest) as u8;
        rest /= 62;
    }
    sum
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::cell::Cell;

    use super::*;

    /// Bytes that follow from a seed (SplitMix64).
    struct SeededRandom(Cell<u64>);

    impl SeededRandom {
        fn new(seed: u64) -> Self {
            Self(Cell::new(seed))
        }
    }

    impl Random for SeededRandom {
        fn fill(&self, buffer: &mut [u8]) {
            for byte in buffer {
                self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
                let mixed = (self.0.get() ^ (self.0.get() >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *byte = (mixed >> 56) as u8;
            }
        }
    }

    const TEST: Environment = Environment::Development;

    #[test]
    fn the_checksum_is_the_crc_that_everybody_has() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926, "the check value of CRC-32/ISO-HDLC");
        assert_eq!(&checksum(b"123456789"), b"3jZRME");
    }

    #[test]
    fn keys_are_written_as_they_are_published() {
        let random = SeededRandom::new(1);
        for (kind, environment, prefix) in [
            (Kind::User, Environment::Production, "wos_live_"),
            (Kind::User, Environment::Staging, "wos_test_"),
            (Kind::Admin, Environment::Production, "wos_admin_live_"),
            (Kind::Admin, TEST, "wos_admin_test_"),
        ] {
            let key = make(kind, environment, &random);
            let secret = key.strip_prefix(prefix).unwrap();
            assert!(secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{key}");
            assert_eq!(parse(&key, environment), Ok(Presented { kind, hash: hash(&key) }));
            assert_ne!(key, make(kind, environment, &random));
        }
    }

    #[test]
    fn every_digit_comes_about_equally_often() {
        let random = SeededRandom::new(2);
        let mut counts = [0_u32; 128];
        for _ in 0..5_000 {
            let key = make(Kind::User, TEST, &random);
            key.bytes().skip(9).take(RANDOM).for_each(|byte| counts[usize::from(byte)] += 1);
        }
        let expected = 5_000.0 * RANDOM as f64 / 62.0;
        let odd = DIGITS.iter().find(|byte| {
            let share = f64::from(counts[usize::from(**byte)]) / expected;
            !(0.9..1.1).contains(&share)
        });
        assert_eq!(odd, None);
    }

    #[test]
    fn a_key_of_the_other_environment_is_refused() {
        let random = SeededRandom::new(3);
        for kind in [Kind::User, Kind::Admin] {
            let live = make(kind, Environment::Production, &random);
            let test = make(kind, Environment::Staging, &random);
            assert_eq!(parse(&live, Environment::Staging), Err(Unusable::OtherEnvironment));
            assert_eq!(parse(&test, Environment::Production), Err(Unusable::OtherEnvironment));
        }
    }

    #[test]
    fn what_only_looks_like_a_key_is_refused() {
        let key = make(Kind::User, TEST, &SeededRandom::new(4));
        for text in ["", "wos_", "wos_live_", "wos_test_short", "Wos_test_", &key[1..], &format!("{key}0")] {
            assert_eq!(parse(text, TEST), Err(Unusable::Malformed), "{text}");
        }
        let inserted = key.replacen("wos_", "wos_admin_", 1);
        assert_eq!(parse(&inserted, TEST), Err(Unusable::Mistyped), "the checksum covers the prefix");
        assert_eq!(parse(&"wos_test_\u{e9}".repeat(9), TEST), Err(Unusable::Malformed));
    }

    proptest! {
        #[test]
        fn a_mistyped_key_is_always_noticed(seed: u64, at in 9_usize..41, other in 0_usize..62, swap: bool) {
            let key = make(Kind::User, TEST, &SeededRandom::new(seed));
            let mut bytes = key.clone().into_bytes();
            if swap && at + 1 < bytes.len() {
                bytes.swap(at, at + 1);
            } else {
                bytes[at] = DIGITS[other];
            }
            let typed = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(parse(&typed, TEST).is_ok(), typed == key);
        }

        #[test]
        fn whatever_is_presented_nothing_panics(text: String) {
            let _ = parse(&text, TEST);
            let _ = parse(&format!("wos_test_{text}"), TEST);
        }
    }
}
