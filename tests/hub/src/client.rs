//! A client as docs/relay.md describes it: it keeps what it made until that is acknowledged, and what it was told up
//! to a cursor. It checks what a client can check by itself; the world checks the rest.

use std::collections::VecDeque;

use crate::kernel::id::Id;
use crate::sync::hub::turn::{Down, Private, Up};

/// One device with its own store.
#[derive(Debug)]
pub struct Client {
    /// The device.
    pub id: Id,
    /// Its number in the world.
    pub number: usize,
    /// Whether it was revoked.
    pub ended: bool,
    /// Whether it breaks rules now and then: nothing is promised to such a one about its own events.
    pub rude: bool,
    /// The `seq` of the next event that it makes.
    pub next: i64,
    /// The last `seq` that was acknowledged: a hub that knows less has forgotten.
    pub heard: i64,
    /// What is not acknowledged.
    pub queue: VecDeque<Private>,
    /// What was acknowledged, and whether as expired.
    pub acknowledged: Vec<(Private, bool)>,
    /// What it was acknowledged by a greeting alone: kept or expired.
    pub settled: Vec<Private>,
    /// Epoch and offset that it goes on from.
    pub cursor: Option<(String, i64)>,
    /// Offsets of what it was told, in order.
    pub told: Vec<i64>,
    /// What it was told that it missed, both ends included; also what a new log skipped.
    pub missed: Vec<(i64, i64)>,
    /// Where it began.
    pub began: Option<i64>,
    /// The connection.
    pub link: Option<u32>,
    /// Whether it may send: it is let in.
    pub open: bool,
    /// How much of the queue was sent on this connection.
    pub sent: usize,
    /// Whether it was told to wait.
    pub held: bool,
    /// What it has to say that it received.
    pub owes: Option<i64>,
}

impl Client {
    /// A new one.
    #[must_use]
    pub fn new(number: usize, id: Id) -> Self {
        Self {
            id,
            number,
            ended: false,
            rude: false,
            next: 1,
            heard: 0,
            queue: VecDeque::new(),
            acknowledged: Vec::new(),
            settled: Vec::new(),
            cursor: None,
            told: Vec::new(),
            missed: Vec::new(),
            began: None,
            link: None,
            open: false,
            sent: 0,
            held: false,
            owes: None,
        }
    }

    /// Its connection is gone; what is not acknowledged has to be sent again.
    pub fn cut(&mut self) {
        (self.link, self.open, self.sent, self.held, self.owes) = (None, false, 0, false, None);
    }

    /// The next frame of events, if it may send and has any: one, or a batch.
    pub fn send(&mut self, most: usize) -> Option<Up> {
        if !self.open || self.held || self.sent >= self.queue.len() {
            return None;
        }
        let end = (self.sent + most.max(1)).min(self.queue.len());
        let events = self.queue.range(self.sent..end).cloned().collect();
        self.sent = end;
        Some(Up::Events(events))
    }

    /// What it owes.
    pub fn receive(&mut self) -> Option<Up> {
        self.owes.take().map(Up::Received)
    }

    fn settle(&mut self, seq: i64, expired: bool, greeting: bool) {
        while let Some(event) = self.queue.pop_front_if(|event| event.seq <= seq) {
            self.sent = self.sent.saturating_sub(1);
            let own = event.seq == seq && expired;
            if greeting { self.settled.push(event) } else { self.acknowledged.push((event, own)) }
        }
    }

    fn reach(&mut self, offset: i64) {
        if let Some((_, at)) = &mut self.cursor {
            *at = (*at).max(offset);
        }
    }

    /// Handles a frame. `entries` reads what is delivered.
    pub fn hear(&mut self, frame: &Down) -> Result<(), String> {
        let at = self.cursor.as_ref().map_or(0, |(_, at)| *at);
        match frame {
            Down::Established { epoch, acknowledged, offset } => {
                self.open = true;
                if self.cursor.is_none() {
                    self.cursor = Some((epoch.clone(), *offset));
                    self.began = Some(*offset);
                }
                if *acknowledged >= self.next && !self.rude {
                    return Err(format!("{acknowledged} acknowledged of {}", self.next - 1));
                }
                if *acknowledged < self.heard {
                    return Err(format!("{acknowledged} acknowledged after {}", self.heard));
                }
                self.settle(*acknowledged, false, true);
                // Those behind get the places that follow.
                self.next = acknowledged + 1;
                for event in &mut self.queue {
                    event.seq = self.next;
                    self.next += 1;
                }
            }
            Down::Ack { seq, place, reached } => {
                self.heard = self.heard.max(*seq);
                self.settle(*seq, place.is_none(), false);
                self.reach(*reached);
                self.owes = self.owes.max(Some(*reached));
            }
            Down::Gap { expected } => {
                self.sent = self.queue.iter().position(|event| event.seq >= *expected).unwrap_or(self.sent);
            }
            Down::Throttled { retry_ms } => {
                if *retry_ms <= 0 {
                    return Err("a wait of nothing".to_owned());
                }
                (self.held, self.sent) = (true, 0);
            }
            Down::Deliver { entries, .. } => {
                let mut last = at;
                for offset in entries.split(',') {
                    let offset: i64 = offset.parse().map_err(|_| format!("no offset: {offset}"))?;
                    if offset <= last {
                        return Err(format!("{offset} after {last}"));
                    }
                    self.told.push(offset);
                    last = offset;
                }
                self.reach(last);
                self.owes = Some(last);
            }
            Down::Missed { from, to } => {
                if *from <= at || to < from {
                    return Err(format!("missed {from} to {to} at {at}"));
                }
                self.missed.push((*from, *to));
                self.reach(*to);
            }
            Down::Resync { epoch, offset } => {
                self.missed.push((1, *offset));
                self.cursor = Some((epoch.clone(), *offset));
                // It goes on as if it had begun there: what it was told of another log is of no concern.
                self.told.retain(|told| told <= offset);
            }
            Down::Presence { device, .. } | Down::Typing { device, .. } if *device == self.id => {
                return Err("told of itself".to_owned());
            }
            Down::Slow | Down::Presence { .. } | Down::Typing { .. } => {}
        }
        Ok(())
    }
}
