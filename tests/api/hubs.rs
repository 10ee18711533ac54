//! Devices at their hub: the whole way in, events to and fro, and everything that may go wrong at the door.

pub mod device;

use std::task::{Context, Waker};

use serde_json::{Value, json};
use witness::host::Moment;
use witness::kernel::crypto::base64url;
use witness::kernel::hub::Command;
use witness::kernel::id::Id;
use witness::ports::{DatabaseError, DatabaseFault, ObjectClass, Objects, PortError};

use self::device::{Device, Hello};
use crate::app::{Account, App};

fn devices<const N: usize>(app: &App, account: &Account) -> [Device; N] {
    std::array::from_fn(|_| Device::of(app, account))
}

fn body(frames: &[Value]) -> Vec<&str> {
    let entries = frames
        .iter()
        .filter(|frame| frame["type"] == "deliver")
        .flat_map(|frame| frame["entries"].as_array());
    entries.flatten().filter_map(|entry| entry["body"].as_str()).collect()
}

#[test]
fn what_one_device_sends_the_other_has_and_the_sender_knows_it_is_kept() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut phone] = devices(&app, &ada);
    let established = laptop.connect();
    assert_eq!((&established["acknowledged"], &established["offset"]), (&json!(0), &json!(0)));
    assert_eq!(established["window"], 128);
    phone.connect();
    let came = laptop.frames();
    assert_eq!(
        (&came[0]["type"], &came[0]["state"], &came[0]["device"]),
        (&json!("presence"), &json!("active"), &json!(phone.id))
    );

    laptop.event(1, "notes", "one");
    let ack = laptop.frame("ack");
    assert_eq!((&ack["seq"], &ack["offset"], &ack["stream_seq"]), (&json!(1), &json!(1), &json!(1)));
    let delivered = phone.frame("deliver");
    assert_eq!(delivered["entries"][0]["body"], "one");
    assert_eq!(delivered["entries"][0]["device"], json!(laptop.id));
    assert!(laptop.frames().is_empty(), "what it sent itself is not sent back");
}

#[test]
fn a_device_that_was_away_goes_on_from_where_it_was() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut phone] = devices(&app, &ada);
    laptop.connect();
    let epoch = phone.connect()["epoch"].as_str().unwrap().to_owned();
    laptop.event(1, "notes", "one");
    assert_eq!(body(&phone.frames()), ["one"]);
    phone.cut();
    for seq in 2..=5 {
        laptop.event(seq, "notes", &seq.to_string());
    }
    let established = phone.resume(&epoch, 1);
    assert_eq!(established["offset"], 5);
    assert_eq!(body(&phone.frames()), ["2", "3", "4", "5"]);
    // Another log: the state is fetched anew.
    phone.cut();
    phone.resume(&base64url(&[9; 16]), 1);
    assert_eq!(phone.frame("resync")["offset"], 5);
}

#[test]
fn an_object_that_hibernates_goes_on_with_its_sockets_as_if_nothing_had_been() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut phone] = devices(&app, &ada);
    laptop.connect();
    phone.connect();
    laptop.frames();
    for seq in 1..=20 {
        app.hub(&ada).evict(true);
        laptop.event(seq, "notes", &seq.to_string());
        assert_eq!(laptop.frame("ack")["seq"], seq);
        assert_eq!(body(&phone.frames()), [seq.to_string()]);
    }
    // Without hibernation the sockets are gone, and nothing that was acknowledged is.
    app.hub(&ada).evict(false);
    assert_eq!(laptop.connect()["acknowledged"], 20);
}

#[test]
fn what_the_server_changes_reaches_the_devices_that_are_there_and_those_that_come() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut phone] = devices(&app, &ada);
    let epoch = laptop.connect()["epoch"].as_str().unwrap().to_owned();
    let reading =
        json!({"engine": "numerology", "input": {"full_name": "Ada Example", "birth_date": "1990-04-12"}});
    let made = app
        .post("/api/v1/readings", reading.clone())
        .by(&ada)
        .header("idempotency-key", "one")
        .status(201)
        .body;
    let told = laptop.frame("deliver");
    let entry = &told["entries"][0];
    assert_eq!((&entry["class"], &entry["stream"]), (&json!("system"), &json!("system")));
    let event: Value = serde_json::from_str(entry["body"].as_str().unwrap()).unwrap();
    assert_eq!((&event["type"], &event["subject_id"]), (&json!("reading.created"), &made["id"]));

    // Nobody is there, and the hint of it is lost.
    laptop.cut();
    app.objects.fail_always(Moment::Before, PortError::Unavailable("lost".to_owned()));
    app.post("/api/v1/readings", reading).by(&ada).header("idempotency-key", "two").status(201);
    app.objects.heal();
    laptop.resume(&epoch, entry["offset"].as_i64().unwrap());
    assert_eq!(body(&laptop.frames()).len(), 1);
    phone.connect();
    assert!(body(&phone.frames()).is_empty(), "who is new learns by the API what was");
}

