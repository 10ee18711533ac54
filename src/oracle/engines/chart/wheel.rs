//! The wheel of 64 gates with six lines each, in whole millionths of a degree.
//!
//! Gate 41 begins at 302 degrees of tropical longitude; each gate is 5.625 degrees wide, each line 0.9375. Both are
//! whole numbers of millionths, so that a published longitude decides gate and line exactly, on every machine.

/// A full circle.
const CIRCLE: u32 = 360_000_000;
/// Where the wheel begins: with gate 41.
const START: u32 = 302_000_000;
/// The width of a line.
pub const LINE: u32 = 937_500;
/// How many lines the wheel has.
pub const LINES: u16 = 384;

/// The gates in the order of the wheel.
const ORDER: [u8; 64] = [
    41, 19, 13, 49, 30, 55, 37, 63, 22, 36, 25, 17, 21, 51, 42, 3, 27, 24, 2, 23, 8, 20, 16, 35, 45, 12, 15,
    52, 39, 53, 62, 56, 31, 33, 7, 4, 29, 59, 40, 64, 47, 6, 46, 18, 48, 57, 32, 50, 28, 44, 1, 43, 14, 34,
    9, 5, 26, 11, 10, 58, 38, 54, 61, 60,
];

/// A tropical ecliptic longitude in millionths of a degree, below 360 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Longitude(u32);

impl Longitude {
    /// The nearest one to that many degrees, of any number of turns.
    #[must_use]
    pub fn from_degrees(degrees: f64) -> Self {
        // Within the circle, hence within the integer; what is no number becomes 0.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let millionths = (degrees * 1e6).round().rem_euclid(f64::from(CIRCLE)) as u32;
        Self(millionths % CIRCLE)
    }

    /// In degrees.
    #[must_use]
    pub fn degrees(self) -> f64 {
        f64::from(self.0) / 1e6
    }

    /// The point across the circle.
    #[must_use]
    pub fn opposite(self) -> Self {
        Self((self.0 + CIRCLE / 2) % CIRCLE)
    }

    /// How far it lies behind the beginning of the wheel.
    #[must_use]
    pub fn along(self) -> u32 {
        (self.0 + (CIRCLE - START)) % CIRCLE
    }

    /// The short way to another longitude: positive where the longitude grows.
    #[must_use]
    pub fn to(self, other: Self) -> i64 {
        let (circle, half) = (i64::from(CIRCLE), i64::from(CIRCLE / 2));
        (i64::from(other.0) - i64::from(self.0) + half).rem_euclid(circle) - half
    }

    /// The longitude that many millionths further on.
    #[must_use]
    pub fn plus(self, millionths: i64) -> Self {
        let sum = (i64::from(self.0) + millionths).rem_euclid(i64::from(CIRCLE));
        Self(u32::try_from(sum).unwrap_or_default())
    }

    /// The line that it lies in; a line begins at its lower boundary and ends before its upper one.
    #[must_use]
    pub fn place(self) -> Place {
        Place(u16::try_from(self.along() / LINE).unwrap_or_default())
    }
}

/// One of the 384 lines, counted along the wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(u16);

impl Place {
    /// The gate, 1 to 64.
    #[must_use]
    pub fn gate(self) -> u8 {
        ORDER.get(usize::from(self.0 / 6)).copied().unwrap_or(41)
    }

    /// The line within the gate, 1 to 6.
    #[must_use]
    pub fn line(self) -> u8 {
        u8::try_from(self.0 % 6).unwrap_or_default() + 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::oracle::engines::iching::hexagram::Lines;

    fn at(degrees: f64) -> (u8, u8) {
        let place = Longitude::from_degrees(degrees).place();
        (place.gate(), place.line())
    }

    #[test]
    fn each_gate_and_line_begins_on_its_boundary_and_ends_before_the_next() {
        for step in 0..LINES {
            let degrees = 302.0 + 0.9375 * f64::from(step);
            let place = Longitude::from_degrees(degrees).place();
            assert_eq!(place, Place(step));
            assert_eq!(Longitude::from_degrees(degrees + 0.937_499).place(), place);
            assert_eq!(Longitude::from_degrees(degrees + 0.9375).place(), Place((step + 1) % LINES));
        }
    }

    #[test]
    fn what_rounds_to_a_boundary_lies_behind_it() {
        assert_eq!(at(302.0), (41, 1));
        assert_eq!(at(301.999_999_6), (41, 1), "published as 302");
        assert_eq!(at(301.999_999_4), (60, 6), "published as 301.999999");
        assert_eq!(at(307.625), (19, 1));
        assert_eq!((at(0.0), at(360.0), at(-0.000_000_1)), ((25, 2), (25, 2), (25, 2)));
    }

    #[test]
    fn equinoxes_and_solstices_lie_in_their_known_gates() {
        assert_eq!([0.0, 90.0, 180.0, 270.0].map(at), [(25, 2), (15, 2), (46, 2), (10, 2)]);
    }

    /// The wheel counts the hexagrams down in binary from gate 1 to gate 24 and up again from gate 2, the lowest
    /// line weighing most; the numbers of hexagrams come from their lines, which the table here knows nothing of.
    #[test]
    fn the_order_is_that_of_the_lines_of_the_hexagrams() {
        let first = ORDER.iter().position(|gate| *gate == 1).unwrap();
        for step in 0..64_usize {
            let bits = if step < 32 { 63 - step } else { step - 32 };
            let lines = Lines(std::array::from_fn(|line| bits >> (5 - line) & 1 == 1));
            assert_eq!(ORDER[(first + step) % 64], lines.number(), "{step}");
        }
    }

    #[test]
    fn opposite_gates_are_hexagrams_of_opposite_lines() {
        for bits in 0..64_u8 {
            let lines = Lines(std::array::from_fn(|line| bits >> line & 1 == 1));
            let place = |gate: u8| ORDER.iter().position(|other| *other == gate).unwrap();
            let (here, there) = (place(lines.number()), place(lines.turned([true; 6]).number()));
            assert_eq!((here + 32) % 64, there);
        }
    }

    proptest! {
        #[test]
        fn the_way_there_leads_there(from in 0..CIRCLE, to in 0..CIRCLE) {
            let (from, to) = (Longitude(from), Longitude(to));
            prop_assert!(from.to(to).abs() <= i64::from(CIRCLE / 2));
            prop_assert_eq!(from.plus(from.to(to)), to);
            prop_assert_eq!(from.opposite().opposite(), from);
            prop_assert_eq!(from.opposite().place().line(), from.place().line());
        }

        #[test]
        fn degrees_come_back(millionths in 0..CIRCLE, turns in -3..3_i32) {
            let longitude = Longitude(millionths);
            prop_assert_eq!(Longitude::from_degrees(longitude.degrees()), longitude);
            prop_assert_eq!(Longitude::from_degrees(longitude.degrees() + 360.0 * f64::from(turns)), longitude);
        }
    }
}
