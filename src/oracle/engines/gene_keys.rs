//! Gene Keys: the activation, Venus and Pearl sequences, read from the same chart as Human Design.

use super::book::Book;
use super::chart::words::{gates, join, line, section, word};
use super::chart::{Chart, facts};
use super::{EngineProblem, Metadata};
use crate::contract::types::{
    ChartPoint as Point, ChartSide as Side, GeneKeysResult, GeneKeysSequence as Sequence, GeneKeysSphere,
};
use crate::oracle::birth::Settled;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "gene_keys",
    title: "Gene Keys",
    version: "1.0.0",
    description: "The activation, Venus and Pearl sequences from the moment of birth and the moment when the Sun stood 88 \
                  degrees before: for each sphere its gate and line. Without a time of birth, what holds all day.",
    drawn: false,
    needs: &["birth_date"],
    cache_seconds: 2_592_000,
};

const METHOD: &str = "The same positions, gates and lines as in Human Design. Activation: Sun and Earth at birth, Sun and Earth \
                      at the design. Venus: Earth and Moon at the design, Venus and Mars at birth, Venus and Mars at \
                      the design. Pearl: Mars and Jupiter at the design, Sun and Jupiter at birth. Without a time of \
                      birth only what holds throughout the local day has a gate or a line.";

/// The spheres of each sequence with the activations that fill them.
const SPHERES: [(Sequence, &str, Side, Point); 14] = [
    (Sequence::Activation, "lifes_work", Side::Personality, Point::Sun),
    (Sequence::Activation, "evolution", Side::Personality, Point::Earth),
    (Sequence::Activation, "radiance", Side::Design, Point::Sun),
    (Sequence::Activation, "purpose", Side::Design, Point::Earth),
    (Sequence::Venus, "purpose", Side::Design, Point::Earth),
    (Sequence::Venus, "attraction", Side::Design, Point::Moon),
    (Sequence::Venus, "iq", Side::Personality, Point::Venus),
    (Sequence::Venus, "eq", Side::Personality, Point::Mars),
    (Sequence::Venus, "sq", Side::Design, Point::Venus),
    (Sequence::Venus, "core", Side::Design, Point::Mars),
    (Sequence::Pearl, "vocation", Side::Design, Point::Mars),
    (Sequence::Pearl, "culture", Side::Design, Point::Jupiter),
    (Sequence::Pearl, "brand", Side::Personality, Point::Sun),
    (Sequence::Pearl, "pearl", Side::Personality, Point::Jupiter),
];

/// Calculates the result.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled, book: &Book) -> Result<GeneKeysResult, EngineProblem> {
    let span = input.span(&METADATA)?;
    let chart = Chart::shared(span);
    let spheres: Vec<GeneKeysSphere> = SPHERES
        .into_iter()
        .filter_map(|(sequence, key, side, point)| {
            let word = word("sphere", key);
            Some(GeneKeysSphere {
                sequence,
                key: key.to_owned(),
                title: word.title.to_owned(),
                text: book.of(word.text).to_owned(),
                activation: chart.find(side, point)?,
            })
        })
        .collect();
    let lines = (1..=6).filter(|line| spheres.iter().any(|sphere| sphere.activation.line == Some(*line)));
    Ok(GeneKeysResult {
        title: title(&spheres),
        summary: summary(&spheres, chart.designed.is_some()),
        method: METHOD.to_owned(),
        birth: facts(input, span),
        design_utc: chart.designed,
        gates: gates(spheres.iter().map(|sphere| &sphere.activation), book),
        sections: lines.map(|number| section("line", line(number), book)).collect(),
        spheres,
    })
}

/// The gates of the activation sequence.
fn title(spheres: &[GeneKeysSphere]) -> String {
    let mut title = "Gene Keys ".to_owned();
    join(&mut title, spheres.iter().take(4).map(gate), ", ");
    title
}

/// The gate with its line, or the gates that it may be.
fn gate(sphere: &GeneKeysSphere) -> String {
    let mut text = String::new();
    join(&mut text, sphere.activation.gates.iter().map(ToString::to_string), " or ");
    if let Some(number) = sphere.activation.line {
        text.push('.');
        text.push_str(line(number));
    }
    text
}

fn summary(spheres: &[GeneKeysSphere], time_known: bool) -> String {
    let mut text = String::new();
    if !time_known {
        text.push_str("The time of birth is unknown; this is what the day allows. ");
    }
    for (sequence, name) in
        [(Sequence::Activation, "Activation: "), (Sequence::Venus, "Venus: "), (Sequence::Pearl, "Pearl: ")]
    {
        text.push_str(name);
        join(&mut text, spheres.iter().filter(|sphere| sphere.sequence == sequence).map(gate), ", ");
        text.push_str(if sequence == Sequence::Pearl { "." } else { ". " });
    }
    text
}

#[cfg(test)]
mod tests;
