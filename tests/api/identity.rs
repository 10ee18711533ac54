//! Accounts, sessions and profiles.

use serde_json::{Value, json};

use crate::app::{App, PASSWORD};

#[test]
fn a_known_address_gets_the_same_answer_and_stays_as_it_is() {
    let app = App::new();
    let registration = |password: &str, email: &str, address: &str| {
        app.post("/api/v1/auth/register", json!({"email": email, "password": password}))
            .header("cf-connecting-ip", address)
            .status(202)
    };
    let first = registration(PASSWORD, "ada@example.com", "192.0.2.1");
    let users = app.rows("SELECT * FROM users");
    let second = registration("another password", "ADA@example.com", "192.0.2.2");
    assert_eq!((first.text, first.calls), (second.text, second.calls));
    assert_eq!(app.rows("SELECT * FROM users"), users);
    assert_eq!(app.rows("SELECT count(*) AS n FROM events")[0]["n"], 1);
    app.log_in("ada@example.com");
    app.post("/api/v1/auth/login", json!({"email": "ada@example.com", "password": "another password"}))
        .problem(401, "invalid-credentials");
}

#[test]
fn a_wrong_password_and_an_unknown_address_look_alike() {
    let app = App::new();
    app.account("ada@example.com");
    let login = |email: &str, address: &str| {
        app.post("/api/v1/auth/login", json!({"email": email, "password": "wrong password"}))
            .header("cf-connecting-ip", address)
            .problem(401, "invalid-credentials")
    };
    let (known, unknown) = (login("ada@example.com", "192.0.2.1"), login("bob@example.com", "192.0.2.2"));
    let without_id = |mut body: Value| {
        body["request_id"] = Value::Null;
        body
    };
    assert_eq!(without_id(known.body), without_id(unknown.body));
    assert_eq!(known.calls, unknown.calls);
}

#[test]
fn passwords_are_stored_only_as_hashes_and_logged_nowhere() {
    let app = App::new();
    let reply = app
        .post("/api/v1/auth/register", json!({"email": "ada@example.com", "password": PASSWORD}))
        .status(202);
    for table in ["users", "profiles", "sessions", "events", "idempotency_keys"] {
        let rows = serde_json::to_string(&app.rows(&format!("SELECT * FROM {table}"))).unwrap();
        assert!(!rows.contains(PASSWORD), "{table}");
    }
    assert!(
        !app.rows("SELECT group_concat(after) AS text FROM events")[0]["text"].to_string().contains("argon2")
    );
    assert!(!reply.log.contains(PASSWORD) && !reply.log.contains("ada@example.com"));
}

#[test]
fn an_access_token_ends_after_fifteen_minutes() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let me = app.get("/api/v1/auth/me").by(&ada).status(200);
    assert_eq!((&me.body["email"], &me.body["tier"]), (&json!("ada@example.com"), &json!("free")));
    app.advance(14 * 60);
    app.get("/api/v1/auth/me").by(&ada).status(200);
    app.advance(2 * 60);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
}

#[test]
fn a_refresh_token_is_good_once_and_its_late_second_use_ends_the_session() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let refresh = |token: &str| app.post("/api/v1/auth/refresh", json!({"refresh_token": token}));
    let second = refresh(&ada.refresh_token).status(200);
    let second_token = second.body["refresh_token"].as_str().unwrap();
    assert_ne!(second_token, ada.refresh_token);
    assert_eq!(second.body["session_id"], json!(ada.session_id));
    app.advance(30);
    let again = refresh(&ada.refresh_token).status(200);
    assert_eq!(again.body["refresh_token"], second_token, "the answer was lost, or two tabs asked");
    app.advance(1);
    refresh(&ada.refresh_token).problem(401, "unauthenticated");
    refresh(second_token).problem(401, "unauthenticated");
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    let types = app.rows("SELECT type FROM events WHERE subject_type = 'session' ORDER BY seq");
    assert_eq!(
        types,
        [
            json!({"type": "session.created"}),
            json!({"type": "session.refreshed"}),
            json!({"type": "session.ended"})
        ]
    );
    let records =
        app.rows("SELECT kind, user_id FROM audit_records WHERE kind LIKE 'session.%' ORDER BY rowid");
    let kinds: Vec<&str> = records.iter().map(|record| record["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["session.created", "session.reuse_detected"]);
}

#[test]
fn a_forged_refresh_token_is_refused_without_asking_and_ends_nothing() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let refresh = |token: &str| app.post("/api/v1/auth/refresh", json!({"refresh_token": token}));
    let forged = format!("{}.1.{}", ada.session_id, "A".repeat(43));
    let refused = refresh(&forged).problem(401, "unauthenticated");
    assert_eq!(refused.calls[0], 0, "the database is not asked");
    refresh(&ada.refresh_token).status(200);
}

