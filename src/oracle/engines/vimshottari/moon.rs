//! Where the Moon stood among the nakshatras while the birth may have been.

use sky::Point;

use crate::kernel::time::Timestamp;

/// Nakshatras in a circle.
const NAKSHATRAS: usize = 27;

/// A stay of the Moon in one nakshatra, as far as it lies within the time looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stay {
    /// 0 for Ashwini to 26 for Revati.
    pub nakshatra: usize,
    /// Its first moment.
    pub first: Timestamp,
    /// Its last moment.
    pub last: Timestamp,
    /// The share of the nakshatra, 0 to 1, that has been passed at the first moment.
    pub passed_at_first: f64,
    /// The share that has been passed at the last moment.
    pub passed_at_last: f64,
}

/// The Moon's stays between two moments, at most some days apart, in order; the Moon never goes back.
#[must_use]
pub fn stays((from, to): (Timestamp, Timestamp)) -> Vec<Stay> {
    let start = sidereal(from);
    // In nakshatras from 0 degrees on, and further than 27 where the Moon goes over 0 degrees meanwhile.
    let passed =
        |at: Timestamp| in_nakshatras(start) + in_nakshatras((sidereal(at) - start).rem_euclid(360.0));
    stays_of(from, to, passed)
}

/// The stays of whatever has passed so many nakshatras at a moment.
fn stays_of(from: Timestamp, to: Timestamp, passed: impl Fn(Timestamp) -> f64) -> Vec<Stay> {
    let mut stays = Vec::new();
    let (mut first, mut at) = (from, passed(from));
    let end = if from == to { at } else { passed(to) };
    while stays.len() < NAKSHATRAS {
        let whole = at.floor();
        let stay = |last, passed_at_last: f64| Stay {
            nakshatra: place(whole),
            first,
            last,
            passed_at_first: at - whole,
            passed_at_last: passed_at_last - whole,
        };
        if end < whole + 1.0 {
            stays.push(stay(to, end));
            break;
        }
        let next = reached(first, to, |at| passed(at) >= whole + 1.0);
        stays.push(stay(next, whole + 1.0));
        (first, at) = (next, whole + 1.0);
    }
    stays
}

/// The first second at which something holds that does not hold at `early` and holds at `late` and from then on.
fn reached(early: Timestamp, late: Timestamp, holds: impl Fn(Timestamp) -> bool) -> Timestamp {
    let (mut before, mut after) = (early.millis(), late.millis());
    while after - before > 1000 {
        let middle = before + (after - before) / 2;
        if holds(early.plus_millis(middle - early.millis())) {
            after = middle;
        } else {
            before = middle;
        }
    }
    early.plus_millis(after - early.millis())
}

/// The Moon's longitude on the sidereal zodiac by the Lahiri ayanamsa, in degrees.
#[must_use]
pub fn sidereal(at: Timestamp) -> f64 {
    let tt = sky::tt(at.millis());
    (sky::longitude(Point::Moon, tt) - sky::lahiri(tt)).rem_euclid(360.0)
}

/// The Lahiri ayanamsa in degrees.
#[must_use]
pub fn ayanamsa(at: Timestamp) -> f64 {
    sky::lahiri(sky::tt(at.millis()))
}

/// The Julian day of a moment in UTC.
#[must_use]
pub fn julian_day(at: Timestamp) -> f64 {
    #[allow(clippy::cast_precision_loss)] // Far below 2^53.
    let days = at.millis() as f64 / 86_400_000.0;
    days + 2_440_587.5
}

/// Rounded to six decimals.
#[must_use]
pub fn six_decimals(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn in_nakshatras(degrees: f64) -> f64 {
    degrees * 27.0 / 360.0
}

/// The place of a nakshatra in the circle.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Whole, and from 0 to 31.
fn place(whole: f64) -> usize {
    whole as usize % NAKSHATRAS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    /// Something that passes a nakshatra in 22 hours, from a place on.
    fn even(start: f64) -> impl Fn(Timestamp) -> f64 {
        move |at| start + at.millis() as f64 / 79_200_000.0
    }

    #[test]
    fn a_moment_has_one_stay() {
        let stays = stays_of(at(0), at(0), even(3.25));
        assert_eq!(
            stays,
            [Stay { nakshatra: 3, first: at(0), last: at(0), passed_at_first: 0.25, passed_at_last: 0.25 }]
        );
        // On the boundary it is the next one; at the end of the circle the first.
        assert_eq!(stays_of(at(0), at(0), even(4.0))[0].nakshatra, 4);
        assert_eq!(stays_of(at(0), at(0), even(27.0))[0].nakshatra, 0);
    }

    #[test]
    fn stays_follow_each_other_over_the_end_of_the_circle() {
        let stays = stays_of(at(0), at(180_000_000), even(25.9));
        let places: Vec<usize> = stays.iter().map(|stay| stay.nakshatra).collect();
        assert_eq!(places, [25, 26, 0, 1]);
        assert_eq!((stays[0].first, stays[3].last), (at(0), at(180_000_000)));
        for pair in stays.windows(2) {
            assert_eq!(pair[0].last, pair[1].first);
            assert_eq!((pair[0].passed_at_last, pair[1].passed_at_first), (1.0, 0.0));
        }
        // 0.1 of 22 hours.
        assert!((stays[0].last.millis() - 7_920_000).abs() <= 1000);
    }
}
