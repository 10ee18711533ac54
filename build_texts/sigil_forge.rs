//! `sigil_forge.yaml`: name, meaning and way of the methods.

use super::{Faults, named};

const METHODS: [&str; 4] = ["geometric", "hybrid", "personal", "traditional"];
pub type SigilForge = named::NamedTexts;

pub fn emit(file: &SigilForge, faults: &mut Faults, code: &mut String) {
    named::emit(file, "SIGIL_METHODS", &METHODS, faults, code);
}
