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

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;

use crate::config::Config;
use crate::kernel::crypto;
use crate::kernel::hub::{self, Command, Present};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::{Clock, Database, KeyAgreement, Random, Signatures};
use crate::sync::door::line::{Line, Step};
use crate::sync::door::object::Object;
use crate::sync::door::watch::Bell;
use crate::sync::hub::Hub;
use crate::sync::hub::conn::Conn;
use crate::sync::hub::limits::Limits;
use crate::sync::hub::log::{Fault, SqlLog};
use crate::sync::hub::turn::{Down, Effect, End, Event};
use crate::sync::relay::close::{Close, CloseCode};
use crate::sync::relay::handshake::PATIENCE_MILLIS;

mod entrance;
pub mod line;
pub mod object;
mod roster;
mod watch;
pub mod wire;

/// So many sockets may be at their handshake at once; of more, the one that came first is closed (4012).
const WAITING: usize = 64;

/// An alarm that is overdue by so many milliseconds was lost: another one may be set in its place.
const LOST: i64 = 3_600_000;

/// A reading of the spine that takes so many milliseconds has no end.
const HOPELESS: i64 = 60_000;

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

/// What came of a turn.
#[derive(Default)]
struct After {
    /// The spine is to be read from there.
    pull: Option<i64>,
    /// Lines that the door itself has closed.
    closed: Vec<u32>,
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
            Command::End { end: hub::End::Deleted, .. } => {
                self.ends.set(self.ends.get().wrapping_add(1));
                if self.is_kept(room) {
                    self.tell(room, Event::Ended(End::Deleted)).await;
                }
            }
        }
        Ok("null".to_owned())
    }

    /// The alarm rings; it may ring for nothing.
    pub async fn alarm(&self, room: Room<'_>) {
        self.wake(room).await;
        self.alarm.set(None);
        for (id, close) in self.overdue(room) {
            self.end(room, id, &close).await;
        }
        let kept = self.is_kept(room);
        if kept && self.hub_at.get().is_none_or(|at| at <= room.millis()) {
            self.hub_at.set(None);
            self.give_up_reading(room);
            self.tell(room, Event::Alarm).await;
        }
        let look = self.lines.borrow().iter().map(Line::look_at).min();
        match [look, self.hub_at.get()].into_iter().flatten().min() {
            Some(at) => self.ring_at(room, at),
            None if !kept => room.object.forget(),
            None => {}
        }
    }

    /// Lines whose handshake takes too long or whose keys are over; those whose keys end soon are warned.
    fn overdue(&self, room: Room<'_>) -> Vec<(u32, Close)> {
        let now = room.now();
        let mut over = Vec::new();
        for line in self.lines.borrow_mut().iter_mut().filter(|line| line.look_at() <= now.millis()) {
            let id = line.id;
            let Some(open) = line.open() else {
                over.push((id, CloseCode::Late.into()));
                continue;
            };
            if open.channel.is_over(now) {
                over.push((id, CloseCode::KeysExpired.into()));
            } else if let Some(warning) = open.channel.warning(now) {
                let text = open.channel.seal(&warning);
                line.attach(room.object);
                room.object.send(id, &text);
            }
        }
        over
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
        self.hub.borrow().is_some() || SqlLog::is_there(room.object)
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

    /// Tells the hub, and reads the spine for as long as the hub asks for it.
    async fn tell(&self, room: Room<'_>, event: Event) {
        let mut pull = self.step(room, Some(event));
        while let (Some(after), Some(account)) = (pull, self.account.get()) {
            self.reading.set(Some(room.millis()));
            let read = match roster::after(room.database, account, after).await {
                Ok((events, more)) => Event::Spine { events, more },
                Err(cause) => {
                    room.object.note(&["the spine was not read: ", &cause].concat());
                    Event::SpineFailed
                }
            };
            self.reading.set(None);
            pull = self.step(room, Some(read));
        }
    }

    /// A reading of the spine that never came back, as when who asked for it is gone: it is begun anew.
    fn give_up_reading(&self, room: Room<'_>) {
        if self.reading.get().is_some_and(|since| since < room.millis() - HOPELESS) {
            self.reading.set(None);
            self.step(room, Some(Event::SpineFailed));
        }
    }

    /// Turns of the hub without an `await`: the event, and what follows from it. Gives from where the spine is wanted.
    fn step(&self, room: Room<'_>, event: Option<Event>) -> Option<i64> {
        let woken = match self.rouse(room) {
            Ok(woken) => woken.then_some(Event::Woken),
            Err(fault) => {
                self.failed(room, &fault);
                return None;
            }
        };
        let mut events: VecDeque<Event> = woken.into_iter().chain(event).collect();
        let mut pull = None;
        while let Some(event) = events.pop_front() {
            if ends(&event) {
                self.ends.set(self.ends.get().wrapping_add(1));
            }
            let now = room.now();
            let effects = {
                let mut hub = self.hub.borrow_mut();
                // It may have failed meanwhile.
                let hub = hub.as_mut()?;
                hub.on(event, now.millis(), &SqlLog::over(room.object))
            };
            let after = self.carry_out(room, effects, now);
            pull = after.pull.or(pull);
            events.extend(after.closed.into_iter().map(|conn| Event::Closed { conn }));
        }
        pull
    }

    /// Has a hub, woken from what is stored if there was none in memory; whether it was.
    fn rouse(&self, room: Room<'_>) -> Result<bool, Fault> {
        let mut hub = self.hub.borrow_mut();
        if hub.is_some() {
            return Ok(false);
        }
        let log = SqlLog::open(room.object)?;
        let open = |line: &Line| match line.step() {
            Step::Open(open) => open.conn.clone(),
            _ => None,
        };
        let conns = self.lines.borrow().iter().filter_map(open).collect();
        let epoch = crypto::base64url(&room.random::<16>());
        *hub = Some(Hub::wake(&log, &epoch, conns, limits(room.config))?);
        Ok(true)
    }

    /// The storage failed: whoever is in comes again, to a hub that is woken anew.
    fn failed(&self, room: Room<'_>, fault: &str) {
        room.object.note(&["the hub's storage failed: ", fault].concat());
        *self.hub.borrow_mut() = None;
        let open: Vec<u32> =
            self.lines.borrow().iter().filter(|line| line.is_open()).map(|line| line.id).collect();
        for id in open {
            self.hang_up(room, id, &CloseCode::HubFailed.into());
        }
    }

    /// Does what the hub wants done: first everything is attached, then everything is sent.
    fn carry_out(&self, room: Room<'_>, effects: Vec<Effect>, now: Timestamp) -> After {
        let mut after = After::default();
        let mut out: Vec<(u32, Result<String, Close>)> = Vec::with_capacity(effects.len());
        for effect in effects {
            match effect {
                Effect::Keep(conn) => {
                    self.with(conn.id, |line| keep(line, conn));
                }
                Effect::Send { conn, frame } => {
                    let texts = self.with(conn, |line| seal(line, frame, room, now));
                    out.extend(texts.into_iter().flatten().map(|text| (conn, text)));
                }
                Effect::Close { conn, close } => out.push((conn, Err(close))),
                Effect::Pull { after: from } => after.pull = Some(from),
                Effect::Alarm(at) => {
                    self.hub_at.set(Some(at));
                    self.ring_at(room, at);
                }
                Effect::Forget => {
                    *self.hub.borrow_mut() = None;
                    self.hub_at.set(None);
                    room.object.forget();
                }
                Effect::Fail(fault) => self.failed(room, &fault),
            }
        }
        for line in self.lines.borrow_mut().iter_mut() {
            line.attach(room.object);
        }
        for (id, what) in out {
            match what {
                Ok(text) => room.object.send(id, &text),
                Err(close) => {
                    let by_door = close.code == CloseCode::KeysExpired;
                    if self.hang_up(room, id, &close).is_some() && by_door {
                        after.closed.push(id);
                    }
                }
            }
        }
        after
    }

    /// Has the alarm ring at that moment or earlier.
    fn ring_at(&self, room: Room<'_>, at: i64) {
        let set = self.alarm.get().filter(|set| *set > room.millis() - LOST);
        if set.is_none_or(|set| at < set) {
            self.alarm.set(Some(at));
            room.object.set_alarm(at);
        }
    }
}

