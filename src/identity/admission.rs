//! Admission: may this caller be served now?
//!
//! One object per caller counts sliding windows of a minute, an hour and a day together, all or nothing, so that no
//! interval of these lengths ever sees more than its quota. An isolate takes a small part of the quota in advance (a
//! lease of at most five seconds) and serves most requests without asking; units of a lease that are not used are
//! lost, never used twice. Every grant carries the caller's newest standing, so that a revocation is seen everywhere
//! within the life of a lease.

mod abuse;
mod changes;
mod counter;
mod lease;
#[cfg(test)]
mod model;
mod quotas;
mod state;
mod stored;
mod subject;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use changes::Changes;
pub use counter::{Window, seconds_until};
pub use lease::{Leases, Local};
pub use quotas::{Group, Kind, Quotas, quotas};
pub use state::{Also, LEASE_MILLIS, Override, State, Take};
pub use subject::{Subject, network};

use crate::identity::standing::Standing;
use crate::kernel::json;
use crate::kernel::object::Handled;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{ObjectClass, Ports};

/// What the object is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Count this request, or refuse it.
    Take(Take),
    /// The account's standing is now this; an earlier epoch than the one that is known changes nothing.
    Stand {
        /// The standing.
        standing: Standing,
    },
    /// An administrator has set a counter's quotas, or taken them back.
    Override {
        /// The counter: a group's or a rate class's name.
        counter: String,
        /// What is set.
        set: Override,
    },
    /// Something of the account has changed, of these kinds of events: bits in the order of the contract's.
    Changed {
        /// The kinds.
        kinds: u32,
        /// The database's bookmark after it.
        bookmark: Option<String>,
    },
    /// How does the caller stand? Counts nothing.
    Look(Take),
    /// Are you there?
    Ping,
}

/// What the object answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// Counted.
    Granted(Grant),
    /// Not counted.
    Refused(Refusal),
    /// Done, or there.
    Done,
}

/// An admitted request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Units counted for a lease besides the request's own.
    pub ahead: u32,
    /// Every window that the request counts in, after that.
    pub windows: Vec<Window>,
    /// The caller's newest standing, if it has an account.
    pub standing: Option<Standing>,
    /// What has changed of the account lately, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The policy that refuses: that of the window that is used up longest, or the counter that is blocked.
    pub policy: String,
    /// When the same request would be admitted if nothing else were counted; milliseconds since 1970.
    pub retry_at: i64,
    /// Milliseconds for which the refusal is to be held back.
    pub slow: u32,
    /// Whether the caller is blocked, because earlier refusals were not heeded.
    pub blocked: bool,
    /// Every window that the request would count in.
    pub windows: Vec<Window>,
}

/// Sends a command to a caller's admission object.
pub async fn ask(ports: Ports<'_>, name: &str, command: &Command) -> Result<Reply, Problem> {
    let command = serde_json::to_string(command)?;
    let reply = ports.objects.call(ObjectClass::Admission, name, command).await?;
    Ok(json::read(&reply)?)
}

/// The object's whole logic: its stored state and a command give a reply and what to store.
pub fn handle(stored: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
    let mut state = stored.map_or_else(|| Ok(State::default()), stored::read)?;
    let command: Command = json::read(command).map_err(|error| error.to_string())?;
    let unchanged = |reply| Ok(Handled { reply: text(&reply)?, store: None, wake_at: None });
    let reply = match command {
        Command::Ping => return unchanged(Reply::Done),
        Command::Look(take) => return unchanged(state.look(&take, now)),
        Command::Take(take) => state.take(&take, now),
        Command::Stand { standing } => {
            state.advance(now);
            state.stand(standing);
            Reply::Done
        }
        Command::Changed { kinds, bookmark } => {
            state.advance(now);
            state.change(kinds, bookmark);
            Reply::Done
        }
        Command::Override { counter, set } => {
            state.advance(now);
            state.set_override(&counter, set);
            Reply::Done
        }
    };
    Ok(Handled { reply: text(&reply)?, store: Some(text(&state)?), wake_at: Some(state.idle_at()) })
}

/// What an object does when it wakes: if nothing counts any more, `None`, so that it is forgotten; otherwise
/// it is to be woken again.
pub fn wake(stored: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let state = stored::read(stored?).ok()?;
    Some(state.idle_at()).filter(|at| *at > now)
}

fn text<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}
