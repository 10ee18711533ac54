//! Sessions: refreshed, listed, ended, proved anew; and what was last used.

use serde_json::{Value, json};
use witness::host::Moment;
use witness::ports::{DatabaseError, DatabaseFault};

use crate::app::{Account, App, PASSWORD};

fn refresh(app: &App, token: &str) -> crate::app::Reply {
    app.post("/api/v1/auth/refresh", json!({"refresh_token": token})).send()
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn two_tabs_that_refresh_at_once_and_a_lost_answer_get_the_same_successor() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let answers: Vec<String> = (0..5)
        .map(|_| refresh(&app, &ada.refresh_token).body["refresh_token"].as_str().unwrap().to_owned())
        .collect();
    assert!(answers.iter().all(|token| *token == answers[0]));
    // The database failed after the rotation was written: the answer was lost, and the client asks again.
    let lost = DatabaseError::new(DatabaseFault::Unavailable, "Network connection lost.");
    app.database.fail_next(Moment::After, lost);
    assert_eq!(refresh(&app, &answers[0]).status, 503);
    let again = refresh(&app, &answers[0]);
    assert_eq!(again.status, 200, "{}", again.body);
    let generations = app.rows("SELECT generation FROM sessions");
    assert_eq!(generations, [json!({"generation": 3})]);
    let seqs = app.rows("SELECT seq FROM events ORDER BY seq");
    assert!(seqs.iter().enumerate().all(|(at, row)| row["seq"] == json!(at + 1)), "{seqs:?}");
}

#[test]
fn a_session_lives_half_a_year_at_most() {
    let app = App::new();
    let mut token = app.account("ada@example.com").refresh_token;
    for day in (25..180).step_by(25) {
        app.advance(25 * 86_400);
        let pair = refresh(&app, &token);
        assert_eq!(pair.status, 200, "day {day}");
        let left = (180 - day).min(30) * 86_400;
        assert_eq!(pair.body["refresh_expires_in"], json!(left), "day {day}");
        token = pair.body["refresh_token"].as_str().unwrap().to_owned();
    }
    app.advance(5 * 86_400);
    assert_eq!(refresh(&app, &token).status, 401);
}

#[test]
fn sessions_are_listed_page_by_page_and_ended_ones_are_not() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let bob = app.account("bob@example.com");
    let mut made = vec![ada.session_id.clone()];
    for second in 1..5 {
        app.advance(second);
        made.push(app.log_in("ada@example.com").session_id);
    }
    made.reverse();
    let all = app.get("/api/v1/auth/sessions").by(&ada).status(200);
    assert_eq!(ids(&all.body), made);
    let current: Vec<bool> =
        all.body["items"].as_array().unwrap().iter().map(|item| item["current"] == json!(true)).collect();
    assert_eq!(current, [false, false, false, false, true]);

    let first = app.get("/api/v1/auth/sessions?limit=2").by(&ada).status(200);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("/api/v1/auth/sessions?limit=2&cursor={cursor}")).by(&ada).status(200);
    assert_eq!([ids(&first.body), ids(&second.body)].concat(), made[..4]);
    app.get(&format!("/api/v1/auth/sessions?cursor={cursor}")).by(&bob).problem(422, "cursor-invalid");

    app.delete(&format!("/api/v1/auth/sessions/{}", made[1])).by(&ada).status(204);
    app.delete(&format!("/api/v1/auth/sessions/{}", made[1])).by(&ada).problem(404, "not-found");
    app.delete(&format!("/api/v1/auth/sessions/{}", bob.session_id)).by(&ada).problem(404, "not-found");
    made.remove(1);
    assert_eq!(ids(&app.get("/api/v1/auth/sessions").by(&ada).status(200).body), made);
    app.get("/api/v1/auth/me").by(&bob).status(200);
}

