//! Breakers of remote engines, as administrators see and set them.

use serde_json::{Value, json};
use witness::host::Moment;
use witness::ports::PortError;

use crate::remote::app;

const BREAKER: &str = "/api/v1/admin/engines/biorhythm/breaker";

#[test]
fn an_administrator_sees_forces_and_resets_breakers() {
    let app = app();
    let admin = app.administrator("admin@example.com", "admin");
    let list = app.get("/api/v1/admin/engines").by(&admin).status(200).body;
    let names: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|item| &item["engine"]).collect();
    assert!(names.contains(&&json!("tarot")) && names.is_sorted_by_key(|name| name.as_str()));
    let first = app.get(BREAKER).by(&admin).status(200).body;
    assert_eq!(
        (&first["state"], &first["mode"], &first["remote"]),
        (&json!("closed"), &json!("automatic"), &json!(true))
    );
    assert_eq!((&first["since"], &first["reason"]), (&Value::Null, &Value::Null));

    let order = json!({"mode": "forced_open", "reason": "The engine moves."});
    let forced = app.put(BREAKER, order.clone()).by(&admin).status(200).body;
    assert_eq!((&forced["state"], &forced["why"]), (&json!("forced_open"), &json!("ordered")));
    assert_eq!((&forced["reason"], &forced["set_at"]), (&json!("The engine moves."), &forced["since"]));
    assert_eq!(forced["set_by"], format!("user:{}", admin.user_id));
    assert_eq!(
        app.put(BREAKER, order).by(&admin).status(200).body["state"],
        "forced_open",
        "again is harmless"
    );
    let reset = app.call("POST", &format!("{BREAKER}/reset")).by(&admin).status(200).body;
    assert_eq!((&reset["state"], &reset["reason"]), (&json!("forced_open"), &json!("The engine moves.")));
    let automatic = json!({"mode": "automatic", "reason": "It has moved."});
    assert_eq!(app.put(BREAKER, automatic).by(&admin).status(200).body["state"], "closed");
    assert_eq!(app.get(BREAKER).by(&admin).status(200).body["state"], "closed");

    let kinds = ["engine_breaker.set", "engine_breaker.set", "engine_breaker.reset", "engine_breaker.set"];
    let events = app.rows("SELECT type, subject_id, before, after FROM events WHERE subject_type = 'engine_breaker' ORDER BY seq");
    let told: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(told, kinds);
    assert_eq!(events[0]["before"], Value::Null);
    assert!(events[3]["before"].as_str().unwrap().contains("forced_open"));
    assert!(events[3]["after"].as_str().unwrap().contains("It has moved."));
    let records = app
        .rows("SELECT kind, actor FROM audit_records WHERE subject_type = 'engine_breaker' ORDER BY rowid");
    assert_eq!(records.len(), 4);
}

#[test]
fn an_order_whose_object_fails_can_be_repeated_and_a_breaker_that_is_silent_is_listed() {
    let app = app();
    let admin = app.administrator("admin@example.com", "admin");
    app.get(BREAKER).by(&admin).status(200);
    let order = json!({"mode": "disabled", "reason": "A test."});
    // Admission comes first; then the breaker's object.
    app.objects.fail_nth(2, Moment::Before, PortError::Unavailable("down".to_owned()));
    app.put(BREAKER, order.clone()).by(&admin).problem(503, "dependency-unavailable");
    assert_eq!(app.put(BREAKER, order).by(&admin).status(200).body["state"], "disabled");
    // Admission has a lease.
    app.objects.fail_nth(1, Moment::Before, PortError::Unavailable("down".to_owned()));
    let items = app.get("/api/v1/admin/engines").by(&admin).status(200).body["items"].clone();
    assert_eq!(
        (&items[0]["engine"], &items[0]["state"], &items[0]["mode"]),
        (&json!("biorhythm"), &Value::Null, &json!("disabled"))
    );
    assert_eq!(items[1]["state"], "closed");
}

#[test]
fn an_order_is_one_of_three_with_a_reason() {
    let app = app();
    let admin = app.administrator("admin@example.com", "admin");
    for body in [
        json!({"mode": "half_open", "reason": "x"}),
        json!({"mode": "disabled"}),
        json!({"mode": "disabled", "reason": ""}),
    ] {
        app.put(BREAKER, body).by(&admin).problem(422, "invalid-request");
    }
    app.get("/api/v1/admin/engines/palmistry/breaker").by(&admin).problem(422, "invalid-request");
    assert!(app.rows("SELECT * FROM engine_breakers").is_empty());
}
