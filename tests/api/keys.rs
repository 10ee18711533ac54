//! API keys and administrators' keys.

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::config::Environment;
use witness::context::Isolate;
use witness::contract::{Holder, Scope};
use witness::host::SeededRandom;
use witness::host::faulty::Moment;
use witness::identity::keys::text::{Kind, make};
use witness::ports::{Cache, DatabaseError, DatabaseFault, PortError};

use crate::app::{Account, App};

/// Makes a key with these scopes: its text and its id.
pub fn key(app: &App, account: &Account, scopes: &[&str]) -> (String, String) {
    made(&app.post("/api/v1/keys", json!({"name": "Home", "scopes": scopes})).by(account).status(201).body)
}

/// Makes an administrator's key.
pub fn admin_key(app: &App, account: &Account, scopes: &[&str]) -> (String, String) {
    let body = json!({"name": "Watch", "scopes": scopes});
    made(&app.post("/api/v1/admin/keys", body).by(account).status(201).body)
}

fn made(body: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&body["key"]), text(&body["api_key"]["id"]))
}

fn break_database(app: &App) {
    app.database.fail_always(Moment::Before, DatabaseError::new(DatabaseFault::Unavailable, "gone"));
}

fn with_path(id: &str) -> String {
    format!("/api/v1/keys/{id}")
}

fn scopes_of(holder: Holder) -> Vec<&'static str> {
    Scope::ALL.iter().filter(|scope| scope.holders().contains(&holder)).map(|scope| scope.as_str()).collect()
}

