//! What administrators do, and what is recorded of it.

use serde_json::{Value, json};
use witness::host::faulty::Moment;
use witness::ports::{Clock, DatabaseError, DatabaseFault};

use crate::app::{App, Reply};
use crate::keys::{admin_key, key};

const USERS: &str = "/api/v1/admin/users";

fn of(user: &str, rest: &str) -> String {
    format!("{USERS}/{user}{rest}")
}

fn records(app: &App, kind: &str) -> Vec<Value> {
    app.rows(&format!("SELECT * FROM audit_records WHERE kind = '{kind}' ORDER BY rowid"))
}

#[test]
fn administration_asks_for_a_role_two_factors_and_scopes() {
    let app = App::new();
    let (ada, eve) = (app.administrator("ada@example.com", "admin"), app.verified("eve@example.com"));
    let sue = app.administrator("sue@example.com", "support");
    app.get(USERS).by(&ada).status(200);
    app.get(USERS).by(&sue).status(200);
    let target = of(&eve.user_id, "");
    app.patch(&target, json!({"tier": "pro"})).by(&sue).problem(403, "forbidden");
    app.patch(&target, json!({"tier": "pro"})).by(&ada).status(200);
    let one_factor = app.log_in("ada@example.com");
    app.get(USERS).by(&one_factor).problem(403, "forbidden");
    app.get(USERS).by(&eve).problem(403, "forbidden");
    let (own, _) = key(&app, &eve, &["profile:read"]);
    app.get(USERS).bearer(&own).problem(403, "forbidden");
    let (admin, _) = admin_key(&app, &ada, &["admin:users:read"]);
    app.get(USERS).bearer(&admin).status(200);
    app.patch(&target, json!({"tier": "free"})).bearer(&admin).problem(403, "forbidden");
    app.get("/api/v1/auth/me").bearer(&admin).problem(403, "forbidden");
}

