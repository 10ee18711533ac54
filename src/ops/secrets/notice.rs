//! What is seen of the secrets, compared with what was seen before. Pure.

use serde::Deserialize;

use super::{TRACKED, VAULT};
use crate::config::VaultKeys;
use crate::config::secrets::Secrets;
use crate::kernel::crypto;
use crate::kernel::time::Timestamp;

/// What was seen of a secret before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Seen {
    /// The variable.
    pub name: String,
    /// A MAC of its value.
    pub fingerprint: String,
    /// Since when it has that value.
    pub first_seen: Timestamp,
    /// The last stage that was told.
    pub stage: i64,
}

/// What is noted of a secret now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It was not there before.
    New(Seen),
    /// It has another value.
    Replaced(Seen),
    /// It is what it was; the vault's key was replaced, and the fingerprint is made anew.
    Kept(Seen),
    /// It is gone.
    Gone(String),
}

/// The fingerprint of a value under a key of the vault. That key's own is one of nothing: it is the key already.
fn fingerprint(vault: &[u8], name: &str, value: &[u8]) -> String {
    let value = if name == VAULT { &[] } else { value };
    let tag = crypto::mac(vault, &[b"age of a secret", name.as_bytes(), value]);
    crypto::base64url(tag.get(..16).unwrap_or_default())
}

/// Compares what is set with what was seen.
///
/// Where the vault's key was replaced with its former one at hand, the others are compared under that one. Where it was
/// replaced without, nobody can tell whether the others are what they were: they keep their age, so that they are told
/// of too early rather than too late.
#[must_use]
pub fn notices(secrets: &Secrets, vault: &VaultKeys, seen: &[Seen], now: Timestamp) -> Vec<Notice> {
    let of = |name: &str| seen.iter().find(|seen| seen.name == name);
    let matches = |seen: &Seen, value: &[u8]| {
        let keys = [Some(&vault.current), vault.previous.as_ref()];
        keys.into_iter().flatten().any(|key| {
            let made = fingerprint(key.bytes(), &seen.name, value);
            crypto::equal(made.as_bytes(), seen.fingerprint.as_bytes())
        })
    };
    // Whether the key is known under which they were seen.
    let known = of(VAULT).is_none_or(|seen| matches(seen, &[]));
    let mut notices = Vec::new();
    for (tracked, secret) in &secrets.set {
        let made = fingerprint(vault.current.bytes(), tracked.name, secret.bytes());
        let now_seen = |first_seen, stage| Seen {
            name: tracked.name.to_owned(),
            fingerprint: made.clone(),
            first_seen,
            stage,
        };
        match of(tracked.name) {
            None => notices.push(Notice::New(now_seen(now, 0))),
            Some(before) if crypto::equal(before.fingerprint.as_bytes(), made.as_bytes()) => {}
            Some(before) if tracked.name != VAULT && (!known || matches(before, secret.bytes())) => {
                notices.push(Notice::Kept(now_seen(before.first_seen, before.stage)));
            }
            Some(_) => notices.push(Notice::Replaced(now_seen(now, 0))),
        }
    }
    let gone = seen.iter().filter(|seen| !secrets.set.iter().any(|(tracked, _)| tracked.name == seen.name));
    notices.extend(gone.map(|seen| Notice::Gone(seen.name.clone())));
    notices
}

/// What is known once the notices are written.
#[must_use]
pub fn after(mut seen: Vec<Seen>, notices: Vec<Notice>) -> Vec<Seen> {
    for notice in notices {
        match notice {
            Notice::New(one) | Notice::Replaced(one) | Notice::Kept(one) => {
                seen.retain(|other| other.name != one.name);
                seen.push(one);
            }
            Notice::Gone(name) => seen.retain(|other| other.name != name),
        }
    }
    seen
}

