//! The house's own log: what is kept, for whom, how it is found, and what becomes of it.

use std::collections::BTreeSet;

use futures::executor::block_on;
use serde_json::Value;
use witness::gateway::serve::serve;
use witness::host::{Moment, ObjectStorage};
use witness::identity::erasure;
use witness::kernel::id::Id;
use witness::kernel::time::Timestamp;
use witness::ops::telemetry::book::{self, Book, MOST, UPKEEP};
use witness::ports::{Clock, ObjectClass, Objects, PortError};
use witness::shards;
use witness::sync::hub::log::Storage;

use crate::app::{Account, App};

fn search(app: &App, admin: &Account, query: &str) -> Value {
    app.get(&format!("/api/v1/admin/logs?{query}")).by(admin).status(200).body
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["request_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn lines_are_found_by_all_that_is_asked_for_newest_first() {
    let app = App::new();
    let (ada, admin) = (app.account("ada@example.com"), app.administrator("admin@example.com", "admin"));
    app.advance(60);
    let from = app.clock.now();
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    let listed = app.get("/api/v1/readings").by(&ada).header("traceparent", trace).status(200);
    app.advance(1);
    let refused = app.get("/api/v1/readings").status(401);
    app.advance(1);
    let unknown = app.get("/nothing/here").by(&ada).status(404);
    app.advance(1);
    let to = app.clock.now();
    let id = |reply: &crate::app::Reply| reply.header("x-request-id").unwrap().to_owned();
    let [listed_id, refused_id, unknown_id] = [&listed, &refused, &unknown].map(id);
    let between = format!("from={from}&to={to}");
    let all = search(&app, &admin, &between);
    assert_eq!(ids(&all), [unknown_id.clone(), refused_id.clone(), listed_id.clone()]);
    let line = all["items"][2]["line"].clone();
    assert_eq!(line, serde_json::from_str::<Value>(&listed.log).unwrap(), "as the console has it");
    for (query, expected) in [
        ("level=warn", vec![&refused_id]),
        ("action=list_readings", vec![&refused_id, &listed_id]),
        ("action=unknown", vec![&unknown_id]),
        ("status=404", vec![&unknown_id]),
        ("level=info&status=200", vec![&listed_id]),
        ("trace_id=0af7651916cd43dd8448eb211c80319c", vec![&listed_id]),
        (&format!("user_id={}", ada.user_id), vec![&listed_id]),
        (&format!("request_id={listed_id}"), vec![&listed_id]),
        ("action=%27%20OR%201=1", vec![]),
    ] {
        let found = ids(&search(&app, &admin, &format!("{between}&{query}")));
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
    }
    assert_eq!(ids(&search(&app, &admin, &format!("request_id={listed_id}"))), [listed_id]);
}

#[test]
fn pages_follow_one_another_over_all_objects_without_a_gap() {
    let mut app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    let mut expected = BTreeSet::new();
    app.advance(60);
    let from = app.clock.now();
    // Isolates come and go, each with its own object.
    for _ in 0..12 {
        app.isolate = witness::context::Isolate::default();
        for _ in 0..3 {
            let reply = app.get("/api/v1/engines").status(200);
            expected.insert(reply.header("x-request-id").unwrap().to_owned());
        }
        let ports = app.ports();
        assert!(block_on(witness::ops::telemetry::keep::hand_over(
            ports,
            &app.isolate,
            app.clock.now(),
            true
        )));
    }
    app.advance(1);
    let query = format!("action=list_engines&from={from}&limit=5");
    let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = search(&app, &admin, &format!("{query}{cursor}"));
        found.extend(ids(&page));
        pages += 1;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((found.len(), pages), (36, 8));
    assert!(found.is_sorted_by(|one, next| one > next));
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
    let other = format!("/api/v1/admin/logs?level=warn{cursor}");
    app.get(&other).by(&admin).problem(422, "cursor-invalid");
}

#[test]
fn reading_the_log_is_an_administrators_and_is_recorded_before_it_happens() {
    let app = App::new();
    let (ada, admin) = (app.account("ada@example.com"), app.administrator("admin@example.com", "admin"));
    app.get("/api/v1/admin/logs").problem(401, "unauthenticated");
    app.get("/api/v1/admin/logs").by(&ada).problem(403, "forbidden");
    search(&app, &admin, "level=error");
    let records = app.rows(
        "SELECT subject_id FROM audit_records WHERE kind = 'data.read' OR kind = 'admin.used' ORDER BY at",
    );
    assert_eq!(records.last().unwrap()["subject_id"], "list_logs", "{records:?}");
}

#[test]
fn a_hand_over_that_is_lost_is_sent_again_and_kept_once() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    app.advance(60);
    let gone = || PortError::Unavailable("gone".to_owned());
    let mut call = app.get("/api/v1/engines");
    let line = block_on(serve(&mut call, app.ports(), &app.config, &app.isolate)).log;
    let hand_over = || {
        let ports = app.ports();
        block_on(witness::ops::telemetry::keep::hand_over(ports, &app.isolate, app.clock.now(), false))
    };
    for moment in [Moment::Before, Moment::After] {
        app.objects.fail_next(moment, gone());
        assert!(!hand_over());
        app.advance(60);
    }
    assert!(hand_over());
    let kept = app.logbooks.lines().unwrap();
    assert_eq!(
        kept.iter().filter(|one| **one == line).count(),
        2,
        "the second arrived, and was not heard of"
    );
    let line: Value = serde_json::from_str(&line).unwrap();
    let page = search(&app, &admin, &format!("request_id={}", line["requestId"].as_str().unwrap()));
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "but is shown once");
    app.objects.fail_always(Moment::Before, gone());
    app.get("/api/v1/admin/logs").by(&admin).problem(503, "dependency-unavailable");
}

