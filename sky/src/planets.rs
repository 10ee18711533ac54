//! Sun and planets: heliocentric places, and how they are seen from the Earth.

use crate::series::{Moment, Reader};
use crate::vector::{Vector, dot, length, plus, polar};
use crate::{Point, Tt, frame, moon, segments};

/// AU a day (IAU 2012 for the AU).
const LIGHT: f64 = 173.144_632_674_24;
/// Terms of each series that suffice for how long light is on its way.
const ROUGH: u16 = 16;

/// The Earth's heliocentric place and velocity, in AU and days.
#[derive(Clone, Copy)]
pub struct Earth {
    place: Vector,
    velocity: Vector,
}

/// Degrees from 0 up to 360: the apparent longitude of date. The Earth is filled in when it is first wanted.
pub fn longitude(point: Point, moment: &Moment, earth: &mut Option<Earth>, nutation: f64) -> f64 {
    let mean = match point {
        Point::Moon => moon::longitude(moment),
        Point::MeanNode => frame::mean_node(moment.t),
        Point::TrueNode => moon::node(moment),
        _ => {
            let earth = earth.get_or_insert_with(|| self::earth(moment));
            frame::mean_longitude(seen(point, moment, earth), moment.t)
        }
    };
    frame::degrees(mean + nutation)
}

/// Longitude, latitude and distance from one table after another.
fn spherical(table: &[u8], moment: &Moment, most: u16) -> (f64, f64, f64) {
    let mut table = Reader(table);
    (table.series(moment, most), table.series(moment, most), table.series(moment, most))
}

/// Heliocentric, ecliptic and equinox of J2000, in AU.
fn heliocentric(point: Point, moment: &Moment, most: u16) -> Vector {
    let inner = |table| {
        let (longitude, latitude, distance) = spherical(table, moment, most);
        polar(longitude, latitude, distance)
    };
    let outer = |table| segments::position(table, moment.jd);
    match point {
        Point::Mercury => inner(include_bytes!("../data/mercury.bin")),
        Point::Venus => inner(include_bytes!("../data/venus.bin")),
        Point::Mars => inner(include_bytes!("../data/mars.bin")),
        Point::Jupiter => outer(include_bytes!("../data/jupiter.bin")),
        Point::Saturn => outer(include_bytes!("../data/saturn.bin")),
        Point::Uranus => outer(include_bytes!("../data/uranus.bin")),
        Point::Neptune => outer(include_bytes!("../data/neptune.bin")),
        Point::Pluto => outer(include_bytes!("../data/pluto.bin")),
        Point::Sun | Point::Moon | Point::MeanNode | Point::TrueNode => [0.0; 3],
    }
}

fn earth(moment: &Moment) -> Earth {
    /// Of a body on the Earth's mean orbit, in AU a day, over the square root of 1 - e^2.
    const PACE: f64 = 0.017_204_5;
    let table = include_bytes!("../data/earth.bin");
    let (longitude, latitude, distance) = spherical(table, moment, u16::MAX);
    let place = plus(polar(longitude, latitude, distance), moon::barycentre(moment), -1.0);
    // The velocity of a Kepler orbit is a circle about a point beside the middle; 0.1 % of aberration is 0.02".
    let eccentricity = 0.016_708_6 - 0.000_042_0 * moment.t;
    let (low_sine, low_cosine) = libm::sincos((102.937_35 + 0.322_6 * moment.t).to_radians());
    let (sine, cosine) = libm::sincos(longitude);
    let velocity =
        [-PACE * (sine + eccentricity * low_sine), PACE * (cosine + eccentricity * low_cosine), 0.0];
    Earth { place, velocity }
}

/// The apparent direction (of any length) from the Earth, in the ecliptic of J2000.
///
/// Light left the body when it stood elsewhere; the Earth's motion tilts what arrives; the Sun's mass bends it. All
/// three are taken relative to the Sun: its own motion about the barycentre cancels out to first order.
fn seen(point: Point, moment: &Moment, earth: &Earth) -> Vector {
    let now = if point == Point::Sun { [0.0; 3] } else { heliocentric(point, moment, ROUGH) };
    let late = length(plus(now, earth.place, -1.0)) / LIGHT;
    let then = if point == Point::Sun {
        now
    } else {
        heliocentric(point, &Moment::at(Tt(moment.jd - late)), u16::MAX)
    };
    let geometric = plus(then, earth.place, -1.0);
    let bent = if point == Point::Sun { geometric } else { bent(geometric, then, earth.place) };
    plus(bent, earth.velocity, length(geometric) / LIGHT)
}

/// A direction from the Earth after the Sun's mass has bent the light (IAU SOFA, `ld`): 1.7" at the Sun's rim.
fn bent(direction: Vector, body: Vector, earth: Vector) -> Vector {
    /// Twice the Sun's gravitational radius, in AU.
    const RADIUS: f64 = 1.974_125_7e-8;
    let (far, to_body, to_earth) = (length(direction), length(body), length(earth));
    let p_q = dot(direction, body) / (far * to_body);
    let e_p = dot(earth, direction) / (to_earth * far);
    let q_e = dot(body, earth) / (to_body * to_earth);
    // What stands behind the Sun's disc is not seen at all; there the formula is kept from growing.
    let factor = far * RADIUS / to_earth / (1.0 + q_e).max(1e-6);
    plus(plus(direction, earth, factor * p_q / to_earth), body, -factor * e_p / to_body)
}
