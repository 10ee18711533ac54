//! Turns of the hub: what is told to it, and what it wants done.

use std::collections::VecDeque;

use crate::kernel::crypto;
use crate::kernel::time::Timestamp;
use crate::sync::door::line::{Line, Step};
use crate::sync::door::{Door, Room, limits, roster, wire};
use crate::sync::hub::Hub;
use crate::sync::hub::conn::Conn;
use crate::sync::hub::log::{Fault, SqlLog};
use crate::sync::hub::turn::{Down, Effect, Event};
use crate::sync::relay::close::{Close, CloseCode};

/// A reading of the spine that takes so many milliseconds has no end.
const HOPELESS: i64 = 60_000;

/// What came of a turn.
#[derive(Default)]
struct After {
    /// The spine is to be read from there.
    pull: Option<i64>,
    /// Lines that the door itself has closed.
    closed: Vec<u32>,
}

impl Door {
    /// Tells the hub, and reads the spine for as long as the hub asks for it.
    pub(super) async fn tell(&self, room: Room<'_>, event: Event) {
        let mut pull = self.step(room, Some(event));
        while let (Some(after), Some(account)) = (pull, self.account.get()) {
            self.reading.set(Some(room.millis()));
            let read = match roster::read(room.database, account, after).await {
                Ok(read) => read,
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
    pub(super) fn give_up_reading(&self, room: Room<'_>) {
        if self.reading.get().is_some_and(|since| since < room.millis() - HOPELESS) {
            self.reading.set(None);
            self.step(room, Some(Event::SpineFailed));
        }
    }

    /// Turns of the hub without an `await`: the event, and what follows from it. Gives from where the spine is wanted.
    pub(super) fn step(&self, room: Room<'_>, event: Option<Event>) -> Option<i64> {
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
