//! The second factor: enrolment, use, limits, and its end.

use futures::executor::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};
use witness::config::Secret;
use witness::identity::two_factor::{self, Checked, totp};
use witness::kernel::crypto;
use witness::kernel::id::Id;
use witness::kernel::problem::Code;
use witness::ports::Clock;

use crate::app::{Account, App, Call, PASSWORD, Reply};
use crate::attempts;

const PATH: &str = "/api/v1/auth/two-factor";

/// A device that has an account's secret.
pub struct Device {
    secret: Vec<u8>,
    pub backup_codes: Vec<String>,
}

impl Device {
    /// What the device shows now, or that many steps away from now.
    pub fn code(&self, app: &App, offset: i64) -> String {
        totp::code(&self.secret, totp::step(app.clock.now()) + offset)
    }
}

fn decoded(base32: &str) -> Vec<u8> {
    let (mut out, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in base32.bytes() {
        let value = if letter.is_ascii_uppercase() { letter - b'A' } else { letter - b'2' + 26 };
        held = (held << 5 | u32::from(value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 255) as u8);
        }
    }
    out
}

/// Gives a device the secret of an account, not confirmed yet.
fn enrolled(app: &App, account: &Account) -> Device {
    let answer = app.call("POST", &format!("{PATH}/enrol")).by(account).status(200);
    let secret = answer.body["secret"].as_str().unwrap();
    let uri = answer.body["uri"].as_str().unwrap();
    assert!(uri.contains(&format!("?secret={secret}&issuer=Witness")), "{uri}");
    Device { secret: decoded(secret), backup_codes: Vec::new() }
}

/// Turns the second factor of an account on; the code of this step is used.
pub fn enabled(app: &App, account: &Account) -> Device {
    let mut device = enrolled(app, account);
    let body = json!({"code": device.code(app, 0)});
    let answer = app.post(&format!("{PATH}/confirm"), body).by(account).status(200);
    device.backup_codes = answer.body["codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    device
}

/// Brings an account to where one of these operations succeeds; the body that it takes.
pub fn prepared(app: &App, account: &Account, operation: &str) -> Option<Value> {
    match operation {
        "confirm_two_factor" => Some(json!({"code": enrolled(app, account).code(app, 0)})),
        "disable_two_factor" => Some(json!({"code": enabled(app, account).code(app, 1)})),
        "renew_backup_codes" => {
            enabled(app, account);
            None
        }
        _ => None,
    }
}

fn login<'a>(app: &'a App, code: Option<&str>) -> Call<'a> {
    let mut body = json!({"email": "ada@example.com", "password": PASSWORD});
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    // Sign-ins as a whole are delayed too; that is another test's matter.
    attempts::forget(app, "ada@example.com");
    app.post("/api/v1/auth/login", body)
}

fn kinds(app: &App) -> Vec<String> {
    let rows = app.rows("SELECT kind FROM audit_records WHERE subject_type = 'two_factor' ORDER BY rowid");
    rows.iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_code_is_asked_for_once_the_device_has_shown_one() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let off = json!({"enabled": false, "backup_codes_left": 0});
    assert_eq!(app.get(PATH).by(&ada).status(200).body, off);
    let device = enrolled(&app, &ada);
    assert_eq!(app.get(PATH).by(&ada).status(200).body, off, "a secret alone asks for nothing");
    login(&app, None).status(200);
    let confirm = format!("{PATH}/confirm");
    app.post(&confirm, json!({"code": "000000"})).by(&ada).problem(403, "invalid-code");
    let code = device.code(&app, 0);
    let answer = app.post(&confirm, json!({"code": code})).by(&ada).status(200);
    assert_eq!(answer.body["codes"].as_array().unwrap().len(), 10);
    app.post(&confirm, json!({"code": code})).by(&ada).problem(409, "conflict");

    login(&app, None).problem(401, "two-factor-required");
    app.post("/api/v1/auth/login", json!({"email": "ada@example.com", "password": "guess"}))
        .problem(401, "invalid-credentials");
    login(&app, Some(&code)).problem(403, "invalid-code");
    let next = device.code(&app, 1);
    login(&app, Some(&next)).status(200);
    login(&app, Some(&next)).problem(403, "invalid-code");
    let methods = app.rows("SELECT methods FROM sessions ORDER BY rowid");
    let methods: Vec<&str> = methods.iter().map(|row| row["methods"].as_str().unwrap()).collect();
    assert_eq!(methods, ["pwd otp", "pwd", "pwd otp"], "the first has shown the factor by confirming it");
    assert_eq!(app.rows("SELECT epoch FROM users")[0]["epoch"], 1);
    assert_eq!(kinds(&app), ["two_factor.enabled", "two_factor.refused", "two_factor.refused"]);
    let on = app.get(PATH).by(&ada).status(200);
    assert_eq!((&on.body["enabled"], &on.body["backup_codes_left"]), (&json!(true), &json!(10)));
}

