//! One window: what grew between two gatherings. Pure.

use std::fmt::Write as _;

use crate::ops::metrics::collector::{Reply, Sums};
use crate::ops::metrics::histogram::Histogram;
use crate::ops::metrics::series::Series;

/// The series in which the durations of all requests are kept. Those of single operations are not.
const TIMES: &str = "t/requests";

/// The dependencies in the order of rules (`schema/alerts.yaml`), as calls of them begin.
const DEPENDENCIES: [&str; 4] = ["c/d1/", "c/kv/", "c/object/", "c/upstream/"];

/// What happened in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Window {
    /// Operations and calls that grew, without their durations.
    pub detail: Sums,
    /// How long requests took.
    pub times: Histogram,
    /// People since midnight, at its end.
    pub people: u64,
}

/// Whether a series is one of requests that somebody made.
fn is_asked(name: &str) -> bool {
    name.starts_with("o/") && name != "o/behind" && name != "o/upkeep"
}

/// What is kept of gathered sums until the next gathering: operations and calls, and the durations of all requests.
#[must_use]
pub fn condensed(sums: &Sums) -> Sums {
    let mut kept = Sums { since: sums.since, ..Sums::default() };
    let mut times = Series::default();
    for (name, series) in &sums.series {
        if name.starts_with("q/") {
            continue;
        }
        if is_asked(name) {
            times.times.merge(&series.times);
        }
        let series = Series { times: Histogram::default(), ..series.clone() };
        kept.series.push((name.clone(), series));
    }
    kept.series.push((TIMES.to_owned(), times));
    kept
}

/// What grew from the one to the other, both condensed. A series that went down began anew: all of it is new, as
/// Prometheus has it.
#[must_use]
pub fn grown(before: &Sums, now: &Sums) -> Window {
    let mut window = Window::default();
    let nothing = Series::default();
    for (name, series) in &now.series {
        let grown = series.since(before.get(name).unwrap_or(&nothing));
        if name == TIMES {
            window.times = grown.times;
        } else if !grown.is_empty() {
            window.detail.series.push((name.clone(), grown));
        }
    }
    window
}

impl Window {
    /// The sum of all requests.
    #[must_use]
    pub fn total(&self) -> Series {
        self.sum(is_asked)
    }

    /// Calls of a dependency by its place among the dependencies, and how many failed.
    #[must_use]
    pub fn dependency(&self, place: usize) -> (u64, u64) {
        let prefix = DEPENDENCIES.get(place).copied().unwrap_or("-");
        let sum = self.sum(|name| name.starts_with(prefix));
        (sum.calls(), sum.outcomes[1])
    }

    fn sum(&self, wanted: impl Fn(&str) -> bool) -> Series {
        let mut sum = Series::default();
        for (_, series) in self.detail.series.iter().filter(|(name, _)| wanted(name)) {
            sum.merge(series);
        }
        sum
    }

    /// Adds one that follows.
    pub fn merge(&mut self, next: &Self) {
        self.detail.merge(&next.detail);
        self.times.merge(&next.times);
        self.people = self.people.max(next.people);
    }

    /// Rows of the day: what `usage_add.sql` is given. The first is that of all.
    #[must_use]
    pub fn usage(&self) -> String {
        let mut out = String::from("[");
        push(&mut out, "*", self.people, &self.total());
        for (name, series) in &self.detail.series {
            if let Some(operation) = name.strip_prefix("o/") {
                out.push(',');
                push(&mut out, operation, 0, series);
            }
        }
        out.push(']');
        out
    }
}

/// Names are those of the contract, which need no escaping.
fn push(out: &mut String, name: &str, people: u64, series: &Series) {
    let (calls, errors, micros) = (series.calls(), series.outcomes[4], series.micros);
    let _ = write!(out, "[\"{name}\",{people},{calls},{errors},{micros}");
    for unit in series.units {
        let _ = write!(out, ",{unit}");
    }
    out.push(']');
}

/// Sums as they are stored.
#[must_use]
pub fn written(sums: &Sums) -> String {
    Reply { taken: 0, sums: Some(sums.clone()) }.write()
}

/// Stored sums; `None` of what cannot be read, as of an empty text.
#[must_use]
pub fn read(text: &str) -> Option<Sums> {
    Reply::read(text).ok()?.sums
}

/// Durations as they are stored: bucket and count in turn.
#[must_use]
pub fn times_written(times: &Histogram) -> String {
    let mut out = String::new();
    for (bucket, count) in times.buckets() {
        let _ = write!(out, "{bucket} {count} ");
    }
    out
}

/// Stored durations; what cannot be read is left out.
pub fn add_times(times: &mut Histogram, text: &str) {
    let mut numbers = text.split_ascii_whitespace();
    while let (Some(bucket), Some(count)) = (numbers.next(), numbers.next()) {
        if let (Ok(bucket), Ok(count)) = (bucket.parse(), count.parse()) {
            times.add(bucket, count);
        }
    }
}
