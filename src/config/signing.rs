//! Settings that are Ed25519 keys: one that signs, and the public ones of before.

use super::{Environment, Reader, Secret};
use crate::kernel::crypto;

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 section 7).
pub const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A key that signs. In development it follows from the vault's key and its purpose, elsewhere it has to be set.
pub fn private(
    reader: &mut Reader<'_>,
    name: &str,
    environment: Environment,
    vault: Option<&Secret>,
    purpose: &[u8],
) -> Option<Secret> {
    match reader.text(name) {
        Some(text) => {
            let key = Secret::parse(&text)
                .filter(|key| key.bytes().len() == PKCS8.len() + 32 && key.bytes().starts_with(&PKCS8));
            if key.is_none() {
                reader.mistake(format!(
                    "{name} must be an Ed25519 key in PKCS #8 (DER, 48 bytes) as base64url"
                ));
            }
            key
        }
        None if environment == Environment::Development => {
            let seed = crypto::mac(vault?.bytes(), &[purpose]);
            Some(Secret([PKCS8.as_slice(), &seed].concat()))
        }
        None => {
            reader.mistake(format!(
                "{name} is not set: `wrangler secret put {name}`, \
                 what `openssl genpkey -algorithm ed25519 -outform der` gives, as base64url"
            ));
            None
        }
    }
}

/// Public keys of before.
pub fn previous(reader: &mut Reader<'_>, name: &str) -> Option<Vec<[u8; 32]>> {
    let previous = reader.text(name).unwrap_or_default();
    let parts = previous.split(',').map(str::trim).filter(|part| !part.is_empty());
    let previous: Option<Vec<[u8; 32]>> =
        parts.map(|part| crypto::from_base64url(part)?.try_into().ok()).collect();
    if previous.is_none() {
        reader.mistake(format!(
            "{name} must list Ed25519 public keys, 32 bytes each as base64url, separated by commas"
        ));
    }
    previous
}
