//! Bindings that are opened when they are wanted. One that is missing or broken fails each call with a fault
//! that the rooms know, instead of failing the request before anything is decided.

use std::cell::OnceCell;
use std::time::Duration;

use async_trait::async_trait;
use wasm_bindgen::JsValue;

use super::d1::{D1, Start};
use super::kv::Kv;
use crate::ports::{Cache, Database, DatabaseError, Outcome, PortError, Statement};

/// A database whose session begins with the first statement, so that requests without one pay nothing.
pub struct LazyDatabase {
    env: JsValue,
    bookmark: Option<String>,
    reads_only: bool,
    opened: OnceCell<Result<D1, DatabaseError>>,
}

impl LazyDatabase {
    /// A session on `DB`: after the bookmark that the client brought, else anywhere for requests that only
    /// read, and on the primary for those that write.
    #[must_use]
    pub fn new(env: &JsValue, bookmark: Option<String>, reads_only: bool) -> Self {
        Self { env: env.clone(), bookmark, reads_only, opened: OnceCell::new() }
    }

    fn database(&self) -> Result<&D1, DatabaseError> {
        let start = match &self.bookmark {
            Some(bookmark) => Start::After(bookmark),
            None if self.reads_only => Start::Anywhere,
            None => Start::Primary,
        };
        self.opened.get_or_init(|| D1::open(&self.env, "DB", start)).as_ref().map_err(Clone::clone)
    }
}

#[async_trait(?Send)]
impl Database for LazyDatabase {
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError> {
        self.database()?.run(statement).await
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        self.database()?.batch(statements).await
    }

    fn bookmark(&self) -> Option<String> {
        self.opened.get()?.as_ref().ok()?.bookmark()
    }
}

/// The database of an object that lives for long: each call has a session of its own, which begins on the primary, so
/// that what it finds was so after the call for it.
pub struct PrimaryDatabase {
    env: JsValue,
}

impl PrimaryDatabase {
    /// The database `DB`.
    #[must_use]
    pub fn new(env: &JsValue) -> Self {
        Self { env: env.clone() }
    }
}

#[async_trait(?Send)]
impl Database for PrimaryDatabase {
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError> {
        D1::open(&self.env, "DB", Start::Primary)?.run(statement).await
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        D1::open(&self.env, "DB", Start::Primary)?.batch(statements).await
    }

    fn bookmark(&self) -> Option<String> {
        None
    }
}

/// The cache, or why there is none.
pub struct LazyCache(Result<Kv, PortError>);

impl LazyCache {
    /// The namespace `CACHE`.
    #[must_use]
    pub fn new(env: &JsValue) -> Self {
        Self(Kv::open(env, "CACHE"))
    }

    fn cache(&self) -> Result<&Kv, PortError> {
        self.0.as_ref().map_err(Clone::clone)
    }
}

#[async_trait(?Send)]
impl Cache for LazyCache {
    async fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        self.cache()?.get(key).await
    }

    async fn put(&self, key: &str, value: &str, life: Duration) -> Result<(), PortError> {
        self.cache()?.put(key, value, life).await
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        self.cache()?.delete(key).await
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, PortError> {
        self.cache()?.list(prefix, limit).await
    }
}
