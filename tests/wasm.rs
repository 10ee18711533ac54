//! The edge's conversions at the border to JavaScript, in Node: what crosses, in which form, and what becomes of
//! values and exceptions that nobody expected. Stand-ins of the bindings note what they were given.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "wasm/database.rs"]
mod database;
#[path = "wasm/services.rs"]
mod services;
#[path = "wasm/sky.rs"]
mod sky_bits;
#[path = "wasm/values.rs"]
mod values;

use serde_json::Value as Json;
use wasm_bindgen::JsValue;

/// A JavaScript expression.
fn js(expression: &str) -> JsValue {
    js_sys::eval(&format!("({expression})")).expect("the expression can be read")
}

/// A JavaScript value as JSON, BigInts marked as such.
fn seen(value: &JsValue) -> Json {
    let text = js(
        "(v) => JSON.stringify(v, (_, x) => typeof x === 'bigint' ? `bigint ${x}` : x === undefined ? 'undefined' : x) ?? 'null'",
    );
    let text = js_sys::Function::from(text).call1(&JsValue::NULL, value).unwrap();
    serde_json::from_str(&text.as_string().unwrap()).unwrap()
}
