//! What goes wrong: grouped, counted once, decided about.

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::contract::types::ErrorSeverity;
use witness::host::Moment;
use witness::kernel::id::Id;
use witness::ops::errors::buffer::{Seen, write};
use witness::ops::upkeep::{self, Memory};
use witness::ports::{Clock, DatabaseError, DatabaseFault, PortError};

use crate::app::{Account, App};
use crate::windows::window;

fn defect(words: &str) -> DatabaseError {
    DatabaseError::new(DatabaseFault::Statement, words)
}

/// A list of readings that fails in these words.
fn fail(app: &App, by: &Account, words: &str) {
    app.database.fail_next(Moment::Before, defect(words));
    app.get("/api/v1/readings").by(by).problem(500, "internal-error");
}

/// A quarter of a minute goes by, and somebody calls.
fn later(app: &App) {
    app.advance(15);
    app.get("/ready").status(200);
}

fn groups(app: &App) -> Vec<(String, String, i64)> {
    let rows = app.rows("SELECT action, cause, count FROM errors ORDER BY action, cause");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(row, "action"), text(row, "cause"), row["count"].as_i64().unwrap())).collect()
}

fn noted(app: &App, cause: &str) {
    let seen = Seen {
        code: "internal-error",
        action: "list_readings",
        severity: ErrorSeverity::Error,
        cause,
        request: None,
    };
    app.isolate.errors.borrow_mut().note(seen, app.clock.now());
}

fn id(number: u8) -> Id {
    Id::new(witness::kernel::time::Timestamp::EPOCH, [number; 10])
}

#[test]
fn errors_of_one_kind_are_one_group_and_those_of_two_operations_are_two() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    fail(&app, &ada, "no row 17 of \"secret words\" for ada@example.com");
    assert_eq!(groups(&app).len(), 1, "the first is written behind its answer");
    fail(&app, &ada, "no row 18 of \"other words\" for ben@example.com");
    assert_eq!(groups(&app)[0].2, 1, "the next one waits");
    app.database.fail_next(Moment::Before, defect("no row 19 of \"x\" for a@example.com"));
    app.get("/api/v1/user/profile").by(&ada).problem(500, "internal-error");
    later(&app);
    let found = groups(&app);
    let words = "Statement: no row # of # for #";
    let of = |action: &str, count| (action.to_owned(), words.to_owned(), count);
    assert_eq!(found, [of("find_profile", 1), of("list_readings", 2)]);
    let admin = app.administrator("admin@example.com", "admin");
    let page = app
        .get("/api/v1/admin/errors?state=open&severity=error&sort=count&limit=1")
        .by(&admin)
        .status(200)
        .body;
    let group = &page["items"][0];
    assert_eq!(
        (&group["action"], &group["day"], &group["day_before"]),
        (&json!("list_readings"), &json!(2), &json!(0))
    );
    assert!(group["request_id"].is_string() && group["trace_id"].as_str().unwrap().len() == 32);
    let next = page["next_cursor"].as_str().unwrap();
    let target = format!("/api/v1/admin/errors?state=open&severity=error&sort=count&limit=1&cursor={next}");
    let page = app.get(&target).by(&admin).status(200).body;
    assert_eq!((&page["items"][0]["action"], &page["has_more"]), (&json!("find_profile"), &json!(false)));
    for sort in ["first_seen", "last_seen"] {
        let page = app.get(&format!("/api/v1/admin/errors?sort={sort}")).by(&admin).status(200).body;
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
    }
    app.advance(86_400);
    let admin = app.administrator("second@example.com", "admin");
    let page = app.get("/api/v1/admin/errors").by(&admin).status(200).body;
    let days: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|item| (&item["day"], &item["day_before"])).collect();
    assert!(days.contains(&(&json!(0), &json!(2))), "{days:?}");
}

#[test]
fn what_was_resolved_and_comes_again_is_open_and_says_so() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    fail(&app, &admin, "broken");
    let page = app.get("/api/v1/admin/errors").by(&admin).status(200).body;
    let target = format!("/api/v1/admin/errors/{}", page["items"][0]["fingerprint"].as_str().unwrap());
    let reply = app.get(&target).by(&admin).status(200);
    assert_eq!(reply.body["hours"], json!([{"at": "2026-03-01T07:00:00.000Z", "count": 1}]));
    let tag = reply.header("etag").unwrap().to_owned();
    // One that happened before it is resolved, and is written after it, opens nothing.
    fail(&app, &admin, "broken");
    app.advance(1);
    let resolved = json!({"state": "resolved", "note": "Mended."});
    let body = app.patch(&target, resolved.clone()).header("if-match", &tag).by(&admin).status(200).body;
    assert_eq!(
        (&body["state"], &body["note"], &body["version"]),
        (&json!("resolved"), &json!("Mended."), &json!(2))
    );
    app.patch(&target, resolved).header("if-match", &tag).by(&admin).problem(412, "precondition-failed");
    let nobody = "/api/v1/admin/errors/00000000000000000000000000000000";
    app.patch(nobody, json!({"state": "muted"})).by(&admin).problem(404, "not-found");
    app.get(nobody).by(&admin).problem(404, "not-found");
    later(&app);
    let group = |app: &App| app.get(&target).by(&admin).status(200).body["group"].clone();
    assert_eq!((&group(&app)["state"], &group(&app)["count"]), (&json!("resolved"), &json!(2)));
    fail(&app, &admin, "broken");
    later(&app);
    let again = group(&app);
    assert_eq!(
        (&again["state"], &again["regressed"], &again["version"]),
        (&json!("open"), &json!(true), &json!(3))
    );
    app.patch(&target, json!({"state": "muted"})).by(&admin).status(200);
    fail(&app, &admin, "broken");
    later(&app);
    assert_eq!((&group(&app)["state"], &group(&app)["note"]), (&json!("muted"), &json!("Mended.")));
    assert_eq!(app.rows("SELECT id FROM audit_records WHERE kind = 'error.decided'").len(), 2);
}