#[test]
fn accounts_are_found_by_filters_and_paged() {
    let app = App::new();
    let ada = app.administrator("ada@example.com", "admin");
    for number in 0..5 {
        app.advance(1);
        app.account(&format!("user{number}@example.com"));
    }
    let list = |query: &str| app.get(&format!("{USERS}?{query}")).by(&ada).status(200).body;
    let emails = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|user| user["email"].as_str().unwrap().to_owned()).collect()
    };
    let first = list("limit=4");
    assert_eq!(emails(&first)[..2], ["user4@example.com", "user3@example.com"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = list(&format!("limit=4&cursor={cursor}"));
    assert_eq!(emails(&second), ["user0@example.com", "ada@example.com"]);
    assert_eq!((&second["has_more"], &second["next_cursor"]), (&json!(false), &Value::Null));
    app.get(&format!("{USERS}?role=admin&cursor={cursor}")).by(&ada).problem(422, "cursor-invalid");
    assert_eq!(emails(&list("role=admin")), ["ada@example.com"]);
    assert_eq!(emails(&list("email=User3%40example.com")), ["user3@example.com"]);
    assert_eq!(emails(&list("email=user3%40example.com&tier=pro")), Vec::<String>::new());
    assert_eq!(emails(&list("status=suspended")), Vec::<String>::new());
    app.get(&of("0197f7a0-0000-7000-8000-000000000001", "")).by(&ada).problem(404, "not-found");
}

#[test]
fn a_suspended_account_is_refused_at_once_here_and_within_five_seconds_elsewhere() {
    let mut app = App::new();
    let (ada, eve) = (app.administrator("ada@example.com", "admin"), app.verified("eve@example.com"));
    let (text, _) = key(&app, &eve, &["profile:read"]);
    let me = |app: &App| {
        let by_session = app.get("/api/v1/auth/me").by(&eve).send();
        let by_key = app.get("/api/v1/auth/me").bearer(&text).send();
        assert_eq!(by_session.status, by_key.status);
        by_key
    };
    assert_eq!(me(&app).status, 200);
    let elsewhere = std::mem::take(&mut app.isolate);
    let reason = json!({"reason": "Sent unsolicited mail."});
    let suspended = app.post(&of(&eve.user_id, "/suspend"), reason.clone()).by(&ada).status(200);
    assert_eq!((&suspended.body["status"], &suspended.body["version"]), (&json!("suspended"), &json!(2)));
    assert_eq!(me(&app).body["code"], "account-suspended");
    app.isolate = elsewhere;
    app.advance(5);
    assert_eq!(me(&app).body["code"], "account-suspended");
    let again = app.post(&of(&eve.user_id, "/suspend"), reason).by(&ada).status(200);
    assert_eq!(again.body, suspended.body);
    app.call("POST", &of(&eve.user_id, "/reinstate")).by(&ada).status(200);
    app.advance(5);
    assert_eq!(me(&app).status, 200);
    let kept = records(&app, "user.suspended");
    assert_eq!((kept.len(), kept[0]["actor"].as_str()), (1, Some(format!("user:{}", ada.user_id).as_str())));
    let personal: Value = serde_json::from_str(kept[0]["personal"].as_str().unwrap()).unwrap();
    assert_eq!(personal["reason"], "Sent unsolicited mail.");
    assert_eq!(
        (&personal["before"]["status"], &personal["after"]["status"]),
        (&json!("active"), &json!("suspended"))
    );
    let events =
        app.rows("SELECT type FROM events WHERE type LIKE 'user.%' AND type <> 'user.created' ORDER BY seq");
    assert_eq!(events, [json!({"type": "user.suspended"}), json!({"type": "user.reinstated"})]);
}

#[test]
fn a_tier_holds_at_once_and_a_stale_version_is_refused() {
    let app = App::with(&[]);
    let (ada, eve) = (app.administrator("ada@example.com", "admin"), app.account("eve@example.com"));
    let target = of(&eve.user_id, "");
    app.get("/api/v1/auth/me").by(&eve).status(200);
    let read = app.get(&target).by(&ada).status(200);
    let tag = read.header("etag").unwrap().to_owned();
    app.patch(&target, json!({"tier": "pro"})).by(&ada).header("if-match", tag.clone()).status(200);
    app.patch(&target, json!({"tier": "free"}))
        .by(&ada)
        .header("if-match", tag)
        .problem(412, "precondition-failed");
    let served = (0..30).map(|_| app.get("/api/v1/auth/me").by(&eve).status(200)).last().unwrap();
    assert!(served.header("ratelimit-policy").unwrap().contains("q=100;"), "{:?}", served.headers);
}

#[test]
fn there_is_always_an_administrator_left() {
    let app = App::new();
    let (ada, bob) = (app.administrator("ada@example.com", "admin"), app.verified("bob@example.com"));
    let (hers, his) = (of(&ada.user_id, ""), of(&bob.user_id, ""));
    let last = app.patch(&hers, json!({"role": "user"})).by(&ada).problem(409, "conflict");
    assert!(last.body["detail"].as_str().unwrap().contains("last administrator"));
    let reason = json!({"reason": "No."});
    app.post(&of(&ada.user_id, "/suspend"), reason.clone()).by(&ada).problem(409, "conflict");
    app.patch(&his, json!({"role": "admin"})).by(&ada).status(200);
    app.post(&of(&bob.user_id, "/suspend"), reason).by(&ada).status(200);
    app.patch(&hers, json!({"role": "user"})).by(&ada).problem(409, "conflict");
    app.call("POST", &of(&bob.user_id, "/reinstate")).by(&ada).status(200);
    app.patch(&hers, json!({"role": "support"})).by(&ada).status(200);
    app.patch(&his, json!({"role": "user"})).by(&ada).problem(403, "forbidden");
    assert_eq!(app.rows("SELECT count(*) AS n FROM users WHERE role = 'admin'"), [json!({"n": 1})]);
}

#[test]
fn sessions_and_keys_of_an_account_are_listed_and_ended() {
    let app = App::new();
    let (ada, eve) = (app.administrator("ada@example.com", "admin"), app.verified("eve@example.com"));
    let second = app.log_in("eve@example.com");
    let (text, id) = key(&app, &eve, &["profile:read"]);
    let sessions = app.get(&of(&eve.user_id, "/sessions")).by(&ada).status(200).body;
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2);
    app.delete(&of(&eve.user_id, "/sessions")).by(&ada).status(204);
    for account in [&eve, &second] {
        app.get("/api/v1/auth/me").by(account).problem(401, "unauthenticated");
    }
    app.get("/api/v1/auth/me").bearer(&text).status(200);
    app.delete(&of(&eve.user_id, "/sessions")).by(&ada).status(204);
    app.delete(&of("0197f7a0-0000-7000-8000-000000000001", "/sessions")).by(&ada).problem(404, "not-found");
    let keys = app.get(&of(&eve.user_id, "/keys")).by(&ada).status(200).body;
    assert_eq!(keys["items"][0]["id"], json!(id));
    app.delete(&of(&ada.user_id, &format!("/keys/{id}"))).by(&ada).problem(404, "not-found");
    app.delete(&of(&eve.user_id, &format!("/keys/{id}"))).by(&ada).status(204);
    app.get("/api/v1/auth/me").bearer(&text).problem(401, "unauthenticated");
    let actor = app.rows("SELECT actor FROM events WHERE type = 'api_key.revoked'");
    assert_eq!(actor, [json!({"actor": format!("user:{}", ada.user_id)})]);
}

