//! Clocks: from the civil one to the one that the sky keeps, and back.

/// A Julian date of Terrestrial Time. The ephemerides' own time differs from it by less than 2 ms.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Tt(pub f64);

/// 1899-06-01T00:00Z: the first moment that is answered.
pub const FIRST_MILLIS: i64 = -2_227_737_600_000;
/// 2101-01-01T00:00Z: the last moment that is answered.
pub const LAST_MILLIS: i64 = 4_133_980_800_000;

const DAY_MILLIS: f64 = 86_400_000.0;
/// Julian date of 1970-01-01T00:00.
const UNIX: f64 = 2_440_587.5;
const DAY_SECONDS: f64 = 86_400.0;
/// The year of the first value in `OBSERVED`.
const FIRST_YEAR: f64 = 1899.0;

/// Whether that moment of the civil clock is answered.
#[must_use]
pub const fn covers(unix_millis: i64) -> bool {
    FIRST_MILLIS <= unix_millis && unix_millis <= LAST_MILLIS
}

/// Terrestrial Time of a moment of the civil clock.
///
/// The clock is taken as UT1, the time of the Earth's rotation. UTC is kept within 0.9 s of it, in which the Moon
/// moves half an arc second.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "moments of some centuries are far below 2^53 milliseconds")]
pub fn tt(unix_millis: i64) -> Tt {
    let ut = unix_millis as f64 / DAY_MILLIS + UNIX;
    Tt(ut + delta_t(ut) / DAY_SECONDS)
}

/// The moment of the civil clock, to the nearest millisecond. The inverse of [`tt`].
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "saturates, which is as wrong as such a date is")]
pub fn unix_millis(tt: Tt) -> i64 {
    let mut ut = tt.0;
    for _ in 0..3 {
        ut = tt.0 - delta_t(ut) / DAY_SECONDS;
    }
    ((ut - UNIX) * DAY_MILLIS).round() as i64
}

/// TT - UT in seconds at a Julian date of UT.
///
/// Observed values for the first day of each year (before 1973 those of the US Naval Observatory, from 1973 of the
/// IERS), between which it is interpolated. Afterwards the length of the day beyond 86,400 s is 1.72 t - 3.5 sin(2 pi
/// (t + 0.75) / 14) ms, t in centuries from 1825.0: Morrison, Stephenson, Hohenkerk, Zawilski 2021 (Proc. R. Soc. A
/// 477, 20200776, section 8), who revise the 1.78 t - 4.0 sin(2 pi t / 15) of Stephenson, Morrison, Hohenkerk 2016
/// (ibid. 472, 20160404, equation 5.1). Its integral is joined to the last observed value, as HM Nautical Almanac
/// Office joins it to theirs, with an error that the office puts at 2 s in 2030, 6 s in 2050 and 10 s in 2100.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "held to the table before")]
pub fn delta_t(jd_ut: f64) -> f64 {
    let year = 2000.0 + (jd_ut - 2_451_544.5) / 365.25;
    let place = (year - FIRST_YEAR).max(0.0);
    let index = place as usize;
    let value = |index: usize| OBSERVED.get(index).map(|value| f64::from(*value) / 100.0);
    match (value(index), value(index + 1)) {
        (Some(before), Some(after)) => before + (after - before) * (place - index as f64),
        _ => LAST_OBSERVED + predicted(year) - predicted(LAST_YEAR),
    }
}

/// The integral of the length of the day beyond 86,400 s, but for a constant: 0.86 * 36.525 t^2 + 3.5 * 36.525 * 7 / pi
/// cos(pi / 7 (t + 0.75)) seconds, as a century has 36,525 days.
fn predicted(year: f64) -> f64 {
    let t = (year - 1825.0) / 100.0;
    31.411_5 * t * t + 284.843_5 * libm::cos(0.448_798_950_5 * (t + 0.75))
}

include!("delta_t.rs");
