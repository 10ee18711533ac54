//! Several engines asked one question.

use serde_json::{Value, json};
use witness::context::Isolate;
use witness::contract::{check, checks};

use crate::app::{Account, App, Reply};
use crate::remote::{self, URL, status, well};

/// All workflows but the one whose engines the caller names.
const NAMED: [&str; 8] =
    ["natal", "career", "spiritual", "shadow", "relationships", "life_transition", "daily", "manifestation"];

fn run(app: &App, by: &Account, name: &str, body: Value) -> Reply {
    let reply = app.post(&format!("/api/v1/workflows/{name}/run"), body).by(by).status(200);
    let mut result = reply.body["result"].clone();
    assert_eq!(check::check(&checks::WORKFLOW_RESULT, &mut result), [], "{name}");
    reply
}

fn sections(reply: &Reply) -> &[Value] {
    reply.body["result"]["sections"].as_array().unwrap()
}

/// Somebody whose profile is whole.
fn told(app: &App) -> Account {
    let account = app.verified("ada@example.com");
    let profile = json!({
        "full_name": "Ada Example", "birth_date": "1990-04-12", "birth_time": "07:45",
        "birth_time_zone": "Europe/Berlin", "time_zone": "Europe/Berlin",
    });
    app.put("/api/v1/user/profile/update", profile).by(&account).status(200);
    account
}

fn whole() -> Value {
    json!({
        "full_name": "Ada Example", "birth_date": "1990-04-12", "birth_time": "07:45", "time_zone": "Europe/Berlin",
        "date": "2026-03-01", "intention": "I find calm", "question": "What now?",
        "enneagram": {"method": "self_select", "type": 5},
    })
}

/// The parts of a run that equal questions have in common.
fn common(reply: &Reply) -> [Value; 4] {
    ["title", "summary", "result", "input_hash"].map(|field| reply.body[field].clone())
}

#[test]
fn every_workflow_runs_from_a_whole_request_without_a_profile() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for name in NAMED {
        let reply = run(&app, &ada, name, whole());
        assert_eq!((&reply.body["workflow"], &reply.body["degraded"]), (&json!(name), &json!(false)));
        assert_eq!(reply.calls[0], 0, "{name}: the profile is not asked for what is told");
        for section in sections(&reply) {
            assert!(section["result"].is_object() && section["problem"].is_null(), "{name}: {section}");
        }
        for theme in reply.body["result"]["themes"].as_array().unwrap() {
            let named = |evidence: &Value| evidence["engine"].as_str().unwrap().to_owned();
            let mut engines: Vec<String> = theme["evidence"].as_array().unwrap().iter().map(named).collect();
            engines.dedup();
            assert_eq!(theme["engines"], engines.len(), "{theme}");
        }
    }
}

#[test]
fn every_workflow_runs_from_the_profile_alone() {
    let app = App::new();
    let ada = told(&app);
    let listed = app.get("/api/v1/workflows").status(200).body["items"].clone();
    for name in NAMED {
        let workflow = listed.as_array().unwrap().iter().find(|workflow| workflow["name"] == name).unwrap();
        let reply = run(&app, &ada, name, json!({}));
        let engines: Vec<&Value> = sections(&reply).iter().map(|section| &section["engine"]).collect();
        assert_eq!(engines, workflow["engines"].as_array().unwrap().iter().collect::<Vec<_>>());
        for section in sections(&reply) {
            let lacks = match section["engine"].as_str().unwrap() {
                "enneagram" => json!(["enneagram"]),
                "sacred_geometry" | "sigil_forge" => json!(["intention"]),
                _ => json!([]),
            };
            assert_eq!(section["needs"], lacks, "{name}");
            assert_eq!(section["result"].is_object(), lacks == json!([]), "{name}: {section}");
        }
    }
}

#[test]
fn a_section_is_what_its_engine_says_alone() {
    let app = App::new();
    let ada = told(&app);
    let natal = run(&app, &ada, "natal", json!({}));
    let birth = json!({"birth_date": "1990-04-12", "birth_time": "07:45", "time_zone": "Europe/Berlin"});
    let alone = app.post("/api/v1/engines/human_design/calculate", birth).by(&ada).status(200).body;
    for field in ["engine", "engine_version", "input_hash", "title", "summary", "result"] {
        assert_eq!(sections(&natal)[0][field], alone[field], "{field}");
    }
    assert!(natal.body["summary"].as_str().unwrap().starts_with("Human Design: Projector 2/4. "));
}

