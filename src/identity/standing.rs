//! Standing: what holds for an account now, whatever its credentials say.
//!
//! `users.epoch` counts up in the same batch as everything that takes rights away or changes standing. The account's
//! admission object keeps the newest standing and hands it out with every grant and lease. A credential's context
//! (claims of a token, a cached row) was read at some epoch; it is believed while the object knows no later one.

use serde::{Deserialize, Serialize};

use super::caller::{Role, Tier};

/// Whether an account may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StandingState {
    /// It may.
    Active,
    /// An administrator has suspended it.
    Suspended,
    /// Its owner has deleted it.
    Deleted,
}

/// The standing of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Counts changes of standing and revocations.
    pub epoch: i64,
    /// Which limits apply.
    pub tier: Tier,
    /// Which operations are open to it.
    pub role: Role,
    /// Whether it may act.
    #[serde(rename = "status")]
    pub state: StandingState,
}

impl Standing {
    /// The later of two standings; the first where they are of one epoch.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        if other.epoch > self.epoch { other } else { self }
    }
}