#[test]
fn a_session_ends_thirty_days_after_its_last_refresh() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.advance(29 * 86_400);
    let second = app.post("/api/v1/auth/refresh", json!({"refresh_token": ada.refresh_token})).status(200);
    app.advance(30 * 86_400);
    app.post("/api/v1/auth/refresh", json!({"refresh_token": second.body["refresh_token"]}))
        .problem(401, "unauthenticated");
}

#[test]
fn logging_out_ends_both_tokens_at_once_and_other_sessions_stay() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let other = app.log_in("ada@example.com");
    app.call("POST", "/api/v1/auth/logout").by(&ada).status(204);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    app.post("/api/v1/auth/refresh", json!({"refresh_token": ada.refresh_token}))
        .problem(401, "unauthenticated");
    app.get("/api/v1/auth/me").by(&other).status(200);
    app.advance(14 * 60);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
}

#[test]
fn another_isolate_refuses_an_ended_session_within_five_seconds() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    app.get("/api/v1/auth/me").by(&ada).status(200);
    let elsewhere = std::mem::take(&mut app.isolate);
    app.call("POST", "/api/v1/auth/logout").by(&ada).status(204);
    app.isolate = elsewhere;
    app.advance(5);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
}

#[test]
fn a_profile_takes_birth_data_piece_by_piece() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let empty = app.get("/api/v1/user/profile").by(&ada).status(200);
    assert_eq!((&empty.body["full_name"], &empty.body["time_zone"]), (&Value::Null, &json!("UTC")));
    let full = json!({
        "full_name": "Ada Example", "birth_date": "1990-04-12", "birth_time": "07:45",
        "birth_time_zone": "Europe/Berlin", "birth_latitude": 52.52, "birth_longitude": 13.405, "time_zone": "Europe/Berlin",
    });
    let filled = app.put("/api/user/profile/update", full.clone()).by(&ada).status(200);
    for (name, value) in full.as_object().unwrap() {
        assert_eq!(&filled.body[name], value, "{name}");
    }
    let tag = filled.header("etag").unwrap().to_owned();
    let cleared = app
        .put("/api/v1/user/profile/update", json!({"birth_time": null}))
        .by(&ada)
        .header("if-match", tag.clone())
        .status(200);
    assert_eq!(
        (&cleared.body["birth_time"], &cleared.body["birth_date"]),
        (&Value::Null, &json!("1990-04-12"))
    );
    app.put("/api/v1/user/profile/update", json!({"birth_time": "08:00"}))
        .by(&ada)
        .header("if-match", tag)
        .problem(412, "precondition-failed");
    let broken = app
        .put(
            "/api/v1/user/profile/update",
            json!({"birth_date": "1990-02-30", "time_zone": null, "shoe_size": 1}),
        )
        .by(&ada)
        .problem(422, "invalid-request");
    let pointers: Vec<String> = broken.violations().into_iter().map(|(pointer, _)| pointer).collect();
    for pointer in ["/birth_date", "/time_zone", "/shoe_size"] {
        assert!(pointers.iter().any(|found| found == pointer), "{pointer} in {pointers:?}");
    }
}
