//! What is counted of one thing: an operation, a kind of call, or a statement.

use super::histogram::{self, Histogram};

/// The units that an operation or a statement costs, in the order of [`Series::units`].
pub const UNITS: [&str; 6] = ["rows_read", "rows_written", "d1", "kv", "object", "upstream"];

/// Sums of one thing. Adding two is the sums of both, in whatever order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// Of an operation: answers by the first digit of their status. Of anything else: those that worked, and those
    /// that failed.
    pub outcomes: [u64; 5],
    /// What it took: see [`UNITS`].
    pub units: [u64; 6],
    /// How long it took in all, in microseconds.
    pub micros: u64,
    /// How long each took.
    pub times: Histogram,
}

impl Series {
    /// How often it happened.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.outcomes.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Whether nothing is counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls() == 0 && self.units == [0; 6]
    }

    /// Counts that it happened.
    pub fn note(&mut self, outcome: usize, micros: u32) {
        if let Some(count) = self.outcomes.get_mut(outcome) {
            *count += 1;
        }
        self.micros += u64::from(micros);
        self.times.add(histogram::bucket(micros), 1);
    }

    /// Adds units.
    pub fn spend(&mut self, units: [u32; 6]) {
        for (sum, count) in self.units.iter_mut().zip(units) {
            *sum += u64::from(count);
        }
    }

    /// Adds another one.
    pub fn merge(&mut self, other: &Self) {
        let sums = self.outcomes.iter_mut().chain(&mut self.units);
        for (sum, count) in sums.zip(other.outcomes.iter().chain(&other.units)) {
            *sum = sum.saturating_add(*count);
        }
        self.micros = self.micros.saturating_add(other.micros);
        self.times.merge(&other.times);
    }

    /// What was added since it was like that; all of it where something went down, which nothing does but beginning
    /// anew.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let mut grown = self.clone();
        let before_all = before.outcomes.iter().chain(&before.units).chain([&before.micros]);
        let all = grown.outcomes.iter_mut().chain(&mut grown.units).chain([&mut grown.micros]);
        for (sum, before) in all.zip(before_all) {
            match sum.checked_sub(*before) {
                Some(difference) => *sum = difference,
                None => return self.clone(),
            }
        }
        grown.times = self.times.since(&before.times);
        grown
    }

    /// Begins anew, and keeps the room.
    pub fn clear(&mut self) {
        self.outcomes = [0; 5];
        self.units = [0; 6];
        self.micros = 0;
        self.times.clear();
    }
}
