//! The embedded engines: pure calculators from a canonical input to a result.
//!
//! Asking one takes two steps. [`prepare`] resolves every default (today, a fresh seed) and writes the
//! canonical input: one JSON object with sorted keys, NFC-normalised trimmed texts, the engine's name and
//! version. Its SHA-256 names the result. [`calculate`] reads nothing but that canonical input, so equal
//! hashes mean equal results, byte for byte, on every machine.
//!
//! A further engine is one module with `settle` and `calculate`, one variant of [`Engine`] and of
//! [`EngineInput`], and one arm in each match below.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use super::birth;
use crate::contract::checks;
use crate::contract::schema::Schema;
use crate::contract::types::{
    BiorhythmInput, BirthInput, EnneagramInput, IchingInput, NumerologyInput, SacredGeometryInput,
    SigilForgeInput, TarotInput,
};
use crate::kernel::crypto;
use crate::kernel::json;
use crate::ports::Zones;

pub mod biorhythm;
pub mod book;
pub mod chart;
pub mod draw;
pub mod drawing;
pub mod enneagram;
pub mod gene_keys;
pub mod human_design;
pub mod iching;
pub mod letters;
pub mod numerology;
pub mod problem;
pub mod sacred_geometry;
pub mod sigil_forge;
pub mod tarot;
pub mod text;
pub mod texts;
pub mod vimshottari;

pub use book::Book;
pub use problem::{EngineProblem, Refusal};

/// A calculator of this house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Cycles from the date of birth.
    Biorhythm,
    /// A type from answers, or as it was said.
    Enneagram,
    /// Three sequences read from a chart of gates.
    GeneKeys,
    /// A chart of gates, channels and centers.
    HumanDesign,
    /// Hexagrams cast with coins or yarrow stalks.
    Iching,
    /// Numbers from name and date of birth.
    Numerology,
    /// Patterns constructed and drawn.
    SacredGeometry,
    /// Intentions drawn as signs.
    SigilForge,
    /// Cards laid in a spread.
    Tarot,
    /// Periods of the Moon's nakshatra at birth.
    Vimshottari,
}

/// What a caller may know about an engine before asking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// The name in URLs and canonical inputs.
    pub name: &'static str,
    /// The name for people.
    pub title: &'static str,
    /// Changes whenever a result may change; part of the canonical input.
    pub version: &'static str,
    /// What it works out and how.
    pub description: &'static str,
    /// Whether a result without a seed is drawn anew each time.
    pub drawn: bool,
    /// Input fields that must be given.
    pub needs: &'static [&'static str],
    /// How long a result may be kept in a cache, in seconds; a freshly drawn one need not be kept at all.
    pub cache_seconds: u32,
}

impl Engine {
    /// All engines in alphabetical order.
    pub const ALL: &[Self] = &[
        Self::Biorhythm,
        Self::Enneagram,
        Self::GeneKeys,
        Self::HumanDesign,
        Self::Iching,
        Self::Numerology,
        Self::SacredGeometry,
        Self::SigilForge,
        Self::Tarot,
        Self::Vimshottari,
    ];

    /// The engine of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|engine| engine.metadata().name == name)
    }

    /// The name in URLs and canonical inputs.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.metadata().name
    }

    /// Whether its results are in the words of the book; those of the others need none.
    #[must_use]
    pub fn reads_the_book(self) -> bool {
        !matches!(self, Self::Biorhythm | Self::SacredGeometry | Self::SigilForge)
    }

    /// What a caller may know about it.
    #[must_use]
    pub fn metadata(self) -> &'static Metadata {
        match self {
            Self::Biorhythm => &biorhythm::METADATA,
            Self::Enneagram => &enneagram::METADATA,
            Self::GeneKeys => &gene_keys::METADATA,
            Self::HumanDesign => &human_design::METADATA,
            Self::Iching => &iching::METADATA,
            Self::Numerology => &numerology::METADATA,
            Self::SacredGeometry => &sacred_geometry::METADATA,
            Self::SigilForge => &sigil_forge::METADATA,
            Self::Tarot => &tarot::METADATA,
            Self::Vimshottari => &vimshottari::METADATA,
        }
    }
}

