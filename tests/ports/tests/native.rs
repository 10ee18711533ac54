//! The suite on the host, and what only the host can do: failing on purpose, storms, alarms by the clock.
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use futures::executor::block_on;
use witness_ports_suite::checks::{self, Home};
use witness_ports_suite::host::{
    Faulty, FixedClock, Folder, HostObjects, Memory, Moment, RingSignatures, Scripted, ScriptedUpstream,
    SeededRandom, Sqlite, Storm, Tzdata,
};
use witness_ports_suite::identity::admission;
use witness_ports_suite::kernel::object::Behaviour;
use witness_ports_suite::kernel::time::Timestamp;
use witness_ports_suite::ports::{
    Cache, Clock, Database, DatabaseError, DatabaseFault, ObjectClass, Objects, PortError, Statement,
    Upstream, UpstreamRequest,
};

fn clock() -> Rc<FixedClock> {
    Rc::new(FixedClock::at(Timestamp::parse("2026-03-01T00:00:00Z").unwrap()))
}

fn objects(clock: &Rc<FixedClock>) -> HostObjects {
    HostObjects::new(Rc::clone(clock) as Rc<dyn Clock>)
        .with(ObjectClass::Admission, Behaviour { handle: admission::handle, wake: admission::wake })
}

fn server() -> ScriptedUpstream {
    let never = Duration::from_secs(3600);
    let servers = ScriptedUpstream::new();
    servers
        .script("http://suite.test/ok", Scripted::ok(200, "héllo").header("x-suite", "Yes"))
        .script("http://suite.test/teapot", Scripted::ok(418, ""))
        .script("http://suite.test/redirect", Scripted::ok(302, "").header("location", "/ok"))
        .script("http://suite.test/echo", Scripted::ok(200, "POST this 00ff0a80"))
        .script("http://suite.test/silent", Scripted::ok(200, "").after(never))
        .script("http://suite.test/endless", Scripted::ok(200, "").after(never))
        .script("http://suite.test/large", Scripted::ok(200, vec![b'x'; 300_000]));
    servers
}

#[test]
fn the_host_passes_the_suite() {
    let clock = clock();
    let database = Sqlite::memory().unwrap();
    let cache = Memory::new(Rc::clone(&clock) as Rc<dyn Clock>);
    let (objects, servers, random) = (objects(&clock), server(), SeededRandom::new(7));
    let assets = Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets"));
    let findings = block_on(checks::all(&Home {
        database: &database,
        cache: &cache,
        objects: &objects,
        upstream: &servers,
        assets: &assets,
        signatures: &RingSignatures,
        agreement: &RingSignatures,
        clock: clock.as_ref(),
        random: &random,
        zones: &Tzdata,
        server: "http://suite.test",
        nobody: "http://nobody.test",
    }));
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.wrong.is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(findings.len() >= 51, "only {} checks ran", findings.len());
}

#[test]
fn a_cached_value_lives_a_minute_at_least_and_then_ends() {
    let clock = clock();
    let cache = Memory::new(Rc::clone(&clock) as Rc<dyn Clock>);
    block_on(cache.put("a", "1", Duration::from_secs(1))).unwrap();
    block_on(cache.put("b", "1", Duration::from_secs(90))).unwrap();
    clock.advance(Duration::from_millis(59_999));
    assert_eq!(cache.keys(), ["a", "b"]);
    clock.advance(Duration::from_millis(1));
    assert_eq!(block_on(cache.get("a")), Ok(None));
    assert_eq!(cache.keys(), ["b"]);
    clock.advance(Duration::from_secs(30));
    assert_eq!(block_on(cache.get("b")), Ok(None));
}

