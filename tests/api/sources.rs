//! Where results come from when there is a remote engine: in which order, how they are marked, what is kept of them,
//! and that many who ask the same ask it once.

use std::cell::Cell;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use futures::executor::block_on;
use futures::future::join_all;
use serde_json::{Value, json};
use witness::config::Config;
use witness::context::{Context, Isolate};
use witness::gateway::afterwards::carry_out;
use witness::host::{FixedClock, Moment};
use witness::kernel::time::Timestamp;
use witness::oracle::breaker;
use witness::oracle::cache::entry::Life;
use witness::oracle::cache::flight::{Command, KEPT, Reply};
use witness::oracle::calculate::{self, Answered, Look, Source};
use witness::oracle::engines::Engine;
use witness::ports::{
    Clock, ObjectClass, Objects, PortError, Ports, Upstream, UpstreamRequest, UpstreamResponse,
};

use crate::app::{Account, App, Reply as Answer};
use crate::remote::{DEADLINE, URL, answer, app, canonical, says, status, well};

fn life() -> Life {
    Life::of(Engine::Biorhythm.metadata().cache_seconds, true)
}

fn ask(app: &App, by: &Account) -> Answer {
    let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-01"});
    app.post("/api/v1/engines/biorhythm/calculate", input).by(by).status(200)
}

/// Source and mark of an answer, and how often the engine was asked for it, before and after it.
fn went(app: &App, by: &Account) -> (String, bool, u32, usize) {
    let before = app.upstream.asked().len();
    let reply = ask(app, by);
    let source = reply.body["source"].as_str().unwrap().to_owned();
    let calls = reply.calls[3];
    let after = app.upstream.asked().len() - before - calls as usize;
    (source, reply.body["degraded"].as_bool().unwrap(), calls, after)
}

fn is(source: &str, degraded: bool, calls: u32, after: usize) -> (String, bool, u32, usize) {
    (source.to_owned(), degraded, calls, after)
}

#[test]
fn fresh_then_remote_then_stale_then_embedded() {
    let mut app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    assert_eq!(went(&app, &ada), is("remote", false, 1, 0));
    assert_eq!(went(&app, &ada), is("cache", false, 0, 0));
    app.isolate = Isolate::default();
    assert_eq!(went(&app, &ada), is("cache", false, 0, 0), "from the cache of all");
    app.advance(u64::from(life().fresh + life().renew));
    let ada = app.log_in("ada@example.com");
    app.upstream.instead(URL, status(500));
    assert_eq!(went(&app, &ada), is("stale", true, 3, 0), "nothing better was to be had");
    app.isolate = Isolate::default();
    app.advance(2);
    assert_eq!(went(&app, &ada), is("stale", true, 3, 0), "and it is not kept as fresh");
    app.upstream.instead(URL, well());
    app.advance(2);
    assert_eq!(went(&app, &ada), is("remote", false, 1, 0));
    app.advance(u64::from(life().fresh + life().stale));
    let ada = app.log_in("ada@example.com");
    app.upstream.instead(URL, status(500));
    let keys = app.cache.inner().keys();
    assert_eq!(went(&app, &ada), is("embedded", true, 3, 0), "nothing is left to stand in");
    assert_eq!(app.cache.inner().keys(), keys, "nothing degraded is kept");
    app.advance(2);
    assert_eq!(went(&app, &ada).0, "embedded", "by this isolate neither");
    app.upstream.instead(URL, well());
    app.advance(30);
    assert_eq!(went(&app, &ada), is("remote", false, 1, 0));
}

#[test]
fn a_little_past_its_freshness_a_result_is_answered_before_anybody_is_asked() {
    let app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    ask(&app, &ada);
    app.advance(u64::from(life().fresh));
    let ada = app.log_in("ada@example.com");
    assert_eq!(went(&app, &ada), is("stale", true, 0, 1), "the engine is asked afterwards");
    assert_eq!(went(&app, &ada), is("cache", false, 0, 0));
}

#[test]
fn a_renewal_that_fails_leaves_what_is_kept() {
    let app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    ask(&app, &ada);
    app.advance(u64::from(life().fresh));
    let ada = app.log_in("ada@example.com");
    app.upstream.instead(URL, status(500));
    assert_eq!(went(&app, &ada), is("stale", true, 0, 3));
    assert_eq!(went(&app, &ada), is("stale", true, 0, 0), "an isolate tries once");
}

#[test]
fn nothing_wrong_is_kept() {
    let other = says(json!({"engine": "biorhythm", "title": "x"}));
    let mut lie = answer(&canonical());
    lie["input_hash"] = json!("00".repeat(32));
    for wrong in [other, says(lie), says("<html>"), status(500), well().after(Duration::from_secs(60))] {
        let app = app();
        let ada = app.account("ada@example.com");
        app.upstream.script(URL, wrong);
        let (began, reply) = (app.clock.now().millis(), ask(&app, &ada));
        assert_eq!((&reply.body["source"], &reply.body["degraded"]), (&json!("embedded"), &json!(true)));
        assert!(app.clock.now().millis() - began <= DEADLINE, "within the deadline");
        assert!(app.cache.inner().keys().is_empty());
        let stored: Vec<String> = app
            .objects
            .inner()
            .all()
            .into_iter()
            .filter(|(class, ..)| *class == ObjectClass::Flight)
            .map(|(.., state)| state)
            .collect();
        assert!(stored.iter().all(|state| state.contains("\"answer\":null")), "{stored:?}");
    }
}

