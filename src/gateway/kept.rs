//! Answers that the isolate keeps (`cache.kept` in the contract; docs/cache.md, "Answers that are kept").
//!
//! A kept answer is given after the caller was recognised, holds the scopes and was admitted, and to the same caller
//! alone: account, credential, scopes and epoch are part of its name. Three things end it besides its life:
//!
//! - a write of this isolate, from the moment its event is made: until the write is over nothing is kept either, and a
//!   read that began before it ended is not kept at all;
//! - a write anywhere, by what the account's admission object says with each grant (`admission::Changes`): an answer is
//!   given under the same revision alone under which it was read;
//! - a bookmark of a later moment than the answer's (bookmarks of D1 are ordered as texts).

use crate::contract::policy::Kept;
use crate::gateway::answer::Answer;
use crate::identity::admission::Changes;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;

/// How many answers are kept at most.
pub const ENTRIES: usize = 512;
/// How many bytes of them are kept at most.
pub const CAPACITY: usize = 4 * 1024 * 1024;
/// How many writes are remembered.
const WRITES: usize = 256;
/// A write of which nobody hears any more is over after so many milliseconds: longer than the database takes for one.
const WRITING: i64 = 60_000;
/// What an entry takes besides its texts.
const OVERHEAD: usize = 256;

/// What came of looking; the order is that of the counts in `ops::metrics`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Given.
    Hit,
    /// Given past its freshness, and made anew behind it.
    Stale,
    /// Nothing was kept.
    Miss,
    /// What was kept may be older than what the caller knows, or than the account's last change.
    Outdated,
}

/// An answer that is sought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// All that the answer depends on: caller, operation, origin, path and query.
    pub name: String,
    /// The account whose events end it; none where everybody gets the same.
    pub account: Option<Id>,
    /// How long it is kept.
    pub kept: Kept,
    /// The revision of what it tells of, as the newest grant has it.
    pub revision: i64,
    /// The bookmark of the account's last change, as the newest grant has it.
    pub changed: Option<String>,
    /// Whether the database has a say in it.
    pub reads: bool,
}

impl Sought {
    /// With what the newest grant says of the account.
    #[must_use]
    pub fn under(mut self, changes: Option<&Changes>) -> Self {
        self.revision = changes.map_or(0, |changes| changes.revision(self.kept.on));
        self.changed = changes.and_then(|changes| changes.bookmark.clone());
        self
    }
}

/// A kept answer that is given, and how old it is in seconds.
#[derive(Debug)]
pub struct Given {
    /// The answer, as it was made.
    pub answer: Answer,
    /// Whole seconds since it was made.
    pub age: i64,
    /// Whether it is this caller's part to have it made anew.
    pub renew: bool,
}

#[derive(Debug)]
struct Entry {
    sought: Sought,
    answer: Answer,
    made: i64,
    as_of: Option<String>,
    used: u64,
    bytes: usize,
    is_renewing: bool,
}

/// A write of this isolate.
#[derive(Debug)]
struct Write {
    account: Id,
    kinds: u32,
    tick: u64,
    /// Until when it is taken to go on; 0 when it is over.
    open_until: i64,
    bookmark: Option<String>,
}

/// What the isolate keeps of answers, and what it knows of its own writes.
#[derive(Debug, Default)]
pub struct Memory {
    entries: Vec<Entry>,
    bytes: usize,
    uses: u64,
    tick: u64,
    writes: Vec<Write>,
    /// The latest tick of a write that is not remembered any more.
    forgotten: u64,
}

impl Memory {
    /// The kept answer, if it may be given to who brings that bookmark.
    pub fn find(
        &mut self,
        sought: &Sought,
        bookmark: Option<&str>,
        now: Timestamp,
    ) -> Result<Given, Outcome> {
        let place = self.entries.iter().position(|entry| entry.sought.name == sought.name);
        let Some((place, entry)) = place.and_then(|at| self.entries.get_mut(at).map(|entry| (at, entry)))
        else {
            return Err(Outcome::Miss);
        };
        let age = (now.millis() - entry.made).div_euclid(1000);
        let (fresh, stale) = (i64::from(sought.kept.seconds), i64::from(sought.kept.stale));
        // What was made in the future was made by a clock that has run back since.
        if age < 0 || age >= fresh + stale {
            self.remove(place);
            return Err(Outcome::Miss);
        }
        if entry.sought.revision != sought.revision {
            self.remove(place);
            return Err(Outcome::Outdated);
        }
        if sought.reads && bookmark > entry.as_of.as_deref() {
            return Err(Outcome::Outdated);
        }
        self.uses += 1;
        entry.used = self.uses;
        let renew = age >= fresh && !std::mem::replace(&mut entry.is_renewing, true);
        // A fresh one is not being made anew.
        entry.is_renewing &= age >= fresh;
        Ok(Given { answer: entry.answer.clone(), age, renew })
    }

