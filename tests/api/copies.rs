//! Logs of devices as they are copied for a backup, and brought back where a hub was lost.

use proptest::prelude::*;
use serde_json::{Value, json};
use witness::host::ObjectStorage;
use witness::kernel::crypto::base64url;
use witness::kernel::hub::{Imported, Page};
use witness::kernel::id::Id;
use witness::kernel::time::Timestamp;
use witness::sync::door::copy::{LEAP, export, import};
use witness::sync::hub::limits::Limits;
use witness::sync::hub::log::{Entry, Log, Place, SqlLog, Storage};
use witness::sync::hub::state::State;

use crate::app::{Account, App, Reply};
use crate::hubs::device::Device;

fn path(account: &Account) -> String {
    format!("/api/v1/admin/hubs/{}/log", account.user_id)
}

/// All pages of a hub, as a backup reads them.
fn copy(app: &App, admin: &Account, account: &Account) -> Vec<Value> {
    let (mut pages, mut after) = (Vec::new(), 0);
    loop {
        let page = app.get(&format!("{}?after={after}", path(account))).by(admin).status(200).body;
        let next = page["next"].as_i64();
        pages.push(page);
        match next {
            Some(next) => after = next,
            None => return pages,
        }
    }
}

fn put(app: &App, admin: &Account, account: &Account, body: Value) -> Reply {
    app.put(&path(account), body).by(admin).send()
}

/// Brings all pages back, each of them twice.
fn bring_back(app: &App, admin: &Account, account: &Account, pages: &[Value]) {
    let mut after = 0;
    for page in pages {
        let state = if page["next"].is_null() { page["state"].clone() } else { Value::Null };
        let body = json!({"after": after, "entries": page["entries"], "state": state});
        for _ in 0..2 {
            let reply = put(app, admin, account, body.clone());
            assert_eq!(reply.status, 200, "{}", reply.body);
            assert_eq!(reply.body["begun"], !state.is_null());
        }
        after = page["next"].as_i64().unwrap_or(after);
    }
}

/// The object of the hub is gone with all that it stored.
fn lose(app: &App, account: &Account) {
    let hub = app.hub(account);
    for table in ["log", "hub"] {
        hub.rows(&format!("DROP TABLE IF EXISTS {table}")).unwrap();
    }
    hub.evict(false);
}

fn bodies(frames: &[Value]) -> Vec<&str> {
    let entries = frames.iter().filter(|frame| frame["type"] == "deliver");
    entries
        .flat_map(|frame| frame["entries"].as_array().unwrap())
        .filter_map(|entry| entry["body"].as_str())
        .collect()
}

/// A house in which a phone was away while a laptop wrote.
fn away(app: &App) -> (Account, Account, Device, Device, String) {
    let (ada, admin) = (app.account("ada@example.com"), app.administrator("admin@example.com", "admin"));
    let (mut laptop, mut phone) = (Device::of(app, &ada), Device::of(app, &ada));
    laptop.connect();
    let epoch = phone.connect()["epoch"].as_str().unwrap().to_owned();
    laptop.event(1, "notes", "one");
    phone.frames();
    phone.cut();
    for (seq, body) in [(2, "two"), (3, "thr\"ee \\ \u{1} 日本")] {
        laptop.event(seq, "notes", body);
    }
    (ada, admin, laptop, phone, epoch)
}

#[test]
fn a_log_that_was_lost_comes_back_and_devices_go_on_where_they_were() {
    let app = App::new();
    let (ada, admin, mut laptop, mut phone, epoch) = away(&app);
    laptop.cut();
    let pages = copy(&app, &admin, &ada);
    let rows = app.hub(&ada).rows("SELECT * FROM log").unwrap();
    lose(&app, &ada);
    bring_back(&app, &admin, &ada, &pages);
    assert_eq!(app.hub(&ada).rows("SELECT * FROM log").unwrap(), rows);
    let established = phone.resume(&epoch, 1);
    assert_eq!(established["epoch"], json!(epoch));
    assert_eq!(bodies(&phone.frames()), ["two", "thr\"ee \\ \u{1} 日本"]);
    assert_eq!(laptop.resume(&epoch, 3)["acknowledged"], 3);
    laptop.event(4, "notes", "four");
    assert_eq!(bodies(&phone.frames()), ["four"], "nothing twice");
    // It is gone on with: neither is it overwritten, nor is it another one.
    let again = json!({"after": 0, "entries": [], "state": null});
    assert_eq!(put(&app, &admin, &ada, again).status, 409);
    assert_eq!(copy(&app, &admin, &ada)[0]["epoch"], json!(epoch));
}