/// Renames a device, and the hint of that to its hub is lost.
fn unheard(app: &App, caller: &Account, device: &Device) {
    app.objects.fail_always(Moment::Before, PortError::Unavailable("lost".to_owned()));
    let path = format!("/api/v1/devices/{}", device.id);
    app.patch(&path, json!({"name": "Desk"})).by(caller).header("if-match", "*").status(200);
    app.objects.heal();
}

#[test]
fn a_hint_that_is_lost_delays_by_five_minutes() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop] = devices(&app, &ada);
    laptop.connect();
    unheard(&app, &ada, &laptop);
    assert!(laptop.frames().is_empty());
    app.advance(301);
    laptop.ring();
    assert_eq!(body(&laptop.frames()).len(), 1);
}

#[test]
fn a_device_that_is_revoked_is_shut_out_at_once_and_for_good() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut phone] = devices(&app, &ada);
    laptop.connect();
    phone.connect();
    app.post(&format!("/api/v1/devices/{}/revoke", phone.id), json!({})).by(&ada).status(200);
    assert_eq!(phone.code(), 4000);
    assert_eq!(phone.refused(), 4002);
    let left = laptop.frames();
    let last = left.iter().rfind(|frame| frame["type"] == "presence").unwrap();
    assert_eq!((&last["state"], &last["device"]), (&json!("offline"), &json!(phone.id)));
}

#[test]
fn after_a_restore_of_the_database_all_come_again_and_hear_what_is_new() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut phone] = devices(&app, &ada);
    let epoch = laptop.connect()["epoch"].as_str().unwrap().to_owned();
    phone.connect();
    unheard(&app, &ada, &laptop);
    unheard(&app, &ada, &phone);
    app.advance(301);
    laptop.ring();
    assert_eq!((body(&laptop.frames()).len(), body(&phone.frames()).len()), (2, 2));
    laptop.event(1, "notes", "of a device");
    assert_eq!(body(&phone.frames()), ["of a device"]);

    // The database is as it was before, and there the phone is revoked by somebody else's hand.
    for sql in
        ["DROP TRIGGER events_removal", "DELETE FROM events WHERE seq > (SELECT max(seq) - 2 FROM events)"]
    {
        app.rows(sql);
    }
    app.rows(&format!("UPDATE devices SET state = 'revoked' WHERE id = '{}'", phone.id));
    app.advance(301);
    laptop.ring();
    let frames = laptop.frames();
    let resync = frames.iter().find(|frame| frame["type"] == "resync").unwrap();
    assert_eq!((&resync["epoch"], &resync["offset"]), (&json!(epoch), &json!(3)));
    assert_eq!((laptop.code(), phone.code()), (1001, 1001));
    assert_eq!(phone.refused(), 4002);
    let established = laptop.resume(&epoch, 3);
    assert_eq!((&established["acknowledged"], &established["offset"]), (&json!(1), &json!(3)));
    unheard(&app, &ada, &laptop);
    app.advance(301);
    laptop.ring();
    assert_eq!(body(&laptop.frames()).len(), 1, "what is written from then on is heard of");
}

#[test]
fn of_a_deleted_account_nothing_is_left_in_its_hub() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut phone] = devices(&app, &ada);
    laptop.connect();
    phone.connect();
    laptop.event(1, "notes", "something personal");
    // One is at the door when it happens.
    let mut late = Device::of(&app, &ada);
    late.greet(&Hello::default());
    app.delete("/api/v1/auth/me").by(&ada).status(204);
    assert_eq!((laptop.code(), phone.code()), (4001, 4001));
    assert_eq!(late.prove(None), 4002);
    let hub = app.hub(&ada);
    assert!(hub.rows("SELECT * FROM log").unwrap().is_empty());
    assert_eq!(laptop.refused(), 4002);
    app.advance(25 * 3_600);
    laptop.ring();
    assert!(hub.rows("SELECT name FROM sqlite_master").unwrap().is_empty(), "it forgets even that it was");
    assert_eq!(hub.alarm(), None);
}

