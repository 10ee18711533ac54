//! Engine inputs whose engine is named beside them.

use serde_json::{Map, Value};

use super::engines::{Engine, EngineInput};
use crate::contract::check::check;
use crate::contract::checks::CALCULATE_ENGINE_INPUT;
use crate::contract::read::FromValue;
use crate::contract::schema::Body;
use crate::contract::types::CalculateEngineBody;
use crate::kernel::problem::{Place, Problem, Violation};

/// The input of the engine with that name, held to what the contract says of it; `at` is where in the body both stand.
pub fn read(name: &str, mut input: Value, at: &str) -> Result<EngineInput, Problem> {
    let known = match &CALCULATE_ENGINE_INPUT.body {
        Body::By { of, .. } => of.iter().find(|(known, _)| *known == name),
        _ => None,
    };
    let Some((name, schema)) = known else { return Err(unknown([at, "/engine"].concat())) };
    let faults = check(schema, &mut input);
    if !faults.is_empty() {
        let violation = |fault: crate::contract::check::Fault| Violation {
            place: Place::Body,
            pointer: [at, "/input", &fault.pointer].concat(),
            code: fault.code,
            message: fault.message,
        };
        return Err(Problem::invalid(faults.into_iter().map(violation).collect()));
    }
    let body = CalculateEngineBody::from_value(Value::Object(Map::from_iter([((*name).to_owned(), input)])));
    body.map(of_body).ok_or_else(|| Problem::internal("a descriptor admits what its type does not"))
}

/// An engine that is not there, named at that pointer.
#[must_use]
pub fn unknown(pointer: String) -> Problem {
    let names: Vec<&str> = Engine::ALL.iter().map(|engine| engine.name()).collect();
    Problem::invalid(vec![Violation {
        place: Place::Body,
        pointer,
        code: "enum",
        message: ["must be one of: ", &names.join(", ")].concat(),
    }])
}

/// The input that a path chose.
#[must_use]
pub fn of_body(body: CalculateEngineBody) -> EngineInput {
    match body {
        CalculateEngineBody::Biorhythm(input) => EngineInput::Biorhythm(input),
        CalculateEngineBody::Enneagram(input) => EngineInput::Enneagram(input),
        CalculateEngineBody::GeneKeys(input) => EngineInput::GeneKeys(input),
        CalculateEngineBody::HumanDesign(input) => EngineInput::HumanDesign(input),
        CalculateEngineBody::Iching(input) => EngineInput::Iching(input),
        CalculateEngineBody::Numerology(input) => EngineInput::Numerology(input),
        CalculateEngineBody::SacredGeometry(input) => EngineInput::SacredGeometry(input),
        CalculateEngineBody::SigilForge(input) => EngineInput::SigilForge(input),
        CalculateEngineBody::Tarot(input) => EngineInput::Tarot(input),
        CalculateEngineBody::Vimshottari(input) => EngineInput::Vimshottari(input),
    }
}
