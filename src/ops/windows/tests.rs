//! Windows against what was counted; the values of rules against worked examples.

use proptest::prelude::*;

use super::window::{Window, add_times, condensed, grown, read, times_written, written};
use super::{DAY, HOUR, STEP};
use crate::contract::types::AlertSeverity;
use crate::ops::alerts::values::{Look, value};
use crate::ops::alerts::{Measure, Rule};
use crate::ops::metrics::collector::Sums;
use crate::ops::metrics::histogram::Histogram;
use crate::ops::metrics::series::Series;
use crate::ops::windows::history::Point;

/// Something that happens: of what, with which outcome, how long it takes.
type Happening = (usize, usize, u32);

const NAMES: [&str; 5] = ["c/d1/run", "o/behind", "o/find_user", "o/list_readings", "q/identity/user_find"];

fn sums(happenings: &[Happening]) -> Sums {
    let mut sums = Sums::default();
    for (name, outcome, micros) in happenings {
        let mut series = Series::default();
        series.note(*outcome, *micros);
        series.spend([1, 0, 2, 0, 0, 0]);
        sums.merge(&Sums { series: vec![(NAMES[*name].to_owned(), series)], ..Sums::default() });
    }
    sums
}

fn happenings() -> impl Strategy<Value = Vec<Vec<Happening>>> {
    let one = (0..NAMES.len(), 0..5_usize, 0..2_000_000_u32);
    prop::collection::vec(prop::collection::vec(one, 0..20), 1..12)
}

/// Calls of operations and of dependencies, and durations of requests that somebody made.
fn counted(happenings: &[Happening]) -> (u64, u64, Histogram) {
    let of =
        |kind: &str| happenings.iter().filter(|(name, ..)| NAMES[*name].starts_with(kind)).count() as u64;
    let mut times = Histogram::default();
    for (_, _, micros) in happenings.iter().filter(|(name, ..)| [2, 3].contains(name)) {
        times.add(crate::ops::metrics::histogram::bucket(*micros), 1);
    }
    (of("o/"), of("c/"), times)
}

fn told(window: &Window) -> (u64, u64, Histogram) {
    let of = |kind: &str| {
        let series = window.detail.series.iter().filter(|(name, _)| name.starts_with(kind));
        series.map(|(_, series)| series.calls()).sum()
    };
    (of("o/"), of("c/"), window.times.clone())
}

proptest! {
    /// However counting and gathering alternate, and however sums are stored in between: each window holds what happened
    /// since the last gathering, and all of them together hold everything once.
    #[test]
    fn each_window_holds_what_happened_in_it(rounds in happenings()) {
        let (mut all, mut kept, mut merged) = (Sums::default(), condensed(&Sums::default()), Window::default());
        for round in &rounds {
            all.merge(&sums(round));
            let now = condensed(&all);
            let window = grown(&kept, &now);
            prop_assert_eq!(told(&window), counted(round));
            prop_assert_eq!(window.total().calls(), window.times.count());
            prop_assert!(!window.detail.series.iter().any(|(_, series)| series.is_empty()), "only what grew");
            kept = read(&written(&now)).unwrap();
            merged.merge(&window);
        }
        prop_assert_eq!(told(&merged), counted(&rounds.concat()));
    }

    /// Collectors that began anew: what they have is all new, and nothing of before is counted again.
    #[test]
    fn sums_that_went_down_count_whole(before in 1..50_u32, after in 0..50_u32) {
        let of = |count: u32| condensed(&sums(&vec![(3, 1, 5); count as usize]));
        let window = grown(&of(before), &of(after));
        let expected = if after < before { after } else { after - before };
        prop_assert_eq!(told(&window).0, u64::from(expected));
        prop_assert_eq!(window.times.count(), u64::from(expected));
    }

    #[test]
    fn durations_are_stored_as_they_are(happenings in prop::collection::vec((Just(3_usize), Just(1_usize), any::<u32>()), 0..50)) {
        let times = condensed(&sums(&happenings)).get("t/requests").unwrap().times.clone();
        let mut again = Histogram::default();
        add_times(&mut again, &times_written(&times));
        prop_assert_eq!(again, times);
    }
}

