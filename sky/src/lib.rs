//! Where Sun, Moon, planets and lunar nodes stand, 1900 to 2100.
//!
//! All longitudes are apparent and geocentric, in degrees of the true ecliptic and equinox of date: light-time,
//! annual aberration, the Sun's bending of light, precession of IAU 2006, nutation of IAU 2000A. Points that are no
//! bodies, the nodes, have precession and nutation alone.
//!
//! The places come from tables in `data/`, which `tools/sky` fits to the JPL ephemeris DE405; `tests/truth.rs`
//! holds them to another one, DE423. Only `+ - * /`, square roots and the functions of `libm` are used, so that
//! every machine gives the same bits.

mod frame;
mod moon;
mod planets;
mod segments;
mod series;
mod time;
mod vector;

pub use frame::lahiri;
pub use time::{FIRST_MILLIS, LAST_MILLIS, Tt, covers, delta_t, tt, unix_millis};

/// Version of tables and method; another one may give other digits.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What has a longitude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Point {
    /// The Sun.
    Sun,
    /// The Moon.
    Moon,
    /// Mercury.
    Mercury,
    /// Venus.
    Venus,
    /// Mars.
    Mars,
    /// Jupiter, as the barycentre of its system, like all the following.
    Jupiter,
    /// Saturn.
    Saturn,
    /// Uranus.
    Uranus,
    /// Neptune.
    Neptune,
    /// Pluto.
    Pluto,
    /// The Moon's ascending node without its swing.
    MeanNode,
    /// The ascending node of the orbit that osculates the Moon's motion about the Earth.
    TrueNode,
}

impl Point {
    /// All points, in the order of [`longitudes`].
    pub const ALL: [Self; 12] = [
        Self::Sun,
        Self::Moon,
        Self::Mercury,
        Self::Venus,
        Self::Mars,
        Self::Jupiter,
        Self::Saturn,
        Self::Uranus,
        Self::Neptune,
        Self::Pluto,
        Self::MeanNode,
        Self::TrueNode,
    ];
}

/// Degrees from 0 up to 360: where the point stands in the ecliptic of date.
///
/// A moment outside of what [`covers`] admits gives the place at the end of the tables.
#[must_use]
pub fn longitude(point: Point, at: Tt) -> f64 {
    let moment = series::Moment::at(at);
    planets::longitude(point, &moment, &mut None, frame::nutation(&moment))
}

/// [`longitude`] of all points in their order, sharing what they have in common.
#[must_use]
pub fn longitudes(at: Tt) -> [f64; 12] {
    let moment = series::Moment::at(at);
    let nutation = frame::nutation(&moment);
    let mut earth = None;
    Point::ALL.map(|point| planets::longitude(point, &moment, &mut earth, nutation))
}

/// The last moment before `at` at which the Sun stood `arc` degrees (above 0, up to 360) before where it stands
/// at `at`. Good to a millisecond.
#[must_use]
pub fn sun_before(at: Tt, arc: f64) -> Tt {
    /// Degrees a day, in the mean.
    const PACE: f64 = 0.985_647;
    let target = longitude(Point::Sun, at) - arc;
    let mut found = at.0 - arc / PACE;
    // The pace differs from the mean by 3.5 %, so that each step leaves a thirtieth of the way: 2 degrees at first,
    // less than a tenth of a millisecond after seven.
    for _ in 0..7 {
        let away = longitude(Point::Sun, Tt(found)) - target;
        found -= (away - 360.0 * (away / 360.0).round()) / PACE;
    }
    Tt(found)
}
