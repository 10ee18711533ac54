//! The house watches itself: rules of `schema/alerts.yaml`, judged by every window ([`super::windows`]).
//!
//! A rule has a value in a window, or none where too little happened to say anything ([`values`]). It fires after so many
//! windows in a row above its upper bound and ends after so many at or below its lower one ([`state`]); time is counted in
//! windows that were gathered, never by the clock, so that a clock that jumps fires nothing. A change is written in the
//! batch of the window, with its audit record and the mails about it ([`change`]); the webhook is told from there
//! ([`webhook`]), again at following runs until it takes it or is given up.

pub mod change;
pub mod state;
pub mod values;
pub mod webhook;

use serde::Deserialize;

use crate::contract::types::{Alert, AlertSeverity, AlertState};
use crate::kernel::row;
use crate::kernel::time::Timestamp;

mod rules {
    include!(concat!(env!("OUT_DIR"), "/alerts.rs"));
}

pub use rules::RULES;

/// What a rule looks at. Windows are counted in steps of five minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// How many times as fast as allowed errors use up their budget, in a long and in a short time: the less of the two
    /// (Google SRE Workbook, chapter 5).
    Burn {
        /// The share of requests that may fail.
        allowed: f64,
        /// Windows of the long time.
        long: i64,
        /// Windows of the short one.
        short: i64,
    },
    /// The share of requests that fail.
    Errors {
        /// In so many windows.
        windows: i64,
    },
    /// Milliseconds that so many percent of the window's requests stayed within.
    Latency {
        /// Percent.
        percent: u64,
    },
    /// The share of the hour's requests that is missing against the same hour of the day before.
    Drop,
    /// How many times as many they are.
    Surge,
    /// How many windows in a row could not be gathered.
    Silence,
    /// The share of a dependency's calls that failed, by its place in `windows::window`.
    Dependency(usize),
    /// How much waits to be done: records, events, mails, erasures.
    Waiting(usize),
}

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Its name.
    pub id: &'static str,
    /// What is wrong when it fires.
    pub summary: &'static str,
    /// Whether somebody is to look at once.
    pub severity: AlertSeverity,
    /// The file in `docs/runbooks`, without its ending.
    pub runbook: &'static str,
    /// What it looks at.
    pub measure: Measure,
    /// Above this it fires.
    pub above: f64,
    /// At or below this it ends.
    pub below: f64,
    /// Fewer requests or calls than this decide nothing.
    pub least: u64,
    /// Windows in a row until it fires.
    pub fires_after: u32,
    /// Windows in a row until it ends.
    pub ends_after: u32,
}

impl Rule {
    /// Where it is written what to do.
    #[must_use]
    pub fn runbook(&self) -> String {
        ["docs/runbooks/", self.runbook, ".md"].concat()
    }
}

/// The rule of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == name)
}

/// An alert as it is stored.
#[derive(Debug, Clone, Deserialize)]
pub struct Stored {
    rule: String,
    state: AlertState,
    streak: u32,
    value: Option<f64>,
    since: Option<Timestamp>,
    evaluated_at: Timestamp,
    change_id: Option<String>,
    #[serde(deserialize_with = "row::flag")]
    told: bool,
    silenced_until: Option<Timestamp>,
    silence_reason: Option<String>,
}

/// A rule as administrators see it. A silence that is over is none.
#[must_use]
pub fn shown(rule: &Rule, stored: Option<&Stored>, now: Timestamp) -> Alert {
    let until = stored.and_then(|stored| stored.silenced_until).filter(|until| *until > now);
    Alert {
        rule: rule.id.to_owned(),
        summary: rule.summary.to_owned(),
        severity: rule.severity,
        runbook: rule.runbook(),
        state: stored.map_or(AlertState::Ok, |stored| stored.state),
        value: stored.and_then(|stored| stored.value),
        above: rule.above,
        below: rule.below,
        since: stored.and_then(|stored| stored.since),
        evaluated_at: stored.map(|stored| stored.evaluated_at).filter(|at| *at > Timestamp::EPOCH),
        silenced_until: until,
        silence_reason: stored.filter(|_| until.is_some()).and_then(|stored| stored.silence_reason.clone()),
    }
}

/// The stored alert of a rule.
#[must_use]
pub fn of<'a>(stored: &'a [Stored], rule: &Rule) -> Option<&'a Stored> {
    stored.iter().find(|stored| stored.rule == rule.id)
}
