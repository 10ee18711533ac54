//! One suite for both homes of the ports.
//!
//! This crate mounts the very files of the house (the ports, the kernel they need, and the home of its target)
//! instead of depending on it: so it is a small Worker with an entry point of its own, and builds fast.
//! `cargo test -p witness-ports-suite` runs the suite on the host, `tests/workerd/ports.test.mjs` runs it in
//! workerd and compares both on random programs.

#[path = "../../../src"]
mod house {
    pub mod ports;
}
pub use house::ports;

#[cfg(target_arch = "wasm32")]
pub mod edge;
#[cfg(not(target_arch = "wasm32"))]
pub mod host;
pub mod identity;
pub mod kernel;

pub mod checks;
pub mod program;
#[cfg(target_arch = "wasm32")]
mod worker_entry;
pub mod zones;
