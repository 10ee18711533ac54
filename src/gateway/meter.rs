//! Counts what a request asks of its ports: for Server-Timing, the log, the proof of I/O budgets, and the sums of the
//! isolate (`ops::metrics`).

use std::cell::{Cell, RefCell};
use std::time::Duration;

use async_trait::async_trait;

use super::spans::Spans;
use crate::ops::metrics::buffer::{Buffer, Call};
use crate::ops::telemetry::record::Kind;
use crate::ports::{
    Cache, Clock, Database, DatabaseError, ObjectClass, Objects, Outcome, PortError, Ports, Query, Statement,
    Upstream, UpstreamRequest, UpstreamResponse,
};

/// The kinds of dependencies, in the order of [`Meter::counts`].
pub const KINDS: [&str; 4] = ["d1", "kv", "object", "upstream"];

/// The most statements of a batch that are counted by name; the rest of a longer one has none.
const NAMED: usize = 32;

/// Calls and time by kind, of what an operation's budget counts; and what the request took in all.
#[derive(Debug, Default)]
pub struct Meter {
    calls: [Cell<u32>; 4],
    millis: [Cell<i64>; 4],
    spent: [Cell<u32>; 6],
    /// Its spans.
    pub spans: Spans,
}

impl Meter {
    /// A meter that notes spans besides.
    #[must_use]
    pub fn traced(spans: Spans) -> Self {
        Self { spans, ..Self::default() }
    }

    /// How often each kind was called.
    #[must_use]
    pub fn counts(&self) -> [u32; 4] {
        self.calls.each_ref().map(Cell::get)
    }

    /// The milliseconds spent waiting for each kind.
    #[must_use]
    pub fn millis(&self) -> [i64; 4] {
        self.millis.each_ref().map(Cell::get)
    }

    /// Rows read and written, and calls by kind, in the order of `ops::metrics::series::UNITS`; those that no budget
    /// counts are among them.
    #[must_use]
    pub fn spent(&self) -> [u32; 6] {
        self.spent.each_ref().map(Cell::get)
    }

    fn spend(&self, unit: usize, count: u32) {
        if let Some(sum) = self.spent.get(unit) {
            sum.set(sum.get().saturating_add(count));
        }
    }
}

/// Ports that count. It lives as long as the request.
pub struct Metered<'a> {
    ports: Ports<'a>,
    meter: &'a Meter,
    sums: &'a RefCell<Buffer>,
    budgeted: bool,
}

impl<'a> Metered<'a> {
    /// Counts calls of these ports, for the operation's budget and for the isolate's sums.
    #[must_use]
    pub fn new(ports: Ports<'a>, meter: &'a Meter, sums: &'a RefCell<Buffer>) -> Self {
        Self { ports, meter, sums, budgeted: true }
    }

    /// Counts calls that are no operation's: for the isolate's sums alone.
    #[must_use]
    pub fn beside(ports: Ports<'a>, meter: &'a Meter, sums: &'a RefCell<Buffer>) -> Self {
        Self { ports, meter, sums, budgeted: false }
    }