/// What the contract says a result of that engine is.
#[must_use]
pub fn result_schema(engine: Engine) -> &'static Schema {
    match engine {
        Engine::Biorhythm => &checks::BIORHYTHM_RESULT,
        Engine::Enneagram => &checks::ENNEAGRAM_RESULT,
        Engine::GeneKeys => &checks::GENE_KEYS_RESULT,
        Engine::HumanDesign => &checks::HUMAN_DESIGN_RESULT,
        Engine::Iching => &checks::ICHING_RESULT,
        Engine::Numerology => &checks::NUMEROLOGY_RESULT,
        Engine::SacredGeometry => &checks::SACRED_GEOMETRY_RESULT,
        Engine::SigilForge => &checks::SIGIL_FORGE_RESULT,
        Engine::Tarot => &checks::TAROT_RESULT,
        Engine::Vimshottari => &checks::VIMSHOTTARI_RESULT,
    }
}

/// The input of one engine, as it passed the contract's checks.
#[derive(Debug, Clone)]
pub enum EngineInput {
    /// For [`Engine::Biorhythm`].
    Biorhythm(BiorhythmInput),
    /// For [`Engine::Enneagram`].
    Enneagram(EnneagramInput),
    /// For [`Engine::GeneKeys`].
    GeneKeys(BirthInput),
    /// For [`Engine::HumanDesign`].
    HumanDesign(BirthInput),
    /// For [`Engine::Iching`].
    Iching(IchingInput),
    /// For [`Engine::Numerology`].
    Numerology(NumerologyInput),
    /// For [`Engine::SacredGeometry`].
    SacredGeometry(SacredGeometryInput),
    /// For [`Engine::SigilForge`].
    SigilForge(SigilForgeInput),
    /// For [`Engine::Tarot`].
    Tarot(TarotInput),
    /// For [`Engine::Vimshottari`].
    Vimshottari(BirthInput),
}

impl EngineInput {
    /// The engine that it is for.
    #[must_use]
    pub fn engine(&self) -> Engine {
        match self {
            Self::Biorhythm(_) => Engine::Biorhythm,
            Self::Enneagram(_) => Engine::Enneagram,
            Self::GeneKeys(_) => Engine::GeneKeys,
            Self::HumanDesign(_) => Engine::HumanDesign,
            Self::Iching(_) => Engine::Iching,
            Self::Numerology(_) => Engine::Numerology,
            Self::SacredGeometry(_) => Engine::SacredGeometry,
            Self::SigilForge(_) => Engine::SigilForge,
            Self::Tarot(_) => Engine::Tarot,
            Self::Vimshottari(_) => Engine::Vimshottari,
        }
    }
}

/// An input in which nothing is left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    /// The engine that it is for.
    pub engine: Engine,
    /// The version of that engine.
    pub version: &'static str,
    /// The canonical JSON.
    pub input: String,
    /// SHA-256 of the canonical JSON in lower-case hexadecimal.
    pub hash: String,
    /// Whether the seed was drawn for this call, so that nobody can ask for the same result by accident.
    pub drawn: bool,
}

/// A result and the words that stand for it in a list.
#[derive(Debug, Clone)]
pub struct Calculated {
    /// The result in a few words, at most 200 characters.
    pub title: String,
    /// The result in a sentence or two, at most 1,000 characters.
    pub summary: String,
    /// The whole result as JSON; title and summary are in it too.
    pub result: Box<RawValue>,
}

/// What an input is settled with besides itself.
#[derive(Clone, Copy)]
pub struct Settling<'a> {
    /// The caller's local date.
    pub today: NaiveDate,
    /// What drawing engines draw from when the input brings no seed.
    pub fresh_seed: &'a str,
    /// Time zones, for births.
    pub zones: &'a dyn Zones,
}

