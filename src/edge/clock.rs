//! The platform's clock. In production it stands still between two I/O calls.

use std::sync::OnceLock;
use std::time::Duration;

use async_trait::async_trait;
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::edge::js::{property, settle};
use crate::kernel::time::Timestamp;
use crate::ports::Clock;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(resolve: &Function, millis: u32) -> Result<JsValue, JsValue>;
}

/// `Date.now()`, unless a test holds it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlatformClock;

/// The moment at which the clock is held.
static HELD: OnceLock<Option<Timestamp>> = OnceLock::new();

impl PlatformClock {
    /// Holds the clock of this isolate at the moment that the variable `HELD_CLOCK` names (RFC 3339), for tests: in
    /// development alone, which the configuration makes sure of as well. Read once, before the clock is looked at.
    pub fn hold(env: &JsValue) {
        HELD.get_or_init(|| {
            let environment = property(env, "ENVIRONMENT").as_string();
            let at_home = environment.is_none_or(|name| name == "development");
            property(env, "HELD_CLOCK").as_string().filter(|_| at_home).and_then(|at| Timestamp::parse(&at))
        });
    }
}

#[async_trait(?Send)]
impl Clock for PlatformClock {
    fn now(&self) -> Timestamp {
        if let Some(Some(held)) = HELD.get() {
            return *held;
        }
        #[allow(clippy::cast_possible_truncation)] // Whole milliseconds, far below 2^53.
        let millis = js_sys::Date::now() as i64;
        Timestamp::from_millis(millis).unwrap_or(Timestamp::EPOCH) // The platform's year has four digits.
    }

    async fn sleep(&self, time: Duration) {
        let millis = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        let promise = Promise::new(&mut |resolve, _| {
            // Without a timer the promise is kept at once: whoever waits must come back.
            if set_timeout(&resolve, millis).is_err() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        let _ = settle(Ok(promise)).await;
    }
}
