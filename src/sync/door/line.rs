//! One socket as the door sees it, and the ticket that is attached to it, so that hibernation loses nothing.
//!
//! A ticket is a text of two parts: what stays, words with spaces between, and what changes with nearly every frame, a
//! JSON list of numbers. Whoever attaches it writes the first part only when it is another one.

use crate::kernel::id::Id;
use crate::kernel::json;
use crate::sync::door::object::Object;
use crate::sync::hub::conn::{self, Conn};
use crate::sync::relay::channel::{self, Channel};
use crate::sync::relay::handshake::{PATIENCE_MILLIS, Proving};

/// How far a line has come.
#[derive(Debug, Clone)]
pub enum Step {
    /// Nobody has said anything.
    Greeting,
    /// The server has said hello.
    Proving(Proving),
    /// A device is let in.
    Open(Box<Open>),
}

/// A device that is let in.
#[derive(Debug, Clone)]
pub struct Open {
    /// The name of the connection, for logs.
    pub session: Id,
    /// Its keys.
    pub channel: Channel,
    /// What the hub knows of it; nothing until the hub has taken it in.
    pub conn: Option<Conn>,
}

/// One socket.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number.
    pub id: u32,
    /// Whose hub it came for.
    pub account: Id,
    /// When it came, in milliseconds since 1970.
    pub since: i64,
    step: Step,
    /// Whether an answer is being made: until then nothing more is taken.
    pub busy: bool,
    /// Whether it is to be attached anew, and whether the part that stays is another one.
    changed: bool,
    renewed: bool,
}

impl Line {
    /// One that was just accepted.
    #[must_use]
    pub fn new(id: u32, account: Id, now: i64) -> Self {
        Self { id, account, since: now, step: Step::Greeting, busy: false, changed: true, renewed: true }
    }

    /// How far it has come.
    #[must_use]
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// It has come further.
    pub fn go_on(&mut self, step: Step) {
        self.step = step;
        (self.busy, self.changed, self.renewed) = (false, true, true);
    }

    /// Whether a device is let in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.step, Step::Open(_))
    }

    /// The device's end, if one is let in; it is attached anew after this.
    pub fn open(&mut self) -> Option<&mut Open> {
        match &mut self.step {
            Step::Open(open) => {
                self.changed = true;
                Some(open)
            }
            _ => None,
        }
    }

    /// Its keys are other ones.
    pub fn renew(&mut self) {
        (self.busy, self.changed, self.renewed) = (false, true, true);
    }

    /// When to look after it if nothing happens.
    #[must_use]
    pub fn look_at(&self) -> i64 {
        match &self.step {
            Step::Open(open) => open.channel.look_at(),
            _ => self.since.saturating_add(PATIENCE_MILLIS),
        }
    }

    /// Attaches what has changed.
    pub fn attach(&mut self, object: &dyn Object) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let fixed = std::mem::take(&mut self.renewed).then(|| self.fixed());
        object.attach(self.id, fixed.as_deref(), &self.moving());
    }

    /// The part of the ticket that stays.
    fn fixed(&self) -> String {
        let step = match &self.step {
            Step::Greeting => "greeting".to_owned(),
            Step::Proving(proving) => ["proving ", &proving.text()].concat(),
            Step::Open(open) => {
                let Open { session, channel, conn } = &**open;
                let device = conn.as_ref().map_or_else(|| "-".to_owned(), |conn| conn.device.to_string());
                ["open ", &session.to_string(), " ", &device, " ", &channel.fixed()].concat()
            }
        };
        [&self.id.to_string(), " ", &self.account.to_string(), " ", &self.since.to_string(), " ", &step]
            .concat()
    }

    /// The part that changes.
    fn moving(&self) -> String {
        let mut numbers = Vec::new();
        if let Step::Open(open) = &self.step {
            numbers.extend(open.channel.numbers());
            numbers.extend(open.conn.iter().flat_map(Conn::numbers));
        }
        // Numbers of a list are written whatever they are.
        serde_json::to_string(&numbers).unwrap_or_default()
    }

    /// Reads a ticket, both parts of it with a space between; `None` for what is none.
    #[must_use]
    pub fn read(ticket: &str) -> Option<Self> {
        let (fixed, moving) = ticket.rsplit_once(' ')?;
        let mut words = fixed.split(' ');
        let id = words.next()?.parse().ok()?;
        let account = Id::parse(words.next()?)?;
        let since = words.next()?.parse().ok()?;
        let step = match words.next()? {
            "greeting" => Step::Greeting,
            "proving" => Step::Proving(Proving::restore(words.next()?)?),
            "open" => {
                let session = Id::parse(words.next()?)?;
                let device = Id::parse(words.next()?);
                let numbers: Vec<i64> = json::read(moving).ok()?;
                let (keys, rest) = numbers.split_first_chunk::<{ channel::NUMBERS }>()?;
                let channel = Channel::restore(words.next()?, keys)?;
                let conn = device.zip(rest.first_chunk::<{ conn::NUMBERS }>());
                let conn = conn.map(|(device, numbers)| Conn::restore(id, device, numbers));
                Step::Open(Box::new(Open { session, channel, conn }))
            }
            _ => return None,
        };
        Some(Self { id, account, since, step, busy: false, changed: false, renewed: false })
    }

    /// How far it has come, to be changed; it is attached anew after this.
    pub(super) fn step_mut(&mut self) -> &mut Step {
        self.changed = true;
        &mut self.step
    }
}
