//! `numerology.yaml`: a text for every number of every group.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Faults, owned};

const MASTERS: [u8; 3] = [11, 22, 33];
const DEBTS: [u8; 4] = [13, 14, 16, 19];
pub type Numerology = BTreeMap<String, BTreeMap<u8, String>>;

/// The numbers that each group of `numerology.yaml` must have, neither more nor fewer.
fn groups() -> Vec<(&'static str, Vec<u8>)> {
    let with_masters = || (1..=9).chain(MASTERS).collect::<Vec<u8>>();
    let mut groups = vec![
        ("birthday", (1..=31).collect()),
        ("bridge", (0..=8).collect()),
        ("challenge", (0..=8).collect()),
        ("karmic_debt", DEBTS.to_vec()),
        ("karmic_lesson", (1..=9).collect()),
    ];
    for name in ["expression", "life_path", "maturity", "personality", "pinnacle", "soul_urge"] {
        groups.push((name, with_masters()));
    }
    for name in ["personal_day", "personal_month", "personal_year"] {
        groups.push((name, (1..=9).collect()));
    }
    groups.sort_unstable();
    groups
}

pub fn emit(file: &Numerology, faults: &mut Faults, code: &mut String) {
    let groups = groups();
    faults.same("", &owned(file.keys()), &owned(groups.iter().map(|(name, _)| name)));
    for (group, numbers) in groups {
        let Some(texts) = file.get(group) else { continue };
        faults.same(group, &owned(texts.keys()), &owned(&numbers));
        _ = writeln!(code, "/// `{group}`: number and text, smallest first.");
        _ = writeln!(code, "pub static {}: [(u8, Text); {}] = [", group.to_uppercase(), numbers.len());
        for (number, text) in texts {
            let text = faults.line(&format!("{group}.{number}"), text);
            _ = writeln!(code, "    ({number}, {text}),");
        }
        code.push_str("];\n");
    }
}
