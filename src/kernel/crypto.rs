//! Hashes and their text forms. Keys and random bytes are arguments.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of the parts, one after another.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// SHA-256 of the parts; each is preceded by its length in eight bytes, so that parts cannot run together.
#[must_use]
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// HMAC-SHA-256 (RFC 2104) of the parts; each is preceded by its length, so that parts cannot run together.
#[must_use]
pub fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length; the error branch cannot be reached and falls back to no key at all
    // being accepted: an all-zero tag that equals nothing this function makes.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HMAC-SHA-256 (RFC 2104) of the parts, one after another.
#[must_use]
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // As above.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A key of HMAC-SHA-256 whose share of the work is done once, for many short messages.
#[derive(Clone)]
pub struct MacKey {
    bytes: [u8; 32],
    begun: Hmac<Sha256>,
}

impl MacKey {
    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        // Shorter keys than a block are filled up with zeros (RFC 2104 section 2).
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(bytes) {
            *to = from;
        }
        Self { bytes, begun: Hmac::new(&block.into()) }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// As [`hmac()`].
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.begun.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Extracts a key to derive others from (HKDF-SHA-256, RFC 5869 section 2.2).
#[must_use]
pub fn hkdf_extract(salt: &[u8], secret: &[u8]) -> [u8; 32] {
    hmac(salt, &[secret])
}

/// The first 32 bytes that follow from an extracted key for that purpose (HKDF-SHA-256, RFC 5869 section 2.3).
#[must_use]
pub fn hkdf_expand(key: &[u8; 32], info: &[&[u8]]) -> [u8; 32] {
    hmac(key, &[info, &[&[1]]].concat())
}

/// Whether two byte strings are equal, in time that depends on their lengths alone.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Base64url without padding (RFC 4648 section 5).
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// The bytes of a base64url text without padding; `None` when it is not one.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_abc_in_any_parts() {
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&sha256(&[b"abc"])), expected);
        assert_eq!(hex(&sha256(&[b"a", b"", b"bc"])), expected);
    }

    #[test]
    fn a_mac_tells_parts_apart() {
        assert_ne!(mac(b"k", &[b"ab", b"c"]), mac(b"k", &[b"a", b"bc"]));
        assert_ne!(mac(b"k", &[b"a"]), mac(b"l", &[b"a"]));
        assert!(equal(&mac(b"k", &[b"a"]), &mac(b"k", &[b"a"])));
    }

    #[test]
    fn keys_are_derived_as_rfc_5869_shows() {
        // Appendix A.1 and A.3, the first 32 bytes.
        let salt: Vec<u8> = (0..=12).collect();
        let prk = hkdf_extract(&salt, &[0x0b; 22]);
        assert_eq!(hex(&prk), "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        let key = hkdf_expand(&prk, &[&[0xf0, 0xf1, 0xf2, 0xf3], &[0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9]]);
        assert_eq!(hex(&key), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
        let key = hkdf_expand(&hkdf_extract(&[], &[0x0b; 22]), &[]);
        assert_eq!(hex(&key), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    }

    #[test]
    fn a_digest_tells_parts_apart() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_eq!(digest(&[b"ab"]), sha256(&[&[0, 0, 0, 0, 0, 0, 0, 2], b"ab"]));
    }

    #[test]
    fn base64url_returns() {
        assert_eq!(from_base64url(&base64url(&[0, 255, 62, 63])), Some(vec![0, 255, 62, 63]));
        assert_eq!(from_base64url("a+b/"), None);
        assert_eq!(from_base64url("="), None);
    }
}
