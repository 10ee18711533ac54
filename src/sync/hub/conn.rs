//! One connection as the hub sees it, small enough for the attachment of its socket.

use serde::{Deserialize, Serialize};

use crate::kernel::id::Id;
use crate::sync::hub::limits::Limits;

/// Entries that are on their way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The last of them.
    pub last: i64,
    /// How many.
    pub count: i64,
    /// How many bytes.
    pub bytes: i64,
}

impl Load {
    fn add(&mut self, load: Load) {
        *self = Self { last: load.last, count: self.count + load.count, bytes: self.bytes + load.bytes };
    }
}

/// What one connection has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conn {
    /// The shell's name of it.
    pub id: u32,
    /// Whose it is.
    pub device: Id,
    /// Since when, in milliseconds since 1970.
    pub since: i64,
    /// Everything up to there was sent, or need not be.
    pub sent: i64,
    /// Everything up to there was received.
    pub received: i64,
    /// What is on its way, the earlier part: counted as a whole until its last entry is received.
    pub early: Load,
    /// The later part.
    pub late: Load,
    /// Since when it has owed an answer while there is more for it.
    pub owes: Option<i64>,
    /// Whether it was told that it is slow.
    pub told: bool,
    /// Whether it said that nobody is there.
    pub idle: bool,
    /// When it last said whether somebody is there.
    pub said: i64,
    /// When somebody last typed.
    pub typed: i64,
    /// Events in a row that came too early.
    pub gaps: i64,
    /// Whether it is to be kept anew.
    #[serde(skip)]
    pub(super) changed: bool,
}

impl Conn {
    /// One that was just let in, of which the hub was told to send everything after `sent`.
    #[must_use]
    pub fn new(id: u32, device: Id, sent: i64, now: i64) -> Self {
        let none = Load::default();
        Self {
            id,
            device,
            since: now,
            sent,
            received: sent,
            early: none,
            late: none,
            owes: None,
            told: false,
            idle: false,
            said: 0,
            typed: 0,
            gaps: 0,
            changed: true,
        }
    }

    /// How many entries, and of how many bytes, may be sent in one frame; `None` if nothing. One entry may be larger.
    #[must_use]
    pub fn room(&self, limits: &Limits) -> Option<(i64, i64)> {
        let entries = limits.window - self.early.count - self.late.count;
        let bytes = limits.window_bytes - self.early.bytes - self.late.bytes;
        let fits = entries > 0 && bytes > 0;
        fits.then(|| (entries.min(limits.page), bytes.min(limits.page_bytes)))
    }

    /// So much more is on its way.
    pub fn send(&mut self, load: Load) {
        if self.early.count == 0 {
            self.early = load
        } else {
            self.late.add(load)
        }
        self.sent = load.last;
        self.changed = true;
    }

    /// The device has everything up to there. Gives whether that is news.
    pub fn receive(&mut self, offset: i64) -> bool {
        if offset <= self.received {
            return false;
        }
        self.received = offset;
        self.changed = true;
        if offset >= self.early.last {
            self.early = std::mem::take(&mut self.late);
        }
        if offset >= self.early.last {
            self.early = Load::default();
        }
        self.owes = None;
        self.told = false;
        true
    }

    /// There is more for it than may be on its way.
    pub fn block(&mut self, now: i64) {
        if self.owes.is_none_or(|since| since > now) {
            self.owes = Some(now);
            self.changed = true;
        }
    }
}