#[test]
fn a_key_is_shown_once_and_does_what_it_was_granted() {
    let app = App::new();
    let ada = app.verified("ada@example.com");
    let made = app
        .post(
            "/api/v1/keys",
            json!({"name": "Home", "scopes": ["readings:read", "profile:read"], "quota_minute": 5}),
        )
        .by(&ada)
        .status(201);
    let key = made.body["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("wos_test_") && key.len() == 41);
    assert!(key.ends_with(made.body["api_key"]["last_four"].as_str().unwrap()));
    assert_eq!(app.get("/api/v1/auth/me").bearer(&key).status(200).body["id"], json!(ada.user_id));
    app.get("/api/v1/readings").bearer(&key).status(200);
    app.post("/api/v1/readings", json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12"}}))
        .bearer(&key)
        .problem(403, "forbidden");
    let listed = app.get("/api/v1/keys").by(&ada).status(200);
    let mut expected = made.body["api_key"].clone();
    expected["last_used_at"] = json!(crate::app::START);
    assert_eq!(listed.body["items"][0], expected);
    for table in ["api_keys", "events", "audit_records", "idempotency_keys"] {
        let rows = Value::from(app.rows(&format!("SELECT * FROM {table}"))).to_string();
        assert!(!rows.contains(&key) && !rows.contains(&key[9..]), "{table} holds the key");
    }
    assert!(!made.log.contains(&key) && !listed.text.unwrap().contains(&key));
    let kinds = app.rows("SELECT kind FROM audit_records WHERE subject_type = 'api_key'");
    assert_eq!(kinds, [json!({"kind": "api_key.created"})]);
}

#[test]
fn a_key_needs_a_verified_address_a_recent_sign_in_and_scopes_that_may_be_granted() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let wish = json!({"name": "Home", "scopes": ["readings:read"]});
    app.post("/api/v1/keys", wish.clone()).by(&ada).problem(403, "email-not-verified");
    app.rows("UPDATE users SET email_verified_at = 1");
    for scopes in
        [json!(["keys:write"]), json!(["admin:users:read"]), json!(["readings:read", "flights:book"])]
    {
        let refused = app.post("/api/v1/keys", json!({"name": "Home", "scopes": scopes})).by(&ada);
        let refused = refused.problem(422, "invalid-request");
        let last = format!("/scopes/{}", scopes.as_array().unwrap().len() - 1);
        assert_eq!(refused.violations(), [(last, "scope-not-grantable".to_owned())]);
    }
    let past = json!({"name": "Home", "scopes": ["readings:read"], "expires_at": crate::app::START});
    let refused = app.post("/api/v1/keys", past).by(&ada).problem(422, "invalid-request");
    assert_eq!(refused.violations(), [("/expires_at".to_owned(), "not-in-the-future".to_owned())]);
    let (key, id) = key(&app, &ada, &scopes_of(Holder::Key));
    app.post("/api/v1/keys", wish.clone()).bearer(&key).problem(403, "forbidden");
    app.delete(&with_path(&id)).bearer(&key).problem(403, "forbidden");
    app.advance(601);
    app.post("/api/v1/keys", wish).by(&ada).problem(403, "step-up-required");
    app.get("/api/v1/keys").by(&ada).status(200);
}

#[test]
fn fifty_keys_may_live_at_a_time() {
    let app = App::new();
    let ada = app.verified("ada@example.com");
    let short =
        json!({"name": "Short", "scopes": ["readings:read"], "expires_at": "2026-03-01T07:01:00.000Z"});
    app.post("/api/v1/keys", short).by(&ada).status(201);
    let ids: Vec<String> = (0..49).map(|_| key(&app, &ada, &["readings:read"]).1).collect();
    let wish = json!({"name": "Home", "scopes": ["readings:read"]});
    app.post("/api/v1/keys", wish.clone()).by(&ada).problem(409, "conflict");
    app.advance(60);
    app.post("/api/v1/keys", wish.clone()).by(&ada).status(201);
    app.post("/api/v1/keys", wish.clone()).by(&ada).problem(409, "conflict");
    app.delete(&with_path(&ids[0])).by(&ada).status(204);
    app.post("/api/v1/keys", wish).by(&ada).status(201);
}

#[test]
fn what_only_looks_like_a_key_is_refused_without_asking_anybody() {
    let app = App::new();
    let ada = app.verified("ada@example.com");
    let (key, _) = key(&app, &ada, &["profile:read"]);
    let mut mistyped = key.clone().into_bytes();
    mistyped.swap(12, 13);
    let mistyped = String::from_utf8(mistyped).unwrap();
    let live = key.replacen("wos_test_", "wos_live_", 1);
    for text in [mistyped.as_str(), live.as_str(), "wos_", &key[..40], &format!("{key}A"), "wos_admin_test_"]
    {
        let refused = app.get("/api/v1/auth/me").bearer(text);
        break_database(&app);
        app.cache.fail_always(Moment::Before, PortError::Unavailable("gone".into()));
        let refused = refused.problem(401, "unauthenticated");
        app.database.heal();
        app.cache.heal();
        assert_eq!(refused.calls, [0; 4], "{text}");
        assert!(!refused.log.contains(text), "the log repeats a credential");
    }
}

#[test]
fn unknown_keys_cost_the_database_little() {
    let app = App::new();
    let random = SeededRandom::new(99);
    let unknown = || make(Kind::User, Environment::Development, &random);
    let first = unknown();
    let ask = |key: &str, network: &str| {
        app.get("/api/v1/auth/me").bearer(key).header("cf-connecting-ip", network).send().status
    };
    assert_eq!(ask(&first, "192.0.2.1"), 401);
    break_database(&app);
    assert_eq!(ask(&first, "192.0.2.1"), 401, "an unknown key is remembered");
    assert_eq!(ask(&unknown(), "192.0.2.1"), 503);
    app.database.heal();
    for _ in 0..19 {
        assert_eq!(ask(&unknown(), "192.0.2.1"), 401);
    }
    break_database(&app);
    let tired = app.get("/api/v1/auth/me").bearer(&unknown()).header("cf-connecting-ip", "192.0.2.1");
    let tired = tired.problem(429, "quota-exceeded");
    assert_eq!(tired.header("retry-after"), Some("60"));
    app.database.heal();
    assert_eq!(ask(&unknown(), "192.0.2.2"), 401);
    app.advance(60);
    assert_eq!(ask(&unknown(), "192.0.2.1"), 401);
}

#[test]
fn a_key_that_was_read_once_is_believed_without_the_database() {
    let mut app = App::new();
    let ada = app.verified("ada@example.com");
    let (key, id) = key(&app, &ada, &["profile:read", "engines:calculate"]);
    app.get("/api/v1/auth/me").bearer(&key).status(200);
    break_database(&app);
    let input = json!({"birth_date": "1990-04-12"});
    let ask =
        |app: &App| app.post("/api/v1/engines/biorhythm/calculate", input.clone()).bearer(&key).send().status;
    assert_eq!(ask(&app), 200, "by the isolate's memory");
    app.isolate = Isolate::default();
    assert_eq!(ask(&app), 200, "by the cache");
    app.advance(15 * 60);
    assert_eq!(ask(&app), 503, "for a quarter of an hour");
    app.database.heal();
    assert_eq!(ask(&app), 200);
    let kept = app.rows("SELECT hash FROM api_keys");
    let kept = kept[0]["hash"].as_str().unwrap();
    let cached = block_on(Cache::get(app.cache.inner(), &format!("key:{kept}")));
    let cached = cached.unwrap().unwrap();
    assert!(cached.contains(&id) && !cached.contains(&key) && !cached.contains("example.com"), "{cached}");
}

#[test]
fn a_revoked_key_is_refused_at_once_here_and_within_five_seconds_elsewhere() {
    let mut app = App::new();
    let ada = app.verified("ada@example.com");
    let (gone, id) = key(&app, &ada, &["profile:read"]);
    let (other, _) = key(&app, &ada, &["profile:read"]);
    let me = |app: &App, key: &str| app.get("/api/v1/auth/me").bearer(key).send().status;
    assert_eq!((me(&app, &gone), me(&app, &other)), (200, 200));
    let elsewhere = std::mem::take(&mut app.isolate);
    assert_eq!(me(&app, &gone), 200);
    app.delete(&with_path(&id)).by(&ada).status(204);
    assert_eq!((me(&app, &gone), me(&app, &other)), (401, 200));
    app.isolate = elsewhere;
    app.advance(5);
    assert_eq!((me(&app, &gone), me(&app, &other)), (401, 200));
    app.delete(&with_path(&id)).by(&ada).problem(404, "not-found");
    app.get(&with_path(&id)).by(&ada).problem(404, "not-found");
    app.get("/api/v1/auth/me").by(&ada).status(200);
    let events = app.rows("SELECT seq, type FROM events WHERE subject_type = 'api_key' ORDER BY seq");
    let types: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["api_key.created", "api_key.created", "api_key.revoked"]);
}

