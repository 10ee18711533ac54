//! The hub of one person: the log of what devices tell each other and of what the server changed, and its rules.
//!
//! A [`Hub`] is a pure state machine: an [`Event`] comes in, with the time and the log as arguments, and [`Effect`]s go
//! out. Sealing, handshakes and sockets are the shell's. docs/relay.md is the protocol; this folder has its sections on
//! the log, presence, limits and the hub's side of the state machines.
//!
//! What it relies on: one turn of [`Hub::on`] is one transaction of the storage, and no frame leaves before that is
//! durable. What it keeps true:
//!
//! - an `ack` says that the event is in the log, or had expired: it follows the write within a turn;
//! - of one connection, offsets that are delivered only grow, and none of another device is left out but those that
//!   expired and those that a `missed` or a `resync` names;
//! - nothing that is only in memory is needed: state, log and the connections' attachments are all there is, so that
//!   eviction, restart and deployment lose nothing.
//!
//! ```text
//! connection   Connected ─► level ──window full──► behind ──a minute──► told ──a minute──► closed (4010)
//!                             ▲                      │ received          │ received
//!                             └──────────────────────┴───────────────────┘
//! ```
//!
//! Files: [`turn`] what comes and goes, [`state`] and [`log`] what is stored, [`conn`] what is attached to a socket,
//! `up` events of devices, `down` what is sent to them, `spine` what the server changed, `presence`, `upkeep` alarms and
//! retention, [`limits`] and [`transition`].

use crate::kernel::id::Id;
use crate::kernel::json;
use crate::sync::relay::close::{Close, CloseCode};

pub mod conn;
mod down;
pub mod limits;
pub mod log;
mod presence;
mod spine;
pub mod state;
pub mod transition;
pub mod turn;
mod up;
mod upkeep;

use conn::Conn;
use limits::Limits;
use log::{Fault, Log};
use state::State;
use transition::{Taken, Transition};
use turn::{Down, Effect, End, Event, Up};

/// The hub of one person.
#[derive(Debug)]
pub struct Hub {
    limits: Limits,
    state: State,
    conns: Vec<Conn>,
    /// Up to where the state is kept.
    kept: i64,
    /// Whether the state has something that does not follow from the log.
    dirty: bool,
    /// Whether the spine was asked, and whether it was poked meanwhile.
    asked: bool,
    again: bool,
    /// The alarm that was asked for.
    alarm: Option<i64>,
    /// Whether the storage failed.
    failed: bool,
    /// The transitions that were taken, for tests.
    pub taken: Taken,
}

/// One turn: what it is given, and what came of it so far.
struct Turn<'a> {
    log: &'a dyn Log,
    now: i64,
    out: Vec<Effect>,
}

impl Turn<'_> {
    fn send(&mut self, conn: &Conn, frame: Down) {
        self.out.push(Effect::Send { conn: conn.id, frame });
    }
}

