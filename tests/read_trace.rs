//! A day of reads, replayed through the whole gateway as it is: leases, admission objects, kept answers and the
//! database, over the native ports. `make read-trace` prints the figures that docs/cache.md states.
//!
//! 100 persons of the tier pro, one day. Everybody has a browser that is opened at three times of the day (a Poisson
//! number of visits around them would change little) for ten minutes each: it asks at once for profile, preferences, the
//! list of engines, readings, insights and the daily forecast, then asks for readings and profile every 20 seconds while
//! it is open, as a page does that polls. In a visit the person keeps a reading with probability 0.4 and changes the
//! profile with probability 0.05; the page then asks for what it shows anew. A Raycast widget asks for the daily row
//! every five minutes from seven to 23 o'clock, with up to a minute of jitter.
//!
//! A person's requests reach the isolate that they reached before (connections are kept), except that one in 50 goes to
//! another at random, and one in 2,000 meets an isolate that has just started. There are six.

use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;
use futures::executor::block_on;
use serde_json::{Value, json};
use witness::config::Config;
use witness::context::Isolate;
use witness::gateway::afterwards::carry_out;
use witness::gateway::request::{BodyFault, Incoming};
use witness::gateway::serve::serve;
use witness::host::{
    FixedClock, HostObjects, Memory, RingSignatures, ScriptedUpstream, SeededRandom, Sqlite, Tzdata,
};
use witness::identity::{admission, attempts};
use witness::kernel::crypto;
use witness::kernel::object::Behaviour;
use witness::kernel::time::Timestamp;
use witness::ports::{Clock, Database, ObjectClass, Ports, Statement};

const SEED: u64 = 2_026;
const PERSONS: u64 = 100;
const ISOLATES: u64 = 6;
const START: &str = "2026-03-02T00:00:00.000Z";
const PASSWORD: &str = "correct horse battery";

const OPENED: [&str; 6] = [
    "/api/v1/user/profile",
    "/api/v1/user/preferences",
    "/api/v1/engines?fields=items.name,items.title",
    "/api/v1/readings?fields=items.id,items.title,items.created_at",
    "/api/v1/readings/insights",
    "/api/v1/forecasts/daily",
];
const POLLED: [usize; 2] = [0, 3];
const WIDGET: &str = "/api/v1/raycast/daily-forecast";

/// What a person does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Open,
    Poll,
    Widget,
    Keep,
    Change,
}

/// The day: second, person, deed; in order.
fn day(persons: u64, random: &SeededRandom) -> Vec<(i64, u64, Deed)> {
    let mut deeds = Vec::new();
    let below = |limit: i64| i64::try_from(random.below(u64::try_from(limit).unwrap())).unwrap();
    for person in 0..persons {
        for hour in [8, 13, 20] {
            let opened = hour * 3600 + below(7200) - 3600;
            deeds.push((opened, person, Deed::Open));
            deeds.extend((1..30).map(|round| (opened + round * 20, person, Deed::Poll)));
            if below(100) < 40 {
                deeds.push((opened + 60 + below(480), person, Deed::Keep));
            }
            if below(100) < 5 {
                deeds.push((opened + 60 + below(480), person, Deed::Change));
            }
        }
        let phase = below(300);
        deeds
            .extend((0..192).map(|round| (7 * 3600 + round * 300 + phase + below(60), person, Deed::Widget)));
    }
    deeds.sort();
    deeds
}

