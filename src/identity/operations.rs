//! The operations of this room, by subject.

mod accounts;
mod profile;
mod sessions;

pub use accounts::*;
pub use profile::*;
pub use sessions::*;
