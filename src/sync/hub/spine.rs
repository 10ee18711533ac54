//! What the server changed: the hub reads the spine from its own cursor, and a poke is only a hint.
//!
//! The cursor is the `stream_seq` of the last entry of the stream `system`, so entry and cursor are one write.

use std::slice;

use crate::sync::hub::down::Fresh;
use crate::sync::hub::log::{Entry, Fault, Place};
use crate::sync::hub::state::SYSTEM;
use crate::sync::hub::transition::Transition;
use crate::sync::hub::turn::{Down, Effect, System};
use crate::sync::hub::{Hub, Turn};
use crate::sync::relay::close::CloseCode;

/// A spine that could not be read, or has a gap, is read again after so many milliseconds.
const AGAIN: i64 = 10_000;

impl Hub {
    /// Asks for what comes next, once at a time.
    pub(super) fn pull(&mut self, turn: &mut Turn<'_>) {
        let Some(after) = self.state.spine.filter(|_| !self.state.gone) else {
            self.mark(Transition::PokedForNothing);
            return;
        };
        if self.asked {
            self.mark(Transition::PokedMeanwhile);
            self.again = true;
            return;
        }
        self.mark(Transition::Pulled);
        (self.asked, self.again) = (true, false);
        turn.out.push(Effect::Pull { after });
    }

    pub(super) fn spine_failed(&mut self, turn: &mut Turn<'_>) {
        self.mark(Transition::SpineFailed);
        self.asked = false;
        self.wake_at(turn.now + AGAIN, turn);
    }

    /// Goes on from where the spine ends now. What devices know may no longer be so, who they are as well: those that have
    /// everything are told to look again, and all come again. Their own events are in the log as ever.
    pub(super) fn spine_set_back(&mut self, head: i64, turn: &mut Turn<'_>) {
        self.asked = false;
        if self.state.gone || self.state.spine.is_none_or(|known| known <= head) {
            return;
        }
        self.mark(Transition::SpineSetBack);
        self.state.spine = Some(head);
        self.dirty = true;
        let (epoch, offset) = (&self.state.epoch, self.state.offset);
        for conn in self.conns.iter().filter(|conn| conn.sent == offset) {
            turn.send(conn, Down::Resync { epoch: epoch.clone(), offset });
        }
        self.close_all(CloseCode::GoingAway, turn);
        if self.again {
            self.pull(turn);
        }
    }

    /// Keeps what was read. Only the first event of a page may leave some out, which are no longer there.
    pub(super) fn spine(&mut self, events: &[System], more: bool, turn: &mut Turn<'_>) -> Result<(), Fault> {
        self.asked = false;
        let Some(mut known) = self.state.spine.filter(|_| !self.state.gone) else { return Ok(()) };
        let mut fresh = Fresh::of(None, self.state.offset);
        let (mut ends, mut first, mut whole) = (Vec::new(), true, true);
        for event in events {
            if event.seq <= known {
                self.mark(Transition::SystemRepeated);
                first = false;
                continue;
            }
            if event.seq != known + 1 {
                self.mark(if first { Transition::SystemBegunLater } else { Transition::SystemGap });
                if !first {
                    whole = false;
                    break;
                }
            }
            self.take_system(event, &mut fresh, turn)?;
            (known, first) = (event.seq, false);
            ends.extend(event.ends);
        }
        self.fan_out(&fresh, turn)?;
        for end in ends {
            self.ended(end, turn)?;
        }
        if !whole {
            self.wake_at(turn.now + AGAIN, turn);
        } else if more || self.again {
            self.pull(turn);
        }
        Ok(())
    }

    fn take_system(&mut self, event: &System, fresh: &mut Fresh, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let place = Place {
            offset: self.state.offset + 1,
            stream: SYSTEM.to_owned(),
            stream_seq: event.seq,
            from: None,
            at: turn.now.max(self.state.at),
        };
        let entry = Entry { place: &place, id: event.id, expires_at: None, body: &event.body };
        if let Some(wire) = turn.log.insert(&[entry])? {
            self.mark(Transition::SystemKept);
            self.state.advance(&place);
            fresh.push(&wire, slice::from_ref(&place));
        } else {
            self.mark(Transition::SystemKnown);
            self.state.spine = Some(event.seq);
            self.dirty = true;
        }
        Ok(())
    }
}
