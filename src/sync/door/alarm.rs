//! The alarm of a hub's object: it rings for the earliest of what anybody waits for.

use crate::sync::door::line::Line;
use crate::sync::door::{Door, Room};
use crate::sync::hub::log::{LOG, SqlLog};
use crate::sync::hub::turn::Event;
use crate::sync::relay::close::{Close, CloseCode};

/// An alarm that is overdue by so many milliseconds was lost: another one may be set in its place.
const LOST: i64 = 3_600_000;

impl Door {
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
            // A log that is being brought back waits for its next page.
            None if !SqlLog::has(room.object, LOG) => room.object.forget(),
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

    /// Has the alarm ring at that moment or earlier.
    pub(super) fn ring_at(&self, room: Room<'_>, at: i64) {
        let set = self.alarm.get().filter(|set| *set > room.millis() - LOST);
        if set.is_none_or(|set| at < set) {
            self.alarm.set(Some(at));
            room.object.set_alarm(at);
        }
    }
}
