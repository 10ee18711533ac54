//! What an isolate has counted and not yet handed over.
//!
//! One list holds everything: operations, calls, statements, each at a place that follows from its number, so that
//! counting is an addition at a place. Nothing is looked up by name, and nothing is written as text, until the isolate
//! hands over.

use super::collector::{Batch, Sums};
use super::people::People;
use super::series::Series;
use super::{GIVE_UP, INTERVAL};
use crate::contract::{Operation, VERSIONS};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::{Cost, ObjectClass, Query};
use crate::statements;

/// Requests that belong to no operation.
const UNKNOWN: usize = Operation::ALL.len();
/// Work that answers did not wait for.
const BEHIND: usize = UNKNOWN + 1;
/// What the house does by itself.
const UPKEEP: usize = BEHIND + 1;
/// Where what was dropped of telemetry begins.
const DROPS: usize = BEHIND + 2;
/// Where calls begin.
const CALLS: usize = DROPS + SIGNALS.len();
/// What came of looking for kept answers.
const KEPT: usize = CALLS + CALL_NAMES.len();
/// Where versions of the interface begin.
const VERSIONED: usize = KEPT + 1;
/// Where statements begin.
const QUERIES: usize = VERSIONED + VERSIONS.len();
/// How many series there can be.
pub const MOST: usize = QUERIES + statements::COUNT;

/// What may be dropped before it arrives: `ops::telemetry::buffer::Signal`, in its order.
const SIGNALS: [&str; 3] = ["traces", "logs", "logbook"];

/// A way to ask a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call(u8);

/// The names of calls: dependency and what is asked of it.
const CALL_NAMES: [&str; 16] = [
    "d1/run",
    "d1/batch",
    "kv/get",
    "kv/put",
    "kv/delete",
    "kv/list",
    "upstream/send",
    "object/Admission",
    "object/Sealer",
    "object/Attempts",
    "object/Breaker",
    "object/Flight",
    "object/Hub",
    "object/Collector",
    "object/Logbook",
    "object/other",
];

impl Call {
    /// A statement.
    pub const RUN: Self = Self(0);
    /// A transaction.
    pub const BATCH: Self = Self(1);
    /// A value of the cache is read.
    pub const GET: Self = Self(2);
    /// One is written.
    pub const PUT: Self = Self(3);
    /// One is removed.
    pub const DELETE: Self = Self(4);
    /// Keys are listed.
    pub const LIST: Self = Self(5);
    /// A server outside is asked.
    pub const SEND: Self = Self(6);

    /// An object is told something.
    #[must_use]
    pub const fn object(class: ObjectClass) -> Self {
        Self(7 + class as u8)
    }

    /// Its name: dependency, slash, what is asked of it.
    #[must_use]
    pub fn name(self) -> &'static str {
        CALL_NAMES.get(usize::from(self.0)).unwrap_or(&"object/other")
    }
}

/// Work that nobody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// After an answer.
    Behind,
    /// By the clock.
    Upkeep,
}

/// A hand-over that was not confirmed yet.
#[derive(Debug)]
struct Sent {
    seq: u64,
    at: Timestamp,
    sums: Sums,
}

/// The counts of an isolate.
#[derive(Debug, Default)]
pub struct Buffer {
    /// Nothing is counted any more.
    pub resting: bool,
    series: Vec<Series>,
    people: People,
    /// When to hand over next.
    next: Option<Timestamp>,
    /// The isolate's name among those that hand over; made when it first does.
    isolate: Option<u64>,
    seq: u64,
    sent: Option<Sent>,
    dropped: u64,
}

impl Buffer {
    fn at(&mut self, place: usize) -> Option<&mut Series> {
        if self.resting {
            return None;
        }
        if self.series.is_empty() {
            self.series.resize(MOST, Series::default());
        }
        self.series.get_mut(place)
    }

    /// Counts a request and what it took. `units` as in [`super::series::UNITS`].
    pub fn request(&mut self, operation: Option<Operation>, status: u16, micros: u32, units: [u32; 6]) {
        if let Some(series) = self.at(operation.map_or(UNKNOWN, |operation| operation as usize)) {
            series.note(usize::from(status / 100).wrapping_sub(1).min(4), micros);
            series.spend(units);
        }
    }

    /// Counts whoever is there.
    pub fn person(&mut self, id: Id, now: Timestamp) {
        self.people.note(id, now);
    }

    /// Counts what was done without anybody waiting for it.
    pub fn work(&mut self, work: Work, failed: bool, micros: u32, units: [u32; 6]) {
        if let Some(series) = self.at(BEHIND + work as usize) {
            series.note(if failed { 4 } else { 1 }, micros);
            series.spend(units);
        }
    }

