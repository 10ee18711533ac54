//! The door of a hub: sockets with their handshakes and keys on one side, the [`Hub`] on the other.
//!
//! A [`Door`] is all that a hub's object has in memory. It decides; what it decides with is handed in as a [`Room`]: the
//! object with its storage and sockets, the ports, the settings. So the same door stands in a Durable Object
//! (`edge::hub`) and in the tests (`host::hubs`).
//!
//! What it keeps true:
//!
//! - a turn of the hub, with everything it sends and attaches, has no `await` in it: no other frame comes between, and
//!   the platform sends nothing before the turn is on disk;
//! - what waits for something (a secret to be agreed on, a signature, the database) waits outside of turns, and its line
//!   takes no further frame meanwhile;
//! - whoever is let in was looked up after the last word about revocations and suspensions that this door has heard;
//! - an object that nobody was let into stores nothing but its alarm, and that not for long.
//!
//! ```text
//! socket ─► Greeting ──hello──► Proving ──authenticate──► Open ──rekey──► Open
//!              └──────── ten seconds ───────┴──► closed (4008)
//! ```
//!
//! Files: [`mod@line`] one socket and its ticket, `copies` and [`copy`] logs for backups, `entrance` the handshake and frames, `turns` what is told to the hub and what
//! it wants done, `alarm`, `roster` what is read in the database, `watch` those who follow without a socket, [`wire`]
//! frames, [`object`] what the object gives.

use std::cell::{Cell, OnceCell, RefCell};

use crate::config::Config;
use crate::kernel::hub::{self, Command, Present};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::{Clock, Database, KeyAgreement, Random, Signatures};
use crate::sync::door::line::Line;
use crate::sync::door::object::Object;
use crate::sync::door::watch::Bell;
use crate::sync::hub::Hub;
use crate::sync::hub::limits::Limits;
use crate::sync::hub::log::{HUB, LOG, SqlLog};
use crate::sync::hub::turn::{End, Event};
use crate::sync::relay::close::{Close, CloseCode};
use crate::sync::relay::handshake::PATIENCE_MILLIS;

mod alarm;
mod copies;
pub mod copy;
mod entrance;
pub mod line;
pub mod object;
mod roster;
mod turns;
mod watch;
pub mod wire;

/// So many sockets may be at their handshake at once; of more, the one that came first is closed (4012).
const WAITING: usize = 64;

/// What a door works with.
#[derive(Clone, Copy)]
pub struct Room<'a> {
    /// The object it stands in.
    pub object: &'a dyn Object,
    /// Who devices are, and what the server changed: read on the primary.
    pub database: &'a dyn Database,
    /// Signatures.
    pub signatures: &'a dyn Signatures,
    /// Agreement on secrets.
    pub agreement: &'a dyn KeyAgreement,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Nonces and names.
    pub random: &'a dyn Random,
    /// The settings.
    pub config: &'a Config,
}

impl Room<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn millis(&self) -> i64 {
        self.now().millis()
    }

    fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

/// The door of one person's hub.
#[derive(Default)]
pub struct Door {
    /// Whether it was found out what eviction has left.
    awake: Cell<bool>,
    /// Whose hub it is, once somebody has said so.
    account: Cell<Option<Id>>,
    lines: RefCell<Vec<Line>>,
    /// The number of the line that came last.
    last: Cell<u32>,
    /// The hub, once it is needed.
    hub: RefCell<Option<Hub>>,
    /// How often it was heard that somebody is no longer served.
    ends: Cell<u32>,
    /// The alarm that is set, and the one that the hub wants.
    alarm: Cell<Option<i64>>,
    hub_at: Cell<Option<i64>>,
    /// Since when the spine is being read.
    reading: Cell<Option<i64>>,
    /// The server's public identity key.
    identity: OnceCell<Vec<u8>>,
    /// Rings when the spine may have something new.
    bell: Bell,
}

impl Door {
    /// The number of a line that is about to be accepted; it is given once.
    pub async fn number(&self, room: Room<'_>) -> u32 {
        self.wake(room).await;
        let number = self.last.get().wrapping_add(1);
        self.last.set(number);
        number
    }

    /// A socket was accepted for the hub of that account.
    pub fn opened(&self, room: Room<'_>, id: u32, account: Id) {
        self.account.set(Some(account));
        let now = room.millis();
        let first = {
            let lines = self.lines.borrow();
            let mut waiting = lines.iter().filter(|line| !line.is_open());
            let first = waiting.next().map(|line| line.id);
            first.filter(|_| waiting.count() + 1 >= WAITING)
        };
        if let Some(first) = first {
            self.hang_up(room, first, &CloseCode::TooMany.into());
        }
        let mut line = Line::new(id, account, now);
        line.attach(room.object);
        self.lines.borrow_mut().push(line);
        self.ring_at(room, now + PATIENCE_MILLIS);
    }

