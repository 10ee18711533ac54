//! Looking at JavaScript values without trusting them.

use js_sys::futures::JsFuture;
use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// A property, or `undefined` where there is none or none can be read.
#[must_use]
pub fn property(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Whether a property is there and true.
#[must_use]
pub fn flag(of: &JsValue, name: &str) -> bool {
    property(of, name).is_truthy()
}

/// The words of whatever was thrown.
#[must_use]
pub fn words(thrown: &JsValue) -> String {
    thrown
        .as_string()
        .or_else(|| property(thrown, "message").as_string())
        .unwrap_or_else(|| "something without words was thrown".to_owned())
}

/// A binding of the Worker by its name, seen as `T`. `Err` names it.
pub fn binding<T: JsCast>(env: &JsValue, name: &str) -> Result<T, String> {
    let value = property(env, name);
    if value.is_object() { Ok(value.unchecked_into()) } else { Err(format!("the binding {name} is missing")) }
}

/// Waits for a promise that a call gave, or gives what the call threw.
pub async fn settle(call: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(call?).await
}
