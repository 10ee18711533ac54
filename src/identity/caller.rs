//! Callers: who they are, what they may do, which limits apply to them.

use serde::{Deserialize, Serialize};

use super::admission::Quotas;
use crate::contract::Scopes;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;

/// How long a proof of identity is good for what wants a recent one.
const RECENT_MILLIS: i64 = 10 * 60 * 1000;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody in particular.
    Anonymous,
    /// An account, by a session or a key of its own.
    User(UserCaller),
    /// An administrator's key.
    Admin(AdminCaller),
}

impl Caller {
    /// What the caller's credential may do.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        match self {
            Self::Anonymous => Scopes::default(),
            Self::User(user) => user.scopes,
            Self::Admin(admin) => admin.scopes,
        }
    }

    /// The account behind the caller.
    #[must_use]
    pub fn user_id(&self) -> Option<Id> {
        match self {
            Self::Anonymous => None,
            Self::User(user) => Some(user.user_id),
            Self::Admin(admin) => Some(admin.user_id),
        }
    }

    /// The name under which events and audit records speak of the caller.
    #[must_use]
    pub fn actor(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::User(UserCaller { credential: Credential::Key { id, .. }, .. }) => format!("key:{id}"),
            Self::User(user) => format!("user:{}", user.user_id),
            Self::Admin(admin) => format!("admin_key:{}", admin.key_id),
        }
    }
}

/// An account that calls through a credential of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCaller {
    /// The account.
    pub user_id: Id,
    /// By what it calls.
    pub credential: Credential,
    /// What the credential may do.
    pub scopes: Scopes,
    /// Which limits apply, as far as the credential knows.
    pub tier: Tier,
    /// Which operations are open to the account, as far as the credential knows.
    pub role: Role,
    /// The epoch at which the credential's context was read (`identity::standing`).
    pub epoch: i64,
}

impl UserCaller {
    /// The session, unless a key calls.
    #[must_use]
    pub fn session_id(&self) -> Option<Id> {
        match self.credential {
            Credential::Session { id, .. } => Some(id),
            Credential::Key { .. } => None,
        }
    }
}

/// By what an account calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A session.
    Session {
        /// Which one.
        id: Id,
        /// The OAuth client it was granted to; `None` for the person's own.
        client_id: Option<String>,
        /// When somebody last proved who they are.
        authenticated_at: Timestamp,
        /// Whether a second factor was part of that.
        two_factor: bool,
    },
    /// An API key.
    Key {
        /// Which one.
        id: Id,
        /// What the key may use of its account's quotas, where that is less.
        quotas: Option<Quotas>,
    },
}

impl Credential {
    /// Whether it is a session of the person's own in which they proved lately who they are: within ten minutes.
    #[must_use]
    pub fn is_recent(&self, now: Timestamp) -> bool {
        match self {
            Self::Session { client_id: None, authenticated_at, .. } => {
                now.millis() - authenticated_at.millis() <= RECENT_MILLIS
            }
            _ => false,
        }
    }
}

/// An administrator's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminCaller {
    /// The key.
    pub key_id: Id,
    /// The administrator who made it.
    pub user_id: Id,
    /// What the key may do.
    pub scopes: Scopes,
    /// The epoch of its owner at which the key was read.
    pub epoch: i64,
}

/// The tiers of accounts, whose limits are in `identity::admission`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// 10 / 100 / 1,000 requests a minute, hour, day.
    Free,
    /// 100 / 5,000 / 50,000.
    Pro,
    /// 1,000 / 50,000 / 500,000.
    Enterprise,
}

impl Tier {
    /// Reads the form in tables and tokens.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "free" => Some(Self::Free),
            "pro" => Some(Self::Pro),
            "enterprise" => Some(Self::Enterprise),
            _ => None,
        }
    }

    /// The form in tables and tokens.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Enterprise => "enterprise",
        }
    }
}

/// What an account is to the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Somebody who uses it.
    #[default]
    User,
    /// Somebody who helps users: reads what administrators read.
    Support,
    /// An administrator.
    Admin,
}

impl Role {
    /// The form in tables and tokens.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Support => "support",
            Self::Admin => "admin",
        }
    }
}
