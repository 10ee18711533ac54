//! What an isolate knows of the breakers: the last verdict for a short while, and calls that it has yet to tell of.

use crate::kernel::map::Map;

use super::Reply;
use super::settings::Settings;
use super::state::{Position, Probe, Report, State, Verdict};
use super::window::Tally;

/// How long a verdict is gone by, in milliseconds.
pub const LIFE_MILLIS: i64 = 5_000;
/// Calls that went well are told of once in so many milliseconds ...
const TELL_MILLIS: i64 = 1_000;
/// ... failed and slow ones once in so many, so that a breaker opens quickly everywhere ...
const TELL_SOON_MILLIS: i64 = 100;
/// ... or when so many have gathered.
const MOST_UNTOLD: u32 = 20;

/// All breakers that an isolate has met.
#[derive(Debug, Default)]
pub struct Breakers(Map<&'static str, Local>);

impl Breakers {
    /// The breaker of that name.
    pub fn of(&mut self, name: &'static str) -> &mut Local {
        self.0.or_default(name)
    }
}

/// Leave to call, which what became of the call is told under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// The generation of the shared breaker; `None` while it cannot be reached.
    generation: Option<i64>,
    /// The permit of a half-open one, shared or own.
    permit: Option<u32>,
    /// The generation of the isolate's own breaker.
    own: i64,
}

impl Pass {
    /// Whether it is for one call alone.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        self.permit.is_some()
    }
}

/// What to do about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Make it.
    Go(Pass),
    /// Ask the object first.
    Ask,
    /// Do not make it.
    Stay,
}

/// One breaker, as an isolate knows it.
#[derive(Debug, Default)]
pub struct Local {
    heard: Option<(Verdict, i64)>,
    /// When the object did not answer; it is left alone for a while.
    deaf_since: Option<i64>,
    /// Judges by the isolate's own calls, and is gone by while the object does not answer.
    own: State,
    untold: Report,
    told_at: i64,
}

impl Local {
    /// What to do about a call that would end within `millis`.
    pub fn way(&mut self, millis: i64, now: i64) -> Way {
        if self.is_deaf(now) { self.own_way(millis, now) } else { self.heard_way(now) }
    }

    /// Whether this isolate knows, without taking or asking anything, that no call is to be made.
    #[must_use]
    pub fn is_shut(&self, now: i64) -> bool {
        !self.is_deaf(now) && self.heard_way(now) == Way::Stay
    }

    fn is_deaf(&self, now: i64) -> bool {
        self.deaf_since.is_some_and(|since| lasts(since, now))
    }

    fn heard_way(&self, now: i64) -> Way {
        match self.heard.filter(|(_, at)| lasts(*at, now)) {
            Some((Verdict { position: Position::HalfOpen, .. }, _)) | None => Way::Ask,
            // The open time is over: what comes next is half open.
            Some((Verdict { position: Position::Open, retry_at: Some(at), .. }, _)) if at <= now => Way::Ask,
            Some((verdict, _)) => self.by(verdict, None),
        }
    }

    /// What to do now that the object has answered.
    pub fn hear(&mut self, reply: Reply, now: i64) -> Way {
        self.heard = Some((reply.verdict, now));
        self.deaf_since = None;
        self.by(reply.verdict, reply.permit)
    }

    /// The object has not answered.
    pub fn deafen(&mut self, now: i64) {
        self.deaf_since = Some(now);
    }

    fn by(&self, verdict: Verdict, permit: Option<u32>) -> Way {
        let (generation, own) = (Some(verdict.generation), self.own.verdict(&Settings::ENGINE).generation);
        match (verdict.position, permit) {
            (Position::Closed | Position::Disabled, _) | (Position::HalfOpen, Some(_)) => {
                Way::Go(Pass { generation, permit, own })
            }
            _ => Way::Stay,
        }
    }

    fn own_way(&mut self, millis: i64, now: i64) -> Way {
        let permit = self.own.permit(millis, now, &Settings::ENGINE);
        let verdict = self.own.verdict(&Settings::ENGINE);
        match self.by(verdict, permit) {
            Way::Go(pass) => Way::Go(Pass { generation: None, ..pass }),
            other => other,
        }
    }

    /// Notes what became of a call.
    pub fn note(&mut self, pass: Pass, tally: Tally, now: i64) {
        let probe = pass.permit.map(|permit| Probe { permit, tally });
        let Some(generation) = pass.generation else {
            let report = Report { generation: pass.own, ..told(probe, tally) };
            return self.own.report(&report, now, &Settings::ENGINE);
        };
        self.own.report(&Report { generation: pass.own, ..told(None, tally) }, now, &Settings::ENGINE);
        // Calls of an earlier generation would not be counted any more.
        if generation < self.untold.generation {
            return;
        }
        if generation > self.untold.generation {
            self.untold = Report { generation, ..Report::default() };
        }
        match probe {
            Some(probe) => self.untold.probes.push(probe),
            None => self.untold.tally.add(tally),
        }
    }

    /// What is to be told now, if it is time to.
    pub fn untold(&mut self, now: i64) -> Option<Report> {
        let Tally { calls, failed, slow } = self.untold.tally;
        let pause = if failed + slow > 0 { TELL_SOON_MILLIS } else { TELL_MILLIS };
        let due = calls > 0 && (calls >= MOST_UNTOLD || !(0..pause).contains(&(now - self.told_at)));
        if !due && self.untold.probes.is_empty() {
            return None;
        }
        self.told_at = now;
        let rest = Report { generation: self.untold.generation, ..Report::default() };
        Some(std::mem::replace(&mut self.untold, rest))
    }
}

/// A clock that went back makes nothing last longer.
fn lasts(since: i64, now: i64) -> bool {
    (0..LIFE_MILLIS).contains(&(now - since))
}

fn told(probe: Option<Probe>, tally: Tally) -> Report {
    match probe {
        Some(probe) => Report { probes: vec![probe], ..Report::default() },
        None => Report { tally, ..Report::default() },
    }
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
