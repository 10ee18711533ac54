//! Several engines in one call.

use serde_json::{Value, json};
use witness::context::Isolate;

use crate::app::{Account, App};
use crate::remote::{self, URL, status, well};

const BATCH: &str = "/api/v1/engines/batch";

fn ask(app: &App, by: &Account, items: Value) -> Vec<Value> {
    let body = app.post(BATCH, json!({"items": items})).by(by).status(200).body;
    body["items"].as_array().unwrap().clone()
}

fn cycles(day: &str) -> Value {
    json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12", "target_date": day}})
}

#[test]
fn each_item_has_its_result_or_its_problem() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (mut mine, mut typo) = (cycles("2026-03-01"), cycles("2026-02-30"));
    (mine["id"], typo["id"]) = (json!("mine"), json!("typo"));
    let items = ask(
        &app,
        &ada,
        json!([
            mine,
            cycles("1990-04-11"),
            typo,
            {"engine": "astrolabe", "input": {}},
            {"engine": "human_design", "input": {"birth_date": "1990-04-12", "birth_time": "07:45"}},
            {"engine": "numerology", "input": {"full_name": "Ada Example", "birth_date": "1990-04-12", "x": 1}},
            {"engine": "vimshottari", "input": {"birth_date": "1990-04-12", "time_zone": "Europe/Berlin"}},
        ]),
    );
    let alone = app.post("/api/v1/engines/biorhythm/calculate", cycles("2026-03-01")["input"].clone());
    let alone = alone.by(&ada).status(200).body;
    assert_eq!((&items[0]["id"], &items[0]["problem"]), (&json!("mine"), &Value::Null));
    for field in ["engine", "engine_version", "input_hash", "title", "summary", "result", "degraded"] {
        assert_eq!(items[0]["calculation"][field], alone[field], "{field}");
    }
    assert_eq!((&items[2]["id"], &items[3]["id"]), (&json!("typo"), &Value::Null));
    let problem = |at: usize| {
        let problem = &items[at]["problem"];
        assert!(items[at]["calculation"].is_null() && problem["status"] == 422, "{}", items[at]);
        let first = &problem["violations"][0];
        [&problem["code"], &first["pointer"], &first["code"]].map(|part| part.as_str().unwrap().to_owned())
    };
    assert_eq!(problem(1), ["calculation-refused", "/items/1/input/target_date", "before-birth"]);
    assert_eq!(problem(2), ["invalid-request", "/items/2/input/target_date", "format"]);
    assert_eq!(problem(3), ["invalid-request", "/items/3/engine", "enum"]);
    assert_eq!(problem(4), ["calculation-refused", "/items/4/input/time_zone", "zone-needed"]);
    assert_eq!(problem(5), ["invalid-request", "/items/5/input/x", "unknown-field"]);
    assert_eq!(items[6]["calculation"]["engine"], "vimshottari");
}

#[test]
fn equal_items_are_calculated_once_and_draws_are_never_equal() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let tarot = |seed: Value| json!({"engine": "tarot", "input": {"seed": seed}});
    let items = json!([
        cycles("2026-03-01"),
        cycles("2026-03-01"),
        tarot(json!("x")),
        tarot(json!("x")),
        tarot(Value::Null),
        tarot(Value::Null)
    ]);
    let answered = ask(&app, &ada, items.clone());
    let of = |at: usize| answered[at]["calculation"].clone();
    assert_eq!((of(0), of(2)), (of(1), of(3)));
    assert_ne!(of(4)["result"]["seed"], of(5)["result"]["seed"]);
    assert_eq!(of(0)["source"], "embedded");
    let kept = app.cache.inner().keys().iter().filter(|key| key.starts_with("result:")).count();
    assert_eq!(kept, 2, "one for each question that can be asked again");
    app.isolate = Isolate::default();
    // One read for each, and one of what is no longer believed.
    let again = app.post(BATCH, json!({"items": items})).by(&ada).status(200);
    assert_eq!((&again.body["items"][1]["calculation"]["source"], again.calls[1]), (&json!("cache"), 3));
}

#[test]
fn a_batch_has_one_to_ten_items_and_no_id_twice() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let refused = |items: Vec<Value>| {
        app.post(BATCH, json!({"items": items})).by(&ada).problem(422, "invalid-request").violations()
    };
    let items = |count: usize| vec![cycles("2026-03-01"); count];
    assert_eq!(refused(items(0)), [("/items".to_owned(), "min-items".to_owned())]);
    assert_eq!(refused(items(11)), [("/items".to_owned(), "max-items".to_owned())]);
    assert_eq!(ask(&app, &ada, json!(items(10))).len(), 10);
    let mut named = items(4);
    for (item, id) in named.iter_mut().zip(["a", "b", "a", "a"]) {
        item["id"] = json!(id);
    }
    let repeated = ["/items/2/id", "/items/3/id"].map(|at| (at.to_owned(), "unique-items".to_owned()));
    assert_eq!(refused(named), repeated);
}

#[test]
fn a_remote_engine_answers_its_items_and_its_failure_marks_them_alone() {
    let app = remote::app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    let items = json!([cycles("2026-03-01"), cycles("2026-03-01")]);
    let answered = ask(&app, &ada, items);
    assert_eq!(answered[0]["calculation"]["source"], "remote");
    assert_eq!(
        (answered[0]["calculation"].clone(), app.upstream.asked().len()),
        (answered[1]["calculation"].clone(), 1)
    );
    app.upstream.instead(URL, status(500));
    let answered = ask(&app, &ada, json!([cycles("2026-03-01"), cycles("2026-03-02")]));
    let marks =
        [0, 1].map(|at| (&answered[at]["calculation"]["source"], &answered[at]["calculation"]["degraded"]));
    assert_eq!(marks, [(&json!("cache"), &json!(false)), (&json!("embedded"), &json!(true))]);
}