/// What a hub of this deployment allows.
#[must_use]
pub fn limits(config: &Config) -> Limits {
    Limits::STANDARD.scaled(config.relay.scale)
}

/// Whether an event says that somebody is no longer served.
fn ends(event: &Event) -> bool {
    match event {
        Event::Ended(_) => true,
        Event::Spine { events, .. } => events.iter().any(|event| event.ends.is_some()),
        _ => false,
    }
}

/// Keeps what the hub knows of a line. Whose it is stands in the part that stays.
fn keep(line: &mut Line, conn: Conn) {
    if let Some(open) = line.open()
        && open.conn.replace(conn).is_none()
    {
        line.renew();
    }
}

/// The texts of a frame, with the warning behind it if new keys are due. No entry leaves under keys that are over:
/// the line is closed in its place.
fn seal(line: &mut Line, frame: Down, room: Room<'_>, now: Timestamp) -> Vec<Result<String, Close>> {
    let Some(open) = line.open() else { return Vec::new() };
    if matches!(frame, Down::Deliver { .. }) && open.channel.is_over(now) {
        return vec![Err(CloseCode::KeysExpired.into())];
    }
    let mut texts = vec![Ok(wire::seal(open, frame, || limits(room.config)))];
    if let Some(warning) = open.channel.warning(now) {
        texts.push(Ok(open.channel.seal(&warning)));
    }
    texts
}
