//! Results from a remote engine (`ENGINE_URL`): asked behind a breaker, within a deadline, and believed only when all of
//! the answer can be. What the protocol says is in docs/engine-protocol.md.
//!
//! Whoever asks has another way to an answer. So nothing here is an error: a remote engine answers, or it does not, and
//! the log has the word for why.

pub mod protocol;
pub mod retry;
pub mod verdict;

use std::time::Duration;

use futures_util::future::{Either, select};

use self::verdict::{Exchange, Reason};
use super::breaker::{self, Command, Pass, Tally, Way};
use super::calculate::Outcome;
use super::engines::Canonical;
use crate::config::engine::RemoteEngine;
use crate::context::{Afterwards, Context, Isolate};
use crate::ports::{PortError, Ports, UpstreamRequest};

/// The longest that a request waits for a breaker's object.
const PATIENCE: Duration = Duration::from_millis(500);

/// What asking came to.
#[derive(Debug)]
pub enum Asked {
    /// The engine's result. It is believed, and may be kept as fresh.
    Answer(Outcome),
    /// No remote engine is set up for this engine.
    NotConfigured,
    /// There is one, and it gave nothing to believe in time; or the breaker let nothing through.
    Failed,
}

/// Asks the remote engine, if there is one. Comes back within its deadline.
pub async fn ask(cx: &Context<'_>, canonical: &Canonical) -> Asked {
    let Some(engine) = cx.config.engine.as_ref().filter(|engine| engine.serves(canonical.engine)) else {
        return Asked::NotConfigured;
    };
    let name = canonical.engine.name();
    let clock = cx.ports.clock;
    let ends = clock.now().plus_millis(millis(engine.deadline));
    let Some(pass) = enter(cx, name, engine.deadline).await else {
        cx.remote.set(Some(Reason::Open.as_str()));
        return Asked::Failed;
    };
    let left = || Duration::from_millis(u64::try_from(ends.millis() - clock.now().millis()).unwrap_or(0));
    let most = if pass.is_probe() { 1 } else { retry::MOST_CALLS };
    let (mut pause, mut made) = (retry::BASE, 0);
    cx.afterwards(Afterwards::Outcomes { breaker: name });
    loop {
        made += 1;
        let Some(request) = protocol::request(engine, canonical, retry::share(engine.deadline, left()))
        else {
            return Asked::Failed;
        };
        let (reason, wait) = match exchange(cx, engine, canonical, pass, request).await {
            Exchange::Answered(outcome) => {
                cx.remote.set(None);
                return Asked::Answer(outcome);
            }
            Exchange::Nothing(reason, wait) => (reason, wait),
        };
        cx.remote.set(Some(reason.as_str()));
        let mut random = [0; 8];
        cx.ports.random.fill(&mut random);
        pause = retry::pause(pause, u64::from_le_bytes(random));
        match retry::before_next(pause, wait, left()) {
            Some(pause) if reason.may_pass() && made < most => clock.sleep(pause).await,
            _ => return Asked::Failed,
        }
    }
}

/// One exchange; the breaker is told of it afterwards.
async fn exchange(
    cx: &Context<'_>,
    engine: &RemoteEngine,
    canonical: &Canonical,
    pass: Pass,
    request: UpstreamRequest,
) -> Exchange {
    let began = cx.ports.clock.now();
    let answer = cx.ports.upstream.send(request).await;
    let now = cx.ports.clock.now();
    let exchange = verdict::of(answer, canonical, now);
    let failed = matches!(&exchange, Exchange::Nothing(reason, _) if reason.is_failure());
    let slow = now.millis() - began.millis() >= millis(engine.slow());
    let name = canonical.engine.name();
    cx.isolate.breakers.borrow_mut().of(name).note(pass, Tally::one(failed, slow), now.millis());
    exchange
}

/// Leave to call, by what the isolate knows or by asking the breaker's object.
async fn enter(cx: &Context<'_>, name: &'static str, deadline: Duration) -> Option<Pass> {
    let now = || cx.ports.clock.now().millis();
    // The permit outlives the call and the report of it.
    let life = millis(deadline) + 2 * millis(PATIENCE);
    let way = cx.isolate.breakers.borrow_mut().of(name).way(life, now());
    let way = match way {
        Way::Ask => {
            let command = Command::Permit { millis: life };
            let asking = Box::pin(breaker::tell(cx.ports, name, &command));
            let reply = match select(asking, cx.ports.clock.sleep(PATIENCE)).await {
                Either::Left((reply, _)) => reply,
                Either::Right(_) => Err(PortError::Timeout("a breaker's object".to_owned())),
            };
            let mut breakers = cx.isolate.breakers.borrow_mut();
            match reply {
                Ok(reply) => breakers.of(name).hear(reply, now()),
                Err(_) => {
                    breakers.of(name).deafen(now());
                    breakers.of(name).way(life, now())
                }
            }
        }
        known => known,
    };
    match way {
        Way::Go(pass) => Some(pass),
        Way::Ask | Way::Stay => None,
    }
}

/// Tells a breaker's object of the calls that this isolate has not told it of, if it is time to; and hears where it is.
///
/// # Errors
/// What the object's port says. The calls are not told again: they were counted by the isolate's own breaker.
pub async fn report(ports: Ports<'_>, isolate: &Isolate, name: &'static str) -> Result<(), PortError> {
    let untold = isolate.breakers.borrow_mut().of(name).untold(ports.clock.now().millis());
    let Some(report) = untold else { return Ok(()) };
    let reply = breaker::tell(ports, name, &Command::Report(report)).await;
    let now = ports.clock.now().millis();
    let mut breakers = isolate.breakers.borrow_mut();
    match reply {
        Ok(reply) => {
            breakers.of(name).hear(reply, now);
            Ok(())
        }
        Err(error) => {
            breakers.of(name).deafen(now);
            Err(error)
        }
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
