//! Following what the server changes without a socket: page by page, with patience, and as a stream.

use async_trait::async_trait;
use futures::executor::block_on;
use serde_json::{Value, json};
use witness::host::Moment;
use witness::kernel::hub::{Follow, Followed};
use witness::kernel::problem::Code;
use witness::ports::{Clock, DatabaseError, DatabaseFault, ObjectClass, Objects, PortError, Ports};
use witness::sync::follow::{self, Stream};

use crate::app::{Account, App, Call, Reply};
use crate::keys::key;

const EVENTS: &str = "/api/v1/events";
const STREAM: &str = "/api/v1/events/stream";

fn after(app: &App, seq: i64) -> Call<'_> {
    app.get(&format!("{EVENTS}?after={seq}"))
}

/// Where the account's events end.
fn end(app: &App, account: &Account) -> i64 {
    app.get(EVENTS).by(account).status(200).body["cursor"].as_i64().unwrap()
}

/// Something that leaves an event.
fn change(app: &App, account: &Account) -> Reply {
    let body = json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12"}});
    app.post("/api/v1/readings", body).by(account).status(201)
}

/// The same many times over, without the work of it.
fn changes(app: &App, account: &Account, count: i64) {
    app.rows(&format!(
        "INSERT INTO events (id, user_id, seq, type, subject_type, subject_id, actor, audience, created_at)
         WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < {count})
         SELECT printf('0197f7a0-0000-7000-9000-%012x', n + 10000 * (SELECT count(*) FROM events)), '{user}',
                n + (SELECT coalesce(max(seq), 0) FROM events WHERE user_id = '{user}'), 'test.happened', 'test', n,
                'system', 'user:{user}', {at} FROM each",
        user = account.user_id,
        at = app.clock.now().millis(),
    ));
}

fn seqs(items: &Value) -> Vec<i64> {
    items.as_array().unwrap().iter().map(|item| item["seq"].as_i64().unwrap()).collect()
}

/// An event as whoever reads a stream sees it (WHATWG HTML, section 9.2.6).
#[derive(Debug, Default, PartialEq)]
struct Told {
    id: String,
    event: String,
    data: String,
}

/// Reads pieces of a stream as browsers do: the events, and the last id.
fn read(pieces: &[String]) -> (Vec<Told>, String) {
    let (mut events, mut last, mut now) = (Vec::new(), String::new(), Told::default());
    let text = pieces.concat();
    assert!(text.ends_with("\n\n"), "{text:?}");
    for line in text.split('\n') {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name {
            "" => {
                if !now.data.is_empty() {
                    events.push(Told { id: last.clone(), ..std::mem::take(&mut now) });
                }
            }
            "id" => last = value.to_owned(),
            "event" => now.event = value.to_owned(),
            "data" => now.data.push_str(value),
            "retry" => assert_eq!(value, "2000"),
            ":" => {}
            _ => panic!("{line:?}"),
        }
    }
    (events, last)
}

fn pieces(app: &App, stream: &mut Stream) -> Vec<String> {
    std::iter::from_fn(|| block_on(stream.next(app.ports())).unwrap()).collect()
}

#[test]
fn it_says_where_events_end_and_then_what_came_after() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let begun = app.get(EVENTS).by(&ada).status(200);
    let last = begun.body["cursor"].as_i64().unwrap();
    assert_eq!(begun.body, json!({"items": [], "cursor": last, "has_more": false}));
    assert!(last > 0, "there is the account itself");
    let made = change(&app, &ada);
    let heard = after(&app, last).by(&ada).status(200);
    let item = &heard.body["items"][0];
    assert_eq!(
        item,
        &json!({
            "seq": last + 1, "id": item["id"], "type": "reading.created", "subject_type": "reading",
            "subject_id": made.body["id"], "request_id": made.header("x-request-id"), "at": crate::app::START,
        })
    );
    assert_eq!((&heard.body["cursor"], &heard.body["has_more"]), (&json!(last + 1), &json!(false)));
    assert_eq!(heard.header("cache-control"), Some("no-store"));
    assert_eq!((heard.calls[0], heard.calls[1]), (0, 0), "the hub alone is asked");
    assert_eq!(end(&app, &ada), last + 1);
    // An account hears of itself alone, and so does a key of it.
    let bob = app.verified("bob@example.com");
    assert!(!after(&app, 0).by(&bob).status(200).text.unwrap().contains(made.body["id"].as_str().unwrap()));
    let (may, _) = key(&app, &bob, &["activity:read"]);
    let by_key = after(&app, 0).bearer(&may).status(200).body;
    assert!(!by_key["items"].as_array().unwrap().is_empty());
}

