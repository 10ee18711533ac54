//! What results are about, in words that engines share, so that what they say can be laid side by side.
//!
//! A theme follows from one feature of a result: a number, a suit, a trigram, a type. The table is data; a further
//! engine adds its features. [`of`] looks at what was kept day by day, and so at the engines whose results change with the
//! day; [`named`] at any result.

use chrono::NaiveDate;
use serde_json::Value;
use serde_json::value::RawValue;

use super::engines::iching::hexagram;
use super::engines::{Engine, biorhythm};
use super::history::Facts;
use crate::contract::types::Theme;
use crate::kernel::json;
use crate::kernel::map::{Map, Set};

/// Features and their themes.
const THEMES: &[(&str, Theme)] = &[
    ("number:1", Theme::Beginning),
    ("number:2", Theme::Connection),
    ("number:3", Theme::Feeling),
    ("number:4", Theme::Craft),
    ("number:5", Theme::Change),
    ("number:6", Theme::Connection),
    ("number:7", Theme::Insight),
    ("number:8", Theme::Action),
    ("number:9", Theme::Rest),
    ("number:11", Theme::Insight),
    ("number:22", Theme::Craft),
    ("number:33", Theme::Connection),
    ("kind:wands", Theme::Action),
    ("kind:cups", Theme::Feeling),
    ("kind:swords", Theme::Thought),
    ("kind:pentacles", Theme::Craft),
    ("kind:major", Theme::Insight),
    ("trigram:heaven", Theme::Action),
    ("trigram:earth", Theme::Rest),
    ("trigram:thunder", Theme::Beginning),
    ("trigram:water", Theme::Feeling),
    ("trigram:mountain", Theme::Rest),
    ("trigram:wind", Theme::Change),
    ("trigram:fire", Theme::Insight),
    ("trigram:lake", Theme::Connection),
    ("cycle:physical", Theme::Action),
    ("cycle:emotional", Theme::Feeling),
    ("cycle:intellectual", Theme::Thought),
    ("cycle:low", Theme::Rest),
    ("type:generator", Theme::Craft),
    ("type:manifesting_generator", Theme::Action),
    ("type:manifestor", Theme::Beginning),
    ("type:projector", Theme::Insight),
    ("type:reflector", Theme::Change),
    ("authority:emotional", Theme::Feeling),
    ("authority:sacral", Theme::Action),
    ("authority:splenic", Theme::Insight),
    ("authority:ego_manifested", Theme::Action),
    ("authority:ego_projected", Theme::Connection),
    ("authority:self_projected", Theme::Thought),
    ("authority:mental", Theme::Thought),
    ("authority:lunar", Theme::Rest),
    ("lord:ketu", Theme::Rest),
    ("lord:venus", Theme::Connection),
    ("lord:sun", Theme::Action),
    ("lord:moon", Theme::Feeling),
    ("lord:mars", Theme::Beginning),
    ("lord:rahu", Theme::Change),
    ("lord:jupiter", Theme::Insight),
    ("lord:saturn", Theme::Craft),
    ("lord:mercury", Theme::Thought),
    ("enneagram:1", Theme::Craft),
    ("enneagram:2", Theme::Connection),
    ("enneagram:3", Theme::Action),
    ("enneagram:4", Theme::Feeling),
    ("enneagram:5", Theme::Thought),
    ("enneagram:6", Theme::Connection),
    ("enneagram:7", Theme::Beginning),
    ("enneagram:8", Theme::Action),
    ("enneagram:9", Theme::Rest),
    ("pattern:flower_of_life", Theme::Connection),
    ("pattern:golden_spiral", Theme::Change),
    ("pattern:metatrons_cube", Theme::Craft),
    ("pattern:seed_of_life", Theme::Beginning),
    ("pattern:sri_yantra", Theme::Insight),
    ("pattern:torus", Theme::Rest),
    ("pattern:vesica_piscis", Theme::Connection),
    ("sigil:traditional", Theme::Beginning),
    ("sigil:geometric", Theme::Craft),
    ("sigil:hybrid", Theme::Change),
    ("sigil:personal", Theme::Insight),
];

/// Where features stand in results: the engine, a JSON pointer (RFC 6901), what the feature is in words, its group.
const PLACES: &[(Engine, &str, &str, &str)] = &[
    (Engine::Enneagram, "/type", "type", "enneagram"),
    (Engine::HumanDesign, "/type", "type", "type"),
    (Engine::HumanDesign, "/authority", "authority", "authority"),
    (Engine::Iching, "/primary/lower/key", "lower trigram", "trigram"),
    (Engine::Iching, "/primary/upper/key", "upper trigram", "trigram"),
    (Engine::SacredGeometry, "/pattern", "pattern", "pattern"),
    (Engine::SigilForge, "/method", "method", "sigil"),
];

/// What of numerology counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// What holds for a life: life path and expression.
    Life,
    /// The personal year.
    Year,
    /// The personal day.
    Day,
}

/// A feature of a result, in words, and the theme that follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The theme.
    pub theme: Theme,
    /// The feature.
    pub feature: String,
}

