//! Charts of births through the API: what is certain, what the day leaves open, what is refused.

use serde_json::{Value, json};

use crate::app::App;

#[test]
fn a_chart_says_what_is_certain_and_what_the_day_leaves_open() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let ask = |engine: &str, input: Value| {
        app.post(&format!("/api/v1/engines/{engine}/calculate"), input).by(&ada).status(200).body["result"]
            .clone()
    };
    let place = json!({"birth_date": "1990-04-12", "time_zone": "Europe/Berlin"});
    let timed = json!({"birth_date": "1990-04-12", "birth_time": "07:45", "time_zone": "Europe/Berlin"});
    let (chart, day) = (ask("human_design", timed.clone()), ask("human_design", place.clone()));
    assert_eq!(
        (&chart["birth"]["utc_from"], &chart["profile"]),
        (&json!("1990-04-12T05:45:00.000Z"), &json!("2/4"))
    );
    assert_eq!((&chart["type"], &chart["authority"]), (&json!("projector"), &json!("splenic")));
    assert_eq!((&day["birth"]["time_known"], &day["design_utc"]), (&json!(false), &Value::Null));
    for (list, now) in [("types", "type"), ("authorities", "authority"), ("profiles", "profile")] {
        assert!(day["possible"][list].as_array().unwrap().contains(&chart[now]), "{list}");
    }
    // The Sun's gate holds all day, the Moon's does not.
    assert_eq!(day["activations"][0]["gate"], chart["activations"][0]["gate"]);
    assert_eq!(day["activations"][4]["gate"], Value::Null);
    let keys = ask("gene_keys", timed);
    for (sphere, activation) in [(0, 0), (1, 1), (2, 13), (3, 14)] {
        assert_eq!(keys["spheres"][sphere]["activation"], chart["activations"][activation]);
    }
    let open = ask("gene_keys", place);
    assert_eq!(open["spheres"][5]["activation"]["gate"], Value::Null, "the Moon at the design");
}

#[test]
fn a_birth_that_no_chart_can_be_made_of_is_refused_with_its_reason() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for (input, pointer, code) in [
        (json!({"birth_date": "1899-12-31"}), "/birth_date", "date-out-of-range"),
        (json!({"birth_date": "2101-01-01"}), "/birth_date", "date-out-of-range"),
        (json!({"birth_date": "1990-04-12", "birth_time": "07:45"}), "/time_zone", "zone-needed"),
        (json!({"birth_date": "1990-04-12", "time_zone": "Europe/Atlantis"}), "/time_zone", "unknown-zone"),
        (
            json!({"birth_date": "2025-10-26", "birth_time": "02:30", "time_zone": "Europe/Berlin"}),
            "/birth_time",
            "ambiguous-time",
        ),
        (
            json!({"birth_date": "2025-03-30", "birth_time": "02:30", "time_zone": "Europe/Berlin"}),
            "/birth_time",
            "skipped-time",
        ),
    ] {
        for engine in ["gene_keys", "human_design"] {
            let reply = app
                .post(&format!("/api/v1/engines/{engine}/calculate"), input.clone())
                .by(&ada)
                .problem(422, "calculation-refused");
            let violation = &reply.body["violations"][0];
            assert_eq!(
                (&violation["pointer"], &violation["code"]),
                (&json!(pointer), &json!(code)),
                "{input}"
            );
        }
    }
    app.post("/api/v1/engines/human_design/calculate", json!({"birth_date": "1990-02-30"}))
        .by(&ada)
        .problem(422, "invalid-request");
}
