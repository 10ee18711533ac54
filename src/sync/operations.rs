//! The operations of this room, by subject.

mod devices;

pub use devices::*;
