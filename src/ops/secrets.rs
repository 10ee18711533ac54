//! How old the secrets are, and who is told in time.
//!
//! A Worker cannot see when a secret was set. So the upkeep notes, for each one, when it was first seen with its present
//! value: by a MAC under the vault's key, the value is nowhere. Another value is a replacement and begins a new age.
//! Secrets that carry an end themselves (keys for programs) are watched by that. Keeps this invariant: of each secret
//! and stage somebody is told once, in the batch that notes it.

pub mod list;
pub mod notice;
pub mod stage;
pub mod watch;

use crate::contract::types::SecretKind;

/// A secret of the deployment that is watched.
#[derive(Debug, PartialEq, Eq)]
pub struct Tracked {
    /// The variable.
    pub name: &'static str,
    /// What kind it is.
    pub kind: SecretKind,
    /// How many days it may stay, where that is not the deployment's to say.
    pub days: Option<i64>,
}

/// The variable under whose value the others are told apart.
pub const VAULT: &str = "VAULT_KEY";

const fn key(name: &'static str) -> Tracked {
    Tracked { name, kind: SecretKind::Key, days: None }
}

/// A key of before: it goes when the overlap is over (docs/runbooks/rotate-keys.md), with some time to do it.
const fn former(name: &'static str, days: i64) -> Tracked {
    Tracked { name, kind: SecretKind::Former, days: Some(days) }
}

const fn credential(name: &'static str) -> Tracked {
    Tracked { name, kind: SecretKind::Credential, days: None }
}

/// Every secret variable that `config` reads; a test holds the list complete. Former public keys of the audit log
/// and of the relay are left out: they stay for as long as somebody may hold something against them.
pub static TRACKED: [Tracked; 17] = [
    key(VAULT),
    former("VAULT_KEY_PREVIOUS", 45),
    key("JWT_SECRET"),
    former("JWT_SECRET_PREVIOUS", 2),
    key("JWT_PRIVATE_KEY"),
    former("JWT_PUBLIC_KEY_PREVIOUS", 2),
    key("CURSOR_SECRET"),
    key("AUDIT_PRIVATE_KEY"),
    key("RELAY_PRIVATE_KEY"),
    credential("ENGINE_SECRET"),
    credential("MAIL_API_KEY"),
    credential("ALERT_WEBHOOK_SECRET"),
    credential("OTLP_HEADERS"),
    credential("GOOGLE_CLIENT_SECRET"),
    credential("GITHUB_CLIENT_SECRET"),
    credential("MICROSOFT_CLIENT_SECRET"),
    credential("APPLE_PRIVATE_KEY"),
];