/// The themes of an engine's result, and which of its features name them; none where it leaves them open.
#[must_use]
pub fn named(engine: Engine, result: &RawValue, span: Span) -> Vec<Named> {
    // Results are long: only the members that features stand in are read further.
    let said: Map<String, &RawValue> = json::read(result.get()).unwrap_or_default();
    let value = |pointer: &str| {
        let path = pointer.strip_prefix('/')?;
        let (name, rest) = path.split_at_checked(path.find('/').unwrap_or(path.len()))?;
        json::read::<Value>(said.get(name)?.get()).ok()?.pointer_mut(rest).map(Value::take)
    };
    let at = |pointer: &str| match value(pointer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let mut found = Vec::new();
    let mut add = |words: &str, group: &str, key: &str| {
        let feature = [words, " ", &key.replace('_', " ")].concat();
        found.extend(of_feature(group, key).map(|theme| Named { theme, feature }));
    };
    for (_, pointer, words, group) in PLACES.iter().filter(|place| place.0 == engine) {
        if let Some(key) = at(pointer) {
            add(words, group, &key);
        }
    }
    let numbers: &[(&str, &str)] = match (engine, span) {
        (Engine::Numerology, Span::Life) => &[("/life_path", "life path"), ("/expression", "expression")],
        (Engine::Numerology, Span::Year) => &[("/personal_year", "personal year")],
        (Engine::Numerology, Span::Day) => &[("/personal_day", "personal day")],
        _ => &[],
    };
    for (pointer, words) in numbers {
        if let Some(number) = at(&[pointer, "/number"].concat()) {
            add(words, "number", &number);
        }
    }
    match engine {
        Engine::Biorhythm => {
            let cycle = |place: usize| value(&["/cycles/", &place.to_string(), "/value"].concat())?.as_f64();
            if let (Some(one), Some(two), Some(three)) = (cycle(0), cycle(1), cycle(2)) {
                let highest = highest([one, two, three]);
                add(if highest == "low" { "all cycles" } else { "highest cycle" }, "cycle", highest);
            }
        }
        Engine::GeneKeys => {
            let gate = at("/spheres/0/activation/gate").and_then(|gate| gate.parse().ok());
            if let Some([lower, upper]) = gate.and_then(hexagram::trigrams) {
                add("life's work over", "trigram", lower);
                add("life's work under", "trigram", upper);
            }
        }
        Engine::Tarot => {
            let count = |kind: &str| {
                value(&["/balance/", kind].concat()).and_then(|count| count.as_u64()).unwrap_or_default()
            };
            let most = KINDS.into_iter().map(count).max().unwrap_or_default().max(1);
            for kind in KINDS.into_iter().filter(|kind| count(kind) == most) {
                add("most cards of", "kind", kind);
            }
        }
        // Without a time of birth several may run.
        Engine::Vimshottari if value("/running/1").is_none() => {
            if let Some(lord) = at("/running/0") {
                add("period of", "lord", &lord);
            }
        }
        _ => {}
    }
    found
}

const KINDS: [&str; 5] = ["major", "wands", "cups", "swords", "pentacles"];

/// The theme of a feature such as `number:7`.
#[must_use]
pub fn of_feature(group: &str, key: &str) -> Option<Theme> {
    let fits =
        |feature: &str| feature.strip_prefix(group).and_then(|rest| rest.strip_prefix(':')) == Some(key);
    THEMES.iter().find(|(feature, _)| fits(feature)).map(|(_, theme)| *theme)
}

/// The themes of a result: the personal day of numerology, the kinds of cards of which there are most, both trigrams, the
/// highest of the three cycles on the day that the result is about.
#[must_use]
pub fn of(facts: &Facts, kept_on: NaiveDate) -> Set<Theme> {
    match facts.engine.as_str() {
        "biorhythm" => {
            let about = facts.about.unwrap_or(kept_on);
            let highest = facts.birth_date.map(|birth| highest_cycle(birth, about));
            highest.and_then(|key| of_feature("cycle", key)).into_iter().collect()
        }
        "iching" => {
            let trigrams = [&facts.lower, &facts.upper].into_iter().flatten();
            trigrams.filter_map(|key| of_feature("trigram", key)).collect()
        }
        "numerology" => {
            facts.number.and_then(|number| of_feature("number", &number.to_string())).into_iter().collect()
        }
        "tarot" => {
            let mut balance = facts.balance();
            balance.remove("reversed");
            let most = balance.values().copied().max().unwrap_or_default().max(1);
            balance
                .iter()
                .filter(|(_, count)| **count == most)
                .filter_map(|(kind, _)| of_feature("kind", kind))
                .collect()
        }
        _ => Set::new(),
    }
}

/// The highest of the three cycles, or `low` when all are below zero.
fn highest_cycle(birth: NaiveDate, day: NaiveDate) -> &'static str {
    highest(biorhythm::values(birth, day))
}

fn highest(values: [f64; 3]) -> &'static str {
    let named = ["physical", "emotional", "intellectual"].into_iter().zip(values);
    let highest = named.max_by(|one, other| one.1.total_cmp(&other.1));
    highest.filter(|(_, value)| *value >= 0.0).map_or("low", |(name, _)| name)
}

/// What it means that engines agree on a theme, in a sentence.
#[must_use]
pub fn meaning(theme: Theme) -> &'static str {
    match theme {
        Theme::Beginning => "Something wants to be begun.",
        Theme::Action => "There is strength that wants to be used.",
        Theme::Feeling => "What is felt wants to be heard before it is judged.",
        Theme::Thought => "It helps to think it through and to say it clearly.",
        Theme::Craft => "Patient work with what is at hand carries furthest.",
        Theme::Rest => "Something may be finished or let go.",
        Theme::Change => "What was settled is moving.",
        Theme::Connection => "Others have a part in it.",
        Theme::Insight => "Looking beneath the surface pays.",
    }
}

/// A theme in a sentence.
#[must_use]
pub fn words(theme: Theme) -> &'static str {
    match theme {
        Theme::Beginning => "beginning",
        Theme::Action => "action",
        Theme::Feeling => "feeling",
        Theme::Thought => "thought",
        Theme::Craft => "craft",
        Theme::Rest => "rest",
        Theme::Change => "change",
        Theme::Connection => "connection",
        Theme::Insight => "insight",
    }
}

#[cfg(test)]
mod tests;
