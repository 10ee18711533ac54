//! The operations of this room, by subject.

mod devices;
mod events;
mod relay;

pub use devices::*;
pub use events::*;
pub use relay::*;