#[test]
fn what_this_house_calculated_is_not_taken_for_a_remote_engines() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    assert_eq!(ask(&app, &ada).body["source"], "embedded");
    let far = crate::remote::app();
    app.config = Config { engine: far.config.engine.clone(), ..app.config };
    app.isolate = Isolate::default();
    app.upstream.script(URL, well());
    assert_eq!(ask(&app, &ada).body["source"], "remote");
    let keys = app.cache.inner().keys();
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().all(|key| key.starts_with("result:biorhythm:")));
}

#[test]
fn a_reading_and_a_draw_are_of_the_remote_engine_too() {
    let app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    let body =
        json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12", "target_date": "2026-03-01"}});
    let reading = app.post("/api/v1/readings", body.clone()).by(&ada).status(201).body;
    assert_eq!((&reading["source"], &reading["degraded"]), (&json!("remote"), &json!(false)));
    let again = app.post("/api/v1/readings", body).by(&ada).status(201).body;
    assert_eq!((&again["source"], &again["result"]), (&json!("cache"), &reading["result"]));
    // Nobody answers for the tarot.
    let drawn = app.post("/api/v1/engines/tarot/calculate", json!({})).by(&ada).status(200).body;
    assert_eq!((&drawn["source"], &drawn["degraded"]), (&json!("embedded"), &json!(true)));
}

#[test]
fn who_knows_that_the_breaker_is_open_asks_no_object() {
    let app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    let order = breaker::Command::Force { mode: breaker::Mode::ForcedOpen, revision: 1 };
    block_on(breaker::tell(app.ports(), "biorhythm", &order)).unwrap();
    let hops = || {
        let reply = ask(&app, &ada);
        assert_eq!((&reply.body["source"], &reply.body["degraded"]), (&json!("embedded"), &json!(true)));
        assert!(reply.log.contains(r#""engine":"open""#), "{}", reply.log);
        [reply.calls[2], reply.calls[3]]
    };
    assert_eq!(hops(), [3, 0], "the caller's, the question's and the breaker's");
    app.advance(1);
    assert_eq!(hops(), [0, 0]);
    app.advance(4);
    assert_eq!(hops(), [3, 0], "a verdict is gone by for five seconds");
}

#[test]
fn a_kept_result_costs_one_wait_at_most() {
    let mut app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    ask(&app, &ada);
    assert_eq!(ask(&app, &ada).calls, [0, 0, 0, 0]);
    let fresh = Isolate::default();
    app.isolate.results.take();
    assert_eq!(ask(&app, &ada).calls, [0, 1, 0, 0], "the cache alone");
    app.isolate = fresh;
    let calls = ask(&app, &ada).calls;
    assert_eq!((calls[0], calls[1], calls[3]), (0, 2, 0), "the marks are read in the same wait");
}

/// What the question's object says to somebody.
fn tell(app: &App, command: &Command) -> Reply {
    let objects = app.objects.inner();
    let (_, name, _) = objects
        .all()
        .into_iter()
        .find(|(class, ..)| *class == ObjectClass::Flight)
        .expect("somebody has asked");
    let command = serde_json::to_string(command).unwrap();
    serde_json::from_str(&block_on(objects.call(ObjectClass::Flight, &name, command)).unwrap()).unwrap()
}

#[test]
fn who_waits_for_a_holder_that_got_lost_has_an_answer_within_the_deadline() {
    let mut app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, status(500));
    ask(&app, &ada);
    let ghost = Command::Ask { asker: "ghost".to_owned(), lease: DEADLINE + 1_500 };
    assert_eq!(tell(&app, &ghost), Reply::Lead);
    app.upstream.instead(URL, well());
    let (began, asked) = (app.clock.now().millis(), app.upstream.asked().len());
    let reply = ask(&app, &ada);
    assert_eq!((&reply.body["source"], &reply.body["degraded"]), (&json!("embedded"), &json!(true)));
    let waited = app.clock.now().millis() - began;
    assert!((DEADLINE - 700..=DEADLINE).contains(&waited), "{waited} ms");
    assert_eq!(app.upstream.asked().len(), asked, "who has waited does not ask");
    app.advance(2);
    app.isolate = Isolate::default();
    assert_eq!(went(&app, &ada), is("remote", false, 1, 0), "the lease is over");
}

#[test]
fn who_waits_gets_the_holders_answer() {
    let app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    let first = ask(&app, &ada);
    let Reply::Value { value } = tell(&app, &Command::Ask { asker: "x".to_owned(), lease: 0 }) else {
        panic!()
    };
    assert!(!value.contains("title"), "sealed");
    // Elsewhere, where KV does not show the value yet.
    let elsewhere = crate::remote::app();
    let bob = elsewhere.account("bob@example.com");
    elsewhere.objects.inner().restore(app.objects.inner().snapshot());
    let second = ask(&elsewhere, &bob);
    assert_eq!((&second.body["source"], &second.body["degraded"]), (&json!("remote"), &json!(false)));
    assert_eq!((&second.body["result"], second.calls[3]), (&first.body["result"], 0));
    // Its own memory has it from now on; after a while the object has not.
    assert_eq!(ask(&elsewhere, &bob).body["source"], "cache");
    elsewhere.clock.advance(Duration::from_millis(u64::try_from(KEPT).unwrap()));
    elsewhere.objects.inner().ring();
    let left = elsewhere.objects.inner().all();
    assert!(left.iter().all(|(class, ..)| *class != ObjectClass::Flight), "nothing is left of it");
}

#[test]
fn without_its_object_everybody_asks() {
    let app = app();
    let ada = app.account("ada@example.com");
    app.upstream.script(URL, well());
    app.get("/api/v1/auth/me").by(&ada).status(200);
    app.objects.fail_always(Moment::Before, PortError::Unavailable("down".to_owned()));
    let reply = ask(&app, &ada);
    assert_eq!((&reply.body["source"], &reply.body["degraded"]), (&json!("remote"), &json!(false)));
}

#[test]
fn an_answer_that_is_invalidated_is_asked_for_again_though_the_object_has_it() {
    let app = app();
    let ada = app.account("ada@example.com");
    let admin = app.administrator("admin@example.com", "admin");
    app.upstream.script(URL, well());
    ask(&app, &ada);
    app.advance(1);
    app.post("/api/v1/admin/cache/invalidate", json!({"tags": ["engine:biorhythm"]})).by(&admin).status(200);
    assert_eq!(went(&app, &ada), is("remote", false, 1, 0));
}

/// Lets others go on.
async fn pause() {
    let mut waited = false;
    poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// A clock on which many wait side by side: it moves on by a millisecond whenever somebody looks again.
struct Shared(FixedClock);

#[async_trait(?Send)]
impl Clock for Shared {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep(&self, time: Duration) {
        let ends = self.now().plus_millis(i64::try_from(time.as_millis()).unwrap());
        while self.now() < ends {
            self.0.advance(Duration::from_millis(1));
            pause().await;
        }
    }
}

/// An engine that takes its time and counts.
struct Engines<'a> {
    clock: &'a Shared,
    millis: u64,
    answer: Option<Value>,
    asked: Cell<usize>,
}

#[async_trait(?Send)]
impl Upstream for Engines<'_> {
    async fn send(&self, _request: UpstreamRequest) -> Result<UpstreamResponse, PortError> {
        self.asked.set(self.asked.get() + 1);
        self.clock.sleep(Duration::from_millis(self.millis)).await;
        let body = self.answer.clone().ok_or_else(|| PortError::Unavailable("reset".to_owned()))?;
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Ok(UpstreamResponse { status: 200, headers, body: body.to_string().into_bytes() })
    }
}