#[test]
fn a_replica_that_lags_behind_a_revocation_is_not_believed() {
    let mut app = App::new();
    let ada = app.verified("ada@example.com");
    let (key, id) = key(&app, &ada, &["profile:read"]);
    let elsewhere = std::mem::take(&mut app.isolate);
    app.delete(&with_path(&id)).by(&ada).status(204);
    app.rows("UPDATE users SET epoch = epoch - 1");
    app.rows("UPDATE api_keys SET deleted_at = NULL");
    app.isolate = elsewhere;
    let late = app.get("/api/v1/auth/me").bearer(&key).problem(503, "dependency-unavailable");
    assert_eq!(late.header("retry-after"), Some("1"));
}

#[test]
fn a_key_ends_with_its_expiry() {
    let app = App::new();
    let ada = app.verified("ada@example.com");
    let wish = json!({"name": "Short", "scopes": ["profile:read"], "expires_at": "2026-03-01T07:05:00.000Z"});
    let (key, _) = made(&app.post("/api/v1/keys", wish).by(&ada).status(201).body);
    app.advance(299);
    app.get("/api/v1/auth/me").bearer(&key).status(200);
    app.advance(1);
    app.get("/api/v1/auth/me").bearer(&key).problem(401, "unauthenticated");
    assert_eq!(app.get("/api/v1/keys").by(&ada).status(200).body["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_rotated_key_works_beside_its_successor_for_the_overlap() {
    let app = App::new();
    let ada = app.verified("ada@example.com");
    let (old, id) = key(&app, &ada, &["profile:read"]);
    let me = |key: &str| app.get("/api/v1/auth/me").bearer(key).send().status;
    assert_eq!(me(&old), 200);
    let rotate = |id: &str, hours: u32| {
        app.post(&format!("/api/v1/keys/{id}/rotate"), json!({"overlap_hours": hours})).by(&ada)
    };
    let (new, successor) = made(&rotate(&id, 1).status(201).body);
    assert_eq!((me(&old), me(&new)), (200, 200));
    let kept = app.get(&with_path(&id)).by(&ada).status(200).body;
    assert_eq!(
        (&kept["rotated_to"], &kept["expires_at"]),
        (&json!(successor), &json!("2026-03-01T08:00:00.000Z"))
    );
    rotate(&id, 1).problem(409, "conflict");
    app.advance(3_600);
    assert_eq!((me(&old), me(&new)), (401, 200));
    let ada = app.log_in("ada@example.com");
    let body = json!({"overlap_hours": 0});
    let (newest, _) =
        made(&app.post(&format!("/api/v1/keys/{successor}/rotate"), body).by(&ada).status(201).body);
    assert_eq!((me(&new), me(&newest)), (401, 200));
    let kinds =
        app.rows("SELECT kind, count(*) AS n FROM audit_records WHERE kind LIKE 'api_key.%' GROUP BY kind");
    assert_eq!(
        kinds,
        [json!({"kind": "api_key.created", "n": 3}), json!({"kind": "api_key.rotated", "n": 2})]
    );
}

#[test]
fn a_change_of_a_key_holds_at_once() {
    let app = App::new();
    let ada = app.verified("ada@example.com");
    let (text, id) = key(&app, &ada, &["profile:read", "readings:read"]);
    app.get("/api/v1/readings").bearer(&text).status(200);
    let tag = app.get(&with_path(&id)).by(&ada).status(200).header("etag").unwrap().to_owned();
    let change = |body: Value| app.patch(&with_path(&id), body).by(&ada);
    let changed = change(json!({"scopes": ["profile:read"], "name": "Less", "quota_hour": 7})).status(200);
    assert_eq!((&changed.body["scopes"], &changed.body["version"]), (&json!(["profile:read"]), &json!(2)));
    assert_eq!(app.get(&with_path(&id)).by(&ada).status(200).body, changed.body);
    app.get("/api/v1/readings").bearer(&text).problem(403, "forbidden");
    let cleared = change(json!({"quota_hour": null, "expires_at": "2026-03-01T07:00:01.000Z"})).status(200);
    assert_eq!((&cleared.body["quota_hour"], &cleared.body["name"]), (&Value::Null, &json!("Less")));
    change(json!({"name": "Late"})).header("if-match", tag).problem(412, "precondition-failed");
    change(json!({"scopes": ["keys:read"]})).problem(422, "invalid-request");
    app.advance(1);
    app.get("/api/v1/auth/me").bearer(&text).problem(401, "unauthenticated");
    let records =
        app.rows("SELECT personal FROM audit_records WHERE kind = 'api_key.updated' ORDER BY rowid");
    let first: Value = serde_json::from_str(records[0]["personal"].as_str().unwrap()).unwrap();
    assert_eq!((&first["before"]["name"], &first["after"]["name"]), (&json!("Home"), &json!("Less")));
}

#[test]
fn a_key_has_its_own_share_of_its_accounts_quota() {
    let app = App::with(&[]);
    let ada = app.verified("ada@example.com");
    let wish = json!({"name": "Slow", "scopes": ["profile:read"], "quota_minute": 3});
    let (key, _) = made(&app.post("/api/v1/keys", wish).by(&ada).status(201).body);
    let statuses: Vec<u16> = (0..5).map(|_| app.get("/api/v1/auth/me").bearer(&key).send().status).collect();
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
    app.get("/api/v1/auth/me").by(&ada).status(200);
}

#[test]
fn keys_of_others_are_not_there() {
    let app = App::new();
    let (ada, bob) = (app.verified("ada@example.com"), app.verified("bob@example.com"));
    let (text, id) = key(&app, &ada, &["profile:read"]);
    app.get(&with_path(&id)).by(&bob).problem(404, "not-found");
    app.patch(&with_path(&id), json!({"name": "Mine"})).by(&bob).problem(404, "not-found");
    app.delete(&with_path(&id)).by(&bob).problem(404, "not-found");
    app.post(&format!("/api/v1/keys/{id}/rotate"), json!({})).by(&bob).problem(404, "not-found");
    assert_eq!(app.get("/api/v1/keys").by(&bob).status(200).body["items"], json!([]));
    app.get("/api/v1/auth/me").bearer(&text).status(200);
}

#[test]
fn the_last_use_of_a_key_is_noted_to_within_five_minutes() {
    let app = App::new();
    let ada = app.verified("ada@example.com");
    let (text, id) = key(&app, &ada, &["profile:read"]);
    let used = || {
        app.get("/api/v1/auth/me").bearer(&text).status(200);
        app.get(&with_path(&id)).by(&ada).status(200).body["last_used_at"].clone()
    };
    assert_eq!(app.get(&with_path(&id)).by(&ada).status(200).body["last_used_at"], Value::Null);
    assert_eq!(used(), json!("2026-03-01T07:00:00.000Z"));
    app.advance(299);
    assert_eq!(used(), json!("2026-03-01T07:00:00.000Z"));
    app.advance(1);
    assert_eq!(used(), json!("2026-03-01T07:05:00.000Z"));
}
