//! What the hub keeps besides the log: how far devices, streams and the spine have come.
//!
//! Nearly all of it follows from the log's entries. The state is therefore kept now and then, and what was written
//! since is read from the log's tail when an object wakes: keeping an event is one insertion.

use serde::{Deserialize, Serialize};

use crate::kernel::id::Id;
use crate::kernel::map::Map;
use crate::sync::hub::limits::Limits;
use crate::sync::hub::log::Place;

/// The stream of what the server changed; its `stream_seq` is that of the spine.
pub const SYSTEM: &str = "system";

/// So many ended devices are remembered, against connections that were let in just before.
const ENDED: usize = 32;

/// How far a device has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The last of its events that is kept.
    pub seq: i64,
    /// Up to when its rate is used up, in milliseconds since 1970.
    pub used: i64,
    /// When it was last heard of.
    pub seen: i64,
}

/// All of it. Its form is pinned by a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The log, a random text: offsets of another one mean nothing.
    pub epoch: String,
    /// The last entry.
    pub offset: i64,
    /// When it was kept. Entries never go back in time, so that the oldest ones are the first ones.
    pub at: i64,
    /// Retention has removed everything up to there.
    pub floor: i64,
    /// The last event of the spine that was read; `None` before the first device came.
    pub spine: Option<i64>,
    /// Up to when the person's rate is used up.
    pub used: i64,
    /// The account was deleted: nothing is kept any more.
    pub gone: bool,
    /// Devices that have been there.
    pub senders: Map<Id, Sender>,
    /// The last place in each stream of the devices.
    pub streams: Map<String, i64>,
    /// Devices that were revoked or deleted, the latest last.
    pub ended: Vec<Id>,
}

impl State {
    /// That of a log that begins.
    #[must_use]
    pub fn new(epoch: &str) -> Self {
        Self {
            epoch: epoch.to_owned(),
            offset: 0,
            at: 0,
            floor: 0,
            spine: None,
            used: 0,
            gone: false,
            senders: Map::new(),
            streams: Map::new(),
            ended: Vec::new(),
        }
    }

    /// The last `seq` of a device that is kept.
    #[must_use]
    pub fn acknowledged(&self, device: Id) -> i64 {
        self.senders.get(&device).map_or(0, |sender| sender.seq)
    }

    /// Goes on with an entry of the log.
    pub fn advance(&mut self, place: &Place) {
        self.offset = place.offset;
        self.at = place.at;
        let Some((device, seq)) = place.from else {
            self.spine = Some(place.stream_seq);
            return;
        };
        let sender = self.senders.or_default(device);
        sender.seq = sender.seq.max(seq);
        sender.seen = place.at;
        match self.streams.get_mut(place.stream.as_str()) {
            Some(last) => *last = place.stream_seq,
            None => drop(self.streams.insert(place.stream.clone(), place.stream_seq)),
        }
    }

    /// Goes on with an entry of the log's tail, whose use of the rates is not in the state yet either.
    pub fn replay(&mut self, place: &Place, limits: &Limits) {
        self.advance(place);
        if let Some((device, _)) = place.from {
            let sender = self.senders.or_default(device);
            sender.used = limits.device.after(sender.used, 1, place.at);
            self.used = limits.person.after(self.used, 1, place.at);
        }
    }

    /// Uses the rates of a device and of the person for so many events; or says in how many milliseconds to come again.
    pub fn take(&mut self, device: Id, events: i64, now: i64, limits: &Limits) -> Result<(), (Whose, i64)> {
        let sender = self.senders.or_default(device);
        // A clock that went back is not waited for: from now on it is full, and not more.
        self.used = self.used.min(now + limits.person.burst);
        sender.used = sender.used.min(now + limits.device.burst);
        let person = limits.person.take(self.used, events, now).map_err(|retry| (Whose::Person, retry))?;
        sender.used = limits.device.take(sender.used, events, now).map_err(|retry| (Whose::Device, retry))?;
        self.used = person;
        Ok(())
    }

    /// Forgets a device for good.
    pub fn end(&mut self, device: Id) {
        self.senders.remove(&device);
        self.ended.retain(|ended| *ended != device);
        if self.ended.len() >= ENDED {
            self.ended.remove(0);
        }
        self.ended.push(device);
    }
}

/// Whose rate was used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// That of the device.
    Device,
    /// That of all devices together.
    Person,
}
