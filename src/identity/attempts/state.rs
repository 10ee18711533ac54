//! What the object of one subject counts: guesses from each network, from each known device and, of those without a
//! known device, from everywhere. Time is an argument.
//!
//! A guess is counted before it is looked at, so that guesses side by side count as well. One that was right is taken
//! back afterwards. A guess that comes too early is refused without being counted: a wait never grows by waiting.

use crate::kernel::map::Map;

use serde::{Deserialize, Serialize};

use crate::kernel::time::Timestamp;

/// Guesses from one network, or from one known device, before each has to wait.
pub const FREE: u32 = 5;
/// Guesses without a known device, from everywhere together, before each has to wait.
pub const FREE_EVERYWHERE: u32 = 20;
/// The longest wait in seconds.
pub const LONGEST_WAIT: i64 = 900;
/// The most guesses without a known device that any hour holds, from wherever they come: 20 at once, 9 while the waits
/// double from 2 to 512 seconds, and one every 15 minutes.
pub const MOST_AN_HOUR: usize = 31;
/// Milliseconds without a guess after which a count is forgotten.
pub const MEMORY_MILLIS: i64 = 24 * 3_600_000;
/// Most networks, and most devices, that are told apart; beyond, the one that was quiet longest is forgotten.
const MOST_TRACKS: usize = 64;

/// What the object is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Somebody is about to guess.
    Begin {
        /// From where.
        from: Origin,
    },
    /// The guess was right: its track is forgotten.
    Succeeded {
        /// From where.
        from: Origin,
    },
    /// The guess was no guess: it is taken back, and what was counted before stays.
    TakenBack {
        /// From where.
        from: Origin,
    },
    /// The owner has proved who they are in another way: everything is forgotten.
    Clear,
}

/// Where a guess comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// A pseudonym of the network.
    pub network: String,
    /// A device that signed in here before, and proved it.
    pub device: Option<String>,
}

/// What the object answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The guess is counted and may be looked at.
    Proceed,
    /// It is too early.
    Wait {
        /// Seconds until the next guess is looked at; at least 1.
        seconds: u32,
    },
    /// So be it.
    Done,
}

/// Guesses of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Track {
    pub(super) count: u32,
    /// When the last one was, in milliseconds.
    last: i64,
}

impl Track {
    /// Milliseconds until the next one may be.
    fn wait(&self, free: u32, now: i64) -> i64 {
        if self.count < free || self.is_over(now) {
            return 0;
        }
        let seconds = 2_i64.checked_pow(self.count - free + 1).map_or(LONGEST_WAIT, |s| s.min(LONGEST_WAIT));
        // A clock that went back makes nobody wait longer.
        seconds * 1000 - (now - self.last).max(0)
    }

    fn count(&mut self, now: i64) {
        if self.is_over(now) {
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.last = self.last.max(now);
    }

    fn is_over(&self, now: i64) -> bool {
        now - self.last >= MEMORY_MILLIS
    }
}

/// Everything that is counted for one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub(super) networks: Map<String, Track>,
    devices: Map<String, Track>,
    pub(super) everywhere: Track,
}

impl State {
    /// Carries a command out.
    pub fn handle(&mut self, command: Command, now: Timestamp) -> Reply {
        let now = now.millis();
        match command {
            Command::Begin { from } => return self.begin(from, now),
            Command::Succeeded { from } => self.succeeded(&from),
            Command::TakenBack { from } => self.taken_back(&from),
            Command::Clear => *self = Self::default(),
        }
        Reply::Done
    }

    /// A known device is counted by itself: what others do does not slow it down.
    fn begin(&mut self, from: Origin, now: i64) -> Reply {
        let wait = match &from.device {
            Some(device) => self.devices.get(device).map_or(0, |track| track.wait(FREE, now)),
            None => {
                let network = self.networks.get(&from.network).map_or(0, |track| track.wait(FREE, now));
                network.max(self.everywhere.wait(FREE_EVERYWHERE, now))
            }
        };
        if wait > 0 {
            return Reply::Wait { seconds: u32::try_from((wait + 999) / 1000).unwrap_or(1).max(1) };
        }
        match from.device {
            Some(device) => count_in(&mut self.devices, device, now),
            None => {
                count_in(&mut self.networks, from.network, now);
                self.everywhere.count(now);
            }
        }
        Reply::Proceed
    }

    /// The count of everywhere goes back by one alone: it also holds the guesses of others.
    fn succeeded(&mut self, from: &Origin) {
        match &from.device {
            Some(device) => {
                self.devices.remove(device);
            }
            None => {
                self.networks.remove(&from.network);
                self.everywhere.count = self.everywhere.count.saturating_sub(1);
            }
        }
    }

    fn taken_back(&mut self, from: &Origin) {
        let track = match &from.device {
            Some(device) => self.devices.get_mut(device),
            None => {
                self.everywhere.count = self.everywhere.count.saturating_sub(1);
                self.networks.get_mut(&from.network)
            }
        };
        if let Some(track) = track {
            track.count = track.count.saturating_sub(1);
        }
    }

    /// When nothing counts any more.
    #[must_use]
    pub fn idle_at(&self) -> Timestamp {
        let tracks = self.networks.values().chain(self.devices.values());
        let last = tracks.map(|track| track.last).fold(self.everywhere.last, i64::max);
        Timestamp::EPOCH.plus_millis(last.saturating_add(MEMORY_MILLIS))
    }
}

fn count_in(tracks: &mut Map<String, Track>, name: String, now: i64) {
    tracks.retain(|_, track| !track.is_over(now));
    if tracks.len() >= MOST_TRACKS && !tracks.contains_key(&name) {
        let quiet = tracks.iter().min_by_key(|(_, track)| track.last).map(|(name, _)| name.clone());
        quiet.and_then(|quiet| tracks.remove(&quiet));
    }
    tracks.or_default(name).count(now);
}
