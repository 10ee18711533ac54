//! Accounts: addresses that are confirmed and changed, passwords that are reset and changed.

use serde_json::{Value, json};
use witness::host::Moment;
use witness::ports::{DatabaseError, DatabaseFault};

use crate::app::{App, PASSWORD, Reply};
use crate::mail::{kinds, letter, letters};

const ANOTHER: &str = "another horse battery";

fn post(app: &App, path: &str, body: Value) -> Reply {
    app.post(&format!("/api/v1/auth/{path}"), body).send()
}

/// What two callers can tell two answers apart by, and what they cost.
fn face(app: &App, path: &str, body: Value, network: &str) -> (u16, Option<String>, [u32; 4], u64) {
    let before = app.isolate.passwords.runs();
    let reply = app.post(&format!("/api/v1/auth/{path}"), body).header("cf-connecting-ip", network).send();
    (reply.status, reply.text, reply.calls, app.isolate.passwords.runs() - before)
}

fn me(app: &App, email: &str, password: &str) -> u16 {
    post(app, "login", json!({"email": email, "password": password})).status
}

#[test]
fn an_address_is_confirmed_once_by_the_token_of_its_mail() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    assert_eq!(app.get("/api/v1/auth/me").by(&ada).status(200).body["email_verified"], false);
    let token = letter(&app, "welcome", "ada@example.com").token();
    assert_eq!(post(&app, "verify-email", json!({"token": token})).status, 204);
    assert_eq!(app.get("/api/v1/auth/me").by(&ada).status(200).body["email_verified"], true);
    app.post("/api/v1/auth/verify-email", json!({"token": token})).problem(422, "token-invalid");
    let events = app.rows("SELECT type FROM events WHERE type = 'user.email_verified'");
    assert_eq!(events.len(), 1);
    assert_eq!(app.rows("SELECT 1 AS n FROM audit_records WHERE kind = 'user.email_verified'").len(), 1);
}

#[test]
fn a_token_is_good_for_its_time_and_its_purpose_alone() {
    let app = App::new();
    app.account("ada@example.com");
    let token = letter(&app, "welcome", "ada@example.com").token();
    let refuse = |path: &str, body: Value| {
        let reply = app.post(&format!("/api/v1/auth/{path}"), body).problem(422, "token-invalid");
        reply.calls[0]
    };
    assert!(refuse("reset-password", json!({"token": token, "password": ANOTHER})) > 0);
    assert!(refuse("change-email/confirm", json!({"token": token})) > 0);
    for broken in ["x", "AAAA", &token[1..], &format!("{token}A")] {
        assert_eq!(refuse("verify-email", json!({"token": broken})), 0, "what is no token costs nothing");
    }
    app.advance(24 * 3_600);
    refuse("verify-email", json!({"token": token}));
    assert_eq!(app.rows("SELECT email_verified_at FROM users")[0]["email_verified_at"], Value::Null);
}

#[test]
fn registering_a_known_address_tells_its_owner_and_looks_the_same() {
    let app = App::new();
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    let new = face(&app, "register", body.clone(), "192.0.2.1");
    let known = face(&app, "register", body, "192.0.2.2");
    assert_eq!(new, known);
    assert_eq!((new.0, new.3), (202, 1));
    assert_eq!(kinds(&app), ["welcome", "known_address"]);
    post(&app, "register", json!({"email": "Ada@example.com", "password": PASSWORD}));
    assert_eq!(kinds(&app).len(), 2, "told once an hour");
    app.advance(3_601);
    post(&app, "register", json!({"email": "Ada@example.com", "password": PASSWORD}));
    assert_eq!(kinds(&app).len(), 3);
}

#[test]
fn asking_for_mail_looks_the_same_for_every_address_and_is_limited() {
    let app = App::new();
    app.account("ada@example.com");
    for (path, kind) in [("forgot-password", "reset"), ("verify-email/resend", "verify")] {
        let known = face(&app, path, json!({"email": "ADA@example.com"}), "192.0.2.1");
        let unknown = face(&app, path, json!({"email": "nobody@example.com"}), "192.0.2.2");
        assert_eq!(known, unknown, "{path}");
        for _ in 0..5 {
            post(&app, path, json!({"email": "ada@example.com"}));
        }
        let sent = letters(&app).into_iter().filter(|letter| letter.kind == kind).collect::<Vec<_>>();
        assert!(
            sent.iter().all(|letter| letter.contents.to == "ada@example.com"),
            "to the address as it is stored"
        );
        // One of registration counts among those that confirm an address.
        assert_eq!(sent.len(), if kind == "verify" { 2 } else { 3 }, "{kind}");
    }
    app.post(
        "/api/v1/auth/verify-email",
        json!({"token": letter(&app, "verify", "ada@example.com").token()}),
    )
    .status(204);
    app.advance(3_601);
    let before = letters(&app).len();
    post(&app, "verify-email/resend", json!({"email": "ada@example.com"}));
    assert_eq!(letters(&app).len(), before, "what is confirmed needs no mail");
}

