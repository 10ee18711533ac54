//! Births: local times with their zones, through the whole pipeline.

use serde_json::{Value, json};

use crate::app::{Account, App, Reply};

const CALCULATE: &str = "/api/v1/engines/vimshottari/calculate";

fn ask<'a>(app: &'a App, ada: &Account, input: &Value) -> crate::app::Call<'a> {
    app.post(CALCULATE, input.clone()).by(ada)
}

fn born(date: &str, time: &str, zone: &str) -> Value {
    json!({"birth_date": date, "birth_time": time, "time_zone": zone})
}

/// The only violation: pointer, code and message.
fn only(reply: &Reply) -> (String, String, String) {
    let [violation] = reply.body["violations"].as_array().unwrap().as_slice() else {
        panic!("{}", reply.body)
    };
    let text = |key: &str| violation[key].as_str().unwrap().to_owned();
    (text("pointer"), text("code"), text("message"))
}

#[test]
fn a_birth_is_resolved_with_the_history_of_its_zone() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for (date, time, zone, utc, offset) in [
        // Double summer time in London, mean time in Paris, a zone that changed its mind.
        ("1945-06-01", "12:00", "Europe/London", "1945-06-01T10:00:00.000Z", 7200),
        ("1905-01-01", "12:00", "Europe/Paris", "1905-01-01T11:50:39.000Z", 561),
        ("2012-01-01", "00:00:30", "Europe/Moscow", "2011-12-31T20:00:30.000Z", 14_400),
        ("1990-04-12", "07:45", "europe/berlin", "1990-04-12T05:45:00.000Z", 7200),
    ] {
        let answer = ask(&app, &ada, &born(date, time, zone)).status(200).body;
        let birth = &answer["result"]["birth"];
        assert_eq!((&birth["utc_from"], &birth["utc_to"]), (&json!(utc), &json!(utc)), "{birth}");
        assert_eq!((&birth["offset_seconds"], &birth["time_known"]), (&json!(offset), &json!(true)));
        assert!(birth["delta_t_seconds"].is_number() && birth["ephemeris"].is_string());
    }
}

#[test]
fn an_ambiguous_time_is_refused_with_both_candidates_until_one_is_chosen() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let twice = born("2020-10-25", "02:30", "Europe/Berlin");
    let (pointer, code, message) = only(&ask(&app, &ada, &twice).problem(422, "calculation-refused"));
    assert_eq!((pointer.as_str(), code.as_str()), ("/birth_time", "ambiguous-time"));
    for candidate in
        ["2020-10-25T00:30:00.000Z (+02:00, earlier)", "2020-10-25T01:30:00.000Z (+01:00, later)"]
    {
        assert!(message.contains(candidate), "{message}");
    }
    let mut hashes = Vec::new();
    for (occurrence, utc) in [("earlier", "2020-10-25T00:30:00.000Z"), ("later", "2020-10-25T01:30:00.000Z")]
    {
        let mut chosen = twice.clone();
        chosen["occurrence"] = json!(occurrence);
        let answer = ask(&app, &ada, &chosen).status(200).body;
        assert_eq!(answer["result"]["birth"]["utc_from"], utc);
        hashes.push(answer["input_hash"].clone());
    }
    assert_ne!(hashes[0], hashes[1]);
    // Where it came once alone, the choice says nothing.
    let (mut once, plain) =
        (born("2020-10-25", "12:30", "Europe/Berlin"), born("2020-10-25", "12:30", "Europe/Berlin"));
    once["occurrence"] = json!("later");
    assert_eq!(
        ask(&app, &ada, &once).status(200).body["input_hash"],
        ask(&app, &ada, &plain).status(200).body["input_hash"]
    );
    // A reading names the place of the input in its body.
    let reading = json!({"engine": "vimshottari", "input": twice});
    let reply = app.post("/api/v1/readings", reading).by(&ada).problem(422, "calculation-refused");
    assert_eq!(only(&reply).0, "/input/birth_time");
}

