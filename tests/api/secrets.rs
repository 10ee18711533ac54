//! The age of secrets: noticed by the upkeep, told of in time and once, listed for administrators.

use std::fs;
use std::path::Path;

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};
use witness::config::Config;
use witness::host::Moment;
use witness::identity::caller::Role;
use witness::kernel::crypto;
use witness::kernel::time::Timestamp;
use witness::ops::secrets::TRACKED;
use witness::ops::secrets::stage::{DAY, stage};
use witness::ops::upkeep::{self, Memory, Upkeep};
use witness::ports::{Clock, Database, DatabaseError, DatabaseFault, Statement};

use crate::app::{Account, App, START};
use crate::mail::letters;
use crate::samples::person;

const LIST: &str = "/api/v1/admin/secrets";

fn look(app: &App, memory: &Memory) -> Upkeep {
    block_on(upkeep::run(app.ports(), &app.config, memory, app.clock.now()))
}

/// A look by somebody who remembers none, and what it logs.
fn alerts(app: &App) -> Vec<String> {
    let Upkeep { failures, alerts, .. } = look(app, &Memory::default());
    assert!(failures.is_empty(), "{failures:?}");
    alerts
}

fn days(app: &App, days: u64) {
    app.advance(days * 86_400);
}

/// Other settings, as a new deployment has them.
fn deploy(app: &mut App, variables: &[(&str, u8)]) {
    let text = |byte: u8| crypto::base64url(&[byte; 32]);
    let usual = [("JWT_SECRET", 1), ("CURSOR_SECRET", 2), ("VAULT_KEY", 3)];
    app.config = Config::read(&|name| {
        let of = |list: &[(&str, u8)]| list.iter().find(|(key, _)| *key == name).map(|(_, byte)| text(*byte));
        of(variables).or_else(|| of(&usual))
    })
    .unwrap();
}

fn listed(app: &App, admin: &Account) -> Vec<Value> {
    app.get(LIST).by(admin).status(200).body["items"].as_array().unwrap().clone()
}

fn states(app: &App) -> Vec<(String, String)> {
    let number = app.rows("SELECT count(*) AS n FROM users")[0]["n"].clone();
    let admin = person(app, &format!("reader{number}@example.com"), Role::Admin);
    let states = listed(app, &admin);
    app.rows(&format!("UPDATE users SET role = 'user' WHERE id = '{}' RETURNING id", admin.user_id));
    let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
    states.iter().map(|item| (text(item, "name"), text(item, "state"))).collect()
}

fn of(states: &[(String, String)], name: &str) -> String {
    states.iter().find(|(key, _)| key == name).unwrap().1.clone()
}

/// Kinds of records about secrets, oldest first.
fn records(app: &App) -> Vec<(String, String)> {
    let rows =
        app.rows("SELECT kind, subject_id FROM audit_records WHERE subject_type = 'secret' ORDER BY rowid");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(row, "kind"), text(row, "subject_id"))).collect()
}

fn told(app: &App, kind: &str) -> Vec<(String, String)> {
    letters(app)
        .into_iter()
        .filter(|letter| letter.kind == kind)
        .map(|it| (it.contents.to, it.contents.text))
        .collect()
}

#[test]
fn ages_begin_with_the_first_look_and_show_nothing_of_the_values() {
    let app = App::new();
    let admin = person(&app, "admin@example.com", Role::Admin);
    assert_eq!(listed(&app, &admin), Vec::<Value>::new());
    assert_eq!(alerts(&app), Vec::<String>::new());
    let expected: Vec<Value> = ["CURSOR_SECRET", "JWT_SECRET", "VAULT_KEY"]
        .map(|name| {
            json!({"name": name, "kind": "key", "first_seen": START, "expires_at": "2027-03-01T07:00:00.000Z",
                   "state": "current"})
        })
        .to_vec();
    assert_eq!(listed(&app, &admin), expected);
    assert_eq!(records(&app), [], "that a watch begins is no news");
    let kept = Value::from(app.rows("SELECT * FROM secrets")).to_string();
    for (_, secret) in &app.config.secrets.set {
        let value = String::from_utf8(secret.bytes().to_vec()).unwrap();
        assert!(!kept.contains(&value));
    }
    let read = app.rows("SELECT kind FROM audit_records WHERE subject_id = 'list_secrets'");
    assert_eq!(read, [json!({"kind": "data.read"}), json!({"kind": "data.read"})], "reading is recorded");
}