/// Two dozen isolates ask the same at one moment: so many that `join_all` looks at each of them every time.
fn together(answer: Option<Value>) -> (Vec<Answered>, usize) {
    let app = app();
    let clock = Shared(FixedClock::at(app.clock.now()));
    let engine = Engines { clock: &clock, millis: 400, answer, asked: Cell::new(0) };
    let ports = Ports { upstream: &engine, clock: &clock, ..app.ports() };
    let isolates: Vec<Isolate> = (0..24).map(|_| Isolate::default()).collect();
    let canonical = canonical();
    let requests = isolates.iter().map(|isolate| async {
        let began = clock.now().millis();
        let cx = Context::behind(ports, &app.config, isolate, clock.now());
        let answered = calculate::outcome(&cx, &canonical, Look::Everywhere).await.unwrap();
        assert!(clock.now().millis() - began <= DEADLINE + 100, "{} ms", clock.now().millis() - began);
        let work = cx.afterwards.take();
        carry_out(ports, &app.config, isolate, clock.now(), work).await;
        answered
    });
    (spin(join_all(requests)), engine.asked.get())
}

/// Runs a future that never has to be woken.
fn spin<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

#[test]
fn many_who_ask_the_same_at_once_ask_the_engine_once() {
    let (answers, asked) = together(Some(answer(&canonical())));
    assert_eq!(asked, 1);
    let first = answers[0].outcome.result.get();
    for answered in &answers {
        assert_eq!((answered.source, answered.degraded), (Source::Remote, false));
        assert_eq!(answered.outcome.result.get(), first);
    }
}

#[test]
fn many_who_ask_the_same_at_once_fail_at_once() {
    let (answers, asked) = together(None);
    assert!(asked <= 3, "one asker with its retries, not {asked} calls");
    for answered in &answers {
        assert_eq!((answered.source, answered.degraded), (Source::Embedded, true));
    }
}
