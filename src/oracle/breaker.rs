//! A circuit breaker for calls to a server outside, shared by all isolates.
//!
//! One object for each breaker decides ([`State`], pure). Isolates go by its last [`Verdict`] for at most
//! [`LIFE_MILLIS`] and tell it what became of their calls after the answer, all since the last time together. An
//! isolate asks on the way of a request only when the breaker is half open, for a probe's permit, or when it has not
//! heard of the breaker for so long; a closed breaker costs requests no hop as long as some come. While the object
//! cannot be reached, each isolate has a breaker of its own and goes by that.

mod local;
#[cfg(test)]
mod model;
pub mod queries;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod window;

use serde::{Deserialize, Serialize};

pub use local::{Breakers, LIFE_MILLIS, Local, Pass, Way};
pub use settings::Settings;
pub use state::{Mode, Position, Probe, Report, State, Verdict, Why};
pub use window::{Tally, Window};

use crate::kernel::json;
use crate::kernel::object::Handled;
use crate::kernel::time::Timestamp;
use crate::ports::{ObjectClass, PortError, Ports};

/// After so long a breaker looks whether it may be forgotten.
const IDLE_MILLIS: i64 = 3_600_000;
/// One that was given orders never may; it is woken as rarely as alarms allow.
const ORDERED_MILLIS: i64 = 30 * 86_400_000;

/// What the object is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// May I call? A half-open breaker gives a permit.
    Permit {
        /// The call ends within so many milliseconds.
        millis: i64,
    },
    /// This became of calls.
    Report(Report),
    /// Where are you?
    Verdict,
    /// An administrator sets the mode.
    Force {
        /// The mode.
        mode: Mode,
        /// Counts orders.
        revision: i64,
    },
    /// An administrator has everything forgotten that was counted.
    Reset {
        /// Counts orders.
        revision: i64,
    },
}

/// What the object answers to each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Where the breaker is.
    pub verdict: Verdict,
    /// The permit, to who asked for one and got it.
    pub permit: Option<u32>,
    /// What is counted at present.
    pub tally: Tally,
    /// Since when it is there, in milliseconds since 1970; 0 for ever.
    pub since: i64,
    /// Why it is there.
    pub why: Why,
}

/// Sends a command to a breaker's object.
///
/// # Errors
/// As the port; [`PortError::Shape`] for a reply that cannot be read.
pub async fn tell(ports: Ports<'_>, name: &str, command: &Command) -> Result<Reply, PortError> {
    let shape = |error: serde_json::Error| PortError::Shape(error.to_string());
    let command = serde_json::to_string(command).map_err(shape)?;
    let reply = ports.objects.call(ObjectClass::Breaker, name, command).await?;
    json::read(&reply).map_err(shape)
}

/// The object's whole logic.
pub fn handle(stored: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
    let unreadable = |error: serde_json::Error| error.to_string();
    let before: State = stored.map(json::read).transpose().map_err(unreadable)?.unwrap_or_default();
    let command: Command = json::read(command).map_err(unreadable)?;
    let (settings, millis) = (&Settings::ENGINE, now.millis());
    let mut state = before.clone();
    let mut permit = None;
    match command {
        Command::Permit { millis: life } => permit = state.permit(life, millis, settings),
        Command::Report(report) => state.report(&report, millis, settings),
        Command::Verdict => state.advance(millis, settings),
        Command::Force { mode, revision } => state.order(Some(mode), revision, millis),
        Command::Reset { revision } => state.order(None, revision, millis),
    }
    let (since, why) = state.since();
    let reply = Reply { verdict: state.verdict(settings), permit, tally: state.tally(), since, why };
    let changed = state != before;
    Ok(Handled {
        reply: serde_json::to_string(&reply).map_err(unreadable)?,
        store: changed.then(|| serde_json::to_string(&state)).transpose().map_err(unreadable)?,
        wake_at: changed.then(|| now.plus_millis(IDLE_MILLIS)),
    })
}

/// What an object does when it wakes: a breaker without anything to remember is forgotten.
pub fn wake(stored: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let mut state: State = json::read(stored?).ok()?;
    state.advance(now.millis(), &Settings::ENGINE);
    let next = if state.was_ordered() { ORDERED_MILLIS } else { IDLE_MILLIS };
    (!state.is_idle()).then(|| now.plus_millis(next))
}
