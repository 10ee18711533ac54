//! The value of a rule in a window. Pure.

use super::{Measure, Rule};
use crate::ops::windows::history::Point;
use crate::ops::windows::window::Window;
use crate::ops::windows::{DAY, HOUR, STEP};

/// Of the windows of an hour, so many have to be there to compare it.
const WHOLE: usize = 10;

/// What a judgement stands on.
#[derive(Debug)]
pub struct Look<'a> {
    /// The end of the window.
    pub end: i64,
    /// The window; `None` where it could not be gathered.
    pub window: Option<&'a Window>,
    /// Windows of the last six hours, the present one last.
    pub recent: &'a [Point],
    /// Windows of the hour one day before.
    pub before: &'a [Point],
    /// Windows in a row that could not be gathered.
    pub missed: u32,
    /// What waits: records, events, mails, erasures.
    pub waiting: [i64; 6],
}

#[allow(clippy::cast_precision_loss)] // Counts, far below 2^53.
fn share(part: i64, of: i64) -> f64 {
    part as f64 / of as f64
}

impl Look<'_> {
    /// Requests and errors of the last so many windows. A window that covers more than one step began earlier, and
    /// counts where it is the present one.
    fn last(&self, windows: i64) -> (i64, i64) {
        let from = self.end - windows * STEP;
        let last = self.recent.len().saturating_sub(1);
        let within = self.recent.iter().enumerate().filter(|(at, point)| *at == last || point.at >= from);
        within
            .fold((0, 0), |(requests, errors), (_, point)| (requests + point.requests, errors + point.errors))
    }

    /// The share of errors in the last so many windows.
    fn errors(&self, windows: i64, least: u64) -> Option<f64> {
        let (requests, errors) = self.last(windows);
        enough(requests, least).then(|| share(errors, requests))
    }

    /// Requests of an hour, if it was gathered in time.
    fn hour(points: &[Point], from: i64) -> Option<i64> {
        let of_hour =
            || points.iter().filter(|point| point.steps == 1 && (from..from + HOUR).contains(&point.at));
        (of_hour().count() >= WHOLE).then(|| of_hour().map(|point| point.requests).sum())
    }

    /// Requests of the last hour and of the same hour of the day before. A window that came late says nothing of a rate.
    fn hours(&self) -> Option<(i64, i64)> {
        if self.recent.last()?.steps != 1 {
            return None;
        }
        let from = self.end - HOUR;
        Some((Self::hour(self.recent, from)?, Self::hour(self.before, from - DAY)?))
    }
}

fn enough(count: i64, least: u64) -> bool {
    u64::try_from(count).is_ok_and(|count| count >= least.max(1))
}

/// The value of a rule, in the unit of its bounds; `None` where nothing can be said.
#[must_use]
pub fn value(rule: &Rule, look: &Look<'_>) -> Option<f64> {
    let least = rule.least;
    match rule.measure {
        Measure::Silence => Some(f64::from(look.missed)),
        Measure::Waiting(which) => look.waiting.get(which).map(|count| share(*count, 1)),
        _ if look.window.is_none() => None,
        Measure::Burn { allowed, long, short } => {
            let short = look.errors(short, least)?;
            Some(short.min(look.errors(long, least)?) / allowed)
        }
        Measure::Errors { windows } => look.errors(windows, least),
        Measure::Latency { percent } => {
            let times = &look.window?.times;
            (times.count() >= least).then(|| times.quantile(percent)).flatten().map(|micros| micros / 1_000.0)
        }
        Measure::Drop => {
            let (now, before) = look.hours()?;
            enough(before, least).then(|| 1.0 - share(now, before))
        }
        Measure::Surge => {
            let (now, before) = look.hours()?;
            (enough(now, least) && before > 0).then(|| share(now, before))
        }
        Measure::Dependency(which) => {
            let (calls, failed) = look.window?.dependency(which);
            let (calls, failed) = (i64::try_from(calls).ok()?, i64::try_from(failed).ok()?);
            enough(calls, least).then(|| share(failed, calls))
        }
    }
}