#[test]
fn a_write_whose_answer_is_lost_is_sent_again_and_counted_once() {
    for moment in [Moment::Before, Moment::After] {
        let app = App::new();
        let store =
            |number| block_on(write(&*app.database, &app.isolate.errors, app.clock.now(), id(number)));
        noted(&app, "one");
        noted(&app, "one");
        app.database.fail_next(moment, DatabaseError::new(DatabaseFault::Unavailable, "gone"));
        assert!(store(1).unwrap_err().contains("2 wait"));
        noted(&app, "one");
        store(2).unwrap();
        store(3).unwrap();
        assert_eq!(groups(&app), [("list_readings".to_owned(), "one".to_owned(), 3)], "{moment:?}");
        assert_eq!(app.rows("SELECT sum(count) AS n FROM error_hours")[0]["n"], json!(3));
    }
}

#[test]
fn work_behind_an_answer_and_the_upkeep_that_fail_are_groups() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.cache.fail_always(Moment::Before, PortError::Unavailable("down".to_owned()));
    let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
    app.post("/api/v1/engines/biorhythm/calculate", input).by(&ada).status(200);
    later(&app);
    assert!(groups(&app).iter().any(|(action, ..)| action == "behind cache put"), "{:?}", groups(&app));
    app.objects.fail_always(Moment::Before, PortError::Unavailable("down".to_owned()));
    app.advance(300);
    let ran = block_on(upkeep::run(app.ports(), &app.config, &Memory::default(), app.clock.now()));
    assert!(!ran.failures.is_empty());
    let rows = app.rows("SELECT severity FROM errors WHERE action = 'upkeep'");
    assert_eq!(rows, [json!({"severity": "error"})]);
}

#[test]
fn what_is_old_is_forgotten_and_so_are_the_oldest_of_too_many() {
    let app = App::new();
    let word = |number: u32| -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'g')).collect()
    };
    for batch in 0..40_u8 {
        for number in 0..60 {
            noted(&app, &word(u32::from(batch) * 60 + number));
        }
        app.advance(15);
        block_on(write(&*app.database, &app.isolate.errors, app.clock.now(), id(batch))).unwrap();
    }
    assert_eq!(groups(&app).len(), 2_400);
    let forget = |app: &App| {
        block_on(upkeep::run(app.ports(), &app.config, &Memory::default(), app.clock.now()));
    };
    forget(&app);
    assert!((1_900..=2_060).contains(&groups(&app).len()), "{}", groups(&app).len());
    app.advance(31 * 86_400);
    forget(&app);
    let left = ["error_hours", "error_writes"].map(|table| app.rows(&format!("SELECT * FROM {table}")).len());
    assert_eq!(left, [0, 0]);
    app.advance(60 * 86_400);
    forget(&app);
    assert_eq!(groups(&app), []);
}

/// What the upkeep makes of a rule, five minutes later.
fn judged(app: &App, rule: &str) -> String {
    window(app);
    let sql = format!("SELECT state FROM alerts WHERE rule = '{rule}'");
    app.rows(&sql).first().map_or_else(String::new, |row| row["state"].as_str().unwrap().to_owned())
}

#[test]
fn a_new_kind_of_error_fires_an_alert_and_one_that_is_known_does_not() {
    let app = App::with(&[("LIMIT_SCALE", "100000")]);
    let ada = app.account("ada@example.com");
    window(&app);
    assert_eq!(judged(&app, "error_new"), "ok");
    fail(&app, &ada, "broken");
    assert_eq!(judged(&app, "error_new"), "firing");
    let after: Vec<String> = (0..6).map(|_| judged(&app, "error_new")).collect();
    assert_eq!(after[5], "ok", "{after:?}");
    assert!(after.is_sorted_by(|one, next| one != "ok" || next == "ok"), "{after:?}");
    let ada = app.log_in("ada@example.com");
    fail(&app, &ada, "broken");
    assert_eq!(judged(&app, "error_new"), "ok", "it goes wrong as it did before");
    fail(&app, &ada, "broken in another way");
    assert_eq!(judged(&app, "error_new"), "firing");
}

#[test]
fn a_kind_of_error_that_is_muted_at_once_is_not_new() {
    let app = App::with(&[("LIMIT_SCALE", "100000")]);
    let admin = app.administrator("admin@example.com", "admin");
    window(&app);
    fail(&app, &admin, "broken");
    let page = app.get("/api/v1/admin/errors").by(&admin).status(200).body;
    let target = format!("/api/v1/admin/errors/{}", page["items"][0]["fingerprint"].as_str().unwrap());
    app.patch(&target, json!({"state": "muted"})).by(&admin).status(200);
    assert_eq!(judged(&app, "error_new"), "ok");
}

#[test]
fn one_kind_of_error_that_comes_a_hundred_times_in_an_hour_fires_an_alert() {
    let app = App::with(&[("LIMIT_SCALE", "100000")]);
    window(&app);
    let many = |times: usize| {
        (0..times).for_each(|_| noted(&app, "broken"));
        later(&app);
        judged(&app, "error_often")
    };
    assert_eq!([many(100), many(1)], ["ok", "firing"]);
    // It ends with the second window of the next hour of the clock, which is at 08:05 and half a minute.
    let after: Vec<String> = (0..14).map(|_| judged(&app, "error_often")).collect();
    assert_eq!(after.iter().position(|state| state == "ok"), Some(9), "{after:?}");
    assert!(after[9..].iter().all(|state| state == "ok"), "{after:?}");
}
