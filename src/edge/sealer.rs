//! The object that seals: the shell of every object, and after its alarm the work of `ops::upkeep`.
#![allow(missing_docs, reason = "the macro on a class writes methods without any")]

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use worker::{
    DurableObject, Env, Request, Response, Result, State, console_error, console_warn, durable_object,
};

use super::clock::PlatformClock;
use super::config;
use super::means::Means;
use super::object::{Shell, told};
use crate::gateway::meter::{Meter, Metered, micros};
use crate::kernel::object::Behaviour;
use crate::kernel::time::Timestamp;
use crate::ops::metrics::buffer::{Buffer, Work};
use crate::ops::metrics::flush::flush;
use crate::ops::sealer::{self, Command};
use crate::ops::upkeep::{self, Upkeep};
use crate::ports::Clock;

/// The object of `ops::sealer`.
#[durable_object(alarm)]
pub struct Sealer {
    shell: Shell,
    env: JsValue,
    memory: upkeep::Memory,
    counts: RefCell<Buffer>,
}

impl DurableObject for Sealer {
    fn new(state: State, env: Env) -> Self {
        let shell = Shell::new(state, &env, Behaviour { handle: sealer::handle, wake: sealer::wake });
        Self { shell, env: env.into(), memory: upkeep::Memory::default(), counts: RefCell::default() }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        super::panic::install();
        told(self.shell.command(request).await)
    }

    async fn alarm(&self) -> Result<Response> {
        super::panic::install();
        let rung = self.shell.alarm().await?;
        if let Some(again) = self.work().await {
            self.shell.tell(&again.text()).await?;
        }
        Ok(rung)
    }
}

impl Sealer {
    /// Counts a run, and hands over when it is time.
    async fn count(&self, means: &Means, meter: &Meter, failed: bool, began: Timestamp) {
        let now = PlatformClock.now();
        let due = {
            let mut counts = self.counts.borrow_mut();
            counts.work(Work::Upkeep, failed, micros(now.millis() - began.millis()), meter.spent());
            counts.is_due(now)
        };
        let ports = means.ports();
        if due && let Err(error) = flush(ports.objects, ports.random, &self.counts, now).await {
            console_error!("upkeep: metrics: {error:?}");
        }
    }

    /// Works, and tells when to work again.
    async fn work(&self) -> Option<Command> {
        let config = match config::of(&self.env) {
            Ok(config) => config,
            Err(mistakes) => {
                console_error!("upkeep: configuration: {}", mistakes.join("; "));
                return None;
            }
        };
        let means = match Means::new(&self.env, None, false) {
            Ok(means) => means,
            Err(words) => {
                console_error!("upkeep: {words}");
                return None;
            }
        };
        let (meter, began) = (Meter::default(), PlatformClock.now());
        let metered = Metered::beside(means.ports(), &meter, &self.counts);
        let Upkeep { more, failures, alerts, changes } =
            upkeep::run(metered.ports(), config, &self.memory, began).await;
        self.count(&means, &meter, !failures.is_empty(), began).await;
        for alert in &alerts {
            console_warn!("upkeep: secret {alert}");
        }
        for change in &changes {
            console_warn!("upkeep: alert {change}");
        }
        for failure in &failures {
            console_error!(
                "upkeep: {}: {}",
                failure.code.as_str(),
                failure.cause.as_deref().unwrap_or("no cause")
            );
        }
        match (failures.is_empty(), more) {
            (false, _) => Some(Command::Again { millis: sealer::LATER }),
            (true, true) => Some(Command::Again { millis: sealer::SOON }),
            (true, false) => None,
        }
    }
}