#[test]
fn who_is_ahead_of_the_copy_misses_nothing_new() {
    let app = App::new();
    let (ada, admin, mut laptop, mut phone, epoch) = away(&app);
    let pages = copy(&app, &admin, &ada);
    phone.resume(&epoch, 1);
    laptop.event(4, "notes", "after the copy");
    phone.frames();
    phone.cut();
    laptop.cut();
    lose(&app, &ada);
    bring_back(&app, &admin, &ada, &pages);
    assert_eq!(laptop.resume(&epoch, 3)["acknowledged"], 3);
    laptop.event(4, "notes", "new");
    laptop.event(5, "notes", "newer");
    phone.resume(&epoch, 4);
    assert_eq!(bodies(&phone.frames()), ["new", "newer"]);
}

#[test]
fn what_is_no_page_of_a_log_is_refused_and_leaves_nothing() {
    let app = App::new();
    let (ada, admin, laptop, _, _) = away(&app);
    let page = copy(&app, &admin, &ada).remove(0);
    lose(&app, &ada);
    let state = page["state"].as_str().unwrap();
    let (one, two, three) = (&page["entries"][0], &page["entries"][1], &page["entries"][2]);
    let text = one.as_str().unwrap();
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        json!([text.replace(from, to)])
    };
    let hostile = [
        json!(["no json"]),
        json!(["[]"]),
        json!([format!(" {text}")]),
        json!([text.to_uppercase()]),
        json!([two, one]),
        json!([one, one]),
        changed("\"offset\":1", "\"offset\":0"),
        changed("\"offset\":1", "\"offset\":1.0"),
        changed("\"class\":\"private\"", "\"class\":\"system\""),
        changed("\"stream\":\"notes\"", "\"stream\":\"system\""),
        changed("\"stream\":\"notes\"", "\"stream\":\"No\\\"tes\""),
        changed("\"seq\":1", "\"seq\":0"),
        changed("\"at\":", "\"at\":9"),
        changed(&laptop.id, "somebody"),
        changed("\"body\":\"one\"", "\"body\":\"one\",\"more\":1"),
        changed("\"body\":\"one\"", "\"body\":1"),
    ];
    for entries in hostile {
        let reply = put(&app, &admin, &ada, json!({"after": 0, "entries": entries, "state": null}));
        assert_eq!((reply.status, &reply.body["code"]), (422, &json!("invalid-request")), "{entries}");
    }
    let gap = put(&app, &admin, &ada, json!({"after": 2, "entries": [three], "state": state}));
    assert_eq!(gap.status, 409);
    // Each state is refused with all entries; none of them begins a log.
    let change = |from: &str, to: &str| {
        assert!(state.contains(from), "{from} in {state}");
        json!(state.replace(from, to))
    };
    for state in [
        json!("{}"),
        json!(format!("{state} ")),
        change("\"gone\":false", "\"gone\":true"),
        change("\"epoch\":\"", "\"epoch\":\"x"),
        change("\"floor\":0", "\"floor\":900"),
        change("\"spine\":", "\"spine\":-"),
        change("\"offset\":1", "\"offset\":3"),
    ] {
        let all = json!({"after": 0, "entries": page["entries"], "state": state});
        let reply = put(&app, &admin, &ada, all);
        assert_eq!(reply.status, 422, "{state}: {}", reply.body);
    }
    assert_eq!(copy(&app, &admin, &ada)[0]["epoch"], Value::Null);
    let other =
        json!({"after": 0, "entries": changed("\"body\":\"one\"", "\"body\":\"two\""), "state": null});
    assert_eq!(put(&app, &admin, &ada, other).status, 422, "another entry is there already");
    bring_back(&app, &admin, &ada, &[page]);
}

#[test]
fn a_person_who_comes_before_the_last_page_begins_anew_and_is_not_overwritten() {
    let app = App::new();
    let (ada, admin, mut laptop, _, epoch) = away(&app);
    let page = copy(&app, &admin, &ada).remove(0);
    laptop.cut();
    lose(&app, &ada);
    let half = json!({"after": 0, "entries": [page["entries"][0]], "state": null});
    assert_eq!(put(&app, &admin, &ada, half).status, 200);
    // Whoever only knocks destroys nothing.
    let mut stranger = Device::stranger(&app, &ada);
    stranger.open();
    app.advance(11);
    stranger.ring();
    assert_eq!(app.hub(&ada).rows("SELECT place FROM log").unwrap().len(), 1);
    let established = laptop.connect();
    assert_eq!((&established["offset"], &established["acknowledged"]), (&json!(0), &json!(0)));
    assert_ne!(established["epoch"], json!(epoch));
    let rest = json!({"after": 0, "entries": page["entries"], "state": page["state"]});
    assert_eq!(put(&app, &admin, &ada, rest).status, 409);
}

