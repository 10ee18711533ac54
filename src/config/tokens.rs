//! The settings of access tokens.

use super::signing::PKCS8;
use super::{Reader, Secret};
use crate::identity::tokens::Keys;
use crate::kernel::crypto;

/// `iss` where the deployment does not know its address.
const NAMELESS: &str = "witness";
/// Reads `JWT_SECRET_PREVIOUS` (still verifies), `JWT_PRIVATE_KEY` (Ed25519 in PKCS #8: signs instead of the secret) and
/// `JWT_PUBLIC_KEY_PREVIOUS` (still verifies). `secret` is `JWT_SECRET`, if there is one.
pub fn read(reader: &mut Reader<'_>, public_url: Option<&str>, secret: Option<&Secret>) -> Option<Keys> {
    let previous = reader.optional_secret("JWT_SECRET_PREVIOUS");
    if previous.is_some() && previous.as_ref() == secret {
        reader.mistake("JWT_SECRET and JWT_SECRET_PREVIOUS must differ");
    }
    let private = bytes(reader, "JWT_PRIVATE_KEY", "an Ed25519 key in PKCS #8 (DER, 48 bytes)", |key| {
        key.len() == PKCS8.len() + 32 && key.starts_with(&PKCS8)
    });
    let public =
        bytes(reader, "JWT_PUBLIC_KEY_PREVIOUS", "an Ed25519 public key of 32 bytes", |key| key.len() == 32);
    let keys = Keys::new(public_url.unwrap_or(NAMELESS), secret?.bytes())
        .previous_secret(previous.as_ref().map(Secret::bytes))
        .private_key(private.as_deref())
        .previous_public_key(public.as_deref());
    Some(keys)
}

/// Bytes that may be there, as base64url.
fn bytes(reader: &mut Reader<'_>, name: &str, what: &str, good: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
    let bytes = crypto::from_base64url(&reader.text(name)?).filter(|bytes| good(bytes));
    if bytes.is_none() {
        reader.mistake([name, " must be ", what, " as base64url without padding"].concat());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(settings: &[(&str, &str)]) -> Vec<String> {
        let variable =
            |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { variable: &variable, mistakes: Vec::new() };
        let secret = Secret::parse(&crypto::base64url(&[1; 32]));
        read(&mut reader, None, secret.as_ref());
        reader.mistakes
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        let (same, short) = (crypto::base64url(&[1; 32]), crypto::base64url(&[2; 31]));
        let not_ed25519 = crypto::base64url(&[1; 48]);
        for (name, value) in [
            ("JWT_SECRET_PREVIOUS", &same),
            ("JWT_SECRET_PREVIOUS", &short),
            ("JWT_PRIVATE_KEY", &not_ed25519),
            ("JWT_PUBLIC_KEY_PREVIOUS", &short),
        ] {
            let mistakes = mistakes(&[(name, value)]);
            assert!(mistakes.len() == 1 && mistakes[0].contains(name), "{mistakes:?}");
            assert!(!mistakes[0].contains(value.as_str()));
        }
        let private = crypto::base64url(&[PKCS8.as_slice(), &[3; 32]].concat());
        let (secret, public) = (crypto::base64url(&[2; 32]), crypto::base64url(&[4; 32]));
        let all = [
            ("JWT_SECRET_PREVIOUS", secret.as_str()),
            ("JWT_PRIVATE_KEY", &private),
            ("JWT_PUBLIC_KEY_PREVIOUS", &public),
        ];
        assert_eq!(mistakes(&all), Vec::<String>::new());
    }
}
