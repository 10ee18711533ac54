//! Results as the cache of all isolates keeps them: found and read only by who brings the same question.
//!
//! A result may hold a person's name, and a cache is a place for nothing that names anybody. So name and key of a
//! value both come from the canonical input, by way of the deployment's secret: the cache's holder can neither
//! read what is kept nor try out likely names and dates of birth.

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
    /// The shelf of a canonical input. Another secret has other shelves, so a replaced one only costs calculations.
    #[must_use]
    pub fn of(secret: &[u8], input: &str) -> Self {
        let name = hex(&mac(secret, &[b"witness result name", input.as_bytes()]));
        let key = mac(secret, &[b"witness result key", input.as_bytes()]);
        Self { name: format!("result:{name}"), key }
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
    use super::*;

    #[test]
    fn a_result_opens_with_its_input_and_secret_alone() {
        let shelf = Shelf::of(&[1; 32], "{\"full_name\":\"Ada Example\"}");
        let sealed = shelf.seal([7; NONCE], "Ada Example is a seven");
        assert_eq!(shelf.open(&sealed).as_deref(), Some("Ada Example is a seven"));
        let plain = String::from_utf8_lossy(&from_base64url(&sealed).unwrap()).into_owned();
        assert!(!plain.contains("Ada") && !shelf.name.contains("Ada"));
        for (secret, input) in [([1; 32], "{}"), ([2; 32], "{\"full_name\":\"Ada Example\"}")] {
            let other = Shelf::of(&secret, input);
            assert_ne!(other.name, shelf.name);
            assert_eq!(other.open(&sealed), None);
        }
        for broken in ["", "=", "AAAA", &sealed[1..], r#"{"title":"t"}"#] {
            assert_eq!(shelf.open(broken), None, "{broken}");
        }
    }
}
