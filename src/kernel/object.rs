//! What a durable object decides, without the object: stored state in, reply and new state out.
//!
//! An object of this house keeps nothing in memory between two commands, so eviction, restart and deploy
//! cannot lose anything. `edge::object` runs a [`Behaviour`] over the object's own SQLite storage,
//! `host::objects` over a map; both hand in the time.

use crate::kernel::time::Timestamp;
use crate::ports::ObjectClass;

/// What a command led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// The reply, as text of a type of the object's room.
    pub reply: String,
    /// The state to keep from now on, as text; `None` keeps the one that is stored.
    pub store: Option<String>,
    /// Wake the object at this moment or earlier. `None`, or a moment after the one that is already
    /// set, leaves the alarm as it is: asking on every command costs no write.
    pub wake_at: Option<Timestamp>,
}

/// Handles a command: stored state (`None` for a new object), the command's text, now.
///
/// `Err` says, for the log, what could not be read; it changes nothing.
pub type Logic = fn(state: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String>;

/// Handles an alarm, which rings at least once: stored state and now. `None` forgets everything that is stored,
/// so that the next command meets a new object; otherwise the object lives on and is woken again then.
pub type Wake = fn(state: Option<&str>, now: Timestamp) -> Option<Timestamp>;

/// All that a class of objects does.
#[derive(Debug, Clone, Copy)]
pub struct Behaviour {
    /// On a command.
    pub handle: Logic,
    /// On an alarm.
    pub wake: Wake,
}

/// The object that is given a request to become a WebSocket (RFC 6455), and answers it itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// Its class.
    pub class: ObjectClass,
    /// Its name.
    pub name: String,
}

impl ObjectClass {
    /// The class that the Worker exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admission => "Admission",
            Self::Sealer => "Sealer",
            Self::Attempts => "Attempts",
            Self::Breaker => "Breaker",
            Self::Flight => "Flight",
            Self::Hub => "Hub",
            Self::Collector => "Collector",
            Self::Logbook => "Logbook",
        }
    }

    /// The binding under which the Worker finds objects of this class.
    #[must_use]
    pub const fn binding(self) -> &'static str {
        match self {
            Self::Admission => "ADMISSION",
            Self::Sealer => "SEALER",
            Self::Attempts => "ATTEMPTS",
            Self::Breaker => "BREAKER",
            Self::Flight => "FLIGHT",
            Self::Hub => "HUB",
            Self::Collector => "COLLECTOR",
            Self::Logbook => "LOGBOOK",
        }
    }
}

/// The earlier alarm of the one that is set and the one that is asked for.
#[must_use]
pub fn earlier(set: Option<Timestamp>, asked: Option<Timestamp>) -> Option<Timestamp> {
    match (set, asked) {
        (Some(set), Some(asked)) => Some(set.min(asked)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_alarm_wins() {
        let (one, two) = (Timestamp::from_millis(1), Timestamp::from_millis(2));
        assert_eq!(earlier(None, None), None);
        assert_eq!(earlier(one, None), one);
        assert_eq!(earlier(None, two), two);
        assert_eq!(earlier(one, two), one);
        assert_eq!(earlier(two, one), one);
    }
}
