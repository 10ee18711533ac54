//! Sacred geometry: seven patterns constructed exactly and drawn as SVG.
//!
//! The intention becomes the drawing's title; it changes no stroke. Lengths are in units of the drawing's
//! `viewBox`, rounded to a thousandth.

use serde::{Deserialize, Serialize};

use super::{EngineProblem, Metadata, drawing, text, texts};
use crate::contract::types::{
    SacredGeometryInput, SacredGeometryMeasure, SacredGeometryPattern, SacredGeometryResult,
};

pub mod patterns;
pub mod yantra;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "sacred_geometry",
    title: "Sacred geometry",
    version: "1.0.0",
    description: "Constructs one of seven patterns exactly and draws it as SVG for an intention: flower of life, golden \
                  spiral, Metatron's cube, seed of life, Sri Yantra, torus, vesica piscis.",
    drawn: false,
    needs: &["intention"],
    cache_seconds: 604_800,
};

/// Size, depth and stroke where the caller gives none; the depth is the pattern's own.
const SIZE: i64 = 512;
const STROKE: f64 = 1.5;

/// The canonical input; fields in alphabetical order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    depth: i64,
    engine: String,
    engine_version: String,
    intention: String,
    pattern: SacredGeometryPattern,
    size: i64,
    stroke: f64,
}

/// Resolves the defaults, and rounds the stroke to hundredths.
///
/// # Errors
/// [`EngineProblem::Refused`] for a blank intention and for a depth that the pattern does not have.
pub fn settle(input: &SacredGeometryInput) -> Result<Settled, EngineProblem> {
    let asked = input.parameters.as_ref();
    let (usual, most) = patterns::depths(input.pattern);
    let depth = asked.and_then(|asked| asked.depth).unwrap_or(usual);
    if depth > most {
        let words =
            format!("{} has depths from 1 to {most}.", named(input.pattern).map_or("It", |of| of.name));
        return Err(EngineProblem::refused("/parameters/depth", "depth-out-of-range", words));
    }
    Ok(Settled {
        depth,
        engine: METADATA.name.to_owned(),
        engine_version: METADATA.version.to_owned(),
        intention: text::optional(Some(&input.intention)).ok_or_else(|| blank("/intention"))?,
        pattern: input.pattern,
        size: asked.map_or(SIZE, |asked| asked.size),
        stroke: asked.map_or(STROKE, |asked| (asked.stroke * 100.0).round() / 100.0),
    })
}

/// Refuses an intention without a word.
pub fn blank(pointer: &'static str) -> EngineProblem {
    EngineProblem::refused(pointer, "blank", "The intention has nothing but white space.")
}

fn named(pattern: SacredGeometryPattern) -> Option<&'static texts::Named> {
    texts::PATTERNS.iter().find(|named| named.key == pattern.as_str())
}

/// Draws the pattern.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled) -> Result<SacredGeometryResult, EngineProblem> {
    EngineProblem::expect((&input.engine, &input.engine_version), (METADATA.name, METADATA.version))?;
    let of = named(input.pattern)
        .ok_or_else(|| EngineProblem::Unreadable("a pattern without a text".to_owned()))?;
    let figure = patterns::draw(input.pattern, input.depth);
    let mut counted = String::new();
    for (name, value) in figure.measures.iter().filter(|(name, _)| COUNTS.contains(name)) {
        counted.push_str(if counted.is_empty() { ": " } else { ", " });
        // Counts are whole and small.
        #[allow(clippy::cast_possible_truncation)]
        let value = *value as i64;
        counted.push_str(&value.to_string());
        counted.push(' ');
        counted.push_str(name);
    }
    let title = [of.name, &counted].concat();
    let summary = [of.name, " for the intention “", &input.intention, "”", &counted, "."].concat();
    Ok(SacredGeometryResult {
        svg: drawing::svg(input.size, input.stroke, &input.intention, &title, &figure.shapes),
        title,
        summary,
        intention: input.intention.clone(),
        pattern: input.pattern,
        pattern_name: of.name.to_owned(),
        size: input.size,
        depth: input.depth,
        stroke: input.stroke,
        about: of.about.to_owned(),
        construction: of.method.to_owned(),
        measures: figure.measures.iter().map(|(name, value)| measure(name, *value)).collect(),
    })
}

/// Those measures that are counts, told in the title.
const COUNTS: [&str; 5] = ["circles", "lines", "petals", "squares", "triangles"];

fn measure(name: &str, value: f64) -> SacredGeometryMeasure {
    SacredGeometryMeasure { name: name.to_owned(), value: (value * 1e6).round() / 1e6 }
}

#[cfg(test)]
mod tests;
