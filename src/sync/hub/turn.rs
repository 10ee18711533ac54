//! What comes to a hub, and what it wants done.

use std::rc::Rc;

pub use crate::kernel::hub::Presence;
use crate::kernel::id::Id;
use crate::sync::hub::conn::Conn;
use crate::sync::hub::log::Fault;
use crate::sync::relay::close::Close;

/// An event of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Private {
    /// The event.
    pub id: Id,
    /// Counts the device's events from 1.
    pub seq: i64,
    /// Its stream.
    pub stream: String,
    /// After this nobody needs it, in milliseconds since 1970.
    pub expires_at: Option<i64>,
    /// What it says.
    pub body: String,
}

/// An event of the spine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// Its place among the person's events.
    pub seq: i64,
    /// The event.
    pub id: Id,
    /// What it says, as JSON.
    pub body: String,
    /// Whom it puts an end to.
    pub ends: Option<End>,
}

/// Who is no longer served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A device that was revoked or deleted.
    Device(Id),
    /// An account that is suspended: its log stays.
    Suspended,
    /// An account that is deleted, and its log with it.
    Deleted,
}

/// A frame from a device that is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Up {
    /// Events, in order: one in `event`, several in `events`.
    Events(Vec<Private>),
    /// It has kept everything up to that offset.
    Received(i64),
    /// Whether nobody is there.
    Presence {
        /// Nobody is.
        idle: bool,
    },
    /// Somebody types into that stream.
    Typing(String),
}

/// A frame to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Down {
    /// It is let in; the shell adds what it knows of keys and limits.
    Established {
        /// The log.
        epoch: String,
        /// The last `seq` of this device that is kept.
        acknowledged: i64,
        /// The last entry of the log.
        offset: i64,
    },
    /// Its events up to there are kept.
    Ack {
        /// The last of them.
        seq: i64,
        /// Its `offset` and `stream_seq`; `None` for one that had expired.
        place: Option<(i64, i64)>,
        /// Everything of others up to this offset was sent on this connection before: the device goes on from here.
        reached: i64,
    },
    /// Events are missing before those that came.
    Gap {
        /// The `seq` that comes next.
        expected: i64,
    },
    /// Too many events: those that came are not kept.
    Throttled {
        /// When to send them again, in milliseconds from now.
        retry_ms: i64,
    },
    /// Entries of the log.
    Deliver {
        /// As they stand in the JSON of the frame, with commas between.
        entries: Rc<str>,
        /// How many.
        count: i64,
    },
    /// Entries were removed before the device had them.
    Missed {
        /// The first of them.
        from: i64,
        /// The last of them.
        to: i64,
    },
    /// What the device knows is of another log: it fetches the state by the API and goes on from `offset`.
    Resync {
        /// The log.
        epoch: String,
        /// Its last entry.
        offset: i64,
    },
    /// It is behind, and will be cut.
    Slow,
    /// Another device came, went or changed.
    Presence {
        /// That device.
        device: Id,
        /// Whether somebody is there.
        state: Presence,
        /// When it was last heard of, in milliseconds since 1970.
        last_seen: i64,
    },
    /// Somebody types at another device.
    Typing {
        /// That device.
        device: Id,
        /// Into which stream.
        stream: String,
    },
}

/// What comes to a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A device proved who it is.
    Connected {
        /// The shell's name of the connection, of which there is no other one.
        conn: u32,
        /// The device.
        device: Id,
        /// Epoch and offset that it goes on from.
        cursor: Option<(String, i64)>,
        /// The last `seq` of the person's events, read together with the device's key.
        head: i64,
    },
    /// A frame came whose seal holds.
    Frame {
        /// On that connection.
        conn: u32,
        /// The frame.
        frame: Up,
    },
    /// A connection has ended, whoever ended it.
    Closed {
        /// That connection.
        conn: u32,
    },
    /// Somebody says that the spine has something new.
    Poked,
    /// What was asked of the spine, in order.
    Spine {
        /// The events after the one that was named.
        events: Vec<System>,
        /// Whether there are more.
        more: bool,
    },
    /// The spine ends before what was asked for: the database was restored to an earlier state.
    SpineSetBack {
        /// Where it ends.
        head: i64,
    },
    /// The spine could not be read.
    SpineFailed,
    /// Somebody is no longer served.
    Ended(End),
    /// The alarm rings; it may ring for nothing.
    Alarm,
    /// The object woke: what was under way in memory is lost.
    Woken,
}

/// What the hub wants done, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Keep this as the connection's attachment, before anything is sent on it.
    Keep(Conn),
    /// Send a frame.
    Send {
        /// On that connection.
        conn: u32,
        /// The frame.
        frame: Down,
    },
    /// End a connection.
    Close {
        /// That one.
        conn: u32,
        /// Why.
        close: Close,
    },
    /// Read the spine and tell in [`Event::Spine`] what comes after that `seq`.
    Pull {
        /// The last event that is known.
        after: i64,
    },
    /// Ring at this moment or earlier: of several, and of what is set already, the first counts.
    Alarm(i64),
    /// Delete all that the object stores: the hub is of no more use.
    Forget,
    /// The storage failed. The hub is of no more use: wake it anew.
    Fail(Fault),
}
