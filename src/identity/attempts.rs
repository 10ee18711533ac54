//! Attempts to guess a secret: slowed down more with each failure, without shutting the owner out.
//!
//! One object for each subject (an address, an account's second step), named by a pseudonym, so that an address
//! without an account is treated alike and nothing readable is kept. Whoever has signed in before brings a token of
//! their device, which has a counter of its own: an attacker cannot slow it down. A password that was reset by mail
//! clears everything. While the object cannot be reached, nothing is guessed.

mod device;
mod state;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use state::{
    Command, FREE, FREE_EVERYWHERE, LONGEST_WAIT, MEMORY_MILLIS, MOST_AN_HOUR, Origin, Reply, State,
};

use crate::context::{Afterwards, Context};
use crate::kernel::audit::{Personal, When};
use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::object::Handled;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::ObjectClass;

/// What is guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The password of an address, whether or not it has an account; and the second factor after it.
    SignIn(&'a str),
    /// What somebody who is signed in proves once more: password or code of that account.
    Again(Id),
    /// The code that a new device of that account shows.
    Pairing(Id),
}

impl Subject<'_> {
    /// Its name among the parts of a MAC: what kind, and which.
    fn parts(&self) -> (&'static [u8], String) {
        match self {
            Self::SignIn(address) => (b"sign-in", address.to_lowercase()),
            Self::Again(user_id) => (b"again", user_id.to_string()),
            Self::Pairing(user_id) => (b"pairing", user_id.to_string()),
        }
    }

    /// The name of its object.
    #[must_use]
    pub fn name(&self, key: &[u8]) -> String {
        let (kind, which) = self.parts();
        crypto::base64url(&crypto::mac(key, &[b"attempts", kind, which.as_bytes()]))
    }
}

/// By what the caller's device is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device<'a> {
    /// By the token that an earlier sign-in gave it, if it brings one.
    Token(Option<&'a str>),
    /// By the session that it holds.
    Session(Id),
}

/// A guess that is counted and may be looked at.
#[derive(Debug)]
pub struct Attempt {
    name: String,
    from: Origin,
}

impl Attempt {
    /// Whether it came from a device that has signed in before.
    #[must_use]
    pub fn is_from_known_device(&self) -> bool {
        self.from.device.is_some()
    }

    /// It was right: its failures are forgotten.
    pub fn succeeded(self, cx: &Context<'_>) {
        tell(cx, self.name, &Command::Succeeded { from: self.from });
    }

    /// Nothing was guessed, as when a right password came without the code: it does not count, but what was counted
    /// before does.
    pub fn taken_back(self, cx: &Context<'_>) {
        tell(cx, self.name, &Command::TakenBack { from: self.from });
    }

    /// The token by which this device is known from now on. Only for one that has proved who it is.
    #[must_use]
    pub fn device_token(&self, cx: &Context<'_>, subject: Subject<'_>) -> String {
        let id = match &self.from.device {
            Some(known) => known.clone(),
            None => {
                let mut random = [0; 16];
                cx.ports.random.fill(&mut random);
                crypto::base64url(&random)
            }
        };
        device::token(&id, subject, cx.config.vault.current.bytes())
    }
}

/// Counts a guess; 429 `too-many-attempts` when it is too early, with the seconds to wait.
pub async fn begin(cx: &Context<'_>, subject: Subject<'_>, device: Device<'_>) -> Result<Attempt, Problem> {
    let vault = &cx.config.vault;
    let device = match device {
        Device::Session(id) => Some(id.to_string()),
        Device::Token(token) => token.and_then(|token| {
            let keys = [Some(&vault.current), vault.previous.as_ref()];
            keys.into_iter().flatten().find_map(|key| device::read(token, subject, key.bytes()))
        }),
    };
    let key = vault.current.bytes();
    let network = crypto::mac(key, &[b"network", cx.connection.network.as_bytes()]);
    let network = crypto::base64url(network.get(..12).unwrap_or_default());
    let (name, from) = (subject.name(key), Origin { network, device });
    let command = serde_json::to_string(&Command::Begin { from: from.clone() })?;
    let reply = cx.ports.objects.call(ObjectClass::Attempts, &name, command).await?;
    match json::read(&reply)? {
        Reply::Proceed => Ok(Attempt { name, from }),
        Reply::Wait { seconds } => {
            let pseudonym = name.get(..16).unwrap_or_default();
            let refusal = cx.note(
                When::Refused,
                "attempts.delayed",
                ("subject", pseudonym),
                cx.caller.user_id(),
                Personal::default(),
            );
            cx.ports.database.run(refusal).await?;
            Err(Problem::new(Code::TooManyAttempts).retry_after(seconds))
        }
        Reply::Done => Err(Problem::internal("attempts answered another question")),
    }
}

/// Forgets all guesses, because the owner has proved who they are in another way.
pub fn clear(cx: &Context<'_>, subject: Subject<'_>) {
    tell(cx, subject.name(cx.config.vault.current.bytes()), &Command::Clear);
}

/// The answer does not wait for it: a count that stays too high slows down, and lets nobody in.
fn tell(cx: &Context<'_>, name: String, command: &Command) {
    if let Ok(command) = serde_json::to_string(command) {
        cx.afterwards(Afterwards::Tell { class: ObjectClass::Attempts, name, command });
    }
}

/// The object's whole logic: its stored state and a command give a reply and what to store.
pub fn handle(stored: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
    let mut state: State = match stored {
        None => State::default(),
        Some(text) => json::read(text).map_err(|error| error.to_string())?,
    };
    let command: Command = json::read(command).map_err(|error| error.to_string())?;
    let before = state.clone();
    let reply = text(&state.handle(command, now))?;
    let store = if state == before { None } else { Some(text(&state)?) };
    Ok(Handled { reply, wake_at: store.as_ref().map(|_| state.idle_at()), store })
}

/// What an object does when it wakes: once nothing counts any more, it is forgotten.
pub fn wake(stored: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let state: State = json::read(stored?).ok()?;
    Some(state.idle_at()).filter(|at| *at > now)
}

fn text<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}