#[test]
fn administrators_are_told_once_a_stage_until_the_secret_is_replaced() {
    let mut app = App::new();
    person(&app, "ada@example.com", Role::Admin);
    person(&app, "ben@example.com", Role::Admin);
    person(&app, "carol@example.com", Role::Support);
    alerts(&app);
    for (wait, state, kind) in [
        (335, "expiring", "secret.expiring"),
        (23, "urgent", "secret.expiring"),
        (7, "expired", "secret.expired"),
    ] {
        days(&app, wait);
        let before = records(&app).len();
        let lines = alerts(&app);
        assert_eq!(lines.len(), 3);
        assert!(
            lines.iter().any(|line| line == &format!("VAULT_KEY: {state}, 2027-03-01T07:00:00.000Z")),
            "{lines:?}"
        );
        assert_eq!(alerts(&app), Vec::<String>::new(), "once");
        let new = records(&app).split_off(before);
        assert_eq!(new.len(), 3);
        assert!(new.iter().all(|(told, _)| told == kind), "{new:?}");
        assert_eq!(of(&states(&app), "VAULT_KEY"), state);
    }
    // A month and a half have passed: the first mails are no longer kept.
    let mails = told(&app, "secret_ends");
    let to = |address: &str| mails.iter().filter(|(to, _)| to == address).count();
    assert_eq!((to("ada@example.com"), to("ben@example.com"), to("carol@example.com")), (9, 9, 0));
    assert!(
        mails.iter().any(|(_, text)| text.contains("VAULT_KEY should have been replaced by 2027-03-01")),
        "{mails:?}"
    );
    let admin = person(&app, "dora@example.com", Role::Admin);
    let health = app.get("/api/v1/admin/system/health").by(&admin).status(200).body;
    assert_eq!(
        (&health["status"], &health["waiting"]["secrets_expired"], &health["waiting"]["secrets"]),
        (&json!("degraded"), &json!(3), &json!(0))
    );
    deploy(&mut app, &[("JWT_SECRET", 4), ("CURSOR_SECRET", 5), ("VAULT_KEY", 6), ("VAULT_KEY_PREVIOUS", 3)]);
    alerts(&app);
    assert!(states(&app).iter().all(|(_, state)| state == "current"));
    let mut replaced: Vec<String> = records(&app)
        .into_iter()
        .filter(|(kind, _)| kind == "secret.replaced")
        .map(|(_, name)| name)
        .collect();
    replaced.sort_unstable();
    assert_eq!(replaced, ["CURSOR_SECRET", "JWT_SECRET", "VAULT_KEY"]);
    assert!(records(&app).contains(&("secret.added".to_owned(), "VAULT_KEY_PREVIOUS".to_owned())));
    let admin = person(&app, "eve@example.com", Role::Admin);
    assert_eq!(app.get("/api/v1/admin/system/health").by(&admin).status(200).body["status"], "ready");
}

#[test]
fn a_former_key_that_stays_is_told_of() {
    let mut app = App::new();
    person(&app, "ada@example.com", Role::Admin);
    alerts(&app);
    deploy(&mut app, &[("JWT_SECRET", 4), ("JWT_SECRET_PREVIOUS", 1)]);
    alerts(&app);
    days(&app, 1);
    assert_eq!(alerts(&app), Vec::<String>::new());
    days(&app, 1);
    assert_eq!(alerts(&app), ["JWT_SECRET_PREVIOUS: expired, 2026-03-03T07:00:00.000Z"]);
    assert_eq!(told(&app, "secret_ends").len(), 1);
    deploy(&mut app, &[("JWT_SECRET", 4)]);
    alerts(&app);
    assert_eq!(
        records(&app).last().unwrap(),
        &("secret.removed".to_owned(), "JWT_SECRET_PREVIOUS".to_owned())
    );
    assert!(states(&app).iter().all(|(name, _)| name != "JWT_SECRET_PREVIOUS"));
}

#[test]
fn a_shorter_age_counts_from_the_same_beginning() {
    let mut app = App::with(&[("SECRET_MAX_AGE_DAYS", "90")]);
    alerts(&app);
    days(&app, 60);
    assert_eq!(alerts(&app).len(), 3);
    assert_eq!(of(&states(&app), "VAULT_KEY"), "expiring");
    deploy(&mut app, &[]);
    assert_eq!(of(&states(&app), "VAULT_KEY"), "current");
    // Of a stage that was told nobody hears again.
    days(&app, 275);
    assert_eq!(alerts(&app), Vec::<String>::new());
    days(&app, 23);
    assert_eq!(alerts(&app).len(), 3);
}

