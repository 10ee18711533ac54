//! Devices: registered, confirmed by one another, renamed, shut out, forgotten.

use futures::executor::block_on;
use proptest::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use witness::contract::types::DeviceConfirmation;
use witness::contract::{Operation, Scopes};
use witness::host::Moment;
use witness::identity::attempts::{Command, Subject};
use witness::identity::caller::{Caller, Credential, Role, Tier, UserCaller};
use witness::kernel::crypto;
use witness::kernel::id::Id;
use witness::kernel::time::Timestamp;
use witness::ops::expired;
use witness::ports::{Clock, ObjectClass, Objects, PortError, Random};
use witness::sync::devices::{code, key, pairing};

use crate::app::{Account, App, Call};
use crate::hubs::device::Device;
use crate::samples::Claims;
use crate::{keys, samples};

const PATH: &str = "/api/v1/devices";
const FIND: &str = "/api/v1/devices/pairings/find";

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The caller of a session that was signed in at that moment.
fn caller(account: &Account, at: Timestamp) -> Caller {
    Caller::User(UserCaller {
        user_id: id(&account.user_id),
        credential: Credential::Session {
            id: id(&account.session_id),
            client_id: None,
            authenticated_at: at,
            two_factor: false,
        },
        scopes: Scopes::default(),
        tier: Tier::Free,
        role: Role::User,
        epoch: 0,
    })
}

/// A client with its key pair.
pub struct Client {
    pub id: String,
    pair: Ed25519KeyPair,
    /// What it shows while it is pending.
    code: String,
}

impl Client {
    /// One that nobody knows yet.
    fn new(app: &App) -> Self {
        let mut seed = [0; 32];
        app.random.fill(&mut seed);
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        Self { id: String::new(), pair, code: String::new() }
    }

    fn public(&self) -> [u8; 32] {
        self.pair.public_key().as_ref().try_into().unwrap()
    }

    fn key(&self) -> String {
        crypto::base64url(&self.public())
    }

    fn asks<'a>(&self, app: &'a App) -> Call<'a> {
        app.post(PATH, json!({"name": "Phone", "platform": "Android", "public_key": self.key()}))
    }

    /// Registers, and keeps what came of it.
    fn registered(&mut self, app: &App, account: &Account) -> Value {
        let answer = self.asks(app).by(account).status(201).body;
        (self.id, self.code) = (text(&answer["device"]["id"]), text(&answer["pairing_code"]));
        answer
    }

    fn signs(&self, message: &[u8]) -> String {
        crypto::base64url(self.pair.sign(message).as_ref())
    }

    /// What it says to let another one in.
    fn says(&self, account: &Account, new: &Self) -> Value {
        let message = pairing::message(id(&account.user_id), id(&self.id), id(&new.id), &new.public());
        let code = if new.code.is_empty() { "0000-0000" } else { &new.code };
        json!({"code": code, "device": self.id, "signature": self.signs(&message)})
    }

    fn confirms<'a>(&self, app: &'a App, account: &Account, new: &Self) -> Call<'a> {
        app.post(&format!("{PATH}/{}/confirm", new.id), self.says(account, new)).by(account)
    }
}

/// A new device of the account: active if it is the only one, else pending.
fn client(app: &App, account: &Account) -> Client {
    let mut client = Client::new(app);
    client.registered(app, account);
    client
}

/// A device in that state, without the work of getting there.
pub fn placed(app: &App, account: &Account, state: &str) -> Client {
    let (mut client, now) = (Client::new(app), app.clock.now());
    let mut random = [0; 10];
    app.random.fill(&mut random);
    client.id = Id::new(now, random).to_string();
    let (kept, ends) = match state {
        "pending" => {
            client.code = code::make(&app.random);
            let kept = code::kept(&app.context(), id(&account.user_id), &client.code).unwrap();
            (format!("'{kept}'"), (now.millis() + 300_000).to_string())
        }
        _ => ("NULL".to_owned(), "NULL".to_owned()),
    };
    app.rows(&format!(
        "INSERT INTO devices (id, user_id, session_id, name, public_key, fingerprint, state, pairing, pairing_ends_at,
                              created_at, updated_at)
         VALUES ('{}', '{}', '{}', 'Phone', '{}', '{}', '{state}', {kept}, {ends}, {at}, {at})",
        client.id,
        account.user_id,
        account.session_id,
        client.key(),
        key::fingerprint(&client.public()),
        at = now.millis(),
    ));
    client
}

