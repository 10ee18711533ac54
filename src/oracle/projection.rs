//! What strangers may see of a result: for each engine the fields that are shown, and nothing else.
//!
//! No input is shown, nor what it could be worked out from. That is more than the names of fields tell: where the three
//! cycles of a biorhythm stand to the percent gives the day of birth away to within 58 years, so that only the quarter
//! of each cycle is shown, which hundreds of days of birth share. An engine that is not listed shows nothing but its
//! name.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::engines::{Engine, texts};
use crate::kernel::json;
use crate::kernel::problem::Problem;

/// A result for strangers.
#[derive(Debug)]
pub struct Public {
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub summary: String,
    /// The fields that are shown.
    pub result: Box<RawValue>,
}

/// What is shown of an engine's results.
struct Shown {
    /// Whether title and summary tell nothing but what is shown anyway.
    words: (bool, bool),
    /// Fields of the result, with those inside of them behind a point.
    fields: &'static [&'static str],
}

const NOTHING: Shown = Shown { words: (false, false), fields: &[] };

fn shown(engine: Engine) -> Shown {
    match engine.name() {
        // Its cycles are shown by quarters: `quarters`.
        "biorhythm" => Shown { words: (true, false), fields: &["target_date"] },
        // Scores, confidence and candidates tell of single answers.
        "enneagram" => Shown {
            words: (true, false),
            fields: &[
                "type",
                "name",
                "centre",
                "about",
                "wing",
                "wing_text",
                "growth_type",
                "growth_text",
                "stress_type",
                "stress_text",
                "instinct_name",
                "instinct_text",
            ],
        },
        // Every gate and line says where the Sun or a planet stood, which is the day of birth.
        "gene_keys" => Shown { words: (false, false), fields: &["method"] },
        // Positions, gates and channels are the moment of birth in another notation.
        "human_design" => Shown {
            words: (true, false),
            fields: &["type", "strategy", "authority", "definition", "profile"],
        },
        "iching" => Shown {
            words: (true, true),
            fields: &["method", "method_note", "lines", "changing_lines", "primary", "relating", "nuclear"],
        },
        // The birthday and whatever holds single digits of the date of birth or letters of the name stays out.
        "numerology" => Shown {
            words: (true, false),
            fields: &[
                "system",
                "life_path.title",
                "life_path.number",
                "life_path.text",
                "expression.title",
                "expression.number",
                "expression.text",
                "soul_urge.title",
                "soul_urge.number",
                "soul_urge.text",
                "personality.title",
                "personality.number",
                "personality.text",
                "maturity.title",
                "maturity.number",
                "maturity.text",
            ],
        },
        "sacred_geometry" => Shown {
            words: (true, false),
            fields: &[
                "pattern",
                "pattern_name",
                "size",
                "depth",
                "stroke",
                "svg",
                "about",
                "construction",
                "measures",
            ],
        },
        "sigil_forge" => {
            Shown { words: (false, false), fields: &["method", "method_name", "size", "svg", "about"] }
        }
        "tarot" => Shown {
            words: (true, true),
            fields: &["spread", "spread_name", "reversed_allowed", "cards", "balance"],
        },
        // Balances and dates lead back to the moment of birth.
        "vimshottari" => Shown { words: (false, false), fields: &["method", "running"] },
        _ => NOTHING,
    }
}

/// A result as strangers may see it.
pub fn public(engine: Engine, title: &str, summary: &str, result: &RawValue) -> Result<Public, Problem> {
    let (about, shown) = (engine.metadata(), shown(engine));
    let mut whole: Value = json::read(result.get())?;
    let mut part = Map::new();
    if engine.name() == "biorhythm" {
        part.insert("cycles".to_owned(), quarters(&whole));
    }
    let personal = whole.get("method").and_then(Value::as_str) == Some("personal");
    for field in shown.fields.iter().filter(|field| !personal || **field != "svg") {
        pick(&mut whole, field, &mut part);
    }
    if let Some(Value::String(svg)) = part.get_mut("svg") {
        *svg = unlabelled(svg);
    }
    let words = |own: bool, words: &str, otherwise: &str| if own { words } else { otherwise }.to_owned();
    Ok(Public {
        title: words(shown.words.0, title, about.title),
        summary: words(shown.words.1, summary, about.description),
        result: to_raw_value(&part)?,
    })
}

/// Moves a field, whose name may go on inside objects behind a point.
fn pick(from: &mut Value, field: &str, into: &mut Map<String, Value>) {
    let (name, rest) = field.split_once('.').map_or((field, None), |(name, rest)| (name, Some(rest)));
    match (from.get_mut(name), rest) {
        (None, _) => {}
        (Some(value @ Value::Object(_)), Some(rest)) => {
            let inner = into.entry(name).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                pick(value, rest, inner);
            }
        }
        (Some(value), _) => {
            into.entry(name).or_insert_with(|| value.take());
        }
    }
}

/// A drawing without its title and description, which say what it is for. Both are escaped, so that neither can hold the
/// end of the other.
fn unlabelled(svg: &str) -> String {
    match (svg.split_once("<title>"), svg.rsplit_once("</desc>")) {
        (Some((before, _)), Some((_, after))) => [before, after].concat(),
        _ => svg.to_owned(),
    }
}

/// The first three cycles with the quarter that each is in; a critical day counts for the quarter that it leads into.
fn quarters(whole: &Value) -> Value {
    let cycles = whole.get("cycles").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let quarter = |(cycle, text): (&Value, &texts::Cycle)| {
        let (phase, words) = match cycle.get("phase").and_then(Value::as_str)? {
            "charging" | "critical_rising" => ("charging", text.charging),
            "expressing" => ("expressing", text.expressing),
            "resting" | "critical_falling" => ("resting", text.resting),
            "recovering" => ("recovering", text.recovering),
            _ => return None,
        };
        let mut part = Map::new();
        for (name, value) in [("name", text.name), ("phase", phase), ("about", text.about), ("text", words)] {
            part.insert(name.to_owned(), value.into());
        }
        Some(Value::Object(part))
    };
    cycles.iter().zip(&texts::CYCLES).take(3).filter_map(quarter).collect()
}

#[cfg(test)]
mod tests;