#[test]
fn an_admin_key_grants_no_more_than_it_holds_and_ends_with_its_makers_role() {
    let app = App::new();
    let (ada, bob) =
        (app.administrator("ada@example.com", "admin"), app.administrator("bob@example.com", "admin"));
    let (maker, _) = admin_key(&app, &bob, &["admin:keys:write", "admin:keys:read"]);
    let (strong, strong_id) = admin_key(&app, &ada, &["admin:users:write", "admin:users:read"]);
    let make =
        |scopes: Value| app.post("/api/v1/admin/keys", json!({"name": "N", "scopes": scopes})).bearer(&maker);
    make(json!(["admin:users:read"])).problem(422, "invalid-request");
    make(json!(["profile:read"])).problem(422, "invalid-request");
    let made = make(json!(["admin:keys:read"])).status(201).body;
    let lesser = made["key"].as_str().unwrap();
    let listed = app.get("/api/v1/admin/keys").bearer(lesser).status(200).body;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    let rotate = |id: &str| app.post(&format!("/api/v1/admin/keys/{id}/rotate"), json!({"overlap_hours": 0}));
    rotate(&strong_id).bearer(&maker).problem(422, "invalid-request");
    let stronger = rotate(&strong_id).by(&ada).status(201).body["key"].as_str().unwrap().to_owned();
    app.get(USERS).bearer(&strong).problem(401, "unauthenticated");
    app.get(USERS).bearer(&stronger).status(200);
    app.patch(&of(&bob.user_id, ""), json!({"role": "user"})).bearer(&stronger).status(200);
    app.get("/api/v1/admin/keys").bearer(lesser).problem(401, "unauthenticated");
    let (_, id) = (maker, made["api_key"]["id"].as_str().unwrap());
    app.delete(&format!("/api/v1/admin/keys/{id}")).by(&ada).status(204);
    app.advance(601);
    app.post("/api/v1/admin/keys", json!({"name": "N", "scopes": ["admin:keys:read"]}))
        .by(&ada)
        .problem(403, "step-up-required");
}

#[test]
fn a_revoked_admin_key_is_refused_at_once_everywhere() {
    let mut app = App::new();
    let ada = app.administrator("ada@example.com", "admin");
    let (text, id) = admin_key(&app, &ada, &["admin:users:read"]);
    app.get(USERS).bearer(&text).status(200);
    let elsewhere = std::mem::take(&mut app.isolate);
    app.delete(&format!("/api/v1/admin/keys/{id}")).by(&ada).status(204);
    app.get(USERS).bearer(&text).problem(401, "unauthenticated");
    app.isolate = elsewhere;
    app.get(USERS).bearer(&text).problem(401, "unauthenticated");
    let refused = app.rows(
        "SELECT outcome, count(*) AS n FROM audit_records WHERE kind = 'admin_key.used' GROUP BY outcome",
    );
    assert_eq!(refused, [json!({"outcome": "done", "n": 1}), json!({"outcome": "refused", "n": 2})]);
}

