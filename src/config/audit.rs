//! The settings of the audit log.

use super::{Environment, Reader, Secret, signing};

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
    let key = signing::private(reader, "AUDIT_PRIVATE_KEY", environment, vault, b"witness audit signing key");
    let previous = signing::previous(reader, "AUDIT_PUBLIC_KEYS_PREVIOUS");
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
    use crate::kernel::crypto;

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