#[test]
fn a_reset_ends_every_session_confirms_the_address_and_is_good_once() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.get("/api/v1/auth/me").by(&ada).status(200);
    post(&app, "forgot-password", json!({"email": "ada@example.com"}));
    let earlier = letter(&app, "reset", "ada@example.com").token();
    post(&app, "forgot-password", json!({"email": "ada@example.com"}));
    let token = letter(&app, "reset", "ada@example.com").token();
    assert_ne!(earlier, token);
    app.post("/api/v1/auth/reset-password", json!({"token": token, "password": ANOTHER})).status(204);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    app.post("/api/v1/auth/refresh", json!({"refresh_token": ada.refresh_token}))
        .problem(401, "unauthenticated");
    assert_eq!((me(&app, "ada@example.com", PASSWORD), me(&app, "ada@example.com", ANOTHER)), (401, 200));
    assert_ne!(app.rows("SELECT email_verified_at FROM users")[0]["email_verified_at"], Value::Null);
    for used in [token, earlier] {
        let before = app.isolate.passwords.runs();
        app.post("/api/v1/auth/reset-password", json!({"token": used, "password": ANOTHER}))
            .problem(422, "token-invalid");
        assert_eq!(app.isolate.passwords.runs(), before, "a bad token costs no hash");
    }
    letter(&app, "password_changed", "ada@example.com");
    let kinds = app.rows("SELECT type FROM events WHERE type LIKE 'user.password%' ORDER BY seq");
    assert_eq!(kinds.last().unwrap()["type"], "user.password_reset");
}

#[test]
fn a_reset_that_fails_changes_nothing_and_can_be_repeated() {
    let app = App::new();
    app.account("ada@example.com");
    post(&app, "forgot-password", json!({"email": "ada@example.com"}));
    let body = json!({"token": letter(&app, "reset", "ada@example.com").token(), "password": ANOTHER});
    let users = app.rows("SELECT * FROM users");
    app.database.fail_always(Moment::Before, DatabaseError::new(DatabaseFault::Busy, "busy"));
    app.post("/api/v1/auth/reset-password", body.clone()).problem(503, "dependency-unavailable");
    app.database.heal();
    assert_eq!(app.rows("SELECT * FROM users"), users);
    app.post("/api/v1/auth/reset-password", body).status(204);
}

#[test]
fn changing_the_password_needs_the_present_one_and_keeps_this_session_alone() {
    let app = App::new();
    let (ada, elsewhere) = (app.account("ada@example.com"), app.log_in("ada@example.com"));
    post(&app, "forgot-password", json!({"email": "ada@example.com"}));
    let waiting = letter(&app, "reset", "ada@example.com").token();
    let change = |current: &str| {
        let body = json!({"current_password": current, "password": ANOTHER});
        app.post("/api/v1/auth/change-password", body).by(&ada)
    };
    change("a wrong password").problem(401, "invalid-credentials");
    change(PASSWORD).status(204);
    app.get("/api/v1/auth/me").by(&ada).status(200);
    app.get("/api/v1/auth/me").by(&elsewhere).problem(401, "unauthenticated");
    app.post("/api/v1/auth/refresh", json!({"refresh_token": ada.refresh_token})).status(200);
    app.post("/api/v1/auth/reset-password", json!({"token": waiting, "password": PASSWORD}))
        .problem(422, "token-invalid");
    assert_eq!((me(&app, "ada@example.com", PASSWORD), me(&app, "ada@example.com", ANOTHER)), (401, 200));
    letter(&app, "password_changed", "ada@example.com");
}

#[test]
fn a_stolen_session_has_few_guesses_and_they_do_not_slow_another_one_down() {
    let app = App::new();
    let (stolen, own) = (app.account("ada@example.com"), app.log_in("ada@example.com"));
    let guess = |account, password: &str| {
        let body = json!({"current_password": password, "password": ANOTHER});
        app.post("/api/v1/auth/change-password", body).by(account)
    };
    for _ in 0..5 {
        guess(&stolen, "wrong").problem(401, "invalid-credentials");
    }
    guess(&stolen, PASSWORD).problem(429, "too-many-attempts");
    guess(&own, PASSWORD).status(204);
}

