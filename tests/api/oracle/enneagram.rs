//! The enneagram over the whole pipeline: its statements, an assessment, what is refused.

use serde_json::{Map, Value, json};

use crate::app::App;

const PATH: &str = "/api/v1/engines/enneagram/calculate";

/// Answers to the statements that the house lists.
fn answers(items: &[Value], answer: impl Fn(i64) -> i64) -> Map<String, Value> {
    let numbers = items.iter().map(|item| item["item"].as_i64().unwrap());
    numbers.map(|item| (item.to_string(), json!(answer(item)))).collect()
}

#[test]
fn somebody_reads_the_statements_answers_them_and_keeps_the_result() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let listed = app.get("/api/v1/engines/enneagram/items").status(200);
    assert_eq!(listed.header("cache-control"), Some("public, max-age=3600, stale-while-revalidate=86400"));
    let items = listed.body["items"].as_array().unwrap();
    assert_eq!((items.len(), listed.body["scale"].as_array().unwrap().len()), (45, 5));
    let engine = app.get("/api/v1/engines/enneagram").status(200).body;
    assert_eq!(engine["version"], listed.body["engine_version"]);

    let input = json!({"method": "assessment", "answers": answers(items, |item| item % 5 + 1)});
    let answer = app.post(PATH, input.clone()).by(&ada).status(200).body;
    let result = &answer["result"];
    assert_eq!(result["scores"].as_array().unwrap().len(), 9);
    assert_eq!(result["scores"][0]["key"], result["type"].to_string());
    assert_eq!(result["candidates"][0], result["type"]);
    let kept = app
        .post("/api/v1/readings", json!({"engine": "enneagram", "input": input}))
        .by(&ada)
        .status(201)
        .body;
    assert_eq!((&kept["result"], &kept["input_hash"]), (result, &answer["input_hash"]));
    assert_eq!(kept["input"]["answers"].as_str().unwrap().len(), 45);
}

#[test]
fn what_is_missing_is_named() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let refused = |input: Value| {
        let body = app.post(PATH, input).by(&ada).problem(422, "calculation-refused").body;
        body["violations"].as_array().unwrap().clone()
    };
    let violations = refused(json!({"method": "assessment", "answers": {"1": 5, "99": 1}}));
    let codes: Vec<&str> = violations.iter().map(|violation| violation["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unknown-item", "unanswered"]);
    assert!(violations[1]["message"].as_str().unwrap().contains(" 2, 3, 4,"), "{violations:?}");
    assert_eq!(refused(json!({"method": "self_select"}))[0]["pointer"], "/type");
    assert_eq!(refused(json!({"method": "self_select", "type": 4, "wing": 9}))[0]["code"], "not-a-neighbour");
    // What the contract itself refuses never reaches the engine.
    for input in [
        json!({"method": "assessment", "answers": {"1": 6}}),
        json!({"method": "assessment", "answers": {"1": "5"}}),
        json!({"method": "self_select", "type": 10}),
        json!({"type": 4}),
    ] {
        app.post(PATH, input).by(&ada).problem(422, "invalid-request");
    }
}
