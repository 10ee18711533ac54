//! Callers: who they are, what they may do, which limits apply to them.

use crate::kernel::id::Id;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody in particular.
    Anonymous,
    /// An account, by a session of its own.
    User(UserCaller),
}

/// An account that calls through a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCaller {
    /// The account.
    pub user_id: Id,
    /// The session.
    pub session_id: Id,
    /// What the session may do.
    pub scopes: Vec<String>,
    /// Which limits apply.
    pub tier: Tier,
}

/// The tiers of accounts, whose limits are in `identity::admission`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
