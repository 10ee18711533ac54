//! Named series of days, and what comes of comparing them all.

use crate::kernel::map::Map;

use chrono::NaiveDate;

use super::multiple::false_discovery;
use super::rank::{Correlation, spearman};

/// How likely a finding may be wrong, as a share of all that are reported.
pub const DISCOVERY_RATE: f64 = 0.05;

/// Where the values of a series come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Worked out from the calendar: two such series have a relation that follows from arithmetic alone.
    Calendar,
    /// Something that somebody did, felt or drew.
    Lived,
}

/// One value a day, on some days.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name, such as `biorhythm.physical`. Series with the same text before the point are not compared.
    pub name: String,
    /// What it is called in a sentence.
    pub label: String,
    /// Where its values come from.
    pub origin: Origin,
    /// The values.
    pub values: Map<NaiveDate, f64>,
}

impl Series {
    fn group(&self) -> &str {
        self.name.split_once('.').map_or(self.name.as_str(), |(group, _)| group)
    }

    /// The values of both on the days that have two, in the order of the days.
    #[must_use]
    pub fn pairs(&self, other: &Self) -> Vec<(f64, f64)> {
        self.values
            .iter()
            .filter_map(|(day, value)| other.values.get(day).map(|second| (*value, *second)))
            .collect()
    }
}

/// Two series that were compared.
#[derive(Debug)]
pub struct Compared<'a> {
    /// One.
    pub a: &'a Series,
    /// The other.
    pub b: &'a Series,
    /// How they go together.
    pub correlation: Correlation,
    /// The p-value with regard to the number of pairs.
    pub q_value: f64,
}

/// What comparing all pairs gave.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// The pairs, least likely to be chance first.
    pub pairs: Vec<Compared<'a>>,
    /// The most days that any pair had in common.
    pub most_days: usize,
}

/// Compares every pair that can have something to say and has at least `minimum` days in common. A pair of which one
/// side never changes says nothing and is left out.
#[must_use]
pub fn compare(series: &[Series], minimum: usize) -> Comparison<'_> {
    let (mut found, mut most_days) = (Vec::new(), 0);
    for (at, a) in series.iter().enumerate() {
        for b in series.iter().skip(at + 1) {
            let by_calendar = a.origin == Origin::Calendar && b.origin == Origin::Calendar;
            if by_calendar || a.group() == b.group() {
                continue;
            }
            let pairs = a.pairs(b);
            most_days = most_days.max(pairs.len());
            if pairs.len() >= minimum {
                found.extend(spearman(&pairs).map(|correlation| (a, b, correlation)));
            }
        }
    }
    let p_values: Vec<f64> = found.iter().map(|(_, _, correlation)| correlation.p_value).collect();
    let adjusted = false_discovery(&p_values, p_values.len());
    let pairs = found.into_iter().zip(adjusted);
    let mut pairs: Vec<Compared<'_>> =
        pairs.map(|((a, b, correlation), q_value)| Compared { a, b, correlation, q_value }).collect();
    pairs.sort_by(|one, other| one.correlation.p_value.total_cmp(&other.correlation.p_value));
    Comparison { pairs, most_days }
}
