//! The ports on Cloudflare's bindings. The only place that names `worker`, `js_sys` and `wasm_bindgen`.
//!
//! The bindings are called through small imports of our own, each marked `catch`: an exception that crosses
//! an import without that mark aborts the module and with it every object in the isolate.

pub mod assets;
pub mod breaker;
pub mod clock;
pub mod collector;
pub mod config;
pub mod d1;
pub mod flight;
pub mod hub;
pub mod js;
pub mod kv;
pub mod lazy;
pub mod logbook;
pub mod means;
pub mod object;
pub mod objects;
pub mod panic;
pub mod random;
pub mod sealer;
pub mod signatures;
pub mod upstream;
pub mod zones;

mod entry;
mod glue;
mod request;
mod respond;
