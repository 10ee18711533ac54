//! `vimshottari.yaml`: the nine lords in the order of their periods, and the 27 nakshatras from Ashwini on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{Faults, owned};

const LORDS: [&str; 9] = ["ketu", "venus", "sun", "moon", "mars", "rahu", "jupiter", "saturn", "mercury"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vimshottari {
    lords: BTreeMap<String, String>,
    nakshatras: Vec<Nakshatra>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nakshatra {
    name: String,
    text: String,
}

pub fn emit(file: &Vimshottari, faults: &mut Faults, code: &mut String) {
    let mut wanted = owned(LORDS);
    wanted.sort_unstable();
    faults.same("lords", &owned(file.lords.keys()), &wanted);
    code.push_str("/// What the periods of the lords are about, in the order of the periods.\n");
    _ = writeln!(code, "pub static DASHA_LORDS: [Text; {}] = [", LORDS.len());
    for lord in LORDS {
        let text = file.lords.get(lord).map_or("", String::as_str);
        _ = writeln!(code, "    {},", faults.line(&format!("lords.{lord}"), text));
    }
    code.push_str("];\n/// Names and texts of the nakshatras, from Ashwini on.\n");
    let count = file.nakshatras.len();
    faults.expect(count == 27, "nakshatras", &format!("are {count} and have to be 27"));
    _ = writeln!(code, "pub static NAKSHATRAS: [(&str, Text); {count}] = [");
    for (nakshatra, number) in file.nakshatras.iter().zip(1..) {
        let name = faults.literal(&format!("nakshatras.{number}.name"), &nakshatra.name);
        let text = faults.line(&format!("nakshatras.{number}.text"), &nakshatra.text);
        _ = writeln!(code, "    ({name}, {text}),");
    }
    code.push_str("];\n");
}