#[test]
fn a_run_is_kept_as_a_whole_byte_for_byte() {
    let mut app = App::new();
    let ada = told(&app);
    let first = run(&app, &ada, "natal", json!({}));
    assert_eq!(
        (&first.body["source"], first.calls[1]),
        (&json!("embedded"), 2),
        "one read, one of the marks"
    );
    let here = run(&app, &ada, "natal", json!({}));
    assert_eq!((&here.body["source"], here.calls[0], here.calls[1]), (&json!("cache"), 1, 0));
    app.isolate = Isolate::default();
    let there = run(&app, &ada, "natal", json!({}));
    assert_eq!((&there.body["source"], there.calls[1]), (&json!("cache"), 2));
    assert_eq!((common(&first), common(&first)), (common(&here), common(&there)));
    let result = |reply: &Reply| reply.text.clone().unwrap().split_once("\"result\":").unwrap().1.to_owned();
    assert_eq!((result(&first), result(&first)), (result(&here), result(&there)));
    app.advance(7 * 86_400);
    app.isolate = Isolate::default();
    let ada = app.log_in("ada@example.com");
    let later = run(&app, &ada, "natal", json!({}));
    assert_eq!((&later.body["source"], result(&later)), (&json!("embedded"), result(&first)));
}

#[test]
fn the_day_has_one_card_and_is_kept_for_six_hours() {
    let mut app = App::new();
    let ada = told(&app);
    let first = run(&app, &ada, "daily", json!({}));
    app.isolate = Isolate::default();
    assert_eq!(run(&app, &ada, "daily", json!({})).body["source"], "cache");
    app.isolate = Isolate::default();
    app.advance(6 * 3_600);
    let ada = app.log_in("ada@example.com");
    let later = run(&app, &ada, "daily", json!({}));
    assert_eq!((&later.body["source"], common(&later)), (&json!("embedded"), common(&first)));
    let next = run(&app, &ada, "daily", json!({"date": "2026-03-02"}));
    assert_ne!(sections(&next)[2]["result"]["seed"], sections(&first)[2]["result"]["seed"]);
}

#[test]
fn what_is_drawn_anew_is_not_kept_unless_its_seed_is_given() {
    let app = App::new();
    let ada = told(&app);
    let [one, other] = [(), ()].map(|()| run(&app, &ada, "shadow", json!({})));
    assert_eq!((&one.body["source"], &other.body["source"]), (&json!("embedded"), &json!("embedded")));
    assert_ne!(one.body["input_hash"], other.body["input_hash"]);
    assert!(!app.cache.inner().keys().iter().any(|key| key.contains("shadow_workflow")));
    let seeded = || run(&app, &ada, "shadow", json!({"seed": "x"})).body["source"].clone();
    assert_eq!([seeded(), seeded()], ["embedded", "cache"]);
}

#[test]
fn a_part_that_fails_leaves_the_others_their_results() {
    let app = App::new();
    let ada = told(&app);
    let twice = json!({"birth_date": "1990-09-30", "birth_time": "02:30", "time_zone": "Europe/Berlin", "full_name": "A"});
    let reply = run(&app, &ada, "natal", twice);
    let problem = &sections(&reply)[0]["problem"];
    assert_eq!((&problem["code"], &problem["status"]), (&json!("calculation-refused"), &json!(422)));
    assert_eq!(problem["violations"][0]["code"], "ambiguous-time");
    assert_eq!(problem["violations"][0]["pointer"], "/birth_time");
    assert!(sections(&reply)[3]["result"].is_object());
    assert!(!app.cache.inner().keys().iter().any(|key| key.contains("natal_workflow")), "a part is no whole");
    let engines = json!({"engines": ["astrolabe", "biorhythm", "enneagram"]});
    let reply = run(&app, &ada, "custom", engines);
    let [unknown, known, lacking] = sections(&reply) else { panic!("{}", reply.body) };
    assert_eq!(unknown["problem"]["violations"][0]["pointer"], "/engines");
    assert!(known["result"].is_object() && lacking["needs"] == json!(["enneagram"]));
}

#[test]
fn where_no_part_has_a_result_the_whole_fails() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let problem = |name: &str, body: Value, status, code| {
        app.post(&format!("/api/v1/workflows/{name}/run"), body).by(&ada).problem(status, code)
    };
    let reply = problem("natal", json!({}), 409, "profile-incomplete");
    assert!(reply.body["detail"].as_str().unwrap().contains("birth_date, full_name"));
    let early = json!({"birth_date": "1899-12-31"});
    let reply = problem("natal", early, 422, "calculation-refused");
    assert_eq!(reply.violations()[0], ("/birth_date".to_owned(), "date-out-of-range".to_owned()));
    let of = |reply: Reply| reply.violations()[0].clone();
    assert_eq!(of(problem("custom", json!({}), 422, "invalid-request")).1, "required");
    assert_eq!(of(problem("custom", json!({"engines": []}), 422, "invalid-request")).1, "min-items");
    let twice = json!({"engines": ["tarot", "tarot"]});
    assert_eq!(of(problem("custom", twice, 422, "invalid-request")).1, "unique-items");
    let named = json!({"engines": ["tarot"]});
    assert_eq!(of(problem("natal", named, 422, "invalid-request")).1, "unknown-field");
    problem("horoscope", json!({}), 422, "invalid-request");
}

