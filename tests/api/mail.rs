//! Mail: written with the change, delivered once, tried again, given up; and the mailbox of administrators.

use std::time::Duration;

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::host::Scripted;
use witness::identity::mail::{self, Contents};
use witness::kernel::id::Id;
use witness::ports::Clock;

use crate::app::{App, PASSWORD};

/// A mail that lies in the mailbox.
pub struct Letter {
    pub id: String,
    pub kind: String,
    pub contents: Contents,
}

impl Letter {
    /// The bare token in it.
    pub fn token(&self) -> String {
        self.contents
            .text
            .split("for programs: ")
            .nth(1)
            .unwrap()
            .split_whitespace()
            .next()
            .unwrap()
            .to_owned()
    }
}

/// All mails whose text is still kept, oldest first.
pub fn letters(app: &App) -> Vec<Letter> {
    let rows = app.rows("SELECT id, kind, sealed FROM mails WHERE sealed <> '' ORDER BY rowid");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            let id = text(row, "id");
            let contents = mail::open(&app.config, Id::parse(&id).unwrap(), &text(row, "sealed")).unwrap();
            Letter { id, kind: text(row, "kind"), contents }
        })
        .collect()
}

/// The newest mail of a kind to an address.
pub fn letter(app: &App, kind: &str, to: &str) -> Letter {
    let found = letters(app).into_iter().rev().find(|letter| letter.kind == kind && letter.contents.to == to);
    found.unwrap_or_else(|| panic!("no {kind} to {to}"))
}

pub fn kinds(app: &App) -> Vec<String> {
    letters(app).into_iter().map(|letter| letter.kind).collect()
}

const URL: &str = "https://mail.example.com/emails";
const PROVIDER: [(&str, &str); 5] = [
    ("LIMIT_SCALE", "100000"),
    ("MAIL_PROVIDER", "resend"),
    ("MAIL_API_KEY", "re_secret"),
    ("MAIL_FROM", "Witness <hello@example.com>"),
    ("MAIL_URL", "https://mail.example.com"),
];

fn register(app: &App) {
    let body = json!({"email": "ada@example.com", "password": PASSWORD});
    app.post("/api/v1/auth/register", body).status(202);
}

fn stored(app: &App) -> Value {
    app.rows(
        "SELECT attempts, next_attempt_at, delivered_at IS NOT NULL AS delivered, failure, sealed FROM mails",
    )[0]
    .clone()
}

fn run(app: &App) {
    block_on(mail::deliver_pending(app.ports(), &app.config, app.clock.now())).unwrap();
}