#[test]
fn an_address_changes_once_the_new_one_is_confirmed() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let change = |email: &str, password: &str| {
        let body = json!({"email": email, "password": password});
        app.post("/api/v1/auth/change-email", body).by(&ada)
    };
    change("new@example.com", "a wrong password").problem(401, "invalid-credentials");
    change("new@example.com", PASSWORD).status(202);
    letter(&app, "email_change_notice", "ada@example.com");
    assert_eq!(app.get("/api/v1/auth/me").by(&ada).status(200).body["email"], "ada@example.com");
    post(&app, "forgot-password", json!({"email": "ada@example.com"}));
    let old_reset = letter(&app, "reset", "ada@example.com").token();
    let token = letter(&app, "change_email", "new@example.com").token();
    app.post("/api/v1/auth/change-email/confirm", json!({"token": token})).status(204);
    let now = app.get("/api/v1/auth/me").by(&ada).status(200).body;
    assert_eq!((&now["email"], &now["email_verified"]), (&json!("new@example.com"), &json!(true)));
    assert_eq!((me(&app, "ada@example.com", PASSWORD), me(&app, "new@example.com", PASSWORD)), (401, 200));
    app.post("/api/v1/auth/change-email/confirm", json!({"token": token})).problem(422, "token-invalid");
    app.post("/api/v1/auth/reset-password", json!({"token": old_reset, "password": ANOTHER}))
        .problem(422, "token-invalid");
    letter(&app, "email_changed", "ada@example.com");
}

#[test]
fn an_address_that_is_taken_is_not_told_and_cannot_be_taken_over() {
    let app = App::new();
    let (ada, _bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let change = |email: &str| {
        let body = json!({"email": email, "password": PASSWORD});
        app.post("/api/v1/auth/change-email", body).by(&ada).status(202)
    };
    let (free, taken) = (change("free@example.com"), change("bob@example.com"));
    assert_eq!((free.text, free.calls), (taken.text, taken.calls));
    letter(&app, "known_address", "bob@example.com");
    assert!(!letters(&app).iter().any(|l| l.kind == "change_email" && l.contents.to == "bob@example.com"));
    // Somebody registers the address before it is confirmed.
    app.account("free@example.com");
    let token = letter(&app, "change_email", "free@example.com").token();
    app.post("/api/v1/auth/change-email/confirm", json!({"token": token})).problem(422, "token-invalid");
    assert_eq!(app.get("/api/v1/auth/me").by(&ada).status(200).body["email"], "ada@example.com");
}

#[test]
fn a_password_is_hashed_anew_when_its_hash_is_of_before() {
    let app = App::new();
    app.account("ada@example.com");
    let old = argon2_of_before();
    app.rows(&format!("UPDATE users SET password_hash = '{old}' RETURNING id"));
    assert_eq!(me(&app, "ada@example.com", "a wrong password"), 401);
    assert_eq!(app.rows("SELECT password_hash FROM users")[0]["password_hash"], old);
    assert_eq!(me(&app, "ada@example.com", PASSWORD), 200);
    let new = app.rows("SELECT password_hash FROM users")[0]["password_hash"].as_str().unwrap().to_owned();
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    let before = app.isolate.passwords.runs();
    assert_eq!(me(&app, "ada@example.com", PASSWORD), 200);
    assert_eq!(app.isolate.passwords.runs() - before, 1);
}

/// The same password under fewer passes.
fn argon2_of_before() -> String {
    use argon2::password_hash::{PasswordHasher, SaltString};
    let params = argon2::Params::new(8 * 1024, 1, 1, None).unwrap();
    let hasher = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let salt = SaltString::encode_b64(&[9; 16]).unwrap();
    hasher.hash_password(PASSWORD.as_bytes(), &salt).unwrap().to_string()
}

#[test]
fn a_sign_in_from_a_new_device_is_told() {
    let app = App::new();
    app.account("ada@example.com");
    let login = |agent: &str, device: Option<&str>| {
        let mut body = json!({"email": "ada@example.com", "password": PASSWORD});
        if let Some(device) = device {
            body["device_token"] = json!(device);
        }
        let reply = app.post("/api/v1/auth/login", body).header("user-agent", agent).status(200);
        reply.body["device_token"].as_str().unwrap().to_owned()
    };
    let told = || kinds(&app).iter().filter(|kind| *kind == "sign_in").count();
    assert_eq!(told(), 0, "the first sign-in is no news");
    let device = login("Mobile <1>", None);
    assert_eq!(told(), 1);
    assert!(letter(&app, "sign_in", "ada@example.com").contents.text.contains("Mobile <1>"));
    login("Mobile <1>", None);
    login("Another browser", Some(&device));
    assert_eq!(told(), 1, "known by its name and place, or by its token");
}

#[test]
fn long_after_the_last_session_every_device_is_a_new_one() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.get("/api/v1/auth/me").by(&ada).status(200);
    app.advance(121 * 86_400);
    app.upkeep();
    assert_eq!(app.rows("SELECT count(*) AS n FROM sessions")[0]["n"], 0);
    app.log_in("ada@example.com");
    assert!(kinds(&app).iter().any(|kind| kind == "sign_in"));
}
