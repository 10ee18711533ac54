//! The audit log, the system's health and the cache, as administrators see them.

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::contract::policy::Policy;
use witness::contract::{Operation, Scopes};
use witness::gateway;
use witness::host::Moment;
use witness::identity::caller::{Caller, Credential, Role, Tier, UserCaller};
use witness::kernel::id::Id;
use witness::ports::{Cache, PortError};

use crate::app::{Account, App};
use crate::limits::administrator;

const SEARCH: &str = "/api/v1/admin/audit";

fn found(app: &App, admin: &Account, query: &str) -> Vec<Value> {
    let target = format!("{SEARCH}?limit=100&{query}");
    app.get(&target).by(admin).status(200).body["items"].as_array().unwrap().clone()
}

#[test]
fn records_are_found_by_what_they_say_before_and_after_they_are_sealed() {
    let app = App::new();
    let (admin, ada) = (administrator(&app), app.account("ada@example.com"));
    app.advance(10);
    app.records(2, Some(&ada.user_id));
    app.records(1, None);
    for sealed in [false, true] {
        if sealed {
            app.upkeep();
        }
        let by_user = found(&app, &admin, &format!("user={}&kind=test.done", ada.user_id));
        assert_eq!(by_user.len(), 2);
        assert_eq!(by_user[0]["seq"].is_null(), !sealed);
        assert_eq!(by_user[0]["personal"]["email"], "ada@example.com");
        assert_eq!(found(&app, &admin, "subject=one&actor=user:somebody").len(), 3);
        let all = found(&app, &admin, "kind=test.done");
        assert!(all.iter().all(|record| record["personal"]["agent"] == "Ada's browser"), "{all:?}");
        let request = all[0]["request_id"].as_str().unwrap();
        assert_eq!(found(&app, &admin, &format!("request={request}")).len(), 1);
        assert!(found(&app, &admin, "kind=test.done&outcome=refused").is_empty());
        assert!(found(&app, &admin, "kind=test.done&from=2026-03-01T07:00:11.000Z").is_empty());
        assert_eq!(found(&app, &admin, "kind=test.done&to=2026-03-01T07:00:11.000Z").len(), 3);
    }
    // Looking is recorded too.
    assert!(!found(&app, &admin, &format!("kind=data.read&actor=user:{}", admin.user_id)).is_empty());
}