#[test]
fn it_looks_once_an_hour_and_again_after_a_failure() {
    let app = App::new();
    let memory = Memory::default();
    assert!(look(&app, &memory).failures.is_empty());
    let quiet = app.database.calls();
    look(&app, &memory);
    let quiet = app.database.calls() - quiet;
    app.advance(3_599);
    look(&app, &memory); // Windows have ended.
    let before = app.database.calls();
    look(&app, &memory);
    assert_eq!(app.database.calls() - before, quiet);
    app.advance(1);
    app.database.fail_next(Moment::Before, DatabaseError::new(DatabaseFault::Unavailable, "away"));
    assert_eq!(look(&app, &memory).failures.len(), 1);
    let before = app.database.calls();
    assert!(look(&app, &memory).failures.is_empty());
    assert_eq!(app.database.calls() - before, quiet + 1, "the look that failed is made up for");
}

#[test]
fn whatever_fails_in_between_everybody_is_told_once() {
    for moment in [Moment::Before, Moment::After] {
        for call in 1..8 {
            let mut app = App::new();
            person(&app, "ada@example.com", Role::Admin);
            alerts(&app);
            deploy(&mut app, &[("MAIL_API_KEY", 9)]);
            days(&app, 365);
            app.database.fail_nth(call, moment, DatabaseError::new(DatabaseFault::Unavailable, "away"));
            for _ in 0..3 {
                look(&app, &Memory::default());
            }
            app.database.heal();
            alerts(&app);
            assert_eq!(told(&app, "secret_ends").len(), 3, "{moment:?} {call}");
            let kinds: Vec<String> = records(&app).into_iter().map(|(kind, _)| kind).collect();
            assert_eq!(kinds.iter().filter(|kind| *kind == "secret.expired").count(), 3, "{moment:?} {call}");
            assert_eq!(kinds.iter().filter(|kind| *kind == "secret.added").count(), 1, "{moment:?} {call}");
        }
    }
}

/// Makes a key that ends in so many days; its id.
fn ending(app: &App, account: &Account, target: &str, name: &str, in_days: i64) -> String {
    let end = app.clock.now().plus_millis(in_days * DAY);
    let scopes = if target == "/api/v1/keys" { "readings:read" } else { "admin:keys:write" };
    let body = json!({"name": name, "scopes": [scopes], "expires_at": end.to_string()});
    let made = app.post(target, body).by(account).status(201).body;
    made["api_key"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_owner_of_a_key_is_told_a_week_ahead_and_once() {
    let app = App::new();
    let ada = person(&app, "ada@example.com", Role::User);
    person(&app, "admin@example.com", Role::Admin);
    let id = ending(&app, &ada, "/api/v1/keys", "Home\n\nhttps://evil.example.com", 60);
    ending(&app, &ada, "/api/v1/keys", "Short", 10);
    let gone = ending(&app, &ada, "/api/v1/keys", "Gone", 60);
    app.delete(&format!("/api/v1/keys/{gone}")).by(&ada).status(204);
    let old = ending(&app, &ada, "/api/v1/keys", "Rotated", 60);
    app.post(&format!("/api/v1/keys/{old}/rotate"), json!({"overlap_hours": 24})).by(&ada).status(201);
    alerts(&app);
    days(&app, 52);
    assert_eq!(told(&app, "key_ends"), []);
    alerts(&app);
    days(&app, 1);
    let lines = alerts(&app);
    assert!(lines.contains(&format!("{id}: urgent, 2026-04-30T07:00:00.000Z")), "{lines:?}");
    days(&app, 1);
    assert_eq!(alerts(&app), Vec::<String>::new());
    let mails = told(&app, "key_ends");
    assert!(mails.iter().all(|(to, _)| to == "ada@example.com"));
    assert!(
        mails
            .iter()
            .any(|(_, text)| text.contains("The key Home  https://evil.example.com, whose text ends with")),
        "{mails:?}"
    );
    let events = app
        .rows("SELECT user_id, subject_id, actor FROM events WHERE type = 'api_key.expiring' ORDER BY seq");
    assert!(
        events.contains(&json!({"user_id": ada.user_id, "subject_id": id, "actor": "house"})),
        "{events:?}"
    );
    assert_eq!(events.len(), mails.len());
    assert!(!events.iter().any(|event| event["subject_id"] == *gone || event["subject_id"] == *old));
    // With another end it is told again.
    app.rows("UPDATE sessions SET expires_at = expires_at * 2 RETURNING id");
    let ada = Account { token: crate::samples::token(&app, &ada, &crate::samples::Claims::default()), ..ada };
    let end = app.clock.now().plus_millis(20 * DAY).to_string();
    app.patch(&format!("/api/v1/keys/{id}"), json!({"expires_at": end}))
        .bytes("application/merge-patch+json", json!({"expires_at": end}).to_string())
        .by(&ada)
        .status(200);
    assert_eq!(alerts(&app), Vec::<String>::new());
    days(&app, 13);
    assert_eq!(alerts(&app).len(), 1);
}

#[test]
fn administrators_are_told_of_their_keys_too() {
    let app = App::new();
    let admin = person(&app, "admin@example.com", Role::Admin);
    alerts(&app);
    let id = ending(&app, &admin, "/api/v1/admin/keys", "Watch", 90);
    for (wait, state) in [(60, "expiring"), (23, "urgent"), (7, "expired")] {
        days(&app, wait);
        let lines = alerts(&app);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(&format!("{id}: {state}")), "{lines:?}");
        assert_eq!(of(&states(&app), "Watch"), state);
    }
    let kinds =
        app.rows("SELECT kind, user_id FROM audit_records WHERE kind LIKE 'admin_key.expir%' ORDER BY rowid");
    let kinds: Vec<&str> = kinds.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["admin_key.expiring", "admin_key.expiring", "admin_key.expired"]);
    days(&app, 31);
    assert!(states(&app).iter().all(|(name, _)| name != "Watch"), "what ended a month ago is left out");
}

