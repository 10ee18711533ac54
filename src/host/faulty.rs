//! Ports that fail when a test says so, and that count their calls.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;

use crate::ports::{
    Assets, Cache, Database, DatabaseError, ObjectClass, Objects, Outcome, PortError, Statement, Upstream,
    UpstreamRequest, UpstreamResponse,
};

/// When a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing has happened.
    Before,
    /// It has happened; only the answer is lost.
    After,
}

/// A port with planned failures. Without any it only counts.
#[derive(Debug)]
pub struct Faulty<P, E> {
    inner: P,
    calls: Cell<u64>,
    planned: RefCell<Vec<(u64, Moment, E)>>,
    always: RefCell<Option<(Moment, E)>>,
    stalled: Cell<u32>,
}

impl<P, E: Clone> Faulty<P, E> {
    /// The port as it is, so far.
    pub fn new(inner: P) -> Self {
        Self {
            inner,
            calls: Cell::new(0),
            planned: RefCell::default(),
            always: RefCell::default(),
            stalled: Cell::new(0),
        }
    }

    /// The port behind, for looking and for calls that should not count.
    pub fn inner(&self) -> &P {
        &self.inner
    }

    /// The calls so far; a batch is one.
    pub fn calls(&self) -> u64 {
        self.calls.get()
    }

    /// The next call fails.
    pub fn fail_next(&self, moment: Moment, error: E) {
        self.fail_nth(1, moment, error);
    }

    /// The `n`th call from now on fails; the next one is the first.
    pub fn fail_nth(&self, n: u64, moment: Moment, error: E) {
        self.planned.borrow_mut().push((self.calls.get() + n, moment, error));
    }

    /// The next call has no end: whoever waits for it is to be dropped.
    pub fn stall_next(&self) {
        self.stall(1);
    }

    /// The next so many calls have no end.
    pub fn stall(&self, calls: u32) {
        self.stalled.set(calls);
    }

    /// Every call fails, until [`Self::heal`].
    pub fn fail_always(&self, moment: Moment, error: E) {
        *self.always.borrow_mut() = Some((moment, error));
    }

    /// Drops every plan.
    pub fn heal(&self) {
        self.planned.borrow_mut().clear();
        *self.always.borrow_mut() = None;
    }

    fn strike(&self) -> Option<(Moment, E)> {
        let call = self.calls.get() + 1;
        self.calls.set(call);
        let mut planned = self.planned.borrow_mut();
        if let Some(index) = planned.iter().position(|(at, ..)| *at == call) {
            let (_, moment, error) = planned.swap_remove(index);
            return Some((moment, error));
        }
        self.always.borrow().clone()
    }

    async fn through<T>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        if let Some(left) = self.stalled.get().checked_sub(1) {
            self.stalled.set(left);
            return std::future::pending().await;
        }
        match self.strike() {
            None => call.await,
            Some((Moment::Before, error)) => Err(error),
            Some((Moment::After, error)) => call.await.and(Err(error)),
        }
    }
}

#[async_trait(?Send)]
impl<P: Database> Database for Faulty<P, DatabaseError> {
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError> {
        self.through(self.inner.run(statement)).await
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        self.through(self.inner.batch(statements)).await
    }

    fn bookmark(&self) -> Option<String> {
        self.inner.bookmark()
    }
}

#[async_trait(?Send)]
impl<P: Assets> Assets for Faulty<P, PortError> {
    async fn read(&self, path: &str) -> Result<String, PortError> {
        self.through(self.inner.read(path)).await
    }
}

#[async_trait(?Send)]
impl<P: Cache> Cache for Faulty<P, PortError> {
    async fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        self.through(self.inner.get(key)).await
    }

    async fn put(&self, key: &str, value: &str, life: Duration) -> Result<(), PortError> {
        self.through(self.inner.put(key, value, life)).await
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.through(self.inner.delete(key)).await
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, PortError> {
        self.through(self.inner.list(prefix, limit)).await
    }
}

#[async_trait(?Send)]
impl<P: Objects> Objects for Faulty<P, PortError> {
    async fn call(&self, class: ObjectClass, name: &str, command: String) -> Result<String, PortError> {
        self.through(self.inner.call(class, name, command)).await
    }
}

#[async_trait(?Send)]
impl<P: Upstream> Upstream for Faulty<P, PortError> {
    async fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, PortError> {
        self.through(self.inner.send(request)).await
    }
}