    /// The moment at which a read begins, to be brought back with what it gave.
    #[must_use]
    pub fn begin(&self) -> u64 {
        self.tick
    }

    /// Keeps what a read gave that began at that moment, as of that bookmark, unless a write came between. Whether it
    /// was kept.
    pub fn keep(
        &mut self,
        sought: Sought,
        answer: &Answer,
        began: u64,
        as_of: Option<String>,
        now: Timestamp,
    ) -> bool {
        let place = self.entries.iter().position(|entry| entry.sought.name == sought.name);
        if let Some(place) = place {
            self.remove(place);
        }
        let fits = answer.status == 200
            && answer.stream.is_none()
            && answer.upgrade.is_none()
            && (sought.account.is_none() || began >= self.forgotten)
            && (!sought.reads || as_of >= sought.changed)
            && !self.writes.iter().any(|write| {
                Some(write.account) == sought.account
                    && write.kinds & sought.kept.on != 0
                    && (write.tick > began || now.millis() < write.open_until || write.bookmark > as_of)
            });
        let headers = answer.headers.iter().map(|(name, value)| name.len() + value.len());
        let body = answer.body.as_ref().map_or(0, String::len);
        let bytes = headers.sum::<usize>() + body + sought.name.len() + OVERHEAD;
        if !fits || bytes > CAPACITY / 10 {
            return false;
        }
        while self.entries.len() >= ENTRIES || self.bytes + bytes > CAPACITY {
            let oldest = self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.used);
            let Some(oldest) = oldest.map(|(place, _)| place) else { break };
            self.remove(oldest);
        }
        self.uses += 1;
        self.bytes += bytes;
        let (answer, made, used) = (answer.clone(), now.millis(), self.uses);
        self.entries.push(Entry { sought, answer, made, as_of, used, bytes, is_renewing: false });
        true
    }

    /// A write begins, or may begin: what the account has of these kinds is not given any more, and nothing is kept
    /// until the write is over.
    pub fn begin_write(&mut self, account: Id, kinds: u32, now: Timestamp) {
        self.write(account, kinds, now.millis().saturating_add(WRITING), None);
    }

    /// It is over, whatever came of it; `bookmark` is the database's after it.
    pub fn end_write(&mut self, account: Id, kinds: u32, bookmark: Option<String>) {
        self.write(account, kinds, 0, bookmark);
    }

    fn write(&mut self, account: Id, kinds: u32, open_until: i64, bookmark: Option<String>) {
        self.tick += 1;
        let mut place = 0;
        while let Some(entry) = self.entries.get(place) {
            if entry.sought.account == Some(account) && entry.sought.kept.on & kinds != 0 {
                self.remove(place);
            } else {
                place += 1;
            }
        }
        let mut bookmark = bookmark;
        if open_until == 0 {
            // The end closes one beginning, the latest (an earlier one may be of a write of which nobody hears any more),
            // and stands for what ended before.
            for open in [true, false] {
                let of_these = |write: &&Write| {
                    write.account == account && write.kinds == kinds && (write.open_until > 0) == open
                };
                let latest = self.writes.iter().filter(of_these).map(|write| write.tick).max();
                if let Some(place) = self.writes.iter().position(|write| Some(write.tick) == latest) {
                    bookmark = bookmark.max(self.writes.swap_remove(place).bookmark);
                }
            }
        }
        if self.writes.len() >= WRITES {
            let oldest = self.writes.iter().enumerate().min_by_key(|(_, write)| write.tick);
            if let Some(place) = oldest.map(|(place, _)| place) {
                self.forgotten = self.forgotten.max(self.writes.swap_remove(place).tick);
            }
        }
        self.writes.push(Write { account, kinds, tick: self.tick, open_until, bookmark });
    }

    /// A renewal failed: the next who asks may try.
    pub fn not_renewed(&mut self, name: &str) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.sought.name == name) {
            entry.is_renewing = false;
        }
    }

    /// Forgets every answer.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    /// How many answers are kept, and their bytes.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    fn remove(&mut self, place: usize) {
        if place < self.entries.len() {
            self.bytes -= self.entries.swap_remove(place).bytes;
        }
    }
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;
