//! `charts.yaml`: what the 64 gates and everything else in a chart mean.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{Faults, join, owned};

/// The groups of words with the keys that each has to have.
const GROUPS: [(&str, &[&str]); 9] = [
    ("angle", &["juxtaposition", "left", "right"]),
    (
        "authority",
        &[
            "ego_manifested",
            "ego_projected",
            "emotional",
            "lunar",
            "mental",
            "sacral",
            "self_projected",
            "splenic",
        ],
    ),
    ("defined", &CENTERS),
    ("definition", &["none", "quadruple", "single", "split", "triple"]),
    ("line", &["1", "2", "3", "4", "5", "6"]),
    ("open", &CENTERS),
    (
        "sphere",
        &[
            "attraction",
            "brand",
            "core",
            "culture",
            "eq",
            "evolution",
            "iq",
            "lifes_work",
            "pearl",
            "purpose",
            "radiance",
            "sq",
            "vocation",
        ],
    ),
    ("strategy", &TYPES),
    ("type", &TYPES),
];
const CENTERS: [&str; 9] =
    ["ajna", "g", "head", "heart", "root", "sacral", "solar_plexus", "spleen", "throat"];
const TYPES: [&str; 5] = ["generator", "manifesting_generator", "manifestor", "projector", "reflector"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charts {
    gates: Vec<Gate>,
    words: BTreeMap<String, BTreeMap<String, Word>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gate {
    gate: u8,
    strained: String,
    steady: String,
    open: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    title: String,
    text: String,
}

pub fn emit(file: &Charts, faults: &mut Faults, code: &mut String) {
    faults.same("gates", &owned(file.gates.iter().map(|gate| gate.gate)), &owned(1..=64));
    _ = writeln!(code, "/// The gates in the order of their numbers.\npub static GATES: [Gate; 64] = [");
    for gate in &file.gates {
        let place = format!("gates.{}", gate.gate);
        let fields = [("strained", &gate.strained), ("steady", &gate.steady), ("open", &gate.open)];
        let fields =
            fields.map(|(key, text)| format!("{key}: {}", faults.line(&join(&place, key), text))).join(", ");
        _ = writeln!(code, "    Gate {{ {fields} }},");
    }
    code.push_str("];\n");
    faults.same("words", &owned(file.words.keys()), &owned(GROUPS.map(|(group, _)| group)));
    for (group, keys) in GROUPS {
        let found = file.words.get(group).map(|words| owned(words.keys())).unwrap_or_default();
        faults.same(&join("words", group), &found, &owned(keys));
    }
    let count: usize = file.words.values().map(BTreeMap::len).sum();
    _ = writeln!(
        code,
        "/// What stands in charts, by group and key.\npub static CHART_WORDS: [Word; {count}] = ["
    );
    for (group, words) in &file.words {
        for (key, word) in words {
            let place = join(&join("words", group), key);
            let title = faults.literal(&join(&place, "title"), &word.title);
            let text = faults.line(&join(&place, "text"), &word.text);
            _ = writeln!(code, "    Word {{ key: \"{group}.{key}\", title: {title}, text: {text} }},");
        }
    }
    code.push_str("];\n");
}
