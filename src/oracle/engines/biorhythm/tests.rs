use super::*;
use crate::contract::types::BiorhythmTrend;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn input(birth: &str, target: &str) -> BiorhythmInput {
    let json =
        format!(r#"{{"birth_date":"{birth}","target_date":"{target}","extended":true,"forecast_days":90}}"#);
    serde_json::from_str(&json).unwrap()
}

/// The value by the plain formula, without any reduction.
fn plain(days: i64, period: u8) -> f64 {
    100.0 * (2.0 * std::f64::consts::PI * days as f64 / f64::from(period)).sin()
}

#[test]
fn the_curve_is_the_plain_formula() {
    for cycle in &texts::CYCLES {
        for days in 0..20_000 {
            let value = Point::at(days, cycle.days).value();
            assert!((value - plain(days, cycle.days)).abs() < 0.006, "{} {days}", cycle.days);
        }
    }
}

#[test]
fn no_value_lies_where_rounding_could_differ_between_machines() {
    for cycle in &texts::CYCLES {
        for days in 0..i64::from(cycle.days) {
            let cents = plain(days, cycle.days) * 100.0;
            let from_tie = (cents - cents.floor() - 0.5).abs();
            assert!(from_tie > 1e-6, "{} {days}", cycle.days);
        }
    }
}

#[test]
fn critical_days_are_changes_of_sign() {
    for cycle in &texts::CYCLES {
        let period = i64::from(cycle.days);
        let found: Vec<i64> =
            (0..period).filter(|day| Point::at(*day, cycle.days).critical().is_some()).collect();
        // Twice in a cycle: at its beginning, and half-way or right after it.
        assert_eq!(found, [0, (period + 1) / 2]);
        for days in 1..2000 {
            let point = Point::at(days, cycle.days);
            // A value that is nothing but the sine's rounding error counts as zero.
            let clean = |value: f64| if value.abs() < 1e-9 { 0.0 } else { value };
            let (before, now) = (clean(plain(days - 1, cycle.days)), clean(plain(days, cycle.days)));
            let crossed = before * now < 0.0 || (now == 0.0 && before != 0.0);
            assert_eq!(point.critical().is_some(), crossed, "{} {days}", cycle.days);
            if crossed {
                let rising = before < 0.0;
                assert_eq!(point.critical() == Some(BiorhythmDirection::Rising), rising);
            }
        }
    }
}

#[test]
fn trend_follows_the_next_day() {
    for cycle in &texts::CYCLES {
        let period = i64::from(cycle.days);
        for day in 0..period {
            let (before, now, after) =
                (plain(day - 1, cycle.days), plain(day, cycle.days), plain(day + 1, cycle.days));
            let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
            match Point::at(day, cycle.days).trend() {
                BiorhythmTrend::Peak => {
                    assert!((now > before || near(now, before)) && (now > after || near(now, after)))
                }
                BiorhythmTrend::Trough => {
                    assert!((now < before || near(now, before)) && (now < after || near(now, after)))
                }
                BiorhythmTrend::Rising => assert!(before < now && now < after),
                BiorhythmTrend::Falling => assert!(before > now && now > after),
            }
        }
    }
}

#[test]
fn the_day_of_birth_and_whole_cycles() {
    let born = calculate(&settle(&input("2000-02-29", "2000-02-29"), date("2020-01-01")).unwrap()).unwrap();
    assert_eq!(born.days_lived, 0);
    assert!(born.cycles.iter().all(|c| c.value == 0.0 && c.phase == BiorhythmPhase::CriticalRising));
    // 23 * 28 * 33 = 21,252 days later the three classical cycles begin together again.
    let again = calculate(&settle(&input("2000-02-29", "2058-05-07"), date("2020-01-01")).unwrap()).unwrap();
    assert_eq!(again.days_lived, 21_252);
    assert!(again.cycles[..3].iter().all(|c| c.day_of_cycle == 0));
}

#[test]
fn a_known_day() {
    // 13,107 days; 13,107 mod 23 = 20, mod 28 = 3, mod 33 = 6 (worked out by hand); values from tables of the sine.
    let result = calculate(&settle(&input("1990-04-12", "2026-03-01"), date("2020-01-01")).unwrap()).unwrap();
    assert_eq!(result.days_lived, 13_107);
    let of = |i: usize| (result.cycles[i].day_of_cycle, result.cycles[i].value);
    assert_eq!(of(0), (20, -73.08));
    assert_eq!(of(1), (3, 62.35));
    assert_eq!(of(2), (6, 90.96));
    assert_eq!(result.cycles[0].phase, BiorhythmPhase::Recovering);
    assert_eq!(result.cycles[0].next_critical, date("2026-03-04"));
    assert_eq!(result.cycles[1].next_peak, date("2026-03-05"));
    assert_eq!(result.forecast.len(), 90);
    assert!(
        result.summary.starts_with("Physical -73 % (recovering), Emotional +62 % (charging), "),
        "{}",
        result.summary
    );
    assert_eq!(result.forecast[3].physical, 0.0);
    let first = result.critical_days.iter().find(|day| day.cycle == BiorhythmCycleKey::Physical).unwrap();
    assert_eq!((first.date, first.direction), (date("2026-03-04"), BiorhythmDirection::Rising));
}

#[test]
fn three_cycles_and_seven_days_unless_said_otherwise() {
    let input: BiorhythmInput = serde_json::from_str(r#"{"birth_date":"1990-04-12"}"#).unwrap();
    let result = calculate(&settle(&input, date("2026-03-01")).unwrap()).unwrap();
    assert_eq!((result.cycles.len(), result.forecast.len()), (3, 7));
    assert_eq!((result.target_date, result.forecast[0].intuitive), (date("2026-03-01"), None));
}

#[test]
fn a_day_before_the_birth_is_refused() {
    let problem = settle(&input("2000-01-02", "2000-01-01"), date("2020-01-01")).unwrap_err();
    let EngineProblem::Refused(refusals) = problem else { panic!("not refused") };
    assert_eq!((refusals[0].pointer, refusals[0].code), ("/target_date", "before-birth"));
    let unborn: BiorhythmInput = serde_json::from_str(r#"{"birth_date":"2030-01-01"}"#).unwrap();
    let EngineProblem::Refused(refusals) = settle(&unborn, date("2026-03-01")).unwrap_err() else {
        panic!("not refused")
    };
    assert_eq!(refusals[0].pointer, "/birth_date");
}

#[test]
fn the_end_of_the_calendar_is_refused() {
    assert!(settle(&input("2000-01-02", "9999-12-31"), date("2020-01-01")).is_err());
    let last = settle(&input("0001-01-01", "9999-10-02"), date("2020-01-01")).unwrap();
    assert_eq!(calculate(&last).unwrap().forecast.last().unwrap().date, date("9999-12-30"));
}
