//! What holds at every moment, whatever the tables say.

mod bits;

use sky::{FIRST_MILLIS, LAST_MILLIS, Point, Tt};

/// Some thousand moments over the whole span, at no regular time of day.
fn moments() -> impl Iterator<Item = i64> {
    (0..2_001).map(|step| FIRST_MILLIS + (LAST_MILLIS - FIRST_MILLIS) / 2_000 * step + 37 * step)
}

fn apart(one: f64, other: f64) -> f64 {
    let away = one - other;
    away - 360.0 * (away / 360.0).round()
}

#[test]
fn the_span_is_told_to_the_millisecond() {
    assert!(sky::covers(FIRST_MILLIS) && sky::covers(LAST_MILLIS) && sky::covers(0));
    assert!(!sky::covers(FIRST_MILLIS - 1) && !sky::covers(LAST_MILLIS + 1));
    assert!(!sky::covers(i64::MIN) && !sky::covers(i64::MAX));
}

#[test]
fn a_moment_comes_back_from_terrestrial_time() {
    for millis in moments() {
        assert_eq!(sky::unix_millis(sky::tt(millis)), millis);
    }
}

#[test]
fn the_clock_neither_jumps_nor_turns_back() {
    let mut last = sky::tt(FIRST_MILLIS - 400 * 86_400_000);
    for day in -399..74_000_i64 {
        let next = sky::tt(FIRST_MILLIS + day * 86_400_000);
        assert!((next.0 - last.0 - 1.0).abs() < 6e-8, "{last:?} {next:?}");
        last = next;
    }
    // Long before and after the table there is an answer too.
    assert!(sky::delta_t(2_300_000.0).is_finite() && sky::delta_t(2_600_000.0).is_finite());
}

/// Published figures, none of which the crate holds as such: the IERS's observations of TT - UT1 on the first day of a
/// year, and the length of the day to come (Morrison and others 2021).
#[test]
fn the_clock_has_the_published_differences() {
    let start = |year: f64| 2_451_544.5 + ((year - 2000.0) * 365.25).ceil();
    for (year, seconds) in [(1980.0, 50.5387), (2000.0, 63.8285), (2020.0, 69.3612), (2026.0, 69.1099)] {
        let told = sky::delta_t(start(year));
        assert!((told - seconds).abs() < 0.006, "{year}: {told} s, observed {seconds} s");
    }
    for year in 2027..2101 {
        let (at, t) = (start(f64::from(year)), (f64::from(year) - 1825.0) / 100.0);
        let expected = 1.72 * t - 3.5 * (std::f64::consts::TAU * (t + 0.75) / 14.0).sin();
        let told = (sky::delta_t(at + 50.0) - sky::delta_t(at - 50.0)) * 10.0;
        assert!(
            (told - expected).abs() < 0.001,
            "{year}: a day longer by {told} ms, published {expected} ms"
        );
    }
}

#[test]
fn all_points_at_once_are_the_points_one_by_one() {
    for millis in moments().step_by(50) {
        let at = sky::tt(millis);
        let all = sky::longitudes(at);
        for (point, longitude) in Point::ALL.into_iter().zip(all) {
            assert!((0.0..360.0).contains(&longitude), "{point:?} {longitude}");
            assert_eq!(longitude.to_bits(), sky::longitude(point, at).to_bits(), "{point:?}");
            assert_eq!(Point::ALL[point as usize], point);
        }
    }
}

/// Degrees a day that a point never exceeds.
fn pace(point: Point) -> f64 {
    match point {
        Point::Sun => 1.05,
        Point::Moon => 15.5,
        Point::Mercury => 2.3,
        Point::Venus => 1.3,
        Point::Mars => 0.85,
        Point::Jupiter => 0.26,
        Point::Saturn | Point::TrueNode => 0.26,
        Point::Uranus | Point::Neptune | Point::Pluto | Point::MeanNode => 0.08,
    }
}

#[test]
fn nothing_jumps() {
    // An hour at a time, one day in 27: every stretch of every table is entered somewhere by small steps.
    for day in (0..73_500).step_by(27) {
        let start = 2_414_806.5 + f64::from(day);
        let mut last = sky::longitudes(Tt(start));
        for step in 1..5 {
            let next = sky::longitudes(Tt(start + f64::from(step) * 0.25));
            for point in Point::ALL {
                let moved = apart(next[point as usize], last[point as usize]);
                assert!(moved.abs() < 0.25 * pace(point) + 1e-4, "{point:?} moved {moved} at {start}");
            }
            last = next;
        }
    }
}

#[test]
fn where_stretches_of_a_table_meet_the_planets_go_on() {
    let tables = [
        (Point::Jupiter, 1440.0),
        (Point::Saturn, 2160.0),
        (Point::Uranus, 7200.0),
        (Point::Neptune, 5760.0),
        (Point::Pluto, 5760.0),
    ];
    for (point, days) in tables {
        let seams = (1..).map(|stretch| 2_414_714.5 + days * f64::from(stretch));
        for seam in seams.take_while(|seam| *seam < 2_488_465.0) {
            // Light is on its way for up to 0.3 days, so the seam is met somewhat later.
            let places = [-0.1, 0.0, 0.1, 0.2, 0.3, 0.4].map(|day| sky::longitude(point, Tt(seam + day)));
            let bends = places.windows(3).map(|w| apart(w[2], w[1]) - apart(w[1], w[0]));
            let worst = bends.fold(0.0_f64, |worst, bend| worst.max(bend.abs())) * 3600.0;
            assert!(worst < 0.25, "{point:?} bends by {worst} arc seconds at {seam}");
        }
    }
}

#[test]
fn outside_of_the_span_the_end_of_the_tables_is_told() {
    for (far, end) in [(0.0, 2_414_714.5), (1e9, 2_488_465.5), (f64::NEG_INFINITY, 2_414_714.5)] {
        assert_eq!(sky::longitudes(Tt(far)), sky::longitudes(Tt(end)));
    }
    // No number at all gives none, and no harm.
    assert!(sky::longitudes(Tt(f64::NAN)).iter().all(|longitude| longitude.is_nan() || *longitude >= 0.0));
    assert!(sky::longitudes(sky::tt(i64::MIN)).iter().all(|longitude| longitude.is_finite()));
}

#[test]
fn the_sky_tells_the_same_digits_on_every_machine() {
    assert_eq!(bits::told(), bits::TOLD, "new tables or another method: raise the version and pin this");
}
