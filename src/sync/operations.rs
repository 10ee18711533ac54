//! The operations of this room, by subject.

mod copies;
mod devices;
mod events;
mod relay;

pub use copies::*;
pub use devices::*;
pub use events::*;
pub use relay::*;
