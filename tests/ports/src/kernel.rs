//! The part of the kernel that the ports need.

#[path = "../../../src/kernel/fault.rs"]
pub mod fault;
#[path = "../../../src/kernel/object.rs"]
pub mod object;
#[path = "../../../src/kernel/time.rs"]
pub mod time;
