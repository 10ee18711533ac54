//! The state of an admission object and what changes it.

use serde::{Deserialize, Serialize};

use super::abuse::Answer;
use super::changes::Changes;
use super::counter::{Counter, Window};
use super::quotas::{Group, Kind, Quotas, quotas};
use super::{Grant, Refusal, Reply};
use crate::identity::caller::Tier;
use crate::identity::standing::Standing;
use crate::kernel::time::Timestamp;

/// The longest life of a lease, in milliseconds. Whoever holds a lease knows the caller's standing as it was that
/// long ago at most, so a revocation is seen everywhere after that.
pub const LEASE_MILLIS: i64 = 5_000;
/// A standing is kept for so long after it was last raised: no older credential is believed after that.
const STANDING_MILLIS: i64 = 24 * 3_600_000;
/// The version of the stored form.
pub const VERSION: u8 = 2;

/// A wish to count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Take {
    /// What kind of caller it is.
    pub kind: Kind,
    /// What is counted together.
    pub group: Group,
    /// What is counted besides; all of it or nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    /// Units that the request costs.
    pub cost: u32,
    /// Units wanted for a lease, where plenty is left.
    pub ahead: u32,
    /// The standing that the caller's credential was read with.
    pub standing: Option<Standing>,
    /// Multiplies the group's quotas; 1 but in development.
    pub scale: u32,
}

/// A further counter with quotas of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Also {
    /// Its name in the object.
    pub counter: String,
    /// How its policies' names begin.
    pub prefix: String,
    /// What it admits.
    pub quotas: Quotas,
}

/// Quotas that an administrator has set in place of a counter's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// The quotas; `None` when they were taken back.
    pub quotas: Option<Quotas>,
    /// When they end, in milliseconds since 1970.
    pub until: i64,
    /// The highest revision wins, in whatever order they arrive.
    pub revision: i64,
}

/// The newest standing and since when it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    standing: Standing,
    since: i64,
}

/// One caller's counts, standing and overrides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The version of this form.
    v: u8,
    /// The latest moment seen, in milliseconds since 1970; a clock that runs back does not open a window again.
    latest: i64,
    /// By name; there are few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counters: Vec<(String, Counter)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    standing: Option<Kept>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    overrides: Vec<(String, Override)>,
    #[serde(default, skip_serializing_if = "Changes::is_none")]
    changes: Changes,
}

impl Default for State {
    fn default() -> Self {
        Self {
            v: VERSION,
            latest: 0,
            counters: Vec::new(),
            standing: None,
            overrides: Vec::new(),
            changes: Changes::default(),
        }
    }
}

/// A counter that a request counts in.
struct Part<'a> {
    name: &'a str,
    prefix: &'a str,
    quotas: Quotas,
    counter: Counter,
}

impl Part<'_> {
    fn windows(&self, cost: u32) -> impl Iterator<Item = Window> {
        self.counter.windows(self.prefix, self.quotas, cost)
    }
}

impl State {
    /// Counts the cost in all windows or in none, and units for a lease while half of each window is left.
    pub fn take(&mut self, take: &Take, now: Timestamp) -> Reply {
        self.take_at_most(take, None, now)
    }

    /// The same under quotas that are nowhere above `most`.
    pub fn take_at_most(&mut self, take: &Take, most: Option<Quotas>, now: Timestamp) -> Reply {
        let now = self.advance(now);
        if let Some(standing) = take.standing {
            self.stand(standing);
        }
        let mut parts = self.parts(take, most);
        let mut reply = decide(&mut parts, take, now, self.standing());
        if let Reply::Granted(grant) = &mut reply {
            grant.changes = Some(self.changes.clone()).filter(|changes| !changes.is_none());
        }
        self.counters.extend(parts.into_iter().map(|part| (part.name.to_owned(), part.counter)));
        reply
    }

    /// How the caller stands; counts nothing, and the state is not to be kept.
    pub fn look(mut self, take: &Take, now: Timestamp) -> Reply {
        let now = self.advance(now);
        let (parts, standing) = (self.parts(take, None), self.standing());
        let windows = parts.iter().flat_map(|part| part.windows(0)).collect();
        match blocked(&parts, now) {
            None => Reply::Granted(Grant { ahead: 0, windows, standing, changes: None }),
            Some((retry_at, part)) => {
                let policy = part.name.to_owned();
                Reply::Refused(Refusal { policy, retry_at, slow: 0, blocked: true, windows })
            }
        }
    }

