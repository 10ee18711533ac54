//! How the parts are: asked now, with deadlines, and over time.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use futures::executor::block_on;
use serde_json::{Value, json};
use witness::contract::types::{ComponentName, ComponentState, ErrorSeverity};
use witness::host::{FixedClock, Moment, Scripted};
use witness::kernel::crypto;
use witness::kernel::problem::Problem;
use witness::ops::alerts::webhook;
use witness::ops::errors::buffer::Seen;
use witness::ops::status::history::{self, Memory};
use witness::ops::status::probe;
use witness::ports::{Cache, Clock, DatabaseError, DatabaseFault, PortError, Ports};

use crate::app::App;

const HOOK: &str = "https://hooks.example.com/witness";

fn down() -> PortError {
    PortError::Unavailable("down".to_owned())
}

/// The upkeep's turn, of an object that remembers this.
fn turn(app: &App, memory: &Memory) -> Result<bool, Problem> {
    block_on(history::turn(app.ports(), &app.config, memory, app.clock.now()))
}

/// Five minutes go by, and the parts are looked at by an object that remembers nothing.
fn sample(app: &App) {
    app.advance(300);
    turn(app, &Memory::default()).unwrap();
}

/// The status, by an isolate that remembers nothing.
fn status(app: &mut App) -> Value {
    app.isolate = Default::default();
    app.get("/status").status(200).body
}

fn component<'a>(body: &'a Value, name: &str, list: &str) -> &'a Value {
    body[list].as_array().unwrap().iter().find(|part| part["name"] == name).unwrap()
}

fn count(app: &App, table: &str) -> i64 {
    app.rows(&format!("SELECT count(*) AS n FROM {table}"))[0]["n"].as_i64().unwrap()
}

#[test]
fn a_part_that_hangs_is_told_as_such_within_the_deadline() {
    for (name, code) in [("database", 503), ("objects", 503), ("cache", 200), ("assets", 200)] {
        let app = App::new();
        let slept = app.clock.slept();
        match name {
            "database" => app.database.stall_next(),
            "cache" => app.cache.stall_next(),
            "assets" => app.assets.stall_next(),
            // The question of the quota hangs as well.
            _ => app.objects.stall(2),
        }
        let reply = app.get("/ready").status(code);
        let waited = (app.clock.slept() - slept).as_secs();
        assert_eq!(waited, if name == "objects" { 4 } else { 2 }, "{name}");
        if code == 503 {
            assert_eq!(reply.body["detail"], json!(format!("No answer from: {name}.")));
            continue;
        }
        assert_eq!(reply.body["status"], "degraded");
        let check = component(&reply.body, name, "checks");
        assert_eq!(*check, json!({"name": name, "ok": false, "timed_out": true, "latency_ms": 2_000}));
        let others = reply.body["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == true);
        assert_eq!(others.count(), 3);
    }
}

#[test]
fn administrators_see_a_part_that_hangs_and_get_an_answer() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    app.cache.stall_next();
    let body = app.get("/api/v1/admin/system/health").by(&admin).status(200).body;
    assert_eq!(body["status"], "degraded");
    assert_eq!(component(&body, "cache", "checks")["timed_out"], json!(true));
}

/// A cache that takes a second and a half.
struct Slow(Rc<FixedClock>);

#[async_trait(?Send)]
impl Cache for Slow {
    async fn get(&self, _key: &str) -> Result<Option<String>, PortError> {
        self.0.advance(Duration::from_millis(1_500));
        Ok(None)
    }
    async fn put(&self, _key: &str, _value: &str, _life: Duration) -> Result<(), PortError> {
        Err(down())
    }
    async fn delete(&self, _key: &str) -> Result<(), PortError> {
        Err(down())
    }
    async fn list(&self, _prefix: &str, _limit: u32) -> Result<Vec<String>, PortError> {
        Err(down())
    }
}

#[test]
fn a_part_that_is_slow_is_degraded_and_there() {
    let app = App::new();
    let slow = Slow(app.clock.clone());
    let ports = Ports { cache: &slow, ..app.ports() };
    let probed = block_on(probe::all(ports, &app.config, None, None));
    let cache = probed.probes.iter().find(|probe| probe.name == ComponentName::Cache).unwrap();
    assert_eq!((cache.state, cache.latency_ms), (ComponentState::Degraded, 1_500));
    assert!(cache.check().ok && !probed.is_well() && probed.missing().is_none());
    assert_eq!(probed.probes.iter().filter(|probe| probe.cause.is_some()).count(), 1);
}

