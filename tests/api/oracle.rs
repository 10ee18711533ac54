//! Engines: what there is, what they need, what they answer.

use serde_json::{Value, json};
use witness::kernel::crypto;

use crate::app::App;

mod charts;
mod enneagram;
mod figures;

#[test]
fn every_engine_is_listed_described_and_can_be_asked() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let list = app.get("/api/engines").status(200);
    let names: Vec<String> = list.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|engine| engine["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        names,
        [
            "biorhythm",
            "enneagram",
            "gene_keys",
            "human_design",
            "iching",
            "numerology",
            "sacred_geometry",
            "sigil_forge",
            "tarot",
            "vimshottari"
        ]
    );
    assert_eq!(list.header("cache-control"), Some("public, max-age=3600, stale-while-revalidate=86400"));
    for name in names {
        let engine = app.get(&format!("/api/v1/engines/{name}")).status(200).body;
        let schema = &engine["input_schema"];
        let validator = jsonschema::validator_for(schema).unwrap();
        let input = match name.as_str() {
            "numerology" => json!({"full_name": "Ada Example", "birth_date": "1990-04-12"}),
            "biorhythm" | "gene_keys" | "human_design" | "vimshottari" => json!({"birth_date": "1990-04-12"}),
            "enneagram" => json!({"method": "self_select", "type": 4}),
            "sacred_geometry" | "sigil_forge" => json!({"intention": "I find calm"}),
            _ => json!({}),
        };
        assert!(validator.is_valid(&input), "{name}: {schema}");
        assert!(!validator.is_valid(&json!({"nonsense": true})), "{name}");
        let answer = app.post(&format!("/api/v1/engines/{name}/calculate"), input).by(&ada).status(200).body;
        assert_eq!((&answer["engine"], &answer["degraded"]), (&json!(name), &json!(false)));
        assert!(
            !answer["title"].as_str().unwrap().is_empty() && !answer["summary"].as_str().unwrap().is_empty()
        );
    }
    app.get("/api/v1/engines/palmistry").problem(422, "invalid-request");
}

#[test]
fn equal_inputs_give_equal_results_wherever_they_come_from() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let ask = |app: &App, input: Value| {
        app.post("/api/v1/engines/biorhythm/calculate", input).by(&ada).status(200).body
    };
    let plain = json!({"birth_date": "1990-04-12"});
    let first = ask(&app, plain.clone());
    let second = ask(&app, json!({"target_date": "2026-03-01", "birth_date": "1990-04-12"}));
    assert_eq!((&first["source"], &second["source"]), (&json!("embedded"), &json!("cache")));
    assert_eq!((&first["result"], &first["input_hash"]), (&second["result"], &second["input_hash"]));
    app.isolate = Default::default();
    let third = ask(&app, plain.clone());
    assert_eq!((&third["result"], &third["source"]), (&first["result"], &json!("cache")));
    app.advance(86_400);
    let ada = app.log_in("ada@example.com");
    let tomorrow = app.post("/api/v1/engines/biorhythm/calculate", plain).by(&ada).status(200).body;
    assert_ne!(tomorrow["input_hash"], first["input_hash"], "today is not cached as today");
}

#[test]
fn a_draw_is_new_each_time_and_its_seed_repeats_it() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let draw = |input: Value| {
        app.post("/api/v1/readings", json!({"engine": "tarot", "input": input})).by(&ada).status(201).body
    };
    let (first, second) = (draw(json!({"spread": "celtic_cross"})), draw(json!({"spread": "celtic_cross"})));
    assert_ne!(first["result"], second["result"]);
    let seed = first["input"]["seed"].as_str().unwrap();
    let repeated = draw(json!({"spread": "celtic_cross", "seed": seed}));
    assert_eq!(repeated["result"], first["result"]);
    assert_eq!(repeated["input_hash"], first["input_hash"]);
}

#[test]
fn an_input_without_an_answer_is_refused_with_its_reason() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let reply = app
        .post(
            "/api/v1/engines/biorhythm/calculate",
            json!({"birth_date": "1990-04-12", "target_date": "1989-01-01"}),
        )
        .by(&ada)
        .problem(422, "calculation-refused");
    let [violation] = reply.body["violations"].as_array().unwrap().as_slice() else {
        panic!("{}", reply.body)
    };
    assert_eq!(violation["pointer"], "/target_date");
    assert!(!violation["message"].as_str().unwrap().is_empty());
}

#[test]
fn the_cache_names_nobody() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let input = json!({"full_name": "Ada Example", "birth_date": "1990-04-12"});
    let ask =
        |app: &App| app.post("/api/v1/engines/numerology/calculate", input.clone()).by(&ada).status(200).body;
    let first = ask(&app);
    assert!(first["result"].to_string().contains("Ada Example"), "an input that the result repeats");
    let entries = app.cache.inner().entries();
    assert_eq!(entries.len(), 1, "{entries:?}");
    for (key, value) in &entries {
        let bytes = crypto::from_base64url(value).unwrap();
        for text in [key.clone(), value.clone(), String::from_utf8_lossy(&bytes).into_owned()] {
            for word in ["Ada", "Example", "1990-04-12", first["input_hash"].as_str().unwrap(), "title"] {
                assert!(!text.contains(word), "{word} in {text}");
            }
        }
    }
    // Another isolate finds it all the same.
    app.isolate = Default::default();
    let second = ask(&app);
    assert_eq!((&second["source"], &second["result"]), (&json!("cache"), &first["result"]));
}

#[test]
fn today_is_the_day_in_the_zone_that_is_named() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let input = json!({"birth_date": "1990-04-12"});
    for (zone, day) in [("", "2026-03-01"), ("?time_zone=Pacific/Honolulu", "2026-02-28")] {
        let target = format!("/api/v1/engines/biorhythm/calculate{zone}");
        let asked = app.post(&target, input.clone()).by(&ada).status(200).body;
        assert_eq!(asked["result"]["target_date"], day);
        let new = json!({"engine": "biorhythm", "input": input});
        let kept = app.post(&format!("/api/v1/readings{zone}"), new).by(&ada).status(201).body;
        assert_eq!(kept["input_hash"], asked["input_hash"]);
    }
    let reply = app
        .post("/api/v1/engines/biorhythm/calculate?time_zone=Europe/Atlantis", input)
        .by(&ada)
        .problem(422, "invalid-request");
    assert_eq!(reply.violations(), [("/time_zone".to_owned(), "unknown-zone".to_owned())]);
}
