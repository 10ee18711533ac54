//! Secrets at rest: sealed with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under a versioned key.
//!
//! A sealed text says which key opens it, so that a key can be replaced while older texts are still there, and it
//! opens in the place alone for which it was made: a text that is copied to another row or column is refused.
//! Keys and nonces are arguments. A nonce has 24 random bytes, so that none is met twice by chance.

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};

use super::crypto::{base64url, from_base64url, mac};

/// The bytes of a key.
pub const KEY: usize = 32;
/// The bytes of a nonce.
pub const NONCE: usize = 24;

/// The first form of a sealed text.
const FORM: &str = "v1";

/// Encrypts `plain` and binds it to `about`, which is not in the result: nonce, ciphertext, tag.
#[must_use]
pub fn encrypt(key: &[u8; KEY], nonce: [u8; NONCE], about: &[u8], plain: &[u8]) -> Vec<u8> {
    let payload = Payload { msg: plain, aad: about };
    // Only a text of more than 256 GiB is refused: no memory holds one. What would come of it opens with no key.
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&nonce.into(), payload).unwrap_or_default();
    [nonce.as_slice(), &sealed].concat()
}

/// What [`encrypt`] was given, if key, `about` and every bit are as they were.
#[must_use]
pub fn decrypt(key: &[u8; KEY], about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: about };
    XChaCha20Poly1305::new(key.into()).decrypt(nonce.into(), payload).ok()
}

/// Where a sealed text is kept. It opens nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's key.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
}

impl Place<'_> {
    /// One text for each place: every part is preceded by its length.
    fn bytes(self) -> Vec<u8> {
        let parts = [FORM, self.table, self.row, self.column];
        parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes(), part.as_bytes()].concat()).collect()
    }
}

/// Why a text did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultError {
    /// It is not a sealed text of a form that is known.
    Form,
    /// It was sealed with a key that is not here (any more).
    Key,
    /// It was changed, or made for another place.
    Content,
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not a sealed text",
            Self::Key => "sealed with a key that is not here",
            Self::Content => "a sealed text that was changed or made for another place",
        })
    }
}

impl std::error::Error for VaultError {}

#[derive(Clone, PartialEq, Eq)]
struct Key {
    id: String,
    bytes: [u8; KEY],
}

impl Key {
    /// The key of a secret, and its id, which tells nothing about either.
    fn of(secret: &[u8]) -> Self {
        let id = base64url(mac(secret, &[b"witness vault key id"]).get(..6).unwrap_or_default());
        Self { id, bytes: mac(secret, &[b"witness vault key"]) }
    }
}

/// Seals and opens with the current key; opens with the one before.
#[derive(Clone, PartialEq, Eq)]
pub struct Vault {
    current: Key,
    previous: Option<Key>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(..)")
    }
}

impl Vault {
    /// The vault of these secrets, of 32 random bytes or more each.
    #[must_use]
    pub fn new(current: &[u8], previous: Option<&[u8]>) -> Self {
        Self { current: Key::of(current), previous: previous.map(Key::of) }
    }

    /// Seals `plain` for a place: `v1.<key id>.<nonce and ciphertext as base64url>`.
    #[must_use]
    pub fn seal(&self, nonce: [u8; NONCE], place: Place<'_>, plain: &[u8]) -> String {
        let sealed = encrypt(&self.current.bytes, nonce, &place.bytes(), plain);
        [FORM, ".", &self.current.id, ".", &base64url(&sealed)].concat()
    }

    /// What was sealed for this place.
    pub fn open(&self, place: Place<'_>, text: &str) -> Result<Vec<u8>, VaultError> {
        let (id, sealed) = parts(text).ok_or(VaultError::Form)?;
        let key =
            [Some(&self.current), self.previous.as_ref()].into_iter().flatten().find(|key| key.id == id);
        let key = key.ok_or(VaultError::Key)?;
        let sealed = from_base64url(sealed).ok_or(VaultError::Form)?;
        decrypt(&key.bytes, &place.bytes(), &sealed).ok_or(VaultError::Content)
    }

    /// The same secret under the current key; `None` when that is the one it is sealed with already.
    pub fn rewrap(
        &self,
        nonce: [u8; NONCE],
        place: Place<'_>,
        text: &str,
    ) -> Result<Option<String>, VaultError> {
        if self.is_current(text) {
            return Ok(None);
        }
        let plain = self.open(place, text)?;
        Ok(Some(self.seal(nonce, place, &plain)))
    }

    /// Whether a text is sealed with the current key.
    #[must_use]
    pub fn is_current(&self, text: &str) -> bool {
        parts(text).is_some_and(|(id, _)| id == self.current.id)
    }

    /// The id of the current key: texts sealed with it begin with `v1.<id>.`.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.current.id
    }
}

