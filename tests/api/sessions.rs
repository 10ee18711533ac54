//! Sessions: refreshed, listed, ended, proved anew; and what was last used.

use proptest::prelude::*;
use serde_json::{Value, json};
use witness::host::Moment;
use witness::identity::refresh::{Decision, Family, decide};
use witness::ports::{Clock, DatabaseError, DatabaseFault};

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever tokens of a family are presented in whatever order, with answers that get lost and time that passes,
    /// the deployment does what the rule says, and no generation is skipped or issued twice.
    #[test]
    fn a_family_follows_its_rule_over_the_whole_pipeline(
        steps in prop::collection::vec((0..4_i64, any::<bool>(), 0..40_u64), 1..20)
    ) {
        let app = App::new();
        let first = app.account("ada@example.com").refresh_token;
        let now = || app.clock.now();
        let far = now().plus_millis(30 * 86_400_000);
        let mut family = Family { generation: 1, rotated_at: now(), expires_at: far, revoked: false };
        let mut tokens = vec![first];
        for (back, lost, seconds) in steps {
            app.advance(seconds);
            let generation = (family.generation - back).max(1);
            let decision = decide(&family, generation, now());
            let token = tokens[usize::try_from(generation).unwrap() - 1].clone();
            if lost {
                let gone = DatabaseError::new(DatabaseFault::Unavailable, "Network connection lost.");
                app.database.fail_next(Moment::After, gone);
            }
            let reply = refresh(&app, &token);
            app.database.heal();
            match decision {
                Decision::Rotate => {
                    family = Family { generation: generation + 1, rotated_at: now(), ..family };
                    // What was lost is issued again: the test learns it as a client would, by asking once more.
                    let reply = if lost { refresh(&app, &token) } else { reply };
                    prop_assert_eq!(reply.status, 200);
                    tokens.push(reply.body["refresh_token"].as_str().unwrap().to_owned());
                }
                Decision::Repeat if lost => prop_assert_eq!(reply.status, 503),
                Decision::Repeat => {
                    prop_assert_eq!(reply.body["refresh_token"].as_str(), tokens.last().map(String::as_str));
                }
                // The loss struck the reading; what follows from the token's age follows the next time.
                Decision::Reuse if lost => prop_assert_eq!(reply.status, 503),
                Decision::Reuse => {
                    prop_assert_eq!(reply.status, 401);
                    family.revoked = true;
                }
                Decision::Refuse if lost => prop_assert_eq!(reply.status, 503),
                Decision::Refuse => prop_assert_eq!(reply.status, 401),
            }
            let stored = app.rows("SELECT generation, revoked_at IS NOT NULL AS revoked FROM sessions");
            prop_assert_eq!(&stored[0]["generation"], &json!(family.generation));
            prop_assert_eq!(&stored[0]["revoked"], &json!(i64::from(family.revoked)));
        }
    }
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
    let mut credentials = json!({"email": "ada@example.com", "password": PASSWORD});
    let login = app
        .post("/api/v1/auth/login", credentials.clone())
        .header("user-agent", "Lantern/2.1")
        .header("cf-ipcountry", "DE")
        .status(200);
    let token = format!("Bearer {}", login.body["access_token"].as_str().unwrap());
    let list = app.get("/api/v1/auth/sessions").header("authorization", token.clone()).status(200);
    let newest = &list.body["items"][0];
    assert_eq!((&newest["device"], &newest["place"]), (&json!("Lantern/2.1"), &json!("DE")));
    app.advance(1);
    credentials["device_name"] = json!("Ada's lantern");
    app.post("/api/v1/auth/login", credentials).header("user-agent", "Lantern/2.1").status(200);
    let list = app.get("/api/v1/auth/sessions").header("authorization", token).status(200);
    assert_eq!(list.body["items"][0]["device"], "Ada's lantern");
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
        app.rows("SELECT kind, outcome FROM audit_records WHERE kind <> 'user.registered' ORDER BY rowid");
    let kinds: Vec<&str> = kinds.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["session.created", "user.proof_refused", "session.stepped_up"]);
    assert!(!proved.log.contains(PASSWORD));
}