#[test]
fn a_provider_is_handed_the_mail_once_and_its_text_is_dropped() {
    let app = App::with(&PROVIDER);
    app.upstream.script(URL, Scripted::ok(200, "{\"id\":\"x\"}"));
    register(&app);
    run(&app);
    let asked = app.upstream.asked();
    assert_eq!(asked.len(), 1, "a delivered mail is not handed in again");
    let body: Value = serde_json::from_slice(asked[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(
        (&body["from"], &body["to"]),
        (&json!("Witness <hello@example.com>"), &json!(["ada@example.com"]))
    );
    assert!(body["text"].as_str().unwrap().contains("/account/verify#token="));
    assert!(body["html"].as_str().unwrap().contains("<a href=\"https://"));
    let header = |name: &str| asked[0].headers.iter().find(|(key, _)| key == name).unwrap().1.clone();
    assert_eq!(header("authorization"), "Bearer re_secret");
    assert!(header("idempotency-key").starts_with("mail-"));
    let row = stored(&app);
    assert_eq!(
        (&row["delivered"], &row["sealed"], &row["next_attempt_at"]),
        (&json!(1), &json!(""), &Value::Null)
    );
}

#[test]
fn trouble_is_tried_again_with_longer_pauses_and_given_up_after_a_day() {
    let app = App::with(&PROVIDER);
    for answer in [
        Scripted::Refused,
        Scripted::ok(500, "no"),
        Scripted::ok(429, ""),
        Scripted::ok(200, "").after(Duration::from_secs(60)),
        Scripted::ok(503, ""),
    ] {
        app.upstream.script(URL, answer);
    }
    register(&app);
    for attempts in 1..8 {
        let row = stored(&app);
        assert_eq!((&row["attempts"], &row["delivered"]), (&json!(attempts), &json!(0)));
        run(&app);
        assert_eq!(app.upstream.asked().len(), attempts, "it is not due yet");
        let due = row["next_attempt_at"].as_i64().unwrap() - app.clock.now().millis();
        app.advance(u64::try_from(due / 1000).unwrap());
        run(&app);
    }
    let row = stored(&app);
    assert_eq!(
        (&row["attempts"], &row["next_attempt_at"], &row["failure"]),
        (&json!(8), &Value::Null, &json!("status 503"))
    );
    app.advance(7 * 86_400);
    run(&app);
    assert_eq!(app.upstream.asked().len(), 8, "it was given up");
    let keys: Vec<String> = app.upstream.asked().iter().map(|asked| format!("{:?}", asked.headers)).collect();
    assert!(keys.iter().all(|key| key == &keys[0]), "the provider knows it by its key");
}

#[test]
fn a_refusal_is_final_and_a_run_that_dies_is_repeated() {
    let app = App::with(&PROVIDER);
    app.upstream.script(URL, Scripted::ok(422, "the address is ada@example.com"));
    register(&app);
    let row = stored(&app);
    assert_eq!((&row["failure"], &row["next_attempt_at"]), (&json!("status 422"), &Value::Null));

    let app = App::with(&PROVIDER);
    app.upstream.script(URL, Scripted::ok(500, "")).script(URL, Scripted::ok(200, ""));
    register(&app);
    // As if the run had died between the claim and what it wrote then.
    app.rows("UPDATE mails SET failure = NULL RETURNING id");
    app.advance(60);
    run(&app);
    assert_eq!(stored(&app)["delivered"], 1);
}

#[test]
fn mails_are_forgotten_after_thirty_days() {
    let app = App::new();
    register(&app);
    run(&app);
    assert_eq!(letters(&app).len(), 1);
    app.advance(32 * 86_400);
    run(&app);
    assert_eq!(app.rows("SELECT count(*) AS n FROM mails")[0]["n"], 0);
    assert_eq!(app.rows("SELECT count(*) AS n FROM mail_tokens")[0]["n"], 0);
}

#[test]
fn nothing_of_a_mail_is_readable_in_the_database() {
    let app = App::new();
    register(&app);
    let token = letter(&app, "welcome", "ada@example.com").token();
    let rows = |table: &str| serde_json::to_string(&app.rows(&format!("SELECT * FROM {table}"))).unwrap();
    for text in ["ada@example.com", "Welcome", &token] {
        assert!(!rows("mails").contains(text), "{text}");
    }
    assert!(!rows("mail_tokens").contains(&token) && !rows("events").contains(&token));
}

#[test]
fn administrators_read_the_mailbox_page_by_page() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for n in 0..3 {
        let body = json!({"email": format!("n{n}@example.com"), "password": PASSWORD});
        app.post("/api/v1/auth/register", body).status(202);
        app.advance(1);
    }
    app.get("/api/v1/admin/mailbox").by(&ada).problem(403, "forbidden");
    app.rows("UPDATE users SET role = 'admin' WHERE email = 'ada@example.com' RETURNING id");
    app.rows("UPDATE sessions SET methods = 'pwd otp' RETURNING id");
    let body = json!({"refresh_token": ada.refresh_token});
    let token =
        app.post("/api/v1/auth/refresh", body).status(200).body["access_token"].as_str().unwrap().to_owned();
    let get = |target: &str| app.get(target).header("authorization", format!("Bearer {token}"));
    let (mut seen, mut target) = (Vec::new(), "/api/v1/admin/mailbox?limit=3".to_owned());
    loop {
        let page = get(&target).status(200).body;
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        target = format!("/api/v1/admin/mailbox?limit=3&cursor={cursor}");
    }
    let mut kept: Vec<String> = letters(&app).into_iter().map(|letter| letter.id).collect();
    kept.reverse();
    assert_eq!(seen, kept, "newest first, each once");
    let newest = letters(&app).pop().unwrap();
    let mail = get(&format!("/api/v1/admin/mailbox/{}", newest.id)).status(200).body;
    assert_eq!((&mail["to"], &mail["text"]), (&json!("n2@example.com"), &json!(newest.contents.text)));
    get("/api/v1/admin/mailbox?cursor=AAAA").problem(422, "cursor-invalid");
    get(&format!("/api/v1/admin/mailbox/{}", ada.user_id)).problem(404, "not-found");
}