struct Call {
    method: &'static str,
    path: String,
    query: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

#[async_trait(?Send)]
impl Incoming for Call {
    fn method(&self) -> &str {
        self.method
    }
    fn origin(&self) -> &str {
        "https://witness.example.com"
    }
    fn path(&self) -> &str {
        &self.path
    }
    fn query(&self) -> &str {
        &self.query
    }
    fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
    }
    async fn body(&mut self, _: usize) -> Result<Vec<u8>, BodyFault> {
        Ok(self.body.clone())
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    reads: u32,
    hits: u32,
    stale: u32,
    unchanged: u32,
    misses: u32,
    writes: u32,
    hops: [u32; 4],
}

impl Figures {
    fn rate(&self) -> f64 {
        f64::from(self.hits + self.stale) / f64::from(self.reads)
    }
}

struct House {
    clock: Rc<FixedClock>,
    database: Sqlite,
    cache: Memory,
    objects: HostObjects,
    config: Config,
    isolates: Vec<Isolate>,
    random: SeededRandom,
    upstream: ScriptedUpstream,
}

impl House {
    fn new() -> Self {
        let clock = Rc::new(FixedClock::at(Timestamp::parse(START).unwrap()));
        let secret =
            |name: &str| ["JWT_SECRET", "CURSOR_SECRET", "VAULT_KEY"].iter().position(|known| *known == name);
        let config = Config::read(&|name| {
            secret(name).map(|byte| crypto::base64url(&[u8::try_from(byte).unwrap() + 1; 32]))
        });
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let behaviour = Behaviour { handle: admission::handle, wake: admission::wake };
        Self {
            database: witness::host::migrations::migrated(&folder).unwrap(),
            cache: Memory::new(clock.clone()),
            objects: HostObjects::new(clock.clone())
                .with(ObjectClass::Admission, behaviour)
                .with(ObjectClass::Attempts, Behaviour { handle: attempts::handle, wake: attempts::wake }),
            config: config.unwrap(),
            isolates: (0..ISOLATES).map(|_| Isolate::default()).collect(),
            random: SeededRandom::new(1),
            upstream: ScriptedUpstream::new(),
            clock,
        }
    }

