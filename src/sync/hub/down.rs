//! What goes down to devices: "Down" and resumption of docs/relay.md.

use std::rc::Rc;

use crate::kernel::id::Id;
use crate::sync::hub::conn::{Conn, Load};
use crate::sync::hub::log::{Ask, Fault, Place};
use crate::sync::hub::transition::Transition;
use crate::sync::hub::turn::{Down, Effect};
use crate::sync::hub::{Hub, Stop, Turn};
use crate::sync::relay::close::{Close, CloseCode};

/// What a turn has written, for those who have all before it.
pub(super) struct Fresh {
    device: Option<Id>,
    after: i64,
    load: Load,
    entries: String,
}

impl Fresh {
    /// Nothing yet, after that offset, from a device or the spine.
    pub(super) fn of(device: Option<Id>, after: i64) -> Self {
        Self { device, after, load: Load::default(), entries: String::new() }
    }

    /// These entries more, as they stand in the JSON of a frame.
    pub(super) fn push(&mut self, wire: &str, places: &[Place]) {
        if self.load.count > 0 {
            self.entries.push(',');
        }
        self.entries.push_str(wire);
        let size = |length| i64::try_from(length).unwrap_or(i64::MAX);
        // There is a comma less than entries.
        let (count, bytes) = (size(places.len()), size(wire.len() + 1));
        self.load.last = places.last().map_or(self.load.last, |place| place.offset);
        self.load.count += count;
        self.load.bytes += bytes - count;
    }
}

impl Hub {
    /// Lets a device in and goes on from where it stopped.
    pub(super) fn connected(
        &mut self,
        id: u32,
        device: Id,
        cursor: Option<(String, i64)>,
        head: i64,
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        if let Some(close) = self.refused(device, turn) {
            turn.out.push(Effect::Close { conn: id, close: close.into() });
            return Ok(());
        }
        if self.state.spine.is_none() {
            self.mark(Transition::Begun);
            self.state.spine = Some(head);
            self.dirty = true;
        }
        self.dirty |= !self.state.senders.contains_key(&device);
        self.state.senders.or_default(device).seen = turn.now;
        let (epoch, offset) = (self.state.epoch.clone(), self.state.offset);
        let (known, sent) = match cursor {
            None => {
                self.mark(Transition::ConnectedNew);
                (true, offset)
            }
            Some((of, sent)) if of == epoch && (0..=offset).contains(&sent) => {
                let level = if sent == offset { Transition::ResumedLevel } else { Transition::ResumedBehind };
                self.mark(level);
                (true, sent)
            }
            Some((of, _)) => {
                let beyond = if of == epoch { Transition::ResyncBeyond } else { Transition::ResyncEpoch };
                self.mark(beyond);
                (false, offset)
            }
        };
        let conn = Conn::new(id, device, sent, turn.now);
        let acknowledged = self.state.acknowledged(device);
        turn.send(&conn, Down::Established { epoch: epoch.clone(), acknowledged, offset });
        if !known {
            turn.send(&conn, Down::Resync { epoch, offset });
        }
        self.came(&conn, turn);
        self.conns.push(conn);
        self.pump(self.conns.len() - 1, turn)?;
        // Behind it there is something to read. Before it the hub may have read on meanwhile, or the spine was set back.
        if self.state.spine.is_some_and(|spine| spine != head) {
            self.pull(turn);
        }
        self.wake_at(turn.now + self.limits.poll, turn);
        Ok(())
    }

