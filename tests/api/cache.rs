//! Kept results: their life, how they are forgotten, renewed, made ahead and counted.

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::host::Moment;
use witness::kernel::time::Timestamp;
use witness::ops::upkeep;
use witness::oracle::cache::{entry::Life, marks};
use witness::oracle::counts;
use witness::oracle::engines::Engine;
use witness::ports::{Clock, DatabaseError, DatabaseFault, PortError};

use crate::app::{Account, App};

const STATS: &str = "/cache/stats";
const INVALIDATE: &str = "/api/v1/admin/cache/invalidate";
const WARM: &str = "/api/v1/admin/cache/warm";

/// Where the biorhythm stands on the day that the tests begin, whenever it is asked.
fn ask(app: &App, by: &Account) -> Value {
    let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
    app.post("/api/v1/engines/biorhythm/calculate", input).by(by).status(200).body
}

fn source(app: &App, by: &Account) -> String {
    let answer = ask(app, by);
    assert_eq!(answer["degraded"], false);
    answer["source"].as_str().unwrap().to_owned()
}

fn life() -> Life {
    Life::of(Engine::Biorhythm.metadata().cache_seconds, false)
}

fn figures(app: &App, admin: &Account, engine: &str) -> Value {
    let stats = app.get(STATS).by(admin).status(200).body;
    let engines = stats["engines"].as_array().unwrap();
    engines.iter().find(|found| found["engine"] == engine).cloned().unwrap_or(Value::Null)
}

#[test]
fn past_its_freshness_a_result_is_answered_at_once_and_renewed_once() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    assert_eq!(source(&app, &ada), "embedded");
    let first = ask(&app, &ada);
    app.advance(u64::from(life().fresh) - 1);
    let ada = app.log_in("ada@example.com");
    app.isolate = Default::default();
    assert_eq!(source(&app, &ada), "cache");
    app.advance(1);
    let before = app.cache.inner().entries();
    let stale = ask(&app, &ada);
    assert_eq!((&stale["source"], &stale["result"]), (&json!("stale"), &first["result"]));
    assert_ne!(app.cache.inner().entries(), before, "it was made anew after the answer");
    assert_eq!(source(&app, &ada), "cache");
    app.isolate = Default::default();
    assert_eq!(source(&app, &ada), "cache", "for every isolate");
}

#[test]
fn an_isolate_renews_a_stale_result_once() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    ask(&app, &ada);
    app.advance(u64::from(life().fresh));
    let ada = app.log_in("ada@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    app.isolate = Default::default();
    app.cache.fail_nth(3, Moment::Before, PortError::Unavailable("down".to_owned()));
    assert_eq!(source(&app, &ada), "stale", "the third call of the cache is the renewal's");
    assert_eq!(source(&app, &ada), "cache", "this isolate has it anew all the same");
    app.isolate = Default::default();
    assert_eq!(source(&app, &ada), "stale", "and others try again");
    assert_eq!(figures(&app, &admin, "biorhythm")["renewed"], 1, "what an isolate counted goes with it");
}

#[test]
fn a_result_that_is_over_is_made_anew() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    ask(&app, &ada);
    app.advance(u64::from(life().fresh + life().renew));
    let ada = app.log_in("ada@example.com");
    app.isolate = Default::default();
    assert_eq!(source(&app, &ada), "embedded");
}

#[test]
fn what_is_invalidated_is_forgotten_here_at_once_and_elsewhere_within_half_a_minute_of_its_cache() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    for tag in ["all", "engine:biorhythm", "engine:biorhythm@1.0.0"] {
        app.advance(1);
        ask(&app, &ada);
        let elsewhere = std::mem::take(&mut app.isolate);
        assert_eq!(source(&app, &ada), "cache");
        app.advance(1);
        let marked = app.post(INVALIDATE, json!({"tags": [tag]})).by(&admin).status(200).body;
        assert_eq!(marked, json!({"marked": 1, "removed": 0, "more": false}));
        app.isolate = elsewhere;
        assert_eq!(source(&app, &ada), "cache", "{tag}: another isolate believes what it knows");
        app.advance(u64::try_from(marks::GOOD).unwrap() / 1000);
        assert_eq!(source(&app, &ada), "embedded", "{tag}: and then asks");
        assert_eq!(source(&app, &ada), "cache", "{tag}: what was made since is believed");
        app.isolate = Default::default();
        assert_eq!(source(&app, &ada), "cache", "{tag}: by every isolate");
    }
    app.advance(1);
    app.post(INVALIDATE, json!({"tags": ["engine:tarot", "engine:biorhythm@0.9.0", "date:2026-03-01"]}))
        .by(&admin)
        .status(200);
    assert_eq!(source(&app, &ada), "cache", "tags of others");
}

