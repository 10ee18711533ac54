//! A person's devices, one hub and everything between them, at random from a seed.
//!
//! The network keeps order within a connection and loses the rest of it when it is cut. The object loses its memory at
//! any time; with its connections or without, before what a turn wanted was done or after. Clocks jump, pokes are lost,
//! the spine fails, the disk does. What the hub wrote into its log is what it is held to.

use std::collections::VecDeque;

use crate::client::Client;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::memory::{Kept, Memory};
use crate::sync::hub::Hub;
use crate::sync::hub::conn::Conn;
use crate::sync::hub::limits::{Limits, Rate};
use crate::sync::hub::transition::{Taken, Transition};
use crate::sync::hub::turn::{Down, Effect, End, Event, Private, System, Up};
use crate::sync::relay::close::{Close, CloseCode};

/// Small enough for everything to happen within a hundred steps.
pub const SMALL: Limits = Limits {
    connections: 4,
    device: Rate { each: 50, burst: 400 },
    person: Rate { each: 40, burst: 600 },
    streams: 3,
    batch: 4,
    body: 64,
    window: 4,
    window_bytes: 1_100,
    page: 2,
    page_bytes: 700,
    early: 40,
    keep: 12,
    most: 20,
    removed: 5,
    checkpoint: 6,
    ..Limits::STANDARD
};

const START: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;

/// Numbers from a seed (SplitMix64).
#[derive(Debug, Clone, Copy)]
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below that.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// Between both, the second excluded.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.next() % (to - from).unsigned_abs().max(1)) as i64
    }

    /// One time in so many.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times)
    }
}

/// One connection on its way: what each side has sent and the other has not seen.
#[derive(Debug)]
struct Link {
    conn: u32,
    client: usize,
    /// `None` before it has asked to be let in.
    up: VecDeque<Up>,
    down: VecDeque<Down>,
    /// What it was sent and has not said to have: offsets and sizes.
    flying: Vec<(i64, i64)>,
    /// How the hub has closed it.
    closed: Option<Close>,
}

/// Everything.
#[derive(Debug)]
pub struct World {
    dice: Dice,
    limits: Limits,
    now: i64,
    skew: i64,
    /// The latest time that the hub has ever seen.
    latest: i64,
    log: Memory,
    hub: Option<Hub>,
    attached: Vec<Conn>,
    alarm: Option<i64>,
    links: Vec<Link>,
    conns: u32,
    ids: u32,
    /// The devices.
    pub clients: Vec<Client>,
    spine: Vec<System>,
    /// Events of the spine that were removed before the hub read them, or that it knows under another name.
    excused: Vec<i64>,
    head: Option<i64>,
    pulls: Vec<i64>,
    /// The log's length whenever the hub learnt that the spine was set back, and whether it ever was.
    set_back: Vec<usize>,
    restored: bool,
    suspensions: u32,
    deleted: bool,
    forgotten: bool,
    /// What it has taken.
    pub taken: Vec<Taken>,
    /// Whether everything is printed.
    pub traced: bool,
    /// How often the hub was told something.
    pub turns: u64,
    epochs: u32,
    /// The disk has failed once.
    troubled: bool,
    /// Nothing breaks any more.
    calm: bool,
}

/// Why a life was wrong.
pub type Wrong = String;

fn wire(kept: &Kept) -> String {
    kept.place.offset.to_string()
}

fn id(number: u32, kind: u8) -> Id {
    let mut random = [kind; 10];
    random[6..].copy_from_slice(&number.to_be_bytes());
    Id::new(Timestamp::EPOCH, random)
}