#[test]
fn health_asks_nobody_even_when_there_is_something_to_write() {
    let app = App::new();
    let now = app.clock.now();
    let seen = Seen {
        code: "internal-error",
        action: "list_readings",
        severity: ErrorSeverity::Error,
        cause: "x",
        request: None,
    };
    app.isolate.errors.borrow_mut().note(seen, now);
    app.advance(3_600);
    let calls = || {
        let ports = [app.database.calls(), app.cache.calls(), app.objects.calls(), app.assets.calls()];
        ports.iter().sum::<u64>() + app.upstream.asked().len() as u64
    };
    let before = calls();
    app.get("/health").status(200);
    assert_eq!(calls(), before);
}

#[test]
fn mail_and_the_remote_engine_are_looked_at_where_they_are_set_up_and_nobody_is_called() {
    let secret = crypto::base64url(&[6; 32]);
    let app = App::with(&[
        ("LIMIT_SCALE", "100000"),
        ("MAIL_PROVIDER", "resend"),
        ("MAIL_API_KEY", "re_key"),
        ("MAIL_FROM", "witness@example.com"),
        ("ENGINE_URL", "https://engine.example.com"),
        ("ENGINE_SECRET", &secret),
        ("ENGINE_NAMES", "biorhythm"),
    ]);
    let names = |body: &Value| -> Vec<String> {
        body["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let body = app.get("/ready").status(200).body;
    assert!(names(&body).contains(&"mail".to_owned()), "{body}");
    assert_eq!(names(&App::new().get("/ready").status(200).body), ["database", "cache", "objects", "assets"]);
    app.rows(
        "INSERT INTO mails (id, kind, sealed, attempts, next_attempt_at, created_at, updated_at)
         VALUES ('m', 'alert', '', 3, 1772348400000, 1772348400000 - 4000000, 1772348400000)",
    );
    let body = app.get("/ready").status(200).body;
    assert_eq!(body["status"], "degraded");
    assert_eq!(component(&body, "mail", "checks")["ok"], json!(false));
    assert_eq!(app.upstream.asked().len(), 0);
}

#[test]
fn two_bad_samples_begin_an_incident_that_is_told_and_two_good_ones_end_it() {
    let secret = crypto::base64url(&[5; 32]);
    let mut app = App::with(&[
        ("LIMIT_SCALE", "100000"),
        ("ALERT_WEBHOOK_URL", HOOK),
        ("ALERT_WEBHOOK_SECRET", &secret),
    ]);
    app.upstream.script(HOOK, Scripted::ok(204, ""));
    let admin = app.administrator("admin@example.com", "admin");
    sample(&app);
    let body = status(&mut app);
    assert_eq!((&body["state"], &body["open"]), (&json!("operational"), &json!([])));
    assert_eq!(component(&body, "cache", "components")["day"], json!({"uptime": 1.0, "observed": 0.0034}));

    app.cache.fail_always(Moment::Before, down());
    sample(&app);
    assert_eq!(count(&app, "status_incidents"), 0, "one sample decides nothing");
    sample(&app);
    turn(&app, &Memory::default()).unwrap();
    let body = status(&mut app);
    assert_eq!((&body["state"], body["open"].as_array().unwrap().len()), (&json!("degraded"), 1));
    assert_eq!(body["open"][0]["began_at"], "2026-03-01T07:10:00.000Z");
    let page = app.get("/api/v1/admin/status/incidents?limit=1").by(&admin).status(200).body;
    let incident = &page["items"][0];
    assert_eq!((&incident["state"], &incident["cause"]), (&json!("down"), &json!("failed")));

    let target = format!("/api/v1/admin/status/incidents/{}/note", incident["id"].as_str().unwrap());
    app.post(&target, json!({"text": "Between us.", "public": false})).by(&admin).status(200);
    assert!(!status(&mut app).to_string().contains("Between"));
    app.post(&target, json!({"text": "We are on it.", "public": true})).by(&admin).status(200);
    assert_eq!(status(&mut app)["open"][0]["note"], "We are on it.");
    let none = "/api/v1/admin/status/incidents/0197f7a0-0000-7000-8000-0000000000ff/note";
    app.post(none, json!({"text": "x", "public": true})).by(&admin).problem(404, "not-found");
    assert_eq!(app.rows("SELECT id FROM audit_records WHERE kind = 'status.noted'").len(), 2);

    app.cache.heal();
    sample(&app);
    assert_eq!(status(&mut app)["open"].as_array().unwrap().len(), 1);
    sample(&app);
    let body = status(&mut app);
    assert_eq!((&body["state"], &body["open"]), (&json!("operational"), &json!([])));
    assert_eq!(body["recent"][0]["ended_at"], "2026-03-01T07:25:00.000Z");
    let cache = component(&body, "cache", "components");
    assert_eq!((&cache["day"]["uptime"], &cache["quarter"]["uptime"]), (&json!(0.6), &json!(0.6)));

    let mut lines = Vec::new();
    for _ in 0..2 {
        block_on(webhook::deliver(app.ports(), &app.config, app.clock.now(), &mut lines)).unwrap();
    }
    let said: Vec<Value> = app
        .upstream
        .asked()
        .iter()
        .map(|asked| serde_json::from_slice(asked.body.as_ref().unwrap()).unwrap())
        .collect();
    let mut states: Vec<_> =
        said.iter().map(|body| (&body["kind"], &body["component"], body["state"].as_str())).collect();
    states.sort_by_key(|(.., state)| *state);
    let (kind, cache) = (json!("status"), json!("cache"));
    assert_eq!(states, [(&kind, &cache, Some("down")), (&kind, &cache, Some("operational"))]);
}

#[test]
fn a_clock_that_jumps_begins_nothing_and_counts_nothing_twice() {
    let app = App::new();
    app.cache.fail_always(Moment::Before, down());
    sample(&app);
    let before = app.clock.now();
    app.advance(30 * 86_400);
    sample(&app);
    assert_eq!(count(&app, "status_incidents"), 0, "they are not in a row");
    app.clock.set(before);
    for _ in 0..3 {
        turn(&app, &Memory::default()).unwrap();
    }
    let (samples, observed) = (
        "status_samples WHERE component = 'cache'",
        "SELECT sum(observed) AS n FROM status_days WHERE component = 'cache'",
    );
    assert_eq!(
        (count(&app, samples), app.rows(observed)[0]["n"].as_i64()),
        (1, Some(10)),
        "the one ahead is not believed"
    );
    sample(&app);
    assert_eq!(count(&app, "status_incidents"), 1);
}

#[test]
fn what_the_database_does_not_take_is_written_when_it_does() {
    let mut app = App::new();
    sample(&app);
    let memory = Memory::default();
    app.database.fail_always(Moment::Before, DatabaseError::new(DatabaseFault::Unavailable, "gone"));
    for _ in 0..3 {
        app.advance(300);
        assert!(turn(&app, &memory).is_err());
    }
    let body = status(&mut app);
    assert_eq!((&body["state"], &body["components"]), (&json!("down"), &json!([])));
    app.database.heal();
    app.advance(300);
    turn(&app, &memory).unwrap();
    turn(&app, &memory).unwrap();
    assert_eq!(count(&app, "status_samples WHERE component = 'database'"), 5);
    let incident = &app.rows("SELECT component, state, cause, began_at FROM status_incidents")[0];
    assert_eq!((&incident["component"], &incident["state"]), (&json!("database"), &json!("down")));
    assert_eq!(incident["began_at"].as_i64().unwrap(), app.clock.now().millis() - 900_000);
}

#[test]
fn a_fault_in_the_middle_of_writing_counts_nothing_twice() {
    for moment in [Moment::Before, Moment::After] {
        for call in 2..=5 {
            let app = App::new();
            app.cache.fail_always(Moment::Before, down());
            sample(&app);
            let memory = Memory::default();
            app.advance(300);
            app.database.fail_nth(call, moment, DatabaseError::new(DatabaseFault::Unavailable, "gone"));
            for _ in 0..3 {
                let _ = turn(&app, &memory);
            }
            assert_eq!(count(&app, "status_samples WHERE component = 'cache'"), 2, "{moment:?} {call}");
            let observed = app.rows("SELECT observed FROM status_days WHERE component = 'cache'");
            assert_eq!((observed, count(&app, "status_incidents")), (vec![json!({"observed": 10})], 1));
        }
    }
}

#[test]
fn what_nobody_looked_at_is_not_up() {
    let mut app = App::new();
    assert_eq!(status(&mut app)["state"], "unknown");
    sample(&app);
    app.advance(2 * 86_400);
    let body = status(&mut app);
    assert_eq!(body["state"], "unknown");
    let database = component(&body, "database", "components");
    assert_eq!(
        (&database["state"], &database["day"]),
        (&json!("unknown"), &json!({"uptime": null, "observed": 0.0}))
    );
    assert_eq!(database["week"]["uptime"], json!(1.0));
    assert!(database["week"]["observed"].as_f64().unwrap() < 0.001);
    // The answer is kept for a minute.
    let calls = app.database.calls();
    app.get("/status").status(200);
    assert_eq!(app.database.calls(), calls);
}