#[test]
fn a_window_of_every_operation_is_small() {
    let all = (0..crate::ops::metrics::buffer::MOST).map(crate::ops::metrics::buffer::name);
    let mut series = Series { outcomes: [9; 5], units: [999; 6], micros: 9_999_999, ..Series::default() };
    (0..100).for_each(|bucket| series.times.add(bucket, 9));
    let mut names: Vec<String> = all.collect();
    names.sort();
    let sums =
        Sums { series: names.into_iter().map(|name| (name, series.clone())).collect(), ..Sums::default() };
    let detail = written(&grown(&Sums::default(), &condensed(&sums)).detail);
    assert!(detail.len() < 16 * 1_024, "{}", detail.len());
}

fn rule(measure: Measure, least: u64) -> Rule {
    Rule {
        id: "r",
        summary: "",
        severity: AlertSeverity::Page,
        runbook: "database",
        measure,
        above: 1.0,
        below: 1.0,
        least,
        fires_after: 1,
        ends_after: 1,
    }
}

fn points(from: i64, all: &[(i64, i64)]) -> Vec<Point> {
    let place = |number: usize| from + i64::try_from(number).unwrap() * STEP;
    let point = |(number, (requests, errors)): (usize, &(i64, i64))| Point {
        at: place(number),
        steps: 1,
        requests: *requests,
        errors: *errors,
        people: 0,
        times: String::new(),
    };
    all.iter().enumerate().map(point).collect()
}

#[test]
fn rules_have_the_values_that_one_would_work_out() {
    let end = 10 * DAY;
    let window = Window {
        detail: sums(&[(0, 0, 5), (0, 0, 5), (0, 0, 5), (0, 1, 5), (3, 1, 5)]),
        times: condensed(&sums(&[(3, 1, 4_000); 20])).get("t/requests").unwrap().times.clone(),
        people: 1,
    };
    // An hour: a share of 1 % throughout, and of 5 % in the last five minutes.
    let mut hour = vec![(100, 1); 12];
    hour[11] = (100, 5);
    let recent = points(end - HOUR, &hour);
    let before = points(end - HOUR - DAY, &[(300, 0); 12]);
    let look = Look {
        end,
        window: Some(&window),
        recent: &recent,
        before: &before,
        missed: 0,
        waiting: [1, 2, 30, 4, 5, 6],
    };
    let of = |measure, least| value(&rule(measure, least), &look);
    let near = |found: Option<f64>, expected: f64| {
        assert!(found.is_some_and(|found| (found - expected).abs() < 1e-9), "{found:?} for {expected}");
    };
    near(of(Measure::Burn { allowed: 0.001, long: 12, short: 1 }, 50), 16.0 / 1_200.0 / 0.001);
    near(of(Measure::Errors { windows: 2 }, 50), 6.0 / 200.0);
    near(of(Measure::Drop, 50), 1.0 - 1_200.0 / 3_600.0);
    near(of(Measure::Surge, 50), 1_200.0 / 3_600.0);
    near(of(Measure::Dependency(0), 4), 0.25);
    near(of(Measure::Waiting(2), 0), 30.0);
    near(of(Measure::Silence, 0), 0.0);
    assert!((of(Measure::Latency { percent: 95 }, 20).unwrap() - 4.0).abs() < 0.4);
    for (measure, least) in [
        (Measure::Burn { allowed: 0.001, long: 12, short: 1 }, 101),
        (Measure::Latency { percent: 95 }, 21),
        (Measure::Dependency(0), 5),
        (Measure::Dependency(1), 1),
        (Measure::Drop, 3_601),
        (Measure::Surge, 1_201),
    ] {
        assert_eq!(of(measure, least), None, "{measure:?}: too little happened");
    }
    // A window of a year says nothing of a rate, and is the whole of the last minutes.
    let mut late = recent.clone();
    late[11].steps = 100_000;
    late[11].at -= 365 * DAY;
    let late = Look { recent: &late, ..look };
    assert_eq!(value(&rule(Measure::Drop, 1), &late), None);
    near(value(&rule(Measure::Errors { windows: 1 }, 50), &late), 0.05);
    // Nothing was gathered.
    let silent = Look { window: None, recent: &recent, before: &before, missed: 3, end, waiting: [0; 6] };
    assert_eq!(value(&rule(Measure::Errors { windows: 2 }, 1), &silent), None);
    near(value(&rule(Measure::Silence, 0), &silent), 3.0);
}
