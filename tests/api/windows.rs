//! Windows of time: gathered once, whatever fails in between, and drawn as points.

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::host::Moment;
use witness::kernel::problem::Problem;
use witness::ops::metrics::flush::flush;
use witness::ops::windows::{Memory, STEP, gathered};
use witness::ports::{Clock, DatabaseError, DatabaseFault, PortError};

use crate::app::App;

/// This isolate hands over what it counted.
pub fn hand_over(app: &App) {
    block_on(flush(&app.objects, &app.random, &app.isolate.metrics, app.clock.now())).unwrap();
}

/// The upkeep's turn, of an object that remembers nothing; what it logs.
pub fn turn(app: &App) -> Result<Vec<String>, Problem> {
    let mut lines = Vec::new();
    let now = app.clock.now();
    block_on(gathered::turn(app.ports(), &app.config, &Memory::default(), now, &mut lines)).map(|_| lines)
}

/// Five minutes go by, and what was counted is gathered.
pub fn window(app: &App) -> Vec<String> {
    hand_over(app);
    app.advance(300);
    turn(app).unwrap()
}

fn asked(app: &App, times: usize) {
    for _ in 0..times {
        app.get("/api/v1/engines").status(200);
    }
}

/// Windows of five minutes: steps and requests.
fn windows(app: &App) -> Vec<(i64, i64)> {
    let rows = app.rows("SELECT steps, requests FROM metric_windows WHERE step = 300000 ORDER BY at");
    rows.iter().map(|row| (row["steps"].as_i64().unwrap(), row["requests"].as_i64().unwrap())).collect()
}

fn sum(app: &App, sql: &str) -> i64 {
    app.rows(sql)[0]["n"].as_i64().unwrap_or_default()
}

const HOURS: &str = "SELECT sum(requests) AS n FROM metric_windows WHERE step = 3600000";
const CALLS: &str = "SELECT calls AS n FROM usage_days WHERE name = 'list_engines'";

#[test]
fn what_grew_is_one_window_and_a_run_that_comes_twice_adds_nothing() {
    let app = App::new();
    asked(&app, 2);
    window(&app);
    assert_eq!(windows(&app), [], "the first gathering begins");
    asked(&app, 3);
    window(&app);
    turn(&app).unwrap();
    turn(&app).unwrap();
    assert_eq!(windows(&app), [(1, 3)]);
    window(&app);
    assert_eq!(windows(&app), [(1, 3), (1, 0)], "a window in which nobody came");
    asked(&app, 4);
    hand_over(&app);
    app.advance(1_500);
    turn(&app).unwrap();
    assert_eq!(windows(&app), [(1, 3), (1, 0), (5, 4)], "a late run makes one longer window");
    assert_eq!((sum(&app, HOURS), sum(&app, CALLS)), (7, 7));
}

#[test]
fn a_fault_in_the_middle_of_a_gathering_loses_nothing_and_counts_nothing_twice() {
    for moment in [Moment::Before, Moment::After] {
        // Reading, writing, forgetting.
        for call in 1..=3 {
            let app = App::new();
            window(&app);
            asked(&app, 3);
            hand_over(&app);
            app.advance(300);
            let down = DatabaseError::new(DatabaseFault::Unavailable, "gone");
            app.database.fail_nth(call, moment, down);
            assert!(turn(&app).is_err(), "{moment:?} {call}");
            turn(&app).unwrap();
            asked(&app, 2);
            window(&app);
            assert_eq!(windows(&app), [(1, 3), (1, 2)], "{moment:?} {call}");
            assert_eq!((sum(&app, HOURS), sum(&app, CALLS)), (5, 5), "{moment:?} {call}");
        }
    }
}

#[test]
fn collectors_that_do_not_answer_are_asked_again_and_the_next_window_is_longer() {
    let app = App::new();
    window(&app);
    asked(&app, 3);
    hand_over(&app);
    app.objects.fail_always(Moment::Before, PortError::Unavailable("gone".to_owned()));
    for _ in 0..2 {
        app.advance(300);
        assert!(turn(&app).is_err());
        assert!(turn(&app).is_err(), "the same step again");
    }
    assert_eq!(sum(&app, "SELECT missed AS n FROM metric_sums"), 2, "a step is missed once");
    app.objects.heal();
    turn(&app).unwrap();
    assert_eq!(windows(&app), [(2, 3)]);
    assert_eq!(sum(&app, "SELECT missed AS n FROM metric_sums"), 0);
}