#[test]
fn a_skipped_time_is_refused_with_what_it_may_mean() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let reply =
        ask(&app, &ada, &born("2021-03-28", "02:30", "Europe/Berlin")).problem(422, "calculation-refused");
    let (pointer, code, message) = only(&reply);
    assert_eq!((pointer.as_str(), code.as_str()), ("/birth_time", "skipped-time"));
    assert!(
        message.contains("2021-03-28T01:30:00.000Z (+01:00")
            && message.contains("2021-03-28T00:30:00.000Z (+02:00")
    );
    let day = json!({"birth_date": "2011-12-30", "time_zone": "Pacific/Apia"});
    let (pointer, code, _) = only(&ask(&app, &ada, &day).problem(422, "calculation-refused"));
    assert_eq!((pointer.as_str(), code.as_str()), ("/birth_date", "skipped-time"));
}

#[test]
fn an_unknown_time_gets_what_can_be_said() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for input in [
        json!({"birth_date": "1990-04-12"}),
        json!({"birth_date": "1990-04-12", "birth_time": null, "time_zone": "Europe/Berlin"}),
    ] {
        let answer = ask(&app, &ada, &input).status(200).body;
        let result = &answer["result"];
        assert_eq!(
            (&result["birth"]["time_known"], &result["birth"]["offset_seconds"]),
            (&json!(false), &Value::Null)
        );
        assert!(
            !result["certain"].as_array().unwrap().is_empty()
                && !result["nakshatras"].as_array().unwrap().is_empty()
        );
        assert_eq!((&result["mahas"], &result["moon_longitude"]), (&json!([]), &Value::Null));
    }
}

#[test]
fn what_is_no_birth_is_refused_with_its_reason() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for (input, pointer, code) in [
        (born("1990-04-12", "07:45", "Europe/Atlantis"), "/time_zone", "unknown-zone"),
        (json!({"birth_date": "1990-04-12", "birth_time": "07:45"}), "/time_zone", "zone-needed"),
        (
            json!({"birth_date": "1990-04-12", "latitude": 52.5, "longitude": 13.4}),
            "/time_zone",
            "zone-needed",
        ),
        (
            json!({"birth_date": "1990-04-12", "latitude": 52.5, "time_zone": "UTC"}),
            "/longitude",
            "place-incomplete",
        ),
        (born("1899-12-31", "12:00", "UTC"), "/birth_date", "date-out-of-range"),
        (born("2101-01-01", "12:00", "UTC"), "/birth_date", "date-out-of-range"),
        (json!({"birth_date": "9999-12-31"}), "/birth_date", "date-out-of-range"),
    ] {
        let reply = ask(&app, &ada, &input).problem(422, "calculation-refused");
        let (found, reason, message) = only(&reply);
        assert_eq!((found.as_str(), reason.as_str()), (pointer, code), "{input}");
        assert!(message.ends_with('.'), "{message}");
    }
    for (field, value) in [
        ("birth_date", json!("2000-02-30")),
        ("birth_time", json!("24:00")),
        ("time_zone", json!("no zone")),
        ("latitude", json!(90.5)),
        ("longitude", json!(-181)),
        ("occurrence", json!("both")),
    ] {
        let mut input = json!({"birth_date": "1990-04-12"});
        input[field] = value;
        let reply = ask(&app, &ada, &input).problem(422, "invalid-request");
        assert_eq!(reply.violations()[0].0, format!("/{field}"));
    }
}

#[test]
fn polar_places_and_the_ends_of_the_range_are_answered() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for (date, latitude, zone) in [
        ("1900-01-01", 90.0, "Arctic/Longyearbyen"),
        ("2100-12-31", -90.0, "Antarctica/McMurdo"),
        ("1950-07-01", 78.2, "Europe/Oslo"),
    ] {
        let mut input = born(date, "12:00", zone);
        input["latitude"] = json!(latitude);
        input["longitude"] = json!(180);
        let result = ask(&app, &ada, &input).status(200).body["result"].clone();
        assert_eq!(result["mahas"].as_array().unwrap().len(), 9, "{result}");
    }
}
