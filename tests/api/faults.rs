//! Dependencies that fail: a problem with a hint, and never half a write.

use serde_json::{Value, json};
use witness::host::Moment;
use witness::ports::{DatabaseError, DatabaseFault, PortError};

use crate::app::{Account, App, Call};

const DOWN: fn() -> PortError = || PortError::Unavailable("down".to_owned());

fn reading() -> Value {
    json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12"}})
}

#[test]
fn a_database_that_fails_changes_nothing_and_says_when_to_come_back() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let created = app.post("/api/v1/readings", reading()).by(&ada).status(201);
    let target = format!("/api/v1/readings/{}", created.body["id"].as_str().unwrap());
    let tables = || {
        ["readings", "events", "idempotency_keys", "sessions", "profiles"]
            .map(|t| app.rows(&format!("SELECT * FROM {t}")))
    };
    let before = tables();
    for fault in [DatabaseFault::Busy, DatabaseFault::Unavailable] {
        app.database.fail_always(Moment::Before, DatabaseError::new(fault, "secret words of the vendor"));
        let calls = [
            app.get("/api/v1/readings"),
            app.get(&target),
            app.post("/api/v1/readings", reading()).header("idempotency-key", "k"),
            app.patch(&target, json!({"rating": 1})),
            app.delete(&target),
            app.put("/api/v1/user/profile/update", json!({"full_name": "X"})),
            app.get("/api/v1/user/profile"),
        ];
        for call in calls {
            let reply = call.by(&ada).problem(503, "dependency-unavailable");
            assert_eq!(reply.header("retry-after"), Some("1"));
            assert!(!reply.text.unwrap().contains("vendor"));
            assert!(reply.log.contains("vendor"));
        }
        app.post("/api/v1/auth/login", json!({"email": "ada@example.com", "password": "x"}))
            .problem(503, "dependency-unavailable");
        app.get("/ready").problem(503, "dependency-unavailable");
        app.get("/health").status(200);
        app.database.heal();
    }
    assert_eq!(tables(), before);
}

#[test]
fn a_defect_is_told_without_its_cause() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.database
        .fail_next(Moment::Before, DatabaseError::new(DatabaseFault::Statement, "near SELEC: syntax error"));
    let reply = app.get("/api/v1/readings").by(&ada).problem(500, "internal-error");
    assert!(!reply.text.unwrap().contains("SELEC"));
}

#[test]
fn engines_answer_without_the_cache() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.cache.fail_always(Moment::Before, DOWN());
    let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
    let reply = app.post("/api/v1/engines/biorhythm/calculate", input).by(&ada).status(200);
    assert_eq!(reply.body["source"], "embedded");
    assert_eq!(app.get("/ready").status(200).body["status"], "degraded");
}

#[test]
fn without_the_book_of_texts_who_needs_it_is_told_so_and_nothing_wrong_is_kept() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let body = json!({"birth_date": "1990-04-12", "full_name": "Ada Example", "current_year": 2026});
    fn ask<'a>(app: &'a App, body: &Value, by: &Account) -> Call<'a> {
        app.post("/api/v1/engines/numerology/calculate", body.clone()).by(by)
    }
    app.assets.fail_always(Moment::Before, DOWN());
    let reply = ask(&app, &body, &ada).problem(503, "dependency-unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
    let kept = json!({"engine": "numerology", "input": body});
    app.post("/api/v1/readings", kept).by(&ada).problem(503, "dependency-unavailable");
    let birth = json!({"birth_date": "1990-04-12", "full_name": "Ada Example", "time_zone": "UTC"});
    let run = app.post("/api/v1/workflows/natal/run", birth).by(&ada).send();
    assert_eq!(run.status, 503, "{:?}", run.text);
    assert!(app.cache.inner().keys().is_empty());
    assert!(app.rows("SELECT * FROM readings").is_empty());
    let without = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
    let calls = app.assets.calls();
    app.post("/api/v1/engines/biorhythm/calculate", without).by(&ada).status(200);
    assert_eq!(app.assets.calls(), calls, "who needs no book asks for none");
    app.assets.heal();
    let first = ask(&app, &body, &ada).status(200).body;
    assert_eq!(first["source"], "embedded");
    let calls = app.assets.calls();
    ask(&app, &body, &ada).status(200);
    assert_eq!(app.assets.calls(), calls, "an isolate reads it once");
    app.isolate = Default::default();
    app.assets.fail_always(Moment::Before, DOWN());
    let kept = ask(&app, &body, &ada).status(200).body;
    assert_eq!(
        (&kept["source"], &kept["result"]),
        (&json!("cache"), &first["result"]),
        "what is kept needs none"
    );
}

#[test]
fn many_parts_of_a_request_read_the_book_once() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let birth = json!({"birth_date": "1990-04-12", "full_name": "Ada Example", "time_zone": "UTC"});
    app.post("/api/v1/workflows/natal/run", birth).by(&ada).status(200);
    assert_eq!(app.assets.calls(), 1);
}

#[test]
fn what_is_broken_in_the_cache_is_calculated_anew() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let ask = |app: &App| {
        let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
        app.post("/api/v1/engines/biorhythm/calculate", input).by(&ada).status(200).body
    };
    let first = ask(&app);
    let keys = app.cache.inner().keys();
    assert_eq!(keys.len(), 1);
    for broken in ["", "{", "[]", "{\"title\": 1}"] {
        app.isolate = Default::default();
        futures::executor::block_on(witness::ports::Cache::put(
            &app.cache,
            &keys[0],
            broken,
            std::time::Duration::from_secs(600),
        ))
        .unwrap();
        let again = ask(&app);
        assert_eq!((&again["result"], &again["source"]), (&first["result"], &json!("embedded")));
    }
}

#[test]
fn without_admission_data_is_served_sparingly_and_passwords_cannot_be_guessed() {
    let app = App::with(&[]);
    let ada = app.account("ada@example.com");
    app.objects.fail_always(Moment::Before, DOWN());
    let statuses: Vec<u16> = (0..20).map(|_| app.get("/api/v1/auth/me").by(&ada).send().status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10);
    assert_eq!(statuses[19], 429);
    app.post("/api/v1/auth/login", json!({"email": "ada@example.com", "password": "x"}))
        .problem(503, "dependency-unavailable");
    app.post("/api/v1/auth/register", json!({"email": "b@example.com", "password": "correct horse"}))
        .problem(503, "dependency-unavailable");
    app.objects.heal();
    app.advance(60);
    app.get("/api/v1/auth/me").by(&ada).status(200);
}

#[test]
fn a_logout_whose_object_fails_can_be_repeated() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.get("/api/v1/auth/me").by(&ada).status(200);
    app.objects.fail_next(Moment::Before, DOWN());
    app.call("POST", "/api/v1/auth/logout").by(&ada).problem(503, "dependency-unavailable");
    app.call("POST", "/api/v1/auth/logout").by(&ada).status(204);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
}