#[test]
fn a_backup_code_is_good_once_and_until_new_ones_are_made() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let device = enabled(&app, &ada);
    let (first, second) = (&device.backup_codes[0], &device.backup_codes[1]);
    login(&app, Some(&first.to_uppercase().replace('-', " "))).status(200);
    login(&app, Some(first)).problem(403, "invalid-code");
    assert_eq!(app.get(PATH).by(&ada).status(200).body["backup_codes_left"], 9);
    let renewed = app.call("POST", &format!("{PATH}/backup-codes")).by(&ada).status(200);
    login(&app, Some(second)).problem(403, "invalid-code");
    login(&app, Some(renewed.body["codes"][0].as_str().unwrap())).status(200);
    let expected = [
        "two_factor.enabled",
        "two_factor.backup_code_used",
        "two_factor.refused",
        "two_factor.backup_codes_renewed",
        "two_factor.refused",
        "two_factor.backup_code_used",
    ];
    assert_eq!(kinds(&app), expected);
}

#[test]
fn nothing_that_is_stored_or_logged_makes_codes() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let device = enabled(&app, &ada);
    let reply = login(&app, Some(&device.backup_codes[3])).status(200);
    let tables = app.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    assert!(tables.len() > 5);
    for table in tables {
        let table = table["name"].as_str().unwrap();
        let rows = serde_json::to_string(&app.rows(&format!("SELECT * FROM \"{table}\""))).unwrap();
        let secret = totp::base32(&device.secret);
        for word in device.backup_codes.iter().chain([&secret]) {
            assert!(!rows.contains(word.as_str()), "{table}");
            assert!(!reply.log.contains(word.as_str()));
        }
    }
}

#[test]
fn guesses_are_delayed_more_and_more_and_cannot_lock_the_owner_out() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let device = enabled(&app, &ada);
    let mut waits = Vec::new();
    for _ in 0..5 {
        login(&app, Some("000000")).problem(403, "invalid-code");
    }
    for _ in 0..9 {
        let refused = login(&app, Some(&device.code(&app, 1))).problem(429, "too-many-attempts");
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        app.advance(wait - 1);
        login(&app, Some("000000")).problem(429, "too-many-attempts");
        app.advance(1);
        waits.push(wait);
        login(&app, Some("000000")).problem(403, "invalid-code");
    }
    assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    login(&app, Some("aaaa-bbbb-cccc")).problem(429, "too-many-attempts");
    login(&app, Some(&device.backup_codes[0])).status(200);
    login(&app, Some(&device.code(&app, 0))).status(200);
}

