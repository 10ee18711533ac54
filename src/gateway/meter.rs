//! Counts what a request asks of its ports: for Server-Timing, the log and the proof of I/O budgets.

use std::cell::Cell;
use std::time::Duration;

use async_trait::async_trait;

use crate::ports::{
    Cache, Clock, Database, DatabaseError, ObjectClass, Objects, Outcome, PortError, Ports, Statement,
    Upstream, UpstreamRequest, UpstreamResponse,
};

/// The kinds of dependencies, in the order of [`Meter::counts`].
pub const KINDS: [&str; 4] = ["d1", "kv", "object", "upstream"];

/// Calls and time by kind.
#[derive(Debug, Default)]
pub struct Meter {
    calls: [Cell<u32>; 4],
    millis: [Cell<i64>; 4],
}

impl Meter {
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
}

/// Ports that count. It lives as long as the request.
pub struct Metered<'a> {
    ports: Ports<'a>,
    meter: &'a Meter,
}

impl<'a> Metered<'a> {
    /// Counts calls of these ports.
    #[must_use]
    pub fn new(ports: Ports<'a>, meter: &'a Meter) -> Self {
        Self { ports, meter }
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

    async fn count<T>(&self, kind: usize, call: impl Future<Output = T>) -> T {
        let clock: &dyn Clock = self.ports.clock;
        let began = clock.now();
        let result = call.await;
        if let (Some(calls), Some(millis)) = (self.meter.calls.get(kind), self.meter.millis.get(kind)) {
            calls.set(calls.get() + 1);
            millis.set(millis.get() + clock.now().millis() - began.millis());
        }
        result
    }
}

#[async_trait(?Send)]
impl Database for Metered<'_> {
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError> {
        self.count(0, self.ports.database.run(statement)).await
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        self.count(0, self.ports.database.batch(statements)).await
    }

    fn bookmark(&self) -> Option<String> {
        self.ports.database.bookmark()
    }
}

#[async_trait(?Send)]
impl Cache for Metered<'_> {
    async fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        self.count(1, self.ports.cache.get(key)).await
    }

    async fn put(&self, key: &str, value: &str, life: Duration) -> Result<(), PortError> {
        self.count(1, self.ports.cache.put(key, value, life)).await
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.count(1, self.ports.cache.delete(key)).await
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, PortError> {
        self.count(1, self.ports.cache.list(prefix, limit)).await
    }
}

#[async_trait(?Send)]
impl Objects for Metered<'_> {
    async fn call(&self, class: ObjectClass, name: &str, command: String) -> Result<String, PortError> {
        self.count(2, self.ports.objects.call(class, name, command)).await
    }
}

#[async_trait(?Send)]
impl Upstream for Metered<'_> {
    async fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, PortError> {
        self.count(3, self.ports.upstream.send(request)).await
    }
}
