//! The ports on SQLite and in memory: native, for tests and tools.
//!
//! This home keeps D1's and the platform's rules where SQLite alone would be kinder (numbers are bound as REAL,
//! at most 100 parameters, a batch is one transaction, foreign keys hold), so that what passes here passes in
//! workerd. `tests/ports` holds both homes to one suite and compares them on random programs.
//! Time and randomness come from the caller: a test that fails, fails again.

use std::path::Path;
use std::sync::LazyLock;

use crate::oracle::engines::Book;
use crate::oracle::engines::book::PATH;

pub mod assets;
pub mod cache;
pub mod clock;
pub mod faulty;
pub mod javascript;
mod limits;
pub mod migrations;
pub mod objects;
pub mod random;
pub mod signatures;
pub mod sqlite;
pub mod upstream;
mod words;
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

/// The folder of assets of this house.
#[must_use]
pub fn public() -> Folder {
    Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("public"))
}

/// The book as it was built with the tables, read once.
///
/// # Panics
/// Where the folder of assets is not that of the build.
#[must_use]
pub fn book() -> &'static Book {
    static BOOK: LazyLock<Book> = LazyLock::new(|| {
        let path = public().0.join(PATH.trim_start_matches('/'));
        let texts =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Book::open(texts).unwrap_or_else(|error| panic!("{error}"))
    });
    &BOOK
}
