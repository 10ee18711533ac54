//! Admission: may this caller be served now?
//!
//! One object per caller counts fixed windows of a minute, an hour and a day together, all or nothing, so
//! that no window ever admits more than its quota. An isolate takes a small part of the quota in advance
//! (a lease of at most five seconds) and serves most requests without asking; units of a lease that are
//! not used are lost, never used twice. The lease also carries the account's standing, so that a revocation
//! is seen everywhere within the life of a lease.

mod lease;
mod windows;

use serde::{Deserialize, Serialize};

pub use lease::{Admitted, LEASE_MILLIS, Leases, Local};
pub use windows::{Quota, Quotas, State};

use crate::identity::caller::Tier;
use crate::identity::standing::Standing;
use crate::kernel::object::Handled;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{ObjectClass, Ports};

/// Requests that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Everything that is not a credential.
    General,
    /// Attempts to prove or make an identity.
    Credential,
}

/// What the object is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// Count `cost` units now and, where plenty is left, up to `ahead` more for a lease.
    Take {
        /// What is counted together.
        group: Group,
        /// Units that this request costs.
        cost: u32,
        /// Units wanted in advance.
        ahead: u32,
        /// The quotas that hold for the caller.
        quotas: Quotas,
    },
    /// The account stands like this now.
    Stand {
        /// How.
        standing: Standing,
    },
    /// Are you there?
    Ping,
}

/// What the object answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Reply {
    /// Counted.
    Granted {
        /// Units counted, at least the cost.
        units: u32,
        /// The scarcest window after that.
        window: Window,
        /// How the account stands, where the object was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        standing: Option<Standing>,
    },
    /// Not counted: a window is used up.
    Refused {
        /// That window.
        window: Window,
    },
    /// Done, or there.
    Done,
}

/// How one window stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its length in seconds: 60, 3,600 or 86,400.
    pub seconds: u32,
    /// Units it admits.
    pub limit: u32,
    /// Units left.
    pub left: u32,
    /// Its end.
    pub resets_at: Timestamp,
}

impl Window {
    /// Whole seconds until it ends, at least 1.
    #[must_use]
    pub fn seconds_left(&self, now: Timestamp) -> u32 {
        let millis = self.resets_at.millis() - now.millis();
        u32::try_from((millis + 999) / 1000).unwrap_or(1).max(1)
    }

    /// The policy's name in `RateLimit` headers and problems.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.seconds {
            60 => "minute",
            3_600 => "hour",
            _ => "day",
        }
    }
}

/// The quotas of a caller: those of its tier, or of an address; credentials are scarcer.
#[must_use]
pub fn quotas(tier: Option<Tier>, group: Group, scale: u32) -> Quotas {
    let (minute, hour, day) = match (group, tier) {
        (Group::Credential, _) => (10, 60, 200),
        (Group::General, None) => (60, 600, 5_000),
        (Group::General, Some(Tier::Free)) => (10, 100, 1_000),
        (Group::General, Some(Tier::Pro)) => (100, 5_000, 50_000),
        (Group::General, Some(Tier::Enterprise)) => (1_000, 50_000, 500_000),
    };
    Quotas::new(minute, hour, day, scale)
}

/// Sends a command to a caller's admission object.
pub async fn ask(ports: Ports<'_>, name: &str, command: &Command) -> Result<Reply, Problem> {
    let command = serde_json::to_string(command)?;
    let reply = ports.objects.call(ObjectClass::Admission, name, command).await?;
    Ok(serde_json::from_str(&reply)?)
}

/// The object's whole logic: its stored state and a command give a reply and what to store.
pub fn handle(stored: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
    let mut state: State = match stored {
        None => State::default(),
        Some(text) => serde_json::from_str(text).map_err(|error| error.to_string())?,
    };
    let command: Command = serde_json::from_str(command).map_err(|error| error.to_string())?;
    let reply = match command {
        Command::Ping => {
            return Ok(Handled { reply: text(&Reply::Done)?, store: None, wake_at: None });
        }
        Command::Take { group, cost, ahead, quotas } => state.take(group, cost, ahead, &quotas, now),
        Command::Stand { standing } => {
            state.stand(standing, now);
            Reply::Done
        }
    };
    Ok(Handled { reply: text(&reply)?, store: Some(text(&state)?), wake_at: Some(state.idle_at()) })
}

/// What an object does when it wakes: nothing counts any more, so that it can be forgotten. `None` means so;
/// otherwise it is to be woken again.
pub fn wake(stored: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let state: State = serde_json::from_str(stored?).ok()?;
    Some(state.idle_at()).filter(|at| *at > now)
}

fn text<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}
