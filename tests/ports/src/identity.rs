//! A stand-in for the room whose object the house's shell runs: here it only counts.

pub mod admission {
    //! A counter that can be told when to be forgotten.

    use serde::{Deserialize, Serialize};

    use crate::kernel::object::Handled;
    use crate::kernel::time::Timestamp;

    /// What the counter is told.
    #[derive(Debug, Clone, Serialize, Deserialize)]
    #[serde(tag = "do", rename_all = "snake_case")]
    pub enum Command {
        /// Count that much.
        Add {
            /// How much.
            n: i64,
        },
        /// Tell the count.
        Read,
        /// Be forgotten so many milliseconds from now.
        ForgetIn {
            /// Milliseconds.
            millis: i64,
        },
    }

    #[derive(Debug, Default, Clone, Serialize, Deserialize)]
    struct Counter {
        count: i64,
        #[serde(default)]
        forget_at: Option<Timestamp>,
    }

    /// Handles a command; replies the count as a JSON number.
    pub fn handle(stored: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
        let mut counter: Counter = stored
            .map(serde_json::from_str)
            .transpose()
            .map_err(|error| error.to_string())?
            .unwrap_or_default();
        let command: Command = serde_json::from_str(command).map_err(|error| error.to_string())?;
        match command {
            Command::Read => {
                return Ok(Handled { reply: counter.count.to_string(), store: None, wake_at: None });
            }
            Command::Add { n } => counter.count += n,
            Command::ForgetIn { millis } => counter.forget_at = Some(now.plus_millis(millis)),
        }
        let store = serde_json::to_string(&counter).map_err(|error| error.to_string())?;
        Ok(Handled { reply: counter.count.to_string(), store: Some(store), wake_at: counter.forget_at })
    }

    /// Forgets when it is time to.
    pub fn wake(stored: Option<&str>, now: Timestamp) -> Option<Timestamp> {
        let counter: Counter = serde_json::from_str(stored?).ok()?;
        counter.forget_at.filter(|at| *at > now)
    }
}

/// The other object of the room, by the same counter.
pub mod attempts {
    pub use super::admission::{handle, wake};
}
