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
    /// What does the spine have after that `seq`? The answer is a [`Followed`], which may be waited for.
    Follow {
        /// The account.
        account: Id,
        /// The last event that is known; without one, the answer tells where the spine ends.
        after: Option<i64>,
        /// For how many milliseconds to wait while there is nothing.
        wait: u32,
    },
    /// Which devices are there? The answer is a list of [`Present`], of those that were ever there.
    Present {
        /// The account.
        account: Id,
    },
    /// What is stored of the log after an offset? The answer is a [`Copied`].
    Export {
        /// The account.
        account: Id,
        /// The last offset that is known.
        after: i64,
    },
    /// Keep a page of a log that was copied, where none has begun. The answer is an [`Imported`].
    Import {
        /// The account.
        account: Id,
        /// The page.
        page: Page,
    },
}

/// A page of a log that is to be brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The last offset of the page before it; 0 for the first one.
    pub after: i64,
    /// The entries, as they were stored.
    pub entries: Vec<String>,
    /// With the last page: the state, with which the log begins.
    pub state: Option<String>,
}

/// A page of a log as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// The name of the log; `None` where none has begun.
    pub epoch: Option<String>,
    /// The state, which only a hub understands.
    pub state: Option<String>,
    /// The entries.
    pub entries: Vec<String>,
    /// The offset after which the next page begins, if there is one.
    pub next: Option<i64>,
}

/// What became of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Imported {
    /// It is kept.
    Kept {
        /// The last offset that is kept.
        last: i64,
        /// Whether the log has begun with it.
        begun: bool,
    },
    /// Another log has begun there, or the same went on.
    Begun,
    /// Pages before it are missing.
    Early {
        /// The last offset that is kept.
        last: i64,
    },
    /// It is no page of a log, for that reason.
    Refused(String),
}

/// An event of the spine, as devices are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpineEvent {
    /// Its place among the person's events.
    pub seq: i64,
    /// The event.
    pub id: Id,
    /// What it says, as JSON: `type`, `subject_type`, `subject_id`, `request_id`, `at` (milliseconds since 1970).
    pub body: String,
}

/// What the spine has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// The events, in order.
    pub events: Vec<SpineEvent>,
    /// From where to go on.
    pub cursor: i64,
    /// Whether there are more already.
    pub more: bool,
    /// Whether too many wait, so that nothing was looked at.
    pub busy: bool,
}

/// A stream of the spine's events that is to begin, as `sync::follow` carries it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// The account.
    pub account: Id,
    /// What there is for it already, and from where it goes on.
    pub found: Followed,
}

/// Whether somebody is at a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Somebody is.
    Active,
    /// Nobody is.
    Idle,
    /// It is not connected.
    Offline,
}

/// A device that was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// The device.
    pub device: Id,
    /// Whether somebody is at it.
    pub state: Presence,
    /// When it was last heard of, in milliseconds since 1970.
    pub last_seen: i64,
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
            Self::Poke { account }
            | Self::End { account, .. }
            | Self::Follow { account, .. }
            | Self::Present { account }
            | Self::Export { account, .. }
            | Self::Import { account, .. } => *account,
        }
    }
}
