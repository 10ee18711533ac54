//! Readings: asked for, kept, found again, changed and deleted.

use serde_json::{Value, json};

use crate::app::App;

fn new_reading() -> Value {
    json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12", "target_date": "2026-03-01"}, "note": "A slow morning."})
}

#[test]
fn a_reading_is_kept_and_found_again() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let created = app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
    let id = created.body["id"].as_str().unwrap();
    assert_eq!(created.header("location"), Some(format!("/api/v1/readings/{id}").as_str()));
    assert_eq!(created.header("etag"), Some("\"v1\""));
    assert_eq!(created.body["note"], "A slow morning.");
    let found = app.get(&format!("/api/v1/readings/{id}")).by(&ada).status(200);
    assert_eq!(found.body, created.body);
    let listed = app.get("/api/readings").by(&ada).status(200);
    assert_eq!(listed.body["items"], json!([created.body]));
    assert_eq!(listed.body["has_more"], false);
}

#[test]
fn every_write_leaves_one_event_in_order() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let created = app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
    let target = format!("/api/v1/readings/{}", created.body["id"].as_str().unwrap());
    app.patch(&target, json!({"favourite": true, "note": null})).by(&ada).status(200);
    app.delete(&target).by(&ada).status(204);
    let events = app.rows("SELECT seq, type, before, after, actor, audience, class FROM events ORDER BY seq");
    let types: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        ["user.created", "session.created", "reading.created", "reading.updated", "reading.deleted"]
    );
    let seqs: Vec<i64> = events.iter().map(|event| event["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    let side = |index: usize, side: &str| -> Value {
        events[index][side].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
    };
    assert_eq!(side(2, "before"), Value::Null);
    assert_eq!(side(2, "after")["result"], created.body["result"]);
    assert_eq!(side(3, "before")["favourite"], 0);
    assert_eq!(side(3, "before")["note"], "A slow morning.");
    assert_eq!(side(3, "after")["favourite"], 1);
    assert_eq!(side(3, "after")["note"], Value::Null);
    assert_eq!(side(3, "after")["version"], 2);
    assert_eq!(side(4, "before")["version"], 2);
    assert_eq!(side(4, "after"), Value::Null);
    let actor = format!("user:{}", ada.user_id);
    assert!(events.iter().all(|event| event["actor"] == actor && event["audience"] == actor));
}

#[test]
fn a_write_that_matches_no_row_leaves_no_event() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let created = app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
    let target = format!("/api/v1/readings/{}", created.body["id"].as_str().unwrap());
    let before = app.rows("SELECT count(*) AS n FROM events");
    app.patch(&target, json!({"rating": 5})).by(&bob).problem(404, "not-found");
    app.delete(&target).by(&bob).problem(404, "not-found");
    app.patch(&target, json!({"rating": 5}))
        .by(&ada)
        .header("if-match", "\"v9\"")
        .problem(412, "precondition-failed");
    app.delete(&target).by(&ada).header("if-match", "\"nonsense\"").problem(412, "precondition-failed");
    app.patch("/api/v1/readings/0197f7a0-0000-7000-8000-0000000000ff", json!({"rating": 5}))
        .by(&ada)
        .header("if-match", "\"v1\"")
        .problem(404, "not-found");
    assert_eq!(app.rows("SELECT count(*) AS n FROM events"), before);
    assert_eq!(app.get(&target).by(&ada).status(200).body, created.body);
}

#[test]
fn of_two_updates_of_one_version_one_wins() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let created = app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
    let target = format!("/api/v1/readings/{}", created.body["id"].as_str().unwrap());
    let tag = created.header("etag").unwrap().to_owned();
    let first = app.patch(&target, json!({"rating": 4})).by(&ada).header("if-match", tag.clone()).status(200);
    assert_eq!(first.header("etag"), Some("\"v2\""));
    app.patch(&target, json!({"rating": 1}))
        .by(&ada)
        .header("if-match", tag)
        .problem(412, "precondition-failed");
    assert_eq!(app.get(&target).by(&ada).status(200).body["rating"], 4);
}

#[test]
fn an_empty_patch_changes_nothing() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let created = app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
    let target = format!("/api/v1/readings/{}", created.body["id"].as_str().unwrap());
    let same = app.patch(&target, json!({})).by(&ada).status(200);
    assert_eq!(same.body, created.body);
    app.patch(&target, json!({})).by(&ada).header("if-match", "\"v2\"").problem(412, "precondition-failed");
}

#[test]
fn a_deleted_reading_is_gone_from_everywhere() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let created = app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
    let target = format!("/api/v1/readings/{}", created.body["id"].as_str().unwrap());
    app.delete(&target).by(&ada).header("if-match", "\"v1\"").status(204);
    app.get(&target).by(&ada).problem(404, "not-found");
    app.delete(&target).by(&ada).problem(404, "not-found");
    app.patch(&target, json!({"rating": 1})).by(&ada).problem(404, "not-found");
    assert_eq!(app.get("/api/v1/readings").by(&ada).status(200).body["items"], json!([]));
    assert_eq!(app.get("/api/v1/readings/history").by(&ada).status(200).body["items"], json!([]));
}

#[test]
fn history_looks_back_as_far_as_it_is_asked() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
    app.advance(20 * 86_400);
    let ada = app.log_in("ada@example.com");
    app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
    let count = |range: &str| {
        let target = format!("/api/readings/history?limit=50&timeRange={range}");
        app.get(&target).by(&ada).status(200).body["items"].as_array().unwrap().len()
    };
    assert_eq!((count("7d"), count("30d"), count("all")), (1, 2, 2));
    let last = app.get("/api/v1/readings/history?limit=1&timeRange=all").by(&ada).status(200);
    assert_eq!((last.body["has_more"].as_bool(), &last.body["next_cursor"]), (Some(true), &Value::Null));
    app.get("/api/v1/readings/history?timeRange=2w").by(&ada).problem(422, "invalid-request");
}

#[test]
fn a_list_is_filtered_and_sorted() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for (index, rating) in [3, 5, 1].into_iter().enumerate() {
        app.advance(1);
        let created = app.post("/api/v1/readings", new_reading()).by(&ada).status(201);
        let target = format!("/api/v1/readings/{}", created.body["id"].as_str().unwrap());
        app.patch(&target, json!({"rating": rating, "favourite": index == 1})).by(&ada).status(200);
    }
    let ratings = |query: &str| -> Vec<i64> {
        let body = app.get(&format!("/api/v1/readings?{query}")).by(&ada).status(200).body;
        body["items"].as_array().unwrap().iter().map(|item| item["rating"].as_i64().unwrap()).collect()
    };
    assert_eq!(ratings(""), [1, 5, 3]);
    assert_eq!(ratings("sort=created_at"), [3, 5, 1]);
    assert_eq!(ratings("sort=-rating"), [5, 3, 1]);
    assert_eq!(ratings("sort=rating&min_rating=2"), [3, 5]);
    assert_eq!(ratings("favourite=true"), [5]);
    assert_eq!(ratings("engine=tarot"), [0_i64; 0]);
    assert_eq!(ratings("created_from=2026-03-01T07:00:02Z&created_before=2026-03-01T07:00:03Z"), [5]);
}
