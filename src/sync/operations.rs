//! The operations of this room, by subject.

mod devices;
mod relay;

pub use devices::*;
pub use relay::*;
