//! What the house does by itself every few seconds after something happened, and every few minutes anyway.

use std::cell::RefCell;

use super::alerts::webhook;
use super::audit::{retain::retain, seal::seal};
use super::errors::{self, buffer::Seen};
use super::expired;
use super::sealer::{self, Command};
use super::secrets::watch::{self, watch};
use super::status::history;
use super::windows::{self, gathered};
use crate::config::Config;
use crate::identity::{data_keys, erasure, mail, two_factor};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::oracle::cache::warm;
use crate::oracle::{counts, shares};
use crate::ports::{ObjectClass, Ports};

/// How many pages are sealed in one run.
const PAGES: usize = 8;

/// What is remembered from run to run; it may vanish at any time.
#[derive(Debug, Default)]
pub struct Memory {
    secrets: watch::Memory,
    windows: windows::Memory,
    ahead: warm::Progress,
    status: history::Memory,
    errors: RefCell<errors::buffer::Buffer>,
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct Upkeep {
    /// Whether something is left to do soon.
    pub more: bool,
    /// What went wrong, for the log. One part that fails does not keep the others from their work.
    pub failures: Vec<Problem>,
    /// What administrators were told of, a line each, for the log.
    pub alerts: Vec<String>,
    /// What became of the rules that the house watches itself by, a line each, for the log.
    pub changes: Vec<String>,
}

impl Upkeep {
    fn note(&mut self, result: Result<bool, Problem>) {
        match result {
            Ok(more) => self.more |= more,
            Err(problem) => self.failures.push(problem),
        }
    }
}

/// Watches the age of secrets, looks how everything is, seals what has been written, gathers
/// what was counted and judges it, removes what is old enough, goes on with erasures that were
/// interrupted, delivers mail that is due, forgets old sums, ended links and sessions and what may no longer be repeated,
/// makes the next day's forecasts, wraps keys anew while the vault's key is being replaced.
pub async fn run(ports: Ports<'_>, config: &Config, memory: &Memory, now: Timestamp) -> Upkeep {
    let mut upkeep = Upkeep::default();
    let watched = watch(ports, config, &memory.secrets, now, &mut upkeep.alerts).await;
    upkeep.note(watched);
    upkeep.note(sealed(ports, config, now).await);
    upkeep.note(history::turn(ports, config, &memory.status, now).await);
    let gathered = gathered::turn(ports, config, &memory.windows, now, &mut upkeep.changes).await;
    upkeep.note(gathered);
    let told = webhook::deliver(ports, config, now, &mut upkeep.changes).await;
    upkeep.note(told);
    upkeep.note(retain(ports, config, now).await);
    upkeep.note(erasure::run_pending(ports, now).await.map(|_| false));
    upkeep.note(mail::deliver_pending(ports, config, now).await);
    upkeep.note(ports.database.run(counts::forget(now)).await.map(|_| false).map_err(Problem::from));
    upkeep.note(shares::forget(ports, now).await.map(|()| false).map_err(Problem::from));
    upkeep.note(expired::remove(ports, now).await);
    upkeep.note(ports.database.batch(errors::forget(now)).await.map(|_| false).map_err(Problem::from));
    upkeep.note(warm::ahead(ports, config, &memory.ahead, now).await);
    if config.vault.previous.is_some() {
        upkeep.note(data_keys::rewrap(ports, &config.vault.vault()).await);
        upkeep.note(two_factor::rewrap(ports, &config.vault.vault()).await);
    }
    wrote(ports, memory, &mut upkeep, now).await;
    upkeep
}

/// Counts what went wrong, and writes it.
async fn wrote(ports: Ports<'_>, memory: &Memory, upkeep: &mut Upkeep, now: Timestamp) {
    for failure in &upkeep.failures {
        let seen = Seen {
            code: failure.code.as_str(),
            action: "upkeep",
            severity: errors::of_upkeep(failure.code.status()),
            cause: failure.cause.as_deref().unwrap_or_default(),
            request: None,
        };
        memory.errors.borrow_mut().note(seen, now);
    }
    if memory.errors.borrow().is_due(now) {
        let id = Id::new(now, data_keys::random(ports.random));
        let written = errors::buffer::write(ports.database, &memory.errors, now, id).await;
        let failed = |words: String| Problem::new(Code::DependencyUnavailable).cause(words);
        upkeep.failures.extend(written.err().map(failed));
    }
}

/// Has the sealer work soon. Gives the moment, in milliseconds since 1970.
pub async fn poke(ports: Ports<'_>) -> Result<i64, Problem> {
    let reply = ports.objects.call(ObjectClass::Sealer, sealer::NAME, Command::Poke.text()).await?;
    reply.parse().map_err(|_| Problem::internal("the sealer replied no moment"))
}

async fn sealed(ports: Ports<'_>, config: &Config, now: Timestamp) -> Result<bool, Problem> {
    for _ in 0..PAGES {
        if !seal(ports, config, now).await?.more {
            return Ok(false);
        }
    }
    Ok(true)
}
