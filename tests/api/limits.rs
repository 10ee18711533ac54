//! Quotas, and the graduated answer to those who use them up.

use std::time::Duration;

use serde_json::{Value, json};
use witness::host::{Moment, Storm};
use witness::identity::caller::{Role, Tier};
use witness::identity::tokens::{self, Grant};
use witness::kernel::id::Id;
use witness::ports::{Clock, ObjectClass, PortError};

use crate::app::{Account, App, Reply};

const ME: &str = "/api/v1/auth/me";

fn me(app: &App, who: &Account) -> Reply {
    app.get(ME).by(who).send()
}

/// A guess at a password; each at another account's, so that none of them is slowed down by itself.
fn guess(app: &App, address: &str) -> Reply {
    let email = format!("somebody{}@example.com", app.isolate.passwords.runs());
    app.post("/api/v1/auth/login", json!({"email": email, "password": "guess"}))
        .header("cf-connecting-ip", address)
        .send()
}

/// The number of a window's parameter in a `RateLimit` header.
fn number(reply: &Reply, header: &str, policy: &str, key: &str) -> u32 {
    let text = reply.header(header).unwrap();
    let item = text.split(", ").find(|item| item.starts_with(&format!("\"{policy}\""))).unwrap();
    let value = item.split(';').find_map(|part| part.strip_prefix(&format!("{key}="))).unwrap();
    value.parse().unwrap()
}

/// The one object of that kind of caller, as it is stored.
fn stored(app: &App, name: &str) -> Value {
    serde_json::from_str(&app.objects.inner().state(ObjectClass::Admission, name).unwrap()).unwrap()
}

#[test]
fn quotas_hold_for_each_user_and_each_address() {
    let app = App::with(&[]);
    let (ada, grace) = (app.account("ada@example.com"), app.account("grace@example.com"));
    let admitted = (0..12).filter(|_| me(&app, &ada).status == 200).count();
    assert_eq!(admitted, 10);
    assert_eq!(me(&app, &grace).status, 200);
    let guesses: Vec<u16> = (0..11).map(|_| guess(&app, "192.0.2.1").status).collect();
    assert_eq!((guesses[9], guesses[10]), (401, 429));
    assert_eq!(guess(&app, "192.0.2.2").status, 401);
    let network: Vec<u16> =
        (0..11).map(|host| guess(&app, &format!("2001:db8:1:2::{host:x}")).status).collect();
    assert_eq!((network[9], network[10]), (401, 429));
}