/// Brings an account to where one of these operations succeeds; the body that it takes.
pub fn prepared(app: &App, account: &Account, operation: Operation) -> Option<Value> {
    match operation {
        Operation::FindPairing => Some(json!({"code": placed(app, account, "pending").code})),
        Operation::ConfirmDevice => {
            // The one whose id is in the path.
            let query = format!(
                "SELECT id, public_key FROM devices WHERE user_id = '{}' ORDER BY rowid DESC LIMIT 1",
                account.user_id
            );
            let newest = app.rows(&query).remove(0);
            let (new, shown) = (text(&newest["id"]), code::make(&app.random));
            let kept = code::kept(&app.context(), id(&account.user_id), &shown).unwrap();
            app.rows(&format!("UPDATE devices SET pairing = '{kept}' WHERE id = '{new}'"));
            let by = placed(app, account, "active");
            let new_key = crypto::from_base64url(newest["public_key"].as_str().unwrap()).unwrap();
            let message = pairing::message(id(&account.user_id), id(&by.id), id(&new), &new_key);
            Some(json!({"code": shown, "device": by.id, "signature": by.signs(&message)}))
        }
        _ => None,
    }
}

fn told(app: &App, table: &str, column: &str) -> Vec<String> {
    let rows = app
        .rows(&format!("SELECT {column} AS kind FROM {table} WHERE {column} LIKE 'device.%' ORDER BY rowid"));
    rows.iter().map(|row| text(&row["kind"])).collect()
}

/// Event types and the kinds of audit records, which tell the same but for refusals.
fn history(app: &App) -> Vec<String> {
    let events = told(app, "events", "type");
    let mut records = told(app, "audit_records", "kind");
    records.retain(|kind| kind != "device.refused");
    assert_eq!(events, records);
    events
}

#[test]
fn the_first_device_is_active_at_once_in_a_fresh_session() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.advance(601);
    Client::new(&app).asks(&app).by(&ada).problem(403, "step-up-required");
    assert_eq!((app.rows("SELECT * FROM devices"), history(&app)), (vec![], vec![]));
    let ada = app.log_in("ada@example.com");
    app.advance(600);
    let mut laptop = Client::new(&app);
    let answer = laptop.registered(&app, &ada);
    assert_eq!(answer["pairing_code"], Value::Null);
    let device = &answer["device"];
    assert_eq!((&device["state"], &device["name"]), (&json!("active"), &json!("Phone")));
    assert_eq!(device["fingerprint"], json!(key::fingerprint(&laptop.public())));
    assert_eq!((&device["session_id"], &device["confirmed_by"]), (&json!(ada.session_id), &Value::Null));
    let mut shown = app.get(&format!("{PATH}/{}", laptop.id)).by(&ada).status(200).body;
    assert_eq!(shown["presence"].take(), "offline", "which is told where devices are looked at");
    assert_eq!(shown, *device);
    app.advance(1);
    let phone = client(&app, &ada);
    let waiting = app.get(&format!("{PATH}/{}", phone.id)).by(&ada).status(200).body;
    assert_eq!(
        waiting["state"], "pending",
        "a further one needs no fresh session, and another device instead"
    );
    assert_eq!(history(&app), ["device.registered", "device.registered"]);
    let after = app.rows("SELECT after FROM events WHERE type = 'device.registered' ORDER BY seq");
    let states: Vec<Value> = after
        .iter()
        .map(|row| serde_json::from_str::<Value>(row["after"].as_str().unwrap()).unwrap())
        .collect();
    assert_eq!((&states[0]["state"], &states[1]["state"]), (&json!("active"), &json!("pending")));
    assert_eq!(states[1]["fingerprint"], waiting["fingerprint"]);
}

