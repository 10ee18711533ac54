//! The part of the kernel that the ports need.

#[cfg(target_arch = "wasm32")]
#[path = "../../../src/kernel/crypto.rs"]
pub mod crypto;
#[path = "../../../src/kernel/fault.rs"]
pub mod fault;
#[path = "../../../src/kernel/json/read.rs"]
pub mod json;
#[path = "../../../src/kernel/object.rs"]
pub mod object;
#[cfg(target_arch = "wasm32")]
#[path = "../../../src/kernel/pool.rs"]
pub mod pool;
#[path = "../../../src/kernel/time.rs"]
pub mod time;
