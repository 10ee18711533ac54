//! Periods: 120 years in nine great ones, each in nine parts, each of these in nine again, in exact milliseconds.
//!
//! A year has 365.25 days. A part's share is its lord's years in 120, and 120 divides the milliseconds of a year twice
//! over, so that every boundary is a whole number and parts fill their whole without a gap.

use crate::contract::types::VimshottariLord as Lord;

/// Milliseconds in a year of 365.25 days.
pub const YEAR: i64 = 31_557_600_000;

/// Years of all periods together.
const CYCLE: i64 = 120;

/// The lords with their names and years, in the order of their periods; the first nakshatra begins with Ketu's.
pub static LORDS: [(Lord, &str, i64); 9] = [
    (Lord::Ketu, "Ketu", 7),
    (Lord::Venus, "Venus", 20),
    (Lord::Sun, "Sun", 6),
    (Lord::Moon, "Moon", 10),
    (Lord::Mars, "Mars", 7),
    (Lord::Rahu, "Rahu", 18),
    (Lord::Jupiter, "Jupiter", 16),
    (Lord::Saturn, "Saturn", 19),
    (Lord::Mercury, "Mercury", 17),
];

/// A period of the lord at that place of [`LORDS`], in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The lord's place, 0 to 8.
    pub lord: usize,
    /// The first moment.
    pub from: i64,
    /// The first moment of the next one.
    pub to: i64,
}

impl Period {
    /// The nine parts, from that of the period's own lord on.
    #[must_use]
    pub fn parts(self) -> [Self; 9] {
        let share = (self.to - self.from) / CYCLE;
        let mut from = self.from;
        let mut lord = self.lord;
        [(); 9].map(|()| {
            let part = Self { lord, from, to: from + share * years(lord) };
            (from, lord) = (part.to, (lord + 1) % LORDS.len());
            part
        })
    }

    /// The part in which a moment lies; the last one for a moment that lies behind the period.
    #[must_use]
    pub fn part_at(self, at: i64) -> Self {
        let parts = self.parts();
        let [.., last] = parts;
        parts.into_iter().find(|part| at < part.to).unwrap_or(last)
    }
}

/// The years of the lord at that place.
#[must_use]
pub fn years(lord: usize) -> i64 {
    LORDS.get(lord).map_or(0, |(_, _, years)| *years)
}

/// The 120 years that begin with the period of the birth, as one period of its lord.
///
/// `nakshatra` is 0 to 26; `passed` the share of it that the Moon had passed at the birth.
#[must_use]
pub fn cycle(nakshatra: usize, passed: f64, birth: i64) -> Period {
    let lord = nakshatra % LORDS.len();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // 20 years are below 2^53 ms.
    let since = (passed * (years(lord) * YEAR) as f64).round() as i64;
    let from = birth - since;
    Period { lord, from, to: from + CYCLE * YEAR }
}

/// The cycle in which a moment lies: after 120 years they begin anew.
#[must_use]
pub fn cycle_at(first: Period, at: i64) -> Period {
    let shift = (at - first.from).div_euclid(CYCLE * YEAR) * CYCLE * YEAR;
    Period { lord: first.lord, from: first.from + shift, to: first.to + shift }
}

/// Years between two moments, to six decimals.
#[must_use]
pub fn years_between(from: i64, to: i64) -> f64 {
    #[allow(clippy::cast_precision_loss)] // A few centuries.
    let years = (to - from) as f64 / YEAR as f64;
    (years * 1e6).round() / 1e6
}
