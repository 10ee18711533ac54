//! I Ching: six lines cast from a seed, the hexagram they make, what it turns into and what lies inside it.
//!
//! Lines are cast from the bottom up. Coins: three numbers below two, heads (1) counting 3 and tails (0)
//! counting 2, their sum being the line, which gives 6, 7, 8, 9 the odds 1:3:3:1 in eight. Yarrow: one number
//! below sixteen, 0 for 6, 1-5 for 7, 6-12 for 8, 13-15 for 9, which gives the odds 1:5:7:3 in sixteen.

use serde::{Deserialize, Serialize};

use self::hexagram::Lines;
use super::book::Book;
use super::draw::{Draw, GENERATOR};
use super::{EngineProblem, Metadata, text};
use crate::contract::types::{
    IchingHexagram, IchingInput, IchingLine, IchingLineKind, IchingMethod, IchingResult,
};

pub mod hexagram;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "iching",
    title: "I Ching",
    version: "1.0.0",
    description: "Casts a hexagram with the exact odds of three coins or of yarrow stalks, from a seed that is returned; \
                  with changing lines, the relating and the nuclear hexagram.",
    drawn: true,
    needs: &[],
    cache_seconds: 86_400,
};

const DOMAIN: &str = "witness iching 1";

/// The canonical input; fields in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    engine: String,
    engine_version: String,
    method: IchingMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    seed: String,
}

/// Resolves the default: the fresh seed.
///
/// # Errors
/// None today; the form is the same for every engine.
pub fn settle(input: &IchingInput, fresh_seed: &str) -> Result<Settled, EngineProblem> {
    Ok(Settled {
        engine: METADATA.name.to_owned(),
        engine_version: METADATA.version.to_owned(),
        method: input.method,
        question: text::optional(input.question.as_deref()),
        seed: text::optional(input.seed.as_deref()).unwrap_or_else(|| fresh_seed.to_owned()),
    })
}

/// Casts one line: 6, 7, 8 or 9.
fn cast(method: IchingMethod, draw: &mut Draw) -> i64 {
    match method {
        IchingMethod::Coins => 6 + i64::from(draw.below(2) + draw.below(2) + draw.below(2)),
        IchingMethod::Yarrow => match draw.below(16) {
            0 => 6,
            1..=5 => 7,
            6..=12 => 8,
            _ => 9,
        },
    }
}

/// Casts the lines and reads them.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled, book: &Book) -> Result<IchingResult, EngineProblem> {
    EngineProblem::expect((&input.engine, &input.engine_version), (METADATA.name, METADATA.version))?;
    let mut draw = Draw::new(DOMAIN, &input.seed);
    let values: [i64; 6] = std::array::from_fn(|_| cast(input.method, &mut draw));
    let cast = Lines(values.map(|value| value % 2 == 1));
    let changing = values.map(|value| value == 6 || value == 9);
    let texts = hexagram::texts(cast);
    let lines: Vec<IchingLine> = values
        .into_iter()
        .zip(texts.lines)
        .zip(1..)
        .map(|((value, text), position)| line(position, value, book.of(text)))
        .collect();
    let changing_lines: Vec<i64> =
        lines.iter().filter(|line| line.changing).map(|line| line.position).collect();
    let primary = hexagram::describe(cast, book);
    let relating = (!changing_lines.is_empty()).then(|| hexagram::describe(cast.turned(changing), book));
    let nuclear = hexagram::describe(cast.nuclear(), book);
    Ok(IchingResult {
        title: title(&primary, relating.as_ref()),
        summary: summary(&primary, relating.as_ref(), &nuclear, &changing_lines),
        question: input.question.clone(),
        method: input.method,
        method_note: note(input.method).to_owned(),
        seed: input.seed.clone(),
        generator: GENERATOR.to_owned(),
        lines,
        changing_lines,
        primary,
        relating,
        nuclear,
    })
}

fn note(method: IchingMethod) -> &'static str {
    match method {
        IchingMethod::Coins => {
            "Three coins a line, from the bottom up, heads 3 and tails 2: 6 one time in eight, 7 and 8 three \
             times, 9 one time."
        }
        IchingMethod::Yarrow => {
            "The odds of the yarrow stalks, a line at a time from the bottom up: in sixteen casts 6 comes once, \
             7 five times, 8 seven times, 9 three times."
        }
    }
}

fn line(position: i64, value: i64, text: &str) -> IchingLine {
    let (kind, words) = match value {
        6 => (IchingLineKind::OldYin, "old yin, changing"),
        7 => (IchingLineKind::YoungYang, "young yang"),
        8 => (IchingLineKind::YoungYin, "young yin"),
        _ => (IchingLineKind::OldYang, "old yang, changing"),
    };
    IchingLine {
        position,
        value,
        kind,
        yang: value % 2 == 1,
        changing: matches!(kind, IchingLineKind::OldYin | IchingLineKind::OldYang),
        title: format!("Line {position}: {words}"),
        text: text.to_owned(),
    }
}

fn title(primary: &IchingHexagram, relating: Option<&IchingHexagram>) -> String {
    relating.map_or_else(|| primary.title.clone(), |to| format!("{}, becoming {}", primary.title, to.title))
}

fn summary(
    primary: &IchingHexagram,
    relating: Option<&IchingHexagram>,
    nuclear: &IchingHexagram,
    changing: &[i64],
) -> String {
    let positions: Vec<String> = changing.iter().map(ToString::to_string).collect();
    let turns = match (relating, positions.as_slice()) {
        (Some(to), [only]) => format!("Line {only} changes and leads to {}.", to.title),
        (Some(to), _) => format!("Lines {} change and lead to {}.", positions.join(", "), to.title),
        (None, _) => "No line changes.".to_owned(),
    };
    format!(
        "{}: {} above {}. {turns} Inside lies {}.",
        primary.title, primary.upper.image, primary.lower.image, nuclear.title
    )
}

#[cfg(test)]
mod tests;
