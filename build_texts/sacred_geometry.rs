//! `sacred_geometry.yaml`: name, meaning and construction of the patterns.

use super::{Faults, named};

const PATTERNS: [&str; 7] = [
    "flower_of_life",
    "golden_spiral",
    "metatrons_cube",
    "seed_of_life",
    "sri_yantra",
    "torus",
    "vesica_piscis",
];
pub type SacredGeometry = named::NamedTexts;

pub fn emit(file: &SacredGeometry, faults: &mut Faults, code: &mut String) {
    named::emit(file, "PATTERNS", &PATTERNS, faults, code);
}
