//! Drawings over the whole pipeline: sacred geometry and sigils.

use serde_json::{Value, json};

use crate::app::App;

#[test]
fn every_pattern_and_method_is_drawn_and_kept() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let mut asked = Vec::new();
    for pattern in [
        "flower_of_life",
        "golden_spiral",
        "metatrons_cube",
        "seed_of_life",
        "sri_yantra",
        "torus",
        "vesica_piscis",
    ] {
        asked.push(("sacred_geometry", json!({"intention": "Patience <3", "pattern": pattern})));
    }
    for method in ["geometric", "hybrid", "personal", "traditional"] {
        let input = json!({"intention": "I find calm <3", "method": method, "birth_date": "1990-04-12"});
        asked.push(("sigil_forge", input));
    }
    for (engine, input) in asked {
        let reading = json!({"engine": engine, "input": input});
        let kept = app.post("/api/v1/readings", reading).by(&ada).status(201).body;
        let svg = kept["result"]["svg"].as_str().unwrap();
        assert!(svg.starts_with("<svg ") && svg.contains("&lt;3</title>") && !svg.contains("<3"), "{svg}");
        let answer =
            app.post(&format!("/api/v1/engines/{engine}/calculate"), input).by(&ada).status(200).body;
        assert_eq!((&answer["result"], &answer["source"]), (&kept["result"], &json!("cache")));
    }
}

#[test]
fn what_cannot_be_drawn_is_refused_with_its_reason() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let refused = |engine: &str, input: Value| {
        let reply = app.post(&format!("/api/v1/engines/{engine}/calculate"), input).by(&ada);
        let body = reply.problem(422, "calculation-refused").body;
        let violation = body["violations"][0].clone();
        (violation["pointer"].as_str().unwrap().to_owned(), violation["code"].as_str().unwrap().to_owned())
    };
    for (engine, input, pointer, code) in [
        ("sigil_forge", json!({"intention": "🌿🔥"}), "/intention", "no-letters"),
        ("sigil_forge", json!({"intention": "内心平静"}), "/intention", "unspellable"),
        ("sigil_forge", json!({"intention": "سلام"}), "/intention", "unspellable"),
        ("sigil_forge", json!({"intention": "calm", "method": "personal"}), "/birth_date", "needs-person"),
        ("sacred_geometry", json!({"intention": " "}), "/intention", "blank"),
        (
            "sacred_geometry",
            json!({"intention": "x", "pattern": "metatrons_cube", "parameters": {"depth": 4}}),
            "/parameters/depth",
            "depth-out-of-range",
        ),
    ] {
        assert_eq!(refused(engine, input), (pointer.to_owned(), code.to_owned()), "{engine} {code}");
    }
    for (engine, input) in [
        ("sigil_forge", json!({"intention": ""})),
        ("sigil_forge", json!({"intention": "x".repeat(201)})),
        ("sacred_geometry", json!({"intention": "x", "parameters": {"size": 63}})),
        ("sacred_geometry", json!({"intention": "x", "parameters": {"stroke": 0}})),
        ("sacred_geometry", json!({"intention": "x", "parameters": {"depth": 13}})),
        ("sacred_geometry", json!({"intention": "x".repeat(10_000)})),
    ] {
        app.post(&format!("/api/v1/engines/{engine}/calculate"), input)
            .by(&ada)
            .problem(422, "invalid-request");
    }
}

#[test]
fn names_of_every_kind_are_counted_or_refused_with_the_letters_named() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let ask = |name: &str| {
        let input = json!({"full_name": name, "birth_date": "1990-04-12"});
        app.post("/api/v1/engines/numerology/calculate", input).by(&ada)
    };
    for (name, letters) in [
        ("Zoë Şahin-Đặng", "ZOE"),
        ("Щербаков", "SHCHERBAKOV"),
        ("Παπαδοπούλου", "PAPADOPOULOU"),
        ("김연아", "GIMYEONA"),
    ] {
        let result = ask(name).status(200).body["result"].clone();
        assert_eq!(result["full_name"]["parts"][0]["letters"], letters, "{name}");
    }
    for (name, named) in
        [("محمد", "م"), ("李小龍", "李"), ("Ada 🙂", "🙂"), ("नरेंद्र", "न"), ("山田 太郎", "山")]
    {
        let body = ask(name).problem(422, "calculation-refused").body;
        let violation = &body["violations"][0];
        assert_eq!(
            (&violation["pointer"], &violation["code"]),
            (&json!("/full_name"), &json!("unspellable"))
        );
        assert!(violation["message"].as_str().unwrap().contains(named), "{violation}");
    }
    let body = ask(" - ").problem(422, "calculation-refused").body;
    assert_eq!(body["violations"][0]["code"], "no-letters");
    let longest = "Wolfeschlegelsteinhausen ".repeat(8);
    assert!(ask(&longest).status(200).body["result"]["expression"]["number"].as_i64().unwrap() >= 1);
    for name in [String::new(), "A".repeat(201), "A".repeat(10_000), "李".repeat(10_000)] {
        let code = ask(&name).send().status;
        assert!([413, 422].contains(&code), "{code}");
    }
}
