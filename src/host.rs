//! The ports on SQLite and in memory: native, for tests and tools.
//!
//! This home keeps D1's and the platform's rules where SQLite alone would be kinder (numbers are bound as REAL,
//! at most 100 parameters, a batch is one transaction, foreign keys hold), so that what passes here passes in
//! workerd. `tests/ports` holds both homes to one suite and compares them on random programs.
//! Time and randomness come from the caller: a test that fails, fails again.

use std::path::Path;

pub mod assets;
pub mod cache;
pub mod clock;
pub mod faulty;
pub mod hubs;
pub mod javascript;
mod limits;
pub mod logbooks;
pub mod migrations;
pub mod objects;
pub mod random;
pub mod signatures;
pub mod sqlite;
pub mod storage;
pub mod upstream;
mod words;
pub mod zones;

pub use assets::Folder;
pub use cache::Memory;
pub use clock::FixedClock;
pub use faulty::{Faulty, Moment};
pub use hubs::{HostHub, HostHubs};
pub use logbooks::HostLogbooks;
pub use objects::{HostObjects, Storm};
pub use random::SeededRandom;
pub use signatures::RingSignatures;
pub use sqlite::Sqlite;
pub use storage::ObjectStorage;
pub use upstream::{Scripted, ScriptedUpstream};
pub use zones::Tzdata;

/// The folder of assets of this house.
#[must_use]
pub fn public() -> Folder {
    Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("public"))
}
