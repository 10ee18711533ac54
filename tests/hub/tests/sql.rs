//! The log in an object's SQLite: its statements use indexes, and mean what the log in memory does.

use witness_hub_suite::host::ObjectStorage;
use witness_hub_suite::kernel::id::Id;
use witness_hub_suite::kernel::time::Timestamp;
use witness_hub_suite::memory::{Memory, json};
use witness_hub_suite::ports::Value;
use witness_hub_suite::sync::hub::Hub;
use witness_hub_suite::sync::hub::conn::Conn;
use witness_hub_suite::sync::hub::limits::Limits;
use witness_hub_suite::sync::hub::log::{Ask, Cut, Entry, Log, Place, STATEMENTS, SqlLog, Storage};
use witness_hub_suite::sync::hub::turn::{Down, Effect, Event, Private, System, Up};
use witness_hub_suite::world::Dice;

const NOW: i64 = 1_700_000_000_000;

fn id(number: i64) -> Id {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    Id::new(Timestamp::from_millis(NOW).unwrap(), random)
}

/// Bodies with all that JSON has to quote.
const BODIES: [&str; 5] =
    ["", "plain", "\"quoted\" \\ and \u{1} \n\t\u{7f}", "ä 漢 \u{1F600}", "{\"a\":[1,null]}"];

fn same(one: &str, other: &str) {
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(&format!("[{text}]")).unwrap();
    assert_eq!(read(one), read(other));
}

#[test]
fn the_log_in_sqlite_and_the_log_in_memory_are_one() {
    for seed in 0..60 {
        let (storage, memory) = (ObjectStorage::memory().unwrap(), Memory::new(json));
        let sql = SqlLog::open(&storage).unwrap();
        let mut dice = Dice(seed);
        let (mut offset, mut fresh) = (0, 100);
        for step in 0..120 {
            match dice.below(9) {
                0..4 => {
                    let before = offset;
                    let system = dice.once_in(5);
                    let places: Vec<Place> = (1..=dice.between(1, 4))
                        .map(|number| Place {
                            offset: before + number,
                            stream: if system { "system" } else { "notes.a-b_1" }.to_owned(),
                            stream_seq: before + number,
                            from: (!system).then(|| (id(dice.between(1, 4)), before + number)),
                            at: NOW + before + number,
                        })
                        .collect();
                    let mut entry = |place| {
                        fresh += 1;
                        Entry {
                            place,
                            id: id(if dice.once_in(12) { dice.between(100, fresh) } else { fresh }),
                            expires_at: dice.once_in(3).then(|| NOW + dice.between(-100, 100)),
                            body: BODIES[dice.below(BODIES.len())],
                        }
                    };
                    let entries: Vec<Entry<'_>> = places.iter().map(&mut entry).collect();
                    let (one, other) = (sql.insert(&entries).unwrap(), memory.insert(&entries).unwrap());
                    assert_eq!(one.is_some(), other.is_some());
                    if let (Some(one), Some(other)) = (one, other) {
                        same(&one, &other);
                        offset += places.len() as i64;
                        let ask = Ask { after: before, device: None, alive: 0, entries: 4, bytes: 1 << 20 };
                        let page = sql.page(ask).unwrap().unwrap();
                        assert_eq!(
                            (page.entries, page.last),
                            (one, offset),
                            "what is kept is what was given"
                        );
                    }
                }
                4 | 5 => {
                    let ask = Ask {
                        after: dice.between(0, offset + 2),
                        device: dice.once_in(2).then(|| id(dice.between(1, 4))),
                        alive: NOW + dice.between(-100, 100),
                        entries: dice.between(1, 9),
                        bytes: dice.between(1, 2_000),
                    };
                    let (one, other) = (sql.page(ask).unwrap(), memory.page(ask).unwrap());
                    let counts =
                        |page: &witness_hub_suite::sync::hub::log::Page| (page.count, page.bytes, page.last);
                    assert_eq!(one.as_ref().map(counts), other.as_ref().map(counts), "{ask:?}");
                    if let (Some(one), Some(other)) = (one, other) {
                        same(&one.entries, &other.entries);
                    }
                }
                6 => {
                    let from = dice.between(0, offset + 1);
                    assert_eq!(sql.tail(from).unwrap(), memory.tail(from).unwrap());
                    let event = id(dice.between(90, fresh + 10));
                    assert_eq!(sql.find(event).unwrap(), memory.find(event).unwrap());
                }
                7 => {
                    let cut = Cut {
                        old: NOW + dice.between(-5, offset / 2 + 1),
                        many: (dice.between(0, offset + 1), NOW + dice.between(0, offset + 1)),
                        most: dice.between(-5, offset / 3 + 1),
                        of: dice.between(1, 9),
                    };
                    let to = sql.cut(cut).unwrap();
                    assert_eq!(to, memory.cut(cut).unwrap());
                    if let Some(to) = to.filter(|_| dice.once_in(4)) {
                        sql.remove(to).unwrap();
                        memory.remove(to).unwrap();
                    }
                }
                _ => {
                    assert_eq!(sql.ends().unwrap(), memory.ends().unwrap());
                    let state = format!("{{\"step\":{step}}}");
                    sql.keep(&state).unwrap();
                    memory.keep(&state).unwrap();
                    if dice.once_in(3) {
                        sql.expire(NOW - 50, 100).unwrap();
                        memory.expire(NOW - 50, 100).unwrap();
                    }
                    if dice.once_in(30) {
                        sql.wipe().unwrap();
                        memory.wipe().unwrap();
                    }
                }
            }
            assert_eq!(sql.state().unwrap(), memory.state().unwrap());
        }
        assert_eq!(sql.tail(0).unwrap(), memory.tail(0).unwrap());
    }
}

