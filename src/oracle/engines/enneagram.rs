//! The enneagram: a type worked out from answers to statements, or said; its wing, arrows and instinct.
//!
//! The points of a type are the sum of its four answers, 4 to 20; those of an instinct of its three, 3 to 15.
//! The type has the most points; of types that share them, the one whose neighbours have more, then the lower
//! number. The wing is the neighbour with more points, none when both have the same. The arrows are those of
//! the usual figure: growth goes 1, 7, 5, 8, 2, 4, 1 and 9, 3, 6, 9, stress the other way.

use crate::kernel::map::Map;

use serde::{Deserialize, Serialize};

use self::scores::{Place, Tally};
use super::book::Book;
use super::{EngineProblem, Metadata, Refusal, texts};
use crate::contract::types::{
    EnneagramInput, EnneagramInstinct as Instinct, EnneagramItem, EnneagramItems, EnneagramMethod,
    EnneagramResult, EnneagramResultCentre as Centre, EnneagramScore,
};

mod scores;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "enneagram",
    title: "Enneagram",
    version: "1.0.0",
    description: "Type, wing, arrows of growth and stress, and instinct, from answers to 45 statements (36 without the \
                  instinct) or from what the caller says about themselves; with the points of all types and a confidence \
                  that says how far the type is ahead of the next.",
    drawn: false,
    needs: &["method"],
    cache_seconds: 604_800,
};

const CONFIDENCE: &str = "d / (d + 4), d being the points by which the type is ahead of the next: 0 when two share the \
                          lead, 0.5 when each of four answers differs by one, never 1. It says how clear these answers \
                          are, not that a type has been measured.";
const SAID: &str = "The type was said and not worked out, so there is no confidence to state.";

/// The canonical input; fields in alphabetical order. Answers are one digit a statement, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answers: Option<String>,
    engine: String,
    engine_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instinct: Option<Instinct>,
    method: EnneagramMethod,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    said: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wing: Option<i64>,
}

/// The statements as the contract has them.
#[must_use]
pub fn items() -> EnneagramItems {
    let item = |((_, text), item): (&(u8, &str), i64)| EnneagramItem { item, text: (*text).to_owned() };
    let scale = ["Not me at all", "Rather not me", "Sometimes me", "Rather me", "Very much me"];
    EnneagramItems {
        engine_version: METADATA.version.to_owned(),
        scale: scale.map(str::to_owned).to_vec(),
        items: texts::ENNEAGRAM_ITEMS.iter().zip(1..).map(item).collect(),
    }
}

/// Puts the answers into their order, or takes what was said.
///
/// # Errors
/// [`EngineProblem::Refused`] for missing and unknown answers, for a wing that is no neighbour, and for what belongs
/// to the other method.
pub fn settle(input: &EnneagramInput) -> Result<Settled, EngineProblem> {
    let mut settled = Settled {
        answers: None,
        engine: METADATA.name.to_owned(),
        engine_version: METADATA.version.to_owned(),
        instinct: None,
        method: input.method,
        said: None,
        wing: None,
    };
    match input.method {
        EnneagramMethod::Assessment => {
            let given = [
                ("/type", input.r#type.is_some()),
                ("/wing", input.wing.is_some()),
                ("/instinct", input.instinct.is_some()),
            ];
            misplaced(&given, "self_select")?;
            settled.answers = Some(scores::ordered(input.answers.as_ref().unwrap_or(&Map::new()))?);
        }
        EnneagramMethod::SelfSelect => {
            misplaced(&[("/answers", input.answers.is_some())], "assessment")?;
            let said = input.r#type.ok_or_else(|| {
                EngineProblem::refused("/type", "required", "self_select needs the type that you have found.")
            })?;
            if input.wing.is_some_and(|wing| !neighbours(said).contains(&wing)) {
                let [before, after] = neighbours(said).map(|wing| wing.to_string());
                let words =
                    ["The wing of ", &said.to_string(), " is ", &before, " or ", &after, "."].concat();
                return Err(EngineProblem::refused("/wing", "not-a-neighbour", words));
            }
            (settled.said, settled.wing, settled.instinct) = (Some(said), input.wing, input.instinct);
        }
    }
    Ok(settled)
}

