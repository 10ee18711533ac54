//! Results as the cache of all isolates keeps them: found and read only by who brings the same question.
//!
//! A result may hold a person's name, and a cache is a place for nothing that names anybody. So name and key of a
//! value both come from the canonical input, by way of the deployment's secret: the cache's holder can neither
//! read what is kept nor try out likely names and dates of birth.

use super::cache::Question;
use crate::kernel::crypto::{base64url, from_base64url, hex, mac};
use crate::kernel::vault::{self, KEY, NONCE};

/// Where the result of one canonical input is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Shelf {
    /// The cache's key.
    pub name: String,
    key: [u8; KEY],
}

impl Shelf {
    /// The shelf of a question. Another secret has other shelves, so a replaced one only costs calculations; so has
    /// another remote engine.
    #[must_use]
    pub fn of(secret: &[u8], question: &Question<'_>) -> Self {
        let parts = [question.origin.as_bytes(), question.engine.as_bytes(), question.input.as_bytes()];
        let made = |of: &[u8]| mac(secret, &[of, parts[0], parts[1], parts[2]]);
        let name = format!("result:{}:{}", question.engine, hex(&made(b"witness result name")));
        Self { name, key: made(b"witness result key") }
    }

    /// By what the result of the input with that hash is named where it is no longer to be believed: a pseudonym.
    #[must_use]
    pub fn mark(secret: &[u8], hash: &str) -> String {
        format!("result:{}", hex(&mac(secret, &[b"witness result mark", hash.as_bytes()])))
    }

    /// What the cache is given. The nonce is random, since another build may word the same result differently.
    #[must_use]
    pub fn seal(&self, nonce: [u8; NONCE], result: &str) -> String {
        base64url(&vault::encrypt(&self.key, nonce, self.name.as_bytes(), result.as_bytes()))
    }

    /// The result; `None` for whatever was not sealed for this shelf.
    #[must_use]
    pub fn open(&self, sealed: &str) -> Option<String> {
        let plain = vault::decrypt(&self.key, self.name.as_bytes(), &from_base64url(sealed)?)?;
        String::from_utf8(plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::super::cache::entry::Life;
    use super::*;

    fn question<'a>(origin: &'a str, input: &'a str) -> Question<'a> {
        let life = Life { fresh: 60, renew: 0, stale: 0 };
        Question {
            origin,
            engine: "numerology",
            version: "1.0.0",
            input,
            hash: "",
            life,
            tags: &[],
            parts: &[],
        }
    }

    #[test]
    fn a_result_opens_with_its_input_and_secret_alone() {
        let input = "{\"full_name\":\"Ada Example\"}";
        let shelf = Shelf::of(&[1; 32], &question("", input));
        let sealed = shelf.seal([7; NONCE], "Ada Example is a seven");
        assert_eq!(shelf.open(&sealed).as_deref(), Some("Ada Example is a seven"));
        let plain = String::from_utf8_lossy(&from_base64url(&sealed).unwrap()).into_owned();
        assert!(!plain.contains("Ada") && !shelf.name.contains("Ada"));
        let elsewhere = "https://engines.example.com";
        for (secret, origin, input) in
            [([1; 32], "", "{}"), ([2; 32], "", input), ([1; 32], elsewhere, input)]
        {
            let other = Shelf::of(&secret, &question(origin, input));
            assert_ne!(other.name, shelf.name);
            assert_eq!(other.open(&sealed), None);
        }
        for broken in ["", "=", "AAAA", &sealed[1..], r#"{"title":"t"}"#] {
            assert_eq!(shelf.open(broken), None, "{broken}");
        }
    }
}