#[test]
fn every_use_is_recorded_before_anything_is_done_and_without_the_record_nothing_is() {
    let app = App::new();
    let (ada, eve) = (app.administrator("ada@example.com", "admin"), app.account("eve@example.com"));
    let (text, id) = admin_key(&app, &ada, &["admin:users:read", "admin:users:write"]);
    let before = records(&app, "admin_key.used").len();
    app.get(&of(&eve.user_id, "?")).bearer(&text).status(200);
    app.get(&format!("{USERS}?email=eve%40example.com")).bearer(&text).status(200);
    let kept = records(&app, "admin_key.used");
    assert_eq!(kept.len(), before + 2);
    let [.., found, listed] = kept.as_slice() else { unreachable!() };
    assert_eq!(
        (&found["actor"], &found["subject_id"]),
        (&json!(format!("admin_key:{id}")), &json!("find_admin_user"))
    );
    assert!(found["personal"].as_str().unwrap().contains(&eve.user_id));
    assert!(!listed["personal"].as_str().unwrap().contains("eve"), "a query is not recorded");
    assert_eq!(
        app.rows(&format!("SELECT last_used_at FROM api_keys WHERE id = '{id}' AND last_used_at > 0")).len(),
        1
    );
    let gone = || DatabaseError::new(DatabaseFault::Other, "disk I/O error");
    app.database.fail_next(Moment::Before, gone());
    let reason = json!({"reason": "No."});
    app.post(&of(&eve.user_id, "/suspend"), reason).bearer(&text).problem(503, "dependency-unavailable");
    assert_eq!(app.rows("SELECT count(*) AS n FROM users WHERE status = 'suspended'"), [json!({"n": 0})]);
    app.get("/api/v1/auth/me").by(&eve).status(200);
}

/// The quotas of an answer by the lengths of their windows.
fn policies(reply: &Reply) -> Vec<(u64, u64)> {
    let number =
        |policy: &str, key: &str| policy.split(key).nth(1).unwrap().split(';').next().unwrap().parse();
    let header = reply.header("ratelimit-policy").unwrap();
    header
        .split(", ")
        .map(|policy| (number(policy, ";w=").unwrap(), number(policy, ";q=").unwrap()))
        .collect()
}

#[test]
fn an_admin_key_has_exactly_five_times_the_largest_tier_in_every_window() {
    let app = App::with(&[]);
    let (ada, eve) = (app.administrator("ada@example.com", "admin"), app.account("eve@example.com"));
    app.patch(&of(&eve.user_id, ""), json!({"tier": "enterprise"})).by(&ada).status(200);
    let (text, _) = admin_key(&app, &ada, &["admin:users:read"]);
    let largest = policies(&app.get("/api/v1/auth/me").by(&eve).status(200));
    let admins = policies(&app.get(USERS).bearer(&text).status(200));
    assert_eq!(largest, [(60, 1_000), (3_600, 50_000), (86_400, 500_000)]);
    assert_eq!(admins, largest.iter().map(|(window, quota)| (*window, 5 * quota)).collect::<Vec<_>>());
}

#[test]
fn the_first_administrator_comes_from_the_database_and_leaves_event_and_record() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let grant = || {
        let mut text = include_str!("../../scripts/admin_grant.sql").to_owned();
        let ids = app.rows("SELECT lower(hex(randomblob(6))) AS a, lower(hex(randomblob(6))) AS b");
        for (name, value) in [
            ("{email}", "ada@example.com".to_owned()),
            ("{now}", app.clock.now().millis().to_string()),
            ("{event}", format!("0197f7a0-0000-7000-8000-{}", ids[0]["a"].as_str().unwrap())),
            ("{record}", format!("0197f7a0-0000-7000-8000-{}", ids[0]["b"].as_str().unwrap())),
            ("{request}", "0197f7a0-0000-7000-8000-000000000009".to_owned()),
        ] {
            text = text.replace(name, &value);
        }
        text.trim_end_matches(";\n").split(";\n").map(|statement| app.rows(statement)).last().unwrap()
    };
    let told = json!({"email": "ada@example.com", "role": "admin", "status": "active"});
    for _ in 0..2 {
        assert_eq!(grant(), std::slice::from_ref(&told));
    }
    let events = app.rows("SELECT seq, actor, user_id FROM events WHERE type = 'user.standing_changed'");
    assert_eq!(events, [json!({"seq": 3, "actor": "operator", "user_id": ada.user_id})]);
    assert_eq!(records(&app, "user.standing_changed").len(), 1);
    assert_eq!(app.rows("SELECT epoch FROM users"), [json!({"epoch": 1})]);
}
