//! The house's native home.

#[path = "../../../src/host/assets.rs"]
pub mod assets;
#[path = "../../../src/host/cache.rs"]
pub mod cache;
#[path = "../../../src/host/clock.rs"]
pub mod clock;
#[path = "../../../src/host/faulty.rs"]
pub mod faulty;
#[path = "../../../src/host/javascript.rs"]
pub mod javascript;
#[path = "../../../src/host/limits.rs"]
mod limits;
#[path = "../../../src/host/migrations.rs"]
pub mod migrations;
#[path = "../../../src/host/objects.rs"]
pub mod objects;
#[path = "../../../src/host/random.rs"]
pub mod random;
#[path = "../../../src/host/signatures.rs"]
pub mod signatures;
#[path = "../../../src/host/sqlite.rs"]
pub mod sqlite;
#[path = "../../../src/host/upstream.rs"]
pub mod upstream;
#[path = "../../../src/host/words.rs"]
mod words;
#[path = "../../../src/host/zones.rs"]
pub mod zones;

pub use assets::Folder;
pub use cache::Memory;
pub use clock::FixedClock;
pub use faulty::{Faulty, Moment};
pub use objects::{HostObjects, Storm};
pub use random::SeededRandom;
pub use signatures::RingSignatures;
pub use sqlite::Sqlite;
pub use upstream::{Scripted, ScriptedUpstream};
pub use zones::Tzdata;
