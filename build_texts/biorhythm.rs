//! `biorhythm.yaml`: six cycles with six phases each.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{Faults, join, owned};

const CYCLES: [(&str, u8); 6] = [
    ("physical", 23),
    ("emotional", 28),
    ("intellectual", 33),
    ("intuitive", 38),
    ("aesthetic", 43),
    ("spiritual", 53),
];

const PHASES: [&str; 6] =
    ["charging", "expressing", "resting", "recovering", "critical_rising", "critical_falling"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Biorhythm {
    cycles: BTreeMap<String, Cycle>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cycle {
    name: String,
    days: u8,
    about: String,
    phases: BTreeMap<String, String>,
}

pub fn emit(file: &Biorhythm, faults: &mut Faults, code: &mut String) {
    let mut wanted = owned(CYCLES.iter().map(|(key, _)| key));
    wanted.sort_unstable();
    faults.same("cycles", &owned(file.cycles.keys()), &wanted);
    let mut phases = owned(PHASES);
    phases.sort_unstable();
    _ = writeln!(code, "/// The cycles, shortest first.\npub static CYCLES: [Cycle; {}] = [", CYCLES.len());
    for (key, days) in CYCLES {
        let Some(cycle) = file.cycles.get(key) else {
            continue;
        };
        let place = format!("cycles.{key}");
        faults.expect(
            cycle.days == days,
            &join(&place, "days"),
            &format!("is {} and has to be {days}", cycle.days),
        );
        faults.same(&join(&place, "phases"), &owned(cycle.phases.keys()), &phases);
        let name = faults.literal(&join(&place, "name"), &cycle.name);
        let about = faults.literal(&join(&place, "about"), &cycle.about);
        _ = write!(code, "    Cycle {{ name: {name}, days: {days}, about: {about}");
        for phase in PHASES {
            let text = cycle.phases.get(phase).map_or("", String::as_str);
            let text = faults.literal(&format!("{place}.phases.{phase}"), text);
            _ = write!(code, ", {phase}: {text}");
        }
        code.push_str(" },\n");
    }
    code.push_str("];\n");
}
