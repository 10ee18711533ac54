//! Answers of which the caller wants a part.

use serde_json::json;

use crate::app::App;

fn with_readings(count: usize) -> (App, crate::app::Account) {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for _ in 0..count {
        let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
        app.post("/api/v1/readings", json!({"engine": "biorhythm", "input": input})).by(&ada).status(201);
    }
    (app, ada)
}

#[test]
fn a_list_is_answered_with_the_fields_that_were_asked_for() {
    let (app, ada) = with_readings(2);
    let whole = app.get("/api/v1/readings?limit=1").by(&ada).status(200);
    let some = app.get("/api/v1/readings?limit=1&fields=items.id,items.engine,has_more").by(&ada).status(200);
    let first = &whole.body["items"][0];
    assert_eq!(some.body, json!({"items": [{"id": first["id"], "engine": "biorhythm"}], "has_more": true}));
    assert!(some.text.unwrap().len() * 4 < whole.text.unwrap().len());
    let inner = app.get("/api/v1/readings?fields=items.result").by(&ada).status(200).body;
    assert_eq!(inner["items"][0], json!({"result": first["result"]}));
}

#[test]
fn the_tag_is_of_what_is_sent_and_a_version_stays_a_version() {
    let (app, ada) = with_readings(1);
    let tag = |target: &str| app.get(target).by(&ada).status(200).header("etag").unwrap().to_owned();
    let (whole, some) = (tag("/api/v1/readings"), tag("/api/v1/readings?fields=has_more"));
    assert_ne!(whole, some);
    app.get("/api/v1/readings?fields=has_more").by(&ada).header("if-none-match", &some).status(304);
    app.get("/api/v1/readings?fields=has_more").by(&ada).header("if-none-match", &whole).status(200);
    app.put("/api/v1/user/profile/update", json!({"full_name": "Ada"})).by(&ada).status(200);
    let profile = app.get("/api/v1/user/profile?fields=full_name").by(&ada).status(200);
    assert_eq!(profile.body, json!({"full_name": "Ada"}));
    assert_eq!(profile.header("etag"), app.get("/api/v1/user/profile").by(&ada).send().header("etag"));
}

#[test]
fn a_name_that_the_answer_does_not_have_is_a_violation_and_costs_no_read() {
    let (app, ada) = with_readings(0);
    for (fields, code) in [
        ("fields=items.secret", "unknown-field"),
        ("fields=", "unknown-field"),
        ("fields=id", "unknown-field"),
        ("fields=items.id.x", "unknown-field"),
        ("fields=has_more&fields=items", "unique-items"),
    ] {
        let refused = app.get(&format!("/api/v1/readings?{fields}")).by(&ada).problem(422, "invalid-request");
        assert_eq!(refused.violations(), [("/fields".to_owned(), code.to_owned())], "{fields}");
        assert_eq!(refused.body["violations"][0]["in"], "query");
        assert_eq!(refused.calls[0], 0, "{fields}: the database was asked");
    }
    // Where the contract knows no fields, they are an unknown parameter.
    let unknown = app.get("/api/v1/auth/me?fields=id").by(&ada).problem(422, "invalid-request");
    assert_eq!(unknown.violations(), [("/fields".to_owned(), "unknown-field".to_owned())]);
}

#[test]
fn public_lists_and_maps_can_be_cut_as_well() {
    let app = App::new();
    let all = app.get("/api/v1/engines").status(200).body;
    let names = app.get("/api/v1/engines?fields=items.name").status(200).body;
    let expected: Vec<_> =
        all["items"].as_array().unwrap().iter().map(|item| json!({"name": item["name"]})).collect();
    assert_eq!(names, json!({"items": expected}));
}
