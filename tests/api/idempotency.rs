//! Requests that are sent twice.

use serde_json::{Value, json};
use witness::host::Moment;
use witness::ports::{DatabaseError, DatabaseFault};

use crate::app::App;

fn drawn() -> Value {
    json!({"engine": "tarot", "input": {"spread": "three_card"}})
}

fn lost() -> DatabaseError {
    DatabaseError::new(DatabaseFault::Unavailable, "the answer was lost")
}

#[test]
fn a_repeated_request_gets_the_answer_of_the_first() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let send =
        || app.post("/api/v1/readings", drawn()).by(&ada).header("idempotency-key", "once").status(201);
    let (first, second) = (send(), send());
    assert_eq!(first.text, second.text);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(
        (first.header("idempotency-replayed"), second.header("idempotency-replayed")),
        (None, Some("true"))
    );
    assert_eq!(app.rows("SELECT count(*) AS n FROM readings")[0]["n"], 1);
    assert_eq!(app.rows("SELECT count(*) AS n FROM events WHERE type = 'reading.created'")[0]["n"], 1);
}

#[test]
fn the_key_belongs_to_one_request_of_one_user() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let first = app.post("/api/v1/readings", drawn()).by(&ada).header("idempotency-key", "k").status(201);
    app.post("/api/v1/readings", json!({"engine": "iching", "input": {}}))
        .by(&ada)
        .header("idempotency-key", "k")
        .problem(422, "idempotency-key-reused");
    let target = format!("/api/v1/readings/{}", first.body["id"].as_str().unwrap());
    app.patch(&target, json!({"rating": 2}))
        .by(&ada)
        .header("idempotency-key", "k")
        .problem(422, "idempotency-key-reused");
    assert_eq!(app.get(&target).by(&ada).status(200).body["rating"], 0);
    let other = app.post("/api/v1/readings", drawn()).by(&bob).header("idempotency-key", "k").status(201);
    assert_ne!(other.body["id"], first.body["id"]);
    for key in ["", "a\tb", &"k".repeat(256)] {
        app.post("/api/v1/readings", drawn())
            .by(&ada)
            .header("idempotency-key", key)
            .problem(400, "malformed-request");
    }
}

#[test]
fn a_lost_answer_is_found_again() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.database.fail_next(Moment::After, lost());
    let send = || app.post("/api/v1/readings", drawn()).by(&ada).header("idempotency-key", "k");
    assert_eq!(send().problem(503, "dependency-unavailable").header("retry-after"), Some("1"));
    let second = send().status(201);
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(app.rows("SELECT id FROM readings"), [json!({"id": second.body["id"]})]);
}

#[test]
fn an_update_and_a_deletion_are_repeated_without_harm() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let created = app.post("/api/v1/readings", drawn()).by(&ada).status(201);
    let target = format!("/api/v1/readings/{}", created.body["id"].as_str().unwrap());
    let update = || {
        app.patch(&target, json!({"rating": 3}))
            .by(&ada)
            .header("idempotency-key", "u")
            .header("if-match", "\"v1\"")
            .status(200)
    };
    let (first, second) = (update(), update());
    assert_eq!(first.text, second.text);
    assert_eq!(first.body["version"], 2);
    let plain =
        || app.patch(&target, json!({"note": "x"})).by(&ada).header("idempotency-key", "p").status(200);
    assert_eq!(plain().body["version"], 3);
    assert_eq!(plain().body["version"], 3);
    let delete = || app.delete(&target).by(&ada).header("idempotency-key", "d").status(204);
    delete();
    assert_eq!(delete().header("idempotency-replayed"), Some("true"));
    assert_eq!(app.rows("SELECT count(*) AS n FROM events WHERE subject_type = 'reading'")[0]["n"], 4);
}

#[test]
fn a_refused_request_uses_no_key_up() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let missing = "/api/v1/readings/0197f7a0-0000-7000-8000-0000000000ff";
    app.patch(missing, json!({"rating": 3}))
        .by(&ada)
        .header("idempotency-key", "k")
        .problem(404, "not-found");
    app.post("/api/v1/readings", drawn()).by(&ada).header("idempotency-key", "k").status(201);
}

#[test]
fn a_record_is_kept_for_a_day() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let send = |by: &crate::app::Account| {
        app.post("/api/v1/readings", drawn()).by(by).header("idempotency-key", "once").status(201)
    };
    let first = send(&ada);
    app.advance(86_400 - 1);
    app.upkeep();
    let ada = app.log_in("ada@example.com");
    assert_eq!(send(&ada).text, first.text);
    app.advance(2);
    app.upkeep();
    assert_eq!(app.rows("SELECT count(*) AS n FROM idempotency_keys")[0]["n"], 0);
    let again = send(&ada);
    assert_ne!(again.body["id"], first.body["id"], "the key is free again");
}
