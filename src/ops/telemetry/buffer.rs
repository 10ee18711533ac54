//! What an isolate has not handed over yet, a queue for each of the three that are handed to.
//!
//! A queue is bounded; its oldest go first and are counted. The head of it that is under way stays where it is until the
//! answer says what became of it, so that a call that is cut off loses nothing: it is sent again.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use super::INTERVAL;
use super::record::Record;
use crate::kernel::time::Timestamp;

/// The most spans or lines of a queue.
pub const MOST: usize = 2_048;
/// The most bytes of lines of a queue.
pub const MOST_BYTES: usize = 1 << 20;
/// With so many spans or lines nobody waits for the interval.
pub const FULL: usize = 512;
/// The most spans or lines of one hand-over.
const BATCH: usize = 1_024;
/// Milliseconds after which a hand-over that was not heard of is taken for lost: longer than any deadline.
const LOST: i64 = 20_000;
/// The longest pause between two attempts, in milliseconds, unless the collector asks for a longer one.
pub const LONGEST_PAUSE: i64 = 60_000;
/// The longest pause that a collector may ask for.
const LONGEST_ASKED: i64 = 3_600_000;

/// What is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Spans, to the collector.
    Traces,
    /// Lines, to the collector.
    Logs,
    /// Lines, to the house's own objects.
    Book,
}

impl Signal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Traces, Self::Logs, Self::Book];

    fn weight(self, record: &Record) -> usize {
        if self == Self::Traces { 1 + record.spans.len() } else { 1 }
    }
}

/// What became of a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived, but for so many.
    Taken(u32),
    /// It may arrive later; the other side may have said when.
    Later(Option<Duration>),
    /// It will never be taken.
    Refused,
}

#[derive(Debug, Default)]
struct Queue {
    records: VecDeque<Rc<Record>>,
    weight: usize,
    bytes: usize,
    /// How many of the oldest are under way, and since when.
    sent: usize,
    since: Option<Timestamp>,
    /// Not before, in milliseconds since 1970.
    next: i64,
    /// How long the last pause was; 0 where all is well.
    pause: i64,
    dropped: u32,
}

impl Queue {
    fn pop(&mut self, signal: Signal) -> usize {
        let Some(record) = self.records.pop_front() else { return 0 };
        let weight = signal.weight(&record);
        self.weight = self.weight.saturating_sub(weight);
        self.bytes = self.bytes.saturating_sub(record.line.len());
        self.sent = self.sent.saturating_sub(1);
        weight
    }

    fn push(&mut self, signal: Signal, record: Rc<Record>) {
        self.weight += signal.weight(&record);
        self.bytes += record.line.len();
        self.records.push_back(record);
        while self.weight > MOST || self.bytes > MOST_BYTES {
            self.dropped += u32::try_from(self.pop(signal)).unwrap_or_default().max(1);
        }
    }

    fn is_due(&mut self, now: Timestamp) -> bool {
        let now = now.millis();
        if self.since.is_some_and(|since| (0..LOST).contains(&(now - since.millis())))
            || self.records.is_empty()
        {
            return false;
        }
        // A clock that jumped back waits no longer than a pause.
        if self.next - now > LONGEST_ASKED {
            self.next = now + self.pause.max(INTERVAL);
        }
        now >= self.next || (self.pause == 0 && self.weight >= FULL)
    }

    fn settle(&mut self, signal: Signal, outcome: Outcome, now: Timestamp) {
        self.since = None;
        let sent = std::mem::take(&mut self.sent);
        let (pause, wait) = match outcome {
            Outcome::Later(asked) => {
                let pause = (self.pause * 2).clamp(INTERVAL, LONGEST_PAUSE);
                let asked = asked.map(|asked| i64::try_from(asked.as_millis()).unwrap_or(LONGEST_ASKED));
                (pause, asked.map_or(pause, |asked| asked.min(LONGEST_ASKED)))
            }
            Outcome::Taken(lost) => {
                let _: usize = (0..sent).map(|_| self.pop(signal)).sum();
                self.dropped += lost;
                (0, INTERVAL)
            }
            Outcome::Refused => {
                let lost = (0..sent).map(|_| self.pop(signal)).sum::<usize>();
                self.dropped += u32::try_from(lost).unwrap_or_default();
                (0, INTERVAL)
            }
        };
        (self.pause, self.next) = (pause, now.millis() + wait);
    }
}

/// The queues of an isolate.
#[derive(Debug, Default)]
pub struct Telemetry {
    queues: [Queue; 3],
    shard: Option<u8>,
}

impl Telemetry {
    fn queue(&mut self, signal: Signal) -> &mut Queue {
        let [traces, logs, book] = &mut self.queues;
        match signal {
            Signal::Traces => traces,
            Signal::Logs => logs,
            Signal::Book => book,
        }
    }

    /// Takes a request in, for the collector too where there is one. Whether it is time to hand over.
    pub fn push(&mut self, record: Record, exports: bool, now: Timestamp) -> bool {
        let (record, mut due) = (Rc::new(record), false);
        for signal in Signal::ALL {
            let wanted = match signal {
                Signal::Traces => exports && record.traced,
                Signal::Logs => exports,
                Signal::Book => true,
            };
            let queue = self.queue(signal);
            if wanted {
                queue.push(signal, Rc::clone(&record));
            }
            due |= queue.is_due(now);
        }
        due
    }

    /// The oldest that are to be handed over now; none while others are under way, or it is not time. `early` asks for
    /// them whatever the time.
    pub fn begin(&mut self, signal: Signal, now: Timestamp, early: bool) -> Vec<Rc<Record>> {
        let queue = self.queue(signal);
        if early && queue.pause == 0 {
            queue.next = now.millis();
        }
        if !queue.is_due(now) {
            return Vec::new();
        }
        let mut weight = 0;
        let batch = queue.records.iter().take_while(|record| {
            weight += signal.weight(record);
            weight <= BATCH
        });
        let batch: Vec<Rc<Record>> = batch.cloned().collect();
        (queue.sent, queue.since) = (batch.len(), Some(now));
        batch
    }

    /// What became of those that were handed over then. Of a hand-over that was taken for lost nothing is believed:
    /// what it had is under way again.
    pub fn settle(&mut self, signal: Signal, began: Timestamp, outcome: Outcome, now: Timestamp) {
        let queue = self.queue(signal);
        if queue.since == Some(began) {
            queue.settle(signal, outcome, now);
        }
    }

    /// How many of each signal were dropped since this was last asked.
    pub fn dropped(&mut self) -> [u32; 3] {
        self.queues.each_mut().map(|queue| std::mem::take(&mut queue.dropped))
    }

    /// How many of each signal wait.
    #[must_use]
    pub fn waiting(&self) -> [usize; 3] {
        self.queues.each_ref().map(|queue| queue.weight)
    }

    /// The object that this isolate hands its lines to; `random` decides the first time.
    pub fn shard(&mut self, random: u8) -> u8 {
        *self.shard.get_or_insert(random)
    }
}