#[test]
fn one_result_is_invalidated_by_the_hash_that_its_owner_was_told() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    let other = || {
        let input = json!({"birth_date": "1991-05-13", "target_date": "2026-03-01"});
        app.post("/api/v1/engines/biorhythm/calculate", input).by(&ada).status(200).body["source"].clone()
    };
    other();
    let hash = ask(&app, &ada)["input_hash"].as_str().unwrap().to_owned();
    app.advance(1);
    app.post(INVALIDATE, json!({"input_hashes": [hash]})).by(&admin).status(200);
    assert_eq!(source(&app, &ada), "embedded");
    assert_eq!(other(), "cache");
    let kept = app.rows("SELECT tag FROM cache_marks")[0]["tag"].as_str().unwrap().to_owned();
    assert!(!kept.contains(&hash), "{kept}");
}

#[test]
fn a_busy_isolate_reads_the_marks_after_an_answer_and_never_waits_for_them() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    ask(&app, &ada);
    for _ in 0..20 {
        app.advance(u64::try_from(marks::AGING).unwrap() / 1000);
        let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
        let reply = app.post("/api/v1/engines/biorhythm/calculate", input).by(&ada).status(200);
        assert_eq!((&reply.body["source"], reply.calls[1]), (&json!("cache"), 0), "no call of the cache");
    }
}

#[test]
fn tags_that_no_result_has_are_refused() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    let body = json!({"tags": ["engine:tarot", "user:ada"]});
    let reply = app.post(INVALIDATE, body).by(&admin).problem(422, "invalid-request");
    assert_eq!(reply.violations(), [("/tags/1".to_owned(), "unknown-tag".to_owned())]);
    assert!(app.rows("SELECT * FROM cache_marks").is_empty());
}

#[test]
fn marks_that_could_not_be_published_are_told_and_published_by_the_next_attempt() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    ask(&app, &ada);
    app.advance(1);
    app.cache.fail_next(Moment::Before, PortError::Unavailable("down".to_owned()));
    app.post(INVALIDATE, json!({"tags": ["all"]})).by(&admin).problem(503, "dependency-unavailable");
    app.post(INVALIDATE, json!({"tags": ["engine:tarot"]})).by(&admin).status(200);
    assert_eq!(source(&app, &ada), "embedded", "both marks are in the copy");
}

#[test]
fn without_the_cache_an_isolate_goes_on_with_what_it_holds() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.cache.fail_always(Moment::Before, PortError::Unavailable("down".to_owned()));
    assert_eq!(source(&app, &ada), "embedded");
    for _ in 0..5 {
        app.advance(29);
        assert_eq!(source(&app, &ada), "cache");
    }
}

#[test]
fn hits_and_misses_are_counted_by_engine_without_a_call_in_the_way() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    ask(&app, &ada);
    for _ in 0..2 {
        app.advance(5);
        let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
        let reply = app.post("/api/v1/engines/biorhythm/calculate", input).by(&ada).status(200);
        assert_eq!(reply.calls[0], 0);
    }
    app.post("/api/v1/engines/tarot/calculate", json!({})).by(&ada).status(200);
    assert_eq!(app.rows("SELECT * FROM engine_counts").len(), 0, "not yet");
    app.advance(u64::try_from(counts::INTERVAL).unwrap() / 1000);
    ask(&app, &ada);
    let written =
        app.rows("SELECT count FROM engine_counts WHERE engine = 'biorhythm' AND measure = 'isolate'");
    assert_eq!(written[0]["count"], 2, "the one that wrote is counted before it or with the next");
    app.isolate = Default::default();
    ask(&app, &ada);
    let stats = app.get(STATS).by(&admin).status(200).body;
    assert_eq!(stats["engines"].as_array().unwrap().len(), 1, "draws are never kept");
    let found = &stats["engines"][0];
    assert_eq!((&found["embedded"], &found["cache"]), (&json!(1), &json!(2)), "{found}");
    assert_eq!((&found["isolate"], &found["hit_rate"]), (&json!(2), &json!(0.8)), "{found}");
    assert_eq!(found["age_seconds"], json!((5 + 10 + 40 + 40) as f64 / 4.0), "{found}");
    assert!(found["bytes"].as_i64().unwrap() > 500);
    assert_eq!(stats["isolate"]["entries"], 1);
}

#[test]
fn what_could_not_be_written_is_written_later() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    ask(&app, &ada);
    app.advance(60);
    app.database.fail_next(Moment::Before, DatabaseError::new(DatabaseFault::Busy, "busy"));
    ask(&app, &ada);
    assert!(app.rows("SELECT * FROM engine_counts").is_empty());
    assert_eq!(figures(&app, &admin, "biorhythm")["embedded"], 1);
}