    /// The same ports, counted.
    #[must_use]
    pub fn ports(&self) -> Ports<'_> {
        Ports {
            database: self,
            cache: self,
            objects: self,
            upstream: self,
            assets: self.ports.assets,
            signatures: self.ports.signatures,
            agreement: self.ports.agreement,
            clock: self.ports.clock,
            random: self.ports.random,
            zones: self.ports.zones,
        }
    }

    /// What the call gave, and how many milliseconds it took.
    async fn timed<T, E>(
        &self,
        kind: usize,
        name: Call,
        (query, count): (Query, usize),
        call: impl Future<Output = Result<T, E>>,
    ) -> (Result<T, E>, i64) {
        let clock: &dyn Clock = self.ports.clock;
        let began = clock.now();
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        let span = self.meter.spans.begin(Kind::Call(name, query, count), began);
        let result = call.await;
        let now = clock.now();
        let took = now.millis() - began.millis();
        self.note(kind, name, result.is_ok(), took);
        self.meter.spans.end(span, result.is_err(), now);
        (result, took)
    }

    async fn count<T, E>(
        &self,
        kind: usize,
        name: Call,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.timed(kind, name, (Query::default(), 0), call).await.0
    }

    /// Apart from [`Self::timed`], which is compiled for every kind of call.
    #[inline(never)]
    fn note(&self, kind: usize, name: Call, worked: bool, took: i64) {
        if let (true, Some(calls), Some(millis)) =
            (self.budgeted, self.meter.calls.get(kind), self.meter.millis.get(kind))
        {
            calls.set(calls.get() + 1);
            millis.set(millis.get() + took);
        }
        self.meter.spend(2 + kind, 1);
        self.sums.borrow_mut().call(name, worked, micros(took));
    }

    /// Counts statements by name. Natively nobody measures them: then they share the time of their call.
    fn statements(
        &self,
        queries: &[Query],
        count: usize,
        result: Result<&[Outcome], &DatabaseError>,
        took: i64,
    ) {
        let mut sums = self.sums.borrow_mut();
        let share = micros(took) / u32::try_from(count).unwrap_or(u32::MAX).max(1);
        let named = queries.iter().copied().chain(std::iter::repeat(Query::default()));
        match result {
            Ok(outcomes) => {
                for (outcome, query) in outcomes.iter().zip(named) {
                    self.meter.spend(0, outcome.cost.rows_read);
                    self.meter.spend(1, outcome.cost.rows_written);
                    sums.query(query, outcome.cost, share);
                }
            }
            Err(_) => named.take(count).for_each(|query| sums.query_failed(query, share)),
        }
    }
}

/// Milliseconds of the port's clock in microseconds. A clock that jumped back tells nothing.
#[must_use]
pub fn micros(millis: i64) -> u32 {
    u32::try_from(millis.max(0).saturating_mul(1_000)).unwrap_or(u32::MAX)
}

#[async_trait(?Send)]
impl Database for Metered<'_> {
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError> {
        let query = statement.query;
        let (result, took) = self.timed(0, Call::RUN, (query, 1), self.ports.database.run(statement)).await;
        self.statements(&[query], 1, result.as_ref().map(std::slice::from_ref), took);
        result
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        let mut queries = [Query::default(); NAMED];
        queries.iter_mut().zip(&statements).for_each(|(query, statement)| *query = statement.query);
        let count = statements.len();
        let first = (queries.first().copied().unwrap_or_default(), count);
        let (result, took) = self.timed(0, Call::BATCH, first, self.ports.database.batch(statements)).await;
        self.statements(&queries, count, result.as_deref(), took);
        result
    }

    fn bookmark(&self) -> Option<String> {
        self.ports.database.bookmark()
    }
}

#[async_trait(?Send)]
impl Cache for Metered<'_> {
    async fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        self.count(1, Call::GET, self.ports.cache.get(key)).await
    }

    async fn put(&self, key: &str, value: &str, life: Duration) -> Result<(), PortError> {
        self.count(1, Call::PUT, self.ports.cache.put(key, value, life)).await
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.count(1, Call::DELETE, self.ports.cache.delete(key)).await
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, PortError> {
        self.count(1, Call::LIST, self.ports.cache.list(prefix, limit)).await
    }
}

#[async_trait(?Send)]
impl Objects for Metered<'_> {
    async fn call(&self, class: ObjectClass, name: &str, command: String) -> Result<String, PortError> {
        self.count(2, Call::object(class), self.ports.objects.call(class, name, command)).await
    }
}

#[async_trait(?Send)]
impl Upstream for Metered<'_> {
    async fn send(&self, mut request: UpstreamRequest) -> Result<UpstreamResponse, PortError> {
        // The span begins below without anything else in between: the place is its own.
        let (place, host) = self.meter.spans.carry(&mut request);
        let method = request.method;
        let result = self.count(3, Call::SEND, self.ports.upstream.send(request)).await;
        let status = result.as_ref().map_or(0, |response| response.status);
        self.meter.spans.told(place, (method, status, host));
        result
    }
}
