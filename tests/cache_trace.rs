//! A month of visits, replayed against the cache of results as it is: the real engines, keys, lives and seals, over
//! the native ports. `make cache-trace` prints the figures that docs/cache.md states.
//!
//! 500 people, 30 days, 3 visits a day each on average (a Poisson process), the people by Zipf's law with exponent 1.1.
//! 60 of 100 visits ask for the daily forecast, 25 for the natal workflow, 15 for the numerology of one of 5,000 names,
//! the names by Zipf's law with exponent 1.1. A visit is a hit if its answer was kept.
//!
//! Forecast and workflow are asked of their operations, on the person's local day. Every five minutes the house does what it does
//! by the clock: it makes the next day's forecasts of those who were there in the last seven days.
//!
//! The cache is no kinder than Workers KV: what was put is seen a minute later, also by who put it. Visits fall on six
//! isolates at random, and every fiftieth visit meets a new one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::NaiveDate;
use futures::executor::block_on;
use witness::config::Config;
use witness::context::{Context, Isolate};
use witness::contract::Scopes;
use witness::contract::types::{
    FindDailyForecastInput, FindDailyForecastQuery, NumerologyInput, NumerologySystem, RunWorkflowInput,
    RunWorkflowPath, WorkflowName,
};
use witness::gateway::afterwards::carry_out;
use witness::host::{
    FixedClock, HostObjects, RingSignatures, ScriptedUpstream, SeededRandom, Sqlite, Tzdata,
};
use witness::identity::caller::{Caller, Credential, Role, Tier, UserCaller};
use witness::kernel::crypto;
use witness::kernel::id::Id;
use witness::kernel::time::Timestamp;
use witness::oracle::cache::warm;
use witness::oracle::calculate::{self, Look, Source};
use witness::oracle::engines::{self, Canonical, EngineInput, Settling};
use witness::oracle::operations::{find_daily_forecast, run_workflow};
use witness::ports::{Cache, Clock, Database, PortError, Ports, Statement};

const SEED: u64 = 2_026;
const PEOPLE: usize = 500;
const NAMES: usize = 5_000;
const DAYS: i64 = 30;
const VISITS_A_DAY: f64 = 3.0;
const EXPONENT: f64 = 1.1;
const ISOLATES: u64 = 6;
const DAY: f64 = 86_400_000.0;
/// Milliseconds until KV shows what was put.
const DELAY: i64 = 60_000;
const START: &str = "2026-03-01T00:00:00.000Z";

/// What a visit is for, with its share in hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Forecast,
    Natal,
    Name,
}

const KINDS: [(Kind, u64, &str); 3] = [
    (Kind::Forecast, 60, "daily forecast"),
    (Kind::Natal, 25, "natal workflow"),
    (Kind::Name, 15, "numerology"),
];

/// Uniform between 0 and 1, never 0.
fn unit(random: &SeededRandom) -> f64 {
    ((random.next() >> 11) as f64 + 1.0) / (1_u64 << 53) as f64
}

/// Ranks by Zipf's law.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(count: usize) -> Self {
        let mut sum = 0.0;
        Self(
            (1..=count)
                .map(|rank| {
                    sum += (rank as f64).powf(-EXPONENT);
                    sum
                })
                .collect(),
        )
    }

    fn draw(&self, random: &SeededRandom) -> usize {
        let at = unit(random) * self.0.last().unwrap();
        self.0.partition_point(|sum| *sum < at).min(self.0.len() - 1)
    }
}

/// Somebody, or somebody's name.
struct Person {
    id: Id,
    name: String,
    birth: NaiveDate,
    /// Hours east of UTC.
    zone: i64,
}

impl Person {
    fn of(number: usize, random: &SeededRandom) -> Self {
        let syllables = ["la", "mi", "to", "re", "sa", "ne", "ko", "vi", "du", "ba"];
        let digit = |power: usize| syllables[number / power % 10];
        let name = format!("{}{} {}{}", digit(1), digit(10), digit(100), digit(1000));
        let birth = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Days::new(random.below(20_000));
        let id = Id::new(Timestamp::EPOCH.plus_millis(i64::try_from(number).unwrap()), [1; 10]);
        Self { id, name, birth, zone: i64::try_from(random.below(18)).unwrap() - 8 }
    }

    /// The zone of the IANA whose name counts westwards.
    fn zone_name(&self) -> String {
        format!("Etc/GMT{:+}", -self.zone)
    }

    fn today(&self, now: Timestamp) -> NaiveDate {
        now.plus_millis(self.zone * 3_600_000).utc().date_naive()
    }

