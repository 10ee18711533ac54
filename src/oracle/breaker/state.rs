//! The state of one breaker and what moves it. Time is an argument.
//!
//! ```text
//!          too many failed or slow            the open time is over
//! closed ───────────────────────────► open ───────────────────────────► half open
//!    ▲                                  ▲                                │      │
//!    │                                  └── probes failed or were slow ──┘      │
//!    └───────────────────────── all probes back, enough of them well ───────────┘
//! ```
//!
//! Nothing is stuck: a permit that is not given back in time counts as a failed probe, so that half open ends; open ends
//! by itself; and a clock that went back lengthens neither by more than their own length. Every change of phase has a
//! new generation, and what is told of calls of an earlier generation is not counted: a call that began before the
//! breaker opened says nothing of the time after it closed.

use serde::{Deserialize, Serialize};

use super::settings::Settings;
use super::window::{Tally, Window};

/// What an administrator wants of a breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It judges by itself.
    Automatic,
    /// It lets nothing through.
    ForcedOpen,
    /// It lets everything through and counts nothing.
    Disabled,
}

/// What became of a probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The permit under which it was made.
    pub permit: u32,
    /// What became of it.
    pub tally: Tally,
}

/// What an isolate tells of its calls since it last told of any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The generation in which the calls were allowed.
    pub generation: i64,
    /// Calls without a permit.
    pub tally: Tally,
    /// Calls with one.
    pub probes: Vec<Probe>,
}

/// Where a breaker is, as its callers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Calls go through.
    Closed,
    /// None does, until later.
    Open,
    /// Probes do.
    HalfOpen,
    /// None does, because somebody said so.
    ForcedOpen,
    /// All do, because somebody said so.
    Disabled,
}

/// What a caller goes by for a short while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Where the breaker is.
    pub position: Position,
    /// The generation that calls are told under.
    pub generation: i64,
    /// When it may be worth asking again, in milliseconds since 1970: while open or out of permits.
    pub retry_at: Option<i64>,
}

/// Why a breaker is where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nothing has happened yet.
    New,
    /// Too many calls failed.
    Failures,
    /// Too many calls were slow.
    Slowness,
    /// The open time was over.
    Waited,
    /// The probes went well.
    Recovered,
    /// An administrator said so.
    Ordered,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Permit {
    number: u32,
    expires: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Closed { window: Window },
    Open { until: i64 },
    HalfOpen { out: Vec<Permit>, issued: u32, back: Tally },
}

/// All that is kept of one breaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The version of this form.
    v: u8,
    mode: Mode,
    phase: Phase,
    generation: i64,
    since: i64,
    why: Why,
    /// The highest order of an administrator that was carried out.
    revision: i64,
}

impl Default for State {
    fn default() -> Self {
        let phase = Phase::Closed { window: Window::default() };
        Self { v: 1, mode: Mode::Automatic, phase, generation: 0, since: 0, why: Why::New, revision: 0 }
    }
}

impl State {
    /// Where the breaker is. Call [`Self::advance`] first.
    #[must_use]
    pub fn verdict(&self, settings: &Settings) -> Verdict {
        let (position, retry_at) = match (self.mode, &self.phase) {
            (Mode::ForcedOpen, _) => (Position::ForcedOpen, None),
            (Mode::Disabled, _) => (Position::Disabled, None),
            (Mode::Automatic, Phase::Closed { .. }) => (Position::Closed, None),
            (Mode::Automatic, Phase::Open { until }) => (Position::Open, Some(*until)),
            (Mode::Automatic, Phase::HalfOpen { out, issued, .. }) => {
                let full = *issued >= settings.probes;
                (Position::HalfOpen, out.iter().map(|permit| permit.expires).min().filter(|_| full))
            }
        };
        Verdict { position, generation: self.generation, retry_at }
    }

    /// The calls that are counted at present.
    #[must_use]
    pub fn tally(&self) -> Tally {
        match &self.phase {
            Phase::Closed { window } => window.total(),
            Phase::Open { .. } => Tally::default(),
            Phase::HalfOpen { back, .. } => *back,
        }
    }

    /// Since when it is where it is, and why.
    #[must_use]
    pub fn since(&self) -> (i64, Why) {
        (self.since, self.why)
    }