/// Refuses fields that only the other method has.
fn misplaced(given: &[(&'static str, bool)], method: &str) -> Result<(), EngineProblem> {
    let refusals: Vec<Refusal> = given
        .iter()
        .filter(|(_, given)| *given)
        .map(|(pointer, _)| Refusal {
            pointer,
            code: "other-method",
            message: ["This belongs to the method ", method, "."].concat(),
        })
        .collect();
    if refusals.is_empty() { Ok(()) } else { Err(EngineProblem::Refused(refusals)) }
}

/// The two neighbours on the circle of nine, the one before first.
fn neighbours(number: i64) -> [i64; 2] {
    [(number + 7).rem_euclid(9) + 1, number.rem_euclid(9) + 1]
}

/// Where growth leads from a type, and where stress does.
fn arrows(number: i64) -> (i64, i64) {
    const CYCLES: [&[i64]; 2] = [&[1, 7, 5, 8, 2, 4], &[9, 3, 6]];
    for cycle in CYCLES {
        if let Some(at) = cycle.iter().position(|of| *of == number) {
            let step = |by: usize| cycle.get((at + by) % cycle.len()).copied().unwrap_or(number);
            return (step(1), step(cycle.len() - 1));
        }
    }
    (number, number)
}

/// Works the result out.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled, book: &Book) -> Result<EnneagramResult, EngineProblem> {
    EngineProblem::expect((&input.engine, &input.engine_version), (METADATA.name, METADATA.version))?;
    let unreadable = || EngineProblem::Unreadable("neither answers nor a type".to_owned());
    let tally =
        input.answers.as_deref().map(|answers| Tally::new(answers).ok_or_else(unreadable)).transpose()?;
    let ranked = tally.as_ref().map(Tally::types).unwrap_or_default();
    let instincts = tally.as_ref().map(Tally::instincts).unwrap_or_default();
    let number = ranked.first().map(|first| first.of).or(input.said).ok_or_else(unreadable)?;
    let wing = tally.as_ref().map_or(input.wing, |tally| tally.wing(number));
    let instinct = match &instincts[..] {
        [first, second, ..] if first.points > second.points => scores::instinct(first.of),
        _ => input.instinct,
    };
    let of = usize::try_from(number - 1)
        .ok()
        .and_then(|at| texts::ENNEAGRAM_TYPES.get(at))
        .ok_or_else(unreadable)?;
    let told = instinct.and_then(|instinct| texts::ENNEAGRAM_INSTINCTS.get(instinct as usize));
    let (growth, stress) = arrows(number);
    let [first, second] = of.wings;
    let wing_text = wing.map(|wing| if wing == neighbours(number)[0] { first } else { second });
    let confidence = scores::confidence(&ranked);
    let candidates = scores::candidates(&ranked);
    let title = title(number, of.name, wing, told.map(|(name, _)| *name));
    Ok(EnneagramResult {
        summary: summary(&title, input.method, &candidates, (growth, stress)),
        title,
        method: input.method,
        r#type: number,
        name: of.name.to_owned(),
        centre: match number {
            2..=4 => Centre::Heart,
            5..=7 => Centre::Head,
            _ => Centre::Body,
        },
        about: book.of(of.about).to_owned(),
        wing,
        wing_text: wing_text.map(|text| book.of(text).to_owned()),
        growth_type: growth,
        growth_text: book.of(of.growth).to_owned(),
        stress_type: stress,
        stress_text: book.of(of.stress).to_owned(),
        instinct,
        instinct_name: told.map(|(name, _)| (*name).to_owned()),
        instinct_text: told.map(|(_, about)| book.of(*about).to_owned()),
        confidence,
        confidence_method: if confidence.is_some() { CONFIDENCE } else { SAID }.to_owned(),
        candidates: if candidates.is_empty() { vec![number] } else { candidates },
        scores: ranked.iter().map(Place::describe).collect::<Vec<EnneagramScore>>(),
        instinct_scores: instincts.iter().map(Place::describe).collect(),
    })
}

fn title(number: i64, name: &str, wing: Option<i64>, instinct: Option<&str>) -> String {
    let mut title = ["Type ", &number.to_string(), ", ", name].concat();
    if let Some(wing) = wing {
        title.push_str(", wing ");
        title.push_str(&wing.to_string());
    }
    if let Some(instinct) = instinct {
        title.push_str(", ");
        title.push_str(&instinct.to_lowercase());
    }
    title
}

fn summary(title: &str, method: EnneagramMethod, candidates: &[i64], arrows: (i64, i64)) -> String {
    let mut summary = match method {
        EnneagramMethod::Assessment => "By the answers: ",
        EnneagramMethod::SelfSelect => "As said: ",
    }
    .to_owned();
    summary.push_str(title);
    summary.push_str(". Growth leads to ");
    summary.push_str(&arrows.0.to_string());
    summary.push_str(", stress to ");
    summary.push_str(&arrows.1.to_string());
    summary.push('.');
    if let [_, others @ ..] = candidates
        && !others.is_empty()
    {
        let others: Vec<String> = others.iter().map(i64::to_string).collect();
        summary.push_str(" Within two points lie also: ");
        summary.push_str(&others.join(", "));
        summary.push_str("; read those types too.");
    }
    summary
}

#[cfg(test)]
mod tests;
