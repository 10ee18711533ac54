//! One connection as the hub sees it, small enough for the attachment of its socket.

use crate::kernel::id::Id;
use crate::sync::hub::limits::Limits;

/// How many numbers [`Conn::numbers`] gives.
pub const NUMBERS: usize = 15;

/// Entries that are on their way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// What changes of it, for the attachment; all of it is below 2^53.
    #[must_use]
    pub fn numbers(&self) -> [i64; NUMBERS] {
        let Load { last, count, bytes } = self.early;
        let (late, owes) = (self.late, self.owes.unwrap_or(-1));
        let (told, idle) = (i64::from(self.told), i64::from(self.idle));
        let (said, typed, gaps) = (self.said, self.typed, self.gaps);
        let (since, sent, received) = (self.since, self.sent, self.received);
        [
            since, sent, received, last, count, bytes, late.last, late.count, late.bytes, owes, told, idle,
            said, typed, gaps,
        ]
    }

    /// The connection of that name and device of which these are [`Self::numbers`].
    #[must_use]
    pub fn restore(id: u32, device: Id, numbers: &[i64; NUMBERS]) -> Self {
        let [since, sent, received, early @ .., owes, told, idle, said, typed, gaps] = *numbers;
        let [last, count, bytes, late @ ..] = early;
        let [late_last, late_count, late_bytes] = late;
        Self {
            id,
            device,
            since,
            sent,
            received,
            early: Load { last, count, bytes },
            late: Load { last: late_last, count: late_count, bytes: late_bytes },
            owes: (owes >= 0).then_some(owes),
            told: told == 1,
            idle: idle == 1,
            said,
            typed,
            gaps,
            changed: false,
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
