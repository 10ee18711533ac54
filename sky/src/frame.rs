//! From the fixed ecliptic of J2000 to the moving one of date.

use crate::Tt;
use crate::series::{self, Moment};
use crate::vector::Vector;

const ARCSECOND: f64 = core::f64::consts::PI / 648_000.0;

/// Precession in longitude since J2000, p_A of IAU 2006, in arc seconds.
fn precession(t: f64) -> f64 {
    t * (5_028.796_195 + t * (1.105_434_8 + t * (0.000_079_64 - t * 0.000_023_857)))
}

/// Longitude in the mean ecliptic of date, in radians, of a direction in the ecliptic of J2000.
///
/// The ecliptic of date is met by a turn about its node (Capitaine, Wallace, Chapront 2003, A&A 412, 567: pi_A,
/// Pi_A and p_A of the IAU 2006 precession).
pub fn mean_longitude([x, y, z]: Vector, t: f64) -> f64 {
    let tilt = t * (46.998_973 - t * (0.033_492_6 + t * 0.000_125_59)) * ARCSECOND;
    let node = (629_546.793_6 - t * (867.957_58 - t * (0.157_992 - t * 0.000_537_1))) * ARCSECOND;
    let (sine, cosine) = libm::sincos(node);
    let along = x * cosine + y * sine;
    let across = y * cosine - x * sine;
    let (sine, cosine) = libm::sincos(tilt);
    libm::atan2(across * cosine + z * sine, along) + node + precession(t) * ARCSECOND
}

/// A longitude counted from the equinox of date, in radians, from the fixed one; for what needs no second of arc.
pub fn fixed(longitude: f64, t: f64) -> f64 {
    longitude - precession(t) * ARCSECOND
}

/// Nutation in longitude, in radians: IAU 2000A with the adjustments of IAU 2006, to 2.4 mas.
pub fn nutation(moment: &Moment) -> f64 {
    series::value(include_bytes!("../data/nutation.bin"), moment)
}

/// The ayanamsa of the Indian Astronomical Ephemeris (Lahiri), in degrees, nutation included: what is taken off an
/// apparent longitude to count it from the sidereal beginning.
///
/// It moves with the precession of IAU 2006 through 23.720714 degrees at 1990-01-01T12:00Z.
#[must_use]
pub fn lahiri(at: Tt) -> f64 {
    /// Without nutation, at J2000.
    const START: f64 = 23.857_092_36;
    let moment = Moment::at(at);
    START + precession(moment.t) / 3_600.0 + nutation(&moment).to_degrees()
}

/// The Moon's mean ascending node in radians: IERS Conventions 2003, 5.8.
pub fn mean_node(t: f64) -> f64 {
    let turns = -5.0 * 1_296_000.0 - 482_890.543_1;
    (450_160.398_036 + t * (turns + t * (7.472_2 + t * (0.007_702 - t * 0.000_059_39)))) * ARCSECOND
}

/// Degrees from 0 up to 360.
pub fn degrees(radians: f64) -> f64 {
    let degrees = radians.to_degrees();
    let within = degrees - 360.0 * (degrees / 360.0).floor();
    // Of a tiny negative angle the whole circle is left.
    if within < 360.0 { within } else { 0.0 }
}
