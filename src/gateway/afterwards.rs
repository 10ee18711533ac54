//! What is done once the answer is on its way.
//!
//! Nothing depends on it: work that is lost here is found again by those who look for it (undelivered mail, erasures
//! that are not complete), or was only worth having (cached values).

use std::collections::VecDeque;

use crate::config::Config;
use crate::context::{Afterwards, Context, Isolate};
use crate::gateway::meter::{Meter, Metered, micros};
use crate::identity::{activity, erasure, mail};
use crate::kernel::time::Timestamp;
use crate::ops::metrics::buffer::Work;
use crate::ops::metrics::flush::flush;
use crate::ops::upkeep;
use crate::oracle::cache::{made, marks};
use crate::oracle::{counts, remote};
use crate::ports::Ports;

/// Carries the work out, piece by piece, and what follows from it. What fails is told in words for the log, and does not
/// stop the rest.
pub async fn carry_out(
    ports: Ports<'_>,
    config: &Config,
    isolate: &Isolate,
    now: Timestamp,
    work: Vec<Afterwards>,
) -> Vec<String> {
    let (meter, began) = (Meter::default(), ports.clock.now());
    let metered = Metered::beside(ports, &meter, &isolate.metrics);
    let ports = metered.ports();
    let mut failures = Vec::new();
    let mut work = VecDeque::from(work);
    while let Some(piece) = work.pop_front() {
        match one(ports, config, isolate, now, piece).await {
            Ok(further) => work.extend(further),
            Err(cause) => failures.push(cause),
        }
    }
    let took = ports.clock.now().millis() - began.millis();
    isolate.metrics.borrow_mut().work(Work::Behind, !failures.is_empty(), micros(took), meter.spent());
    failures
}

/// Tells what is to be done next because of it.
async fn one(
    ports: Ports<'_>,
    config: &Config,
    isolate: &Isolate,
    now: Timestamp,
    piece: Afterwards,
) -> Result<Vec<Afterwards>, String> {
    match piece {
        Afterwards::CachePut { key, value, life } => {
            ports.cache.put(&key, &value, life).await.map_err(|error| format!("cache put: {error:?}"))?;
        }
        Afterwards::Renew(renewal) => {
            let cx = Context::behind(ports, config, isolate, now);
            made::renew(&cx, &renewal).await.map_err(|problem| format!("renewal: {problem:?}"))?;
            return Ok(cx.afterwards.into_inner());
        }
        Afterwards::Marks => marks::read(ports.cache, isolate, now).await,
        Afterwards::Counts => {
            let written = counts::write(ports.database, isolate, now).await;
            written.map_err(|error| format!("counts: {error:?}"))?;
        }
        Afterwards::Metrics => {
            let flushed = flush(ports.objects, ports.random, &isolate.metrics, now).await;
            flushed.map_err(|error| format!("metrics: {error:?}"))?;
        }
        Afterwards::Activity(used) => {
            activity::write(ports, &used).await.map_err(|error| format!("activity: {error:?}"))?;
        }
        Afterwards::Erase { user_id } => {
            let erased = erasure::run(ports, user_id, now).await;
            erased.map_err(|problem| format!("erasure: {problem:?}"))?;
        }
        Afterwards::Refusal(record) => {
            ports.database.run(record).await.map_err(|error| format!("refusal: {error:?}"))?;
        }
        Afterwards::Poke => {
            // Whoever writes next knows whether the sealer will see it.
            isolate.sealing_at.set(0);
            let next = upkeep::poke(ports).await.map_err(|problem| format!("poke: {problem:?}"))?;
            isolate.sealing_at.set(next);
        }
        Afterwards::Tell { class, name, command } => {
            let told = ports.objects.call(class, &name, command).await;
            told.map_err(|error| format!("{}: {error:?}", class.name()))?;
        }
        Afterwards::Outcomes { breaker } => {
            let told = remote::report(ports, isolate, breaker).await;
            told.map_err(|error| format!("breaker {breaker}: {error:?}"))?;
        }
        Afterwards::Mail { id } => {
            let delivered = mail::deliver(ports, config, id, now).await;
            delivered.map_err(|problem| format!("mail: {problem:?}"))?;
        }
    }
    Ok(Vec::new())
}