#[test]
fn device_and_place_are_told_as_the_sign_in_told_them() {
    let app = App::new();
    app.account("ada@example.com");
    app.advance(1);
    let login = app
        .post("/api/v1/auth/login", json!({"email": "ada@example.com", "password": PASSWORD}))
        .header("user-agent", "Lantern/2.1")
        .header("cf-ipcountry", "DE")
        .status(200);
    let token = format!("Bearer {}", login.body["access_token"].as_str().unwrap());
    let list = app.get("/api/v1/auth/sessions").header("authorization", token).status(200);
    let newest = &list.body["items"][0];
    assert_eq!((&newest["device"], &newest["place"]), (&json!("Lantern/2.1"), &json!("DE")));
    assert_eq!((&newest["methods"], &newest["client_id"]), (&json!("pwd"), &Value::Null));
}

#[test]
fn all_other_sessions_end_at_once_and_this_one_on_request() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let others = [app.log_in("ada@example.com"), app.log_in("ada@example.com")];
    let bob = app.account("bob@example.com");
    app.get("/api/v1/auth/me").by(&others[0]).status(200);
    app.delete("/api/v1/auth/sessions").by(&ada).status(204);
    for other in &others {
        app.get("/api/v1/auth/me").by(other).problem(401, "unauthenticated");
        assert_eq!(refresh(&app, &other.refresh_token).status, 401);
    }
    app.get("/api/v1/auth/me").by(&ada).status(200);
    app.delete("/api/v1/auth/sessions?current=true").by(&ada).status(204);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    app.get("/api/v1/auth/me").by(&bob).status(200);
    let events = app.rows("SELECT after FROM events WHERE type = 'session.all_ended' ORDER BY seq");
    assert_eq!(events.len(), 2);
    let records = app.rows("SELECT kind, outcome FROM audit_records WHERE kind = 'session.all_ended'");
    assert_eq!(records.len(), 2);
}

#[test]
fn an_ended_session_is_refused_at_once_here_and_within_five_seconds_elsewhere() {
    let mut app = App::new();
    let (ada, kept) = (app.account("ada@example.com"), app.log_in("ada@example.com"));
    app.rows("UPDATE users SET tier = 'enterprise'");
    let ada = renewed(&app, &ada);
    app.get("/api/v1/auth/me").by(&ada).status(200);
    let elsewhere = std::mem::take(&mut app.isolate);
    app.delete(&format!("/api/v1/auth/sessions/{}", ada.session_id)).by(&kept).status(204);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    app.isolate = elsewhere;
    // A sensitive operation asks the object, whatever lease there is.
    app.delete("/api/v1/auth/sessions").by(&ada).problem(401, "unauthenticated");
    app.advance(5);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
}

/// The session with an access token of now.
fn renewed(app: &App, account: &Account) -> Account {
    let pair = refresh(app, &account.refresh_token);
    let text = |name: &str| pair.body[name].as_str().unwrap().to_owned();
    Account {
        token: text("access_token"),
        refresh_token: text("refresh_token"),
        user_id: account.user_id.clone(),
        session_id: account.session_id.clone(),
    }
}

#[test]
fn a_token_of_before_a_change_is_confirmed_once_and_not_on_every_call() {
    let mut app = App::new();
    let (ada, gone) = (app.account("ada@example.com"), app.log_in("ada@example.com"));
    app.delete(&format!("/api/v1/auth/sessions/{}", gone.session_id)).by(&ada).status(204);
    // Confirming reads the session's row. From then on neither this isolate nor another has to.
    app.get("/api/v1/auth/me").by(&ada).status(200);
    app.rows("UPDATE sessions SET revoked_at = 1");
    app.get("/api/v1/auth/me").by(&ada).status(200);
    app.isolate = witness::context::Isolate::default();
    app.get("/api/v1/auth/me").by(&ada).status(200);
    // The next epoch is another question.
    app.rows("UPDATE users SET epoch = epoch + 1");
    app.rows("UPDATE sessions SET revoked_at = NULL");
    app.delete(&format!("/api/v1/auth/sessions/{}", ada.session_id)).by(&ada).status(204);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    app.isolate = witness::context::Isolate::default();
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
}