    /// The caller that this person is.
    fn caller(&self) -> Caller {
        let credential = Credential::Session {
            id: self.id,
            client_id: None,
            authenticated_at: Timestamp::EPOCH,
            two_factor: false,
        };
        let (tier, role, scopes) = (Tier::Free, Role::User, Scopes::NONE);
        Caller::User(UserCaller { user_id: self.id, credential, scopes, tier, role, epoch: 0 })
    }

    fn numerology(&self, today: NaiveDate) -> Canonical {
        let input = EngineInput::Numerology(NumerologyInput {
            full_name: self.name.clone(),
            birth_date: self.birth,
            preferred_name: None,
            system: NumerologySystem::Pythagorean,
            current_year: None,
        });
        engines::prepare(&input, &Settling { today, fresh_seed: "", zones: &Tzdata }).unwrap()
    }
}

/// Asks what a visit is for, by the operations themselves where there are people; where the answer came from.
async fn visit(cx: &Context<'_>, kind: Kind, name: &Canonical) -> Source {
    match kind {
        Kind::Forecast => {
            let input = FindDailyForecastInput { query: FindDailyForecastQuery { date: None } };
            find_daily_forecast(cx, input).await.unwrap().source
        }
        Kind::Natal => {
            let path = RunWorkflowPath { name: WorkflowName::Natal };
            let input = RunWorkflowInput { path, body: serde_json::from_str("{}").unwrap() };
            run_workflow(cx, input).await.unwrap().source
        }
        Kind::Name => calculate::outcome(cx, name, Look::Everywhere).await.unwrap().source,
    }
}

/// What was put under a key: when, until when, what.
type Puts = Vec<(i64, i64, String)>;

/// Workers KV at its slowest.
struct Slow {
    clock: Rc<FixedClock>,
    kept: RefCell<HashMap<String, Puts>>,
}

#[async_trait(?Send)]
impl Cache for Slow {
    async fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        let now = self.clock.now().millis();
        let kept = self.kept.borrow();
        let seen = kept.get(key).and_then(|all| all.iter().rev().find(|(put, ..)| now - put >= DELAY));
        Ok(seen.filter(|(_, end, _)| *end > now).map(|(.., value)| value.clone()))
    }

    async fn put(&self, key: &str, value: &str, life: Duration) -> Result<(), PortError> {
        let now = self.clock.now().millis();
        let mut kept = self.kept.borrow_mut();
        let all = kept.entry(key.to_owned()).or_default();
        // The one that is seen now, and those that are not seen yet.
        let seen = all.iter().rposition(|(put, ..)| now - put >= DELAY).unwrap_or(0);
        all.drain(..seen);
        all.push((now, now + i64::try_from(life.as_millis()).unwrap(), value.to_owned()));
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.kept.borrow_mut().remove(key);
        Ok(())
    }

    async fn list(&self, _prefix: &str, _limit: u32) -> Result<Vec<String>, PortError> {
        Ok(Vec::new())
    }
}

/// Visits and hits of each kind, and what came of each thing that was asked.
#[derive(Debug, Default, Clone)]
struct Figures {
    visits: [u32; 3],
    hits: [u32; 3],
    /// Hits past their freshness.
    stale: u32,
}

impl Figures {
    fn rate(&self) -> f64 {
        f64::from(self.hits.iter().sum::<u32>()) / f64::from(self.visits.iter().sum::<u32>())
    }

    /// What the rate would be if an answer past its freshness were made anew before it is given.
    fn fresh_rate(&self) -> f64 {
        f64::from(self.hits.iter().sum::<u32>() - self.stale) / f64::from(self.visits.iter().sum::<u32>())
    }

    fn line(&self, name: &str) -> String {
        let mut line =
            format!("{name:26} {:6.2} %, fresh {:.2} %", self.rate() * 100.0, self.fresh_rate() * 100.0);
        for ((_, _, kind), (visits, hits)) in KINDS.iter().zip(self.visits.iter().zip(self.hits)) {
            if *visits > 0 {
                line +=
                    &format!("   {kind} {:.2} % of {visits}", f64::from(hits) / f64::from(*visits) * 100.0);
            }
        }
        line
    }
}

/// The profiles of the people.
async fn settle(database: &Sqlite, people: &[Person]) {
    for person in people {
        let user = "INSERT INTO users (id, email, email_key, password_hash, created_at, updated_at)
                    VALUES (?1, ?1, ?1, '', 0, 0)";
        database.run(Statement::new(user).bind(person.id)).await.unwrap();
        let profile =
            "INSERT INTO profiles (user_id, full_name, birth_date, birth_time, birth_time_zone, time_zone,
                       created_at, updated_at) VALUES (?1, ?2, ?3, '09:30', 'Europe/Vienna', ?4, 0, 0)";
        let profile = Statement::new(profile)
            .bind(person.id)
            .bind(person.name.as_str())
            .bind(person.birth.to_string())
            .bind(person.zone_name());
        database.run(profile).await.unwrap();
    }
}

