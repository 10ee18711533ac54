//! Compiles the interpretive texts of `texts/<language>/*.yaml` into static tables and a book, and refuses gaps.
//!
//! Keys, names and what is short stay in the tables. What engines say at length goes into the book, one text a line, which
//! is served as a static asset: in the module it would be 64 KB gzip. The tables hold the numbers of its lines, and both the edition, so that a book of another build is recognised.
//!
//! Called by `build.rs`. A refusal names file, key and reason; all refusals of all files are reported.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;

use serde::de::DeserializeOwned;

#[path = "build_texts/biorhythm.rs"]
mod biorhythm;
#[path = "build_texts/charts.rs"]
mod charts;
#[path = "build_texts/enneagram.rs"]
mod enneagram;
#[path = "build_texts/iching.rs"]
mod iching;
#[path = "build_texts/named.rs"]
mod named;
#[path = "build_texts/numerology.rs"]
mod numerology;
#[path = "build_texts/sacred_geometry.rs"]
mod sacred_geometry;
#[path = "build_texts/sigil_forge.rs"]
mod sigil_forge;
#[path = "build_texts/tarot.rs"]
mod tarot;
#[path = "build_texts/vimshottari.rs"]
mod vimshottari;

/// Name of the table module and of its folder under `texts/`.
const LANGUAGE: &str = "en";

/// Names the files, and reads and emits each by its module.
macro_rules! files {
    ($($module:ident: $file:ident),+) => {
        /// The files in the order in which they are compiled.
        pub const FILES: &[&str] = &[$(concat!(stringify!($module), ".yaml")),+];

        fn emit(texts: &[String], faults: &mut Faults, code: &mut String) {
            let mut texts = texts.iter();
            $(
                let name = concat!(stringify!($module), ".yaml");
                if let Some(file) = texts.next().and_then(|text| faults.read::<$module::$file>(name, text)) {
                    $module::emit(&file, faults, code);
                }
            )+
        }
    };
}

files! {
    biorhythm: Biorhythm,
    charts: Charts,
    enneagram: Enneagram,
    iching: Iching,
    numerology: Numerology,
    sacred_geometry: SacredGeometry,
    sigil_forge: SigilForge,
    tarot: Tarot,
    vimshottari: Vimshottari
}

/// What the texts are compiled into.
pub struct Compiled {
    /// The Rust source of the tables.
    pub tables: String,
    /// The edition, then a text a line.
    pub book: String,
}

/// Compiles the YAML files in `texts/en`.
///
/// # Errors
/// One line for each thing that is wrong: file, key, reason.
pub fn compile(texts: &Path) -> Result<Compiled, Vec<String>> {
    let folder = texts.join(LANGUAGE);
    let mut faults = Vec::new();
    let mut sources = Vec::new();
    for file in FILES {
        match fs::read_to_string(folder.join(file)) {
            Ok(text) => sources.push(text),
            Err(error) => faults.push(format!("{LANGUAGE}/{file}: {error}")),
        }
    }
    if faults.is_empty() { bound(&sources) } else { Err(faults) }
}

/// Tables and book from the texts of [`FILES`].
///
/// # Errors
/// One line for each thing that is wrong: file, key, reason.
pub fn bound(texts: &[String]) -> Result<Compiled, Vec<String>> {
    let mut faults = Faults::default();
    let mut tables = String::new();
    emit(texts, &mut faults, &mut tables);
    if !faults.found.is_empty() {
        return Err(faults.found);
    }
    let mut hasher = DefaultHasher::new();
    faults.lines.hash(&mut hasher);
    let edition = format!("{LANGUAGE} {:016x}", hasher.finish());
    _ = writeln!(
        tables,
        "/// The first line of the book that these tables go with.\npub const EDITION: &str = {edition:?};"
    );
    _ = writeln!(
        tables,
        "/// How many texts the book has.\npub const COUNT: usize = {};",
        faults.lines.len()
    );
    let book = [&edition].into_iter().chain(&faults.lines).flat_map(|line| [line, "\n"]).collect();
    Ok(Compiled { tables, book })
}

#[derive(Default)]
struct Faults {
    file: &'static str,
    found: Vec<String>,
    /// The texts of the book so far.
    lines: Vec<String>,
}

impl Faults {
    fn read<T: DeserializeOwned>(&mut self, file: &'static str, text: &str) -> Option<T> {
        self.file = file;
        match serde_saphyr::from_str(text) {
            Ok(value) => Some(value),
            Err(error) => {
                let reason = error.to_string();
                self.add("", reason.lines().next().unwrap_or("unreadable"));
                None
            }
        }
    }

    fn add(&mut self, key: &str, reason: &str) {
        self.found.push(format!("{LANGUAGE}/{}: {key}: {reason}", self.file));
    }

    fn expect(&mut self, holds: bool, key: &str, reason: &str) {
        if !holds {
            self.add(key, reason);
        }
    }

    /// The text as a Rust literal; blank texts and stray line breaks are refused.
    fn literal(&mut self, key: &str, text: &str) -> String {
        self.expect(!text.trim().is_empty(), key, "the text is empty");
        self.expect(text.trim() == text, key, "the text begins or ends with white space");
        self.expect(
            !text.contains(['\n', '\r', '\t']),
            key,
            "the text has a line break or a tab; fold it with >-",
        );
        format!("{text:?}")
    }

    /// The text as a line of the book: its number as a Rust literal; refuses what [`Self::literal`] refuses.
    fn line(&mut self, key: &str, text: &str) -> String {
        self.literal(key, text);
        self.lines.push(text.to_owned());
        format!("Text({})", self.lines.len())
    }

    /// Refuses missing, unknown and misplaced keys.
    fn same(&mut self, place: &str, found: &[String], wanted: &[String]) {
        for key in wanted {
            self.expect(found.contains(key), &join(place, key), "is missing");
        }
        for key in found {
            self.expect(wanted.contains(key), &join(place, key), "is not known here");
        }
        for (index, key) in found.iter().enumerate() {
            self.expect(!found[..index].contains(key), &join(place, key), "stands there twice");
        }
        if found.len() == wanted.len() && found != wanted {
            self.add(place, "the entries are not in their order");
        }
    }
}

fn join(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

fn owned(keys: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    keys.into_iter().map(|key| key.to_string()).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