/// When a secret that was first seen then is to be replaced.
#[must_use]
pub fn end(secrets: &Secrets, name: &str, first_seen: Timestamp) -> Timestamp {
    let own = TRACKED.iter().find(|tracked| tracked.name == name).and_then(|tracked| tracked.days);
    first_seen.plus_millis(own.unwrap_or(secrets.max_age_days) * super::stage::DAY)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::stage::DAY;
    use super::*;
    use crate::config::Config;

    fn config(set: &BTreeMap<&str, u8>) -> Config {
        let text = |name: &str| set.get(name).map(|byte| crypto::base64url(&[*byte; 32]));
        Config::read(&text).unwrap()
    }

    fn base(vault: u8) -> BTreeMap<&'static str, u8> {
        BTreeMap::from([("VAULT_KEY", vault), ("JWT_SECRET", 101), ("CURSOR_SECRET", 102)])
    }

    /// What is seen afterwards.
    fn look(set: &BTreeMap<&str, u8>, seen: &mut Vec<Seen>, now: Timestamp) -> Vec<Notice> {
        let config = config(set);
        let notices = notices(&config.secrets, &config.vault, seen, now);
        *seen = after(std::mem::take(seen), notices.clone());
        notices
    }

    fn at(days: i64) -> Timestamp {
        Timestamp::EPOCH.plus_millis(days * DAY)
    }

    #[test]
    fn what_is_kept_names_no_value() {
        let mut seen = Vec::new();
        look(&base(1), &mut seen, at(0));
        let prints: Vec<&str> = seen.iter().map(|seen| seen.fingerprint.as_str()).collect();
        assert!(prints.iter().all(|print| print.len() == 22));
        // Equal values of two secrets, or of one under two keys of the vault, cannot be told from others.
        let (one, other) = (fingerprint(b"k", "JWT_SECRET", b"v"), fingerprint(b"k", "CURSOR_SECRET", b"v"));
        assert!(one != other && one != fingerprint(b"l", "JWT_SECRET", b"v"));
    }

    #[test]
    fn a_former_key_is_told_of_when_its_overlap_is_over() {
        let secrets = config(&base(1)).secrets;
        assert_eq!(end(&secrets, "VAULT_KEY", at(1)), at(366));
        assert_eq!(end(&secrets, "JWT_SECRET_PREVIOUS", at(1)), at(3));
    }

    #[test]
    fn without_the_former_key_of_the_vault_ages_are_kept() {
        let mut seen = Vec::new();
        look(&base(1), &mut seen, at(0));
        let mut set = base(2);
        set.insert("JWT_SECRET", 103);
        look(&set, &mut seen, at(100));
        let ages: BTreeMap<&str, i64> =
            seen.iter().map(|seen| (seen.name.as_str(), seen.first_seen.millis() / DAY)).collect();
        assert_eq!(ages, BTreeMap::from([("VAULT_KEY", 100), ("JWT_SECRET", 0), ("CURSOR_SECRET", 0)]));
    }

    /// What an operator does on a day.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        Replace(usize, u8),
        ReplaceVault(u8),
        Mail(Option<u8>),
    }

    proptest! {
        /// However secrets are replaced, come and go, with the vault's former key left where it is replaced: each has
        /// the age of its last replacement, and looking twice notes nothing.
        #[test]
        fn an_age_is_that_of_the_last_replacement(steps in prop::collection::vec(prop_oneof![
            (0_usize..2, 103_u8..200).prop_map(|(which, byte)| Step::Replace(which, byte)),
            (1_u8..100).prop_map(Step::ReplaceVault),
            prop::option::of(200_u8..255).prop_map(Step::Mail),
        ], 0..30)) {
            let mut set = base(1);
            let mut seen = Vec::new();
            look(&set, &mut seen, at(0));
            let mut model: BTreeMap<&str, i64> = set.keys().map(|name| (*name, 0)).collect();
            for (day, step) in (1..).zip(steps) {
                let before = set.clone();
                match step {
                    Step::Replace(which, byte) => {
                        let (name, other) = [("JWT_SECRET", "CURSOR_SECRET"), ("CURSOR_SECRET", "JWT_SECRET")][which];
                        if set[other] != byte {
                            set.insert(name, byte);
                        }
                    }
                    Step::ReplaceVault(byte) if byte != set["VAULT_KEY"] => {
                        set.insert("VAULT_KEY_PREVIOUS", set["VAULT_KEY"]);
                        set.insert("VAULT_KEY", byte);
                    }
                    Step::ReplaceVault(_) => {}
                    Step::Mail(Some(byte)) => drop(set.insert("MAIL_API_KEY", byte)),
                    Step::Mail(None) => drop(set.remove("MAIL_API_KEY")),
                }
                for (name, value) in &set {
                    if before.get(name) != Some(value) {
                        model.insert(name, day);
                    }
                }
                model.retain(|name, _| set.contains_key(name));
                look(&set, &mut seen, at(day));
                let ages: BTreeMap<&str, i64> =
                    seen.iter().map(|seen| (seen.name.as_str(), seen.first_seen.millis() / DAY)).collect();
                prop_assert_eq!(&ages, &model);
                prop_assert_eq!(look(&set, &mut seen, at(day)), Vec::new());
            }
        }
    }
}