#[test]
fn a_further_device_waits_until_an_active_one_signs_its_key() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (laptop, phone) = (client(&app, &ada), client(&app, &ada));
    assert_eq!((phone.code.len(), phone.code.find('-')), (9, Some(4)));
    let typed = phone.code.to_uppercase().replace('-', " ").replace('0', "O");
    let shown = app.post(FIND, json!({"code": typed})).by(&ada).status(200).body;
    assert_eq!((&shown["id"], &shown["public_key"]), (&json!(phone.id), &json!(phone.key())));
    assert_eq!(shown["pairing_ends_at"], "2026-03-01T07:05:00.000Z");
    app.advance(60);
    let confirmed = laptop.confirms(&app, &ada, &phone).status(200).body;
    assert_eq!((&confirmed["state"], &confirmed["version"]), (&json!("active"), &json!(2)));
    assert_eq!(confirmed["confirmed_by"], json!(laptop.id));
    assert_eq!(confirmed["confirmed_at"], "2026-03-01T07:01:00.000Z");
    assert_eq!(confirmed["pairing_ends_at"], Value::Null);
    app.post(FIND, json!({"code": phone.code})).by(&ada).problem(403, "invalid-code");
    laptop.confirms(&app, &ada, &phone).problem(409, "conflict");
    let watch = client(&app, &ada);
    phone.confirms(&app, &ada, &watch).status(200);
    let done = ["registered", "registered", "confirmed", "registered", "confirmed"];
    assert_eq!(history(&app), done.map(|did| format!("device.{did}")));
    for table in ["devices", "events", "audit_records"] {
        let rows = Value::from(app.rows(&format!("SELECT * FROM {table}"))).to_string();
        assert!(!rows.contains(&watch.code) && !rows.contains(&watch.code.replace('-', "")), "{table}");
    }
}

#[test]
fn a_code_ends_after_five_minutes_and_wrong_ones_are_slowed_down() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let (laptop, mut phone, bobs) = (client(&app, &ada), client(&app, &ada), client(&app, &bob));
    let find = |code: &str, by: &Account| app.post(FIND, json!({"code": code})).by(by).send().status;
    assert_eq!((find(&phone.code, &bob), bobs.code.as_str()), (403, ""), "a code is of its account alone");
    app.advance(299);
    assert_eq!(find(&phone.code, &ada), 200);
    app.advance(1);
    assert_eq!(find(&phone.code, &ada), 403);
    laptop.confirms(&app, &ada, &phone).problem(403, "invalid-code");
    let old = phone.id.clone();
    phone.registered(&app, &ada);
    assert_ne!(old, phone.id, "the same key begins anew");
    assert_eq!(app.get(PATH).by(&ada).status(200).body["items"].as_array().unwrap().len(), 2);
    app.get(&format!("{PATH}/{old}")).by(&ada).problem(404, "not-found");

    let wrong = |n: usize| find(&format!("zzzz-zzz{n}"), &ada);
    assert_eq!((0..3).map(wrong).collect::<Vec<_>>(), [403; 3], "two were wrong before");
    app.post(FIND, json!({"code": phone.code})).by(&ada).problem(429, "too-many-attempts");
    laptop.confirms(&app, &ada, &phone).problem(429, "too-many-attempts");
    let elsewhere = app.log_in("ada@example.com");
    assert_eq!(find(&phone.code, &elsewhere), 200, "each session is counted by itself");
    app.advance(2);
    assert_eq!(find(&phone.code, &ada), 200);
    app.advance(2);
    assert_eq!((wrong(3), find(&phone.code, &ada)), (403, 429), "a right code forgives nothing");
    app.advance(4);
    laptop.confirms(&app, &ada, &phone).status(200);
    assert_eq!((0..5).map(wrong).collect::<Vec<_>>(), [403; 5], "a confirmation does");
    let refused = app.rows("SELECT count(*) AS n FROM audit_records WHERE kind = 'device.refused'");
    assert!(refused[0]["n"].as_u64().unwrap() >= 10);
    let guess = json!({"password": "a wrong guess"});
    app.post("/api/v1/auth/step-up", guess).by(&ada).problem(401, "invalid-credentials");
}