    /// The counters of a request, taken out of the state.
    fn parts<'a>(&mut self, take: &'a Take, most: Option<Quotas>) -> Vec<Part<'a>> {
        let tier = self.standing().map_or(Tier::Free, |standing| standing.tier);
        let own = quotas(take.kind, tier, take.group).times(take.scale);
        let own = most.map_or(own, |most| own.least(most));
        let prefix = match take.group {
            Group::General => "",
            Group::Credential => "credential-",
        };
        let also = take.also.iter().map(|also| (also.counter.as_str(), also.prefix.as_str(), also.quotas));
        let named = std::iter::once((take.group.as_str(), prefix, own)).chain(also);
        named
            .map(|(name, prefix, own)| Part {
                name,
                prefix,
                quotas: self.set_for(name).and_then(|set| set.in_force(self.latest)).unwrap_or(own),
                counter: match self.counters.iter().position(|(known, _)| known == name) {
                    Some(index) => self.counters.swap_remove(index).1,
                    None => Counter::default(),
                },
            })
            .collect()
    }

    /// Keeps the later standing.
    pub fn stand(&mut self, standing: Standing) {
        if self.standing.is_none_or(|kept| standing.epoch > kept.standing.epoch) {
            self.standing = Some(Kept { standing, since: self.latest });
        }
    }

    /// Notes that something of the account has changed.
    pub fn change(&mut self, kinds: u32, bookmark: Option<String>) {
        self.changes.note(kinds, bookmark, self.latest);
    }

    /// The newest standing that is known.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        self.standing.map(|kept| kept.standing)
    }

    /// Sets or takes back the quotas of a counter; whatever was held against the caller there is forgiven.
    pub fn set_override(&mut self, counter: &str, set: Override) {
        if self.set_for(counter).is_some_and(|known| known.revision >= set.revision) {
            return;
        }
        if let Some((_, counter)) = self.counters.iter_mut().find(|(name, _)| name == counter) {
            counter.abuse = super::abuse::Abuse::default();
        }
        self.overrides.retain(|(name, _)| name != counter);
        self.overrides.push((counter.to_owned(), set));
    }

    fn set_for(&self, counter: &str) -> Option<&Override> {
        self.overrides.iter().find(|(name, _)| name == counter).map(|(_, set)| set)
    }

    /// When nothing of this state matters any more.
    #[must_use]
    pub fn idle_at(&self) -> Timestamp {
        let counters = self.counters.iter().map(|(_, counter)| counter.idle_at());
        let overrides = self.overrides.iter().map(|(_, set)| set.until);
        let standing = self.standing.map(|kept| kept.since.saturating_add(STANDING_MILLIS));
        let changes = std::iter::once(self.changes.idle_at());
        let at = counters.chain(overrides).chain(standing).chain(changes).max().unwrap_or(0);
        Timestamp::from_millis(at).unwrap_or(Timestamp::EPOCH)
    }

    /// Moves on to now, or stays at the latest moment seen, and lets go what has run out.
    pub fn advance(&mut self, now: Timestamp) -> i64 {
        let now = self.latest.max(now.millis());
        self.latest = now;
        self.counters.retain_mut(|(_, counter)| {
            counter.forget(now);
            counter.idle_at() > now
        });
        self.overrides.retain(|(_, set)| set.until > now);
        self.changes.forget(now);
        now
    }

    /// Takes over what an earlier form had counted: a moment and units for each window.
    pub(super) fn restore(latest: i64, counted: [(Group, [(i64, u32); 3]); 2]) -> Self {
        let mut state = Self { latest, ..Self::default() };
        for (group, windows) in counted {
            let mut counter = Counter::default();
            for (index, (at, units)) in windows.into_iter().enumerate() {
                counter.restore(index, at, units);
            }
            state.counters.push((group.as_str().to_owned(), counter));
        }
        state
    }
}

impl Override {
    fn in_force(&self, now: i64) -> Option<Quotas> {
        self.quotas.filter(|_| now < self.until)
    }
}

fn blocked<'p, 'a>(parts: &'p [Part<'a>], now: i64) -> Option<(i64, &'p Part<'a>)> {
    let blocked = parts.iter().filter_map(|part| Some((part.counter.abuse.blocked(now)?, part)));
    blocked.max_by_key(|(until, _)| *until)
}

fn decide(parts: &mut [Part<'_>], take: &Take, now: i64, standing: Option<Standing>) -> Reply {
    let windows = |parts: &[Part<'_>], cost| parts.iter().flat_map(|part| part.windows(cost)).collect();
    if let Some((retry_at, part)) = blocked(parts, now) {
        let policy = part.name.to_owned();
        let windows = windows(parts, take.cost);
        return Reply::Refused(Refusal { policy, retry_at, slow: 0, blocked: true, windows });
    }
    let mut refused: Option<(i64, usize, Window)> = None;
    for (index, part) in parts.iter().enumerate() {
        for window in part.windows(take.cost).filter(|window| window.left < take.cost) {
            let retry_at = window.more_at.unwrap_or(now + i64::from(window.seconds) * 1000);
            if refused.as_ref().is_none_or(|(known, ..)| *known < retry_at) {
                refused = Some((retry_at, index, window));
            }
        }
    }
    if let Some((retry_at, index, window)) = refused {
        let windows = windows(parts, take.cost);
        let answer = parts
            .get_mut(index)
            .map_or(Answer::Told { slow: 0 }, |part| part.counter.abuse.refuse(now, retry_at));
        return Reply::Refused(match answer {
            Answer::Told { slow } => {
                Refusal { policy: window.policy, retry_at, slow, blocked: false, windows }
            }
            Answer::Blocked { until } => {
                Refusal { policy: window.policy, retry_at: until, slow: 0, blocked: true, windows }
            }
        });
    }
    let plenty = |part: &Part<'_>| {
        let half = part.counter.left(part.quotas, |limit| limit - limit / 2);
        half.saturating_sub(take.cost).min(part.quotas.ahead())
    };
    let ahead = parts.iter().map(plenty).min().unwrap_or(0).min(take.ahead);
    for part in parts.iter_mut() {
        part.counter.add(now, take.cost);
        part.counter.add(now.saturating_add(LEASE_MILLIS), ahead);
    }
    Reply::Granted(Grant { ahead, windows: windows(parts, 0), standing, changes: None })
}