#[test]
fn the_next_days_forecasts_are_made_ahead_and_found_until_the_morning() {
    let mut app = App::new();
    // Sunday, ten in the evening in New York: a week begins with the next day.
    app.clock.set(Timestamp::parse("2026-03-02T03:00:00.000Z").unwrap());
    let ada = app.account("ada@example.com");
    let bob = app.account("bob@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    let profile = json!({"birth_date": "1990-04-12", "time_zone": "America/New_York"});
    app.put("/api/v1/user/profile/update", profile).by(&ada).status(200);
    let warm = |app: &App| {
        let body = json!({"user_ids": [ada.user_id, bob.user_id]});
        app.post(WARM, body).by(&admin).status(200).body
    };
    assert_eq!(warm(&app), json!({"made": 2, "kept": 0, "without": 1}));
    app.isolate = Default::default();
    assert_eq!(warm(&app), json!({"made": 0, "kept": 2, "without": 1}));
    let source = |app: &App, which: &str| {
        let ada = app.log_in("ada@example.com");
        app.get(&format!("/api/v1/forecasts/{which}")).by(&ada).status(200).body["source"].clone()
    };
    assert_eq!(source(&app, "daily"), "embedded", "today");
    for (at, daily) in [("05:30", "cache"), ("10:59", "cache"), ("11:00", "stale")] {
        app.isolate = Default::default();
        app.clock.set(Timestamp::parse(&format!("2026-03-02T{at}:00.000Z")).unwrap());
        assert_eq!((source(&app, "daily"), source(&app, "weekly")), (json!(daily), json!("cache")), "{at}");
    }
}

/// People who were born on 1990-04-12 and live in that zone, and were there so many days ago.
fn people(app: &App, count: usize, zone: &str, days: i64) {
    let known = app.rows("SELECT count(*) AS count FROM users")[0]["count"].as_u64().unwrap();
    let (now, seen) = (app.clock.now().millis(), app.clock.now().plus_millis(-days * 86_400_000).millis());
    for number in (known..).take(count) {
        let id = format!("0197f7a0-0000-7000-8000-{number:012}");
        app.rows(&format!(
            "INSERT INTO users (id, email, email_key, password_hash, last_activity_at, created_at, updated_at)
             VALUES ('{id}', '{number}@example.com', '{number}@example.com', '', {seen}, {now}, {now})"
        ));
        app.rows(&format!(
            "INSERT INTO profiles (user_id, birth_date, time_zone, created_at, updated_at)
             VALUES ('{id}', '1990-04-12', '{zone}', {now}, {now})"
        ));
    }
}

#[test]
fn the_house_makes_the_forecasts_of_those_whose_day_ends_soon_page_by_page() {
    let mut app = App::new();
    let at = |app: &App, moment: &str| app.clock.set(Timestamp::parse(moment).unwrap());
    // Tuesday, twenty minutes past eleven in the evening in Berlin.
    at(&app, "2026-03-03T22:20:00.000Z");
    let ada = app.account("ada@example.com");
    let told = json!({"birth_date": "1990-04-12", "time_zone": "Europe/Berlin"});
    app.put("/api/v1/user/profile/update", told).by(&ada).status(200);
    people(&app, 29, "Europe/Berlin", 6);
    people(&app, 2, "Europe/Berlin", 8);
    people(&app, 3, "UTC", 0);
    people(&app, 1, "Asia/Kolkata", 0);
    people(&app, 1, "No/Where", 0);
    app.account("bob@example.com");
    let memory = upkeep::Memory::default();
    let run = |app: &App, memory: &upkeep::Memory| {
        let done = block_on(upkeep::run(app.ports(), &app.config, memory, app.clock.now()));
        let warmed = "SELECT sum(count) AS sum FROM engine_counts WHERE measure = 'warmed'";
        (done.more, done.failures.len(), app.rows(warmed)[0]["sum"].as_i64().unwrap_or(0))
    };
    assert_eq!(run(&app, &memory), (true, 0, 25), "a page");
    assert_eq!(run(&app, &memory), (false, 0, 30), "and those who were there lately are done");
    assert_eq!(run(&app, &memory), (false, 0, 30));
    assert_eq!(
        run(&app, &upkeep::Memory::default()),
        (true, 0, 30),
        "who forgot goes over it again and finds all kept"
    );
    at(&app, "2026-03-03T23:05:00.000Z");
    app.cache.fail_next(Moment::Before, PortError::Unavailable("down".to_owned()));
    assert_eq!(
        run(&app, &memory),
        (false, 0, 33),
        "the day in UTC ends; marks that cannot be read are no hindrance"
    );
    assert_eq!(app.cache.inner().keys().iter().filter(|key| key.contains("daily_forecast")).count(), 33);
    let ada = app.log_in("ada@example.com");
    app.isolate = Default::default();
    let forecast = app.get("/api/v1/forecasts/daily").by(&ada).status(200).body;
    assert_eq!((&forecast["source"], &forecast["from"]), (&json!("cache"), &json!("2026-03-04")));
}
