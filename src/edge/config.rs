//! The configuration from the Worker's variables and secrets.

use std::sync::OnceLock;

use wasm_bindgen::JsValue;

use crate::config::Config;
use crate::edge::js::property;

/// Reads the configuration; `Err` holds one message for each variable that is missing or wrong.
pub fn read(env: &JsValue) -> Result<Config, Vec<String>> {
    Config::read(&|name| property(env, name).as_string())
}

/// The settings of this isolate, read once: variables cannot change while it lives.
static CONFIG: OnceLock<Result<Config, Vec<String>>> = OnceLock::new();

/// The settings of this isolate.
pub fn of(env: &JsValue) -> Result<&'static Config, &'static [String]> {
    CONFIG.get_or_init(|| read(env)).as_ref().map_err(Vec::as_slice)
}
