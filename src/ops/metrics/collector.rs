//! The object that isolates hand their counts to: one of a few, each with the sums of some isolates for good. Pure.
//!
//! An isolate's hand-overs have numbers. The object remembers the last one of each isolate for [`REMEMBERED`] and counts
//! a number once, so that one whose reply was lost may be sent again. The state is bounded: by [`MOST_SERIES`] series
//! and [`MOST_ISOLATES`] isolates; one that comes too much is told to come again.

use serde::{Deserialize, Serialize};

use super::people::People;
use super::series::Series;
use crate::kernel::json;
use crate::kernel::map::Map;
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
/// The version of the stored form.
const VERSION: u8 = 1;

/// What an isolate hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Which isolate.
    pub isolate: String,
    /// Counts its hand-overs, from 1.
    pub seq: u32,
    /// Requests that it counted and could not hand over in time.
    pub dropped: u64,
    /// What it counted since the last one.
    pub series: Map<String, Series>,
    /// Who was there since the last one.
    #[serde(default)]
    pub people: People,
}

/// What the object is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// What to add.
    pub batch: Option<Batch>,
    /// Whether to tell the sums.
    pub read: bool,
}

/// What it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The highest number of the isolate that is counted; `None` where it has to send again.
    pub taken: Option<u32>,
    /// The sums, to who asked.
    pub sums: Option<Sums>,
}

/// Sums of many isolates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Since when, in milliseconds since 1970; 0 where nothing was counted.
    pub since: i64,
    /// Requests that isolates counted and could not hand over in time.
    pub dropped: u64,
    /// Series that found no room or had no name of the house.
    pub refused: u64,
    /// Isolates that handed over in the last half hour.
    pub isolates: u64,
    /// By name.
    pub series: Map<String, Series>,
    /// Who was there today.
    #[serde(default)]
    pub people: People,
}

impl Sums {
    /// Adds those of another object.
    pub fn merge(&mut self, other: &Self) {
        if self.since == 0 || (1..self.since).contains(&other.since) {
            self.since = other.since;
        }
        self.dropped = self.dropped.saturating_add(other.dropped);
        self.refused = self.refused.saturating_add(other.refused);
        self.isolates = self.isolates.saturating_add(other.isolates);
        self.people.merge(&other.people);
        for (name, series) in other.series.iter() {
            match self.series.get_mut(name.as_str()) {
                Some(known) => known.merge(series),
                None => drop(self.series.insert(name.clone(), series.clone())),
            }
        }
    }
}

/// What is stored.
#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    v: u8,
    sums: Sums,
    /// The last number of an isolate, and when it came.
    isolates: Map<String, (u32, i64)>,
}

impl State {
    /// Counts a hand-over, unless it is counted already. Tells the highest number that is.
    fn take(&mut self, batch: Batch, now: i64) -> Option<u32> {
        self.isolates.retain(|_, (_, at)| (*at - now).abs() < REMEMBERED);
        let last = match self.isolates.get(&batch.isolate) {
            Some((last, _)) => *last,
            None if self.isolates.len() >= MOST_ISOLATES => return None,
            None => 0,
        };
        if batch.seq > last {
            if self.sums.since == 0 {
                self.sums.since = now;
            }
            self.add(&batch);
        }
        let last = last.max(batch.seq);
        self.isolates.insert(batch.isolate, (last, now));
        self.sums.isolates = self.isolates.len() as u64;
        Some(last)
    }

    fn add(&mut self, batch: &Batch) {
        self.sums.dropped = self.sums.dropped.saturating_add(batch.dropped);
        self.sums.people.merge(&batch.people);
        for (name, series) in batch.series.iter() {
            let full = self.sums.series.len() >= MOST_SERIES;
            match self.sums.series.get_mut(name.as_str()) {
                Some(known) => known.merge(series),
                None if full || !is_name(name) => self.sums.refused = self.sums.refused.saturating_add(1),
                None => drop(self.sums.series.insert(name.clone(), series.clone())),
            }
        }
    }
}

/// Whether it is written like the names of the house, which need no escaping anywhere.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'/';
    name.len() <= LONGEST && name.bytes().all(plain)
}

/// The object's whole logic.
pub fn handle(stored: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
    let words = |error: serde_json::Error| error.to_string();
    let mut state = match stored {
        Some(text) => json::read::<State>(text).map_err(words)?,
        None => State { v: VERSION, ..State::default() },
    };
    if state.v != VERSION {
        return Err("another version has stored this".to_owned());
    }
    let Command { batch, read } = json::read(command).map_err(words)?;
    let mut store = None;
    let mut taken = None;
    if let Some(batch) = batch {
        taken = state.take(batch, now.millis());
        store = Some(serde_json::to_string(&state).map_err(words)?);
    }
    let reply = Reply { taken, sums: read.then_some(state.sums) };
    Ok(Handled { reply: serde_json::to_string(&reply).map_err(words)?, store, wake_at: None })
}

/// It keeps what it has, and is never woken.
#[must_use]
pub fn wake(_stored: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    Some(now.plus_millis(REMEMBERED))
}
