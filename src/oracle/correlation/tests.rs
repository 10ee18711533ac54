use serde_json::{Value, json};

use super::*;
use crate::oracle::history::tests::history;

/// A row as the database gives it, so many days before the first of March 2026.
fn row(engine: &str, days_ago: i64, rest: Value) -> Value {
    let at = 1_772_360_000_000_i64 - days_ago * 86_400_000;
    let mut row =
        json!({"created_at": at, "engine": engine, "rating": 0, "input_hash": format!("{engine}{days_ago}")});
    row.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    row
}

fn of(rows: Vec<Value>) -> History {
    history(Value::Array(rows), Some(90), "2026-03-01T12:00:00Z")
}

fn birth() -> NaiveDate {
    "1990-04-12".parse().unwrap()
}

/// Ratings that follow the physical cycle of somebody.
fn following(days: i64) -> Vec<Value> {
    let today: NaiveDate = "2026-03-01".parse().unwrap();
    (0..days)
        .map(|ago| {
            let day = today - chrono::Days::new(ago.unsigned_abs());
            let [physical, ..] = biorhythm::values(birth(), day);
            let rating = if physical > 60.0 {
                5
            } else if physical > 0.0 {
                4
            } else if physical > -60.0 {
                2
            } else {
                1
            };
            row("biorhythm", ago, json!({"rating": rating, "birth_date": "1990-04-12"}))
        })
        .collect()
}

#[test]
fn a_relation_that_is_there_is_found_and_said_in_words() {
    let report = report(&of(following(60))).unwrap();
    let first = &report.items[0];
    assert_eq!((first.a.as_str(), first.b.as_str()), ("rating", "biorhythm.physical"));
    assert!(first.strength > 0.9 && first.significant && first.days == 60, "{first:?}");
    assert!(first.effective_days < 40.0, "neighbouring days resemble each other: {}", first.effective_days);
    assert!(
        first.text.contains("your rating tended to be higher")
            && first.text.contains("unlikely to be chance"),
        "{}",
        first.text
    );
    assert_eq!(report.comparisons as usize, report.items.len());
    assert_eq!((report.readings, report.rated_days), (60, 60));
    let alone: Vec<_> = report
        .items
        .iter()
        .filter(|pair| pair.a.starts_with("biorhythm") || pair.b == "asked.biorhythm")
        .collect();
    assert!(alone.is_empty(), "cycles are not compared with each other, nor what never changes: {alone:?}");
}

#[test]
fn below_ten_days_it_is_refused_with_the_counts() {
    let problem = report(&of(following(9))).unwrap_err();
    assert_eq!(problem.code, Code::SampleTooSmall);
    let detail = problem.particulars().detail.unwrap();
    assert!(
        detail.contains("10 days") && detail.contains("9 readings") && detail.contains("ratings on 9 days"),
        "{detail}"
    );
    assert!(report(&of(following(10))).is_ok());
    assert_eq!(report(&of(Vec::new())).unwrap_err().code, Code::SampleTooSmall);
}

#[test]
fn ratings_that_never_change_say_nothing() {
    let rows = (0..30).map(|ago| row("iching", ago, json!({"rating": 4}))).collect();
    let problem = report(&of(rows)).unwrap_err();
    assert_eq!(problem.code, Code::SampleTooSmall);
}

#[test]
fn draws_that_mean_nothing_are_seldom_found_significant() {
    let mut found = 0;
    for seed in 0..40_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let rows = (0..60)
            .map(|ago| {
                row(
                    "iching",
                    ago,
                    json!({"rating": 1 + next(5), "changing": next(7), "birth_date": "1990-04-12"}),
                )
            })
            .collect();
        let report = report(&of(rows)).unwrap();
        assert!(report.comparisons >= 5, "{}", report.comparisons);
        found += i32::from(report.items.iter().any(|pair| pair.significant));
    }
    assert!(found <= 5, "at a false discovery rate of 5 % about two of forty: {found}");
}

#[test]
fn shared_themes_stand_beside_what_chance_gives() {
    let mut rows = Vec::new();
    for ago in 0..10 {
        let number = if ago < 6 { 7 } else { 1 };
        rows.push(row("numerology", ago, json!({"number": number})));
        let kind = if ago < 5 { "major" } else { "cups" };
        let mut balance =
            json!({"major": 0, "wands": 0, "cups": 0, "swords": 0, "pentacles": 0, "reversed": 3});
        balance[kind] = 2.into();
        rows.push(row("tarot", ago, json!({"balance": balance.to_string(), "cards": "[\"a\",\"b\"]"})));
    }
    let themes = shared(&of(rows));
    assert_eq!(themes.len(), 1);
    assert_eq!((themes[0].theme, themes[0].days, themes[0].expected), (Theme::Insight, 5, 3.0));
    assert_eq!(themes[0].engines, ["numerology", "tarot"]);
    assert!(themes[0].text.contains("5 of 10 days"), "{}", themes[0].text);
}
