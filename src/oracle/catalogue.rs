//! The engines as callers see them: the registry in the words of the contract.

use serde_json::value::RawValue;

use super::engines::Engine as Embedded;
use crate::contract::schemas::CALCULATE_ENGINE_BODY;
use crate::contract::types::{Engine, EngineName, EngineSummary};
use crate::kernel::problem::Problem;

/// All engines in alphabetical order.
#[must_use]
pub fn summaries() -> Vec<EngineSummary> {
    Embedded::ALL
        .iter()
        .map(|engine| {
            let about = engine.metadata();
            EngineSummary {
                name: (*engine).into(),
                title: about.title.to_owned(),
                version: about.version.to_owned(),
                description: about.description.to_owned(),
                drawn: about.drawn,
                needs: about.needs.iter().map(|field| (*field).to_owned()).collect(),
            }
        })
        .collect()
}

/// One engine with the schema of its input.
pub fn describe(name: EngineName) -> Result<Engine, Problem> {
    let engine = Embedded::find(name.as_str()).ok_or_else(Problem::not_found)?;
    let about = engine.metadata();
    let schema = CALCULATE_ENGINE_BODY
        .iter()
        .find(|(value, _)| *value == about.name)
        .ok_or_else(Problem::not_found)?;
    Ok(Engine {
        name,
        title: about.title.to_owned(),
        version: about.version.to_owned(),
        description: about.description.to_owned(),
        drawn: about.drawn,
        needs: about.needs.iter().map(|field| (*field).to_owned()).collect(),
        cache_seconds: about.cache_seconds.into(),
        input_schema: RawValue::from_string(schema.1.to_owned())?,
    })
}

impl From<Embedded> for EngineName {
    fn from(engine: Embedded) -> Self {
        match engine {
            Embedded::Biorhythm => Self::Biorhythm,
            Embedded::Enneagram => Self::Enneagram,
            Embedded::GeneKeys => Self::GeneKeys,
            Embedded::HumanDesign => Self::HumanDesign,
            Embedded::Iching => Self::Iching,
            Embedded::Numerology => Self::Numerology,
            Embedded::SacredGeometry => Self::SacredGeometry,
            Embedded::SigilForge => Self::SigilForge,
            Embedded::Tarot => Self::Tarot,
            Embedded::Vimshottari => Self::Vimshottari,
        }
    }
}
