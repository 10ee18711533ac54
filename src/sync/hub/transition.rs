//! The transitions of a hub, by name, so that tests can tell which ones they have seen.

macro_rules! transitions {
    ($($(#[$meaning:meta])* $name:ident,)+) => {
        /// What a hub can do in one step.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Transition {
            $($(#[$meaning])* $name,)+
        }

        impl Transition {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

transitions! {
    /// A log begins.
    Begun,
    /// A device without a cursor goes on from the end.
    ConnectedNew,
    /// A device has everything.
    ResumedLevel,
    /// A device goes on from where it stopped.
    ResumedBehind,
    /// A device knows another log.
    ResyncEpoch,
    /// A device has more than there is.
    ResyncBeyond,
    /// The account is deleted.
    RefusedAccount,
    /// The device is revoked.
    RefusedDevice,
    /// There are too many connections.
    RefusedMany,
    /// There were too many, one of them of the same device.
    OldestMadeRoom,
    /// A frame of a connection that has ended.
    FrameAfterTheEnd,
    /// A batch out of order, too long, too large, or into the server's stream.
    EventsAgainstTheRules,
    /// The next event is kept.
    Kept,
    /// Several at once.
    BatchTaken,
    /// An event that is kept.
    Repeated,
    /// An event that is kept under another `seq`, or of another device.
    RepeatedElsewhere,
    /// An event that had its place before, and has expired.
    RepeatedExpired,
    /// A second event for one place.
    PlaceTaken,
    /// The next event, too late.
    Expired,
    /// A stream too many.
    TooManyStreams,
    /// An event that comes too early, the first of a run.
    GapSaid,
    /// One more of the run.
    GapGoesOn,
    /// The run does not end.
    GapTooLong,
    /// The missing one has come.
    GapClosed,
    /// The device sends too fast.
    DeviceThrottled,
    /// All devices together do.
    PersonThrottled,
    /// To a device that has all before it.
    FannedOut,
    /// Its own, to itself: not sent.
    OwnSkipped,
    /// From the log.
    Pumped,
    /// All that is left is its own, or has expired.
    PumpedNothing,
    /// The window is full and there is more.
    FellBehind,
    /// It has answered.
    Received,
    /// It has answered while there was more.
    BehindMoved,
    /// It has answered after it was told.
    SlowRecovered,
    /// It says again what it has said.
    ReceivedAgain,
    /// It has what was not sent.
    ReceivedUnsent,
    /// It was told that it is slow.
    SlowTold,
    /// It was cut.
    SlowCut,
    /// Retention was faster.
    Missed,
    /// Retention took entries.
    Retained,
    /// Entries that had expired were removed.
    ExpiredRemoved,
    /// The spine is asked.
    Pulled,
    /// It is asked already.
    PokedMeanwhile,
    /// There is no log to read it into.
    PokedForNothing,
    /// It did not answer.
    SpineFailed,
    /// It was restored to an earlier state.
    SpineSetBack,
    /// An event of it is kept.
    SystemKept,
    /// It was read before.
    SystemRepeated,
    /// Its id is that of an entry.
    SystemKnown,
    /// Events before the first are no longer there.
    SystemBegunLater,
    /// One in the middle is not there.
    SystemGap,
    /// A device is there.
    Came,
    /// A device is there again where nobody was.
    CameBack,
    /// It has one connection more.
    CameAgain,
    /// It is gone.
    Went,
    /// It has others.
    OneOfSeveralWent,
    /// Presence changes.
    SaidAnother,
    /// It does not.
    SaidTheSame,
    /// It changed a moment ago.
    SaidTooSoon,
    /// Somebody types.
    Typed,
    /// Somebody did a moment ago.
    TypedTooSoon,
    /// A device was revoked or deleted.
    DeviceEnded,
    /// The account was suspended.
    AccountSuspended,
    /// The account was deleted.
    AccountDeleted,
    /// Nothing is left of it.
    Forgotten,
    /// The state is kept because the log has grown.
    Checkpoint,
    /// A connection goes on after the object woke.
    Woken,
    /// A connection does not go with what is stored.
    WokenStale,
    /// The storage failed.
    StorageFailed,
}

/// Which transitions a hub has taken since it woke. Costs nothing in a Worker.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken(u128);

impl Taken {
    #[cfg_attr(target_arch = "wasm32", expect(unused_variables, clippy::unused_self))]
    #[inline]
    pub(super) fn mark(&mut self, transition: Transition) {
        #[cfg(not(target_arch = "wasm32"))]
        {
            self.0 |= 1 << transition as u32;
        }
    }

    /// Whether it was taken.
    #[must_use]
    pub fn has(self, transition: Transition) -> bool {
        self.0 >> transition as u32 & 1 == 1
    }
}