/// Plays the month. `without` leaves a kind of visits out; `by_clock` says whether the next day's forecasts are made ahead.
fn play(days: i64, without: Option<Kind>, by_clock: bool) -> Figures {
    let start = Timestamp::parse(START).unwrap();
    let clock = Rc::new(FixedClock::at(start));
    let secret =
        |name: &str| ["JWT_SECRET", "CURSOR_SECRET", "VAULT_KEY"].iter().position(|known| *known == name);
    let config = Config::read(&|name| {
        secret(name).map(|byte| crypto::base64url(&[u8::try_from(byte).unwrap() + 1; 32]))
    })
    .unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let database: Sqlite = witness::host::migrations::migrated(&folder).unwrap();
    let cache = Slow { clock: clock.clone(), kept: RefCell::default() };
    let (objects, upstream) = (HostObjects::new(clock.clone()), ScriptedUpstream::new());
    let assets = witness::host::public();
    let nonces = SeededRandom::new(1);
    let ports = Ports {
        database: &database,
        cache: &cache,
        objects: &objects,
        upstream: &upstream,
        assets: &assets,
        signatures: &RingSignatures,
        agreement: &RingSignatures,
        clock: &*clock,
        random: &nonces,
        zones: &Tzdata,
    };
    let random = SeededRandom::new(SEED);
    let people: Vec<Person> = (0..PEOPLE).map(|number| Person::of(number, &random)).collect();
    let names: Vec<Person> = (0..NAMES).map(|number| Person::of(number + PEOPLE, &random)).collect();
    block_on(settle(&database, &people));
    let (progress, mut clock_rings) = (warm::Progress::default(), 0.0);
    let (by_person, by_name) = (Zipf::new(PEOPLE), Zipf::new(NAMES));
    let mut isolates: Vec<Isolate> = (0..ISOLATES).map(|_| Isolate::default()).collect();
    let mut figures = Figures::default();
    let mut at = 0.0;
    loop {
        at += -unit(&random).ln() * DAY / (PEOPLE as f64 * VISITS_A_DAY);
        if at >= days as f64 * DAY {
            break;
        }
        while by_clock && clock_rings <= at {
            clock.set(start.plus_millis(clock_rings as i64));
            while block_on(warm::ahead(ports, &config, &progress, clock.now())).unwrap() {}
            clock_rings += 300_000.0;
        }
        clock.set(start.plus_millis(at as i64));
        // The same numbers are drawn whatever is left out, so that the rest of the month stays as it is.
        let (person, name, share) = (by_person.draw(&random), by_name.draw(&random), random.below(100));
        let (isolate, fresh) = (usize::try_from(random.below(ISOLATES)).unwrap(), random.below(50) == 0);
        let index = if share < 60 {
            0
        } else if share < 85 {
            1
        } else {
            2
        };
        let kind = KINDS[index].0;
        if fresh {
            isolates[isolate] = Isolate::default();
        }
        if without == Some(kind) {
            continue;
        }
        let person = &people[person];
        let cx = Context {
            caller: person.caller(),
            ..Context::behind(ports, &config, &isolates[isolate], clock.now())
        };
        let source = block_on(visit(&cx, kind, &names[name].numerology(person.today(clock.now()))));
        if kind != Kind::Name {
            let seen = Statement::new("UPDATE users SET last_activity_at = ?2 WHERE id = ?1");
            block_on(database.run(seen.bind(person.id).bind(clock.now()))).unwrap();
        }
        figures.visits[index] += 1;
        figures.hits[index] += u32::from(matches!(source, Source::Cache | Source::Stale));
        figures.stale += u32::from(source == Source::Stale);
        block_on(carry_out(ports, &config, &isolates[isolate], clock.now(), cx.afterwards.into_inner()));
    }
    figures
}

/// The first two days, in which nothing is kept at the beginning, do worse than the month.
#[test]
fn two_days_of_visits_find_most_answers_kept() {
    let figures = play(2, None, true);
    println!("{}", figures.line("two days"));
    assert!(figures.visits.iter().sum::<u32>() > 2_700, "{figures:?}");
    assert!(figures.rate() >= 0.7, "{figures:?}");
}

/// The figures of docs/cache.md; `make cache-trace` runs it.
#[test]
#[ignore = "five months of visits: for the figures alone"]
fn the_figures() {
    let month = play(DAYS, None, true);
    println!("{}", month.line("the trace"));
    for (kind, _, name) in KINDS {
        println!("{}", play(DAYS, Some(kind), true).line(&format!("without {name}")));
    }
    println!("{}", play(DAYS, None, false).line("nothing made ahead"));
    assert!(month.rate() >= 0.7, "{month:?}");
}