#[test]
fn what_costs_nothing_hands_nothing_over() {
    let app = App::new();
    for _ in 0..3 {
        app.advance(60);
        app.get("/health").status(200);
        app.get("/nothing/here").status(404);
    }
    assert!(app.logbooks.lines().unwrap().is_empty());
    app.get("/api/v1/engines").status(200);
    assert_eq!(app.logbooks.lines().unwrap().len(), 7);
}

#[test]
fn of_an_erased_person_no_line_is_left_and_none_comes_after() {
    let app = App::new();
    let (ada, admin) = (app.account("ada@example.com"), app.administrator("admin@example.com", "admin"));
    app.get("/api/v1/readings").by(&ada).status(200);
    app.advance(60);
    app.get("/api/v1/readings").by(&ada).status(200);
    assert_eq!(ids(&search(&app, &admin, &format!("user_id={}", ada.user_id))).len(), 2);
    // Its object cannot be reached: the erasure stays open and is gone on with.
    let ada = app.log_in("ada@example.com");
    let mut deleted = app.delete("/api/v1/auth/me").by(&ada);
    let served = block_on(serve(&mut deleted, app.ports(), &app.config, &app.isolate));
    assert_eq!(served.answer.status, 204, "{}", served.log);
    assert!(served.log.contains(&ada.user_id));
    let pending = || app.rows("SELECT 1 FROM erasures WHERE completed_at IS NULL").len();
    app.objects.fail_always(Moment::Before, PortError::Unavailable("gone".to_owned()));
    assert!(block_on(erasure::run_pending(app.ports(), app.clock.now())).is_err());
    assert_eq!(pending(), 1);
    app.objects.heal();
    assert_eq!(block_on(erasure::run_pending(app.ports(), app.clock.now())).unwrap(), 1);
    assert_eq!(pending(), 0);
    // The line of the deletion itself comes after it.
    app.advance(60);
    app.get("/api/v1/engines").status(200);
    let kept = app.logbooks.lines().unwrap();
    assert!(kept.len() > 2 && kept.iter().all(|line| !line.contains(&ada.user_id)));
    assert!(ids(&search(&app, &admin, &format!("user_id={}", ada.user_id))).is_empty());
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis).unwrap()
}

fn line(number: i64) -> (Id, String) {
    let id = Id::new(at(number), [7; 10]);
    (
        id,
        format!(
            "{{\"requestId\":\"{id}\",\"level\":\"info\",\"action\":\"a\",\"metadata\":{{\"status\":200}}}}"
        ),
    )
}

fn put(lines: &[(Id, String)]) -> String {
    book::put(lines.iter().map(|(_, line)| line.as_str()))
}

/// What a book finds between two ids, at most so many.
fn found(book: &Book<'_>, between: [&str; 2], most: i64, now: Timestamp) -> Vec<String> {
    let [from, to] = between.map(|id| Some(id.to_owned()));
    let question = book::read(&[from, to, None, None, None, None, None, Some(most.to_string())]);
    book.handle(&question, now)
        .unwrap()
        .0
        .lines()
        .map(|line| line.split_once(' ').unwrap().0.to_owned())
        .collect()
}

/// Rows, the lines in them, and how many the book believes there are.
fn count(storage: &ObjectStorage) -> [i64; 3] {
    let sql = "SELECT (SELECT count(*) FROM chunks), (SELECT coalesce(sum(count), 0) FROM chunks), (SELECT count FROM book)";
    let row = storage.run(sql, &[]).unwrap().remove(0);
    #[allow(clippy::cast_possible_truncation)] // Counts.
    let whole = |at: usize| match row[at] {
        witness::ports::Value::Real(number) => number as i64,
        witness::ports::Value::Integer(number) => number,
        ref other => panic!("{other:?}"),
    };
    [whole(0), whole(1), whole(2)]
}

