//! Alerts: they fire and end by windows, are told of once whatever fails, and by nothing that a clock does.

use std::fs;
use std::path::Path;

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::contract::Operation;
use witness::host::{Moment, Scripted};
use witness::kernel::crypto;
use witness::ops::alerts::webhook::{self, MOST_ATTEMPTS};
use witness::ops::alerts::{Measure, RULES};
use witness::ports::{Clock, DatabaseError, DatabaseFault, PortError};

use crate::app::{Account, App};
use crate::mail::letters;
use crate::windows::{hand_over, turn, window};

const HOOK: &str = "https://hooks.example.com/witness";

/// A deployment that tells two people and a webhook, and has gathered once.
fn told() -> App {
    let secret = crypto::base64url(&[5; 32]);
    let app = App::with(&[
        ("LIMIT_SCALE", "100000"),
        ("ALERT_MAILS", "ada@example.com, ben@example.com"),
        ("ALERT_WEBHOOK_URL", HOOK),
        ("ALERT_WEBHOOK_SECRET", &secret),
    ]);
    app.upstream.script(HOOK, Scripted::ok(204, ""));
    window(&app);
    app
}

/// Requests are counted, of which so many fail.
fn count(app: &App, requests: u32, failed: u32) {
    let mut counts = app.isolate.metrics.borrow_mut();
    for number in 0..requests {
        let status = if number < failed { 500 } else { 200 };
        counts.request(Some(Operation::ListEngines), status, 4_000, [0; 6]);
    }
}

/// Five minutes with so many requests; what the upkeep logs.
fn minutes(app: &App, requests: u32, failed: u32) -> Vec<String> {
    count(app, requests, failed);
    window(app)
}

fn deliver(app: &App) -> Vec<String> {
    let mut lines = Vec::new();
    block_on(webhook::deliver(app.ports(), &app.config, app.clock.now(), &mut lines)).unwrap();
    lines
}

/// Rules that fire.
fn firing(app: &App) -> Vec<String> {
    let rows = app.rows("SELECT rule FROM alerts WHERE state = 'firing' ORDER BY rule");
    rows.iter().map(|row| row["rule"].as_str().unwrap().to_owned()).collect()
}

/// The changes of a rule, oldest first.
fn changes(app: &App, rule: &str) -> Vec<String> {
    let rows = app.rows(&format!("SELECT state FROM alert_changes WHERE rule = '{rule}' ORDER BY at, id"));
    rows.iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

fn records(app: &App, kind: &str) -> usize {
    app.rows(&format!("SELECT id FROM audit_records WHERE kind = '{kind}'")).len()
}

fn mails(app: &App) -> Vec<(String, String)> {
    let alerts = letters(app).into_iter().filter(|letter| letter.kind == "alert");
    alerts.map(|letter| (letter.contents.to, letter.contents.subject)).collect()
}

fn listed(app: &App, admin: &Account, rule: &str) -> Value {
    let body = app.get("/api/v1/admin/alerts").by(admin).status(200).body;
    assert_eq!(body["items"].as_array().unwrap().len(), RULES.len());
    body["items"].as_array().unwrap().iter().find(|item| item["rule"] == rule).unwrap().clone()
}

#[test]
fn errors_fire_an_alert_that_is_told_by_mail_and_webhook_and_ends() {
    let app = told();
    let admin = app.administrator("admin@example.com", "admin");
    assert_eq!(minutes(&app, 500, 0), Vec::<String>::new());
    assert_eq!(listed(&app, &admin, "availability_fast")["state"], json!("ok"));
    let lines = minutes(&app, 500, 40);
    assert!(lines.iter().any(|line| line.starts_with("availability_fast: firing, ")), "{lines:?}");
    let alert = listed(&app, &admin, "availability_fast");
    assert_eq!((&alert["state"], &alert["since"]), (&json!("firing"), &json!("2026-03-01T07:15:00.000Z")));
    assert!(alert["value"].as_f64().unwrap() > 14.4 && alert["runbook"] == "docs/runbooks/bad-release.md");

    deliver(&app);
    let asked = app.upstream.asked();
    assert_eq!(asked.len(), firing(&app).len(), "each is told once");
    let body = String::from_utf8(asked[0].body.clone().unwrap()).unwrap();
    let header = |name: &str| asked[0].headers.iter().find(|(key, _)| key == name).unwrap().1.clone();
    let signature = header("witness-signature");
    let (time, tag) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    assert_eq!(time.parse::<i64>().unwrap(), app.clock.now().seconds());
    let own = crypto::hmac(&[5; 32], &[time.as_bytes(), b".", body.as_bytes()]);
    assert_eq!(tag, crypto::hex(&own));
    let said: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&said["rule"], &said["state"], &said["severity"]),
        (&json!("availability_fast"), &json!("firing"), &json!("page"))
    );
    assert_eq!(deliver(&app), Vec::<String>::new());
    assert_eq!(app.upstream.asked().len(), asked.len());

    let count = firing(&app).len();
    let fired = mails(&app);
    assert_eq!(fired.len(), 2 * count);
    assert!(fired.contains(&("ada@example.com".to_owned(), "An alert fires".to_owned())), "{fired:?}");
    // The short time is well after one window, and three are waited for; the long one remembers the errors longer.
    for _ in 0..15 {
        minutes(&app, 5_000, 0);
    }
    assert_eq!(firing(&app), Vec::<String>::new());
    assert_eq!(changes(&app, "availability_fast"), ["firing", "ok"]);
    assert_eq!(mails(&app).len(), 4 * count);
    assert_eq!((records(&app, "alert.fired"), records(&app, "alert.ended")), (count, count));
    // The first one's token has expired.
    let admin = app.administrator("second@example.com", "admin");
    let history =
        app.get("/api/v1/admin/alerts/history?rule=availability_fast&limit=1").by(&admin).status(200).body;
    assert_eq!((&history["items"][0]["state"], &history["has_more"]), (&json!("ok"), &json!(true)));
    let next = history["next_cursor"].as_str().unwrap();
    let target = format!("/api/v1/admin/alerts/history?rule=availability_fast&limit=1&cursor={next}");
    let history = app.get(&target).by(&admin).status(200).body;
    assert_eq!(
        (&history["items"][0]["state"], &history["items"][0]["webhook"]),
        (&json!("firing"), &json!("delivered"))
    );
    assert_eq!(history["has_more"], json!(false));
}