#[test]
fn copies_are_an_administrators_and_are_recorded_and_nothing_is_kept_for_who_is_gone() {
    let app = App::new();
    let (ada, admin, _, _, _) = away(&app);
    let page = copy(&app, &admin, &ada).remove(0);
    app.get(&path(&ada)).problem(401, "unauthenticated");
    app.get(&path(&ada)).by(&ada).problem(403, "forbidden");
    let body = json!({"after": 0, "entries": page["entries"], "state": page["state"]});
    app.put(&path(&ada), body.clone()).by(&ada).problem(403, "forbidden");
    let records = app.rows("SELECT subject_id FROM audit_records WHERE kind IN ('data.read', 'admin.used')");
    assert!(records.iter().any(|record| record["subject_id"] == "export_hub_log"), "{records:?}");
    app.delete("/api/v1/auth/me").by(&ada).status(204);
    assert_eq!(copy(&app, &admin, &ada)[0]["entries"], json!([]));
    assert_eq!(put(&app, &admin, &ada, body).status, 404);
}

const AT: i64 = 1_772_348_400_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_copied_and_brought_back_is_the_log_byte_for_byte(
        sizes in proptest::collection::vec((0..40_000_usize, "\\PC{0,20}", 0..4_u8), 0..60),
        checkpoint in 0..60_usize,
    ) {
        let from = ObjectStorage::memory().unwrap();
        let log = SqlLog::open(&from).unwrap();
        let mut state = State::new(&base64url(&[7; 16]));
        state.spine = Some(0);
        let id = |n: usize| Id::new(Timestamp::from_millis(AT).unwrap(), [u8::try_from(n).unwrap(); 10]);
        let mut stored = state.clone();
        let mut seqs = [0; 4];
        for (n, (size, word, who)) in sizes.iter().enumerate() {
            let seq = &mut seqs[usize::from(*who)];
            *seq += 1;
            let from = (*who > 0).then(|| (id(200 + usize::from(*who)), *seq));
            let stream = if from.is_some() { format!("s{who}") } else { "system".to_owned() };
            let offset = state.offset + 1;
            let place = Place { offset, stream, stream_seq: *seq, from, at: AT + offset };
            let text = format!("{word}{}", "\"\\\u{1}x".repeat(size / 8));
            let body = if from.is_some() { text } else { json!({ "type": word }).to_string() };
            let expires_at = from.filter(|_| n % 3 == 0).map(|_| AT);
            log.insert(&[Entry { place: &place, id: id(n), expires_at, body: &body }]).unwrap().unwrap();
            state.advance(&place);
            if n == checkpoint {
                stored = state.clone();
            }
        }
        log.keep(&serde_json::to_string(&stored).unwrap()).unwrap();
        let to = ObjectStorage::memory().unwrap();
        let (mut after, now, limits) = (0, AT + 1_000, Limits::STANDARD);
        loop {
            let copied = export(log, after).unwrap();
            let state = copied.state.filter(|_| copied.next.is_none());
            let (last, bytes) = (state.is_some(), copied.entries.iter().map(String::len).sum::<usize>());
            prop_assert!(bytes <= 262_144 || copied.entries.len() == 1);
            let page = Page { after, entries: copied.entries, state };
            for _ in 0..2 {
                let begun = SqlLog::has(&to, "hub");
                let kept = import(&to, begun, &page, now, &limits).unwrap();
                let kept_it = matches!(kept, Imported::Kept { begun, .. } if begun == last);
                prop_assert!(kept_it, "{:?}", kept);
            }
            match copied.next {
                Some(next) => after = next,
                None => break,
            }
        }
        let all = "SELECT * FROM log ORDER BY place";
        prop_assert_eq!(from.run(all, &[]).unwrap(), to.run(all, &[]).unwrap());
        let back: State = serde_json::from_str(&SqlLog::over(&to).state().unwrap().unwrap()).unwrap();
        prop_assert_eq!((&back.streams, back.offset), (&state.streams, state.offset + LEAP));
    }
}
