//! The object that isolates hand their counts to: one of a few, each with the sums of some isolates for good. Pure.
//!
//! An isolate's hand-overs have numbers. The object remembers the last one of each isolate for [`REMEMBERED`] and counts
//! a number once, so that one whose reply was lost may be sent again. The state is bounded: by [`MOST_SERIES`] series
//! and [`MOST_ISOLATES`] isolates; one that comes too much is told to come again.

use super::people::People;
use super::series::Series;
use crate::kernel::object::Handled;
use crate::kernel::time::Timestamp;

/// Milliseconds for which an isolate's last number is remembered: twice as long as it sends one.
pub const REMEMBERED: i64 = 2 * super::GIVE_UP;
/// Most isolates whose number is remembered.
pub const MOST_ISOLATES: usize = 1_024;
/// Most series; there are fewer names in a version of the house, and this is room for those of other versions.
pub const MOST_SERIES: usize = 1_024;
/// The longest name of a series.
const LONGEST: usize = 80;

/// What an isolate hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Which isolate.
    pub isolate: u64,
    /// Counts its hand-overs, from 1.
    pub seq: u64,
    /// What it counted since the last one. Its moment is not looked at.
    pub sums: Sums,
}

/// What the object is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What to add.
    pub batch: Option<Batch>,
    /// Whether to tell the sums.
    pub read: bool,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The highest number of the isolate that is counted; 0 where it has to send again.
    pub taken: u64,
    /// The sums, to who asked.
    pub sums: Option<Sums>,
}

/// Sums of one isolate, or of many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Since when, in milliseconds since 1970; 0 where nothing was counted.
    pub since: u64,
    /// Requests that isolates counted and could not hand over in time.
    pub dropped: u64,
    /// Series that found no room or had no name of the house.
    pub refused: u64,
    /// Isolates that handed over in the last half hour.
    pub isolates: u64,
    /// Who was there today.
    pub people: People,
    /// By name.
    pub series: Vec<(String, Series)>,
}

impl Sums {
    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        if self.since == 0 || (1..self.since).contains(&other.since) {
            self.since = other.since;
        }
        self.dropped = self.dropped.saturating_add(other.dropped);
        self.refused = self.refused.saturating_add(other.refused);
        self.isolates = self.isolates.saturating_add(other.isolates);
        self.people.merge(&other.people);
        for (name, series) in &other.series {
            match self.series.binary_search_by(|(known, _)| known.as_str().cmp(name)) {
                Ok(at) => {
                    if let Some((_, known)) = self.series.get_mut(at) {
                        known.merge(series);
                    }
                }
                Err(_) if self.series.len() >= MOST_SERIES || !is_name(name) => self.refused += 1,
                Err(at) => self.series.insert(at, (name.clone(), series.clone())),
            }
        }
    }

    /// The series of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Series> {
        self.series.iter().find(|(known, _)| known == name).map(|(_, series)| series)
    }
}

/// What is stored.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) sums: Sums,
    /// Isolates with their last number and when it came.
    pub(super) isolates: Vec<(u64, u64, u64)>,
}

impl State {
    /// Counts a hand-over, unless it is counted already. Tells the highest number that is, 0 for an isolate too much.
    fn take(&mut self, batch: &Batch, now: u64) -> u64 {
        self.isolates.retain(|(_, _, at)| at.abs_diff(now) < REMEMBERED.unsigned_abs());
        let full = self.isolates.len() >= MOST_ISOLATES;
        let known = self.isolates.iter_mut().find(|(isolate, ..)| *isolate == batch.isolate);
        let last = known.as_ref().map_or(0, |(_, last, _)| *last);
        let highest = last.max(batch.seq);
        match known {
            Some(known) => *known = (batch.isolate, highest, now),
            None if full => return 0,
            None => self.isolates.push((batch.isolate, highest, now)),
        }
        if batch.seq > last {
            self.sums.merge(&batch.sums);
        }
        if self.sums.since == 0 {
            self.sums.since = now;
        }
        self.sums.isolates = self.isolates.len() as u64;
        highest
    }
}

/// Whether it is written like the names of the house, which need no escaping anywhere.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'/';
    name.len() <= LONGEST && name.bytes().all(plain)
}

/// The object's whole logic. `Err` as in [`super::wire`].
pub fn handle(stored: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
    let mut state = stored.map(State::read).transpose()?.unwrap_or_default();
    let Command { batch, read } = Command::read(command)?;
    let taken = batch.as_ref().map_or(0, |batch| state.take(batch, now.millis().unsigned_abs()));
    let store = batch.map(|_| state.write());
    let reply = Reply { taken, sums: read.then_some(state.sums) }.write();
    Ok(Handled { reply, store, wake_at: None })
}

/// It keeps what it has, and is never woken.
#[must_use]
pub fn wake(_stored: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    Some(now.plus_millis(REMEMBERED))
}