#[test]
fn every_secret_that_the_configuration_reads_is_watched() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<_> =
        fs::read_dir(folder.join("config")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.push(folder.join("config.rs"));
    let mut found = 0;
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let names = code.split('"').filter(|part| part.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
        for name in
            names.filter(|name| ["SECRET", "KEY", "TOKEN", "PASSWORD"].iter().any(|word| name.contains(word)))
        {
            // Former public keys stay as long as what they signed; the others are names.
            let plain = [
                "AUDIT_PUBLIC_KEYS_PREVIOUS",
                "RELAY_PUBLIC_KEYS_PREVIOUS",
                "APPLE_KEY_ID",
                "SECRET_MAX_AGE_DAYS",
            ];
            if plain.contains(&name) {
                continue;
            }
            assert!(
                TRACKED.iter().any(|tracked| tracked.name == name),
                "{name} in {} is not watched",
                file.display()
            );
            found += 1;
        }
    }
    assert!(found >= 9, "{found} names were found");
    for provider in ["GOOGLE", "GITHUB", "MICROSOFT"] {
        assert!(TRACKED.iter().any(|tracked| tracked.name == format!("{provider}_CLIENT_SECRET")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// The statement that finds keys and the rule agree on every key.
    #[test]
    fn keys_are_found_at_the_stages_of_the_rule(keys in prop::collection::vec((0_i64..500, 1_i64..500), 1..40)) {
        let app = App::new();
        let admin = person(&app, "admin@example.com", Role::Admin);
        let at = |day: i64| Timestamp::EPOCH.plus_millis(day * DAY);
        let now = at(500);
        let mut expected = Vec::new();
        for (number, (made, life)) in keys.into_iter().enumerate() {
            let (from, end) = (at(made), at(made + life));
            app.rows(&format!(
                "INSERT INTO api_keys (id, owner, user_id, kind, name, hash, prefix, last_four, scopes, expires_at, created_at, updated_at)
                 VALUES ('{}', 'admin', '{}', 'admin', 'k', '{number}', 'p', 'last', '[]', {}, {}, 0) RETURNING id",
                format_args!("0197f7a0-0000-7000-8000-{number:012}"), admin.user_id, end.millis(), from.millis()
            ));
            let stage = stage(from, end, now);
            if stage > 0 && end > at(493) {
                expected.push((number, stage));
            }
        }
        let statement = Statement::new(include_str!("../../src/ops/sql/keys_ending.sql"))
            .bind(now).bind(at(507)).bind(at(530)).bind(at(493)).bind(7 * DAY).bind(30 * DAY).bind(1_000);
        let rows: Vec<Value> = block_on(app.database.run(statement)).unwrap().rows.read().unwrap();
        let mut found: Vec<(usize, i64)> = rows.iter().map(|row| {
            let id = row["id"].as_str().unwrap();
            (id[24..].parse().unwrap(), row["stage"].as_i64().unwrap())
        }).collect();
        found.sort_unstable();
        prop_assert_eq!(found, expected);
    }
}
