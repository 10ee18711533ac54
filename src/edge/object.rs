//! The shell of every durable object: its SQLite storage round the pure behaviour of `kernel::object`.
//!
//! Why no command can see half of another one: a command is read, decided and stored without an `await`
//! in between, storage writes of one turn commit together, and the platform holds the reply back until they
//! are on disk. What the object knows is in its storage alone.
#![allow(missing_docs, reason = "the macro on a class writes methods without any")]

use std::cell::Cell;

use wasm_bindgen::JsValue;
use worker::{DurableObject, Env, Request, Response, Result, SqlStorageValue, State, durable_object};

use crate::edge::clock::PlatformClock;
use crate::edge::js::words;
use crate::identity::{admission, attempts};
use crate::kernel::object::Behaviour;
use crate::kernel::time::Timestamp;
use crate::ports::Clock;

/// The status by which an object says that it could not read a command or its own state.
pub const UNREADABLE: u16 = 422;

/// An alarm that is overdue by so many milliseconds was lost; a new one may be set.
const LOST: i64 = 3_600_000;

/// The one row of an object. `layout` is the version of this table, for a later shell to read.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS kept (\
    id INTEGER PRIMARY KEY CHECK (id = 1), layout INTEGER NOT NULL, state TEXT, wake_at INTEGER)";
const READ: &str = "SELECT state, wake_at FROM kept";
const WRITE: &str = "INSERT INTO kept (id, layout, state, wake_at) VALUES (1, 1, ?, ?) \
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, wake_at = excluded.wake_at";

/// What is stored.
#[derive(serde::Deserialize, Default)]
struct Kept {
    state: Option<String>,
    wake_at: Option<Timestamp>,
}

/// Storage and behaviour of one object.
pub(super) struct Shell {
    state: State,
    behaviour: Behaviour,
    has_table: Cell<bool>,
}

impl Shell {
    pub(super) fn new(state: State, env: &Env, behaviour: Behaviour) -> Self {
        PlatformClock::hold(env.as_ref());
        Self { state, behaviour, has_table: Cell::new(false) }
    }

    fn read(&self) -> Result<Kept> {
        let sql = self.state.storage().sql();
        if !self.has_table.get() {
            sql.exec(TABLE, None)?;
            self.has_table.set(true);
        }
        let rows: Vec<Kept> = sql.exec(READ, None)?.to_array()?;
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    fn write(&self, kept: &Kept) -> Result<()> {
        let wake_at = kept.wake_at.map(Timestamp::millis);
        let values: Vec<SqlStorageValue> = vec![kept.state.clone().into(), wake_at.into()];
        self.state.storage().sql().exec(WRITE, values)?;
        Ok(())
    }

    pub(super) async fn command(&self, mut request: Request) -> Result<Response> {
        let command = request.text().await?;
        self.tell(&command).await
    }

    /// Handles a command.
    pub(super) async fn tell(&self, command: &str) -> Result<Response> {
        let now = PlatformClock.now();
        let kept = self.read()?;
        let handled = match (self.behaviour.handle)(kept.state.as_deref(), command, now) {
            Ok(handled) => handled,
            Err(cause) => return Response::error(cause, UNREADABLE),
        };
        let set = kept.wake_at.filter(|at| at.millis() > now.millis() - LOST);
        let alarm = handled.wake_at.filter(|asked| set.is_none_or(|set| *asked < set));
        if handled.store.is_some() || alarm.is_some() {
            self.write(&Kept { state: handled.store.or(kept.state), wake_at: alarm.or(set) })?;
        }
        if let Some(at) = alarm {
            self.ring_at(at).await?;
        }
        Response::ok(handled.reply)
    }

    pub(super) async fn alarm(&self) -> Result<Response> {
        let now = PlatformClock.now();
        let kept = self.read()?;
        let Some(next) = (self.behaviour.wake)(kept.state.as_deref(), now) else {
            self.has_table.set(false);
            // The alarm that is ringing is used up: there is none to delete.
            self.state.storage().delete_all().await?;
            return Response::empty();
        };
        self.write(&Kept { wake_at: Some(next), ..kept })?;
        self.ring_at(next).await?;
        Response::empty()
    }

    async fn ring_at(&self, at: Timestamp) -> Result<()> {
        #[allow(clippy::cast_precision_loss)] // Milliseconds of a year before 10000, below 2^53.
        let date = js_sys::Date::new(&JsValue::from_f64(at.millis() as f64));
        self.state.storage().set_alarm(worker::ScheduledTime::new(date)).await
    }
}

/// An answer in place of an exception, so that the caller reads the cause.
pub(super) fn told(result: Result<Response>) -> Result<Response> {
    result.or_else(|error| Response::error(words(&JsValue::from(error)), 500))
}

/// The object of `identity::admission`.
#[durable_object(alarm)]
pub struct Admission {
    shell: Shell,
}

impl DurableObject for Admission {
    fn new(state: State, env: Env) -> Self {
        Self {
            shell: Shell::new(state, &env, Behaviour { handle: admission::handle, wake: admission::wake }),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        told(self.shell.command(request).await)
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell.alarm().await
    }
}

/// The object of `identity::attempts`.
#[durable_object(alarm)]
pub struct Attempts {
    shell: Shell,
}

impl DurableObject for Attempts {
    fn new(state: State, env: Env) -> Self {
        Self { shell: Shell::new(state, &env, Behaviour { handle: attempts::handle, wake: attempts::wake }) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        told(self.shell.command(request).await)
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell.alarm().await
    }
}