    /// Status, tag, what the kept answers had to say, and the body; hops by kind.
    fn ask(&self, isolate: usize, mut call: Call) -> (u16, Option<String>, String, String, [u32; 4]) {
        let assets = witness::host::public();
        let ports = Ports {
            database: &self.database,
            cache: &self.cache,
            objects: &self.objects,
            upstream: &self.upstream,
            assets: &assets,
            signatures: &RingSignatures,
            agreement: &RingSignatures,
            clock: &*self.clock,
            random: &self.random,
            zones: &Tzdata,
        };
        let isolate = &self.isolates[isolate];
        let served = block_on(serve(&mut call, ports, &self.config, isolate));
        block_on(carry_out(ports, &self.config, isolate, self.clock.now(), served.afterwards));
        let answer = served.answer;
        let text = |name: &str| answer.header(name).map(str::to_owned);
        let (tag, kept) = (text("etag"), text("cache-status").unwrap_or_default());
        (answer.status, tag, kept, answer.body.unwrap_or_default(), served.calls)
    }
}

struct Person {
    token: String,
    refresh: String,
    isolate: usize,
    tags: RefCell<Vec<(String, String)>>,
}

fn call(method: &'static str, target: &str, token: &str, body: Option<Value>) -> Call {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = vec![("cf-connecting-ip", "192.0.2.7".to_owned())];
    if !token.is_empty() {
        headers.push(("authorization", format!("Bearer {token}")));
    }
    headers.push(("content-type", "application/json".to_owned()));
    let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
    Call { method, path: path.to_owned(), query: query.to_owned(), headers, body }
}

fn play(persons: u64) -> Figures {
    let mut house = House::new();
    let random = SeededRandom::new(SEED);
    let start = house.clock.now();
    let mut people = Vec::new();
    for number in 0..persons {
        house.clock.set(start.plus_millis(i64::try_from(number).unwrap() * 180_000 / 20));
        let address = format!("192.0.2.{}", number % 250);
        let with_address = |mut call: Call| {
            call.headers[0].1.clone_from(&address);
            call
        };
        let mail = format!("p{number}@example.com");
        let credentials = json!({"email": mail, "password": PASSWORD});
        let register = call("POST", "/api/v1/auth/register", "", Some(credentials.clone()));
        assert_eq!(house.ask(0, with_address(register)).0, 202);
        block_on(house.database.run(Statement::new("UPDATE users SET tier = 'pro'"))).unwrap();
        let (status, _, _, body, _) =
            house.ask(0, with_address(call("POST", "/api/v1/auth/login", "", Some(credentials))));
        assert_eq!(status, 200, "{body}");
        let tokens: Value = serde_json::from_str(&body).unwrap();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let person = Person {
            token: text("access_token"),
            refresh: text("refresh_token"),
            isolate: usize::try_from(random.below(ISOLATES)).unwrap(),
            tags: RefCell::default(),
        };
        let profile = json!({"full_name": mail, "birth_date": "1990-04-12", "time_zone": "Europe/Vienna"});
        let told = call("PUT", "/api/v1/user/profile/update", &person.token, Some(profile));
        assert_eq!(house.ask(person.isolate, told).0, 200);
        people.push((person, start));
    }
    let mut figures = Figures::default();
    for (second, number, deed) in day(persons, &random) {
        house.clock.set(start.plus_millis(second * 1000));
        let now = house.clock.now();
        let (person, refreshed) = &mut people[usize::try_from(number).unwrap()];
        if now.millis() - refreshed.millis() > 14 * 60_000 {
            let body = json!({"refresh_token": person.refresh});
            let mut renew = call("POST", "/api/v1/auth/refresh", "", Some(body));
            renew.headers[0].1 = format!("198.51.100.{number}");
            let (status, _, _, body, _) = house.ask(person.isolate, renew);
            assert_eq!(status, 200, "{body}");
            let tokens: Value = serde_json::from_str(&body).unwrap();
            person.token = tokens["access_token"].as_str().unwrap().to_owned();
            person.refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
            *refreshed = now;
        }
        if random.below(50) == 0 {
            person.isolate = usize::try_from(random.below(ISOLATES)).unwrap();
        }
        if random.below(2_000) == 0 {
            house.isolates[person.isolate] = Isolate::default();
        }
        let write = match deed {
            Deed::Keep => {
                let input = json!({"birth_date": "1990-04-12", "target_date": "2026-03-02"});
                Some(("POST", "/api/v1/readings", json!({"engine": "biorhythm", "input": input})))
            }
            Deed::Change => {
                Some(("PUT", "/api/v1/user/profile/update", json!({"preferred_name": format!("n{second}")})))
            }
            _ => None,
        };
        if let Some((method, target, body)) = write {
            let status = house.ask(person.isolate, call(method, target, &person.token, Some(body))).0;
            assert!(status < 300, "{target} {status}");
            figures.writes += 1;
        }
        let reads: Vec<&str> = match deed {
            Deed::Open => OPENED.to_vec(),
            Deed::Widget => vec![WIDGET],
            Deed::Poll => POLLED.map(|place| OPENED[place]).to_vec(),
            Deed::Keep => vec![OPENED[3], OPENED[4]],
            Deed::Change => vec![OPENED[0], OPENED[5]],
        };
        for target in reads {
            let mut read = call("GET", target, &person.token, None);
            let known = person.tags.borrow().iter().find(|(of, _)| of == target).map(|(_, tag)| tag.clone());
            read.headers.extend(known.map(|tag| ("if-none-match", tag)));
            let (status, tag, kept, body, hops) = house.ask(person.isolate, read);
            assert!(status == 200 || status == 304, "{target} {status} {body}");
            figures.reads += 1;
            figures.unchanged += u32::from(status == 304);
            if let Some(tag) = tag {
                person.tags.borrow_mut().retain(|(of, _)| of != target);
                person.tags.borrow_mut().push((target.to_owned(), tag));
            }
            for (sum, count) in figures.hops.iter_mut().zip(hops) {
                *sum += count;
            }
            match kept.split_once("ttl=") {
                Some((_, left)) if left.starts_with('-') || left == "0" => figures.stale += 1,
                Some(_) => figures.hits += 1,
                None => figures.misses += 1,
            }
        }
    }
    figures
}

fn tell(figures: &Figures) {
    println!(
        "{} reads, {} writes: {:.2} % kept ({} fresh, {} stale), {} misses, {} of all 304",
        figures.reads,
        figures.writes,
        figures.rate() * 100.0,
        figures.hits,
        figures.stale,
        figures.misses,
        figures.unchanged
    );
    let [d1, kv, object, upstream] = figures.hops.map(|hops| f64::from(hops) / f64::from(figures.reads));
    println!("hops a read: d1 {d1:.3}, kv {kv:.3}, object {object:.3}, upstream {upstream:.3}");
}

/// A few people show what many do.
#[test]
fn most_reads_of_a_day_find_their_answer_kept() {
    let figures = play(8);
    tell(&figures);
    assert!(figures.reads > 3_000, "{figures:?}");
    assert!(figures.rate() >= 0.8, "{figures:?}");
}

/// The figures of docs/cache.md; `make read-trace` runs it.
#[test]
#[ignore = "a day of a hundred people: for the figures alone"]
fn the_figures() {
    let figures = play(PERSONS);
    tell(&figures);
    assert!(figures.rate() >= 0.8, "{figures:?}");
}