#[test]
fn no_statement_reads_the_whole_log() {
    let storage = ObjectStorage::memory().unwrap();
    SqlLog::open(&storage).unwrap();
    for statement in STATEMENTS {
        if statement == "DELETE FROM log" {
            continue;
        }
        let numbers = (1..=10).rev().find(|number| statement.contains(&format!("?{number}"))).unwrap_or(0);
        let nothing = vec![Value::Null; numbers];
        let plan = storage.run(&format!("EXPLAIN QUERY PLAN {statement}"), &nothing).unwrap();
        for line in plan {
            let Some(Value::Text(step)) = line.last() else { panic!("{line:?}") };
            // A few of the oldest, by a limit.
            let bounded = step.starts_with("SCAN log") && statement.contains("ORDER BY place LIMIT");
            let bounded = bounded
                || step.contains("USING COVERING INDEX log_by_expiry")
                || step.contains("INDEX log_by_expiry");
            let inner = ["SCAN json_each", "SCAN (subquery", "SCAN page", "CO-ROUTINE", "CONSTANT ROW"];
            assert!(
                bounded || !step.contains("SCAN") || inner.iter().any(|part| step.contains(part)),
                "{step}: {statement}"
            );
        }
    }
}

/// The text of what is delivered to a connection.
fn delivered(effects: &[Effect], to: u32) -> String {
    let texts = effects.iter().filter_map(|effect| match effect {
        Effect::Send { conn, frame: Down::Deliver { entries, .. } } if *conn == to => {
            Some(entries.to_string())
        }
        _ => None,
    });
    texts.collect::<Vec<_>>().join(",")
}

