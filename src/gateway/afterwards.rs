//! What is done once the answer is on its way.
//!
//! Nothing depends on it: work that is lost here is found again by those who look for it (undelivered mail, erasures
//! that are not complete), or was only worth having (cached values).

use crate::config::Config;
use crate::context::{Afterwards, Isolate};
use crate::identity::{activity, erasure, mail};
use crate::kernel::time::Timestamp;
use crate::ops::upkeep;
use crate::oracle::remote;
use crate::ports::Ports;

/// Carries the work out, piece by piece. What fails is told in words for the log, and does not stop the rest.
pub async fn carry_out(
    ports: Ports<'_>,
    config: &Config,
    isolate: &Isolate,
    now: Timestamp,
    work: Vec<Afterwards>,
) -> Vec<String> {
    let mut failures = Vec::new();
    for piece in work {
        if let Err(cause) = one(ports, config, isolate, now, piece).await {
            failures.push(cause);
        }
    }
    failures
}

async fn one(
    ports: Ports<'_>,
    config: &Config,
    isolate: &Isolate,
    now: Timestamp,
    piece: Afterwards,
) -> Result<(), String> {
    match piece {
        Afterwards::CachePut { key, value, life } => {
            ports.cache.put(&key, &value, life).await.map_err(|error| format!("cache put: {error:?}"))
        }
        Afterwards::Activity(used) => {
            activity::write(ports, &used).await.map_err(|error| format!("activity: {error:?}"))
        }
        Afterwards::Erase { user_id } => erasure::run(ports, user_id, now)
            .await
            .map(drop)
            .map_err(|problem| format!("erasure: {problem:?}")),
        Afterwards::Refusal(record) => {
            let written = ports.database.run(record).await;
            written.map(drop).map_err(|error| format!("refusal: {error:?}"))
        }
        Afterwards::Poke => {
            // Whoever writes next knows whether the sealer will see it.
            isolate.sealing_at.set(0);
            let next = upkeep::poke(ports).await.map_err(|problem| format!("poke: {problem:?}"))?;
            isolate.sealing_at.set(next);
            Ok(())
        }
        Afterwards::Tell { class, name, command } => {
            let told = ports.objects.call(class, &name, command).await;
            told.map(drop).map_err(|error| format!("{}: {error:?}", class.name()))
        }
        Afterwards::Outcomes { breaker } => remote::report(ports, isolate, breaker)
            .await
            .map_err(|error| format!("breaker {breaker}: {error:?}")),
        Afterwards::Mail { id } => {
            mail::deliver(ports, config, id, now).await.map_err(|problem| format!("mail: {problem:?}"))
        }
    }
}