#[test]
fn an_unknown_time_of_birth_gets_what_can_be_said() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let born = json!({"birth_date": "1990-04-12", "time_zone": "Europe/Berlin", "full_name": "Ada Example"});
    let reply = run(&app, &ada, "natal", born);
    let [design, keys, dasha, numbers] = sections(&reply) else { panic!("{}", reply.body) };
    for section in [design, keys, dasha] {
        assert_eq!(section["result"]["birth"]["time_known"], false, "{}", section["engine"]);
    }
    assert!(numbers["result"].is_object() && reply.body["degraded"] == false);
}

#[test]
fn somebody_elses_birth_is_not_put_to_the_callers_name() {
    let app = App::new();
    let ada = told(&app);
    let reply = run(&app, &ada, "natal", json!({"birth_date": "1988-11-29"}));
    assert_eq!(sections(&reply)[3]["needs"], json!(["full_name"]));
    assert_eq!(sections(&reply)[0]["result"]["birth"]["time_known"], false);
}

#[test]
fn what_is_invalidated_is_forgotten_with_every_workflow_that_holds_it() {
    let app = App::new();
    let ada = told(&app);
    let admin = app.administrator("admin@example.com", "admin");
    let run = |name| run(&app, &ada, name, json!({}));
    let (natal, daily) = (run("natal"), run("daily"));
    let own = natal.body["input_hash"].clone();
    let part = sections(&natal)[3]["input_hash"].clone();
    let forget = |body: Value| {
        app.advance(1);
        app.post("/api/v1/admin/cache/invalidate", body).by(&admin).status(200);
        app.advance(1);
        ["natal", "daily"].map(|name| run(name).body["source"].as_str().unwrap().to_owned())
    };
    assert_eq!(forget(json!({"tags": ["engine:enneagram", "date:2026-03-02"]})), ["cache", "cache"]);
    assert_eq!(forget(json!({"tags": ["engine:human_design"]})), ["embedded", "cache"]);
    assert_eq!(forget(json!({"tags": ["engine:numerology@1.0.0"]})), ["embedded", "embedded"]);
    assert_eq!(forget(json!({"tags": ["engine:natal_workflow"]})), ["embedded", "cache"]);
    assert_eq!(forget(json!({"tags": ["date:2026-03-01"]})), ["cache", "embedded"]);
    assert_eq!(forget(json!({"input_hashes": [own]})), ["embedded", "cache"]);
    assert_eq!(forget(json!({"input_hashes": [part]})), ["embedded", "cache"]);
    assert_eq!(daily.body["workflow"], "daily");
}

#[test]
fn a_remote_engine_that_fails_marks_the_whole_which_is_not_kept() {
    let app = remote::app();
    let ada = app.account("ada@example.com");
    let asked = || json!({"engines": ["biorhythm"], "birth_date": "1990-04-12", "date": "2026-03-01", "full_name": "A"});
    let marks = |reply: &Reply| {
        let section = &sections(reply)[0];
        [&reply.body["source"], &reply.body["degraded"], &section["source"], &section["degraded"]]
            .map(Value::clone)
    };
    let kept = || app.cache.inner().keys().iter().any(|key| key.contains("custom_workflow"));
    app.upstream.script(URL, status(500));
    let reply = run(&app, &ada, "custom", asked());
    assert_eq!(marks(&reply), [json!("embedded"), json!(true), json!("embedded"), json!(true)]);
    assert!(!kept());
    app.advance(60);
    app.upstream.instead(URL, well());
    let reply = run(&app, &ada, "custom", asked());
    assert_eq!(marks(&reply), [json!("embedded"), json!(false), json!("remote"), json!(false)]);
    assert!(kept());
    let reply = run(&app, &ada, "custom", asked());
    assert_eq!(marks(&reply), [json!("cache"), json!(false), json!("remote"), json!(false)]);
}

#[test]
fn a_key_without_the_profile_runs_nothing() {
    let app = App::new();
    let ada = told(&app);
    let (narrow, _) = crate::keys::key(&app, &ada, &["engines:calculate"]);
    app.post("/api/v1/workflows/natal/run", json!({})).bearer(&narrow).problem(403, "forbidden");
    let (wide, _) = crate::keys::key(&app, &ada, &["engines:calculate", "profile:read"]);
    app.post("/api/v1/workflows/natal/run", json!({})).bearer(&wide).status(200);
}