/// What is kept of a device besides when it was changed.
fn row(app: &App, device: &Client) -> Value {
    app.rows(&format!("SELECT * FROM devices WHERE id = '{}'", device.id)).remove(0)
}

#[test]
fn nobody_but_an_active_device_of_the_account_lets_another_in() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let (laptop, tablet) = (client(&app, &ada), client(&app, &ada));
    laptop.confirms(&app, &ada, &tablet).status(200);
    app.call("POST", &format!("{PATH}/{}/revoke", tablet.id)).by(&ada).status(200);
    let (phone, watch, bobs) = (client(&app, &ada), client(&app, &ada), client(&app, &bob));
    let (before, events) = (row(&app, &phone), history(&app));
    let target = format!("{PATH}/{}/confirm", phone.id);
    for (why, by) in
        [("itself", &phone), ("a pending one", &watch), ("a revoked one", &tablet), ("another's", &bobs)]
    {
        let refused = by.confirms(&app, &ada, &phone).problem(403, "confirmation-refused");
        assert!(refused.calls[0] >= 1, "{why}");
    }
    let (a, l, p) = (id(&ada.user_id), id(&laptop.id), id(&phone.id));
    let right = pairing::message(a, l, p, &phone.public());
    assert_eq!((right.len(), &right[..18]), (98, b"witness pairing 1\0".as_slice()));
    for message in [
        pairing::message(id(&bob.user_id), l, p, &phone.public()),
        pairing::message(a, p, l, &phone.public()),
        pairing::message(a, l, id(&watch.id), &phone.public()),
        pairing::message(a, l, p, &watch.public()),
        right[18..].to_vec(),
        Vec::new(),
    ] {
        let body = json!({"code": phone.code, "device": laptop.id, "signature": laptop.signs(&message)});
        app.post(&target, body).by(&ada).problem(403, "confirmation-refused");
    }
    let mut body = laptop.says(&ada, &phone);
    body["code"] = json!(watch.code);
    app.post(&target, body.clone()).by(&ada).problem(403, "invalid-code");
    body["signature"] = json!("AAAA");
    app.post(&target, body).by(&ada).problem(422, "invalid-request");
    laptop.confirms(&app, &bob, &phone).problem(404, "not-found");
    laptop.confirms(&app, &ada, &bobs).problem(404, "not-found");
    laptop.confirms(&app, &ada, &tablet).problem(409, "conflict");
    assert_eq!((row(&app, &phone), history(&app)), (before, events), "nothing was half written");
    laptop.confirms(&app, &ada, &phone).status(200);
}

/// A confirmation from look to write. `beside` runs in between, as another request would; whether it let the device in.
fn confirmation(app: &App, account: &Account, by: &Client, new: &Client, beside: impl FnOnce()) -> bool {
    let mut cx = app.context();
    cx.caller = caller(account, cx.now);
    let said = by.says(account, new);
    let said = DeviceConfirmation {
        code: text(&said["code"]),
        device: id(&by.id),
        signature: text(&said["signature"]),
    };
    let batch = block_on(pairing::judge(&cx, id(&new.id), &said)).unwrap();
    beside();
    let outcomes = block_on(cx.ports.database.batch(batch)).unwrap();
    let changes: Vec<u64> = outcomes.iter().take(4).map(|outcome| outcome.changes.min(1)).collect();
    assert!(changes == [1; 4] || changes == [0; 4], "row, event and record go together: {changes:?}");
    changes[0] == 1
}