#[test]
fn a_hub_on_sqlite_wakes_as_it_was_and_delivers_what_the_contract_describes() {
    let storage = ObjectStorage::memory().unwrap();
    let log = SqlLog::open(&storage).unwrap();
    let mut hub = Hub::wake(&log, "e", Vec::new(), Limits::STANDARD).unwrap();
    let (one, two) = (id(1), id(2));
    for (conn, device) in [(1, one), (2, two)] {
        let connected = Event::Connected { conn, device, cursor: None, head: 4 };
        storage.turn(|| hub.on(connected, NOW, &log)).unwrap();
    }
    let mut live = Vec::new();
    for (at, body) in (0..).zip(BODIES) {
        let stream = if at == 0 { "a" } else { "b" }.to_owned();
        let expires_at = (at == 2).then_some(NOW + 1);
        let event = Private { id: id(10 + at), seq: at + 1, stream, expires_at, body: body.to_owned() };
        let frame = Event::Frame { conn: 1, frame: Up::Events(vec![event]) };
        let effects = storage.turn(|| hub.on(frame, NOW + at, &log)).unwrap();
        let kept = Down::Ack { seq: at + 1, place: Some((at + 1, at.max(1))), reached: at + 1 };
        assert!(effects.contains(&Effect::Send { conn: 1, frame: kept }), "{effects:?}");
        live.push(delivered(&effects, 2));
    }
    let system = System { seq: 5, id: id(99), body: "{\"type\":\"x\"}".to_owned(), ends: None };
    let effects = hub.on(Event::Spine { events: vec![system], more: false }, NOW, &log);
    live.push(delivered(&effects, 2));
    assert_eq!(delivered(&effects, 1), delivered(&effects, 2));

    // The state is not kept with every event: the rest of it comes from the log.
    let woken = Hub::wake(&log, "another", hub.conns().to_vec(), Limits::STANDARD).unwrap();
    assert_eq!(woken.state(), hub.state());
    let mut woken = woken;
    assert_eq!(woken.on(Event::Woken, NOW, &log), Vec::new());
    let again = Event::Connected { conn: 3, device: two, cursor: Some(("e".to_owned(), 0)), head: 5 };
    let effects = woken.on(again, NOW, &log);
    same(&delivered(&effects, 3), &live.join(","));
    let entry: serde_json::Value = serde_json::from_str(&live[2]).unwrap();
    let expected = serde_json::json!({
        "offset": 3, "class": "private", "stream": "b", "stream_seq": 2, "id": id(12).to_string(),
        "device": one.to_string(), "seq": 3, "at": NOW + 2, "expires_at": NOW + 1, "body": BODIES[2],
    });
    assert_eq!(entry, expected);
}

#[test]
fn the_forms_that_are_stored_stay_readable() {
    let log = Memory::new(json);
    let text = r#"{"epoch":"e","offset":7,"at":5,"floor":2,"spine":3,"used":4,"gone":false,"senders":{"018bcfe5-6800-7000-8000-000000000001":{"seq":2,"used":9,"seen":8}},"streams":{"a":4},"ended":["018bcfe5-6800-7000-8000-000000000002"]}"#;
    log.keep(text).unwrap();
    let hub = Hub::wake(&log, "another", Vec::new(), Limits::STANDARD).unwrap();
    assert_eq!(serde_json::to_string(hub.state()).unwrap(), text);
    let numbers = [1, 7, 5, 6, 1, 300, 0, 0, 0, -1, 0, 1, 2, 3, 0];
    let conn = Conn::restore(1, Id::parse("018bcfe5-6800-7000-8000-000000000001").unwrap(), &numbers);
    assert_eq!(conn.numbers(), numbers);
    assert_eq!((conn.since, conn.sent, conn.received, conn.early.last), (1, 7, 5, 6));
    assert_eq!((conn.owes, conn.told, conn.idle, conn.said, conn.typed), (None, false, true, 2, 3));
}

/// A SQLite that joins texts in another order than it promised.
struct Disordered;

impl Storage for Disordered {
    fn run(&self, sql: &str, _: &[Value]) -> Result<Vec<Vec<Value>>, String> {
        let text = |text: &str| Value::Text(text.to_owned());
        let page = sql.starts_with("SELECT group_concat");
        Ok(if page { vec![vec![text("{},{},{}"), text("7,9,8"), Value::Integer(8)]] } else { Vec::new() })
    }
}

#[test]
fn a_page_out_of_order_is_a_fault_and_no_page() {
    let log = SqlLog::open(&Disordered).unwrap();
    let ask = Ask { after: 6, device: None, alive: 0, entries: 9, bytes: 999 };
    assert!(log.page(ask).unwrap_err().contains("order"));
}
