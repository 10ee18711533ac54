//! Values of a person in records that nobody may change: encrypted with a key of that person, and committed to.
//!
//! Once the key is gone, so are the values. The commitment stays: a salted hash, which tells nothing about the
//! value, because the salt is inside the ciphertext, and which fixes it, because nobody finds another value for it.
//! So what was built upon the commitment, such as a chain of hashes, can be verified for ever.

use crate::kernel::map::Map;

use serde_json::value::RawValue;

use super::crypto::{base64url, digest, from_base64url};
use super::vault::{KEY, NONCE, decrypt, encrypt};
use crate::kernel::json;

/// The bytes of a salt.
pub const SALT: usize = 32;

/// The randomness that one value is sealed with.
#[derive(Debug, Clone, Copy)]
pub struct Grain {
    /// For the cipher.
    pub nonce: [u8; NONCE],
    /// For the commitment.
    pub salt: [u8; SALT],
}

/// A value that only its key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Salt and value, encrypted; base64url.
    pub ciphertext: String,
    /// The salted hash; base64url.
    pub commitment: String,
}

/// A value that was opened, with the salt that shows its commitment to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The salt; base64url.
    pub salt: String,
    /// The value.
    pub plain: String,
}

/// Seals a value for the place that `about` names: table, row, column.
#[must_use]
pub fn seal(key: &[u8; KEY], grain: &Grain, about: &[&str], plain: &str) -> Sealed {
    let salted = [grain.salt.as_slice(), plain.as_bytes()].concat();
    Sealed {
        ciphertext: base64url(&encrypt(key, grain.nonce, &framed(about), &salted)),
        commitment: base64url(&commitment(&grain.salt, about, plain)),
    }
}

/// What was sealed for this place; `None` when the key is another one or anything was changed.
#[must_use]
pub fn open(key: &[u8; KEY], about: &[&str], ciphertext: &str) -> Option<Opened> {
    let salted = decrypt(key, &framed(about), &from_base64url(ciphertext)?)?;
    let (salt, plain) = salted.split_first_chunk::<SALT>()?;
    Some(Opened { salt: base64url(salt), plain: String::from_utf8(plain.to_vec()).ok()? })
}

/// The commitment to a value: SHA-256 of a fixed name, the salt, the place and the value, each preceded by its length.
#[must_use]
pub fn commitment(salt: &[u8], about: &[&str], plain: &str) -> [u8; 32] {
    let mut parts: Vec<&[u8]> = vec![b"witness commitment v1", salt];
    parts.extend(about.iter().map(|part| part.as_bytes()));
    parts.push(plain.as_bytes());
    digest(&parts)
}

fn framed(about: &[&str]) -> [u8; 32] {
    digest(&about.iter().map(|part| part.as_bytes()).collect::<Vec<_>>())
}

/// Where the sealed fields of an object stand in it.
const SEALED: &str = "$sealed";
/// Where the commitment to them stands.
const COMMITMENT: &str = "$commitment";

type Fields = Map<String, Box<RawValue>>;

/// Seals the fields of a JSON object that are not `open`; `None` when there is none, or the text is no object.
pub fn seal_fields(
    key: &[u8; KEY],
    grain: &Grain,
    about: &[&str],
    object: &str,
    open: impl Fn(&str) -> bool,
) -> Option<String> {
    let fields: Fields = json::read(object).ok()?;
    let (mut kept, hidden): (Fields, Fields) = fields.into_iter().partition(|(name, _)| open(name));
    if hidden.is_empty() {
        return None;
    }
    let sealed = seal(key, grain, about, &serde_json::to_string(&hidden).ok()?);
    for (name, text) in [(SEALED, sealed.ciphertext), (COMMITMENT, sealed.commitment)] {
        kept.insert(name.to_owned(), serde_json::value::to_raw_value(&text).ok()?);
    }
    serde_json::to_string(&kept).ok()
}

/// The object as it was before [`seal_fields`]; one without sealed fields is given back as it is.
///
/// `None` when the sealed fields cannot be read (any more).
#[must_use]
pub fn open_fields(key: &[u8; KEY], about: &[&str], object: &str) -> Option<String> {
    let mut fields: Fields = json::read(object).ok()?;
    let Some(ciphertext) = fields.remove(SEALED) else { return Some(object.to_owned()) };
    fields.remove(COMMITMENT);
    let ciphertext: String = json::read(ciphertext.get()).ok()?;
    let hidden: Fields = json::read(&open(key, about, &ciphertext)?.plain).ok()?;
    fields.extend(hidden);
    serde_json::to_string(&fields).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ABOUT: [&str; 3] = ["events", "7", "after"];

    fn grain(byte: u8) -> Grain {
        Grain { nonce: [byte; NONCE], salt: [byte; SALT] }
    }

    #[test]
    fn a_value_opens_with_its_key_in_its_place_alone() {
        let sealed = seal(&[1; KEY], &grain(2), &ABOUT, "Ada");
        let opened = open(&[1; KEY], &ABOUT, &sealed.ciphertext).unwrap();
        assert_eq!(opened.plain, "Ada");
        let salt = from_base64url(&opened.salt).unwrap();
        assert_eq!(base64url(&commitment(&salt, &ABOUT, "Ada")), sealed.commitment);
        assert_ne!(base64url(&commitment(&salt, &ABOUT, "Eve")), sealed.commitment);
        assert_eq!(open(&[2; KEY], &ABOUT, &sealed.ciphertext), None);
        assert_eq!(open(&[1; KEY], &["events", "7", "before"], &sealed.ciphertext), None);
        // Equal values have nothing in common.
        let again = seal(&[1; KEY], &grain(3), &ABOUT, "Ada");
        assert!(again.commitment != sealed.commitment && again.ciphertext != sealed.ciphertext);
    }

    #[test]
    fn open_fields_stay_readable() {
        let object = r#"{"id":"7","name":"Ada Example","rating":5.50,"note":null}"#;
        let sealed = seal_fields(&[1; KEY], &grain(2), &ABOUT, object, |name| name == "id").unwrap();
        assert!(sealed.contains(r#""id":"7""#) && !sealed.contains("Ada") && !sealed.contains("rating"));
        // The very text of a number comes back.
        let opened = open_fields(&[1; KEY], &ABOUT, &sealed).unwrap();
        assert_eq!(opened, r#"{"id":"7","name":"Ada Example","note":null,"rating":5.50}"#);
        assert_eq!(open_fields(&[2; KEY], &ABOUT, &sealed), None);
        assert_eq!(open_fields(&[1; KEY], &ABOUT, object).as_deref(), Some(object));
    }

    #[test]
    fn what_needs_no_seal_gets_none() {
        for object in ["{}", r#"{"id":"7"}"#, "null", "[1]", "nonsense"] {
            assert_eq!(
                seal_fields(&[1; KEY], &grain(2), &ABOUT, object, |name| name == "id"),
                None,
                "{object}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_bit_of_a_ciphertext_can_change(plain in ".{0,40}", bit in any::<prop::sample::Index>()) {
            let sealed = seal(&[1; KEY], &grain(2), &ABOUT, &plain);
            let mut bytes = from_base64url(&sealed.ciphertext).unwrap();
            let at = bit.index(bytes.len() * 8);
            bytes[at / 8] ^= 1 << (at % 8);
            prop_assert_eq!(open(&[1; KEY], &ABOUT, &base64url(&bytes)), None);
            prop_assert_eq!(open(&[1; KEY], &ABOUT, &sealed.ciphertext).map(|opened| opened.plain), Some(plain));
        }
    }
}