    /// A text came on a line.
    pub async fn message(&self, room: Room<'_>, id: u32, text: &str) {
        self.wake(room).await;
        if let Err(close) = self.take(room, id, text).await {
            self.end(room, id, &close).await;
        }
    }

    /// A binary frame came on a line.
    pub async fn binary(&self, room: Room<'_>, id: u32) {
        self.wake(room).await;
        self.end(room, id, &CloseCode::Binary.into()).await;
    }

    /// A line has ended, whoever ended it.
    pub async fn closed(&self, room: Room<'_>, id: u32) {
        self.wake(room).await;
        if self.remove(id).is_some_and(|line| line.is_open()) {
            self.tell(room, Event::Closed { conn: id }).await;
        }
    }

    /// A command came; gives the reply, as JSON. `Err` says, for the log, what could not be read.
    pub async fn command(&self, room: Room<'_>, text: &str) -> Result<String, String> {
        let command = Command::read(text).ok_or("no command of a hub")?;
        self.wake(room).await;
        self.account.set(Some(command.account()));
        match command {
            Command::Poke { .. } => {
                self.bell.ring();
                // A device that is not there reads when it comes.
                if self.lines.borrow().iter().any(Line::is_open) {
                    self.tell(room, Event::Poked).await;
                }
            }
            Command::Follow { account, after, wait } => {
                let followed = self.follow(room, account, after, wait).await?;
                return serde_json::to_string(&followed).map_err(|error| error.to_string());
            }
            Command::Present { .. } => return Ok(self.present(room)),
            Command::Export { after, .. } => return copies::export(room, after),
            Command::Import { page, .. } => return self.import(room, &page),
            Command::End { end: hub::End::Deleted, .. } => {
                self.ends.set(self.ends.get().wrapping_add(1));
                if SqlLog::has(room.object, LOG) {
                    self.tell(room, Event::Ended(End::Deleted)).await;
                }
            }
        }
        Ok("null".to_owned())
    }

    /// Finds what eviction has left: sockets with what is attached to them, and the alarm.
    async fn wake(&self, room: Room<'_>) {
        if self.awake.get() {
            return;
        }
        let alarm = room.object.alarm().await;
        if self.awake.replace(true) {
            return;
        }
        self.alarm.set(alarm);
        let lines: Vec<Line> =
            room.object.attached().iter().filter_map(|ticket| Line::read(ticket)).collect();
        self.account.set(lines.first().map(|line| line.account));
        self.last.set(lines.iter().map(|line| line.id).max().unwrap_or(0));
        let open = lines.iter().any(Line::is_open);
        *self.lines.borrow_mut() = lines;
        if open {
            self.step(room, None);
        }
    }

    /// Whether a hub has begun here.
    fn is_kept(&self, room: Room<'_>) -> bool {
        self.hub.borrow().is_some() || SqlLog::has(room.object, HUB)
    }

    /// The devices that were ever there, as JSON.
    fn present(&self, room: Room<'_>) -> String {
        if !self.is_kept(room) {
            return "[]".to_owned();
        }
        self.step(room, None);
        let hub = self.hub.borrow();
        let devices = hub.iter().flat_map(Hub::devices);
        let all: Vec<Present> =
            devices.map(|(device, state, last_seen)| Present { device, state, last_seen }).collect();
        serde_json::to_string(&all).unwrap_or_default()
    }

    /// Ends a line for that reason.
    async fn end(&self, room: Room<'_>, id: u32, close: &Close) {
        if self.hang_up(room, id, close).is_some_and(|line| line.is_open()) {
            self.tell(room, Event::Closed { conn: id }).await;
        }
    }

    fn hang_up(&self, room: Room<'_>, id: u32, close: &Close) -> Option<Line> {
        let line = self.remove(id)?;
        room.object.hang_up(id, close.code.number(), &close.reason);
        Some(line)
    }

    fn remove(&self, id: u32) -> Option<Line> {
        let mut lines = self.lines.borrow_mut();
        let at = lines.iter().position(|line| line.id == id)?;
        Some(lines.remove(at))
    }

    /// Does something with a line, if it is still there.
    fn with<T>(&self, id: u32, work: impl FnOnce(&mut Line) -> T) -> Option<T> {
        self.lines.borrow_mut().iter_mut().find(|line| line.id == id).map(work)
    }
}

/// What a hub of this deployment allows.
#[must_use]
pub fn limits(config: &Config) -> Limits {
    Limits::STANDARD.scaled(config.relay.scale)
}
