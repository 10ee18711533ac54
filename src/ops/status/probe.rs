//! One question to each part, side by side, each with a deadline.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use serde::Deserialize;

use super::{DEADLINE, MAIL_WAITS, SLOW};
use crate::config::Config;
use crate::config::mail::Mail;
use crate::context::Isolate;
use crate::contract::types::{ComponentName, ComponentState, IncidentCause, ReadinessCheck};
use crate::identity::admission::{self, Command};
use crate::kernel::time::Timestamp;
use crate::oracle::breaker::{self, Position};
use crate::oracle::engines::Engine;
use crate::ports::{Clock, Outcome, Ports, Statement};

/// A small file of the deployment.
const FILE: &str = "/robots.txt";

/// What was found of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// Which part.
    pub name: ComponentName,
    /// How it is.
    pub state: ComponentState,
    /// Why it is not well.
    pub cause: Option<IncidentCause>,
    /// How long the answer took, in milliseconds.
    pub latency_ms: i64,
}

impl Probe {
    /// As it is told to who asks now: one that is only slow is there.
    #[must_use]
    pub fn check(&self) -> ReadinessCheck {
        ReadinessCheck {
            name: self.name,
            ok: matches!(self.cause, None | Some(IncidentCause::Slow)),
            timed_out: self.cause == Some(IncidentCause::TimedOut),
            latency_ms: self.latency_ms,
        }
    }
}

/// What was found of all.
pub struct Probed {
    /// Of each part.
    pub probes: Vec<Probe>,
    /// What the statement gave.
    pub outcome: Option<Outcome>,
}

impl Probed {
    /// The first part without which nothing works, if one is down.
    #[must_use]
    pub fn missing(&self) -> Option<ComponentName> {
        let needed = |probe: &&Probe| probe.state == ComponentState::Down && needed(probe.name);
        self.probes.iter().find(needed).map(|probe| probe.name)
    }

    /// Whether all parts are well.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.probes.iter().all(|probe| probe.cause.is_none())
    }
}

/// Whether nothing works without it.
#[must_use]
pub fn needed(name: ComponentName) -> bool {
    matches!(name, ComponentName::Database | ComponentName::Objects)
}

/// What a part answered.
#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Well,
    Partly,
    Not,
}

impl From<bool> for Answer {
    fn from(well: bool) -> Self {
        if well { Self::Well } else { Self::Not }
    }
}

type Question<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

#[derive(Deserialize)]
struct Ready {
    mail_since: Option<Timestamp>,
}

/// Asks every part once. `further` is asked of the database in the same call. Of the remote engine `known` tells what
/// this isolate knows of its breakers, without asking anybody; without it the breakers themselves are asked.
pub async fn all(
    ports: Ports<'_>,
    config: &Config,
    known: Option<&Isolate>,
    further: Option<Statement>,
) -> Probed {
    let found: Cell<Option<Vec<Outcome>>> = Cell::new(None);
    let found = &found;
    let database = async move {
        let statements = std::iter::once(Statement::new(sql!("ops/ready"))).chain(further).collect();
        found.set(ports.database.batch(statements).await.ok());
        let outcomes = found.take();
        let well = outcomes.is_some();
        found.set(outcomes);
        Answer::from(well)
    };
    let mut questions: Vec<(ComponentName, Question<'_>)> = vec![
        (ComponentName::Database, Box::pin(database)),
        (ComponentName::Cache, Box::pin(async move { ports.cache.get("ready").await.is_ok().into() })),
        (
            ComponentName::Objects,
            Box::pin(async move { admission::ask(ports, "ready", &Command::Ping).await.is_ok().into() }),
        ),
        (ComponentName::Assets, Box::pin(async move { ports.assets.read(FILE).await.is_ok().into() })),
    ];
    if config.engine.is_some() {
        questions.push((ComponentName::Engine, Box::pin(engine(ports, config, known))));
    }
    let asked = questions.into_iter().map(|(name, question)| timed(ports.clock, name, question));
    let mut probes = join_all(asked).await;
    let mut outcomes = found.take().unwrap_or_default().into_iter();
    let ready: Option<Ready> = outcomes.next().and_then(|outcome| outcome.rows.first().ok().flatten());
    if let (Mail::Resend(_), Some(ready)) = (&config.mail, ready) {
        let now = ports.clock.now();
        let waits = ready.mail_since.map_or(0, |since| now.millis() - since.millis());
        let [slow, down] = MAIL_WAITS;
        let state = match waits {
            waits if waits > down => ComponentState::Down,
            waits if waits > slow => ComponentState::Degraded,
            _ => ComponentState::Operational,
        };
        let cause = (waits > slow).then_some(IncidentCause::Waiting);
        probes.push(Probe { name: ComponentName::Mail, state, cause, latency_ms: 0 });
    }
    Probed { probes, outcome: outcomes.next() }
}

/// Races a question with the deadline.
async fn timed(clock: &dyn Clock, name: ComponentName, question: Question<'_>) -> Probe {
    let began = clock.now().millis();
    let answer = match select(question, clock.sleep(Duration::from_millis(DEADLINE))).await {
        Either::Left((answer, _)) => Some(answer),
        Either::Right(_) => None,
    };
    let latency_ms = (clock.now().millis() - began).clamp(0, 600_000);
    let (state, cause) = match answer {
        None => (ComponentState::Down, Some(IncidentCause::TimedOut)),
        Some(answer) => judged(answer, name, latency_ms),
    };
    Probe { name, state, cause, latency_ms }
}

fn judged(answer: Answer, name: ComponentName, latency_ms: i64) -> (ComponentState, Option<IncidentCause>) {
    let failed = if name == ComponentName::Engine { IncidentCause::Shut } else { IncidentCause::Failed };
    match answer {
        Answer::Not => (ComponentState::Down, Some(failed)),
        Answer::Partly => (ComponentState::Degraded, Some(failed)),
        Answer::Well if latency_ms > SLOW => (ComponentState::Degraded, Some(IncidentCause::Slow)),
        Answer::Well => (ComponentState::Operational, None),
    }
}

/// Whether the remote engine's breakers let calls through: all, some or none. The engine itself is not called.
async fn engine(ports: Ports<'_>, config: &Config, known: Option<&Isolate>) -> Answer {
    let remote = config.engine.as_ref();
    let served = || Engine::ALL.iter().filter(|engine| remote.is_some_and(|remote| remote.serves(**engine)));
    let shut: Vec<bool> = match known {
        Some(isolate) => {
            let (mut breakers, now) = (isolate.breakers.borrow_mut(), ports.clock.now().millis());
            served().map(|engine| breakers.of(engine.name()).is_shut(now)).collect()
        }
        None => {
            let asked =
                served().map(|engine| breaker::tell(ports, engine.name(), &breaker::Command::Verdict));
            let open = |position| !matches!(position, Position::Closed | Position::Disabled);
            let replies = join_all(asked).await;
            // One that cannot be asked is left alone: the part that objects are tells of that.
            replies
                .iter()
                .map(|reply| reply.as_ref().is_ok_and(|reply| open(reply.verdict.position)))
                .collect()
        }
    };
    match shut.iter().filter(|shut| **shut).count() {
        0 => Answer::Well,
        some if some < shut.len() => Answer::Partly,
        _ => Answer::Not,
    }
}