#[test]
fn a_change_is_told_once_whatever_fails_in_the_middle() {
    for moment in [Moment::Before, Moment::After] {
        for call in 1..=3 {
            let app = told();
            count(&app, 500, 40);
            hand_over(&app);
            app.advance(300);
            app.database.fail_nth(call, moment, DatabaseError::new(DatabaseFault::Unavailable, "gone"));
            assert!(turn(&app).is_err());
            turn(&app).unwrap();
            assert_eq!(changes(&app, "availability_fast"), ["firing"], "{moment:?} {call}");
            let count = firing(&app).len();
            assert_eq!(
                (mails(&app).len(), records(&app, "alert.fired")),
                (2 * count, count),
                "{moment:?} {call}"
            );
            deliver(&app);
            assert_eq!(app.upstream.asked().len(), count);
        }
    }
}

#[test]
fn the_webhook_is_told_again_until_it_takes_it_or_is_given_up() {
    let app = told();
    for answer in [Scripted::ok(500, "no"), Scripted::Refused, Scripted::ok(200, "")] {
        app.upstream.script(HOOK, answer);
    }
    app.upstream.instead(HOOK, Scripted::ok(500, "no"));
    app.upstream.script(HOOK, Scripted::Refused).script(HOOK, Scripted::ok(200, ""));
    // One rule alone.
    app.objects.fail_always(Moment::Before, PortError::Unavailable("gone".to_owned()));
    for _ in 0..3 {
        app.advance(300);
        assert!(turn(&app).is_err());
    }
    assert_eq!(firing(&app), ["windows_missing"]);
    let state = |app: &App| app.rows("SELECT webhook, attempts, failure FROM alert_changes")[0].clone();
    for (attempts, failure) in [(1, "status 500"), (2, "no answer")] {
        deliver(&app);
        deliver(&app);
        assert_eq!(state(&app), json!({"webhook": "waiting", "attempts": attempts, "failure": failure}));
        app.advance(60 << (attempts - 1));
    }
    deliver(&app);
    assert_eq!(state(&app), json!({"webhook": "delivered", "attempts": 3, "failure": null}));
    assert_eq!(app.upstream.asked().len(), 3);
    let ids: Vec<Value> = app
        .upstream
        .asked()
        .iter()
        .map(|asked| serde_json::from_slice::<Value>(asked.body.as_ref().unwrap()).unwrap()["id"].clone())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "whoever gets it twice knows it by its id");

    app.upstream.instead(HOOK, Scripted::ok(503, ""));
    app.objects.heal();
    turn(&app).unwrap();
    assert_eq!(firing(&app), Vec::<String>::new(), "gathered again");
    let mut lines = Vec::new();
    for _ in 0..20 {
        lines.extend(deliver(&app));
        app.advance(3 * 3_600);
    }
    assert_eq!(lines, ["webhook given up: windows_missing: status 503"]);
    assert_eq!(app.upstream.asked().len(), 3 + usize::try_from(MOST_ATTEMPTS).unwrap());
}

