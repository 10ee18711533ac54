//! Who is there, and who types: told to the other devices, and kept nowhere but for when a device was last heard of.

use crate::kernel::id::Id;
use crate::sync::hub::conn::Conn;
use crate::sync::hub::transition::Transition;
use crate::sync::hub::turn::{Down, Presence};
use crate::sync::hub::{Hub, Turn};

impl Hub {
    /// Devices that were there, with when they were last heard of.
    pub fn devices(&self) -> impl Iterator<Item = (Id, Presence, i64)> {
        self.state.senders.iter().map(|(device, sender)| (*device, self.presence(*device), sender.seen))
    }

    /// Somebody is at a device if somebody is at any of its connections.
    fn presence(&self, device: Id) -> Presence {
        let mut presence = Presence::Offline;
        for conn in self.conns.iter().filter(|conn| conn.device == device) {
            if !conn.idle {
                return Presence::Active;
            }
            presence = Presence::Idle;
        }
        presence
    }

    fn tell(&self, device: Id, state: Presence, last_seen: i64, turn: &mut Turn<'_>) {
        for conn in self.conns.iter().filter(|conn| conn.device != device) {
            turn.send(conn, Down::Presence { device, state, last_seen });
        }
    }

    /// A connection that is about to be let in: the others hear of it, and it of them.
    pub(super) fn came(&mut self, conn: &Conn, turn: &mut Turn<'_>) {
        match self.presence(conn.device) {
            Presence::Active => self.mark(Transition::CameAgain),
            before => {
                self.mark(if before == Presence::Idle { Transition::CameBack } else { Transition::Came });
                self.tell(conn.device, Presence::Active, turn.now, turn);
            }
        }
        for (at, other) in self.conns.iter().enumerate() {
            let earlier = self.conns.iter().take(at).any(|known| known.device == other.device);
            if other.device != conn.device && !earlier {
                let last_seen = self.state.senders.get(&other.device).map_or(0, |sender| sender.seen);
                let (device, state) = (other.device, self.presence(other.device));
                turn.send(conn, Down::Presence { device, state, last_seen });
            }
        }
    }

    /// A connection has ended.
    pub(super) fn leave(&mut self, conn: u32, turn: &mut Turn<'_>) {
        let Some(at) = self.at(conn) else { return };
        let Some(device) = self.conns.get(at).map(|conn| conn.device) else { return };
        let before = self.presence(device);
        self.conns.remove(at);
        let after = self.presence(device);
        if after == Presence::Offline {
            self.mark(Transition::Went);
            if let Some(sender) = self.state.senders.get_mut(&device) {
                sender.seen = turn.now;
                self.dirty = true;
            }
        } else {
            self.mark(Transition::OneOfSeveralWent);
        }
        if after != before {
            self.tell(device, after, turn.now, turn);
        }
    }

    /// Somebody is there or not. What comes too soon after the last is remembered and told to nobody.
    pub(super) fn said(&mut self, at: usize, idle: bool, turn: &mut Turn<'_>) {
        let Some(device) = self.conns.get(at).map(|conn| conn.device) else { return };
        let before = self.presence(device);
        let soon = self.soon(device, turn.now, |conn| conn.said);
        let Some(conn) = self.conns.get_mut(at) else { return };
        if conn.idle != idle {
            (conn.idle, conn.changed) = (idle, true);
            conn.said = if soon { conn.said } else { turn.now };
        }
        let after = self.presence(device);
        self.mark(match (after == before, soon) {
            (true, _) => Transition::SaidTheSame,
            (false, true) => Transition::SaidTooSoon,
            (false, false) => Transition::SaidAnother,
        });
        if after != before && !soon {
            self.tell(device, after, turn.now, turn);
        }
    }

    /// Somebody types.
    pub(super) fn typed(&mut self, at: usize, stream: String, turn: &mut Turn<'_>) {
        let Some(device) = self.conns.get(at).map(|conn| conn.device) else { return };
        if self.soon(device, turn.now, |conn| conn.typed) {
            self.mark(Transition::TypedTooSoon);
            return;
        }
        self.mark(Transition::Typed);
        if let Some(conn) = self.conns.get_mut(at) {
            (conn.typed, conn.changed) = (turn.now, true);
        }
        for conn in self.conns.iter().filter(|conn| conn.device != device) {
            turn.send(conn, Down::Typing { device, stream: stream.clone() });
        }
    }

    /// Whether a device did something less than a second ago.
    fn soon(&self, device: Id, now: i64, did: impl Fn(&Conn) -> i64) -> bool {
        let mut own = self.conns.iter().filter(|conn| conn.device == device);
        own.any(|conn| now.saturating_sub(did(conn)).abs() < self.limits.signal)
    }
}
