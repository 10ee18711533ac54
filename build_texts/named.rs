//! Files of a few named things with the same three texts each: `sacred_geometry.yaml`, `sigil_forge.yaml`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{Faults, join, owned};

pub type NamedTexts = BTreeMap<String, Named>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    name: String,
    about: String,
    method: String,
}

/// Writes the table `name`, which must have exactly these keys.
pub fn emit(file: &NamedTexts, name: &str, keys: &[&str], faults: &mut Faults, code: &mut String) {
    faults.same("", &owned(file.keys()), &owned(keys));
    _ = writeln!(code, "/// In the order of their keys.\npub static {name}: [Named; {}] = [", keys.len());
    for (key, of) in file {
        let name = faults.literal(&join(key, "name"), &of.name);
        let about = faults.literal(&join(key, "about"), &of.about);
        let method = faults.literal(&join(key, "method"), &of.method);
        _ = writeln!(code, "    Named {{ key: {key:?}, name: {name}, about: {about}, method: {method} }},");
    }
    code.push_str("];\n");
}