#[test]
fn where_a_second_factor_is_on_the_password_alone_proves_nothing() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let device = crate::two_factor::enabled(&app, &ada);
    app.advance(15 * 60);
    let ada = renewed(&app, &ada);
    let disable = |token: &str| {
        app.post("/api/v1/auth/two-factor/disable", json!({"code": device.backup_codes[0]}))
            .header("authorization", format!("Bearer {token}"))
            .send()
    };
    let step_up = |body: Value| app.post("/api/v1/auth/step-up", body).by(&ada).send();
    assert_eq!(disable(&ada.token).body["code"], "step-up-required");
    assert_eq!(step_up(json!({"password": PASSWORD})).body["code"], "two-factor-required");
    assert_eq!(step_up(json!({})).body["code"], "invalid-credentials");
    assert_eq!(step_up(json!({"password": "wrong", "code": device.code(&app, 0)})).status, 401);
    assert_eq!(step_up(json!({"code": "000000"})).body["code"], "invalid-code");
    let code = device.code(&app, 0);
    let proved = step_up(json!({"code": code}));
    assert_eq!(proved.status, 200, "{}", proved.body);
    assert_eq!(step_up(json!({"code": code})).body["code"], "invalid-code", "a code is good once");
    assert_eq!(disable(&ada.token).body["code"], "step-up-required", "the token of before does not know");
    let fresh = disable(proved.body["access_token"].as_str().unwrap());
    assert_eq!(fresh.status, 204, "{}", fresh.body);
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
fn a_key_tells_when_it_was_used() {
    let app = App::new();
    let ada = app.verified("ada@example.com");
    let (text, id) = crate::keys::key(&app, &ada, &["activity:read"]);
    let by_key = || {
        app.get("/api/v1/user/activity").header("authorization", format!("Bearer {text}")).status(200).body
    };
    let used = |body: Value| body["keys"][0]["last_used_at"].clone();
    assert_eq!(used(by_key()), Value::Null);
    let first = used(by_key());
    assert!(first.is_string(), "{first}");
    app.advance(299);
    by_key();
    assert_eq!(used(by_key()), first, "not every call is written");
    app.advance(1);
    by_key();
    assert_ne!(used(by_key()), first);
    assert_eq!(
        app.get(&format!("/api/v1/keys/{id}")).by(&ada).status(200).body["last_used_at"],
        used(by_key())
    );
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

#[test]
fn ended_sessions_are_removed_after_ninety_days_and_living_ones_never() {
    let app = App::new();
    app.account("ada@example.com");
    let sessions = || app.rows("SELECT count(*) AS n FROM sessions")[0]["n"].clone();
    let events = || app.rows("SELECT count(*) AS n FROM events")[0]["n"].clone();
    app.advance(30 * 86_400 + 90 * 86_400 - 1);
    let living = app.log_in("ada@example.com");
    let before = events();
    app.upkeep();
    assert_eq!(sessions(), 2, "a second early");
    app.advance(2);
    app.upkeep();
    assert_eq!(app.rows("SELECT id FROM sessions"), [json!({"id": living.session_id})]);
    assert_eq!(events(), before, "that it ended was told when it did");
    app.get("/api/v1/auth/me").by(&living).status(200);
    // However many there are, each turn takes a bounded number, and the upkeep goes on until none is left.
    app.rows(
        "WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 450)
         INSERT INTO sessions (id, user_id, rotated_at, authenticated_at, methods, last_seen_at, expires_at, created_at,
                               updated_at)
         SELECT 'old-' || n, user_id, 0, 0, 'pwd', 0, 1000 + n, 0, 0 FROM sessions, many",
    );
    app.upkeep();
    assert_eq!(sessions(), 1);
}
