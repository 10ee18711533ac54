//! One socket as the door sees it; as JSON it is what is attached to the socket, so that hibernation loses nothing.

use serde::{Deserialize, Serialize};

use crate::kernel::id::Id;
use crate::kernel::json;
use crate::sync::hub::conn::Conn;
use crate::sync::relay::channel::Channel;
use crate::sync::relay::handshake::{PATIENCE_MILLIS, Proving};

/// How far a line has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Nobody has said anything.
    Greeting,
    /// The server has said hello.
    Proving(Proving),
    /// A device is let in.
    Open(Box<Open>),
}

/// A device that is let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The name of the connection, for logs.
    pub session: Id,
    /// Its keys.
    pub channel: Channel,
    /// What the hub knows of it; nothing until the hub has taken it in.
    pub conn: Option<Conn>,
}

/// One socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number.
    pub id: u32,
    /// Whose hub it came for.
    pub account: Id,
    /// When it came, in milliseconds since 1970.
    pub since: i64,
    /// How far it has come.
    pub step: Step,
    /// Whether an answer is being made: until then nothing more is taken.
    #[serde(skip)]
    pub busy: bool,
    /// Whether it is to be attached anew.
    #[serde(skip)]
    pub changed: bool,
}

impl Line {
    /// One that was just accepted.
    #[must_use]
    pub fn new(id: u32, account: Id, now: i64) -> Self {
        Self { id, account, since: now, step: Step::Greeting, busy: false, changed: true }
    }

    /// Reads what is attached; `None` for what is no line.
    #[must_use]
    pub fn read(ticket: &str) -> Option<Self> {
        json::read(ticket).ok()
    }

    /// What is to be attached.
    #[must_use]
    pub fn ticket(&self) -> String {
        // Keys are texts and no number is out of range, so there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether a device is let in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.step, Step::Open(_))
    }

    /// The device's end, if one is let in; the line is attached anew after it.
    pub fn open(&mut self) -> Option<&mut Open> {
        match &mut self.step {
            Step::Open(open) => {
                self.changed = true;
                Some(open)
            }
            _ => None,
        }
    }

    /// When to look after it if nothing happens.
    #[must_use]
    pub fn look_at(&self) -> i64 {
        match &self.step {
            Step::Open(open) => open.channel.look_at(),
            _ => self.since.saturating_add(PATIENCE_MILLIS),
        }
    }
}
