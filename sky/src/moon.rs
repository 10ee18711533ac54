//! The Moon: as seen from the Earth, its node, and how it moves the Earth.

use crate::frame;
use crate::series::{self, D, F, L, Moment, Reader};
use crate::vector::{Vector, polar};

/// Longitude from the mean equinox of date, in radians, light-time included.
pub fn longitude(moment: &Moment) -> f64 {
    series::value(MOON, moment)
}

const MOON: &[u8] = include_bytes!("../data/moon.bin");

/// Longitude of the osculating ascending node from the mean equinox of date, in radians.
pub fn node(moment: &Moment) -> f64 {
    series::value(include_bytes!("../data/node.bin"), moment)
}

/// Where the barycentre of Earth and Moon stands as seen from the Earth, in AU.
///
/// Good to 5e-8 AU; latitude and distance have the largest terms of ELP alone (Chapront-Touzé and Chapront).
pub fn barycentre(moment: &Moment) -> Vector {
    /// AU in km, times Earth and Moon over Moon.
    const SHARE: f64 = 149_597_870.7 * 82.300_57;
    let of = |d: i8, l: i8, f: i8| {
        let mut turn = (1.0, 0.0);
        for (angle, times) in [(D, d), (L, l), (F, f)] {
            let (c, s) = moment.turn(angle, times);
            turn = (turn.0 * c - turn.1 * s, turn.0 * s + turn.1 * c);
        }
        turn
    };
    let longitude = frame::fixed(Reader(MOON).series(moment, 16), moment.t);
    let latitude = 5.128_1 * of(0, 0, 1).1
        + 0.280_6 * of(0, 1, 1).1
        + 0.277_7 * of(0, 1, -1).1
        + 0.173_2 * of(2, 0, -1).1
        + 0.055_4 * of(2, -1, 1).1
        + 0.046_3 * of(2, -1, -1).1;
    let distance = 385_000.6
        - 20_905.4 * of(0, 1, 0).0
        - 3_699.1 * of(2, -1, 0).0
        - 2_956.0 * of(2, 0, 0).0
        - 569.9 * of(0, 2, 0).0
        + 246.2 * of(2, -2, 0).0;
    polar(longitude, latitude.to_radians(), distance / SHARE)
}
