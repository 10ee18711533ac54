//! Sigils: an intention reduced to a few letters, and these drawn as one figure.
//!
//! The intention is spelled in Latin letters as names are ([`super::letters`]); signs that are no letters are
//! passed over and counted. Repeated letters fall away after their first appearance, then A, E, I, O and U, unless
//! nothing else is there. Y and W stay.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::letters::{self, Spelled, Unspellable};
use super::{EngineProblem, Metadata, drawing, text, texts};
use crate::contract::types::{
    NumerologyReplacement, SigilForgeInput, SigilForgeMethod as Method, SigilForgeResult,
};

mod figure;
mod strokes;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "sigil_forge",
    title: "Sigil forge",
    version: "1.0.0",
    description: "Reduces an intention to its letters and draws them as one figure in SVG: a monogram, a path on the magic \
                  square of three, both, or a path on an alphabet shuffled by name and date of birth; with every step \
                  told.",
    drawn: false,
    needs: &["intention"],
    cache_seconds: 604_800,
};

/// The canonical input; fields in alphabetical order. Name and date stand in it only where they are looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    birth_date: Option<NaiveDate>,
    engine: String,
    engine_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    full_name: Option<String>,
    intention: String,
    method: Method,
    size: i64,
    stroke: f64,
}

/// Resolves what the method looks at.
///
/// # Errors
/// [`EngineProblem::Refused`] for an intention that cannot be spelled, and where the personal method is not told
/// whose sigil it is.
pub fn settle(input: &SigilForgeInput) -> Result<Settled, EngineProblem> {
    let intention = text::canonical(&input.intention);
    let mut refusals: Vec<_> = spelled(&intention).err().into_iter().collect();
    let personal = input.method == Method::Personal;
    let full_name = text::optional(input.full_name.as_deref()).filter(|_| personal);
    let birth_date = input.birth_date.filter(|_| personal);
    if personal && full_name.is_none() && birth_date.is_none() {
        let message = "The personal method needs a date of birth, a name, or both.".to_owned();
        refusals.push(super::Refusal { pointer: "/birth_date", code: "needs-person", message });
    }
    if !refusals.is_empty() {
        return Err(EngineProblem::Refused(refusals));
    }
    Ok(Settled {
        birth_date,
        engine: METADATA.name.to_owned(),
        engine_version: METADATA.version.to_owned(),
        full_name,
        intention,
        method: input.method,
        size: input.size,
        stroke: (input.stroke * 100.0).round() / 100.0,
    })
}

/// The intention in letters, and how many signs were passed over.
fn spelled(intention: &str) -> Result<(Spelled, usize), super::Refusal> {
    let passed = |c: char| !c.is_alphabetic() && !c.is_whitespace() && !letters::is_mark(c);
    let plain: String = intention.chars().map(|c| if passed(c) { ' ' } else { c }).collect();
    let (code, message) = match letters::spell(&plain) {
        Ok(spelled) => return Ok((spelled, intention.chars().filter(|c| passed(*c)).count())),
        Err(Unspellable::Unknown(signs)) => (
            "unspellable",
            [
                "No spelling in Latin letters is stated for ",
                &signs.join(" "),
                ". Write the intention in Latin, Greek, Cyrillic, Armenian, Georgian or Korean letters.",
            ]
            .concat(),
        ),
        Err(Unspellable::Empty) => {
            ("no-letters", "The intention has no letter that could be drawn.".to_owned())
        }
    };
    Err(super::Refusal { pointer: "/intention", code, message })
}

/// The letters that stay, each once, in order; and whether vowels are among them.
fn kept(spelled: &Spelled) -> (Vec<u8>, bool) {
    let mut once: Vec<u8> = Vec::new();
    for letter in spelled.words.iter().flat_map(|word| word.bytes()) {
        if !once.contains(&letter) {
            once.push(letter);
        }
    }
    let consonants: Vec<u8> = once.iter().copied().filter(|letter| !b"AEIOU".contains(letter)).collect();
    if consonants.is_empty() { (once, true) } else { (consonants, false) }
}

fn joined(letters: &[u8]) -> String {
    letters.iter().copied().map(char::from).collect()
}

/// Draws the sigil.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled) -> Result<SigilForgeResult, EngineProblem> {
    EngineProblem::expect((&input.engine, &input.engine_version), (METADATA.name, METADATA.version))?;
    let of = texts::SIGIL_METHODS
        .iter()
        .find(|method| method.key == input.method.as_str())
        .ok_or_else(|| EngineProblem::Unreadable("a method without a text".to_owned()))?;
    let (spelled, passed) =
        spelled(&input.intention).map_err(|refusal| EngineProblem::Unreadable(refusal.message))?;
    let (kept, vowels) = kept(&spelled);
    let letters = spelled.words.join(" ");
    let figure = figure::forge(input.method, &kept, &seed(input));
    let title = [of.name, " sigil of ", &joined(&kept)].concat();
    let mut steps = vec![["The intention in letters: ", &letters, "."].concat()];
    if passed > 0 {
        steps.push(["Signs that are no letters were passed over: ", &passed.to_string(), "."].concat());
    }
    let fallen = if vowels {
        "Of equal letters the first stays; there are vowels alone, so these stay too: "
    } else {
        "Of equal letters the first stays, and A, E, I, O and U fall away: "
    };
    steps.push([fallen, &joined(&kept), "."].concat());
    steps.push(of.method.to_owned());
    steps.extend(figure.told);
    let replaced = spelled.replaced.into_iter().map(|(from, to)| NumerologyReplacement { from, to });
    Ok(SigilForgeResult {
        summary: [&title, ", for the intention “", &input.intention, "”."].concat(),
        svg: drawing::svg(input.size, input.stroke, &input.intention, &title, &figure.shapes),
        title,
        intention: input.intention.clone(),
        method: input.method,
        method_name: of.name.to_owned(),
        letters,
        kept: joined(&kept),
        replaced: replaced.collect(),
        transliteration: letters::METHOD.to_owned(),
        steps,
        size: input.size,
        stroke: input.stroke,
        about: of.about.to_owned(),
    })
}

/// What shuffles the alphabet for the personal method: name, line feed, date, either of which may be empty.
fn seed(input: &Settled) -> String {
    let date = input.birth_date.map(|date| date.to_string()).unwrap_or_default();
    [input.full_name.as_deref().unwrap_or_default(), "\n", &date].concat()
}

#[cfg(test)]
mod tests;
