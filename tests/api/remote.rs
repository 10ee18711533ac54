//! A remote engine with every fault there is: an answer that is believed, or none within the deadline; and a breaker
//! that opens and closes as it should.

use std::time::Duration;

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::context::Isolate;
use witness::contract::types::BiorhythmInput;
use witness::gateway::afterwards::carry_out;
use witness::host::{Moment, Scripted, ScriptedUpstream, Tzdata};
use witness::oracle::breaker::{Command, Mode, Position, Reply};
use witness::oracle::engines::{self, Canonical, EngineInput, Settling};
use witness::oracle::remote::{self, Asked};
use witness::ports::{Clock, ObjectClass, Objects, PortError, UpstreamRequest};

use crate::app::App;

pub const URL: &str = "https://engine.example.com/v1/engines/biorhythm/calculate";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub const DEADLINE: i64 = 2_500;

/// A deployment with a remote engine whose answers take the time that the script says.
pub fn app() -> App {
    let mut app = App::with(&[
        ("LIMIT_SCALE", "100000"),
        ("ENGINE_URL", "https://engine.example.com/"),
        ("ENGINE_SECRET", SECRET),
    ]);
    app.upstream = ScriptedUpstream::on_clock(app.clock.clone());
    app
}

pub fn canonical() -> Canonical {
    let today = "2026-03-01".parse().unwrap();
    let input = BiorhythmInput {
        birth_date: "1990-04-12".parse().unwrap(),
        target_date: Some(today),
        extended: false,
        forecast_days: 7,
    };
    let settling = Settling { today, fresh_seed: "", zones: &Tzdata };
    engines::prepare(&EngineInput::Biorhythm(input), &settling).unwrap()
}

/// What an engine answers to that question.
pub fn answer(canonical: &Canonical) -> Value {
    let calculated = engines::calculate(canonical, engines::book::built()).unwrap();
    json!({
        "engine": "biorhythm",
        "engine_version": canonical.version,
        "input_hash": canonical.hash,
        "title": calculated.title,
        "summary": calculated.summary,
        "result": serde_json::from_str::<Value>(calculated.result.get()).unwrap(),
    })
}

pub fn says(body: impl ToString) -> Scripted {
    Scripted::ok(200, body.to_string()).header("content-type", "application/json; charset=utf-8")
}

pub fn well() -> Scripted {
    says(answer(&canonical()))
}

