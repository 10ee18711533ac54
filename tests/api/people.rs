//! Preferences, onboarding and taking a profile back.

use serde_json::{Value, json};

use crate::app::App;

#[test]
fn preferences_are_there_from_the_first_moment_and_change_field_by_field() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let first = app.get("/api/user/preferences").by(&ada).status(200);
    assert_eq!((&first.body["theme"], &first.body["tarot_reversed"]), (&json!("system"), &json!(true)));
    let tag = first.header("etag").unwrap().to_owned();
    let changed = app
        .put(
            "/api/user/preferences",
            json!({"theme": "dark", "forecast_time": "07:00", "tarot_reversed": false}),
        )
        .by(&ada)
        .header("if-match", tag.clone())
        .status(200);
    assert_eq!(changed.body["theme"], "dark");
    assert_eq!(changed.body["forecast_time"], "07:00");
    assert_eq!(changed.body["tarot_reversed"], false);
    assert_eq!(changed.body["week_starts_on"], "monday", "what is absent stays");
    app.put("/api/user/preferences", json!({"theme": "light"}))
        .by(&ada)
        .header("if-match", tag)
        .problem(412, "precondition-failed");
    let cleared = app.put("/api/user/preferences", json!({"forecast_time": null})).by(&ada).status(200);
    assert!(cleared.body["forecast_time"].is_null());
    app.put("/api/user/preferences", json!({"theme": "pink", "language": null, "shoes": 1}))
        .by(&ada)
        .problem(422, "invalid-request");
    let events = app.rows("SELECT before, after FROM events WHERE type = 'preferences.updated' ORDER BY seq");
    assert_eq!(events.len(), 2);
    assert!(events[0]["before"].as_str().unwrap().contains("\"theme\":\"system\""));
}

#[test]
fn onboarding_follows_what_was_told_and_what_was_left_out() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let status = || app.get("/api/user/onboarding-status").by(&ada).status(200).body;
    assert_eq!((status()["progress"].clone(), status()["next"].clone()), (json!(0), json!("name")));
    app.put("/api/user/profile/update", json!({"preferred_name": "Ada"})).by(&ada).status(200);
    assert_eq!(status()["steps"][0]["state"], "done");
    let skipped = app.call("POST", "/api/v1/onboarding/birth/skip").by(&ada).status(200).body;
    assert_eq!((&skipped["progress"], &skipped["next"]), (&json!(67), &json!("preferences")));
    let events = || app.rows("SELECT type FROM events WHERE subject_type = 'onboarding'").len();
    assert_eq!(events(), 1);
    app.call("POST", "/api/v1/onboarding/birth/skip").by(&ada).status(200);
    assert_eq!(events(), 1, "skipping again changes nothing and says nothing");
    app.put("/api/user/preferences", json!({"theme": "dark"})).by(&ada).status(200);
    assert_eq!((status()["complete"].clone(), status()["progress"].clone()), (json!(true), json!(100)));
    let resumed = app.delete("/api/v1/onboarding/birth/skip").by(&ada).status(200).body;
    assert_eq!(resumed["next"], "birth");
    app.put("/api/user/profile/update", json!({"birth_date": "1990-04-12"})).by(&ada).status(200);
    assert_eq!(status()["complete"], true);
    app.call("POST", "/api/v1/onboarding/shoes/skip").by(&ada).problem(422, "invalid-request");
}

#[test]
fn a_profile_that_was_taken_back_is_empty_and_the_account_stays() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.put("/api/user/profile/update", json!({"full_name": "Ada Example", "birth_date": "1990-04-12"}))
        .by(&ada)
        .status(200);
    app.delete("/api/user/profile").by(&ada).header("if-match", "\"v1\"").problem(412, "precondition-failed");
    app.delete("/api/user/profile").by(&ada).status(204);
    let profile = app.get("/api/user/profile").by(&ada).status(200).body;
    assert!(profile["full_name"].is_null() && profile["birth_date"].is_null());
    assert_eq!(profile["time_zone"], "UTC");
    app.get("/api/v1/auth/me").by(&ada).status(200);
    assert_eq!(app.get("/api/user/onboarding-status").by(&ada).status(200).body["next"], "name");
}

#[test]
fn a_change_of_what_an_account_tells_of_itself_is_recorded_with_before_and_after() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.put("/api/user/profile/update", json!({"full_name": "Ada Example"})).by(&ada).status(200);
    app.put("/api/user/profile/update", json!({"full_name": "Ada Other"}))
        .by(&ada)
        .header("user-agent", "a browser")
        .header("if-match", "\"v2\"")
        .status(200);
    app.put("/api/user/profile/update", json!({"full_name": "Ada Late"}))
        .by(&ada)
        .header("if-match", "\"v2\"")
        .problem(412, "precondition-failed");
    app.put("/api/user/preferences", json!({"theme": "dark"})).by(&ada).status(200);
    let records = app.rows(
        "SELECT kind, actor, user_id, personal FROM audit_records WHERE kind IN ('profile.updated', 'preferences.updated') \
         ORDER BY rowid",
    );
    assert_eq!(records.len(), 3, "what was refused changed nothing");
    let personal: Value = serde_json::from_str(records[1]["personal"].as_str().unwrap()).unwrap();
    assert_eq!(personal["before"]["full_name"], "Ada Example");
    assert_eq!(personal["after"]["full_name"], "Ada Other");
    assert_eq!(personal["agent"], "a browser");
    assert_eq!(records[1]["user_id"], json!(ada.user_id));
    assert_eq!(records[2]["kind"], "preferences.updated");
}