/// Key id and sealed part.
fn parts(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix(FORM)?.strip_prefix('.')?.split_once('.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place<'_> = Place { table: "user_keys", row: "7", column: "wrapped" };

    #[test]
    fn the_published_vector_is_met() {
        // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
        let bytes = |text: &str| -> Vec<u8> {
            let digits = text.split_whitespace().collect::<String>();
            (0..digits.len() / 2)
                .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
                .collect()
        };
        let key: [u8; KEY] = std::array::from_fn(|at| 0x80 + u8::try_from(at).unwrap());
        let nonce: [u8; NONCE] = std::array::from_fn(|at| 0x40 + u8::try_from(at).unwrap());
        let about = bytes("50515253c0c1c2c3c4c5c6c7");
        let plain = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
                     sunscreen would be it.";
        let sealed = encrypt(&key, nonce, &about, plain.as_bytes());
        let expected = bytes(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb
             731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452
             2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9
             21f9664c97637da9768812f615c68b13b52e
             c0875924c1c7987947deafd8780acf49",
        );
        assert_eq!(sealed[NONCE..], expected);
        assert_eq!(decrypt(&key, &about, &sealed).as_deref(), Some(plain.as_bytes()));
    }

    #[test]
    fn a_key_is_replaced_while_its_texts_still_open() {
        let (old, new) = (Vault::new(&[1; 32], None), Vault::new(&[2; 32], Some(&[1; 32])));
        let text = old.seal([5; NONCE], PLACE, b"secret");
        assert_eq!(new.open(PLACE, &text).as_deref(), Ok(b"secret".as_slice()));
        let again = new.rewrap([6; NONCE], PLACE, &text).unwrap().unwrap();
        assert!(new.is_current(&again) && !new.is_current(&text));
        assert_eq!(new.rewrap([7; NONCE], PLACE, &again), Ok(None));
        // Once nothing is left under the old key, it can go.
        let later = Vault::new(&[2; 32], None);
        assert_eq!(later.open(PLACE, &again).as_deref(), Ok(b"secret".as_slice()));
        assert_eq!(later.open(PLACE, &text), Err(VaultError::Key));
        assert!(again.starts_with(&format!("v1.{}.", later.key_id())));
        assert_eq!(format!("{later:?}"), "Vault(..)");
    }

    #[test]
    fn what_is_no_sealed_text_is_told_apart() {
        let vault = Vault::new(&[1; 32], None);
        for text in ["", "v1", "v1.", "v2.a.b", "plain"] {
            assert_eq!(vault.open(PLACE, text), Err(VaultError::Form), "{text}");
        }
        let empty = format!("v1.{}.", vault.key_id());
        assert_eq!(vault.open(PLACE, &empty), Err(VaultError::Content));
        assert_eq!(vault.open(PLACE, &format!("{empty}=")), Err(VaultError::Form));
    }

    #[test]
    fn neighbouring_parts_of_a_place_do_not_run_together() {
        let vault = Vault::new(&[1; 32], None);
        let text = vault.seal([0; NONCE], Place { table: "a", row: "bc", column: "d" }, b"x");
        let near = Place { table: "ab", row: "c", column: "d" };
        assert_eq!(vault.open(near, &text), Err(VaultError::Content));
    }

    proptest! {
        #[test]
        fn a_sealed_text_opens_unharmed_in_its_place_alone(
            plain in prop::collection::vec(any::<u8>(), 0..200),
            nonce: [u8; NONCE],
            secret: [u8; 32],
            place in ("[a-z]{0,5}", "[a-z]{0,5}", "[a-z]{0,5}"),
            other in ("[a-z]{0,5}", "[a-z]{0,5}", "[a-z]{0,5}"),
            bit in any::<prop::sample::Index>(),
        ) {
            let vault = Vault::new(&secret, None);
            let here = Place { table: &place.0, row: &place.1, column: &place.2 };
            let there = Place { table: &other.0, row: &other.1, column: &other.2 };
            let text = vault.seal(nonce, here, &plain);
            prop_assert_eq!(vault.open(here, &text), Ok(plain));
            if here != there {
                prop_assert_eq!(vault.open(there, &text), Err(VaultError::Content));
            }
            // Any bit of what was encrypted, nonce and tag included.
            let (id, sealed) = parts(&text).unwrap();
            let mut sealed = from_base64url(sealed).unwrap();
            let at = bit.index(sealed.len() * 8);
            sealed[at / 8] ^= 1 << (at % 8);
            let changed = format!("v1.{id}.{}", base64url(&sealed));
            prop_assert_eq!(vault.open(here, &changed), Err(VaultError::Content));
            prop_assert_eq!(Vault::new(&[0; 33], None).open(here, &text), Err(VaultError::Key));
        }
    }
}
