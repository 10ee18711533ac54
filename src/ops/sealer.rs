//! When the sealer works: soon after somebody poked it, once for all who did. Pure.
//!
//! There is one object of this class, named [`NAME`]. Its memory is the moment at which its alarm will ring; the
//! alarm forgets it and then works (`ops::upkeep`), so that a poke during the work rings again.

use serde::{Deserialize, Serialize};

use crate::kernel::json;
use crate::kernel::object::Handled;
use crate::kernel::time::Timestamp;

/// The name of the one object.
pub const NAME: &str = "audit";

/// How long after a poke the alarm rings, in milliseconds: what is written meanwhile is sealed in the same run.
pub const DELAY: i64 = 2_000;

/// How long before the alarm a new record may still rely on it. What was begun later pokes again.
pub const MARGIN: i64 = 1_000;

/// How soon a run follows one that left work, in milliseconds.
pub const SOON: i64 = 200;

/// How soon a run follows one that failed.
pub const LATER: i64 = 30_000;

/// An alarm that is overdue by so many milliseconds was lost.
const LOST: i64 = 60_000;

/// What the sealer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Something was written.
    Poke,
    /// Work once more, so many milliseconds from now: how a run asks for the next one.
    Again {
        /// Milliseconds.
        millis: i64,
    },
}

impl Command {
    /// As the object reads it.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Poke => r#""poke""#.to_owned(),
            Self::Again { millis } => format!(r#"{{"again":{{"millis":{millis}}}}}"#),
        }
    }
}

/// Handles a command. Replies the moment of the next run, in milliseconds since 1970.
pub fn handle(state: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
    let delay = match json::read(command).map_err(|error| error.to_string())? {
        Command::Poke => DELAY,
        Command::Again { millis } => millis,
    };
    let asked = now.plus_millis(delay.clamp(0, LATER));
    let set = state.and_then(|text| text.parse().ok()).and_then(Timestamp::from_millis);
    let set = set.filter(|at| at.millis() > now.millis() - LOST);
    match set {
        Some(at) if at <= asked => Ok(Handled { reply: at.millis().to_string(), store: None, wake_at: None }),
        _ => {
            let text = asked.millis().to_string();
            Ok(Handled { reply: text.clone(), store: Some(text), wake_at: Some(asked) })
        }
    }
}

/// Forgets the moment. The work follows.
#[must_use]
pub fn wake(_state: Option<&str>, _now: Timestamp) -> Option<Timestamp> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn tell(state: Option<&str>, command: Command, now: i64) -> Handled {
        handle(state, &command.text(), at(now)).unwrap()
    }

    #[test]
    fn many_pokes_ring_once() {
        let first = tell(None, Command::Poke, 10_000);
        assert_eq!((first.reply.as_str(), first.wake_at), ("12000", Some(at(12_000))));
        let second = tell(first.store.as_deref(), Command::Poke, 11_999);
        assert_eq!((second.reply.as_str(), second.store, second.wake_at), ("12000", None, None));
        // The alarm rang and forgot: a poke during the work rings again.
        assert_eq!(wake(first.store.as_deref(), at(12_000)), None);
        assert_eq!(tell(None, Command::Poke, 12_001).wake_at, Some(at(14_001)));
    }

    #[test]
    fn a_lost_alarm_is_set_again_and_an_earlier_one_wins() {
        assert_eq!(tell(Some("12000"), Command::Poke, 12_000 + LOST).wake_at, Some(at(14_000 + LOST)));
        assert_eq!(tell(Some("42000"), Command::Again { millis: SOON }, 12_000).wake_at, Some(at(12_200)));
        assert_eq!(tell(None, Command::Again { millis: i64::MAX }, 0).wake_at, Some(at(LATER)));
        assert!(handle(None, "{}", at(0)).is_err());
    }
}
