//! Events of devices: the table "Up" of docs/relay.md.

use std::slice;

use crate::kernel::id::Id;
use crate::kernel::map::Map;
use crate::sync::hub::down::Fresh;
use crate::sync::hub::log::{Entry, Fault, Place};
use crate::sync::hub::state::{SYSTEM, Whose};
use crate::sync::hub::transition::Transition;
use crate::sync::hub::turn::{Down, Private};
use crate::sync::hub::upkeep::MINUTE;
use crate::sync::hub::{Hub, Stop, Turn};
use crate::sync::relay::close::Close;

/// A clock is not set back by more than this.
const SET_BACK: i64 = 30 * MINUTE;

impl Hub {
    /// Takes events in and acknowledges the last of them.
    pub(super) fn events(&mut self, at: usize, events: &[Private], turn: &mut Turn<'_>) -> Result<(), Stop> {
        let Some(conn) = self.conns.get_mut(at) else { return Ok(()) };
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
        if let Err(close) = sound(events, self.limits.batch, self.limits.body) {
            self.mark(Transition::EventsAgainstTheRules);
            return Err(Stop::Close(close));
        }
        let device = conn.device;
        let kept = self.state.acknowledged(device);
        if first.seq > kept + 1 {
            return self.early(at, kept + 1, turn);
        }
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        if let Err((whose, retry_ms)) = self.state.take(device, count, turn.now, &self.limits) {
            self.taken.mark(match whose {
                Whose::Device => Transition::DeviceThrottled,
                Whose::Person => Transition::PersonThrottled,
            });
            turn.send(conn, Down::Throttled { retry_ms });
            return Ok(());
        }
        if conn.gaps > 0 {
            (conn.gaps, conn.changed) = (0, true);
            self.taken.mark(Transition::GapClosed);
        }
        if events.len() > 1 {
            self.mark(Transition::BatchTaken);
        }
        let mut fresh = Fresh::of(Some(device), self.state.offset);
        let place = self.take_all(device, events, &mut fresh, turn);
        // What was written before a fault in a batch is in the log, and goes out.
        self.fan_out(&fresh, turn)?;
        let place = place?;
        if let Some(conn) = self.conns.get(at) {
            turn.send(conn, Down::Ack { seq: last.seq, place, reached: conn.sent });
        }
        Ok(())
    }

    /// Events of which the first comes next or was there before. Gives the place of the last; `None` if it has expired.
    fn take_all(
        &mut self,
        device: Id,
        events: &[Private],
        fresh: &mut Fresh,
        turn: &mut Turn<'_>,
    ) -> Result<Option<(i64, i64)>, Stop> {
        let last = self.state.acknowledged(device);
        let new = |event: &Private| event.seq > last && !self.is_expired(event, turn);
        if events.iter().all(new)
            && let Some(place) = self.keep_new(device, events, fresh, turn)?
        {
            return Ok(Some(place));
        }
        let mut place = None;
        for event in events {
            place = self.take_in(device, event, fresh, turn)?;
        }
        Ok(place)
    }

    fn is_expired(&self, event: &Private, turn: &Turn<'_>) -> bool {
        event.expires_at.is_some_and(|at| at < turn.now - self.limits.skew)
    }

    /// One event, which comes next or was there before. Gives its place; `None` for one that has expired.
    fn take_in(
        &mut self,
        device: Id,
        event: &Private,
        fresh: &mut Fresh,
        turn: &mut Turn<'_>,
    ) -> Result<Option<(i64, i64)>, Stop> {
        if event.seq <= self.state.acknowledged(device) {
            if let Some(place) = turn.log.find(event.id)? {
                self.mark(Transition::Repeated);
                return Ok(Some(place));
            }
            // It may have been kept, or found expired, by a clock that was set back since.
            if event.expires_at.is_some_and(|at| at < turn.now + SET_BACK) {
                self.mark(Transition::RepeatedExpired);
                return Ok(None);
            }
            self.mark(Transition::PlaceTaken);
            return Err(Stop::Close(Close::rule("seq: another event has this place")));
        }
        if self.is_expired(event, turn) {
            self.mark(Transition::Expired);
            self.pass_over(device, event.seq);
            return Ok(None);
        }
        if !self.state.streams.contains_key(event.stream.as_str())
            && self.state.streams.len() >= self.limits.streams
        {
            self.mark(Transition::TooManyStreams);
            return Err(Stop::Close(Close::rule("stream: there are too many")));
        }
        if let Some(place) = self.keep_new(device, slice::from_ref(event), fresh, turn)? {
            return Ok(Some(place));
        }
        self.mark(Transition::RepeatedElsewhere);
        self.pass_over(device, event.seq);
        Ok(turn.log.find(event.id)?)
    }