#[test]
fn a_planned_failure_comes_before_or_after_the_effect() {
    let database = Faulty::new(Sqlite::memory().unwrap());
    let down = DatabaseError::new(DatabaseFault::Unavailable, "planned");
    let run = |sql: &'static str| block_on(database.run(Statement::new(sql)));
    run("CREATE TABLE t (n INTEGER)").unwrap();
    database.fail_next(Moment::Before, down.clone());
    database.fail_nth(2, Moment::After, down.clone());
    assert_eq!(run("INSERT INTO t VALUES (1)"), Err(down.clone()));
    assert_eq!(run("INSERT INTO t VALUES (2)"), Err(down.clone()));
    assert_eq!(run("SELECT n FROM t").unwrap().rows.0, r#"[{"n":2}]"#);
    database.fail_always(Moment::Before, down.clone());
    assert_eq!(run("SELECT 1"), Err(down.clone()));
    assert_eq!(run("SELECT 1"), Err(down));
    database.heal();
    assert!(run("SELECT 1").is_ok());
    assert_eq!(database.calls(), 7);
}

#[test]
fn the_inner_failure_wins_over_a_lost_answer() {
    let cache = Faulty::new(Memory::new(clock() as Rc<dyn Clock>));
    cache.fail_next(Moment::After, PortError::Timeout("planned".into()));
    assert!(matches!(block_on(cache.get("")), Err(PortError::TooLarge(_))));
}

const ADD: &str = r#"{"do":"add","n":1}"#;
const READ: &str = r#"{"do":"read"}"#;

fn tell(objects: &HostObjects, command: &str) -> Result<String, PortError> {
    block_on(objects.call(ObjectClass::Admission, "a", command.to_owned()))
}

#[test]
fn in_a_storm_replies_are_lost_but_no_command_is_half_done() {
    for seed in 0..50 {
        let objects = objects(&clock());
        objects.storm(seed, Storm { refused: 200, lost: 200, skew_millis: 5_000 });
        let answers: Vec<_> = (0..200).map(|_| tell(&objects, ADD)).collect();
        let heard = answers.iter().filter(|answer| answer.is_ok()).count();
        let refused = answers.iter().filter(
            |answer| matches!(answer, Err(PortError::Unavailable(cause)) if cause.contains("did not arrive")),
        );
        let refused = refused.count();
        objects.calm();
        let count: usize = tell(&objects, READ).unwrap().parse().unwrap();
        assert_eq!(count, 200 - refused, "seed {seed}");
        assert!(heard < count && refused > 0, "seed {seed}: no storm");
        // The same seed is the same storm.
        let again = self::objects(&clock());
        again.storm(seed, Storm { refused: 200, lost: 200, skew_millis: 5_000 });
        assert_eq!((0..200).map(|_| tell(&again, ADD)).collect::<Vec<_>>(), answers);
    }
}

#[test]
fn an_object_lives_on_from_its_disk_and_is_forgotten_by_its_alarm() {
    let clock = clock();
    let first = objects(&clock);
    tell(&first, ADD).unwrap();
    tell(&first, r#"{"do":"forget_in","millis":1000}"#).unwrap();
    let second = objects(&clock);
    second.restore(first.snapshot());
    assert_eq!(tell(&second, READ).unwrap(), "1");
    clock.advance(Duration::from_millis(999));
    assert_eq!(second.ring(), 0);
    // Asked for later than the alarm that is set: the first one rings, finds it too early, and is set again.
    tell(&second, r#"{"do":"forget_in","millis":1000}"#).unwrap();
    clock.advance(Duration::from_millis(1));
    assert_eq!(second.ring(), 1);
    assert_eq!(tell(&second, READ).unwrap(), "1");
    clock.advance(Duration::from_millis(999));
    assert_eq!(second.ring(), 1);
    assert_eq!(tell(&second, READ).unwrap(), "0");
    assert_eq!(second.state(ObjectClass::Admission, "a"), None);
}

#[test]
fn scripted_servers_take_their_time_and_remember() {
    let clock = clock();
    let before = clock.now();
    let servers = ScriptedUpstream::on_clock(Rc::clone(&clock));
    let slow = Scripted::ok(200, "late").after(Duration::from_millis(900));
    servers.script("http://s/", Scripted::Refused).script("http://s/", slow);
    let request = |millis| UpstreamRequest {
        method: "GET",
        url: "http://s/".into(),
        headers: Vec::new(),
        body: None,
        timeout: Duration::from_millis(millis),
        max_bytes: 10,
    };
    assert!(matches!(block_on(servers.send(request(1))), Err(PortError::Unavailable(_))));
    assert!(matches!(block_on(servers.send(request(500))), Err(PortError::Timeout(_))));
    assert_eq!(block_on(servers.send(request(1000))).unwrap().body, b"late");
    assert_eq!(clock.now().millis() - before.millis(), 500 + 900);
    assert_eq!(servers.asked().len(), 3);
}
