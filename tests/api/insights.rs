//! Correlation, insights, timeline and the metrics of engines.

use serde_json::{Value, json};

use crate::app::{Account, App};
use crate::samples::rated_days;

fn reading(app: &App, by: &Account, body: Value) -> String {
    app.post("/api/v1/readings", body).by(by).status(201).body["id"].as_str().unwrap().to_owned()
}

fn biorhythm() -> Value {
    json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12"}})
}

#[test]
fn correlation_refuses_below_ten_days_and_answers_above() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let refused = app.get("/api/readings/correlation").by(&ada).problem(422, "sample-too-small");
    assert!(refused.body["detail"].as_str().unwrap().contains("There are 0 readings"));
    rated_days(&app, &ada, 8);
    let refused = app.get("/api/readings/correlation").by(&ada).problem(422, "sample-too-small");
    assert!(refused.body["detail"].as_str().unwrap().contains("ratings on 8 days"), "{}", refused.body);
    rated_days(&app, &ada, 40);
    let found = app.get("/api/readings/correlation?timeRange=90d").by(&ada).status(200).body;
    assert_eq!(
        (&found["minimum_days"], &found["rated_days"], &found["to"]),
        (&json!(10), &json!(40), &json!("2026-03-01"))
    );
    let pairs = found["items"].as_array().unwrap();
    assert!(pairs.iter().any(|pair| pair["a"] == "rating" && pair["b"] == "biorhythm.physical"), "{found}");
    assert_eq!(found["comparisons"], pairs.len());
    let fewer = app.get("/api/readings/correlation?timeRange=30d").by(&ada).status(200).body;
    assert_eq!(fewer["rated_days"], 29, "today has no rating");
    let bob = app.account("bob@example.com");
    app.get("/api/readings/correlation").by(&bob).problem(422, "sample-too-small");
}

#[test]
fn results_of_every_engine_are_read_where_they_stand() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for (engine, input) in [
        ("biorhythm", json!({"birth_date": "1990-04-12"})),
        ("numerology", json!({"full_name": "Ada Example", "birth_date": "1990-04-12"})),
    ] {
        reading(&app, &ada, json!({"engine": engine, "input": input}));
    }
    for seed in 0..6 {
        reading(
            &app,
            &ada,
            json!({"engine": "tarot", "input": {"spread": "celtic_cross", "seed": seed.to_string()}}),
        );
        reading(&app, &ada, json!({"engine": "iching", "input": {"seed": seed.to_string()}}));
    }
    // Six spreads of ten cards: some card comes twice.
    let found = app.get("/api/readings/insights").by(&ada).status(200).body;
    let subjects: Vec<&str> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["subject"].as_str().unwrap())
        .collect();
    assert!(subjects.contains(&"engine:tarot") && subjects.contains(&"engine:numerology"), "{subjects:?}");
    assert!(subjects.iter().any(|subject| subject.starts_with("card:")), "{subjects:?}");
    assert_eq!(
        (&found["readings"], &found["active_days"], &found["current_streak"]),
        (&json!(14), &json!(1), &json!(1))
    );
    assert!(found["note"].as_str().unwrap().contains("seven days"), "one day says nothing of weekdays");
}

#[test]
fn insights_see_streaks_weekdays_and_the_end_of_a_range() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    rated_days(&app, &ada, 40);
    let found = app.get("/api/v1/readings/insights?timeRange=90d").by(&ada).status(200).body;
    assert_eq!(
        (&found["readings"], &found["rated"], &found["longest_streak"]),
        (&json!(41), &json!(40), &json!(41))
    );
    let has = |subject: &str| {
        found["findings"].as_array().unwrap().iter().any(|finding| finding["subject"] == subject)
    };
    assert!(has("weekday:sunday") && has("hours:morning") && has("rating"), "{found}");
    let week = app.get("/api/v1/readings/insights?timeRange=7d").by(&ada).status(200).body;
    assert_eq!((&week["readings"], &week["from"]), (&json!(7), &json!("2026-02-23")));
    app.get("/api/v1/readings/insights?timeRange=2w").by(&ada).problem(422, "invalid-request");
}

