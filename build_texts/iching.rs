//! `iching.yaml`: 64 hexagrams with six lines each, and the eight trigrams.

use std::fmt::Write as _;

use serde::Deserialize;

use super::{Faults, join, owned};

const TRIGRAMS: [(&str, &str); 8] = [
    ("heaven", "111"),
    ("earth", "000"),
    ("thunder", "100"),
    ("water", "010"),
    ("mountain", "001"),
    ("wind", "011"),
    ("fire", "101"),
    ("lake", "110"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Iching {
    hexagrams: Vec<Hexagram>,
    trigrams: Vec<Trigram>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hexagram {
    number: u8,
    chinese: String,
    pinyin: String,
    name: String,
    judgement: String,
    lines: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trigram {
    key: String,
    chinese: String,
    lines: String,
    image: String,
    meaning: String,
}

pub fn emit(file: &Iching, faults: &mut Faults, code: &mut String) {
    faults.same("hexagrams", &owned(file.hexagrams.iter().map(|h| h.number)), &owned(1..=64));
    _ = writeln!(
        code,
        "/// The hexagrams in the order of King Wen.\npub static HEXAGRAMS: [Hexagram; 64] = ["
    );
    for hexagram in &file.hexagrams {
        let place = format!("hexagrams.{}", hexagram.number);
        let chinese = faults.literal(&join(&place, "chinese"), &hexagram.chinese);
        let pinyin = faults.literal(&join(&place, "pinyin"), &hexagram.pinyin);
        let name = faults.literal(&join(&place, "name"), &hexagram.name);
        let judgement = faults.line(&join(&place, "judgement"), &hexagram.judgement);
        let count = hexagram.lines.len();
        faults.expect(count == 6, &join(&place, "lines"), &format!("are {count} and have to be 6"));
        let lines: Vec<String> = hexagram
            .lines
            .iter()
            .enumerate()
            .map(|(i, line)| faults.line(&format!("{place}.lines.{}", i + 1), line))
            .collect();
        _ = writeln!(
            code,
            "    Hexagram {{ chinese: {chinese}, pinyin: {pinyin}, name: {name}, judgement: {judgement}, lines: [{}] }},",
            lines.join(", ")
        );
    }
    code.push_str("];\n");
    faults.same(
        "trigrams",
        &owned(file.trigrams.iter().map(|t| &t.key)),
        &owned(TRIGRAMS.map(|(key, _)| key)),
    );
    _ = writeln!(code, "/// The trigrams.\npub static TRIGRAMS: [Trigram; {}] = [", TRIGRAMS.len());
    for trigram in &file.trigrams {
        let place = format!("trigrams.{}", trigram.key);
        if let Some((_, lines)) = TRIGRAMS.iter().find(|(key, _)| *key == trigram.key) {
            let reason = format!("is {} and has to be {lines}, from the bottom up", trigram.lines);
            faults.expect(trigram.lines == *lines, &join(&place, "lines"), &reason);
        }
        let fields = [
            ("key", &trigram.key),
            ("chinese", &trigram.chinese),
            ("lines", &trigram.lines),
            ("image", &trigram.image),
            ("meaning", &trigram.meaning),
        ];
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, text)| format!("{key}: {}", faults.literal(&join(&place, key), text)))
            .collect();
        _ = writeln!(code, "    Trigram {{ {} }},", fields.join(", "));
    }
    code.push_str("];\n");
}