#[test]
fn every_answer_lists_every_window() {
    let app = App::with(&[]);
    let ada = app.account("ada@example.com");
    let answer = app.get(ME).by(&ada).status(200);
    assert_eq!(
        answer.header("ratelimit-policy"),
        Some(r#""minute";q=10;w=60, "hour";q=100;w=3600, "day";q=1000;w=86400"#)
    );
    assert_eq!(
        answer.header("ratelimit"),
        Some(r#""minute";r=9;t=65, "hour";r=99;t=3900, "day";r=999;t=90000"#)
    );
    assert_eq!(answer.header("ratelimit-warning"), None);
    assert_eq!(app.get("/health").status(200).header("ratelimit"), None);
    let attempt = guess(&app, "192.0.2.1");
    assert_eq!(number(&attempt, "ratelimit", "credential-minute", "r"), 9);
}

#[test]
fn near_the_limit_the_answer_warns_and_names_the_policy() {
    let app = App::with(&[]);
    let ada = app.account("ada@example.com");
    let warnings: Vec<Option<String>> =
        (0..10).map(|_| me(&app, &ada).header("ratelimit-warning").map(str::to_owned)).collect();
    assert_eq!(warnings[..8], vec![None; 8]);
    assert_eq!(warnings[8..], vec![Some("\"minute\"".to_owned()); 2]);
}

#[test]
fn over_the_limit_the_problem_names_the_policy_and_retry_after_is_right() {
    let app = App::with(&[]);
    let ada = app.account("ada@example.com");
    app.advance(3);
    for _ in 0..10 {
        app.get(ME).by(&ada).status(200);
    }
    app.advance(20);
    let refused = app.get(ME).by(&ada).problem(429, "quota-exceeded");
    assert!(refused.body["detail"].as_str().unwrap().contains("\"minute\""), "{}", refused.body);
    assert_eq!(number(&refused, "ratelimit", "minute", "r"), 0);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(u64::from(number(&refused, "ratelimit", "minute", "t")), wait);
    // Used in the second bucket of five seconds after the start: held until a minute after its end.
    assert_eq!(wait, 65 - 23);
    app.advance(wait - 1);
    assert_eq!(me(&app, &ada).status, 429);
    app.advance(1);
    assert_eq!(me(&app, &ada).status, 200);
    assert_eq!(app.clock.slept(), Duration::ZERO);
}

#[test]
fn who_does_not_heed_refusals_is_slowed_then_blocked_for_longer_and_longer() {
    let app = App::with(&[]);
    let ada = app.account("ada@example.com");
    // Keeps on asking once a second; the block's length in seconds, and for how long each refusal was held back.
    let block = |ada: &Account| {
        let mut slow = Vec::new();
        for _ in 0..200 {
            let before = app.clock.slept();
            let answer = me(&app, ada);
            if answer.body["code"] == "temporarily-blocked" {
                return (answer.header("retry-after").unwrap().parse::<u64>().unwrap(), slow);
            }
            if answer.status != 200 {
                assert_eq!(answer.body["code"], "quota-exceeded");
                slow.push((app.clock.slept() - before).as_secs());
            }
            app.advance(1);
        }
        panic!("never blocked")
    };
    let (first, slow) = block(&ada);
    assert_eq!(first, 60);
    let mut levels = slow.clone();
    levels.dedup();
    assert!(levels.starts_with(&[0, 1, 2, 3]), "{slow:?}");
    app.advance(first - 1);
    app.get(ME).by(&ada).problem(429, "temporarily-blocked");
    app.advance(1);
    assert_eq!(block(&ada).0, 120);
    // Ten quiet minutes after the block's end forgive.
    app.advance(120 + 600);
    assert_eq!(block(&app.log_in("ada@example.com")).0, 60);
}

#[test]
fn many_requests_at_one_moment_are_neither_slowed_nor_blocked() {
    let app = App::with(&[]);
    let ada = app.account("ada@example.com");
    let codes: Vec<Value> = (0..200).map(|_| me(&app, &ada).body["code"].clone()).collect();
    assert_eq!(codes.iter().filter(|code| **code == "quota-exceeded").count(), 190);
    assert_eq!(app.clock.slept(), Duration::ZERO);
}

#[test]
fn without_the_object_reads_go_on_at_the_lesser_rate_and_credentials_do_not() {
    let app = App::with(&[]);
    let ada = app.account("ada@example.com");
    app.objects.inner().storm(1, Storm { refused: 1_000, ..Storm::default() });
    let answers: Vec<Reply> = (0..12).map(|_| me(&app, &ada)).collect();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 10);
    // The last refusal is the one before it, repeated.
    assert!(answers[..11].iter().all(|answer| answer.log.contains(r#""limiter":"fallback""#)));
    let refused = guess(&app, "192.0.2.1");
    assert_eq!((refused.status, &refused.body["code"]), (503, &json!("dependency-unavailable")));
    app.objects.inner().calm();
    assert!(!guess(&app, "192.0.2.1").log.contains("limiter"));
}

#[test]
fn an_operator_may_have_everything_refused_without_the_object() {
    let app = App::with(&[("LIMITER_FALLBACK", "refuse")]);
    let ada = app.account("ada@example.com");
    app.objects.inner().storm(1, Storm { refused: 1_000, ..Storm::default() });
    let refused = app.get(ME).by(&ada).problem(503, "dependency-unavailable");
    assert_eq!(refused.header("retry-after"), Some("1"));
    app.objects.inner().calm();
    app.get(ME).by(&ada).status(200);
}

#[test]
fn an_idle_address_leaves_nothing_behind() {
    let app = App::with(&[]);
    guess(&app, "192.0.2.1");
    assert_eq!(stored(&app, "ip:192.0.2.1")["v"], 2);
    let (mut hours, began) = (0, app.clock.now());
    while app.objects.inner().state(ObjectClass::Admission, "ip:192.0.2.1").is_some() {
        app.advance(3_600);
        app.objects.inner().ring();
        hours += 1;
        assert!(hours < 30);
    }
    assert!(app.clock.now().millis() - began.millis() >= 24 * 3_600_000);
}

#[test]
fn a_warm_lease_needs_no_call_of_the_object() {
    let app = App::with(&[("LIMIT_SCALE", "100")]);
    let ada = app.account("ada@example.com");
    let hops: Vec<u32> = (0..20).map(|_| app.get(ME).by(&ada).status(200).calls[2]).collect();
    assert_eq!(hops[0], 1);
    assert!(hops.iter().sum::<u32>() <= 4, "{hops:?}");
    app.advance(5);
    assert_eq!(app.get(ME).by(&ada).status(200).calls[2], 1);
}

/// A session of an administrator with two factors.
pub fn administrator(app: &App) -> Account {
    let mut account = app.account("admin@example.com");
    app.rows("UPDATE users SET role = 'admin' WHERE email = 'admin@example.com' RETURNING id");
    let grant = Grant {
        user_id: Id::parse(&account.user_id).unwrap(),
        session_id: Id::parse(&account.session_id).unwrap(),
        tier: Tier::Enterprise,
        role: Role::Admin,
        epoch: 0,
        client_id: None,
        scopes: None,
        authenticated_at: app.clock.now(),
        methods: "pwd otp",
    };
    account.token = tokens::sign(&grant, &app.config.token_keys, grant.session_id, app.clock.now()).unwrap();
    account
}

fn setting(minute: u32) -> Value {
    json!({
        "minute": minute, "hour": 1_000, "day": 5_000,
        "expires_at": "2026-03-01T09:00:00.000Z", "reason": "A move of data.",
    })
}

#[test]
fn an_exception_holds_at_once_and_until_it_ends_or_is_taken_back() {
    let app = App::with(&[]);
    let (admin, ada) = (administrator(&app), app.account("ada@example.com"));
    let target = format!("/api/v1/admin/limits/user:{}/general", ada.user_id);
    assert_eq!((0..12).filter(|_| me(&app, &ada).status == 200).count(), 10);
    let set = app.put(&target, setting(15)).by(&admin).status(200);
    assert_eq!((&set.body["minute"], &set.body["policy"]), (&json!(15), &json!("general")));
    assert_eq!(set.body["set_by"], format!("user:{}", admin.user_id));
    assert_eq!((0..12).filter(|_| me(&app, &ada).status == 200).count(), 5);
    // The same again changes nothing; another one replaces it.
    app.put(&target, setting(15)).by(&admin).status(200);
    assert_eq!(me(&app, &ada).status, 429);
    app.put(&target, setting(16)).by(&admin).status(200);
    assert_eq!(me(&app, &ada).status, 200);
    app.delete(&target).by(&admin).status(204);
    app.delete(&target).by(&admin).status(204);
    assert_eq!(number(&me(&app, &ada), "ratelimit-policy", "minute", "q"), 10);
    app.put(&target, setting(20)).by(&admin).status(200);
    assert_eq!(number(&me(&app, &ada), "ratelimit-policy", "minute", "q"), 20);
    app.advance(2 * 3_600);
    let later = app.log_in("ada@example.com");
    assert_eq!(number(&me(&app, &later), "ratelimit-policy", "minute", "q"), 10);
}

#[test]
fn an_exception_leaves_an_event_and_an_audit_record_with_before_and_after() {
    let app = App::new();
    let (admin, ada) = (administrator(&app), app.account("ada@example.com"));
    let target = format!("/api/v1/admin/limits/user:{}/mail", ada.user_id);
    app.put(&target, setting(15)).by(&admin).status(200);
    app.advance(1);
    app.put(&target, setting(16)).by(&admin).status(200);
    app.advance(1);
    app.delete(&target).by(&admin).status(204);
    // Once is enough: nothing changes the second time.
    app.delete(&target).by(&admin).status(204);
    let kinds = ["limits.override_set", "limits.override_set", "limits.override_removed"];
    let told = |table: &str, kind: &str| -> Vec<String> {
        let rows = app.rows(&format!(
            "SELECT {kind} AS kind FROM {table} WHERE subject_type = 'limit_override' AND user_id = '{}' ORDER BY id",
            ada.user_id
        ));
        rows.iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(told("events", "type"), kinds);
    assert_eq!(told("audit_records", "kind"), kinds);
    let records = app.rows(
        "SELECT personal, actor FROM audit_records WHERE subject_type = 'limit_override' ORDER BY rowid",
    );
    let personal: Vec<Value> =
        records.iter().map(|row| serde_json::from_str(row["personal"].as_str().unwrap()).unwrap()).collect();
    assert_eq!(personal[0]["before"], Value::Null);
    assert_eq!((&personal[1]["before"]["minute"], &personal[1]["after"]["minute"]), (&json!(15), &json!(16)));
    assert_eq!(personal[2]["before"]["minute"], 16);
    assert_eq!(records[0]["actor"], format!("user:{}", admin.user_id));
}

#[test]
fn exceptions_are_for_those_who_exist_and_end_within_a_year() {
    let app = App::new();
    let (admin, ada) = (administrator(&app), app.account("ada@example.com"));
    let put = |subject: &str, body: Value| {
        app.put(&format!("/api/v1/admin/limits/{subject}/general"), body).by(&admin).send().status
    };
    assert_eq!(put("ip:192.0.2.1", setting(5)), 200);
    assert_eq!(put("ip:2001:db8:1:2::9", setting(5)), 200);
    assert_eq!(put("user:0197f7a0-0000-7000-8000-00000000dead", setting(5)), 404);
    assert_eq!(put("somebody:1", setting(5)), 404);
    let mut past = setting(5);
    for (moment, status) in [
        ("2026-03-01T06:59:59.000Z", 422),
        ("2026-03-01T07:00:00.001Z", 200),
        ("2027-03-02T07:00:00.000Z", 200),
        ("2027-03-03T07:00:00.000Z", 422),
    ] {
        past["expires_at"] = json!(moment);
        assert_eq!(put("ip:192.0.2.1", past.clone()), status, "{moment}");
    }
    app.delete("/api/v1/admin/limits/ip:192.0.2.9/general").by(&admin).problem(404, "not-found");
    app.put(&format!("/api/v1/admin/limits/user:{}/everything", ada.user_id), setting(5))
        .by(&admin)
        .problem(422, "invalid-request");
    app.get("/api/v1/admin/limits").by(&ada).problem(403, "forbidden");
    app.put("/api/v1/admin/limits/ip:192.0.2.1/general", setting(5)).by(&ada).problem(403, "forbidden");
}

#[test]
fn a_quota_of_nothing_keeps_a_network_from_guessing_and_from_nothing_else() {
    let app = App::new();
    let admin = administrator(&app);
    let mut nothing = setting(0);
    (nothing["hour"], nothing["day"]) = (json!(0), json!(0));
    assert_eq!(guess(&app, "192.0.2.1").status, 401);
    app.put("/api/v1/admin/limits/ip:192.0.2.1/credential", nothing).by(&admin).status(200);
    assert_eq!(guess(&app, "192.0.2.1").status, 429);
    assert_eq!(guess(&app, "192.0.2.2").status, 401);
    app.get("/api/v1/engines").header("cf-connecting-ip", "192.0.2.1").status(200);
    app.delete("/api/v1/admin/limits/ip:192.0.2.1/credential").by(&admin).status(204);
    assert_eq!(guess(&app, "192.0.2.1").status, 401);
}

#[test]
fn exceptions_that_hold_are_listed_page_by_page() {
    let app = App::new();
    let admin = administrator(&app);
    for host in 1..=5 {
        let mut body = setting(host);
        if host == 3 {
            body["expires_at"] = json!("2026-03-01T07:00:01.000Z");
        }
        app.put(&format!("/api/v1/admin/limits/ip:192.0.2.{host}/general"), body).by(&admin).status(200);
    }
    app.delete("/api/v1/admin/limits/ip:192.0.2.4/general").by(&admin).status(204);
    app.advance(1);
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("/api/v1/admin/limits?limit=2{cursor}")).by(&admin).status(200).body;
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["subject"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, ["ip:192.0.2.1", "ip:192.0.2.2", "ip:192.0.2.5"]);
    app.get("/api/v1/admin/limits?cursor=AAAA").by(&admin).problem(422, "cursor-invalid");
}

#[test]
fn an_administrator_sees_how_somebody_stands() {
    let app = App::with(&[]);
    let (admin, ada) = (administrator(&app), app.account("ada@example.com"));
    for _ in 0..3 {
        app.get(ME).by(&ada).status(200);
    }
    let target = format!("/api/v1/admin/limits/user:{}", ada.user_id);
    let report = app.get(&target).by(&admin).status(200).body;
    let policies: Vec<&str> =
        report["windows"].as_array().unwrap().iter().map(|w| w["policy"].as_str().unwrap()).collect();
    assert_eq!(policies[..4], ["minute", "hour", "day", "credential-minute"]);
    assert!(policies.contains(&"mail-day"), "{policies:?}");
    assert_eq!((&report["windows"][0]["left"], &report["blocked_until"]), (&json!(7), &Value::Null));
    // Looking has cost her nothing.
    assert_eq!(number(&me(&app, &ada), "ratelimit", "minute", "r"), 6);
    app.put(&format!("{target}/general"), setting(0)).by(&admin).status(200);
    assert_eq!(me(&app, &ada).status, 429);
    let report = app.get(&target).by(&admin).status(200).body;
    assert_eq!((&report["windows"][0]["limit"], &report["overrides"][0]["minute"]), (&json!(0), &json!(0)));
    app.get("/api/v1/admin/limits/user:0197f7a0-0000-7000-8000-00000000dead")
        .by(&admin)
        .problem(404, "not-found");
    let address = app.get("/api/v1/admin/limits/ip:2001:db8:1:2::1").by(&admin).status(200).body;
    assert_eq!(address["subject"], "ip:2001:db8:1:2::/64");
}

#[test]
fn an_object_that_was_not_told_is_told_when_the_exception_is_sent_again() {
    let app = App::with(&[]);
    let (admin, ada) = (administrator(&app), app.account("ada@example.com"));
    let target = format!("/api/v1/admin/limits/user:{}/general", ada.user_id);
    // The second command of the request is the one that tells; the record is there by then.
    app.objects.fail_nth(2, Moment::Before, PortError::Unavailable("gone".to_owned()));
    app.put(&target, setting(15)).by(&admin).problem(503, "dependency-unavailable");
    assert_eq!(number(&me(&app, &ada), "ratelimit-policy", "minute", "q"), 10);
    app.put(&target, setting(15)).by(&admin).status(200);
    assert_eq!(number(&me(&app, &ada), "ratelimit-policy", "minute", "q"), 15);
}