#[test]
fn it_ends_with_a_code_alone_and_its_traces_with_it() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.post(&format!("{PATH}/disable"), json!({"code": "123456"})).by(&ada).problem(409, "conflict");
    let device = enabled(&app, &ada);
    app.call("POST", &format!("{PATH}/enrol")).by(&ada).problem(409, "conflict");
    app.post(&format!("{PATH}/disable"), json!({"code": "000000"})).by(&ada).problem(403, "invalid-code");
    app.post(&format!("{PATH}/disable"), json!({"code": device.code(&app, 1)})).by(&ada).status(204);
    login(&app, None).status(200);
    assert_eq!(app.rows("SELECT * FROM two_factor"), Vec::<Value>::new());
    assert_eq!(app.rows("SELECT count(*) AS n FROM sessions WHERE methods LIKE '%otp%'")[0]["n"], 0);
    assert_eq!(app.rows("SELECT epoch FROM users")[0]["epoch"], 2);
    let types = app.rows("SELECT type FROM events WHERE subject_type = 'two_factor' ORDER BY seq");
    let types: Vec<&str> = types.iter().map(|row| row["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["two_factor.begun", "two_factor.enabled", "two_factor.disabled"]);
    let mails = app.rows("SELECT count(*) AS n FROM mails WHERE kind LIKE 'two_factor%'");
    assert_eq!(mails[0]["n"], 2, "the owner is told of both");
    app.call("POST", &format!("{PATH}/backup-codes")).by(&ada).problem(409, "conflict");
}

#[test]
fn a_secret_is_sealed_anew_when_the_vault_has_a_new_key() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let device = enabled(&app, &ada);
    let sealed =
        |app: &App| app.rows("SELECT secret FROM two_factor")[0]["secret"].as_str().unwrap().to_owned();
    let before = sealed(&app);
    let old = app.config.vault.current.clone();
    app.config.vault.previous = Some(old);
    app.config.vault.current = Secret::parse(&crypto::base64url(&[9; 32])).unwrap();
    login(&app, Some(&device.code(&app, 1))).status(200);
    assert_ne!(sealed(&app).split('.').nth(1), before.split('.').nth(1));
    app.config.vault.previous = None;
    app.advance(60);
    login(&app, Some(&device.code(&app, 0))).status(200);
    login(&app, Some(&device.backup_codes[0])).status(200);
}

#[test]
fn secrets_that_nobody_uses_are_sealed_anew_by_the_upkeep() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let device = enabled(&app, &ada);
    let old = app.config.vault.current.clone();
    app.config.vault.previous = Some(old);
    app.config.vault.current = Secret::parse(&crypto::base64url(&[9; 32])).unwrap();
    let vault = app.config.vault.vault();
    assert!(!block_on(two_factor::rewrap(app.ports(), &vault)).unwrap(), "no more is left");
    let secret = app.rows("SELECT secret FROM two_factor");
    assert!(vault.is_current(secret[0]["secret"].as_str().unwrap()));
    app.config.vault.previous = None;
    login(&app, Some(&device.code(&app, 1))).status(200);
}

/// One attempt from look to use. `beside` runs in between, as another request would.
fn attempt(app: &App, user: Id, code: &str, beside: impl FnOnce()) -> Result<(), Code> {
    let cx = app.context();
    let checked = block_on(two_factor::check(&cx, user, Some(code))).map_err(|problem| problem.code)?;
    let Checked::Passed(batch) = checked else { panic!("the factor is on") };
    beside();
    block_on(cx.ports.database.batch(batch)).map_err(|error| two_factor::spent(error).code)?;
    Ok(())
}