#[test]
fn a_clock_that_jumps_back_waits_and_one_that_was_far_ahead_is_believed_no_longer() {
    let app = App::new();
    let start = app.clock.now();
    window(&app);
    asked(&app, 3);
    hand_over(&app);
    app.clock.set(start);
    turn(&app).unwrap();
    assert_eq!(windows(&app), [], "it is earlier than the last window");
    app.advance(600);
    turn(&app).unwrap();
    assert_eq!(windows(&app), [(1, 3)]);
    asked(&app, 1);
    hand_over(&app);
    app.clock.set(start.plus_millis(400 * 86_400_000));
    turn(&app).unwrap();
    assert_eq!(windows(&app).last().map(|(_, requests)| *requests), Some(1), "a window of more than a year");
    app.clock.set(start.plus_millis(4 * STEP));
    asked(&app, 5);
    turn(&app).unwrap();
    window(&app);
    let newest = app
        .rows("SELECT requests AS n FROM metric_windows WHERE step = 300000 AND steps = 1 ORDER BY at DESC");
    assert_eq!(newest[0]["n"], json!(5), "nothing is lost");
}

#[test]
fn the_history_draws_windows_and_leaves_gaps_out() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    let history = |range: &str| {
        app.get(&format!("/api/v1/admin/metrics/history?range={range}")).by(&admin).status(200).body
    };
    assert_eq!(history("day")["points"], json!([]));
    window(&app);
    asked(&app, 3);
    window(&app);
    hand_over(&app);
    app.advance(1_200);
    turn(&app).unwrap();
    asked(&app, 2);
    window(&app);
    // The first one's token has expired.
    let admin = app.administrator("second@example.com", "admin");
    let history = |range: &str| {
        app.get(&format!("/api/v1/admin/metrics/history?range={range}")).by(&admin).status(200).body
    };
    let body = history("hour");
    assert_eq!((&body["step_seconds"], &body["error_bound"]), (&json!(300), &json!(0.091)));
    let points = body["points"].as_array().unwrap();
    assert_eq!(points.len(), 3, "{body}");
    let of = |name: &str| points.iter().map(|point| point[name].clone()).collect::<Vec<Value>>();
    assert_eq!(of("at")[0], json!("2026-03-01T07:05:00.000Z"));
    assert_eq!(of("at")[2], json!("2026-03-01T07:30:00.000Z"));
    assert!(of("requests")[0].as_i64().unwrap() >= 3 && of("active_users")[0] == json!(1), "{body}");
    assert!(of("p50_ms")[0].is_number() && of("errors")[0] == json!(0));
    for (range, step) in [("week", 3_600), ("quarter", 21_600)] {
        let body = history(range);
        let all: i64 = of("requests").iter().map(|requests| requests.as_i64().unwrap()).sum();
        assert_eq!(body["step_seconds"], json!(step));
        assert_eq!(body["points"][0]["requests"], json!(all), "{range}: {body}");
    }
    app.get("/api/v1/admin/metrics/history?range=year").by(&admin).problem(422, "invalid-request");
    let ada = app.account("ada@example.com");
    app.get("/api/v1/admin/metrics/history").by(&ada).problem(403, "forbidden");
}

#[test]
fn windows_are_kept_for_their_time() {
    let app = App::new();
    window(&app);
    asked(&app, 1);
    window(&app);
    app.advance(4 * 86_400);
    turn(&app).unwrap();
    app.advance(300);
    turn(&app).unwrap();
    let fine = "SELECT count(*) AS n FROM metric_windows WHERE step = 300000 AND steps = 1";
    assert_eq!(sum(&app, fine), 1, "five minutes for three days");
    assert!(sum(&app, "SELECT count(*) AS n FROM metric_windows WHERE step = 3600000") >= 2);
    app.advance(90 * 86_400);
    turn(&app).unwrap();
    app.advance(300);
    turn(&app).unwrap();
    let hours = "SELECT count(*) AS n FROM metric_windows WHERE step = 3600000 AND at < 1772600000000";
    assert_eq!(sum(&app, hours), 0, "hours for ninety days");
    assert_eq!(sum(&app, "SELECT sum(calls) AS n FROM usage_days WHERE name = 'list_engines'"), 1);
    app.advance(401 * 86_400);
    turn(&app).unwrap();
    app.advance(300);
    turn(&app).unwrap();
    assert_eq!(sum(&app, "SELECT count(*) AS n FROM usage_days WHERE name = 'list_engines'"), 0);
}
