//! An object that keeps lines of the log: a [`Book`] in a Durable Object's own SQLite. Written out as the hub's class is,
//! with whose glue it shares.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::console_error;
use worker::worker_sys::web_sys::Request;

use super::clock::PlatformClock;
use super::config;
use super::glue;
use super::hub::{Lines, Platform, now_or_later};
use super::js::{settle, words};
use crate::kernel::time::Timestamp;
use crate::ops::telemetry::book::Book;
use crate::ports::Clock;
use crate::sync::door::object::Object;

/// One object, for as long as it is in memory.
struct Inner {
    env: JsValue,
    platform: Platform,
}

impl Inner {
    /// Works on the book, and sets the alarm that comes of it.
    fn work<T>(
        &self,
        work: impl FnOnce(&Book<'_>, Timestamp) -> Result<(T, Option<i64>), String>,
    ) -> Result<T, String> {
        let config = config::of(&self.env).map_err(|mistakes| mistakes.join("; "))?;
        let book = Book::open(&self.platform, config.telemetry.log_days)?;
        let (done, wake) = work(&book, PlatformClock.now())?;
        if let Some(wake) = wake {
            self.platform.set_alarm(wake);
        }
        Ok(done)
    }

    async fn fetch(&self, request: &Request) -> Result<JsValue, JsValue> {
        let command = settle(request.text()).await?.as_string().unwrap_or_default();
        let reply = self.work(|book, now| book.handle(&command, now))?;
        glue::respond(200, "", Some(&reply), None)
    }
}

/// The object of `ops::telemetry::book`.
#[wasm_bindgen]
pub struct Logbook(Rc<Inner>);

#[wasm_bindgen]
#[allow(missing_docs, reason = "the platform's handlers, by their names")]
impl Logbook {
    #[wasm_bindgen(constructor)]
    pub fn new(context: JsValue, env: JsValue) -> Self {
        super::panic::install();
        PlatformClock::hold(&env);
        Self(Rc::new(Inner { env, platform: Platform(Lines::new(&context)) }))
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
        let done = self.0.work(|book, now| book.wake(now).map(|next| ((), next)));
        if let Err(cause) = done {
            // The next hand-over finds that the alarm is overdue, and sets another.
            console_error!("logbook: {cause}");
        }
        JsValue::UNDEFINED
    }
}