#[test]
fn what_happens_beside_a_confirmation_decides_about_it() {
    let verb = |app: &App, ada: &Account, client: &Client, verb: &str| {
        app.call("POST", &format!("{PATH}/{}/{verb}", client.id)).by(ada).status(200);
    };
    for case in 0..6 {
        let app = App::new();
        let ada = app.account("ada@example.com");
        let (laptop, mut phone) = (client(&app, &ada), client(&app, &ada));
        let before = history(&app).len();
        let (shown, key) =
            (Client { id: phone.id.clone(), pair: Client::new(&app).pair, code: String::new() }, phone.key());
        let alone = confirmation(&app, &ada, &laptop, &phone, || match case {
            0 => assert!(confirmation(&app, &ada, &laptop, &phone, || {})),
            1 => drop(app.delete(&format!("{PATH}/{}", shown.id)).by(&ada).status(204)),
            2 => verb(&app, &ada, &shown, "revoke"),
            3 => verb(&app, &ada, &laptop, "revoke"),
            4 => drop(app.delete(&format!("{PATH}/{}", laptop.id)).by(&ada).status(204)),
            _ => {
                let body = json!({"name": "Phone", "public_key": key});
                app.post(PATH, body).by(&ada).status(201);
            }
        });
        assert!(!alone, "case {case}");
        assert_eq!(history(&app).len(), before + 1, "case {case}: only what came first is told");
        if case == 5 {
            phone.registered(&app, &ada);
            assert!(confirmation(&app, &ada, &laptop, &phone, || {}));
        }
    }
}

#[test]
fn a_key_is_of_one_device_and_comes_back_only_after_it_was_forgotten() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    for key in ["A".repeat(43), format!("AQ{}", "A".repeat(41)), format!("7P__{}38", "_".repeat(37))] {
        let refused = app.post(PATH, json!({"name": "Phone", "public_key": key})).by(&ada);
        let refused = refused.problem(422, "invalid-request");
        assert_eq!(refused.violations(), [("/public_key".to_owned(), "key-unusable".to_owned())], "{key}");
    }
    let bad = app.post(PATH, json!({"name": "", "public_key": "B".repeat(43), "platform": "x".repeat(41)}));
    assert_eq!(bad.by(&ada).problem(422, "invalid-request").violations().len(), 3);
    let mut laptop = client(&app, &ada);
    laptop.asks(&app).by(&ada).problem(409, "conflict");
    assert_eq!(
        laptop.asks(&app).by(&bob).status(201).body["device"]["state"],
        "active",
        "accounts know nothing of each other"
    );
    let revoked = app.call("POST", &format!("{PATH}/{}/revoke", laptop.id)).by(&ada).status(200).body;
    assert_eq!(revoked["state"], "revoked");
    let once_more = app.call("POST", &format!("{PATH}/{}/revoke", laptop.id)).by(&ada).status(200).body;
    assert_eq!(once_more, revoked);
    laptop.asks(&app).by(&ada).problem(409, "conflict");
    app.delete(&format!("{PATH}/{}", laptop.id)).by(&ada).status(204);
    let before = laptop.id.clone();
    assert_eq!(laptop.registered(&app, &ada)["device"]["state"], "active");
    assert_ne!(before, laptop.id);
    let told = history(&app);
    let hers = ["registered", "registered", "revoked", "deleted", "registered"];
    assert_eq!(told, hers.map(|did| format!("device.{did}")));
}

#[test]
fn twenty_devices_may_be_active_or_pending_at_a_time() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let laptop = client(&app, &ada);
    let mut waiting: Vec<Client> = (0..19).map(|_| client(&app, &ada)).collect();
    let refused = Client::new(&app).asks(&app).by(&ada).problem(409, "conflict");
    assert!(refused.body["detail"].as_str().unwrap().contains("20"));
    waiting[0].registered(&app, &ada);
    app.call("POST", &format!("{PATH}/{}/revoke", waiting[1].id)).by(&ada).status(200);
    let last = client(&app, &ada);
    Client::new(&app).asks(&app).by(&ada).problem(409, "conflict");
    laptop.confirms(&app, &ada, &last).status(200);
    app.advance(300);
    client(&app, &ada);
    let mut late = waiting.pop().unwrap();
    late.registered(&app, &ada);
    laptop.confirms(&app, &ada, &late).status(200);
}

