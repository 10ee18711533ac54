//! `enneagram.yaml`: nine types, eighteen wings, three instincts, and the statements of the assessment.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{Faults, join, owned};

/// The instincts in the order in which they are numbered, from 10 on, after the types 1 to 9.
const INSTINCTS: [&str; 3] = ["self_preservation", "social", "one_to_one"];
/// How many statements each type has; an instinct has one less.
const STATEMENTS: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enneagram {
    types: BTreeMap<u8, Type>,
    wings: BTreeMap<String, String>,
    instincts: BTreeMap<String, Instinct>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    name: String,
    about: String,
    growth: String,
    stress: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Instinct {
    name: String,
    about: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    of: String,
    text: String,
}

/// The two neighbours on the circle of nine, the one before first.
fn neighbours(number: u8) -> [u8; 2] {
    [(number + 7) % 9 + 1, number % 9 + 1]
}

pub fn emit(file: &Enneagram, faults: &mut Faults, code: &mut String) {
    faults.same("types", &owned(file.types.keys()), &owned(1..=9));
    let mut wings = Vec::new();
    _ = writeln!(code, "/// The types from 1 to 9.\npub static ENNEAGRAM_TYPES: [EnneagramType; 9] = [");
    for (number, of) in &file.types {
        let place = format!("types.{number}");
        let name = faults.literal(&join(&place, "name"), &of.name);
        let mut text = |key: &str, text: &str| faults.line(&join(&place, key), text);
        let [about, growth, stress] =
            [text("about", &of.about), text("growth", &of.growth), text("stress", &of.stress)];
        let beside = neighbours(*number).map(|wing| {
            let key = format!("{number}w{wing}");
            let literal =
                file.wings.get(&key).map_or_else(String::new, |text| faults.line(&join("wings", &key), text));
            wings.push(key);
            literal
        });
        _ = writeln!(
            code,
            "    EnneagramType {{ name: {name}, about: {about}, growth: {growth}, stress: {stress}, wings: [{}] }},",
            beside.join(", ")
        );
    }
    code.push_str("];\n");
    wings.sort_unstable();
    faults.same("wings", &owned(file.wings.keys()), &wings);
    instincts(file, faults, code);
    items(file, faults, code);
}

fn instincts(file: &Enneagram, faults: &mut Faults, code: &mut String) {
    let mut wanted = owned(INSTINCTS);
    wanted.sort_unstable();
    faults.same("instincts", &owned(file.instincts.keys()), &wanted);
    _ = writeln!(
        code,
        "/// Name and text of the instincts: self-preservation, social, one-to-one.\npub static ENNEAGRAM_INSTINCTS: [(&str, Text); 3] = ["
    );
    for key in INSTINCTS {
        let Some(instinct) = file.instincts.get(key) else { continue };
        let name = faults.literal(&format!("instincts.{key}.name"), &instinct.name);
        let about = faults.line(&format!("instincts.{key}.about"), &instinct.about);
        _ = writeln!(code, "    ({name}, {about}),");
    }
    code.push_str("];\n");
}

fn items(file: &Enneagram, faults: &mut Faults, code: &mut String) {
    let types = owned(1..=9);
    let subject =
        |of: &str| types.iter().chain(&owned(INSTINCTS)).position(|subject| subject == of).map(|at| at + 1);
    _ = writeln!(
        code,
        "/// The statements in order: what each speaks for (1 to 9 a type, from 10 on an instinct), and its text.\npub static ENNEAGRAM_ITEMS: [(u8, &str); {}] = [",
        file.items.len()
    );
    let mut counts = [0_usize; 12];
    for (item, number) in file.items.iter().zip(1..) {
        let place = format!("items.{number}");
        let text = faults.literal(&place, &item.text);
        let Some(of) = subject(&item.of) else {
            faults.add(&place, "is of no type and no instinct");
            continue;
        };
        faults.expect((number > 9 * STATEMENTS) == (of > 9), &place, "types come first, then instincts");
        if let Some(count) = counts.get_mut(of - 1) {
            *count += 1;
        }
        _ = writeln!(code, "    ({of}, {text}),");
    }
    code.push_str("];\n");
    for (count, of) in counts.into_iter().zip(1..) {
        let wanted = if of > 9 { STATEMENTS - 1 } else { STATEMENTS };
        faults.expect(count == wanted, "items", &format!("of {of} are {count} and have to be {wanted}"));
    }
}
