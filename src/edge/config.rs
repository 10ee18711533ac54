//! The configuration from the Worker's variables and secrets.

use wasm_bindgen::JsValue;

use crate::config::Config;
use crate::edge::js::property;

/// Reads the configuration; `Err` holds one message for each variable that is missing or wrong.
pub fn read(env: &JsValue) -> Result<Config, Vec<String>> {
    Config::read(&|name| property(env, name).as_string())
}
