//! The hub's rules against a model, and its log on SQLite.
//!
//! This crate mounts the very files of the house instead of depending on it: a hundred thousand lives of a hub are
//! played in a profile of their own (`[profile.dev.package]`), without slowing the build of the house down.

#[path = "../../../src"]
mod house {
    pub mod ports;
}
pub use house::ports;

/// The part of the kernel that the hub needs.
#[path = "../../../src/kernel"]
pub mod kernel {
    pub mod hub;
    pub mod id;
    #[path = "json/read.rs"]
    pub mod json;
    pub mod map;
    pub mod time;
}

/// The room.
#[path = "../../../src/sync"]
pub mod sync {
    pub mod hub;
    /// Why connections end.
    pub mod relay {
        pub mod close;
    }
}

/// The house's native home.
#[path = "../../../src/host"]
pub mod host {
    pub mod storage;
    pub use storage::ObjectStorage;
}

pub mod client;
pub mod memory;
pub mod world;
