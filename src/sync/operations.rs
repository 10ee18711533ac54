//! The operations of this room, by subject.

mod devices;
mod events;

pub use devices::*;
pub use events::*;
