//! The object of a person's devices: a [`Door`] in a Durable Object with hibernating sockets.
//!
//! The class is written out and not made by a macro: a frame that waits for nothing is handled in the turn it came in,
//! without a promise, and what is thrown at the border is caught.

use std::cell::OnceCell;
use std::rc::Rc;
use std::task::{self, Poll, Waker};

use async_trait::async_trait;
use js_sys::futures::future_to_promise;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys::web_sys::Request;
use worker::{console_error, console_warn};

use super::clock::PlatformClock;
use super::config;
use super::glue;
use super::js::{settle, words};
use super::lazy::PrimaryDatabase;
use super::object::UNREADABLE;
use super::random::PlatformRandom;
use super::signatures::WebCrypto;
use crate::kernel::id::Id;
use crate::ports::Value;
use crate::sync::door::object::Object;
use crate::sync::door::{Door, Room};
use crate::sync::hub::log::{Fault, Storage};
use crate::sync::relay::SUBPROTOCOL;

#[wasm_bindgen(module = "/src/edge/hub.js")]
extern "C" {
    /// What `hub.js` has of an object.
    pub(super) type Lines;
    #[wasm_bindgen(constructor)]
    pub(super) fn new(context: &JsValue) -> Lines;
    #[wasm_bindgen(method, catch)]
    fn attached(this: &Lines) -> Result<Array, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn accept(this: &Lines, line: u32, protocol: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn line(this: &Lines, socket: &JsValue) -> Result<i32, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn attach(this: &Lines, line: u32, fixed: Option<&str>, moving: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn send(this: &Lines, line: u32, text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = hangUp)]
    fn hang_up(this: &Lines, line: u32, code: u16, reason: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn forget(this: &Lines, socket: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn answer(this: &Lines, socket: &JsValue, code: u16) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn run(this: &Lines, sql: &str, values: &Array) -> Result<Array, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn alarm(this: &Lines) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &Lines, at: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn wipe(this: &Lines) -> Result<(), JsValue>;
}

/// The object, with what is thrown made harmless and known.
pub(super) struct Platform(pub(super) Lines);

/// What failed at the border, for the log.
fn heard<T>(result: Result<T, JsValue>) -> Option<T> {
    result.map_err(|thrown| console_error!("hub: {}", words(&thrown))).ok()
}

impl Storage for Platform {
    fn run(&self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, Fault> {
        let bound = Array::new();
        for value in values {
            bound.push(&match value {
                Value::Null => JsValue::NULL,
                Value::Bool(flag) => JsValue::from_f64(f64::from(u8::from(*flag))),
                #[allow(clippy::cast_precision_loss)] // Within 2^53.
                Value::Integer(number) => JsValue::from_f64(*number as f64),
                Value::Real(number) => JsValue::from_f64(*number),
                Value::Text(text) => JsValue::from_str(text),
            });
        }
        let rows = self.0.run(sql, &bound).map_err(|thrown| words(&thrown))?;
        let value = |cell: JsValue| match cell.as_f64() {
            Some(number) => Ok(Value::Real(number)),
            None if cell.is_null() => Ok(Value::Null),
            None => cell.as_string().map(Value::Text).ok_or_else(|| "a column is of another type".to_owned()),
        };
        let row = |row: JsValue| row.unchecked_into::<Array>().iter().map(value).collect();
        rows.iter().map(row).collect()
    }
}

#[async_trait(?Send)]
impl Object for Platform {
    fn attached(&self) -> Vec<String> {
        let tickets = heard(self.0.attached()).unwrap_or_default();
        tickets.iter().filter_map(|ticket| ticket.as_string()).collect()
    }

    fn attach(&self, line: u32, fixed: Option<&str>, moving: &str) {
        heard(self.0.attach(line, fixed, moving));
    }

    fn send(&self, line: u32, text: &str) {
        heard(self.0.send(line, text));
    }

    fn hang_up(&self, line: u32, code: u16, reason: &str) {
        heard(self.0.hang_up(line, code, reason));
    }

    async fn alarm(&self) -> Option<i64> {
        let set = heard(settle(self.0.alarm()).await)?.as_f64()?;
        #[allow(clippy::cast_possible_truncation)] // Milliseconds since 1970, whole.
        Some(set as i64)
    }

    fn set_alarm(&self, at: i64) {
        #[allow(clippy::cast_precision_loss)] // Milliseconds since 1970.
        heard(self.0.set_alarm(at as f64));
    }

    fn forget(&self) {
        heard(self.0.wipe());
    }

    fn note(&self, words: &str) {
        console_warn!("hub: {words}");
    }
}

/// One object, for as long as it is in memory.
struct Inner {
    env: JsValue,
    platform: Platform,
    database: PrimaryDatabase,
    random: OnceCell<PlatformRandom>,
    door: Door,
}

/// What happens to a hub.
enum Happening {
    Alarm,
    Closed(u32),
    Message(u32, JsValue),
}

impl Inner {
    /// What the door works with.
    fn room(&self) -> Result<Room<'_>, String> {
        let config = config::of(&self.env).map_err(|mistakes| mistakes.join("; "))?;
        if self.random.get().is_none() {
            // None can have been set meanwhile.
            drop(self.random.set(PlatformRandom::ready()?));
        }
        let random = self.random.get().ok_or("there is no randomness")?;
        Ok(Room {
            object: &self.platform,
            database: &self.database,
            signatures: &WebCrypto,
            agreement: &WebCrypto,
            clock: &PlatformClock,
            random,
            config,
        })
    }

    /// The line of a socket, if it is one.
    fn line(&self, socket: &JsValue) -> Option<u32> {
        u32::try_from(heard(self.platform.0.line(socket))?).ok()
    }

    async fn happen(&self, what: Happening) {
        let room = match self.room() {
            Ok(room) => room,
            Err(words) => {
                console_error!("hub: {words}");
                return;
            }
        };
        match what {
            Happening::Alarm => self.door.alarm(room).await,
            Happening::Closed(line) => self.door.closed(room, line).await,
            Happening::Message(line, data) => match data.as_string() {
                Some(text) => self.door.message(room, line, &text).await,
                None => self.door.binary(room, line).await,
            },
        }
    }

    /// A socket for the account that the address names, or a command.
    async fn fetch(&self, request: &Request) -> Result<JsValue, JsValue> {
        let room = self.room()?;
        if request.headers().get("upgrade")?.is_some() {
            let account = account(&request.url()).ok_or("no name in the address")?;
            let line = self.door.number(room).await;
            let response = self.platform.0.accept(line, SUBPROTOCOL)?;
            self.door.opened(room, line, account);
            return Ok(response);
        }
        let command = settle(request.text()).await?.as_string().unwrap_or_default();
        match self.door.command(room, &command).await {
            Ok(reply) => glue::respond(200, "", Some(&reply), None),
            Err(words) => glue::respond(UNREADABLE, "", Some(&words), None),
        }
    }
}

/// The account that an object's address names.
fn account(url: &str) -> Option<Id> {
    Id::parse(url.split_once("?name=")?.1)
}

/// Does what can be done at once in this very turn; gives a promise where something has to be waited for.
pub(super) fn now_or_later(work: impl Future<Output = JsValue> + 'static) -> JsValue {
    let mut work = Box::pin(work);
    match work.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => future_to_promise(async move { Ok(work.await) }).into(),
    }
}

/// The object of `sync::door`.
#[wasm_bindgen]
pub struct Hub(Rc<Inner>);

impl Hub {
    fn happen(&self, what: Happening) -> JsValue {
        let inner = Rc::clone(&self.0);
        now_or_later(async move {
            inner.happen(what).await;
            JsValue::UNDEFINED
        })
    }

    fn gone(&self, socket: &JsValue) -> JsValue {
        let Some(line) = self.0.line(socket) else { return JsValue::UNDEFINED };
        heard(self.0.platform.0.forget(socket));
        self.happen(Happening::Closed(line))
    }
}

#[wasm_bindgen]
#[allow(missing_docs, reason = "the platform's handlers, by their names")]
impl Hub {
    #[wasm_bindgen(constructor)]
    pub fn new(context: JsValue, env: JsValue) -> Self {
        super::panic::install();
        PlatformClock::hold(&env);
        let (platform, database) = (Platform(Lines::new(&context)), PrimaryDatabase::new(&env));
        Self(Rc::new(Inner { env, platform, database, random: OnceCell::new(), door: Door::default() }))
    }

    pub fn fetch(&self, request: Request) -> JsValue {
        let inner = Rc::clone(&self.0);
        now_or_later(async move {
            inner.fetch(&request).await.unwrap_or_else(|thrown| {
                let text = words(&thrown);
                glue::respond(500, "", Some(&text), None).unwrap_or(JsValue::UNDEFINED)
            })
        })
    }

    pub fn alarm(&self) -> JsValue {
        self.happen(Happening::Alarm)
    }

    #[wasm_bindgen(js_name = webSocketMessage)]
    pub fn web_socket_message(&self, socket: JsValue, message: JsValue) -> JsValue {
        match self.0.line(&socket) {
            Some(line) => self.happen(Happening::Message(line, message)),
            None => JsValue::UNDEFINED,
        }
    }

    #[wasm_bindgen(js_name = webSocketClose)]
    pub fn web_socket_close(&self, socket: JsValue, code: u16) -> JsValue {
        let gone = self.gone(&socket);
        heard(self.0.platform.0.answer(&socket, code));
        gone
    }

    #[wasm_bindgen(js_name = webSocketError)]
    pub fn web_socket_error(&self, socket: JsValue) -> JsValue {
        self.gone(&socket)
    }
}