#[test]
fn a_silence_keeps_it_from_being_told_until_it_is_over() {
    let app = told();
    let admin = app.administrator("admin@example.com", "admin");
    let silence = |until: &str| {
        let body = json!({"until": until, "reason": "Maintenance."});
        app.post("/api/v1/admin/alerts/availability_fast/silence", body).by(&admin)
    };
    let alert = silence("2026-03-01T07:20:00.000Z").status(200).body;
    assert_eq!((&alert["silence_reason"], &alert["evaluated_at"]), (&json!("Maintenance."), &Value::Null));
    assert_eq!(records(&app, "alert.silenced"), 1);
    minutes(&app, 500, 40);
    let about = |app: &App| {
        let all = letters(app).into_iter().filter(|letter| letter.kind == "alert");
        all.filter(|letter| letter.contents.text.contains("availability_fast")).count()
    };
    assert!(firing(&app).contains(&"availability_fast".to_owned()));
    assert_eq!((about(&app), changes(&app, "availability_fast").len()), (0, 1));
    minutes(&app, 500, 40);
    minutes(&app, 500, 40);
    assert_eq!(
        (about(&app), changes(&app, "availability_fast")),
        (2, vec!["firing".to_owned(), "firing".to_owned()])
    );
    minutes(&app, 500, 40);
    assert_eq!(about(&app), 2, "said once");
    // The first one's token has expired.
    let admin = app.administrator("second@example.com", "admin");
    let silence = |until: &str| {
        let body = json!({"until": until, "reason": "Maintenance."});
        app.post("/api/v1/admin/alerts/availability_fast/silence", body).by(&admin)
    };
    silence("2026-03-09T07:20:00.000Z").problem(422, "invalid-request");
    assert_eq!(silence("2026-03-01T00:00:00.000Z").status(200).body["silenced_until"], Value::Null);
    app.post("/api/v1/admin/alerts/nothing/silence", json!({"until": "2026-03-01T08:00:00Z", "reason": "x"}))
        .by(&admin)
        .problem(404, "not-found");
    let ada = app.account("ada@example.com");
    app.get("/api/v1/admin/alerts").by(&ada).problem(403, "forbidden");
}

#[test]
fn too_few_requests_and_clocks_that_jump_fire_nothing() {
    let app = told();
    minutes(&app, 15, 15);
    minutes(&app, 1, 1);
    assert_eq!(firing(&app), Vec::<String>::new(), "too few to say anything");
    let start = app.clock.now();
    for jump in [-3_600, 86_400, -30 * 86_400, 400 * 86_400, -300, 6 * 3_600, -2 * 86_400] {
        app.clock.set(start.plus_millis(jump * 1_000));
        for _ in 0..4 {
            count(&app, 1_000, 0);
            hand_over(&app);
            turn(&app).unwrap();
            app.advance(300);
            turn(&app).unwrap();
        }
    }
    assert_eq!(firing(&app), Vec::<String>::new());
    assert_eq!(app.rows("SELECT id FROM alert_changes"), Vec::<Value>::new());
}

#[test]
fn collectors_that_are_silent_for_a_quarter_of_an_hour_are_told_of() {
    let app = told();
    app.objects.fail_always(Moment::Before, PortError::Unavailable("gone".to_owned()));
    for windows in 1..=4 {
        app.advance(300);
        assert!(turn(&app).is_err() && turn(&app).is_err());
        assert_eq!(firing(&app).len(), usize::from(windows >= 3), "{windows}");
    }
    assert_eq!(mails(&app).len(), 2);
    app.objects.heal();
    turn(&app).unwrap();
    assert_eq!(changes(&app, "windows_missing"), ["firing", "ok"]);
}

#[test]
fn requests_that_are_gone_against_the_day_before_are_told_of() {
    let app = told();
    for _ in 0..(25 * 12) {
        minutes(&app, 30, 0);
    }
    assert_eq!(firing(&app), Vec::<String>::new());
    for _ in 0..12 {
        minutes(&app, 1, 0);
    }
    assert_eq!(firing(&app), Vec::<String>::new());
    for _ in 0..3 {
        minutes(&app, 1, 0);
    }
    assert_eq!(firing(&app), ["requests_gone"]);
    for _ in 0..13 {
        minutes(&app, 400, 0);
    }
    assert_eq!(firing(&app), ["requests_surge"]);
}

#[test]
fn every_rule_has_a_runbook_and_a_place_in_the_guide() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let guide = fs::read_to_string(root.join("docs/alerts.md")).unwrap();
    for rule in &RULES {
        assert!(root.join(rule.runbook()).is_file(), "{}", rule.id);
        assert!(guide.contains(&format!("`{}`", rule.id)), "{} is not in docs/alerts.md", rule.id);
        assert!(rule.below <= rule.above && rule.fires_after > 0 && rule.ends_after > 0);
    }
    let kinds = |found: fn(&Measure) -> bool| RULES.iter().any(|rule| found(&rule.measure));
    assert!(kinds(|one| matches!(one, Measure::Burn { long: 12, short: 1, .. })));
    assert!(kinds(|one| matches!(one, Measure::Burn { long: 72, short: 6, .. })));
}