/// Resolves an input into its canonical form.
///
/// # Errors
/// [`EngineProblem::Refused`] when the engine cannot work with the input.
pub fn prepare(input: &EngineInput, settling: &Settling<'_>) -> Result<Canonical, EngineProblem> {
    let Settling { today, fresh_seed, .. } = *settling;
    let (settled, drawn) = match input {
        EngineInput::Biorhythm(input) => (write(&biorhythm::settle(input, today)?)?, false),
        EngineInput::Enneagram(input) => (write(&enneagram::settle(input)?)?, false),
        EngineInput::GeneKeys(input) => {
            (write(&birth::settle(input, &gene_keys::METADATA, settling)?)?, false)
        }
        EngineInput::HumanDesign(input) => {
            (write(&birth::settle(input, &human_design::METADATA, settling)?)?, false)
        }
        EngineInput::Iching(input) => {
            (write(&iching::settle(input, fresh_seed)?)?, text::optional(input.seed.as_deref()).is_none())
        }
        EngineInput::Numerology(input) => (write(&numerology::settle(input, today)?)?, false),
        EngineInput::SacredGeometry(input) => (write(&sacred_geometry::settle(input)?)?, false),
        EngineInput::SigilForge(input) => (write(&sigil_forge::settle(input)?)?, false),
        EngineInput::Tarot(input) => {
            (write(&tarot::settle(input, fresh_seed)?)?, text::optional(input.seed.as_deref()).is_none())
        }
        EngineInput::Vimshottari(input) => (write(&vimshottari::settle(input, settling)?)?, false),
    };
    let engine = input.engine();
    let hash = crypto::hex(&crypto::sha256(&[settled.as_bytes()]));
    Ok(Canonical { engine, version: engine.metadata().version, input: settled, hash, drawn })
}

/// Calculates the result of a canonical input, in the words of the book.
///
/// # Errors
/// [`EngineProblem::Refused`] as from [`prepare`]; [`EngineProblem::Unreadable`] when the text is not a
/// canonical input of this version of the engine.
pub fn calculate(canonical: &Canonical, book: &Book) -> Result<Calculated, EngineProblem> {
    match canonical.engine {
        Engine::Biorhythm => {
            let result = biorhythm::calculate(&read(&canonical.input)?)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::Enneagram => {
            let result = enneagram::calculate(&read(&canonical.input)?, book)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::GeneKeys => {
            let result = gene_keys::calculate(&read(&canonical.input)?, book)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::HumanDesign => {
            let result = human_design::calculate(&read(&canonical.input)?, book)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::Iching => {
            let result = iching::calculate(&read(&canonical.input)?, book)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::Numerology => {
            let result = numerology::calculate(&read(&canonical.input)?, book)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::SacredGeometry => {
            let result = sacred_geometry::calculate(&read(&canonical.input)?)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::SigilForge => {
            let result = sigil_forge::calculate(&read(&canonical.input)?)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::Tarot => {
            let result = tarot::calculate(&read(&canonical.input)?, book)?;
            calculated(&result.title, &result.summary, &result)
        }
        Engine::Vimshottari => {
            let result = vimshottari::calculate(&read(&canonical.input)?, book)?;
            calculated(&result.title, &result.summary, &result)
        }
    }
}

fn calculated<T: Serialize>(title: &str, summary: &str, result: &T) -> Result<Calculated, EngineProblem> {
    let result = to_raw_value(result).map_err(|error| EngineProblem::Unreadable(error.to_string()))?;
    Ok(Calculated { title: title.to_owned(), summary: summary.to_owned(), result })
}

/// JSON; a settled input declares its fields in alphabetical order, which makes the keys sorted.
fn write<T: Serialize>(value: &T) -> Result<String, EngineProblem> {
    serde_json::to_string(value).map_err(|error| EngineProblem::Unreadable(error.to_string()))
}

/// A settled input, which must name the engine and version that read it.
fn read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, EngineProblem> {
    json::read(json).map_err(|error| EngineProblem::Unreadable(error.to_string()))
}
