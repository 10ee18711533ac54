//! What is known of the keys that were presented lately.
//!
//! A key is looked up in the isolate, then in KV under its hash, then in the database, and believed for a quarter of
//! an hour from that reading, like an access token. What ends it sooner raises the epoch of its account, so that
//! admission's standing tells that it is to be read again. Refused and unknown keys are remembered for a few seconds, and a
//! network that presents many of them is not looked up any more for a while: neither costs the database anything.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text::{Kind, Presented};
use crate::context::Afterwards;
use crate::contract::{Holder, Scopes};
use crate::identity::admission::Quotas;
use crate::identity::caller::{AdminCaller, Caller, Credential, Role, Tier, UserCaller};
use crate::identity::queries::keys as queries;
use crate::identity::standing::{Standing, StandingState};
use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::row;
use crate::kernel::time::Timestamp;
use crate::ports::{Ports, Statement};

/// How long what was read of a key is believed, in milliseconds.
pub const BELIEVED_MILLIS: i64 = 15 * 60_000;
/// How long a refusal is repeated, in milliseconds. Short, because a replica may lag behind the making of a key.
const REFUSED_MILLIS: i64 = 5_000;
/// Unknown keys that a network may present to an isolate within a minute.
const UNKNOWN_A_MINUTE: u32 = 20;
/// Keys, and networks, that an isolate remembers at most.
const MOST: usize = 1_024;

/// What a request by a key is believed by. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    id: Id,
    user_id: Id,
    kind: String,
    hash: String,
    #[serde(deserialize_with = "crate::contract::stored::nested")]
    scopes: Scopes,
    quota_minute: Option<u32>,
    quota_hour: Option<u32>,
    quota_day: Option<u32>,
    expires_at: Option<Timestamp>,
    #[serde(deserialize_with = "row::flag")]
    revoked: bool,
    tier: Tier,
    role: Role,
    epoch: i64,
    status: StandingState,
    /// When the database was asked.
    #[serde(default = "never")]
    read_at: Timestamp,
}

fn never() -> Timestamp {
    Timestamp::EPOCH
}

impl Known {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now.millis() - self.read_at.millis() < BELIEVED_MILLIS
    }

    /// The key's own quotas. A window without one is bounded by its neighbour, twice over, so that it never decides.
    fn quotas(&self) -> Option<Quotas> {
        let [minute, hour, day] = [self.quota_minute, self.quota_hour, self.quota_day];
        let smallest = minute.or(hour).or(day)?;
        let an_hour = hour.or(minute.map(|units| units.saturating_mul(120))).or(day).unwrap_or(smallest);
        let a_day = day.unwrap_or(an_hour.saturating_mul(48));
        Some(Quotas([smallest, an_hour, a_day]))
    }

    fn caller(&self, kind: Kind, now: Timestamp) -> Result<Caller, Problem> {
        let ended = self.revoked || self.expires_at.is_some_and(|at| at <= now);
        if ended || self.kind != kind.as_str() || self.status == StandingState::Deleted {
            return Err(refused());
        }
        if self.status == StandingState::Suspended {
            return Err(Problem::new(Code::AccountSuspended));
        }
        match kind {
            Kind::User => Ok(Caller::User(UserCaller {
                user_id: self.user_id,
                credential: Credential::Key { id: self.id, quotas: self.quotas() },
                scopes: self.scopes.intersection(Scopes::of_holder(Holder::Key)),
                tier: self.tier,
                role: self.role,
                epoch: self.epoch,
            })),
            Kind::Admin if self.role == Role::Admin => Ok(Caller::Admin(AdminCaller {
                key_id: self.id,
                user_id: self.user_id,
                scopes: self.scopes.intersection(Scopes::of_holder(Holder::Admin)),
                epoch: self.epoch,
            })),
            Kind::Admin => Err(refused()),
        }
    }
}

/// What an isolate remembers of keys, by their hashes.
#[derive(Debug, Default)]
pub struct Memory {
    keys: HashMap<String, Entry>,
    /// Unknown keys by network: the minute since 1970 and how many in it.
    unknown: HashMap<String, (i64, u32)>,
}

#[derive(Debug)]
enum Entry {
    Known(Rc<Known>),
    Refused { code: Code, until: i64 },
}

impl Entry {
    fn is_fresh(&self, now: Timestamp) -> bool {
        match self {
            Self::Known(known) => known.is_fresh(now),
            Self::Refused { until, .. } => now.millis() < *until,
        }
    }
}

impl Memory {
    fn find(&self, hash: &str, now: Timestamp) -> Option<&Entry> {
        self.keys.get(hash).filter(|entry| entry.is_fresh(now))
    }

    fn keep(&mut self, hash: &str, entry: Entry, now: Timestamp) {
        if self.keys.len() >= MOST {
            self.keys.retain(|_, entry| entry.is_fresh(now));
        }
        if self.keys.len() >= MOST {
            self.keys.clear();
        }
        self.keys.insert(hash.to_owned(), entry);
    }