    /// Counts what was dropped of a signal of telemetry.
    pub fn dropped(&mut self, signal: usize, count: u32) {
        if let Some(series) = self.at((DROPS + signal).min(CALLS - 1)).filter(|_| count > 0) {
            series.spend([count, 0, 0, 0, 0, 0]);
        }
    }

    /// Counts a call of a dependency.
    pub fn call(&mut self, call: Call, worked: bool, micros: u32) {
        let place = (CALLS + usize::from(call.0)).min(KEPT - 1);
        if let Some(series) = self.at(place) {
            series.note(usize::from(!worked), micros);
        }
    }

    /// Counts what came of looking for a kept answer, by the place of `gateway::kept::Outcome`.
    pub fn kept(&mut self, outcome: usize) {
        if let Some(series) = self.at(KEPT) {
            series.note(outcome, 0);
        }
    }

    /// Counts a request by the version that its address means, and whether it leaves it out.
    pub fn version(&mut self, place: usize, unsaid: bool) {
        if let Some(series) = self.at((VERSIONED + place).min(QUERIES - 1)) {
            series.note(usize::from(unsaid), 0);
        }
    }

    /// Counts a statement that worked.
    pub fn query(&mut self, query: Query, cost: Cost, otherwise: u32) {
        if let Some(series) = self.at(QUERIES + usize::from(query.0)) {
            series.note(0, cost.micros.unwrap_or(otherwise));
            series.spend([cost.rows_read, cost.rows_written, 0, 0, 0, 0]);
        }
    }

    /// Counts a statement that failed, or whose batch did.
    pub fn query_failed(&mut self, query: Query, micros: u32) {
        if let Some(series) = self.at(QUERIES + usize::from(query.0)) {
            series.note(1, micros);
        }
    }

    /// Whether it is time to hand over.
    pub fn is_due(&mut self, now: Timestamp) -> bool {
        // A clock that jumped back waits no longer than an interval.
        let latest = now.plus_millis(INTERVAL);
        let next = *self.next.get_or_insert(latest);
        if next > latest {
            self.next = Some(latest);
        }
        now >= next
    }

    /// What to hand over now, under the isolate's name; the same again until [`Self::taken`] says that it arrived.
    /// `random` makes the name, if there is none yet.
    pub fn hand_over(&mut self, now: Timestamp, random: u64) -> (u64, Option<Batch>) {
        self.next = Some(now.plus_millis(INTERVAL));
        let isolate = *self.isolate.get_or_insert(random);
        if let Some(sent) = self.sent.take_if(|sent| now.millis() - sent.at.millis() >= GIVE_UP) {
            self.dropped += sent.sums.dropped + requests(&sent.sums);
        }
        if self.sent.is_none() {
            self.sent = self.freeze(now);
        }
        let batch = self.sent.as_ref().map(|sent| Batch { isolate, seq: sent.seq, sums: sent.sums.clone() });
        (isolate, batch)
    }

    fn freeze(&mut self, now: Timestamp) -> Option<Sent> {
        let mut series = Vec::new();
        for (place, counted) in self.series.iter_mut().enumerate() {
            if !counted.is_empty() {
                series.push((name(place), counted.clone()));
                counted.clear();
            }
        }
        if series.is_empty() && self.dropped == 0 {
            return None;
        }
        self.seq += 1;
        let (people, dropped) = (std::mem::take(&mut self.people), std::mem::take(&mut self.dropped));
        Some(Sent { seq: self.seq, at: now, sums: Sums { dropped, people, series, ..Sums::default() } })
    }

    /// The object has counted everything up to this number.
    pub fn taken(&mut self, seq: u64) {
        self.sent.take_if(|sent| sent.seq <= seq);
    }
}

/// How many requests are counted there.
fn requests(sums: &Sums) -> u64 {
    sums.series.iter().filter(|(name, _)| name.starts_with("o/")).map(|(_, series)| series.calls()).sum()
}

/// The name of a place: `o/` and an operation, `c/` and a call, `q/` and a statement.
#[must_use]
pub fn name(place: usize) -> String {
    if let Some(operation) = Operation::ALL.get(place) {
        return ["o/", operation.id()].concat();
    }
    match place {
        UNKNOWN => "o/unknown".to_owned(),
        BEHIND => "o/behind".to_owned(),
        UPKEEP => "o/upkeep".to_owned(),
        _ if place < CALLS => ["t/", SIGNALS.get(place - DROPS).copied().unwrap_or_default()].concat(),
        KEPT => "r/kept".to_owned(),
        VERSIONED..QUERIES => {
            ["v/", VERSIONS.get(place - VERSIONED).map_or("", |version| version.name)].concat()
        }
        _ => match CALL_NAMES.get(place - CALLS) {
            Some(call) => ["c/", call].concat(),
            None => {
                let query = Query(u16::try_from(place - QUERIES).unwrap_or_default());
                ["q/", &statements::name(query)].concat()
            }
        },
    }
}
