//! What the house tells a person's hub (`sync::door`), by whichever room.

use serde::{Deserialize, Serialize};

use crate::kernel::id::Id;
use crate::kernel::json;

/// Who is no longer served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// An account that is deleted, and its log with it.
    Deleted,
}

/// A command to the hub of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The spine has something new: a hint, of which losing one delays and loses nothing.
    Poke {
        /// The account.
        account: Id,
    },
    /// Somebody is no longer served. What the spine says by itself, of devices and suspensions, needs no command.
    End {
        /// The account.
        account: Id,
        /// Who.
        end: End,
    },
}

impl Command {
    /// Reads a command.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        json::read(text).ok()
    }

    /// The command as JSON.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whose hub is meant.
    #[must_use]
    pub fn account(&self) -> Id {
        match self {
            Self::Poke { account } | Self::End { account, .. } => *account,
        }
    }
}