#[test]
fn a_device_is_renamed_by_version_and_forgotten_down_to_its_id() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let (laptop, phone) = (client(&app, &ada), client(&app, &ada));
    let path = format!("{PATH}/{}", phone.id);
    let tag = format!("\"v{}\"", app.get(&path).by(&ada).status(200).body["version"]);
    let rename = |name: &str| app.patch(&path, json!({"name": name})).header("if-match", tag.clone());
    assert_eq!(rename("Ada's phone").by(&ada).status(200).body["name"], "Ada's phone");
    rename("Late").by(&ada).problem(412, "precondition-failed");
    laptop.confirms(&app, &ada, &phone).status(200);
    for (method, target) in [("GET", ""), ("DELETE", ""), ("POST", "/revoke")] {
        app.call(method, &format!("{path}{target}")).by(&bob).problem(404, "not-found");
    }
    app.patch(&path, json!({"name": "Bob's"})).by(&bob).problem(404, "not-found");
    app.delete(&path).by(&ada).status(204);
    app.delete(&path).by(&ada).problem(404, "not-found");
    app.get(&path).by(&ada).problem(404, "not-found");
    app.call("POST", &format!("{path}/revoke")).by(&ada).problem(404, "not-found");
    let left = row(&app, &phone);
    for column in ["name", "platform", "public_key", "fingerprint", "pairing"] {
        assert_eq!(left[column], Value::Null, "{column}");
    }
    assert_eq!((&left["state"], &left["confirmed_by"]), (&json!("revoked"), &json!(laptop.id)));
    let listed = app.get(PATH).by(&ada).status(200).body;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let done = ["registered", "registered", "updated", "confirmed", "deleted"];
    assert_eq!(history(&app), done.map(|did| format!("device.{did}")));
    let (key, _) = keys::key(&app, &app.verified("eve@example.com"), &["devices:read"]);
    assert_eq!(app.get(PATH).bearer(&key).status(200).body["items"], json!([]), "a key may look");
    Client::new(&app).asks(&app).bearer(&key).problem(403, "forbidden");
    app.advance(601);
    app.delete(&format!("{PATH}/{}", laptop.id)).by(&ada).problem(403, "step-up-required");
}

/// What is shown of whether somebody is at a device.
fn presence(shown: &Value) -> (Value, Value) {
    (shown["presence"].clone(), shown["last_seen_at"].clone())
}

#[test]
fn the_list_tells_at_which_devices_somebody_is() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let mut laptop = Device::of(&app, &ada);
    let shown = |device: &Device| {
        let one = app.get(&format!("{PATH}/{}", device.id)).by(&ada).status(200).body;
        let listed = app.get(PATH).by(&ada).status(200).body["items"].as_array().unwrap().clone();
        assert_eq!(listed.into_iter().find(|each| each["id"] == one["id"]).unwrap(), one);
        presence(&one)
    };
    let at = |time: &str| json!(format!("2026-03-01T{time}.000Z"));
    assert_eq!(shown(&laptop), (json!("offline"), Value::Null));
    assert_eq!(
        app.hub(&ada).rows("SELECT name FROM sqlite_master").unwrap().len(),
        0,
        "no log begins by being asked"
    );
    laptop.connect();
    let phone = Device::of(&app, &ada);
    assert_eq!(shown(&laptop), (json!("active"), at("07:00:00")));
    assert_eq!(shown(&phone), (json!("offline"), Value::Null), "the hub has not heard of it");
    laptop.send(&json!({"type": "presence", "state": "idle"}));
    assert_eq!(shown(&laptop).0, "idle");
    app.advance(30);
    laptop.cut();
    assert_eq!(shown(&laptop), (json!("offline"), at("07:00:30")));
    // It is not for others to know.
    let bob = app.account("bob@example.com");
    assert_eq!(app.get(PATH).by(&bob).status(200).body["items"], json!([]));
}

#[test]
fn what_is_kept_of_a_list_of_devices_ends_when_somebody_comes_or_goes() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let mut laptop = Device::of(&app, &ada);
    let tag = app.get(PATH).by(&ada).status(200).header("etag").unwrap().to_owned();
    let again = || app.get(PATH).by(&ada).header("if-none-match", tag.clone()).send().status;
    assert_eq!(again(), 304);
    laptop.connect();
    assert_eq!(again(), 200);
    let one = app.get(&format!("{PATH}/{}", laptop.id)).by(&ada).status(200);
    assert_eq!((one.header("etag"), one.header("cache-control")), (None, Some("no-store")));
}