#[test]
fn a_suspended_account_is_shut_out_until_it_is_reinstated() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop] = devices(&app, &ada);
    laptop.connect();
    laptop.event(1, "notes", "kept");
    let admin = app.administrator("admin@example.com", "admin");
    let path = format!("/api/v1/admin/users/{}", ada.user_id);
    app.post(&format!("{path}/suspend"), json!({"reason": "spam"})).by(&admin).status(200);
    assert_eq!(laptop.code(), 4001);
    assert_eq!(laptop.refused(), 4001);
    app.post(&format!("{path}/reinstate"), json!({})).by(&admin).status(200);
    assert_eq!(laptop.connect()["acknowledged"], 1);
}

#[test]
fn a_handshake_has_ten_seconds() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut silent, mut slow, mut laptop] = devices(&app, &ada);
    silent.open();
    slow.greet(&Hello::default());
    laptop.connect();
    app.advance(9);
    laptop.ring();
    app.advance(1);
    laptop.ring();
    assert_eq!((silent.code(), slow.code()), (4008, 4008));
    laptop.event(1, "notes", "still here");
    assert_eq!(laptop.frame("ack")["seq"], 1);
}

#[test]
fn a_hub_that_nobody_was_let_into_stores_nothing() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop] = devices(&app, &ada);
    laptop.greet(&Hello::default());
    let hub = app.hub(&ada);
    assert!(hub.rows("SELECT name FROM sqlite_master").unwrap().is_empty());
    app.advance(11);
    laptop.ring();
    assert_eq!(laptop.code(), 4008);
    assert_eq!(hub.alarm(), None);
    assert!(hub.rows("SELECT name FROM sqlite_master").unwrap().is_empty());
}

#[test]
fn of_too_many_at_the_door_the_first_one_goes() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut inside, mut first] = devices(&app, &ada);
    inside.connect();
    first.open();
    let mut others: Vec<Device> = (0..64).map(|_| Device::stranger(&app, &ada)).collect();
    for other in &mut others {
        other.open();
    }
    assert_eq!(first.code(), 4012);
    assert_eq!(others[0].code(), 0);
    inside.event(1, "notes", "unharmed");
    assert_eq!(inside.frame("ack")["seq"], 1);
}

#[test]
fn attacks_at_the_door_end_with_their_code_and_harm_nobody_else() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let [mut inside, mut laptop] = devices(&app, &ada);
    let [mut other] = devices(&app, &bob);
    inside.connect();
    let check = |device: &mut Device, code: u16| {
        assert_eq!(device.code(), code);
        device.cut();
    };
    // No frame, too large, binary, another frame first.
    for (text, code) in [
        ("", 4007),
        ("garbage", 4007),
        ("[1]", 4007),
        (r#"{"type":"nothing"}"#, 4007),
        (r#"{"type":"hello"}"#, 4006),
        (r#"{"type":"received","offset":1}"#, 4006),
    ] {
        laptop.open();
        laptop.say(text);
        check(&mut laptop, code);
    }
    laptop.open();
    laptop.say(&"x".repeat(1_000_000));
    check(&mut laptop, 4009);
    laptop.open();
    laptop.say_binary();
    check(&mut laptop, 4003);
    // A downgrade, a point of small order, a hello of the server's own.
    laptop.greet(&Hello { versions: json!([9]), ..Hello::default() });
    check(&mut laptop, 4005);
    laptop.greet(&Hello { ephemeral: Some([0; 32]), ..Hello::default() });
    check(&mut laptop, 4006);
    let reflected = inside_hello(&mut laptop);
    laptop.open();
    laptop.say(&reflected);
    check(&mut laptop, 4006);
    // A device of another account, an account that is not this one's, a stranger, a replay.
    other.at(&app, &ada);
    assert_eq!(other.refused(), 4002);
    other.claims(&bob);
    assert_eq!(other.refused(), 4002);
    let mut stranger = Device::stranger(&app, &ada);
    assert_eq!(stranger.refused(), 4002);
    laptop.connect();
    let said = laptop.last_said();
    laptop.cut();
    laptop.greet(&Hello::default());
    laptop.say(&said);
    check(&mut laptop, 4002);
    inside.event(1, "notes", "unharmed");
    assert_eq!(inside.frame("ack")["seq"], 1);
}

/// What the server says first.
fn inside_hello(device: &mut Device) -> String {
    device.greet(&Hello::default());
    let text = device.server_hello();
    device.cut();
    text
}

#[test]
fn a_frame_that_was_changed_or_comes_twice_ends_the_connection() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop] = devices(&app, &ada);
    laptop.connect();
    laptop.event(1, "notes", "one");
    laptop.frame("ack");
    let again = laptop.last_said();
    laptop.say(&again);
    assert_eq!(laptop.code(), 4004);
    laptop.cut();
    laptop.connect();
    let sealed = laptop.seal(&json!({"type": "received", "offset": 0}));
    laptop.say(&sealed.replace("\"offset\":0", "\"offset\":1"));
    assert_eq!(laptop.code(), 4004);
}

