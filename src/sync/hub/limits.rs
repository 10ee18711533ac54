//! What a hub allows, as the table of docs/relay.md has it.

/// A rate: one event every so often, and some at once (a leaky bucket, kept as one time).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Milliseconds for one event.
    pub each: i64,
    /// How many milliseconds' worth may come at once.
    pub burst: i64,
}

impl Rate {
    /// Up to when it is used up after so many events more. A clock that went back lengthens nothing beyond the burst.
    #[must_use]
    pub fn after(&self, used: i64, events: i64, now: i64) -> i64 {
        used.clamp(now, now.saturating_add(self.burst)).saturating_add(events.saturating_mul(self.each))
    }

    /// The same if it allows them; otherwise in how many milliseconds it does.
    pub fn take(&self, used: i64, events: i64, now: i64) -> Result<i64, i64> {
        let after = self.after(used, events, now);
        let over = after.saturating_sub(now).saturating_sub(self.burst);
        if over > 0 { Err(over) } else { Ok(after) }
    }
}

/// What a hub allows. Times are in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections of a person.
    pub connections: usize,
    /// Events of a device.
    pub device: Rate,
    /// Events of a person.
    pub person: Rate,
    /// Streams of a person.
    pub streams: usize,
    /// Events in a frame.
    pub batch: usize,
    /// Bytes of a body.
    pub body: usize,
    /// Entries on their way to a connection.
    pub window: i64,
    /// Bytes on their way to a connection.
    pub window_bytes: i64,
    /// Entries in a frame.
    pub page: i64,
    /// Bytes of entries in a frame, but for the first.
    pub page_bytes: i64,
    /// Frames in a row that come too early, before a connection is closed for them.
    pub early: i64,
    /// How long a device may owe an answer before it is told, and then once more before it is cut.
    pub slow: i64,
    /// How long after its time an event counts as expired: clocks differ.
    pub skew: i64,
    /// How old entries become.
    pub age: i64,
    /// How many entries are kept,
    pub keep: i64,
    /// where those are younger than this, up to
    pub young: i64,
    /// so many.
    pub most: i64,
    /// So many entries are removed in one turn.
    pub removed: i64,
    /// The state is kept after so many entries.
    pub checkpoint: i64,
    /// How often a device may say that it is there, or that somebody types.
    pub signal: i64,
    /// How often the spine is read while somebody is connected and nobody poked.
    pub poll: i64,
}

const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;

impl Limits {
    /// So many times the connections and the events, for measuring.
    #[must_use]
    pub fn scaled(self, scale: u32) -> Self {
        let rate = |rate: Rate| Rate { burst: rate.burst.saturating_mul(i64::from(scale)), ..rate };
        let connections = self.connections.saturating_mul(usize::try_from(scale).unwrap_or(usize::MAX));
        Self { connections, device: rate(self.device), person: rate(self.person), ..self }
    }

    /// Those of docs/relay.md. No minute sees more than 3,000 events of a person: 1,500 at once and 25 a second.
    pub const STANDARD: Self = Self {
        connections: 20,
        device: Rate { each: 50, burst: 10_000 },
        person: Rate { each: 40, burst: MINUTE },
        streams: 256,
        batch: 100,
        body: 48 * 1_024,
        window: 128,
        window_bytes: 256 * 1_024,
        page: 64,
        page_bytes: 60 * 1_024,
        early: 1_000,
        slow: MINUTE,
        skew: 5 * MINUTE,
        age: 30 * DAY,
        keep: 10_000,
        young: DAY,
        most: 50_000,
        removed: 500,
        checkpoint: 128,
        signal: 1_000,
        poll: 5 * MINUTE,
    };
}