#[test]
fn pages_follow_one_another_without_a_gap() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    changes(&app, &ada, 450);
    let (mut cursor, mut heard, mut sizes) = (0, Vec::new(), Vec::new());
    loop {
        let page = after(&app, cursor).by(&ada).status(200).body;
        heard.extend(seqs(&page["items"]));
        sizes.push(page["items"].as_array().unwrap().len());
        cursor = page["cursor"].as_i64().unwrap();
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(heard, (1..=cursor).collect::<Vec<_>>());
    assert_eq!((sizes[0], sizes[1], cursor), (200, 200, end(&app, &ada)));
}

#[test]
fn who_waits_is_answered_by_an_event_or_by_the_end_of_the_time() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (last, began) = (end(&app, &ada), app.clock.now().millis());
    let wait = |seconds: u32| app.get(&format!("{EVENTS}?after={last}&wait={seconds}")).by(&ada);
    let nothing = json!({"items": [], "cursor": last, "has_more": false});
    assert_eq!(wait(0).status(200).body, nothing);
    assert_eq!(app.clock.now().millis(), began);
    assert_eq!(wait(25).status(200).body, nothing);
    assert_eq!(app.clock.now().millis(), began + 25_000);
    change(&app, &ada);
    assert_eq!(seqs(&wait(25).status(200).body["items"]), [last + 1]);
    assert_eq!(app.clock.now().millis(), began + 25_000, "what is there is not waited for");
}

#[test]
fn what_is_no_place_and_no_time_is_told_so() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for (target, pointer) in [
        (format!("{EVENTS}?after=-1"), "/after"),
        (format!("{EVENTS}?after=first"), "/after"),
        (format!("{EVENTS}?after=9007199254740992"), "/after"),
        (format!("{EVENTS}?after=0&wait=26"), "/wait"),
        (format!("{EVENTS}?after=0&wait=-1"), "/wait"),
        (format!("{STREAM}?after=1.5"), "/after"),
        (format!("{STREAM}?wait=1"), "/wait"),
    ] {
        let refused = app.get(&target).by(&ada).problem(422, "invalid-request");
        assert_eq!(refused.violations()[0].0, pointer, "{target}");
        assert!(refused.stream.is_none());
    }
    for name in ["", "first", "-1", "1.5", "0197f7a0-0000-7000-8000-0000000000e1"] {
        let call = app.get(STREAM).header("last-event-id", name);
        call.by(&ada).problem(422, "invalid-request");
    }
}

#[test]
fn a_stream_begins_where_it_is_told_and_says_where_that_is() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let last = end(&app, &ada);
    let reply = app.get(STREAM).by(&ada).header("accept-encoding", "gzip").status(200);
    assert_eq!(reply.body, format!("retry: 2000\nid: {last}\n\n"));
    for (name, value) in [
        ("content-type", Some("text/event-stream")),
        ("cache-control", Some("no-store")),
        ("etag", None),
        ("content-encoding", None),
    ] {
        assert_eq!(reply.header(name), value, "{name}");
    }
    change(&app, &ada);
    let (mut stream, came) = (reply.stream.unwrap(), app.clock.now());
    let text = block_on(stream.next(app.ports())).unwrap().unwrap();
    let (events, id) = read(&[text]);
    let data: Value = serde_json::from_str(&events[0].data).unwrap();
    assert_eq!(data, after(&app, last).by(&ada).status(200).body["items"][0]);
    assert_eq!((events.len(), events[0].event.as_str(), id), (1, "reading.created", (last + 1).to_string()));
    assert_eq!(app.clock.now(), came, "what is there is told at once");
    // The header counts for more than the address, which stays as it was when somebody comes again.
    let of = |query: &str, header: Option<i64>| {
        let call = app.get(&format!("{STREAM}{query}")).by(&ada);
        let call = header.iter().fold(call, |call, seq| call.header("last-event-id", seq.to_string()));
        let (events, id) = read(&[call.status(200).text.unwrap()]);
        (events.len(), id.parse::<i64>().unwrap())
    };
    let all = usize::try_from(last + 1).unwrap();
    assert_eq!(of("?after=0", None), (all, last + 1));
    assert_eq!(of("?after=0", Some(last)), (1, last + 1));
    assert_eq!(of("", Some(0)), (all, last + 1));
    assert_eq!(of("", Some(last + 1)), (0, last + 1));
    let head = app.call("HEAD", STREAM).by(&ada).status(200);
    assert!(head.stream.is_none() && head.text.is_none());
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
}

#[test]
fn a_silent_stream_shows_that_it_lives_and_ends_after_five_minutes() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (began, reply) = (app.clock.now().millis(), app.get(STREAM).by(&ada).status(200));
    let mut stream = reply.stream.unwrap();
    assert_eq!(pieces(&app, &mut stream), [":\n\n"; 12]);
    assert_eq!(app.clock.now().millis(), began + 300_000);
    assert_eq!(pieces(&app, &mut stream), [""; 0], "and stays ended");
}