#[test]
fn new_keys_lose_nothing_and_what_is_said_meanwhile_is_refused() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut phone] = devices(&app, &ada);
    laptop.connect();
    phone.connect();
    for round in 0..3 {
        laptop.event(2 * round + 1, "notes", "before");
        laptop.rekey();
        laptop.event(2 * round + 2, "notes", "after");
        assert_eq!(laptop.frames().iter().filter(|frame| frame["type"] == "ack").count(), 2);
    }
    assert_eq!(body(&phone.frames()).len(), 6);
}

#[test]
fn keys_that_end_are_warned_of_and_then_good_for_nothing() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop, mut idle] = devices(&app, &ada);
    laptop.connect();
    idle.connect();
    app.advance(24 * 3_600 / 10 * 9);
    laptop.ring();
    assert!(laptop.frames().iter().any(|frame| frame["type"] == "expiring"));
    laptop.rekey();
    idle.frames();
    app.advance(24 * 3_600 / 10);
    laptop.ring();
    assert_eq!((laptop.code(), idle.code()), (0, 4011));
}

#[test]
fn where_the_database_or_the_storage_fails_nothing_acknowledged_is_lost() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop] = devices(&app, &ada);
    let gone = DatabaseError::new(DatabaseFault::Unavailable, "gone");
    app.database.fail_next(Moment::Before, gone.clone());
    assert_eq!(laptop.refused(), 4013);
    laptop.connect();
    laptop.event(1, "notes", "one");
    laptop.frame("ack");
    let hub = app.hub(&ada);
    hub.notes();
    hub.break_storage(true);
    laptop.event(2, "notes", "two");
    assert_eq!(laptop.code(), 4013);
    assert_eq!(hub.notes().len(), 1);
    hub.break_storage(false);
    assert_eq!(laptop.connect()["acknowledged"], 1);
    // The spine cannot be read: it is read again ten seconds later.
    let path = format!("/api/v1/devices/{}", laptop.id);
    let rename = |name: &str| {
        let calls = app.database.calls();
        app.patch(&path, json!({"name": name})).by(&ada).header("if-match", "*").status(200);
        app.database.calls() - calls
    };
    rename("Desk");
    let calls = rename("Table");
    assert_eq!(body(&laptop.frames()).len(), 2);
    app.database.fail_nth(calls, Moment::Before, gone);
    rename("Laptop");
    assert!(body(&laptop.frames()).is_empty());
    assert_eq!(hub.notes().len(), 1);
    app.advance(11);
    laptop.ring();
    assert_eq!(body(&laptop.frames()).len(), 1);
}

#[test]
fn a_reading_of_the_spine_that_has_no_end_is_begun_anew() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let [mut laptop] = devices(&app, &ada);
    laptop.connect();
    // Who told the hub of it goes away while the hub reads.
    unheard(&app, &ada, &laptop);
    app.database.stall_next();
    let poke = Command::Poke { account: Id::parse(&ada.user_id).unwrap() }.text();
    let mut told = app.hubs.call(ObjectClass::Hub, &ada.user_id, poke);
    assert!(told.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(told);
    assert!(laptop.frames().is_empty());
    app.advance(301);
    laptop.ring();
    assert_eq!(body(&laptop.frames()).len(), 1);
}