#[test]
fn without_its_hub_devices_are_shown_all_the_same() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let mut laptop = Device::of(&app, &ada);
    laptop.connect();
    app.objects.fail_always(Moment::Before, PortError::Unavailable("down".to_owned()));
    let one = app.get(&format!("{PATH}/{}", laptop.id)).by(&ada).status(200).body;
    assert_eq!((presence(&one), &one["name"]), ((Value::Null, Value::Null), &json!("Phone")));
    let listed = app.get(PATH).by(&ada).status(200).body;
    assert_eq!(presence(&listed["items"][0]), (Value::Null, Value::Null));
    app.objects.heal();
    // What a change answers does not tell it.
    let renamed = app.patch(&format!("{PATH}/{}", laptop.id), json!({"name": "Other"})).by(&ada).status(200);
    assert_eq!(presence(&renamed.body), (Value::Null, Value::Null));
    let list = || app.get(PATH).by(&ada).status(200).body;
    assert_eq!(list()["items"][0]["presence"], "active");
    // Nor is a hub waited for that does not answer: the row is there, and the list with it.
    struct Silent;
    #[async_trait::async_trait(?Send)]
    impl Objects for Silent {
        async fn call(&self, _: ObjectClass, _: &str, _: String) -> Result<String, PortError> {
            std::future::pending().await
        }
    }
    let mut cx = app.context();
    cx.ports.objects = &Silent;
    cx.caller = caller(&ada, cx.now);
    let began = app.clock.now();
    assert_eq!(block_on(witness::sync::devices::presence::of(&cx)), None);
    assert_eq!(app.clock.now().millis() - began.millis(), 2_000);
}

#[test]
fn what_nobody_confirmed_is_removed_and_what_was_forgotten_in_time() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (laptop, phone) = (client(&app, &ada), client(&app, &ada));
    let ids = || {
        block_on(expired::remove(app.ports(), app.clock.now())).unwrap();
        let rows = app.rows("SELECT id FROM devices ORDER BY rowid");
        rows.iter().map(|row| text(&row["id"])).collect::<Vec<_>>()
    };
    app.advance(299);
    assert_eq!(ids(), [laptop.id.as_str(), &phone.id]);
    app.advance(1);
    assert_eq!(ids(), [laptop.id.as_str()]);
    app.delete(&format!("{PATH}/{}", laptop.id)).by(&ada).status(204);
    app.advance(31 * 86_400);
    assert_eq!(ids(), [laptop.id.as_str()]);
    app.advance(1);
    assert_eq!(ids(), Vec::<String>::new());
    let ada = app.log_in("ada@example.com");
    client(&app, &ada);
    app.delete("/api/v1/auth/me").by(&ada).status(204);
    assert_eq!(app.rows("SELECT * FROM devices"), Vec::<Value>::new(), "they go with the account");
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Register(usize),
    Confirm { by: usize, new: usize },
    Revoke(usize),
    Delete(usize),
    Wait(u64),
    Upkeep,
}

fn step() -> impl Strategy<Value = Step> {
    let which = || 0..4_usize;
    prop_oneof![
        4 => which().prop_map(Step::Register),
        6 => (which(), which()).prop_map(|(by, new)| Step::Confirm { by, new }),
        1 => which().prop_map(Step::Revoke),
        1 => which().prop_map(Step::Delete),
        2 => prop_oneof![Just(60), Just(299), Just(700)].prop_map(Step::Wait),
        1 => Just(Step::Upkeep),
    ]
}