/// What ends a turn early.
enum Stop {
    /// The storage failed.
    Fault(Fault),
    /// The connection is to be closed.
    Close(Close),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Hub {
    /// Wakes a hub from what is stored. `epoch` is a fresh random text, which names the log if it begins now; `conns` are
    /// the connections that are still there. [`Event::Woken`] is the first that it is told.
    pub fn wake(log: &dyn Log, epoch: &str, conns: Vec<Conn>, limits: Limits) -> Result<Self, Fault> {
        let mut state = match log.state()? {
            Some(text) => json::read::<State>(&text).map_err(|error| error.to_string())?,
            None => {
                // A log that was being brought back when the person came (`copy`): now another one begins.
                log.wipe()?;
                State::new(epoch)
            }
        };
        let kept = state.offset;
        for place in log.tail(kept)? {
            state.replay(&place, &limits);
        }
        Ok(Self {
            limits,
            state,
            conns,
            kept,
            dirty: false,
            asked: false,
            again: false,
            alarm: None,
            failed: false,
            taken: Taken::default(),
        })
    }

    /// What is stored besides the log.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The connections that are let in.
    #[must_use]
    pub fn conns(&self) -> &[Conn] {
        &self.conns
    }

    /// One turn: handles an event. Its effects count in their order.
    pub fn on(&mut self, event: Event, now: i64, log: &dyn Log) -> Vec<Effect> {
        if self.failed {
            return Vec::new();
        }
        let mut turn = Turn { log, now, out: Vec::new() };
        if let Err(fault) = self.handle(event, &mut turn).and_then(|()| self.settle(&mut turn)) {
            return self.fail(fault);
        }
        let mut effects = Vec::with_capacity(turn.out.len() + 1);
        for conn in self.conns.iter_mut().filter(|conn| conn.changed) {
            conn.changed = false;
            effects.push(Effect::Keep(conn.clone()));
        }
        effects.append(&mut turn.out);
        effects
    }

    fn handle(&mut self, event: Event, turn: &mut Turn<'_>) -> Result<(), Fault> {
        match event {
            Event::Woken => self.woken(turn),
            Event::Connected { conn, device, cursor, head } => {
                self.connected(conn, device, cursor, head, turn)
            }
            Event::Frame { conn, frame } => self.frame(conn, frame, turn),
            Event::Closed { conn } => {
                self.leave(conn, turn);
                Ok(())
            }
            Event::Poked => {
                self.pull(turn);
                Ok(())
            }
            Event::Spine { events, more } => self.spine(&events, more, turn),
            Event::SpineSetBack { head } => {
                self.spine_set_back(head, turn);
                Ok(())
            }
            Event::SpineFailed => {
                self.spine_failed(turn);
                Ok(())
            }
            Event::Ended(end) => self.ended(end, turn),
            Event::Alarm => self.ring(turn),
        }
    }

    fn frame(&mut self, conn: u32, frame: Up, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let Some(at) = self.at(conn) else {
            self.mark(Transition::FrameAfterTheEnd);
            return Ok(());
        };
        let done = match frame {
            Up::Events(events) => self.events(at, &events, turn),
            Up::Received(offset) => self.received(at, offset, turn),
            Up::Presence { idle } => {
                self.said(at, idle, turn);
                Ok(())
            }
            Up::Typing(stream) => {
                self.typed(at, stream, turn);
                Ok(())
            }
        };
        match done {
            Ok(()) => Ok(()),
            Err(Stop::Fault(fault)) => Err(fault),
            Err(Stop::Close(close)) => {
                self.close(conn, close, turn);
                Ok(())
            }
        }
    }

    /// Keeps the state where the log alone does not tell it, and now and then.
    fn settle(&mut self, turn: &mut Turn<'_>) -> Result<(), Fault> {
        if self.state.offset - self.kept >= self.limits.checkpoint {
            self.mark(Transition::Checkpoint);
            self.dirty = true;
            self.tidy(turn)?;
        }
        if self.dirty { self.keep(turn) } else { Ok(()) }
    }

    fn keep(&mut self, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let text = serde_json::to_string(&self.state).map_err(|error| error.to_string())?;
        turn.log.keep(&text)?;
        self.kept = self.state.offset;
        self.dirty = false;
        Ok(())
    }

    /// Nothing that this turn was to send is sent: what it wrote is found when the hub wakes.
    fn fail(&mut self, fault: Fault) -> Vec<Effect> {
        self.mark(Transition::StorageFailed);
        self.failed = true;
        let closed = self.conns.drain(..);
        let mut effects: Vec<Effect> =
            closed.map(|conn| Effect::Close { conn: conn.id, close: CloseCode::HubFailed.into() }).collect();
        effects.push(Effect::Fail(fault));
        effects
    }

    fn at(&self, conn: u32) -> Option<usize> {
        self.conns.iter().position(|known| known.id == conn)
    }

    /// Ends a connection, and tells who is left.
    fn close(&mut self, conn: u32, close: Close, turn: &mut Turn<'_>) {
        turn.out.push(Effect::Close { conn, close });
        self.leave(conn, turn);
    }

    fn close_all(&mut self, close: CloseCode, turn: &mut Turn<'_>) {
        let closed = self.conns.drain(..);
        turn.out.extend(closed.map(|conn| Effect::Close { conn: conn.id, close: close.into() }));
    }

    fn ended(&mut self, end: End, turn: &mut Turn<'_>) -> Result<(), Fault> {
        match end {
            End::Device(device) => self.end_device(device, turn),
            End::Suspended => {
                self.mark(Transition::AccountSuspended);
                self.close_all(CloseCode::AccountGone, turn);
            }
            End::Deleted => {
                self.mark(Transition::AccountDeleted);
                self.close_all(CloseCode::AccountGone, turn);
                self.state = State::new(&self.state.epoch);
                (self.state.gone, self.state.at) = (true, turn.now);
                // Handshakes that had begun before find this mark, until nothing at all is left.
                self.keep(turn)?;
                turn.log.wipe()?;
                self.wake_at(turn.now + upkeep::GONE, turn);
            }
        }
        Ok(())
    }

    fn end_device(&mut self, device: Id, turn: &mut Turn<'_>) {
        self.mark(Transition::DeviceEnded);
        while let Some(conn) = self.conns.iter().find(|conn| conn.device == device).map(|conn| conn.id) {
            self.close(conn, CloseCode::DeviceGone.into(), turn);
        }
        self.state.end(device);
        self.dirty = true;
    }

    fn mark(&mut self, transition: Transition) {
        self.taken.mark(transition);
    }
}
