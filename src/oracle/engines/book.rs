//! What engines say at length: a book of one text a line, which is an asset of the deployment and not part of the module.

#[cfg(not(target_arch = "wasm32"))]
use std::sync::LazyLock;

use super::texts::{COUNT, EDITION};

/// Where the book is served; `build.rs` writes it.
pub const PATH: &str = "/texts/en.txt";

/// A text of the [`Book`]: the number of its line, the first after the edition being 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub(super) u16);

impl Text {
    /// The empty text.
    pub const NONE: Self = Self(0);
}

/// The texts of one edition; by default one without any, for who says nothing at length.
#[derive(Debug, Clone, Default)]
pub struct Book {
    texts: String,
    /// Where each line ends, that of the edition first.
    ends: Vec<u32>,
}

impl Book {
    /// Opens a book.
    ///
    /// # Errors
    /// What it is instead, if it is not of the edition that the tables go with.
    pub fn open(texts: String) -> Result<Self, String> {
        let ends: Vec<u32> =
            texts.match_indices('\n').filter_map(|(end, _)| u32::try_from(end).ok()).collect();
        let edition = texts.lines().next().unwrap_or_default();
        if edition == EDITION && ends.len() == COUNT + 1 {
            return Ok(Self { texts, ends });
        }
        let named: String = edition.chars().take(40).collect();
        Err(format!(
            "the book is {named:?} with {} texts, not {EDITION:?} with {COUNT}",
            ends.len().saturating_sub(1)
        ))
    }

    /// What a text says.
    #[must_use]
    pub fn of(&self, text: Text) -> &str {
        let line = usize::from(text.0);
        let end = |line: usize| self.ends.get(line).and_then(|end| usize::try_from(*end).ok());
        let span = line.checked_sub(1).and_then(end).zip(end(line));
        span.and_then(|(before, end)| self.texts.get(before + 1..end)).unwrap_or_default()
    }
}

/// The book as it was built with the tables, for what runs on the machine that built it.
///
/// # Panics
/// Where `public/` is that of another build.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn built() -> &'static Book {
    static BOOK: LazyLock<Book> = LazyLock::new(|| {
        let texts = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/public/texts/en.txt"));
        Book::open(texts.to_owned()).unwrap_or_else(|cause| panic!("{cause}"))
    });
    &BOOK
}