#[test]
fn a_replica_that_lags_behind_is_not_believed() {
    let app = App::new();
    let (ada, gone) = (app.account("ada@example.com"), app.log_in("ada@example.com"));
    app.delete(&format!("/api/v1/auth/sessions/{}", gone.session_id)).by(&ada).status(204);
    app.rows("UPDATE users SET epoch = 0");
    let reply = app.get("/api/v1/auth/me").by(&ada).problem(503, "dependency-unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
    app.rows("UPDATE users SET epoch = 1");
    app.get("/api/v1/auth/me").by(&ada).status(200);
}

#[test]
fn a_suspended_account_is_refused_and_served_again_when_that_ends() {
    let app = App::new();
    let (ada, gone) = (app.account("ada@example.com"), app.log_in("ada@example.com"));
    app.rows("UPDATE users SET status = 'suspended'");
    app.delete(&format!("/api/v1/auth/sessions/{}", gone.session_id)).by(&ada).status(204);
    app.get("/api/v1/auth/me").by(&ada).problem(403, "account-suspended");
    assert_eq!(refresh(&app, &ada.refresh_token).status, 401);
}

#[test]
fn a_session_proves_itself_anew_by_password() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.advance(11 * 60);
    let step_up =
        |password: &str| app.post("/api/v1/auth/step-up", json!({"password": password})).by(&ada).send();
    assert_eq!(step_up("wrong password").body["code"], "invalid-credentials");
    app.advance(1);
    let proved = step_up(PASSWORD);
    assert_eq!(proved.status, 200, "{}", proved.body);
    let claims = |token: &str| -> Value {
        let part = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&witness::kernel::crypto::from_base64url(part).unwrap()).unwrap()
    };
    let (before, after) = (claims(&ada.token), claims(proved.body["access_token"].as_str().unwrap()));
    assert_eq!(after["auth_time"].as_i64().unwrap() - before["auth_time"].as_i64().unwrap(), 11 * 60 + 1);
    assert_eq!((&after["sid"], &after["amr"]), (&before["sid"], &json!(["pwd"])));
    let kinds =
        app.rows("SELECT kind, outcome FROM audit_records WHERE kind <> 'user.registered' ORDER BY id");
    let kinds: Vec<&str> = kinds.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["session.created", "user.proof_refused", "session.stepped_up"]);
    assert!(!proved.log.contains(PASSWORD));
}

#[test]
fn activity_is_noted_once_in_five_minutes() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let seen = |app: &App| app.get("/api/v1/user/activity").by(&ada).status(200).body;
    let at = |text: &str| json!(format!("2026-03-01T07:{text}.000Z"));
    // What a call leaves is seen by the next one.
    assert_eq!(seen(&app)["last_activity_at"], Value::Null);
    assert_eq!(seen(&app)["last_activity_at"], at("00:00"));
    app.advance(4 * 60);
    seen(&app);
    assert_eq!(seen(&app)["last_activity_at"], at("00:00"), "not every call is written");
    app.advance(60);
    seen(&app);
    let activity = seen(&app);
    assert_eq!(activity["last_activity_at"], at("05:00"));
    assert_eq!(activity["sessions"][0]["last_seen_at"], at("05:00"));
    assert_eq!(
        (&activity["sessions"][0]["id"], &activity["sessions"][0]["current"]),
        (&json!(ada.session_id), &json!(true))
    );
    assert_eq!(app.rows("SELECT count(*) AS n FROM events WHERE type LIKE '%activ%'")[0]["n"], 0);
    // A call that fails to be noted is answered all the same.
    app.advance(300);
    let busy = DatabaseError::new(DatabaseFault::Busy, "database is locked");
    app.database.fail_nth(2, Moment::Before, busy);
    app.get("/api/v1/auth/me").by(&ada).status(200);
}

#[test]
fn public_keys_are_served_while_a_private_one_signs() {
    let app = App::new();
    assert_eq!(app.get("/.well-known/jwks.json").status(200).body, json!({"keys": []}));
    let private = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v_VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";
    let previous = witness::kernel::crypto::base64url(&[4; 32]);
    let app = App::with(&[("JWT_PRIVATE_KEY", private), ("JWT_PUBLIC_KEY_PREVIOUS", &previous)]);
    let set = app.get("/.well-known/jwks.json").status(200);
    assert_eq!(set.header("cache-control"), Some("public, max-age=300"));
    // RFC 8037, appendix A.2 and A.3.
    assert_eq!(
        set.body["keys"][0],
        json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        })
    );
    assert_eq!(set.body["keys"][1]["x"], json!(previous));
}