impl World {
    /// A new one.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let devices = 2 + dice.below(3);
        let mut clients: Vec<Client> =
            (0..devices).map(|number| Client::new(number, id(number as u32, 0xd0))).collect();
        if dice.once_in(3) {
            clients[devices - 1].rude = true;
        }
        Self {
            dice,
            limits: SMALL,
            now: START,
            skew: 0,
            latest: START,
            log: Memory::new(wire),
            hub: None,
            attached: Vec::new(),
            alarm: None,
            links: Vec::new(),
            conns: 0,
            ids: 0,
            clients,
            spine: Vec::new(),
            excused: Vec::new(),
            head: None,
            pulls: Vec::new(),
            set_back: Vec::new(),
            restored: false,
            suspensions: 0,
            deleted: false,
            forgotten: false,
            taken: Vec::new(),
            traced: false,
            turns: 0,
            epochs: 0,
            troubled: false,
            calm: false,
        }
    }

    fn fresh(&mut self) -> Id {
        self.ids += 1;
        id(self.ids, 0xe0)
    }

    /// The hub's clock.
    fn clock(&mut self) -> i64 {
        let clock = self.now + self.skew;
        self.latest = self.latest.max(clock);
        clock
    }

    /// Tells the hub something, waking it if need be, and does what it wants.
    fn tell(&mut self, event: Event) -> Result<(), Wrong> {
        if self.hub.is_none() {
            self.epochs += 1;
            let epoch = format!("log {}", self.epochs);
            match Hub::wake(&self.log, &epoch, self.attached.clone(), self.limits) {
                Ok(hub) => self.hub = Some(hub),
                Err(_) => {
                    self.unwoken();
                    return Ok(());
                }
            }
            self.turn(Event::Woken)?;
        }
        self.turn(event)
    }

    /// The disk failed before there was a hub: the door closes whoever was in, and what came is lost.
    fn unwoken(&mut self) {
        self.troubled = true;
        self.log.fails_in.set(-1);
        self.attached.clear();
        for link in &mut self.links {
            link.up.clear();
            link.closed = Some(CloseCode::HubFailed.into());
        }
        let again = self.clock() + 2_000;
        self.alarm = Some(self.alarm.map_or(again, |set| set.min(again)));
    }

    fn turn(&mut self, event: Event) -> Result<(), Wrong> {
        let clock = self.clock();
        let Some(hub) = &mut self.hub else { return Ok(()) };
        self.turns += 1;
        if self.traced {
            println!("{clock} {event:?}");
        }
        if matches!(event, Event::SpineSetBack { .. }) {
            self.set_back.push(self.log.ever.borrow().len());
        }
        let effects = hub.on(event, clock, &self.log);
        if self.head.is_none() {
            // The log has begun once that is written.
            let begun = self.log.state.borrow().as_ref().is_some_and(|text| !text.contains("\"spine\":null"));
            self.head = hub.state().spine.filter(|_| begun);
        }
        if self.traced {
            effects.iter().for_each(|effect| println!("    {effect:?}"));
        }
        self.log.fails_in.set(-1);
        match if self.calm { 99 } else { self.dice.below(240) } {
            // The object dies before anything of this turn leaves it: its sockets die with it.
            0 => return self.restart(),
            // It is evicted, and what the turn wanted is lost, while sockets stay.
            1 if !effects
                .iter()
                .any(|effect| matches!(effect, Effect::Close { .. } | Effect::Fail(_) | Effect::Forget)) =>
            {
                self.evict();
                let known: Vec<u32> = self.attached.iter().map(|conn| conn.id).collect();
                let lost: Vec<u32> =
                    self.links.iter().map(|link| link.conn).filter(|conn| !known.contains(conn)).collect();
                lost.into_iter().for_each(|conn| self.cut(conn));
                return Ok(());
            }
            _ => {}
        }
        self.apply(effects, clock)
    }

    fn apply(&mut self, effects: Vec<Effect>, clock: i64) -> Result<(), Wrong> {
        let mut acknowledged = false;
        for effect in effects {
            match effect {
                Effect::Keep(conn) => {
                    if acknowledged {
                        return Err("kept after something was sent".to_owned());
                    }
                    // What is attached is what is left of it.
                    let conn = Conn::restore(conn.id, conn.device, &conn.numbers());
                    match self.attached.iter_mut().find(|known| known.id == conn.id) {
                        Some(known) => *known = conn,
                        None => self.attached.push(conn),
                    }
                }
                Effect::Send { conn, frame } => {
                    acknowledged = true;
                    self.check(&frame, clock)?;
                    self.fly(conn, &frame)?;
                    if let Some(link) = self.links.iter_mut().find(|link| link.conn == conn) {
                        link.down.push_back(frame);
                    }
                }
                Effect::Close { conn, close } => {
                    self.attached.retain(|known| known.id != conn);
                    if let Some(link) = self.links.iter_mut().find(|link| link.conn == conn) {
                        link.closed = Some(close);
                        link.up.clear();
                    }
                }
                Effect::Pull { after } => self.pulls.push(after),
                Effect::Alarm(at) => self.alarm = Some(self.alarm.map_or(at, |set| set.min(at))),
                Effect::Forget => {
                    self.forgotten = true;
                    self.log.kept.borrow_mut().clear();
                    self.log.state.replace(None);
                    self.evict();
                }
                Effect::Fail(_) => {
                    self.troubled = true;
                    self.evict();
                }
            }
        }
        Ok(())
    }

    /// What can be said of a frame when it is sent.
    fn check(&self, frame: &Down, clock: i64) -> Result<(), Wrong> {
        match frame {
            Down::Deliver { entries, .. } => {
                let ever = self.log.ever.borrow();
                for offset in entries.split(',') {
                    let at: usize = offset.parse().map_err(|_| "no offset")?;
                    let kept = ever.get(at - 1).ok_or("delivered what never was")?;
                    if kept.expires_at.is_some_and(|at| at < clock - self.limits.skew) {
                        return Err(format!("{offset} had expired"));
                    }
                }
                if entries.split(',').count() > self.limits.page as usize {
                    return Err("a frame over its limit".to_owned());
                }
                Ok(())
            }
            Down::Missed { to, .. } if *to > self.log.removed.get() => {
                Err(format!("missed up to {to}, and retention was at {}", self.log.removed.get()))
            }
            Down::Ack { place: Some((offset, stream_seq)), .. } => {
                let ever = self.log.ever.borrow();
                let kept = ever.get(*offset as usize - 1).ok_or("acknowledged what is not written")?;
                if kept.place.stream_seq == *stream_seq { Ok(()) } else { Err("another place".to_owned()) }
            }
            _ => Ok(()),
        }
    }

    /// No more is on its way than may be, but for the last entry.
    fn fly(&mut self, conn: u32, frame: &Down) -> Result<(), Wrong> {
        let (Down::Deliver { entries, .. }, Some(link)) =
            (frame, self.links.iter_mut().find(|link| link.conn == conn))
        else {
            return Ok(());
        };
        let ever = self.log.ever.borrow();
        for offset in entries.split(',') {
            let flying: i64 = link.flying.iter().map(|(_, size)| size).sum();
            if link.flying.len() >= self.limits.window as usize || flying >= self.limits.window_bytes {
                return Err(format!("{} entries of {flying} bytes were on their way", link.flying.len()));
            }
            let offset: i64 = offset.parse().map_err(|_| "no offset")?;
            let size = ever.get(offset as usize - 1).map_or(0, |kept| kept.size);
            link.flying.push((offset, size));
        }
        Ok(())
    }

    fn evict(&mut self) {
        if let Some(hub) = self.hub.take() {
            self.taken.push(hub.taken);
        }
        self.pulls.clear();
    }

    fn restart(&mut self) -> Result<(), Wrong> {
        self.evict();
        self.attached.clear();
        for link in std::mem::take(&mut self.links) {
            self.clients[link.client].cut();
        }
        Ok(())
    }

    /// The client's side of a connection is gone, and all that was on its way.
    fn cut(&mut self, conn: u32) {
        if let Some(at) = self.links.iter().position(|link| link.conn == conn) {
            let link = self.links.remove(at);
            if self.clients[link.client].link == Some(conn) {
                self.clients[link.client].cut();
            }
        }
    }

    fn connect(&mut self, client: usize) -> Result<(), Wrong> {
        if self.clients[client].ended && !self.dice.once_in(6) {
            return Ok(());
        }
        // A handshake that began before may end within the day; afterwards there is nobody to prove to be.
        if self.forgotten || (self.deleted && !self.dice.once_in(3)) {
            return Ok(());
        }
        self.clients[client].cut();
        self.conns += 1;
        let conn = self.conns;
        self.clients[client].link = Some(conn);
        let mut cursor = self.clients[client].cursor.clone();
        // A store of a while ago, of another log, or of a log that went further.
        if self.clients[client].rude {
            cursor = match (self.dice.below(8), cursor) {
                (0, _) => Some(("another".to_owned(), 3)),
                (1, Some((epoch, at))) => Some((epoch, at + 1_000)),
                (_, cursor) => cursor,
            };
        }
        self.links.push(Link {
            conn,
            client,
            up: VecDeque::new(),
            down: VecDeque::new(),
            flying: Vec::new(),
            closed: None,
        });
        let head = self.spine.last().map_or(0, |event| event.seq);
        let device = self.clients[client].id;
        self.tell(Event::Connected { conn, device, cursor, head })
    }

    /// A device makes an event.
    fn make(&mut self, client: usize) {
        let streams = ["a", "b", "c", "d"];
        let has = |name: &str| self.log.ever.borrow().iter().any(|kept| kept.place.stream == name);
        // Only where the streams of the others are there already.
        let many = self.clients[client].rude && has("a") && has("b");
        let stream = streams[self.dice.below(if many { 4 } else { 2 })];
        let expires_at = self.dice.once_in(4).then(|| {
            self.now
                + self.dice.between(-10 * MINUTE, 10 * MINUTE)
                + self.dice.between(-5 * MINUTE, 10 * MINUTE)
        });
        let body = "x".repeat(self.dice.below(40));
        let id = self.fresh();
        let device = &mut self.clients[client];
        let seq = device.next;
        device.next += 1;
        device.queue.push_back(Private { id, seq, stream: stream.to_owned(), expires_at, body });
    }

    /// A device does something that it should not.
    fn misbehave(&mut self, client: usize) -> Result<(), Wrong> {
        let Some(conn) = self.clients[client].link.filter(|_| self.clients[client].open) else {
            return Ok(());
        };
        let next = self.clients[client].next;
        let known: Vec<Id> = self.log.kept.borrow().iter().map(|kept| kept.id).collect();
        let fresh = self.fresh();
        let other = if known.is_empty() { fresh } else { known[self.dice.below(known.len())] };
        let expired = self.dice.once_in(3).then_some(START - DAY);
        let event =
            |id, seq| Private { id, seq, stream: "a".to_owned(), expires_at: None, body: String::new() };
        let frame = match self.dice.below(9) {
            0 => Up::Events(vec![event(fresh, next + 1 + self.dice.between(0, 4))]),
            1 => Up::Events(vec![Private {
                expires_at: expired,
                ..event(fresh, self.dice.between(1, next + 1))
            }]),
            2 => Up::Events(vec![event(other, self.dice.between(1, next + 1))]),
            3 => Up::Events(vec![event(fresh, next), event(other, next)]),
            4 => Up::Received(self.dice.between(0, 60)),
            5 => Up::Events((0..5).map(|at| event(fresh, next + at)).collect()),
            6 => Up::Events(vec![Private { body: "x".repeat(65), ..event(fresh, next) }]),
            7 => Up::Events(vec![Private { stream: "system".to_owned(), ..event(fresh, next) }]),
            _ => {
                for _ in 0..42 {
                    let early = vec![event(fresh, next + 1)];
                    self.push(conn, Up::Events(early));
                }
                let at = self.links.iter().position(|link| link.conn == conn);
                for _ in 0..42 {
                    self.arrive(at.unwrap_or(0))?;
                }
                return Ok(());
            }
        };
        if let Up::Events(events) = &frame {
            for event in events {
                self.clients[client].next = self.clients[client].next.max(event.seq + 1);
            }
        }
        self.push(conn, frame);
        Ok(())
    }

    fn push(&mut self, conn: u32, frame: Up) {
        if let Some(link) = self.links.iter_mut().find(|link| link.conn == conn && link.closed.is_none()) {
            link.up.push_back(frame);
        }
    }

    /// The oldest frame of a connection arrives at the hub.
    fn arrive(&mut self, at: usize) -> Result<(), Wrong> {
        let Some(link) = self.links.get_mut(at) else { return Ok(()) };
        let (conn, Some(frame)) = (link.conn, link.up.pop_front()) else { return Ok(()) };
        if let Up::Received(received) = frame {
            link.flying.retain(|(offset, _)| *offset > received);
        }
        self.tell(Event::Frame { conn, frame })
    }

    /// The oldest frame of a connection arrives at its device, or its end does.
    fn hear(&mut self, at: usize) -> Result<(), Wrong> {
        let Some(link) = self.links.get_mut(at) else { return Ok(()) };
        let (conn, client) = (link.conn, link.client);
        let current = self.clients[client].link == Some(conn);
        let Some(frame) = link.down.pop_front() else {
            if let Some(close) = link.closed.clone() {
                self.closed(client, &close)?;
                if close.code.number() == 4006 {
                    // It mends its ways.
                    self.clients[client].queue.clear();
                }
                self.cut(conn);
            }
            return Ok(());
        };
        if current {
            let number = self.clients[client].number;
            self.clients[client].hear(&frame).map_err(|wrong| format!("device {number}: {wrong}"))?;
        }
        Ok(())
    }

    fn closed(&self, client: usize, close: &Close) -> Result<(), Wrong> {
        let client = &self.clients[client];
        let expected = match close.code.number() {
            1001 => self.restored,
            4000 => client.ended,
            4001 => self.suspensions > 0 || self.deleted,
            // Retention may be faster than a repetition, where it takes after a dozen entries.
            4006 => client.rude || (self.log.removed.get() > 0 && close.reason.starts_with("seq: another")),
            4010 | 4012 | 4013 => true,
            _ => false,
        };
        if expected { Ok(()) } else { Err(format!("device {} closed: {close:?}", client.number)) }
    }

    /// The server writes something.
    fn write(&mut self, ends: Option<End>) {
        let seq = self.spine.last().map_or(0, |event| event.seq) + 1;
        let known = self.log.kept.borrow().last().map(|kept| kept.id);
        // It goes past what a hub has read that does not know yet of a restore: nothing tells it from what was there.
        if self.restored && self.cursor() >= seq {
            self.excused.push(seq);
        }
        let id = match known.filter(|_| self.dice.once_in(40)) {
            Some(known) => {
                self.excused.push(seq);
                known
            }
            None => self.fresh(),
        };
        self.spine.push(System { seq, id, body: "{}".to_owned(), ends });
    }

    /// How far a hub that wakes now would have read.
    fn cursor(&self) -> i64 {
        match &self.hub {
            Some(hub) => hub.state().spine,
            None => Hub::wake(&self.log, "", Vec::new(), self.limits).ok().and_then(|hub| hub.state().spine),
        }
        .unwrap_or(0)
    }

    /// The database is set back to an earlier state.
    fn restore(&mut self) {
        let left = 1 + self.dice.below(self.spine.len());
        self.spine.truncate(left);
        let head = self.spine.last().map_or(0, |event| event.seq);
        self.excused.retain(|seq| *seq <= head);
        self.head = self.head.map(|begun| begun.min(head));
        self.restored = true;
    }

    /// The spine answers, rightly, with a hole, or not at all.
    fn answer(&mut self) -> Result<(), Wrong> {
        let Some(after) = self.pulls.pop() else { return Ok(()) };
        if !self.calm && self.dice.once_in(12) {
            return self.tell(Event::SpineFailed);
        }
        let from = if self.dice.once_in(12) { after - 1 } else { after };
        let rest: Vec<System> = self.spine.iter().filter(|event| event.seq > from).cloned().collect();
        let most = 1 + self.dice.below(3);
        let more = rest.len() > most;
        let mut events: Vec<System> = rest.into_iter().take(most).collect();
        if !self.calm && events.len() > 2 && self.dice.once_in(4) {
            events.remove(1);
        }
        let head = self.spine.last().map_or(0, |event| event.seq);
        if events.is_empty() && head < after {
            return self.tell(Event::SpineSetBack { head });
        }
        self.tell(Event::Spine { events, more })
    }

    /// The oldest events of the spine are removed.
    fn housekeep(&mut self) {
        let keep = self.spine.len().saturating_sub(1 + self.dice.below(2));
        let read = self.log.ever.borrow();
        for event in self.spine.drain(..keep) {
            if !read.iter().any(|kept| kept.place.from.is_none() && kept.place.stream_seq == event.seq) {
                self.excused.push(event.seq);
            }
        }
    }

    fn end_device(&mut self, client: usize) -> Result<(), Wrong> {
        self.clients[client].ended = true;
        let device = self.clients[client].id;
        if self.dice.once_in(2) {
            // Nobody says so but the spine.
            self.write(Some(End::Device(device)));
            return self.tell(Event::Poked);
        }
        self.tell(Event::Ended(End::Device(device)))
    }

    fn pass(&mut self, millis: i64) -> Result<(), Wrong> {
        self.now += millis;
        self.ring()
    }

    fn ring(&mut self) -> Result<(), Wrong> {
        let clock = self.clock();
        if self.alarm.is_some_and(|at| at <= clock) {
            self.alarm = None;
            let before = self.hub.is_some();
            self.tell(Event::Alarm)?;
            // An alarm that dies rings again.
            if before && self.hub.is_none() && !self.forgotten && self.alarm.is_none() {
                self.alarm = Some(clock + 2_000);
            }
        }
        Ok(())
    }

    /// One random step.
    pub fn step(&mut self) -> Result<(), Wrong> {
        let client = self.dice.below(self.clients.len());
        let link = self.dice.below(self.links.len());
        match self.dice.below(100) {
            0..16 => {
                self.make(client);
                if self.dice.once_in(3) {
                    let more = self.dice.below(6);
                    (0..more).for_each(|_| self.make(client));
                }
                self.speak(client);
            }
            16..24 => self.speak(client),
            24..44 => self.arrive(link)?,
            44..62 => self.hear(link)?,
            62..66 => self.acknowledge(client),
            66..74 => {
                if self.clients[client].link.is_none() || self.dice.once_in(8) {
                    self.connect(client)?;
                }
            }
            74 => {
                // A socket that nobody closed: the device connects again and again.
                self.connect(client)?;
                self.connect(client)?;
            }
            75..78 => {
                if let Some(conn) = self.links.get(link).map(|link| link.conn) {
                    self.cut(conn);
                    if !self.dice.once_in(4) {
                        self.attached.retain(|known| known.id != conn || self.hub.is_some());
                        self.tell(Event::Closed { conn })?;
                        self.attached.retain(|known| known.id != conn);
                    }
                }
            }
            78..80 => self.evict(),
            80 => self.restart()?,
            81..86 => {
                self.write(None);
                if !self.dice.once_in(3) {
                    self.tell(Event::Poked)?;
                }
            }
            86..89 => self.answer()?,
            89 | 90 => {
                let said = if self.dice.once_in(2) {
                    Up::Typing("a".to_owned())
                } else {
                    Up::Presence { idle: self.dice.once_in(2) }
                };
                if let Some(conn) = self.clients[client].link.filter(|_| self.clients[client].open) {
                    self.push(conn, said);
                }
            }
            91 => self.skew = self.dice.between(-10 * MINUTE, 10 * MINUTE),
            92..94 => {
                let millis = self.dice.between(0, 900);
                self.pass(millis)?;
            }
            94 => {
                let millis = self.dice.between(0, 3 * MINUTE);
                self.pass(millis)?;
            }
            95 => {
                // The alarm rings, again and again.
                for _ in 0..3 {
                    self.pass(70_000)?;
                }
            }
            96 => self.rare()?,
            _ => {
                if self.clients[client].rude {
                    self.misbehave(client)?;
                    let conn = self.clients[client].link;
                    if let Some(at) = self.links.iter().position(|link| Some(link.conn) == conn) {
                        self.arrive(at)?;
                    }
                } else {
                    self.repeat(client);
                }
            }
        }
        Ok(())
    }

    fn rare(&mut self) -> Result<(), Wrong> {
        match self.dice.below(12) {
            0 => {
                let victim = self.dice.below(self.clients.len());
                self.end_device(victim)
            }
            1 => {
                self.suspensions += 1;
                self.tell(Event::Ended(End::Suspended))
            }
            2 if self.dice.once_in(3) => {
                self.deleted = true;
                self.write(Some(End::Deleted));
                let unheard = self.hub.is_none() && self.log.fails_in.get() >= 0;
                self.tell(Event::Ended(End::Deleted))?;
                // An erasure goes on until the hub has heard of it.
                if unheard { self.tell(Event::Ended(End::Deleted)) } else { Ok(()) }
            }
            3 => {
                self.housekeep();
                Ok(())
            }
            4 => {
                self.log.fails_in.set(self.dice.between(0, 2));
                Ok(())
            }
            5 => {
                self.restore();
                Ok(())
            }
            6 => self.pass(DAY + MINUTE),
            7 => self.pass(31 * DAY),
            8 => self.tell(Event::Alarm),
            9 => {
                // A restore took the log back while a socket stayed.
                if self.hub.is_none()
                    && let Some(conn) = self.attached.first_mut()
                {
                    conn.sent += 1_000;
                }
                Ok(())
            }
            _ => self.pass(20 * MINUTE),
        }
    }

    /// A device sends what it has.
    fn speak(&mut self, client: usize) {
        let Some(conn) = self.clients[client].link else { return };
        let most = if self.dice.once_in(2) { 1 } else { 1 + self.dice.below(self.limits.batch) };
        self.clients[client].held &= !self.dice.once_in(3);
        if let Some(frame) = self.clients[client].send(most) {
            self.push(conn, frame);
        }
    }

    fn acknowledge(&mut self, client: usize) {
        if let (Some(conn), Some(frame)) = (self.clients[client].link, self.clients[client].receive()) {
            self.push(conn, frame);
        }
    }

    /// A device sends again what it has sent, as far as it is not acknowledged, or says again what it received.
    fn repeat(&mut self, client: usize) {
        let Some(conn) = self.clients[client].link.filter(|_| self.clients[client].open) else { return };
        if self.dice.once_in(2) {
            self.clients[client].sent = 0;
        } else if let Some((_, at)) = self.clients[client].cursor.clone() {
            self.push(conn, Up::Received(at));
        }
    }

    /// Everybody comes back and everything is told; then it is looked at.
    pub fn end(&mut self) -> Result<(), Wrong> {
        self.log.fails_in.set(-1);
        self.calm = true;
        for link in std::mem::take(&mut self.links) {
            self.clients[link.client].cut();
        }
        let attached = std::mem::take(&mut self.attached);
        for conn in attached {
            self.tell(Event::Closed { conn: conn.id })?;
        }
        self.attached.clear();
        self.evict();
        for client in &mut self.clients {
            client.held = false;
        }
        for _ in 0..400 {
            if self.settled()? {
                return self.judge();
            }
        }
        let left: Vec<_> = self
            .clients
            .iter()
            .map(|client| {
                (client.number, client.ended, client.link, client.queue.len(), client.sent, client.owes)
            })
            .collect();
        Err(format!("it does not come to rest: {left:?}, pulls {:?}, hub {}", self.pulls, self.hub.is_some()))
    }

    /// One round of everything; whether nothing is left to do.
    fn settled(&mut self) -> Result<bool, Wrong> {
        let mut rest = true;
        self.now += 500;
        for client in 0..self.clients.len() {
            if self.clients[client].link.is_none() && !self.clients[client].ended && !self.deleted {
                rest = false;
                self.connect(client)?;
            }
            self.clients[client].held = false;
            if let (Some(conn), Some(frame)) = (self.clients[client].link, self.clients[client].send(4)) {
                rest = false;
                self.push(conn, frame);
            }
            if self.clients[client].owes.is_some() {
                rest = false;
                self.acknowledge(client);
            }
        }
        self.tell(Event::Poked)?;
        while !self.pulls.is_empty() {
            rest &= self.spine.last().is_none_or(|last| {
                self.log.ever.borrow().iter().any(|kept| kept.id == last.id)
                    || self.head >= Some(last.seq)
                    || self.excused.contains(&last.seq)
            });
            self.answer()?;
        }
        for at in (0..self.links.len()).rev() {
            while self.links.get(at).is_some_and(|link| !link.up.is_empty()) {
                rest = false;
                self.arrive(at)?;
            }
        }
        for at in (0..self.links.len()).rev() {
            let conn = self.links.get(at).map(|link| link.conn);
            while self.links.get(at).is_some_and(|link| {
                Some(link.conn) == conn && (!link.down.is_empty() || link.closed.is_some())
            }) {
                rest = false;
                self.hear(at)?;
            }
        }
        self.ring()?;
        rest &= self.clients.iter().all(|client| client.ended || self.deleted || client.queue.is_empty());
        rest &= self.hub.is_some() && self.clients.iter().all(|client| client.owes.is_none());
        rest &= self.links.iter().all(|link| link.down.is_empty() && link.closed.is_none());
        Ok(rest)
    }

    fn judge(&mut self) -> Result<(), Wrong> {
        if self.deleted {
            return self.judge_deleted();
        }
        let latest = self.latest;
        let ever = self.log.ever.borrow();
        let may_be_gone = |at: Option<i64>| at.is_some_and(|at| at < latest - self.limits.skew);
        let mut streams: Vec<(&str, i64)> = Vec::new();
        for (at, kept) in ever.iter().enumerate() {
            if kept.place.offset != at as i64 + 1 {
                return Err(format!("offset {} at {at}", kept.place.offset));
            }
            if kept.place.from.is_none() {
                continue;
            }
            let name = kept.place.stream.as_str();
            let before = streams.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                streams.push((name, 0));
                streams.len() - 1
            });
            streams[before].1 += 1;
            if streams[before].1 != kept.place.stream_seq {
                return Err(format!("{name} {} at {at}", kept.place.stream_seq));
            }
        }
        let (mut read, mut since) = (0, 0);
        for (at, kept) in ever.iter().enumerate().filter(|(_, kept)| kept.place.from.is_none()) {
            if kept.place.stream_seq <= read && !self.set_back.iter().any(|set| (since..=at).contains(set)) {
                return Err(format!("the spine's {} after {read}", kept.place.stream_seq));
            }
            (read, since) = (kept.place.stream_seq, at + 1);
        }
        // A log that never began reads nothing.
        let head = self.head.unwrap_or(i64::MAX);
        for event in &self.spine {
            let there = ever.iter().any(|kept| kept.id == event.id && kept.place.from.is_none());
            if event.seq > head && !there && !self.excused.contains(&event.seq) {
                return Err(format!("the spine's {} was left out", event.seq));
            }
        }
        for client in &self.clients {
            self.judge_client(client, &ever, &may_be_gone).map_err(|wrong| {
                format!(
                    "device {}: {wrong} (told {:?}, missed {:?})",
                    client.number, client.told, client.missed
                )
            })?;
        }
        Ok(())
    }

    fn judge_client(
        &self,
        client: &Client,
        ever: &[Kept],
        may_be_gone: &dyn Fn(Option<i64>) -> bool,
    ) -> Result<(), Wrong> {
        // What it sent: each once, in order, and all of it that was acknowledged.
        let own = |kept: &&Kept| kept.place.from.is_some_and(|(device, _)| device == client.id);
        let mut last = 0;
        for kept in ever.iter().filter(own) {
            let seq = kept.place.from.map_or(0, |(_, seq)| seq);
            if seq <= last {
                return Err(format!("its {seq} after {last} in the log"));
            }
            last = seq;
        }
        if !client.rude {
            for (event, expired) in &client.acknowledged {
                let there = ever.iter().any(|kept| kept.id == event.id);
                if !there && !may_be_gone(event.expires_at) {
                    return Err(format!("its {} was acknowledged and is not there ({expired})", event.seq));
                }
            }
            for event in &client.settled {
                let there = ever.iter().any(|kept| kept.id == event.id);
                if !there && !may_be_gone(event.expires_at) {
                    return Err(format!("its {} was settled and is not there", event.seq));
                }
            }
        }
        if client.ended {
            return Ok(());
        }
        if !client.queue.is_empty() {
            return Err(format!("{} are left", client.queue.len()));
        }
        // What it was told: each once, in order, and all that it was not told to have missed.
        if client.told.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err("out of order".to_owned());
        }
        let Some(began) = client.began else { return Err("it never got in".to_owned()) };
        for kept in ever {
            let offset = kept.place.offset;
            let own = kept.place.from.is_some_and(|(device, _)| device == client.id);
            let told = client.told.binary_search(&offset).is_ok();
            if own && told {
                return Err(format!("told its own {offset}"));
            }
            let missed = client.missed.iter().any(|(from, to)| (*from..=*to).contains(&offset));
            let excused = own || offset <= began || missed || may_be_gone(kept.expires_at);
            if !told && !excused {
                return Err(format!("{offset} was not told"));
            }
        }
        Ok(())
    }

    /// Nothing is left, and nobody is let in.
    fn judge_deleted(&mut self) -> Result<(), Wrong> {
        if !self.log.kept.borrow().is_empty() && !self.troubled {
            return Err("entries of a deleted account".to_owned());
        }
        // An alarm that was lost with its turn is set again when the object wakes.
        self.evict();
        self.tell(Event::Poked)?;
        for _ in 0..4 {
            self.pass(DAY)?;
        }
        if self.log.state.borrow().as_ref().is_some_and(|state| state.contains("\"gone\":true")) {
            return Err("a deleted account is remembered for ever".to_owned());
        }
        if self.log.kept.borrow().is_empty() {
            Ok(())
        } else {
            Err("entries of a deleted account".to_owned())
        }
    }

    /// Whether a transition was taken.
    #[must_use]
    pub fn has(&self, transition: Transition) -> bool {
        self.taken.iter().chain(self.hub.as_ref().map(|hub| &hub.taken)).any(|taken| taken.has(transition))
    }
}
