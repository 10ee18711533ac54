//! Guesses at passwords: slowed down, alike for every address, and never against the owner's own devices.

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::host::Moment;
use witness::identity::attempts::{Command, FREE, FREE_EVERYWHERE, Subject};
use witness::ports::{ObjectClass, Objects, PortError};

use crate::app::{App, Call, PASSWORD};
use crate::mail::letter;
use crate::two_factor;

fn login<'a>(app: &'a App, email: &str, password: &str, network: &str) -> Call<'a> {
    app.post("/api/v1/auth/login", json!({"email": email, "password": password}))
        .header("cf-connecting-ip", network)
}

fn register(app: &App, email: &str) {
    app.post("/api/v1/auth/register", json!({"email": email, "password": PASSWORD})).status(202);
}

/// Forgets all guesses at an address.
pub fn forget(app: &App, email: &str) {
    let name = Subject::SignIn(email).name(app.config.vault.current.bytes());
    let command = serde_json::to_string(&Command::Clear).unwrap();
    block_on(app.objects.inner().call(ObjectClass::Attempts, &name, command)).unwrap();
}

fn without_id(mut body: Value) -> Value {
    body["request_id"] = Value::Null;
    body
}

#[test]
fn known_and_unknown_addresses_cost_the_same_and_are_slowed_down_alike() {
    let app = App::new();
    register(&app, "ada@example.com");
    let mut seen = Vec::new();
    for (email, network) in [("ada@example.com", "192.0.2.1"), ("nobody@example.com", "192.0.2.2")] {
        let mut answers = Vec::new();
        for _ in 0..=FREE {
            let before = app.isolate.passwords.runs();
            let reply = login(&app, email, "a wrong password", network).send();
            let retry = reply.header("retry-after").map(str::to_owned);
            let hashes = app.isolate.passwords.runs() - before;
            answers.push((reply.status, retry, reply.calls, hashes, without_id(reply.body)));
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
    let (last, first) = (seen[0].last().unwrap(), &seen[0][0]);
    assert_eq!((first.0, first.3), (401, 1));
    assert_eq!((last.0, last.1.as_deref(), last.3), (429, Some("2"), 0), "what is too early costs no hash");
    assert_eq!(last.4["code"], "too-many-attempts");
}

#[test]
fn after_the_wait_the_right_password_opens_and_forgets() {
    let app = App::new();
    register(&app, "ada@example.com");
    for _ in 0..FREE {
        login(&app, "ada@example.com", "wrong", "192.0.2.1").problem(401, "invalid-credentials");
    }
    login(&app, "ada@example.com", PASSWORD, "192.0.2.1").problem(429, "too-many-attempts");
    login(&app, "ada@example.com", PASSWORD, "192.0.2.2").status(200);
    app.advance(2);
    login(&app, "ADA@example.com", PASSWORD, "192.0.2.1").status(200);
    for _ in 0..FREE {
        login(&app, "ada@example.com", "wrong", "192.0.2.1").problem(401, "invalid-credentials");
    }
}

#[test]
fn an_attacker_cannot_slow_the_owners_device_down() {
    let app = App::new();
    register(&app, "ada@example.com");
    let first = login(&app, "ada@example.com", PASSWORD, "192.0.2.1").status(200);
    let device = first.body["device_token"].as_str().unwrap().to_owned();
    for n in 0..FREE_EVERYWHERE {
        login(&app, "ada@example.com", "wrong", &format!("198.51.100.{n}"))
            .problem(401, "invalid-credentials");
    }
    login(&app, "ada@example.com", PASSWORD, "203.0.113.1").problem(429, "too-many-attempts");
    let known = |token: &str| {
        let body = json!({"email": "ada@example.com", "password": PASSWORD, "device_token": token});
        app.post("/api/v1/auth/login", body).header("cf-connecting-ip", "203.0.113.1")
    };
    let again = known(&device).status(200);
    assert_eq!(again.body["device_token"], device, "the device stays the one that it was");
    known("forged.token").problem(429, "too-many-attempts");
    register(&app, "eve@example.com");
    let eves = login(&app, "eve@example.com", PASSWORD, "203.0.113.1").status(200);
    known(eves.body["device_token"].as_str().unwrap()).problem(429, "too-many-attempts");
}

#[test]
fn a_password_that_was_reset_by_mail_opens_at_once() {
    let app = App::new();
    register(&app, "ada@example.com");
    for n in 0..FREE_EVERYWHERE {
        login(&app, "ada@example.com", "wrong", &format!("198.51.100.{n}"))
            .problem(401, "invalid-credentials");
    }
    login(&app, "ada@example.com", PASSWORD, "192.0.2.1").problem(429, "too-many-attempts");
    app.post("/api/v1/auth/forgot-password", json!({"email": "ada@example.com"})).status(202);
    let token = letter(&app, "reset", "ada@example.com").token();
    let body = json!({"token": token, "password": "another horse battery"});
    app.post("/api/v1/auth/reset-password", body).status(204);
    login(&app, "ada@example.com", "another horse battery", "192.0.2.1").status(200);
}

#[test]
fn nothing_is_guessed_while_guesses_cannot_be_counted() {
    let app = App::new();
    register(&app, "ada@example.com");
    let before = app.isolate.passwords.runs();
    app.objects.fail_always(Moment::Before, PortError::Unavailable("down".to_owned()));
    login(&app, "ada@example.com", PASSWORD, "192.0.2.1").problem(503, "dependency-unavailable");
    app.objects.heal();
    assert_eq!(app.isolate.passwords.runs(), before);
    login(&app, "ada@example.com", PASSWORD, "192.0.2.1").status(200);
}

#[test]
fn objects_name_neither_the_address_nor_the_network() {
    let app = App::new();
    login(&app, "nobody@example.com", "wrong", "192.0.2.77").problem(401, "invalid-credentials");
    let snapshot = format!("{:?}", app.objects.inner().snapshot());
    assert!(snapshot.contains(&format!("{:?}", ObjectClass::Attempts)));
    let attempts: Vec<&str> = snapshot.split("Attempts").skip(1).collect();
    assert!(
        !attempts.concat().contains("nobody@") && !attempts.concat().contains("192.0.2.77"),
        "{snapshot}"
    );
    app.advance(86_400 + 1);
    app.objects.inner().ring();
    assert!(
        !format!("{:?}", app.objects.inner().snapshot()).contains("Attempts"),
        "a quiet object is forgotten"
    );
}

#[test]
fn refusals_are_recorded_and_the_record_is_capped() {
    let app = App::new();
    register(&app, "ada@example.com");
    for n in 0..30 {
        login(&app, "ada@example.com", "wrong", "192.0.2.1").send();
        app.advance(u64::from(n % 2 == 0));
    }
    let counted = app.rows(
        "SELECT kind, count(*) AS n FROM audit_records WHERE outcome = 'refused' GROUP BY kind ORDER BY kind",
    );
    let kinds: Vec<&str> = counted.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["attempts.delayed", "session.refused"]);
    assert!(counted.iter().all(|row| row["n"].as_i64().unwrap() <= 10), "{counted:?}");
}

#[test]
fn a_right_password_without_its_code_does_not_count_and_frees_no_guesses() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let device = two_factor::enabled(&app, &ada);
    let send = |code: Option<&str>| {
        let mut body = json!({"email": "ada@example.com", "password": PASSWORD});
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        app.post("/api/v1/auth/login", body).header("cf-connecting-ip", "192.0.2.9").send().status
    };
    for _ in 0..10 {
        assert_eq!(send(None), 401);
    }
    for failures in 1..=FREE {
        assert_eq!(send(Some("000000")), 403);
        assert_eq!(send(None), if failures < FREE { 401 } else { 429 });
    }
    assert_eq!(send(Some(&device.backup_codes[0])), 429);
    app.advance(2);
    assert_eq!(send(Some(&device.backup_codes[0])), 200);
}
