//! What is done once the answer is on its way.
//!
//! Nothing depends on it: work that is lost here is found again by those who look for it (undelivered mail, erasures
//! that are not complete), or was only worth having (cached values).

use std::collections::VecDeque;

use crate::config::Config;
use crate::context::{Afterwards, Context, Isolate};
use crate::contract::types::ErrorSeverity;
use crate::gateway::meter::{Meter, Metered, micros};
use crate::identity::admission::{self, Command, Subject};
use crate::identity::{activity, data_keys, erasure, mail};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ops::errors::buffer::{self, Seen};
use crate::ops::metrics::buffer::Work;
use crate::ops::metrics::flush::flush;
use crate::ops::telemetry::send;
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
        // A collector may take its time: everything else goes first.
        if piece == Afterwards::Telemetry && work.iter().any(|other| *other != piece) {
            work.push_back(piece);
            continue;
        }
        match one(ports, config, isolate, now, piece).await {
            Ok(further) => work.extend(further),
            Err(cause) => failures.push(cause),
        }
    }
    for cause in &failures {
        noted(isolate, cause, now);
    }
    let took = ports.clock.now().millis() - began.millis();
    isolate.metrics.borrow_mut().work(Work::Behind, !failures.is_empty(), micros(took), meter.spent());
    failures
}

/// Counts a failure by the work that it is of, which its words begin with. That errors could not be written is no error
/// to write.
fn noted(isolate: &Isolate, cause: &str, now: Timestamp) {
    let work = cause.split(':').next().unwrap_or_default();
    if work == "errors" {
        return;
    }
    let action = ["behind ", work].concat();
    let (code, severity) = ("work-failed", ErrorSeverity::Warning);
    isolate.errors.borrow_mut().note(Seen { code, action: &action, severity, cause, request: None }, now);
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
        Afterwards::Reread(reread) => {
            let written = reread.carry_out(ports, config, isolate, now).await;
            return written.map_err(|problem| format!("reread: {problem:?}"));
        }
        Afterwards::Changed { account, kinds, bookmark } => {
            let command = Command::Changed { kinds, bookmark };
            let told = admission::ask(ports, &Subject::User(account).to_string(), &command).await;
            told.map_err(|problem| format!("changed: {problem:?}"))?;
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
        Afterwards::Telemetry => {
            let sent = send::run(ports, config, isolate, now).await;
            sent.map_err(|words| ["telemetry: ", &words].concat())?;
        }
        Afterwards::Errors => {
            let id = Id::new(now, data_keys::random(ports.random));
            buffer::write(ports.database, &isolate.errors, now, id).await?;
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
