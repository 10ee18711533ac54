//! The interpretive texts: complete, long enough, none of them sharing a sentence; and a compiler that refuses gaps.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use witness::oracle::engines::book::built as book;
use witness::oracle::engines::texts::*;

#[path = "../build_texts.rs"]
#[allow(dead_code)]
mod build_texts;

/// Every interpretive text with its place and the fewest words it may have.
fn all() -> Vec<(String, &'static str, usize)> {
    let told = |text: Text| book().of(text);
    let mut texts = Vec::new();
    for card in &CARDS {
        texts.push((format!("{} upright", card.key), told(card.upright), 30));
        texts.push((format!("{} reversed", card.key), told(card.reversed), 30));
    }
    for (hexagram, number) in HEXAGRAMS.iter().zip(1..) {
        texts.push((format!("hexagram {number}"), told(hexagram.judgement), 30));
        for (line, position) in hexagram.lines.iter().zip(1..) {
            texts.push((format!("hexagram {number} line {position}"), told(*line), 12));
        }
    }
    let groups: [(&str, &[(u8, Text)]); 14] = [
        ("birthday", &BIRTHDAY),
        ("bridge", &BRIDGE),
        ("challenge", &CHALLENGE),
        ("expression", &EXPRESSION),
        ("karmic debt", &KARMIC_DEBT),
        ("karmic lesson", &KARMIC_LESSON),
        ("life path", &LIFE_PATH),
        ("maturity", &MATURITY),
        ("personal day", &PERSONAL_DAY),
        ("personal month", &PERSONAL_MONTH),
        ("personal year", &PERSONAL_YEAR),
        ("personality", &PERSONALITY),
        ("pinnacle", &PINNACLE),
        ("soul urge", &SOUL_URGE),
    ];
    for (group, numbers) in groups {
        texts.extend(numbers.iter().map(|(number, text)| (format!("{group} {number}"), told(*text), 30)));
    }
    for (of, number) in ENNEAGRAM_TYPES.iter().zip(1..) {
        let key = |part: &str| format!("enneagram {number} {part}");
        texts.push((key("about"), told(of.about), 30));
        texts.extend(
            [("growth", of.growth), ("stress", of.stress)].map(|(part, text)| (key(part), told(text), 12)),
        );
        texts.extend(
            of.wings.iter().zip(["before", "after"]).map(|(text, wing)| (key(wing), told(*text), 12)),
        );
    }
    texts.extend(ENNEAGRAM_INSTINCTS.iter().map(|(name, about)| ((*name).to_owned(), told(*about), 30)));
    for of in PATTERNS.iter().chain(&SIGIL_METHODS) {
        texts.push((format!("{} about", of.key), of.about, 30));
        texts.push((format!("{} method", of.key), of.method, 12));
    }
    for cycle in &CYCLES {
        let phases = [
            ("about", cycle.about),
            ("charging", cycle.charging),
            ("expressing", cycle.expressing),
            ("resting", cycle.resting),
            ("recovering", cycle.recovering),
            ("critical rising", cycle.critical_rising),
            ("critical falling", cycle.critical_falling),
        ];
        texts.extend(phases.map(|(phase, text)| (format!("{} {phase}", cycle.name), text, 30)));
    }
    for (gate, number) in GATES.iter().zip(1..) {
        let levels = [("strained", gate.strained), ("steady", gate.steady), ("open", gate.open)];
        texts.extend(levels.map(|(level, text)| (format!("gate {number} {level}"), told(text), 8)));
    }
    texts.extend(CHART_WORDS.iter().map(|word| (word.key.to_owned(), told(word.text), 8)));
    texts.extend(
        DASHA_LORDS.iter().zip(1..).map(|(text, number)| (format!("dasha lord {number}"), told(*text), 30)),
    );
    texts.extend(NAKSHATRAS.iter().map(|(name, text)| ((*name).to_owned(), told(*text), 30)));
    texts
}

/// Short explanations of places and images: a sentence each.
fn labels() -> Vec<(String, &'static str)> {
    let places = SPREADS.iter().flat_map(|spread| {
        spread.positions.iter().map(|place| (format!("{} {}", spread.key, place.key), place.meaning))
    });
    let items = ENNEAGRAM_ITEMS.iter().zip(1..);
    places
        .chain(TRIGRAMS.iter().map(|trigram| (trigram.key.to_owned(), trigram.meaning)))
        .chain(items.map(|((_, text), item)| (format!("enneagram item {item}"), *text)))
        .collect()
}

fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// The sentences of a text in lower case, without anything but letters, digits and single spaces.
fn sentences(text: &str) -> Vec<String> {
    text.split(['.', '!', '?', ';', ':'])
        .map(|sentence| {
            let plain: String =
                sentence.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
            plain.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

#[test]
fn all_texts_are_there() {
    // 78 cards twice; 64 judgements and 384 lines; 31 + 9 + 9 + 9 + 4 + 27 + 6 * 12 numbers; 6 cycles seven times;
    // 64 gates at three levels; 5 types twice, 8 authorities, 9 centers twice, 5 definitions, 6 lines, 3 angles, 13 spheres.
    // 9 types five times and 3 instincts; 7 patterns and 4 methods twice; 9 lords, 27 nakshatras.
    assert_eq!(all().len(), 156 + 448 + 161 + 42 + 192 + 63 + 48 + 22 + 36);
    assert_eq!(labels().len(), 38 + 8 + 45);
}

#[test]
fn every_text_is_long_enough() {
    for (place, text, least) in all() {
        assert!(words(text) >= least, "{place} has {} words: {text}", words(text));
    }
    for (place, text) in labels() {
        assert!(words(text) >= 8, "{place} has {} words: {text}", words(text));
    }
}

#[test]
fn every_text_ends_as_a_sentence_and_is_plain() {
    for (place, text) in all().into_iter().map(|(place, text, _)| (place, text)).chain(labels()) {
        assert!(text.ends_with(['.', '!', '?', '"']), "{place}: {text}");
        assert!(text.starts_with(|c: char| c.is_uppercase() || c == '"'), "{place}: {text}");
        assert!(!text.contains("  ") && !text.contains(['<', '>', '{', '}', '_', '*']), "{place}: {text}");
        assert!(text.chars().count() <= 1000, "{place}");
    }
}

#[test]
fn no_two_texts_share_a_sentence() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (place, text) in all().into_iter().map(|(place, text, _)| (place, text)).chain(labels()) {
        for sentence in sentences(text) {
            if let Some(other) = seen.insert(sentence.clone(), place.clone()) {
                panic!("{other} and {place} share: {sentence}");
            }
        }
    }
}

/// The files as they stand, in the order in which the compiler takes them.
fn files() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("texts/en");
    build_texts::FILES.iter().map(|file| fs::read_to_string(folder.join(file)).unwrap()).collect()
}

/// What the compiler says when the first `from` in one file becomes `to`.
fn refused(file: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = files();
    let place = build_texts::FILES.iter().position(|name| name.strip_suffix(".yaml") == Some(file)).unwrap();
    assert!(files[place].contains(from), "{from}");
    files[place] = files[place].replacen(from, to, 1);
    build_texts::bound(&files).map(|_| ()).unwrap_err()
}

#[test]
fn the_compiler_refuses_gaps_with_file_key_and_reason() {
    const BIORHYTHM: &str = "biorhythm";
    const CHARTS: &str = "charts";
    const ENNEAGRAM: &str = "enneagram";
    const GEOMETRY: &str = "sacred_geometry";
    const ICHING: &str = "iching";
    const NUMEROLOGY: &str = "numerology";
    const SIGIL: &str = "sigil_forge";
    const TAROT: &str = "tarot";
    const VIMSHOTTARI: &str = "vimshottari";
    for (file, from, to, expected) in [
        (
            BIORHYTHM,
            "days: 23",
            "days: 24",
            "en/biorhythm.yaml: cycles.physical.days: is 24 and has to be 23",
        ),
        (
            BIORHYTHM,
            "charging:",
            "charged:",
            "en/biorhythm.yaml: cycles.physical.phases.charging: is missing",
        ),
        (
            BIORHYTHM,
            "charging:",
            "charged:",
            "en/biorhythm.yaml: cycles.physical.phases.charged: is not known here",
        ),
        (
            BIORHYTHM,
            "name: Physical",
            "name: \" \"",
            "en/biorhythm.yaml: cycles.physical.name: the text is empty",
        ),
        (CHARTS, "gate: 2", "gate: 3", "en/charts.yaml: gates.2: is missing"),
        (CHARTS, "  strategy:", "  strategies:", "en/charts.yaml: words.strategy: is missing"),
        (
            CHARTS,
            "    juxtaposition:",
            "    crossed:",
            "en/charts.yaml: words.angle.juxtaposition: is missing",
        ),
        (
            CHARTS,
            "    juxtaposition:",
            "    crossed:",
            "en/charts.yaml: words.angle.crossed: is not known here",
        ),
        (ICHING, "number: 2", "number: 3", "en/iching.yaml: hexagrams.2: is missing"),
        (ICHING, "number: 2", "number: 3", "en/iching.yaml: hexagrams.3: stands there twice"),
        (
            ICHING,
            "lines:\n",
            "lines:\n      - One line too many.\n",
            "en/iching.yaml: hexagrams.1.lines: are 7 and have to be 6",
        ),
        (
            ICHING,
            "lines: \"100\"",
            "lines: \"001\"",
            "en/iching.yaml: trigrams.thunder.lines: is 001 and has to be 100, from the bottom up",
        ),
        (NUMEROLOGY, "life_path:", "lifepath:", "en/numerology.yaml: life_path: is missing"),
        (NUMEROLOGY, "  33: >-", "  44: >-", "en/numerology.yaml: life_path.33: is missing"),
        (
            NUMEROLOGY,
            "  1: >-\n",
            "  1: |\n",
            "en/numerology.yaml: life_path.1: the text has a line break or a tab; fold it with >-",
        ),
        (ENNEAGRAM, "  1w9:", "  1w8:", "en/enneagram.yaml: wings.1w9: is missing"),
        (ENNEAGRAM, "of: \"5\"", "of: \"4\"", "en/enneagram.yaml: items: of 5 are 3 and have to be 4"),
        (ENNEAGRAM, "of: social", "of: crowd", "en/enneagram.yaml: items.38: is of no type and no instinct"),
        (
            ENNEAGRAM,
            "of: social",
            "of: \"1\"",
            "en/enneagram.yaml: items.38: types come first, then instincts",
        ),
        (GEOMETRY, "torus:", "tori:", "en/sacred_geometry.yaml: torus: is missing"),
        (
            GEOMETRY,
            "name: Torus",
            "name: \"Torus \"",
            "en/sacred_geometry.yaml: torus.name: the text begins or ends with white space",
        ),
        (SIGIL, "hybrid:", "mixed:", "en/sigil_forge.yaml: mixed: is not known here"),
        (
            TAROT,
            "suit: wands\n    rank: 2",
            "suit: cups\n    rank: 2",
            "en/tarot.yaml: cards.two_of_wands: is not the card of this place in the deck",
        ),
        (TAROT, "key: the_magician", "key: the_fool", "en/tarot.yaml: cards.the_fool: stands there twice"),
        (TAROT, "key: three_card", "key: three_cards", "en/tarot.yaml: spreads.three_card: is missing"),
        (
            TAROT,
            "      - {key: past,",
            "      - {key: older, name: Older, meaning: \"Before.\"}\n      - {key: past,",
            "en/tarot.yaml: spreads.three_card.positions: are 4 and have to be 3",
        ),
        (VIMSHOTTARI, "  ketu:", "  kethu:", "en/vimshottari.yaml: lords.ketu: is missing"),
        (
            VIMSHOTTARI,
            "nakshatras:\n",
            "nakshatras:\n  - {name: None, text: One too many.}\n",
            "en/vimshottari.yaml: nakshatras: are 28 and have to be 27",
        ),
    ] {
        let found = refused(file, from, to);
        assert!(found.iter().any(|fault| fault == expected), "{expected}\n{found:#?}");
    }
}

#[test]
fn the_compiler_names_the_file_that_it_cannot_read() {
    for (file, from, to, name) in [
        ("biorhythm", "cycles:", "cycles: [", "en/biorhythm.yaml"),
        ("charts", "    strained:", "    tense:", "en/charts.yaml"),
        ("enneagram", "types:", "kinds:", "en/enneagram.yaml"),
        ("iching", "hexagrams:", "hexagrms:", "en/iching.yaml"),
        ("numerology", "  2: >-", "  1: >-", "en/numerology.yaml"),
        ("tarot", "    rank: 1\n", "", "en/tarot.yaml"),
    ] {
        let found = refused(file, from, to);
        assert!(found.len() == 1 && found[0].starts_with(name), "{found:#?}");
    }
}

#[test]
fn the_texts_as_they_stand_compile() {
    let build_texts::Compiled { tables, book } = build_texts::bound(&files()).unwrap();
    assert!(
        tables.contains("pub static CARDS: [Card; 78]")
            && tables.contains("pub static HEXAGRAMS: [Hexagram; 64]")
    );
    assert_eq!(book.lines().next(), Some(EDITION));
    assert_eq!(book.lines().count(), COUNT + 1);
    assert!(Book::open(book).is_ok());
}

#[test]
fn a_book_of_another_edition_is_recognised() {
    let book = build_texts::bound(&files()).unwrap().book;
    let mut changed = files();
    changed[0] = changed[0].replacen("Physical", "Bodily", 1);
    assert!(Book::open(build_texts::bound(&changed).unwrap().book).is_ok(), "its tables hold that name");
    let tarot = build_texts::FILES.iter().position(|name| *name == "tarot.yaml").unwrap();
    changed[tarot] = changed[tarot].replacen(". ", "! ", 1);
    let other = build_texts::bound(&changed).unwrap().book;
    let half = book[..book.len() / 2].to_owned();
    let longer = [&book, "One more.\n"].concat();
    for (what, book) in [("other", other), ("half", half), ("longer", longer), ("none", String::new())] {
        assert!(Book::open(book).is_err(), "{what}");
    }
    assert_eq!(Book::open(book).unwrap().of(Text::NONE), "");
}