#[test]
fn of_two_who_present_one_code_side_by_side_one_passes() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let device = enabled(&app, &ada);
    let user = Id::parse(&ada.user_id).unwrap();
    for code in [device.code(&app, 1), device.backup_codes[0].clone()] {
        let mut other = None;
        let one = attempt(&app, user, &code, || other = Some(attempt(&app, user, &code, || {})));
        assert_eq!((one, other), (Err(Code::InvalidCode), Some(Ok(()))));
    }
    // Somebody who passed just before the factor was renewed does not pass with a code of the old set.
    let stale = attempt(&app, user, &device.backup_codes[1], || {
        app.call("POST", &format!("{PATH}/backup-codes")).by(&ada).status(200);
    });
    assert_eq!(stale, Err(Code::InvalidCode));
}

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Device { offset: i64, twice: bool },
    Backup { which: usize, twice: bool },
    Wrong,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop_oneof![0..70_u64, Just(3_600)].prop_map(Step::Wait),
        4 => (-2..=2_i64, any::<bool>()).prop_map(|(offset, twice)| Step::Device { offset, twice }),
        2 => (0..10_usize, any::<bool>()).prop_map(|(which, twice)| Step::Backup { which, twice }),
        3 => Just(Step::Wrong),
    ]
}

/// What has to hold, said without a database.
struct Model {
    last_step: i64,
    backup: [bool; 10],
    failures: u32,
    locked_until: i64,
}

impl Model {
    fn count(&mut self, now: i64) -> bool {
        if now < self.locked_until {
            return false;
        }
        self.failures += 1;
        if self.failures >= 5 {
            self.locked_until = now + (30_000_i64 << (self.failures - 5).min(16)).min(3_600_000);
        }
        true
    }

    fn passed(&mut self) -> Result<(), Code> {
        (self.failures, self.locked_until) = (0, 0);
        Ok(())
    }

    fn device(&mut self, step: i64, now: i64) -> Result<(), Code> {
        if !self.count(now) {
            return Err(Code::TooManyAttempts);
        }
        let near = (step - now.div_euclid(30_000)).abs() <= 1;
        if !near || step <= self.last_step {
            return Err(Code::InvalidCode);
        }
        self.last_step = step;
        self.passed()
    }

    fn backup(&mut self, which: usize, now: i64) -> Result<(), Code> {
        let counted = self.count(now);
        if std::mem::take(&mut self.backup[which]) {
            return self.passed();
        }
        Err(if counted { Code::InvalidCode } else { Code::TooManyAttempts })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn uses_follow_the_model(steps in prop::collection::vec(step(), 1..40)) {
        let app = App::new();
        let ada = app.account("ada@example.com");
        let device = enabled(&app, &ada);
        let user = Id::parse(&ada.user_id).unwrap();
        let now = || app.clock.now().millis();
        let mut model =
            Model { last_step: totp::step(app.clock.now()), backup: [true; 10], failures: 0, locked_until: 0 };
        for step in steps {
            match step {
                Step::Wait(seconds) => app.advance(seconds),
                Step::Wrong => {
                    let expected = if model.count(now()) { Code::InvalidCode } else { Code::TooManyAttempts };
                    prop_assert_eq!(attempt(&app, user, "not a code", || {}), Err(expected));
                }
                Step::Device { offset, twice } => {
                    let (code, at) = (device.code(&app, offset), totp::step(app.clock.now()) + offset);
                    for _ in 0..=usize::from(twice) {
                        prop_assert_eq!(attempt(&app, user, &code, || {}), model.device(at, now()));
                    }
                }
                Step::Backup { which, twice } => {
                    for _ in 0..=usize::from(twice) {
                        let used = attempt(&app, user, &device.backup_codes[which], || {});
                        prop_assert_eq!(used, model.backup(which, now()));
                    }
                }
            }
        }
        let left = model.backup.iter().filter(|left| **left).count();
        let status: Reply = app.get(PATH).by(&renewed(&app, &ada)).status(200);
        prop_assert_eq!(&status.body["backup_codes_left"], &json!(left));
    }
}

/// The account with an access token that is good now.
fn renewed(app: &App, account: &Account) -> Account {
    let tokens =
        app.post("/api/v1/auth/refresh", json!({"refresh_token": account.refresh_token})).status(200);
    let text = |name: &str| tokens.body[name].as_str().unwrap().to_owned();
    Account {
        token: text("access_token"),
        refresh_token: text("refresh_token"),
        user_id: text("user_id"),
        session_id: text("session_id"),
    }
}