#[test]
fn the_timeline_tells_what_happened_and_no_values() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let id = reading(
        &app,
        &ada,
        json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12"}, "note": "A slow morning."}),
    );
    app.advance(60);
    app.patch(&format!("/api/v1/readings/{id}"), json!({"rating": 5})).by(&ada).status(200);
    let found = app.get("/api/v1/timeline").by(&ada).status(200);
    let types: Vec<&str> =
        found.body["items"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["reading.updated", "reading.created", "session.created", "user.created"]);
    assert_eq!(
        (&found.body["total"], &found.body["items"][1]["title"]),
        (&json!(4), &json!("Biorhythm for 2026-03-01"))
    );
    let text = found.text.unwrap();
    assert!(!text.contains("1990") && !text.contains("slow") && !text.contains("before"), "{text}");
    let readings = app.get("/api/v1/timeline?type=reading").by(&ada).status(200).body;
    assert_eq!((&readings["total"], readings["counts"].as_array().unwrap().len()), (&json!(2), 2));
    let made =
        app.get("/api/v1/timeline?type=reading.created&to=2026-03-01T07:01:00Z").by(&ada).status(200).body;
    assert_eq!(made["counts"], json!([{"type": "reading.created", "count": 1}]));
    assert_eq!(app.get("/api/v1/timeline?from=2026-03-02T00:00:00Z").by(&ada).status(200).body["total"], 0);
    assert_eq!(
        app.get("/api/v1/timeline?type=readin").by(&ada).status(200).body["total"],
        0,
        "a noun, not its beginning"
    );
    app.delete(&format!("/api/v1/readings/{id}")).by(&ada).status(204);
    assert_eq!(
        app.get("/api/v1/timeline?type=reading.created").by(&ada).status(200).body["items"][0]["title"],
        Value::Null
    );
}

#[test]
fn the_timeline_is_paged_without_a_gap_within_one_millisecond() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    for _ in 0..7 {
        reading(&app, &ada, biorhythm());
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let target = format!("/api/v1/timeline?limit=2{cursor}");
        let page = app.get(&target).by(&ada).status(200).body;
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        app.get(&format!("/api/v1/timeline?limit=2{cursor}")).by(&bob).problem(422, "cursor-invalid");
        app.get(&format!("/api/v1/timeline?type=reading{cursor}")).by(&ada).problem(422, "cursor-invalid");
    }
    let expected =
        app.rows(&format!("SELECT id FROM events WHERE user_id = '{}' ORDER BY seq DESC", ada.user_id));
    assert_eq!(seen, expected.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>());
}

#[test]
fn metrics_count_calls_by_source_and_how_answers_were_judged() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
    for _ in 0..3 {
        app.post("/api/v1/engines/biorhythm/calculate", input.clone()).by(&ada).status(200);
    }
    let id = reading(&app, &ada, biorhythm());
    let rate = |stars: i64| {
        app.patch(&format!("/api/v1/readings/{id}"), json!({"rating": stars})).by(&ada).status(200)
    };
    rate(2);
    rate(5);
    reading(&app, &ada, json!({"engine": "tarot", "input": {}}));
    let report = app.get("/api/admin/engines/metrics").by(&admin).status(200).body;
    let of = |engine: &str| {
        report["items"].as_array().unwrap().iter().find(|item| item["engine"] == engine).unwrap().clone()
    };
    let biorhythm = of("biorhythm");
    assert_eq!(
        (&biorhythm["calls"], &biorhythm["embedded"], &biorhythm["cache"]),
        (&json!(4), &json!(1), &json!(3))
    );
    assert_eq!(
        (&biorhythm["rated"], &biorhythm["mean_rating"], &biorhythm["accuracy"]),
        (&json!(1), &json!(5.0), &json!(1.0))
    );
    assert_eq!((&biorhythm["p50_ms"], &biorhythm["errors"]), (&json!(0.0), &json!(0)));
    assert_eq!(
        (&of("tarot")["calls"], &of("iching")["calls"], &of("iching")["p95_ms"]),
        (&json!(1), &json!(0), &Value::Null)
    );
    rate(0);
    let report = app.get("/api/admin/engines/metrics").by(&admin).status(200).body;
    assert_eq!(report["items"][0]["rated"], 0, "a judgement that is taken back does not count");
    for range in [
        "from=2026-01-01T00:00:00Z",
        "from=2026-03-02T00:00:00Z",
        "from=2026-03-01T06:00:00Z&to=2026-02-01T00:00:00Z",
    ] {
        app.get(&format!("/api/admin/engines/metrics?{range}")).by(&admin).problem(422, "invalid-request");
    }
    let before = app
        .get("/api/admin/engines/metrics?from=2026-02-20T00:00:00Z&to=2026-02-28T00:00:00Z")
        .by(&admin)
        .status(200);
    assert_eq!(before.body["items"][0]["calls"], 0);
}
