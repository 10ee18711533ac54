//! The sky held to tables that another program made from another ephemeris: `tools/truth/make.py`, DE423.

use sky::{Point, Tt};

/// Rows of a table of `tests/truth`, each cell by the name of its column.
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(name: &str) -> Self {
        let path = format!("{}/../tests/truth/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect());
        Self { head: lines.next().unwrap(), rows: lines.collect() }
    }

    fn texts(&self, column: &str) -> Vec<&str> {
        let place = self.head.iter().position(|name| name == column).unwrap();
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }

    fn numbers(&self, column: &str) -> Vec<f64> {
        self.texts(column).iter().map(|text| text.parse().unwrap()).collect()
    }

    fn moments(&self) -> Vec<Tt> {
        self.numbers("jd_tt").into_iter().map(Tt).collect()
    }
}

/// Milliseconds since 1970 of a text like `1990-01-01T12:00:00.000Z`.
fn millis(text: &str) -> i64 {
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    // Days of the calendar with years that begin in March.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    let seconds = ((days * 24 + part(11, 13)) * 60 + part(14, 16)) * 60 + part(17, 19);
    seconds * 1000 + part(20, 23)
}

/// Degrees from one longitude to another, the shorter way.
fn apart(one: f64, other: f64) -> f64 {
    let away = one - other;
    away - 360.0 * (away / 360.0).round()
}

/// Prints a line for `make accuracy` and gives the maximum.
fn report(what: &str, unit: &str, required: f64, mut errors: Vec<f64>) -> f64 {
    errors.iter_mut().for_each(|error| *error = error.abs());
    errors.sort_by(f64::total_cmp);
    let share = |part: usize| errors[(errors.len() - 1) * part / 100];
    println!(
        "accuracy | {what} | {} | {:.3} | {:.3} | {:.3} | {:.3} | {required} {unit}",
        errors.len(),
        share(50),
        share(90),
        share(99),
        share(100),
    );
    share(100)
}

const NAMES: [&str; 12] = [
    "sun",
    "moon",
    "mercury",
    "venus",
    "mars",
    "jupiter",
    "saturn",
    "uranus",
    "neptune",
    "pluto",
    "mean_node",
    "true_node",
];

/// Holds points to a table and to what is required of them.
fn hold(table: &str, points: &[Point], suffix: &str) {
    let truth = Table::read(table);
    let moments = truth.moments();
    for point in points {
        let name = NAMES[*point as usize];
        let errors = truth.numbers(name).into_iter().zip(&moments);
        let errors = errors.map(|(is, at)| apart(sky::longitude(*point, *at), is) * 3600.0).collect();
        let required = match point {
            Point::Moon => 2.0,
            Point::MeanNode | Point::TrueNode => 5.0,
            _ => 1.0,
        };
        let worst = report(&format!("{name}{suffix}"), "arc seconds", required, errors);
        assert!(worst < required, "{name} is {worst} arc seconds away");
    }
}

#[test]
fn accuracy_of_points() {
    assert!(Table::read("positions.csv").rows.len() >= 500);
    hold("positions.csv", &Point::ALL, "");
}

#[test]
fn accuracy_of_points_beside_a_second_ephemeris() {
    hold("second.csv", &Point::ALL[..10], ", DE421");
}

#[test]
fn accuracy_of_the_moment_before() {
    let truth = Table::read("births.csv");
    let errors = truth.numbers("design_jd_tt").into_iter().zip(truth.moments());
    let errors = errors.map(|(is, at)| (sky::sun_before(at, 88.0).0 - is) * 86_400.0).collect();
    // An arc second of the Sun takes 24 seconds.
    let worst = report("sun_before 88 degrees", "s", 24.0, errors);
    assert!(worst < 24.0, "{worst} seconds");
}

#[test]
fn accuracy_of_the_sidereal_moon() {
    let truth = Table::read("births.csv");
    let errors = truth.numbers("moon_sidereal").into_iter().zip(truth.moments());
    let errors = errors
        .map(|(is, at)| apart(sky::longitude(Point::Moon, at) - sky::lahiri(at), is) * 3600.0)
        .collect();
    let worst = report("sidereal moon", "arc seconds", 2.0, errors);
    assert!(worst < 2.0, "{worst} arc seconds");
}

#[test]
fn accuracy_of_the_clock() {
    let truth = Table::read("positions.csv");
    let texts = truth.texts("utc");
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for (text, is) in texts.into_iter().zip(truth.numbers("jd_tt")) {
        let error = (sky::tt(millis(text)).0 - is) * 86_400.0;
        if text < "1973" { early.push(error) } else { late.push(error) }
    }
    // Until 1973 the truth is a smooth curve of other authors, which misses even the first atomic clocks by 0.5 s.
    let early = report("TT - UT before 1973", "s", 1.5, early);
    let late = report("TT - UT from 1973", "s", 0.1, late);
    assert!(early < 1.5 && late < 0.1, "{early} s, {late} s");
}

#[test]
fn the_ayanamsa_goes_through_its_published_value() {
    let at = sky::tt(millis("1990-01-01T12:00:00.000Z"));
    assert!((sky::lahiri(at) - 23.720_714).abs() < 1e-6, "{}", sky::lahiri(at));
}

#[test]
fn the_sun_stood_exactly_that_far_before() {
    for at in Table::read("births.csv").moments().into_iter().step_by(5) {
        for arc in [0.001, 1.0, 88.0, 180.0, 270.0, 359.5] {
            if at.0 - arc / 0.95 < 2_414_806.5 {
                continue;
            }
            let then = sky::sun_before(at, arc);
            let left = apart(sky::longitude(Point::Sun, at) - arc, sky::longitude(Point::Sun, then));
            // The Sun moves 1.1e-8 degrees in a millisecond.
            assert!(left.abs() < 1e-8, "{left} degrees are left of {arc} at {at:?}");
            let days = at.0 - then.0;
            assert!((arc / 1.03..arc / 0.95).contains(&days), "{arc} degrees took {days} days");
        }
    }
}