#[test]
fn pages_of_the_search_come_newest_first_and_belong_to_their_search() {
    let app = App::new();
    let admin = administrator(&app);
    app.advance(1);
    for _ in 0..5 {
        app.records(1, None);
        app.advance(1);
    }
    let mut seen: Vec<String> = Vec::new();
    let mut cursor = String::new();
    loop {
        let target = format!("{SEARCH}?kind=test.done&limit=2{cursor}");
        let page = app.get(&target).by(&admin).status(200).body;
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["at"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        app.get(&format!("{SEARCH}?kind=other{cursor}")).by(&admin).problem(422, "cursor-invalid");
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.iter().rev().is_sorted(), "{seen:?}");
}

#[test]
fn what_was_erased_is_found_without_what_it_said() {
    let app = App::new();
    let (admin, ada) = (administrator(&app), app.account("ada@example.com"));
    app.records(1, Some(&ada.user_id));
    app.upkeep();
    app.rows(&format!("DELETE FROM user_keys WHERE user_id = '{}' RETURNING user_id", ada.user_id));
    let records = found(&app, &admin, &format!("user={}", ada.user_id));
    assert!(!records.is_empty() && records.iter().all(|record| record["personal"].is_null()), "{records:?}");
    let export = app.get("/api/v1/admin/audit/export").by(&admin).status(200).body;
    let mut records = export["records"].as_array().unwrap().iter();
    assert!(records.any(|record| record["user_id"] == *ada.user_id && record["personal"].is_null()));
    assert_eq!(app.get("/api/v1/admin/audit/verification").by(&admin).status(200).body["state"], "intact");
}

#[test]
fn the_service_tells_whether_its_chain_holds_and_what_waits() {
    let app = App::new();
    let admin = administrator(&app);
    let verify = || app.get("/api/v1/admin/audit/verification").by(&admin).status(200).body;
    assert_eq!((&verify()["head"], &verify()["state"]), (&json!(0), &json!("intact")));
    app.records(70, None);
    let waiting = verify();
    assert!(
        waiting["unsealed"].as_i64().unwrap() >= 70 && waiting["unsealed_since"].is_string(),
        "{waiting}"
    );
    app.upkeep();
    let sealed = verify();
    // The question itself is recorded first.
    assert_eq!(
        (&sealed["state"], &sealed["unsealed"], &sealed["verified_from"]),
        (&json!("intact"), &json!(1), &json!(1))
    );
    assert_eq!(sealed["last_checkpoint"]["seq"], sealed["head"]);
    let listed = app.get("/api/v1/admin/audit/checkpoints?limit=1").by(&admin).status(200).body;
    assert_eq!(listed["items"][0], sealed["last_checkpoint"]);
    let before = listed["items"][0]["seq"].as_i64().unwrap();
    let earlier =
        app.get(&format!("/api/v1/admin/audit/checkpoints?before={before}")).by(&admin).status(200).body;
    assert_eq!(earlier["items"][0]["seq"], 64);
    // Somebody with the database in their hands takes the triggers away first.
    for (drop, change) in [
        ("DROP TRIGGER audit_records_change", "UPDATE audit_records SET actor = 'nobody' WHERE seq = 66"),
        ("DROP TRIGGER audit_checkpoints_change", "UPDATE audit_checkpoints SET at = at + 1"),
    ] {
        let app = App::new();
        let admin = administrator(&app);
        app.records(70, None);
        app.upkeep();
        for sql in [drop, change] {
            app.rows(sql);
        }
        let broken = app.get("/api/v1/admin/audit/verification").by(&admin).status(200).body;
        assert_eq!(broken["state"], "broken", "{change}");
        assert!(broken["fault"].is_string());
    }
}

#[test]
fn the_keys_are_served_to_everybody() {
    let app = App::with(&[("AUDIT_PUBLIC_KEYS_PREVIOUS", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE")]);
    let admin = administrator(&app);
    app.upkeep();
    let keys = app.get("/.well-known/witness-audit-key.json").status(200).body["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 2);
    assert_eq!(keys[1]["x"], "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE");
    let checkpoints = app.get("/api/v1/admin/audit/checkpoints").by(&admin).status(200).body;
    assert_eq!(checkpoints["items"][0]["key_id"], keys[0]["kid"]);
}

#[test]
fn a_refusal_is_recorded_and_a_flood_of_them_is_not() {
    let app = App::new();
    let (admin, ada) = (administrator(&app), app.account("ada@example.com"));
    for _ in 0..30 {
        app.get(SEARCH).by(&ada).problem(403, "forbidden");
    }
    let refused = found(&app, &admin, &format!("kind=access.refused&actor=user:{}", ada.user_id));
    assert_eq!(refused.len(), 10, "ten a minute of a kind and network");
    assert_eq!(
        (&refused[0]["subject_id"], &refused[0]["outcome"]),
        (&json!("list_audit_records"), &json!("refused"))
    );
    app.advance(61);
    app.get(SEARCH).by(&ada).problem(403, "forbidden");
    assert_eq!(found(&app, &admin, "kind=access.refused").len(), 11);
    // Without the database the refusal stays one.
    let down = || witness::ports::DatabaseError::new(witness::ports::DatabaseFault::Unavailable, "down");
    app.database.fail_always(Moment::Before, down());
    app.get(SEARCH).by(&ada).problem(403, "forbidden");
    // What cannot be recorded is not read.
    app.get(SEARCH).by(&admin).problem(503, "dependency-unavailable");
}

#[test]
fn health_names_what_is_missing_and_what_waits() {
    let app = App::new();
    let admin = administrator(&app);
    app.records(3, None);
    let target = "/api/v1/admin/system/health";
    let well = app.get(target).by(&admin).status(200).body;
    assert_eq!((&well["status"], &well["environment"]), (&json!("ready"), &json!("development")));
    assert!(
        well["waiting"]["records"].as_i64().unwrap() >= 3 && well["waiting"]["events"].as_i64().unwrap() > 0
    );
    app.upkeep();
    let sealed = app.get(target).by(&admin).status(200).body;
    // The question itself is recorded first.
    assert_eq!((&sealed["waiting"]["records"], &sealed["waiting"]["events"]), (&json!(1), &json!(0)));
    app.cache.fail_always(Moment::Before, PortError::Unavailable("down".into()));
    assert_eq!(app.get(target).by(&admin).status(200).body["status"], "degraded");
}

#[test]
fn a_part_of_the_cache_is_emptied_and_that_is_recorded() {
    let app = App::new();
    let admin = administrator(&app);
    let life = std::time::Duration::from_secs(600);
    for number in 0..30 {
        block_on(app.cache.put(&format!("result:{number:02}"), "x", life)).unwrap();
    }
    block_on(app.cache.put("other:1", "x", life)).unwrap();
    block_on(app.cache.put("other:2", "x", life)).unwrap();
    let target = "/api/v1/admin/cache/invalidate";
    let empty = |body: Value| app.post(target, body).by(&admin).status(200).body;
    assert_eq!(
        empty(json!({"keys": ["other:1", "no:such"]})),
        json!({"marked": 0, "removed": 2, "more": false})
    );
    assert_eq!(empty(json!({"prefix": "result:"})), json!({"marked": 0, "removed": 25, "more": true}));
    assert_eq!(empty(json!({"prefix": "result:"})), json!({"marked": 0, "removed": 5, "more": false}));
    assert_eq!(app.cache.inner().keys(), ["other:2"]);
    let records = found(&app, &admin, "kind=cache.invalidated");
    let prefixes = records.iter().filter(|record| record["personal"]["prefix"] == "result:");
    assert_eq!((records.len(), prefixes.count()), (3, 2));
    app.post(target, json!({"prefix": "r"})).by(&admin).problem(422, "invalid-request");
}

#[test]
fn an_export_begins_where_retention_has_left_the_chain() {
    let app =
        App::with(&[("LIMIT_SCALE", "100000"), ("AUDIT_PERSONAL_DAYS", "1"), ("AUDIT_RETENTION_DAYS", "2")]);
    app.records(3, None);
    app.upkeep();
    app.advance(3 * 86_400);
    let admin = administrator(&app);
    app.upkeep();
    for after in [0, 2, 3] {
        let target = format!("/api/v1/admin/audit/export?after={after}");
        let page = app.get(&target).by(&admin).status(200).body;
        assert_eq!((&page["after"], &page["records"][0]["seq"]), (&json!(3), &json!(4)));
        assert_eq!(page["checkpoints"][0]["seq"], 3, "the signed hash behind which it begins");
    }
    let verification = app.get("/api/v1/admin/audit/verification").by(&admin).status(200).body;
    assert_eq!((&verification["state"], &verification["begins_after"]), (&json!("intact"), &json!(3)));
}

#[test]
fn a_sensitive_read_of_a_user_is_recorded_before_it_happens_or_refused() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let mut cx = app.context();
    cx.caller = Caller::User(UserCaller {
        user_id: Id::parse(&ada.user_id).unwrap(),
        credential: Credential::Key { id: cx.new_id(), quotas: None },
        scopes: Scopes::default(),
        tier: Tier::Free,
        role: Role::User,
        epoch: 0,
    });
    let plain = Operation::ListReadings.policy();
    let policy = Policy { audited: true, ..*plain };
    let used = |policy: &Policy| {
        block_on(gateway::audit::used(&*app.database, &cx, ("list_readings", policy), "/api/v1/readings"))
    };
    let records =
        || app.rows("SELECT user_id, subject_id, outcome FROM audit_records WHERE kind = 'data.read'");
    used(plain).unwrap();
    assert_eq!(records(), Vec::<Value>::new());
    used(&policy).unwrap();
    let expected = json!({"user_id": ada.user_id, "subject_id": "list_readings", "outcome": "done"});
    assert_eq!(records(), [expected]);
    let down = witness::ports::DatabaseError::new(witness::ports::DatabaseFault::Unavailable, "down");
    app.database.fail_next(Moment::Before, down);
    assert_eq!(used(&policy).unwrap_err().code.as_str(), "dependency-unavailable");
}