#[test]
fn an_object_keeps_so_many_days_and_so_many_lines() {
    let storage = ObjectStorage::memory().unwrap();
    let book = Book::open(&storage, 7).unwrap();
    let put = |from: i64, to: i64, now| {
        let lines: Vec<(Id, String)> = (from..to).map(line).collect();
        storage.turn(|| book.handle(&put(&lines), now)).unwrap().unwrap()
    };
    assert_eq!(put(0, 10, at(0)).1, Some(at(UPKEEP).millis()), "the first line sets the alarm");
    assert_eq!(put(5, 15, at(1)).1, None);
    assert_eq!(count(&storage), [1, 20, 20], "few lines share a row");
    let ids =
        |from: i64, to: i64| -> Vec<String> { (from..to).rev().map(|at| line(at).0.to_string()).collect() };
    assert_eq!(found(&book, ["", "~"], 100, at(20)), ids(0, 15), "five of them came twice");
    let mut next = 15;
    while next < MOST + 500 {
        put(next, next + 400, at(next));
        next += 400;
    }
    let [rows, lines, believed] = count(&storage);
    assert_eq!(lines, believed);
    assert!((MOST - 2_000..=MOST).contains(&lines) && rows < lines / 300, "{lines} lines in {rows} rows");
    assert_eq!(found(&book, ["", "~"], 3, at(next)), ids(next - 3, next));
    assert_eq!(found(&book, ["", "~"], MOST, at(next)), ids(next - lines, next), "the oldest went");
    let [from, to] = [next - 60_000, next - 59_000].map(|at| line(at).0.to_string());
    assert_eq!(found(&book, [&from, &to], 5_000, at(next)), ids(next - 60_000, next - 59_000));
    let day = 86_400_000;
    assert!(found(&book, ["", "~"], 3, at(next + 7 * day)).is_empty(), "too old to be shown");
    assert_eq!(book.wake(at(next + 7 * day)).unwrap(), Some(at(next + 7 * day + UPKEEP).millis()));
    assert_eq!(count(&storage), [0, 0, 0]);
}

#[test]
fn a_row_is_of_an_hour_at_most() {
    let storage = ObjectStorage::memory().unwrap();
    let book = Book::open(&storage, 7).unwrap();
    for minute in 0..180 {
        let now = at(minute * 60_000);
        book.handle(&put(&[line(minute * 60_000)]), now).unwrap();
    }
    assert_eq!(count(&storage), [3, 180, 180]);
}

#[test]
fn lines_of_isolates_that_hand_over_out_of_turn_are_found_in_the_order_of_time() {
    let storage = ObjectStorage::memory().unwrap();
    let book = Book::open(&storage, 7).unwrap();
    // Each hand-over is a row of its own, and all of them reach over much of the same time.
    let wide = |number: i64| {
        let (id, line) = line(number);
        (id, [&line[..line.len() - 1], ",\"cause\":\"", &"x".repeat(1_000), "\"}"].concat())
    };
    for first in [3, 0, 4, 1, 2] {
        let lines: Vec<(Id, String)> = (0..80).map(|at| wide(first + at * 5)).collect();
        book.handle(&put(&lines), at(500)).unwrap();
    }
    assert_eq!(count(&storage), [5, 400, 400]);
    let expected: Vec<String> = (0..400).rev().map(|at| line(at).0.to_string()).collect();
    for most in [1, 7, 100, 1_000] {
        let wanted = &expected[..expected.len().min(usize::try_from(most).unwrap())];
        assert_eq!(found(&book, ["", "~"], most, at(500)), wanted, "{most}");
    }
}

#[test]
fn words_within_a_value_are_not_taken_for_what_is_asked_for() {
    let storage = ObjectStorage::memory().unwrap();
    let book = Book::open(&storage, 7).unwrap();
    let cause = serde_json::to_string("\"level\":\"error\",\"status\":500,").unwrap();
    let (id, _) = line(1);
    let poisoned = format!(
        "{{\"level\":\"info\",\"requestId\":\"{id}\",\"error\":{{\"cause\":{cause}}},\"metadata\":{{\"status\":422,\"calls\":{{}}}}}}"
    );
    book.handle(&put(&[(id, poisoned)]), at(2)).unwrap();
    let ask = |level: Option<&str>, status: Option<&str>| {
        let text = |text: &str| Some(text.to_owned());
        let question =
            [text(""), text("~"), level.and_then(text), None, status.and_then(text), None, None, text("9")];
        book.handle(&book::read(&question), at(2)).unwrap().0.lines().count()
    };
    assert_eq!([ask(Some("info"), None), ask(None, Some("422")), ask(Some("info"), Some("422"))], [1, 1, 1]);
    assert_eq!([ask(Some("error"), None), ask(None, Some("500")), ask(None, Some("42"))], [0, 0, 0]);
}

#[test]
fn an_object_refuses_what_is_no_command_and_goes_on() {
    let app = App::new();
    let tell = |command: &str| {
        block_on(app.objects.inner().call(ObjectClass::Logbook, &shards::name(0), command.to_owned()))
    };
    for command in
        ["", "put\n{", "put\n{\"requestId\":\"short\"}", "read\n{}x", "read\n[]", "forget\n", "drop\nlines"]
    {
        assert!(tell(command).is_err(), "{command}");
    }
    assert!(tell(&put(&[line(1)])).is_ok());
    assert_eq!(app.logbooks.lines().unwrap(), [line(1).1]);
}