#[test]
fn nothing_is_lost_between_pieces_nor_between_streams() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let first = end(&app, &ada);
    let (mut last, mut heard) = (None::<String>, Vec::new());
    for round in 0..6 {
        let call = app.get(STREAM).by(&ada);
        let call = last.iter().fold(call, |call, id| call.header("last-event-id", id.clone()));
        let reply = call.status(200);
        let (mut text, mut stream) = (vec![reply.text.unwrap()], reply.stream.unwrap());
        // Of five, some stop listening before anything came, and one is sent more than a page.
        for piece in 0..round % 4 {
            changes(&app, &ada, if round == 3 { 270 } else { 1 + piece });
            text.extend(block_on(stream.next(app.ports())).unwrap());
        }
        let (events, id) = read(&text);
        heard.extend(events.iter().map(|event| event.id.parse::<i64>().unwrap()));
        last = Some(id);
        changes(&app, &ada, 3);
    }
    let reply = app.get(STREAM).by(&ada).header("last-event-id", last.unwrap()).status(200);
    let mut text = vec![reply.text.unwrap()];
    text.extend(pieces(&app, &mut reply.stream.unwrap()));
    heard.extend(read(&text).0.iter().map(|event| event.id.parse::<i64>().unwrap()));
    assert_eq!(heard, (first + 1..=end(&app, &ada)).collect::<Vec<_>>());
    assert!(heard.len() > 800);
}

#[test]
fn a_stream_asks_its_hub_no_more_often_than_a_request_may() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let mut stream = app.get(STREAM).by(&ada).status(200).stream.unwrap();
    let mut count = 0;
    while block_on(stream.next(app.ports())).unwrap().is_some() {
        changes(&app, &ada, 1);
        count += 1;
        assert!(count <= 200);
    }
    assert_eq!(count, 200);
}

#[test]
fn without_its_hub_or_the_hubs_database_nobody_is_told_that_nothing_happened() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (last, mut stream) = (end(&app, &ada), app.get(STREAM).by(&ada).status(200).stream.unwrap());
    let fail = |hub: bool| match hub {
        true => app.objects.fail_always(Moment::Before, PortError::Unavailable("down".to_owned())),
        false => {
            let error = DatabaseError::new(DatabaseFault::Unavailable, "secret words of the vendor");
            app.database.fail_always(Moment::Before, error);
        }
    };
    for hub in [true, false] {
        fail(hub);
        for call in [app.get(EVENTS), after(&app, last), app.get(STREAM)] {
            let refused = call.by(&ada).problem(503, "dependency-unavailable");
            assert_eq!(refused.header("retry-after"), Some("1"));
            assert!(refused.stream.is_none() && !refused.text.unwrap().contains("vendor"));
        }
        assert!(block_on(stream.next(app.ports())).is_err(), "{hub}");
        app.objects.heal();
        app.database.heal();
    }
}

/// A hub that says the same to everybody, or nothing at all.
struct Says(Option<&'static str>);

#[async_trait(?Send)]
impl Objects for Says {
    async fn call(&self, _: ObjectClass, _: &str, _: String) -> Result<String, PortError> {
        match self.0 {
            Some(text) => Ok(text.to_owned()),
            None => std::future::pending().await,
        }
    }
}

#[test]
fn where_too_many_wait_one_more_is_sent_away_before_its_stream_begins() {
    let app = App::new();
    let hub = Says(Some(r#"{"events":[],"cursor":4,"more":false,"busy":true}"#));
    let (ports, account) = (Ports { objects: &hub, ..app.ports() }, app.context().new_id());
    let refused = block_on(follow::find(ports, account, Some(4), 0)).unwrap_err();
    assert_eq!((refused.code, refused.retry_after), (Code::QuotaExceeded, Some(10)));
    // One that has begun ends, and comes again.
    let follow = Follow { account, found: Followed { cursor: 4, ..Followed::default() } };
    let mut stream = Stream::new(follow, app.clock.now());
    assert_eq!(block_on(stream.next(ports)).unwrap().as_deref(), Some("retry: 2000\nid: 4\n\n"));
    assert_eq!(block_on(stream.next(ports)).unwrap(), None);
}

#[test]
fn a_hub_that_does_not_answer_is_waited_for_five_seconds_longer_than_it_was_asked_to_wait() {
    let app = App::new();
    let account = app.context().new_id();
    let ports = Ports { objects: &Says(None), ..app.ports() };
    for wait in [0, 25_000] {
        let began = app.clock.now().millis();
        let refused = block_on(follow::find(ports, account, Some(4), wait)).unwrap_err();
        assert_eq!(refused.code, Code::DependencyUnavailable);
        assert_eq!(app.clock.now().millis() - began, i64::from(wait) + 5_000);
    }
    let garbled = Ports { objects: &Says(Some("null")), ..app.ports() };
    let refused = block_on(follow::find(garbled, account, Some(4), 0)).unwrap_err();
    assert_eq!(refused.code, Code::InternalError);
}
