//! What everybody may read: the parts now and over time, and when they were not well.

use serde::Deserialize;

use super::probe::needed;
use super::{APART, history::SAMPLE};
use crate::context::Context;
use crate::contract::types::{
    ComponentName, ComponentState, Incident, Status, StatusComponent, StatusIncident, Uptime,
};
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ops::windows::DAY;
use crate::ports::Statement;

/// Milliseconds that an isolate answers the same.
const LIFE: i64 = 60_000;
/// Incidents that are told of.
const RECENT: i64 = 10;

/// The last answer of an isolate.
#[derive(Debug, Default)]
pub struct Kept(Option<(Timestamp, Status)>);

#[derive(Deserialize)]
struct Last {
    at: Timestamp,
    component: ComponentName,
    state: ComponentState,
}

/// Minutes of a part in so many days.
#[derive(Deserialize)]
struct Minutes {
    component: ComponentName,
    days: i64,
    observed: i64,
    down: i64,
}

/// The answer; one of less than a minute ago is given again. Without the database it is that, whose history is where the
/// database is.
///
/// # Errors
/// Those of reading rows.
pub async fn status(cx: &Context<'_>) -> Result<Status, Problem> {
    let kept = cx.isolate.status.borrow().0.clone();
    if let Some((at, status)) = &kept
        && (0..LIFE).contains(&(cx.now.millis() - at.millis()))
    {
        return Ok(status.clone());
    }
    let batch = vec![
        Statement::new(sql!("ops/status_last")),
        Statement::new(sql!("ops/status_uptime")).bind(cx.now.millis() - DAY).bind(cx.now.millis() / DAY),
        Statement::new(sql!("ops/status_open")),
        Statement::new(sql!("ops/status_incidents")).bind(1_i64 << 53).bind("").bind(RECENT),
    ];
    let status = match cx.ports.database.batch(batch).await {
        Ok(outcomes) => match outcomes.as_slice() {
            [last, minutes, open, recent] => {
                let (open, recent) = (open.rows.read()?, recent.rows.read()?);
                made(&last.rows.read()?, &minutes.rows.read()?, open, recent, cx.now)
            }
            _ => return Err(Problem::internal("four statements gave another count")),
        },
        Err(_) => without(kept.map(|(_, status)| status)),
    };
    cx.isolate.status.borrow_mut().0 = Some((cx.now, status.clone()));
    Ok(status)
}

fn made(
    last: &[Last],
    minutes: &[Minutes],
    open: Vec<Incident>,
    recent: Vec<Incident>,
    now: Timestamp,
) -> Status {
    // A part of the day of which the last one is.
    let today = now.millis().rem_euclid(DAY);
    let components: Vec<StatusComponent> = last
        .iter()
        .map(|last| {
            let uptime = |days: i64| {
                let length = if days == 1 { DAY } else { (days - 1) * DAY + today };
                let of = minutes.iter().find(|of| of.component == last.component && of.days == days);
                of.map_or(Uptime { uptime: None, observed: 0.0 }, |of| share(of, length))
            };
            let state = if is_fresh(last.at, now) { last.state } else { ComponentState::Unknown };
            StatusComponent {
                name: last.component,
                state,
                day: uptime(1),
                week: uptime(7),
                month: uptime(30),
                quarter: uptime(90),
            }
        })
        .collect();
    Status {
        state: whole(&components),
        observed_at: last.first().map(|last| last.at),
        components,
        open: open.into_iter().map(told).collect(),
        recent: recent.into_iter().map(told).collect(),
    }
}

/// Whether a sample tells of now. One of a clock that was ahead does not.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    (-SAMPLE..=APART).contains(&(now.millis() - at.millis()))
}

/// What is left to say when the database does not answer.
fn without(kept: Option<Status>) -> Status {
    let mut status = kept.unwrap_or_else(|| made(&[], &[], Vec::new(), Vec::new(), Timestamp::EPOCH));
    for component in &mut status.components {
        let database = component.name == ComponentName::Database;
        component.state = if database { ComponentState::Down } else { ComponentState::Unknown };
    }
    status.state = ComponentState::Down;
    status
}

#[allow(clippy::cast_precision_loss)] // Minutes, far below 2^53.
fn share(of: &Minutes, length: i64) -> Uptime {
    let rounded = |part: i64, of: i64| (part as f64 / of as f64 * 10_000.0).floor() / 10_000.0;
    let minutes = (length / 60_000).max(1);
    Uptime {
        uptime: (of.observed > 0).then(|| rounded(of.observed - of.down, of.observed)),
        observed: rounded(of.observed, minutes).min(1.0),
    }
}

/// The state of all: down without a part that nothing works without.
fn whole(components: &[StatusComponent]) -> ComponentState {
    let any = |wanted: ComponentState| components.iter().any(|component| component.state == wanted);
    let down =
        |component: &StatusComponent| component.state == ComponentState::Down && needed(component.name);
    if components.is_empty() || any(ComponentState::Unknown) {
        ComponentState::Unknown
    } else if components.iter().any(down) {
        ComponentState::Down
    } else if any(ComponentState::Down) || any(ComponentState::Degraded) {
        ComponentState::Degraded
    } else {
        ComponentState::Operational
    }
}

fn told(incident: Incident) -> StatusIncident {
    StatusIncident {
        component: incident.component,
        state: incident.state,
        began_at: incident.began_at,
        ended_at: incident.ended_at,
        note: incident.note.filter(|_| incident.note_public),
    }
}
