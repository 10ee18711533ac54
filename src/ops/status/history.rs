//! The upkeep's turn: once in five minutes every part is asked, and what follows from it is written. What the database
//! does not take is remembered for a while and written when it does.

use std::cell::{Cell, RefCell};

use serde::Deserialize;

use super::APART;
use super::probe::{self, Probe};
use super::state::{Change, milder, step};
use crate::config::Config;
use crate::contract::types::{ComponentName, ComponentState, Incident};
use crate::identity::data_keys;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ops::windows::{DAY, HOUR, KEPT, KEPT_DAYS, STEP, end};
use crate::ports::{Database, Ports, Statement};

/// Sets of samples that wait for the database at most: six hours of them.
const WAITING: usize = 72;

/// What is remembered from run to run. An object that is evicted while the database is away takes it along, and those
/// minutes are not observed.
#[derive(Debug, Default)]
pub struct Memory {
    last: Cell<i64>,
    waiting: RefCell<Vec<Set>>,
}

/// What was found at a time.
#[derive(Debug, Clone)]
struct Set {
    at: i64,
    probes: Vec<Probe>,
}

/// A sample as it is stored.
#[derive(Deserialize)]
struct Last {
    at: i64,
    component: ComponentName,
    state: ComponentState,
}

/// Asks all parts, if it did not yet in these five minutes, and writes what waits. Nothing is left to do at once.
///
/// # Errors
/// Those of the database; what could not be written waits for the next run.
pub async fn turn(
    ports: Ports<'_>,
    config: &Config,
    memory: &Memory,
    now: Timestamp,
) -> Result<bool, Problem> {
    let at = end(now);
    if memory.last.replace(at) != at {
        let probes = probe::all(ports, config, None, None).await.probes;
        let mut waiting = memory.waiting.borrow_mut();
        waiting.push(Set { at, probes });
        if waiting.len() > WAITING {
            waiting.remove(0);
        }
    }
    loop {
        let Some(set) = memory.waiting.borrow().first().cloned() else { return Ok(false) };
        write(ports, config, &set, now).await?;
        memory.waiting.borrow_mut().retain(|other| other.at != set.at);
    }
}

async fn write(ports: Ports<'_>, config: &Config, set: &Set, now: Timestamp) -> Result<(), Problem> {
    let (last, open) = read(ports.database).await?;
    let before = last.first().map_or(0, |last| last.at);
    if before >= set.at {
        // Samples of a clock that was far ahead are believed no longer.
        if before - set.at > HOUR {
            ports.database.run(Statement::new(sql!("ops/status_unbelieve")).bind(set.at + HOUR)).await?;
        }
        return Ok(());
    }
    let rows: Vec<_> = set
        .probes
        .iter()
        .map(|probe| (probe.name.as_str(), probe.state.as_str(), probe.latency_ms))
        .collect();
    let rows = serde_json::to_string(&rows)?;
    let mut batch = vec![
        Statement::new(sql!("ops/status_sample")).bind(set.at).bind(rows.clone()),
        Statement::new(sql!("ops/status_day")).bind(set.at / DAY).bind(rows),
    ];
    let writer = Writer { ports, config, now, at: set.at };
    let in_row = set.at - before <= APART;
    for probe in &set.probes {
        let incident = open.iter().find(|incident| incident.component == probe.name);
        let last = last.iter().find(|last| in_row && last.component == probe.name).map(|last| last.state);
        if let (Some(change), Some(last)) =
            (step(incident.map(|incident| incident.state), last, probe.state), last)
        {
            writer.change(change, incident, probe, milder(last, probe.state), before, &mut batch);
        }
    }
    // A part that is no longer set up has no incident.
    for incident in &open {
        if !set.probes.iter().any(|probe| probe.name == incident.component) {
            writer.ended(incident, &mut batch);
        }
    }
    ports.database.batch(batch).await?;
    if before > 0 {
        // Seen from the samples before: one run of a clock that is far ahead removes nothing.
        ports.database.batch(forget(before)).await?;
    }
    Ok(())
}

async fn read(database: &dyn Database) -> Result<(Vec<Last>, Vec<Incident>), Problem> {
    let batch = vec![Statement::new(sql!("ops/status_last")), Statement::new(sql!("ops/status_open"))];
    match database.batch(batch).await?.as_slice() {
        [last, open] => Ok((last.rows.read()?, open.rows.read()?)),
        _ => Err(Problem::internal("two statements gave another count")),
    }
}

/// Whoever writes what became of incidents.
struct Writer<'a> {
    ports: Ports<'a>,
    config: &'a Config,
    now: Timestamp,
    at: i64,
}

impl Writer<'_> {
    fn change(
        &self,
        change: Change,
        incident: Option<&Incident>,
        probe: &Probe,
        state: ComponentState,
        before: i64,
        batch: &mut Vec<Statement>,
    ) {
        match (change, incident) {
            (Change::Begins, _) => {
                let cause = probe.cause.map_or("failed", |cause| cause.as_str());
                let begin = Statement::new(sql!("ops/status_incident_begin")).bind(self.id());
                let begin = begin.bind(probe.name.as_str()).bind(state.as_str()).bind(cause).bind(before);
                batch.extend([begin, self.told(probe.name, state)]);
            }
            (Change::Worsens, Some(incident)) => {
                let worse = Statement::new(sql!("ops/status_incident_change")).bind(incident.id);
                let worse = worse.bind(ComponentState::Down.as_str()).bind(None::<i64>);
                batch.extend([worse, self.told(probe.name, ComponentState::Down)]);
            }
            (_, Some(incident)) => self.ended(incident, batch),
            (_, None) => {}
        }
    }

    fn ended(&self, incident: &Incident, batch: &mut Vec<Statement>) {
        let end = Statement::new(sql!("ops/status_incident_change")).bind(incident.id);
        let end = end.bind(incident.state.as_str()).bind(self.at);
        batch.extend([end, self.told(incident.component, ComponentState::Operational)]);
    }

    /// Has the webhook of alerts told, if there is one; the value is how bad it is.
    fn told(&self, name: ComponentName, state: ComponentState) -> Statement {
        let waits = self.config.alerts.webhook.is_some();
        let (word, value) = match state {
            ComponentState::Down => ("firing", 2),
            ComponentState::Degraded => ("firing", 1),
            _ => ("ok", 0),
        };
        Statement::new(sql!("ops/alert_changed"))
            .bind(self.id())
            .bind(["status:", name.as_str()].concat())
            .bind(word)
            .bind(value)
            .bind(self.at)
            .bind(if waits { "waiting" } else { "none" })
            .bind(waits.then_some(self.now))
    }

    fn id(&self) -> Id {
        Id::new(self.now, data_keys::random(self.ports.random))
    }
}

/// What is old enough.
fn forget(at: i64) -> Vec<Statement> {
    vec![
        Statement::new(sql!("ops/status_forget")).bind(at - KEPT),
        Statement::new(sql!("ops/status_days_forget")).bind(at / DAY - KEPT_DAYS),
        Statement::new(sql!("ops/status_incidents_forget")).bind(at - KEPT_DAYS * DAY),
    ]
}

/// Milliseconds of a sample.
pub(super) const SAMPLE: i64 = STEP;