    fn refuse(&mut self, hash: &str, code: Code, now: Timestamp) {
        self.keep(hash, Entry::Refused { code, until: now.millis() + REFUSED_MILLIS }, now);
    }

    /// Whether so many unknown keys came from there that none is looked up at present; then, for how many seconds.
    fn tired_of(&self, network: &str, now: Timestamp) -> Option<u32> {
        let (minute, count) = self.unknown.get(network)?;
        let left = (minute + 1) * 60 - now.seconds();
        let tired = *minute == now.seconds().div_euclid(60) && *count >= UNKNOWN_A_MINUTE;
        tired.then(|| u32::try_from(left).unwrap_or(60).max(1))
    }

    fn count_unknown(&mut self, network: &str, now: Timestamp) {
        if self.unknown.len() >= MOST {
            self.unknown.clear();
        }
        let minute = now.seconds().div_euclid(60);
        let count = self.unknown.entry(network.to_owned()).or_default();
        *count = if count.0 == minute { (minute, count.1.saturating_add(1)) } else { (minute, 1) };
    }
}

/// Who presents that key, and what to put into the cache afterwards.
///
/// 401 for keys that are unknown, revoked or expired, 403 where the account is suspended, 429 where a network
/// presents too many unknown ones.
pub async fn load(
    ports: Ports<'_>,
    memory: &RefCell<Memory>,
    presented: &Presented,
    network: &str,
    now: Timestamp,
) -> Result<(Caller, Option<Afterwards>), Problem> {
    let (kind, hash) = (presented.kind, presented.hash.as_str());
    match memory.borrow().find(hash, now) {
        Some(Entry::Known(known)) => return Ok((known.caller(kind, now)?, None)),
        Some(Entry::Refused { code, .. }) => return Err(refusal(*code)),
        None => {}
    }
    if let Some(seconds) = memory.borrow().tired_of(network, now) {
        return Err(Problem::new(Code::QuotaExceeded)
            .detail("Too many unknown keys were presented from your network.")
            .retry_after(seconds));
    }
    // Without the cache the database answers.
    let cached = ports.cache.get(&shelf(hash)).await.ok().flatten();
    let cached: Option<Known> = cached.and_then(|text| json::read(&text).ok());
    if let Some(known) = cached.filter(|known| known.is_fresh(now)) {
        let caller = known.caller(kind, now);
        memory.borrow_mut().keep(hash, Entry::Known(Rc::new(known)), now);
        return Ok((caller?, None));
    }
    match read(ports, queries::find(hash), now).await? {
        Some(known) => believe(memory, known, kind, now),
        None => {
            let mut memory = memory.borrow_mut();
            memory.count_unknown(network, now);
            memory.refuse(hash, Code::Unauthenticated, now);
            Err(refused())
        }
    }
}

/// Looks again whether a key still holds, because its account's object knows a later standing than what the key's
/// context was read at. 503 if the row comes from a replica that lags behind that.
pub async fn confirm(
    ports: Ports<'_>,
    memory: &RefCell<Memory>,
    key: Id,
    standing: Standing,
    now: Timestamp,
) -> Result<(Caller, Option<Afterwards>), Problem> {
    let known = read(ports, queries::find_by_id(key), now).await?.ok_or_else(refused)?;
    if known.epoch < standing.epoch {
        return Err(Problem::new(Code::DependencyUnavailable).retry_after(1));
    }
    believe(memory, known, Kind::User, now)
}

async fn read(ports: Ports<'_>, find: Statement, now: Timestamp) -> Result<Option<Known>, Problem> {
    let row: Option<Known> = ports.database.run(find).await?.rows.first()?;
    Ok(row.map(|row| Known { read_at: now, ..row }))
}

/// Remembers what was read a moment ago: a key that holds for a quarter of an hour, here and for other isolates; a
/// refusal for some seconds, so that a key that was reinstated works again.
fn believe(
    memory: &RefCell<Memory>,
    known: Known,
    kind: Kind,
    now: Timestamp,
) -> Result<(Caller, Option<Afterwards>), Problem> {
    let caller = match known.caller(kind, now) {
        Ok(caller) => caller,
        Err(problem) => {
            memory.borrow_mut().refuse(&known.hash, problem.code, now);
            return Err(problem);
        }
    };
    let put = Afterwards::CachePut {
        key: shelf(&known.hash),
        value: serde_json::to_string(&known)?,
        life: Duration::from_millis(BELIEVED_MILLIS.unsigned_abs()),
    };
    let hash = known.hash.clone();
    memory.borrow_mut().keep(&hash, Entry::Known(Rc::new(known)), now);
    Ok((caller, Some(put)))
}

fn shelf(hash: &str) -> String {
    ["key:", hash].concat()
}

fn refused() -> Problem {
    refusal(Code::Unauthenticated)
}

fn refusal(code: Code) -> Problem {
    let problem = Problem::new(code);
    match code {
        Code::Unauthenticated => problem.detail("The key is unknown, has expired or was revoked."),
        _ => problem,
    }
}