    /// Whether nothing would be lost by forgetting it: it is closed, counts nothing, and nobody gave it an order.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.was_ordered() && matches!(&self.phase, Phase::Closed { window } if window.total().calls == 0)
    }

    /// Whether an administrator ever gave it an order.
    #[must_use]
    pub fn was_ordered(&self) -> bool {
        self.revision > 0
    }

    /// Lets time do its work: the end of the open time, of permits, of what the window remembers.
    pub fn advance(&mut self, now: i64, settings: &Settings) {
        match &mut self.phase {
            Phase::Closed { window } => window.forget(now, settings),
            Phase::Open { until } => {
                *until = (*until).min(now.saturating_add(settings.open_millis));
                if *until <= now {
                    let phase = Phase::HalfOpen { out: Vec::new(), issued: 0, back: Tally::default() };
                    self.enter(phase, Why::Waited, now);
                }
            }
            Phase::HalfOpen { out, back, .. } => {
                let longest = now.saturating_add(settings.permit_millis);
                out.retain_mut(|permit| {
                    permit.expires = permit.expires.min(longest);
                    if permit.expires <= now {
                        back.add(Tally::one(true, false));
                    }
                    permit.expires > now
                });
                self.judge(now, settings);
            }
        }
    }

    /// Asks for leave to call, under which a half-open breaker gives a permit for one call that ends within `millis`.
    pub fn permit(&mut self, millis: i64, now: i64, settings: &Settings) -> Option<u32> {
        self.advance(now, settings);
        match (self.mode, &mut self.phase) {
            (Mode::Automatic, Phase::HalfOpen { out, issued, .. }) if *issued < settings.probes => {
                *issued += 1;
                let expires = now.saturating_add(millis.clamp(1, settings.permit_millis));
                out.push(Permit { number: *issued, expires });
                Some(*issued)
            }
            _ => None,
        }
    }

    /// Counts what an isolate tells of its calls.
    pub fn report(&mut self, report: &Report, now: i64, settings: &Settings) {
        self.advance(now, settings);
        if self.mode != Mode::Automatic || report.generation != self.generation {
            return;
        }
        match &mut self.phase {
            Phase::Closed { window } if report.tally.calls > 0 => {
                window.add(report.tally.sound(), now, settings);
            }
            Phase::HalfOpen { out, back, .. } => {
                for probe in &report.probes {
                    // A permit that has expired was counted then.
                    if let Some(at) = out.iter().position(|permit| permit.number == probe.permit) {
                        out.swap_remove(at);
                        back.add(Tally { calls: 1, ..probe.tally }.sound());
                    }
                }
            }
            _ => {}
        }
        self.judge(now, settings);
    }

    /// Carries an administrator's order out: the mode, and nothing counted. An order that is not newer than the last one
    /// changes nothing, so that orders may be told twice and out of order.
    pub fn order(&mut self, mode: Option<Mode>, revision: i64, now: i64) {
        if revision <= self.revision {
            return;
        }
        self.revision = revision;
        self.mode = mode.unwrap_or(self.mode);
        self.enter(Phase::Closed { window: Window::default() }, Why::Ordered, now);
    }

    fn judge(&mut self, now: i64, settings: &Settings) {
        let over = |part: u32, percent: u32, of: u32| {
            u64::from(part) * 100 >= u64::from(percent) * u64::from(of) && part > 0
        };
        let (tally, of, back) = match &self.phase {
            Phase::Closed { window } => match window.total() {
                total if total.calls < settings.minimum_calls => return,
                total => (total, total.calls, false),
            },
            Phase::HalfOpen { back, .. } => (*back, settings.probes, back.calls >= settings.probes),
            Phase::Open { .. } => return,
        };
        let until = now.saturating_add(settings.open_millis);
        if over(tally.failed, settings.failed_percent, of) {
            self.enter(Phase::Open { until }, Why::Failures, now);
        } else if over(tally.slow, settings.slow_percent, of) {
            self.enter(Phase::Open { until }, Why::Slowness, now);
        } else if back {
            self.enter(Phase::Closed { window: Window::default() }, Why::Recovered, now);
        }
    }

    /// A generation is a time, so that a breaker that was forgotten meanwhile does not begin with one that was used.
    fn enter(&mut self, phase: Phase, why: Why, now: i64) {
        self.phase = phase;
        self.generation = now.max(self.generation.saturating_add(1));
        (self.since, self.why) = (now, why);
    }
}
