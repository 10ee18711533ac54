use serde_json::{Value, json};

use super::*;
use crate::oracle::history::tests::history;

/// 10:13 UTC on the first of March 2026, a Sunday, and so many days before.
fn row(engine: &str, days_ago: i64, number: i64, rest: Value) -> Value {
    let at = 1_772_360_000_000_i64 - days_ago * 86_400_000;
    let hash = format!("{engine}{days_ago}.{number}");
    let mut row = json!({"created_at": at, "engine": engine, "rating": 0, "input_hash": hash});
    row.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    row
}

fn of(rows: Vec<Value>, days: Option<i64>) -> ReadingInsights {
    report(&history(Value::Array(rows), days, "2026-03-01T12:00:00Z"))
}

fn subjects(report: &ReadingInsights) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.subject.as_str()).collect()
}

#[test]
fn with_nothing_it_says_that_there_is_too_little() {
    let empty = of(Vec::new(), Some(30));
    assert_eq!((empty.readings, empty.active_days, empty.current_streak, empty.findings.len()), (0, 0, 0, 0));
    for lacking in ["Five draws", "seven days", "ten days"] {
        assert!(empty.note.contains(lacking), "{}", empty.note);
    }
}

#[test]
fn a_card_that_comes_back_too_often_stands_out() {
    let spread = |ago: i64| {
        let cards = format!("[\"the_star\",\"card_{}\",\"card_{}\"]", ago * 2, ago * 2 + 1);
        row("tarot", ago, 0, json!({"cards": cards}))
    };
    let found = of((0..8).map(spread).collect(), Some(30));
    let star = found.findings.iter().find(|finding| finding.subject == "card:the_star").unwrap();
    assert_eq!((star.count, star.of, star.significant), (8, 8, true));
    assert!(
        star.expected.unwrap() < 0.4 && star.text.contains("The Star") && star.text.contains("unlikely"),
        "{}",
        star.text
    );
    assert!(!subjects(&found).contains(&"card:card_3"), "what came once is no pattern");
}

#[test]
fn the_same_seed_again_is_no_new_draw() {
    let mut rows: Vec<Value> =
        (0..8).map(|ago| row("iching", ago, 0, json!({"hexagram": 10 + ago}))).collect();
    for row in &mut rows[..4] {
        row["input_hash"] = "same".into();
        row["hexagram"] = 3.into();
    }
    let found = of(rows, Some(30));
    assert!(
        !subjects(&found).iter().any(|subject| subject.starts_with("hexagram:")),
        "{:?}",
        subjects(&found)
    );
}

#[test]
fn weekdays_are_counted_by_days_and_against_the_calendar() {
    // Every Sunday of eight weeks, twice each, and one Monday.
    let mut rows = Vec::new();
    for week in 0..8 {
        rows.extend([0, 1].map(|number| row("biorhythm", week * 7, number, json!({"rating": 3}))));
    }
    rows.push(row("biorhythm", 6, 0, json!({})));
    let found = of(rows, Some(60));
    let sunday = found.findings.iter().find(|finding| finding.subject == "weekday:sunday").unwrap();
    assert_eq!((sunday.count, sunday.of, sunday.significant), (8, 9, true));
    assert!(!subjects(&found).contains(&"weekday:monday"));
    let noon = found.findings.iter().find(|finding| finding.subject == "hours:afternoon").unwrap();
    assert_eq!((noon.count, noon.of, noon.value, noon.p_value), (17, 17, Some(3.0), None));
}

#[test]
fn streaks_end_with_a_day_left_out() {
    let days = |list: &[&str]| list.iter().map(|day| day.parse().unwrap()).collect();
    let today: NaiveDate = "2026-03-01".parse().unwrap();
    for (kept, expected) in [
        (&[][..], (0, 0)),
        (&["2026-03-01"], (1, 1)),
        (&["2026-02-27", "2026-02-28"], (2, 2)),
        (&["2026-02-20", "2026-02-21", "2026-02-22", "2026-02-27"], (0, 3)),
        (&["2026-02-20", "2026-02-21", "2026-02-22", "2026-02-28", "2026-03-01"], (2, 3)),
    ] {
        assert_eq!(streaks(&days(kept), today), expected, "{kept:?}");
    }
}

#[test]
fn ratings_that_rise_are_a_trend_and_ten_days_are_needed() {
    let rising = |days: i64| {
        of(
            (0..days).map(|ago| row("iching", ago, 0, json!({"rating": 5 - ago * 5 / days}))).collect(),
            Some(30),
        )
    };
    let found = rising(20);
    let trend = found.findings.last().unwrap();
    assert_eq!((trend.kind, trend.subject.as_str(), trend.significant), (FindingKind::Trend, "rating", true));
    assert!(trend.value.unwrap() > 3.0 && trend.text.contains("rise"), "{}", trend.text);
    assert!(rising(9).note.contains("ten days"));
    let flat =
        of((0..20).map(|ago| row("iching", ago, 0, json!({"rating": 1 + ago * 7 % 5}))).collect(), Some(30));
    assert!(!flat.findings.last().unwrap().significant);
}