/// What a key of the account is, said without a database.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Model {
    Unknown,
    Pending { until: i64 },
    Active,
    Revoked,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn devices_follow_the_model(steps in prop::collection::vec(step(), 1..40)) {
        use Model::{Active, Pending, Revoked, Unknown};
        let app = App::new();
        let ada = samples::person(&app, "ada@example.com", Role::User);
        let mut clients: Vec<Client> = (0..4).map(|_| Client::new(&app)).collect();
        let (mut model, mut changes) = ([Unknown; 4], 0);
        let begun = app.clock.now().millis();
        for step in steps {
            let now = app.clock.now().millis();
            // The token is always new, the sign-in only for ten minutes; revoking and deleting need a fresh one.
            let proven_before = (now - begun) / 1000;
            let by = |proven_before| samples::token(&app, &ada, &Claims { proven_before, ..Claims::default() });
            let changed = match step {
                Step::Wait(seconds) => { app.advance(seconds); false }
                Step::Upkeep => {
                    block_on(expired::remove(app.ports(), app.clock.now())).unwrap();
                    for state in &mut model {
                        if matches!(state, Pending { until } if *until <= now) { *state = Unknown; }
                    }
                    false
                }
                Step::Register(which) => {
                    let reply = clients[which].asks(&app).bearer(&by(proven_before)).send();
                    let expected = match model[which] {
                        Active | Revoked => 409,
                        _ if model.contains(&Active) => { model[which] = Pending { until: now + 300_000 }; 201 }
                        _ if proven_before <= 600 => { model[which] = Active; 201 }
                        _ => 403,
                    };
                    prop_assert_eq!(reply.status, expected, "{:?}", reply.body);
                    if expected == 201 {
                        let (device, shown) = (text(&reply.body["device"]["id"]), text(&reply.body["pairing_code"]));
                        prop_assert_eq!(shown.is_empty(), model[which] == Active);
                        (clients[which].id, clients[which].code) = (device, shown);
                    }
                    expected == 201
                }
                Step::Confirm { by: other, new } if clients[new].id.is_empty() || clients[other].id.is_empty() => {
                    prop_assert!(model[new] == Unknown || model[other] == Unknown);
                    false
                }
                Step::Confirm { by: other, new } => {
                    attempts_forgotten(&app, &ada);
                    let body = clients[other].says(&ada, &clients[new]);
                    let target = format!("{PATH}/{}/confirm", clients[new].id);
                    let reply = app.post(&target, body).bearer(&by(0)).send();
                    let expected = match (model[new], model[other]) {
                        (Unknown, _) => 404,
                        (Active | Revoked, _) => 409,
                        (Pending { until }, _) if until <= now => 403,
                        (Pending { .. }, Active) => { model[new] = Active; 200 }
                        (Pending { .. }, _) => 403,
                    };
                    prop_assert_eq!(reply.status, expected, "{:?}", reply.body);
                    expected == 200
                }
                Step::Revoke(which) | Step::Delete(which) if clients[which].id.is_empty() => {
                    prop_assert_eq!(model[which], Unknown);
                    false
                }
                Step::Revoke(which) => {
                    let target = format!("{PATH}/{}/revoke", clients[which].id);
                    let status = app.call("POST", &target).bearer(&by(0)).send().status;
                    prop_assert_eq!(status, if model[which] == Unknown { 404 } else { 200 });
                    let changed = matches!(model[which], Pending { .. } | Active);
                    if changed { model[which] = Revoked; }
                    changed
                }
                Step::Delete(which) => {
                    let target = format!("{PATH}/{}", clients[which].id);
                    let status = app.delete(&target).bearer(&by(0)).send().status;
                    prop_assert_eq!(status, if model[which] == Unknown { 404 } else { 204 });
                    std::mem::replace(&mut model[which], Unknown) != Unknown
                }
            };
            changes += usize::from(changed);
            prop_assert_eq!(history(&app).len(), changes, "one event a change, and none else");
        }
        let listed = app.get(PATH).bearer(&samples::token(&app, &ada, &Claims::default())).status(200).body;
        let there = model.iter().filter(|state| **state != Unknown).count();
        prop_assert_eq!(listed["items"].as_array().unwrap().len(), there);
    }
}

/// Guesses are another test's matter.
fn attempts_forgotten(app: &App, account: &Account) {
    let name = Subject::Pairing(id(&account.user_id)).name(app.config.vault.current.bytes());
    let command = serde_json::to_string(&Command::Clear).unwrap();
    block_on(app.objects.inner().call(ObjectClass::Attempts, &name, command)).unwrap();
}