    /// Keeps events that come next, in one statement, and gives the place of the last. `None`, and nothing kept, where an
    /// id is there already or the streams would be too many: which of several it is comes out one by one.
    fn keep_new(
        &mut self,
        device: Id,
        events: &[Private],
        fresh: &mut Fresh,
        turn: &mut Turn<'_>,
    ) -> Result<Option<(i64, i64)>, Fault> {
        let at = turn.now.max(self.state.at);
        let mut streams: Map<&str, i64> = Map::new();
        let mut places = Vec::with_capacity(events.len());
        for (event, offset) in events.iter().zip(self.state.offset + 1..) {
            let stream = event.stream.as_str();
            let known = streams.get(stream).or_else(|| self.state.streams.get(stream));
            let stream_seq = known.copied().unwrap_or(0) + 1;
            streams.insert(stream, stream_seq);
            let from = Some((device, event.seq));
            places.push(Place { offset, stream: stream.to_owned(), stream_seq, from, at });
        }
        let opened = streams.keys().filter(|stream| !self.state.streams.contains_key(**stream)).count();
        if self.state.streams.len() + opened > self.limits.streams {
            return Ok(None);
        }
        let entries: Vec<Entry<'_>> = events.iter().zip(&places).map(entry).collect();
        let Some(wire) = turn.log.insert(&entries)? else { return Ok(None) };
        fresh.push(&wire, &places);
        for place in &places {
            self.mark(Transition::Kept);
            self.state.advance(place);
        }
        for at in events.iter().filter_map(|event| event.expires_at) {
            let gone = at.saturating_add(self.limits.skew + 1);
            self.wake_at(gone.max(turn.now + MINUTE), turn);
        }
        Ok(places.last().map(|place| (place.offset, place.stream_seq)))
    }

    /// The place of an event is taken without an entry, which the log does not tell.
    fn pass_over(&mut self, device: Id, seq: i64) {
        self.state.senders.or_default(device).seq = seq;
        self.dirty = true;
    }

    /// Events came before those that are missing: this is said once for each run of them.
    fn early(&mut self, at: usize, expected: i64, turn: &mut Turn<'_>) -> Result<(), Stop> {
        let Some(conn) = self.conns.get_mut(at) else { return Ok(()) };
        conn.gaps += 1;
        if conn.gaps > self.limits.early {
            self.mark(Transition::GapTooLong);
            return Err(Stop::Close(Close::rule("seq: those before it are missing")));
        }
        let said = conn.gaps > 1;
        self.taken.mark(if said { Transition::GapGoesOn } else { Transition::GapSaid });
        if !said {
            conn.changed = true;
            turn.send(conn, Down::Gap { expected });
        }
        Ok(())
    }
}

fn entry<'a>((event, place): (&'a Private, &'a Place)) -> Entry<'a> {
    Entry { place, id: event.id, expires_at: event.expires_at, body: &event.body }
}

/// Whether events may be taken in: one after the other, and none too large.
fn sound(events: &[Private], most: usize, body: usize) -> Result<(), Close> {
    if events.len() > most {
        return Err(Close::rule("events: too many"));
    }
    let mut pairs = events.iter().zip(events.iter().skip(1));
    if !pairs.all(|(one, next)| one.seq.checked_add(1) == Some(next.seq)) {
        return Err(Close::rule("seq: a batch is in order"));
    }
    if events.iter().any(|event| event.body.len() > body) {
        return Err(Close::rule("body: too large"));
    }
    if events.iter().any(|event| event.stream == SYSTEM) {
        return Err(Close::rule("stream: system is the server's"));
    }
    Ok(())
}