    /// Why a device is not let in. Of its own connections the oldest makes room.
    fn refused(&mut self, device: Id, turn: &mut Turn<'_>) -> Option<CloseCode> {
        if self.state.gone {
            self.mark(Transition::RefusedAccount);
            return Some(CloseCode::AccountGone);
        }
        if self.state.ended.contains(&device) {
            self.mark(Transition::RefusedDevice);
            return Some(CloseCode::DeviceGone);
        }
        if self.conns.len() < self.limits.connections {
            return None;
        }
        let own = self.conns.iter().filter(|conn| conn.device == device);
        let Some(oldest) = own.min_by_key(|conn| conn.since).map(|conn| conn.id) else {
            self.mark(Transition::RefusedMany);
            return Some(CloseCode::TooMany);
        };
        self.mark(Transition::OldestMadeRoom);
        self.close(oldest, CloseCode::TooMany.into(), turn);
        None
    }

    /// The device has everything up to there.
    pub(super) fn received(&mut self, at: usize, offset: i64, turn: &mut Turn<'_>) -> Result<(), Stop> {
        let Some(conn) = self.conns.get_mut(at) else { return Ok(()) };
        if offset > conn.sent {
            self.mark(Transition::ReceivedUnsent);
            return Err(Stop::Close(Close::rule("offset: not sent yet")));
        }
        let owed = conn.owes.is_some();
        let told = conn.told;
        if !conn.receive(offset) {
            self.mark(Transition::ReceivedAgain);
            return Ok(());
        }
        self.taken.mark(Transition::Received);
        if told {
            self.taken.mark(Transition::SlowRecovered);
        } else if owed {
            self.taken.mark(Transition::BehindMoved);
        }
        Ok(self.pump(at, turn)?)
    }

    /// Hands out what this turn has written: to who has all before it as it is, to others from the log.
    pub(super) fn fan_out(&mut self, fresh: &Fresh, turn: &mut Turn<'_>) -> Result<(), Fault> {
        if fresh.load.count == 0 {
            return Ok(());
        }
        let entries: Rc<str> = Rc::from(fresh.entries.as_str());
        for at in 0..self.conns.len() {
            let Some(conn) = self.conns.get_mut(at) else { break };
            let level = conn.sent == fresh.after;
            let fits = conn.room(&self.limits).is_some_and(|(count, bytes)| {
                fresh.load.count <= count && (fresh.load.bytes <= bytes || fresh.load.count == 1)
            });
            if level && fresh.device == Some(conn.device) {
                (conn.sent, conn.changed) = (fresh.load.last, true);
                self.taken.mark(Transition::OwnSkipped);
            } else if level && fits {
                turn.send(conn, Down::Deliver { entries: entries.clone(), count: fresh.load.count });
                conn.send(fresh.load);
                self.taken.mark(Transition::FannedOut);
            } else {
                self.pump(at, turn)?;
            }
        }
        Ok(())
    }

    /// Sends what the log has for a connection, as far as there is room.
    pub(super) fn pump(&mut self, at: usize, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let Some(conn) = self.conns.get_mut(at) else { return Ok(()) };
        loop {
            if conn.sent < self.state.floor {
                self.taken.mark(Transition::Missed);
                turn.send(conn, Down::Missed { from: conn.sent + 1, to: self.state.floor });
                (conn.sent, conn.changed) = (self.state.floor, true);
            }
            if conn.sent >= self.state.offset {
                return Ok(());
            }
            let Some((entries, bytes)) = conn.room(&self.limits) else { break };
            let alive = turn.now - self.limits.skew;
            let ask = Ask { after: conn.sent, device: Some(conn.device), alive, entries, bytes };
            let Some(page) = turn.log.page(ask)? else {
                // What is left was its own, or has expired.
                self.taken.mark(Transition::PumpedNothing);
                (conn.sent, conn.changed) = (self.state.offset, true);
                return Ok(());
            };
            self.taken.mark(Transition::Pumped);
            turn.send(conn, Down::Deliver { entries: page.entries.into(), count: page.count });
            conn.send(Load { last: page.last, count: page.count, bytes: page.bytes });
        }
        self.taken.mark(Transition::FellBehind);
        conn.block(turn.now);
        let owes = conn.owes.unwrap_or(turn.now);
        self.wake_at(owes + self.limits.slow, turn);
        Ok(())
    }
}
