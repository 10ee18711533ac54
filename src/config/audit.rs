//! The settings of the audit log.

use super::{Environment, Reader, Secret};
use crate::kernel::crypto;

/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 section 7).
pub(super) const PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The settings of the audit log.
#[derive(Debug, Clone)]
pub struct Audit {
    /// `AUDIT_PRIVATE_KEY`: signs checkpoints (Ed25519, PKCS #8). In development it follows from `VAULT_KEY`.
    pub key: Secret,
    /// `AUDIT_PUBLIC_KEYS_PREVIOUS`: the public keys of before, whose checkpoints are still good.
    pub previous: Vec<[u8; 32]>,
    /// `AUDIT_PERSONAL_DAYS`: after so many days the personal part of a record is removed.
    pub personal_days: i64,
    /// `AUDIT_RETENTION_DAYS`: after so many days the record itself is removed.
    pub retention_days: i64,
}

/// Reads the settings. `vault` is the key of the vault, if there is one.
pub fn read(reader: &mut Reader<'_>, environment: Environment, vault: Option<&Secret>) -> Option<Audit> {
    let key = key(reader, environment, vault);
    let previous = reader.text("AUDIT_PUBLIC_KEYS_PREVIOUS").unwrap_or_default();
    let parts = previous.split(',').map(str::trim).filter(|part| !part.is_empty());
    let previous: Option<Vec<[u8; 32]>> =
        parts.map(|part| crypto::from_base64url(part)?.try_into().ok()).collect();
    if previous.is_none() {
        reader.mistake(
            "AUDIT_PUBLIC_KEYS_PREVIOUS must list Ed25519 public keys, 32 bytes each as base64url, separated by commas",
        );
    }
    let personal_days = days(reader, "AUDIT_PERSONAL_DAYS", 365);
    let retention_days = days(reader, "AUDIT_RETENTION_DAYS", 730);
    if personal_days > retention_days {
        reader.mistake("AUDIT_PERSONAL_DAYS must not exceed AUDIT_RETENTION_DAYS");
    }
    Some(Audit {
        key: key?,
        previous: previous?,
        personal_days: personal_days?,
        retention_days: retention_days?,
    })
}

fn key(reader: &mut Reader<'_>, environment: Environment, vault: Option<&Secret>) -> Option<Secret> {
    match reader.text("AUDIT_PRIVATE_KEY") {
        Some(text) => {
            let key = Secret::parse(&text)
                .filter(|key| key.bytes().len() == PKCS8.len() + 32 && key.bytes().starts_with(&PKCS8));
            if key.is_none() {
                reader.mistake(
                    "AUDIT_PRIVATE_KEY must be an Ed25519 key in PKCS #8 (DER, 48 bytes) as base64url",
                );
            }
            key
        }
        None if environment == Environment::Development => {
            let seed = crypto::mac(vault?.bytes(), &[b"witness audit signing key"]);
            Some(Secret([PKCS8.as_slice(), &seed].concat()))
        }
        None => {
            reader.mistake(
                "AUDIT_PRIVATE_KEY is not set: `wrangler secret put AUDIT_PRIVATE_KEY`, \
                 what `openssl genpkey -algorithm ed25519 -outform der` gives, as base64url",
            );
            None
        }
    }
}

fn days(reader: &mut Reader<'_>, name: &str, usual: i64) -> Option<i64> {
    let days = match reader.text(name) {
        None => Some(usual),
        Some(text) => text.parse().ok().filter(|days| (1..=36_500).contains(days)),
    };
    if days.is_none() {
        reader.mistake(format!("{name} must be a whole number of days from 1 to 36500"));
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(settings: &[(&str, &str)], environment: Environment) -> Result<Audit, Vec<String>> {
        let variable =
            |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { variable: &variable, mistakes: Vec::new() };
        let audit = super::read(&mut reader, environment, Some(&Secret(vec![3; 32])));
        audit.filter(|_| reader.mistakes.is_empty()).ok_or(reader.mistakes)
    }

    #[test]
    fn a_machine_of_ones_own_needs_no_setting_and_a_deployment_needs_a_key() {
        let audit = read(&[], Environment::Development).unwrap();
        assert_eq!((audit.key.bytes().len(), audit.personal_days, audit.retention_days), (48, 365, 730));
        let mistakes = read(&[], Environment::Staging).unwrap_err();
        assert!(mistakes.len() == 1 && mistakes[0].contains("AUDIT_PRIVATE_KEY"), "{mistakes:?}");
        let key = crypto::base64url(audit.key.bytes());
        let given = read(&[("AUDIT_PRIVATE_KEY", &key)], Environment::Production).unwrap();
        assert_eq!(given.key, audit.key);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let short = crypto::base64url(&[1; 31]);
        for (name, value) in [
            ("AUDIT_PRIVATE_KEY", crypto::base64url(&[1; 48]).as_str()),
            ("AUDIT_PUBLIC_KEYS_PREVIOUS", &short),
            ("AUDIT_PERSONAL_DAYS", "0"),
            ("AUDIT_PERSONAL_DAYS", "731"),
            ("AUDIT_RETENTION_DAYS", "for ever"),
        ] {
            let mistakes = read(&[(name, value)], Environment::Development).unwrap_err();
            assert!(mistakes[0].contains(name), "{mistakes:?}");
        }
        let keys = format!("{0}, {0}", crypto::base64url(&[1; 32]));
        let audit = read(&[("AUDIT_PUBLIC_KEYS_PREVIOUS", &keys)], Environment::Development).unwrap();
        assert_eq!(audit.previous, [[1; 32], [1; 32]]);
    }
}