pub fn status(status: u16) -> Scripted {
    Scripted::ok(status, "{}")
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What asking came to.
#[derive(Debug, PartialEq, Eq)]
struct Went {
    /// `answer`, `not configured`, or the log's word for why there was none.
    what: &'static str,
    /// Calls of the engine.
    calls: usize,
    /// Calls of objects while the caller waited.
    hops: u64,
    /// Milliseconds that the caller waited.
    millis: i64,
}

/// Asks as a request does, and does afterwards what is left to do.
fn ask(app: &App) -> Went {
    let (calls, hops, began) = (app.upstream.asked().len(), app.objects.calls(), app.clock.now().millis());
    let cx = app.context();
    let asked = block_on(remote::ask(&cx, &canonical()));
    let what = match (&asked, cx.remote.get()) {
        (Asked::Answer(_), None) => "answer",
        (Asked::NotConfigured, None) => "not configured",
        (Asked::Failed, Some(word)) => word,
        other => panic!("{other:?}"),
    };
    let went = Went {
        what,
        calls: app.upstream.asked().len() - calls,
        hops: app.objects.calls() - hops,
        millis: app.clock.now().millis() - began,
    };
    let work = cx.afterwards.take();
    block_on(carry_out(app.ports(), &app.config, &app.isolate, app.clock.now(), work));
    assert!(went.millis <= DEADLINE, "{went:?}");
    went
}

/// What the breaker says.
fn breaker(app: &App, command: &Command) -> Reply {
    let command = serde_json::to_string(command).unwrap();
    let objects = app.objects.inner();
    serde_json::from_str(&block_on(objects.call(ObjectClass::Breaker, "biorhythm", command)).unwrap())
        .unwrap()
}

fn position(app: &App) -> Position {
    breaker(app, &Command::Verdict).verdict.position
}

#[test]
fn a_remote_engine_is_asked_as_the_protocol_says_and_its_answer_is_kept_byte_for_byte() {
    let app = app();
    let canonical = canonical();
    let spaced = answer(&canonical).to_string().replace("\"days_lived\":", "\"days_lived\" :  ");
    app.upstream.script(URL, says(&spaced));
    let cx = app.context();
    let Asked::Answer(outcome) = block_on(remote::ask(&cx, &canonical)) else { panic!() };
    let raw = &spaced[spaced.find("\"result\":").unwrap() + 9..];
    assert!(raw.starts_with(outcome.result.get()) && outcome.result.get().contains("\"days_lived\" :  "));
    let asked = app.upstream.asked();
    let [UpstreamRequest { method: "POST", url, headers, body: Some(body), timeout, max_bytes }] =
        asked.as_slice()
    else {
        panic!("{asked:?}")
    };
    assert_eq!((url.as_str(), *timeout, *max_bytes), (URL, ms(1_500), 524_288));
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(header("authorization"), Some(format!("Bearer {SECRET}").as_str()));
    assert_eq!(header("content-type"), Some("application/json"));
    let question: Value = serde_json::from_slice(body).unwrap();
    let expected = json!({
        "engine": "biorhythm",
        "engine_version": canonical.version,
        "input_hash": canonical.hash,
        "canonical_input": canonical.input,
        "deadline_ms": 1_500,
    });
    assert_eq!(question, expected);
    let hash = witness::kernel::crypto::sha256(&[question["canonical_input"].as_str().unwrap().as_bytes()]);
    assert_eq!(question["input_hash"], witness::kernel::crypto::hex(&hash));
}

#[test]
fn without_a_remote_engine_nothing_is_asked() {
    let app = App::new();
    assert_eq!(ask(&app), Went { what: "not configured", calls: 0, hops: 0, millis: 0 });
}

/// Each fault: what the engine does first and then, what asking comes to, with how many calls, how many of them
/// speak against the engine.
fn faults() -> Vec<(&'static str, Vec<Scripted>, &'static str, usize, u32)> {
    let right = answer(&canonical());
    let with = |name: &str, value: Value| {
        let mut wrong = right.clone();
        wrong[name] = value;
        says(wrong)
    };
    let result = |name: &str, value: Value| {
        let mut wrong = right.clone();
        wrong["result"][name] = value;
        says(wrong)
    };
    let mut without = right.clone();
    without["result"].as_object_mut().unwrap().remove("cycles");
    let text = right.to_string();
    let half = &text[..text.len() / 2];
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    vec![
        ("hangs", vec![well().after(ms(60_000))], "late", 2, 2),
        ("resets", vec![Scripted::Refused], "unreachable", 3, 3),
        ("500", vec![status(500)], "status", 3, 3),
        ("503 for a second", vec![status(503).header("retry-after", "1"), well()], "answer", 2, 1),
        ("429 for a second", vec![status(429).header("retry-after", "1"), well()], "answer", 2, 1),
        ("429 for long", vec![status(429).header("retry-after", "30")], "busy", 1, 1),
        ("429 without a word", vec![status(429)], "busy", 3, 3),
        ("garbage", vec![says("<html>oops</html>")], "unreadable", 3, 3),
        ("garbage that is JSON", vec![says("{\"ok\": true}")], "malformed", 1, 1),
        ("a key twice", vec![says(text.replacen('{', "{\"title\":\"t\",", 1))], "unreadable", 3, 3),
        ("nested deep", vec![says(&deep)], "unreadable", 3, 3),
        (
            "no UTF-8",
            vec![Scripted::ok(200, vec![0xff_u8; 40]).header("content-type", "application/json")],
            "unreadable",
            3,
            3,
        ),
        ("nothing", vec![says("")], "unreadable", 3, 3),
        ("half a body", vec![says(half)], "unreadable", 3, 3),
        ("half a body, then all of it", vec![says(half), well()], "answer", 2, 1),
        (
            "another type",
            vec![Scripted::ok(200, text.clone()).header("content-type", "text/html")],
            "malformed",
            1,
            1,
        ),
        ("no type", vec![Scripted::ok(200, text.clone())], "malformed", 1, 1),
        ("too much", vec![says("x".repeat(600_000))], "large", 1, 1),
        ("another hash", vec![with("input_hash", json!("00".repeat(32)))], "other", 1, 1),
        ("another version", vec![with("engine_version", json!("9.9.9"))], "other", 1, 1),
        ("another engine", vec![with("engine", json!("tarot"))], "other", 1, 1),
        ("no title", vec![with("title", json!(""))], "malformed", 1, 1),
        ("a long summary", vec![with("summary", json!("x".repeat(1_001)))], "malformed", 1, 1),
        ("a member more", vec![with("extra", json!(1))], "malformed", 1, 1),
        ("no result", vec![with("result", json!({}))], "malformed", 1, 1),
        ("a result out of range", vec![result("days_lived", json!(-1))], "malformed", 1, 1),
        ("a result with more", vec![result("extra", json!(1))], "malformed", 1, 1),
        ("a result with less", vec![says(without)], "malformed", 1, 1),
        ("slow", vec![well().after(ms(700))], "answer", 1, 0),
        ("flaps", vec![status(502), Scripted::Refused, well()], "answer", 3, 2),
        ("declines", vec![status(422)], "declined", 1, 0),
        ("does not know it", vec![status(404)], "declined", 1, 0),
        ("refuses us", vec![status(401)], "refused", 1, 1),
        (
            "sends us elsewhere",
            vec![status(302).header("location", "https://evil.example.com")],
            "refused",
            1,
            1,
        ),
        ("an empty success", vec![status(204)], "refused", 1, 1),
    ]
}

#[test]
fn whatever_a_remote_engine_does_there_is_an_end_within_the_deadline_and_nothing_wrong_is_believed() {
    for (fault, script, what, calls, failed) in faults() {
        let app = app();
        for step in script {
            app.upstream.script(URL, step);
        }
        let went = ask(&app);
        assert_eq!((went.what, went.calls), (what, calls), "{fault}: {went:?}");
        let tally = breaker(&app, &Command::Verdict).tally;
        assert_eq!((tally.calls, tally.failed), (u32::try_from(calls).unwrap(), failed), "{fault}");
        assert_eq!(tally.slow > 0, ["slow", "hangs"].contains(&fault), "{fault}");
        assert!(app.upstream.asked().iter().all(|request| request.url == URL), "{fault}");
    }
}

#[test]
fn an_engine_is_not_asked_before_it_wants_to_be() {
    let app = app();
    app.upstream
        .script(URL, status(429).header("retry-after", "Sun, 01 Mar 2026 07:00:02 GMT"))
        .script(URL, well());
    let went = ask(&app);
    assert_eq!((went.what, went.calls), ("answer", 2));
    assert_eq!(went.millis, 2_000, "as late as it said, and no later");
}

#[test]
fn the_breaker_opens_and_closes_as_specified() {
    let app = app();
    app.upstream.script(URL, status(500));
    let trace = |app: &App| {
        let Went { what, calls, hops, .. } = ask(app);
        (what, calls, hops, position(app))
    };
    // The first has to ask where the breaker is; then reports bring the verdict along.
    assert_eq!(trace(&app), ("status", 3, 1, Position::Closed));
    assert_eq!(trace(&app), ("status", 3, 0, Position::Closed));
    assert_eq!(trace(&app), ("status", 3, 0, Position::Closed));
    assert_eq!(trace(&app), ("status", 3, 0, Position::Open), "twelve calls, all failed");
    let opened = app.clock.now();
    for _ in 0..5 {
        assert_eq!(trace(&app), ("open", 0, 0, Position::Open));
    }
    app.advance(6);
    assert_eq!(
        trace(&app),
        ("open", 0, 1, Position::Open),
        "a verdict is asked for again after five seconds"
    );
    app.clock.set(opened.plus_millis(10_000));
    // Half open: one call a request, no retries, three in all.
    assert_eq!(trace(&app), ("status", 1, 1, Position::HalfOpen));
    assert_eq!(trace(&app), ("status", 1, 1, Position::Open), "two of three failed");
    assert_eq!(trace(&app), ("open", 0, 0, Position::Open));
    app.advance(10);
    app.upstream.instead(URL, well());
    assert_eq!(trace(&app), ("answer", 1, 1, Position::HalfOpen));
    assert_eq!(trace(&app), ("answer", 1, 1, Position::HalfOpen));
    assert_eq!(trace(&app), ("answer", 1, 1, Position::Closed));
    assert_eq!(trace(&app), ("answer", 1, 0, Position::Closed));
}

#[test]
fn an_engine_that_is_only_slow_opens_the_breaker_too() {
    let app = app();
    app.upstream.script(URL, well().after(ms(700)));
    for _ in 0..9 {
        assert_eq!(ask(&app).what, "answer");
        app.advance(1);
    }
    assert_eq!(position(&app), Position::Closed);
    ask(&app);
    assert_eq!((position(&app), ask(&app).what), (Position::Open, "open"));
}

#[test]
fn one_isolate_learns_of_what_befell_another() {
    let mut app = app();
    app.upstream.script(URL, status(500));
    for _ in 0..4 {
        ask(&app);
    }
    app.isolate = Isolate::default();
    assert_eq!(ask(&app), Went { what: "open", calls: 0, hops: 1, millis: 0 });
}

#[test]
fn probes_are_no_more_than_permitted_however_many_isolates_ask() {
    let app = app();
    app.upstream.script(URL, status(500));
    for _ in 0..4 {
        ask(&app);
    }
    app.advance(10);
    app.upstream.instead(URL, well());
    let before = app.upstream.asked().len();
    // Twenty isolates ask before any has told what became of its probe.
    let isolates: Vec<Isolate> = (0..20).map(|_| Isolate::default()).collect();
    let work: Vec<_> = isolates
        .iter()
        .map(|isolate| {
            let cx = witness::context::Context { isolate, ..app.context() };
            let asked = block_on(remote::ask(&cx, &canonical()));
            (matches!(asked, Asked::Answer(_)), cx.afterwards.take())
        })
        .collect();
    assert_eq!(work.iter().filter(|(answered, _)| *answered).count(), 3);
    assert_eq!(app.upstream.asked().len() - before, 3);
    for (isolate, (_, work)) in isolates.iter().zip(work) {
        block_on(carry_out(app.ports(), &app.config, isolate, app.clock.now(), work));
    }
    assert_eq!(position(&app), Position::Closed);
}

#[test]
fn without_its_object_an_isolate_goes_by_its_own_breaker() {
    let app = app();
    app.objects.fail_always(Moment::Before, PortError::Unavailable("down".to_owned()));
    app.upstream.script(URL, status(500));
    for _ in 0..4 {
        assert_eq!(ask(&app).what, "status");
    }
    assert_eq!(ask(&app).what, "open");
    app.upstream.instead(URL, well());
    app.advance(10);
    for _ in 0..4 {
        assert_eq!((ask(&app).what, ask(&app).what), ("answer", "answer"));
    }
    app.objects.heal();
    app.advance(5);
    assert_eq!(ask(&app).what, "answer");
    assert_eq!(position(&app), Position::Closed, "what was counted alone is not told");
}

#[test]
fn a_forced_breaker_holds_everywhere_within_five_seconds() {
    let app = app();
    app.upstream.script(URL, well());
    assert_eq!(ask(&app).what, "answer");
    breaker(&app, &Command::Force { mode: Mode::ForcedOpen, revision: 1 });
    app.advance(5);
    assert_eq!(ask(&app).what, "open");
    breaker(&app, &Command::Force { mode: Mode::Disabled, revision: 2 });
    app.advance(5);
    app.upstream.instead(URL, status(500));
    for _ in 0..8 {
        assert_eq!(ask(&app).calls, 3, "a breaker that is disabled lets everything through");
    }
    assert_eq!(position(&app), Position::Disabled);
}
