//! The engines through their two doors, `prepare` and `calculate`: canonical inputs, equal results, refusals,
//! and results that hold to their types in the contract.

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};
use witness::contract::{check, checks};
use witness::host::Tzdata;
use witness::oracle::engines::book::{Book, built as book};
use witness::oracle::engines::{self, Canonical, Engine, EngineInput, EngineProblem, Settling, calculate};

const TODAY: &str = "2026-03-01";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The input as the gateway hands it on: checked against the contract, then read.
fn input(engine: Engine, value: &Value) -> EngineInput {
    let mut value = value.clone();
    let schema = match engine {
        Engine::Biorhythm => &checks::BIORHYTHM_INPUT,
        Engine::Enneagram => &checks::ENNEAGRAM_INPUT,
        Engine::GeneKeys | Engine::HumanDesign => &checks::BIRTH_INPUT,
        Engine::Iching => &checks::ICHING_INPUT,
        Engine::Numerology => &checks::NUMEROLOGY_INPUT,
        Engine::SacredGeometry => &checks::SACRED_GEOMETRY_INPUT,
        Engine::SigilForge => &checks::SIGIL_FORGE_INPUT,
        Engine::Tarot => &checks::TAROT_INPUT,
        Engine::Vimshottari => &checks::BIRTH_INPUT,
    };
    assert_eq!(check::check(schema, &mut value), [], "{value}");
    match engine {
        Engine::Biorhythm => EngineInput::Biorhythm(serde_json::from_value(value).unwrap()),
        Engine::Enneagram => EngineInput::Enneagram(serde_json::from_value(value).unwrap()),
        Engine::GeneKeys => EngineInput::GeneKeys(serde_json::from_value(value).unwrap()),
        Engine::HumanDesign => EngineInput::HumanDesign(serde_json::from_value(value).unwrap()),
        Engine::Iching => EngineInput::Iching(serde_json::from_value(value).unwrap()),
        Engine::Numerology => EngineInput::Numerology(serde_json::from_value(value).unwrap()),
        Engine::SacredGeometry => EngineInput::SacredGeometry(serde_json::from_value(value).unwrap()),
        Engine::SigilForge => EngineInput::SigilForge(serde_json::from_value(value).unwrap()),
        Engine::Tarot => EngineInput::Tarot(serde_json::from_value(value).unwrap()),
        Engine::Vimshottari => EngineInput::Vimshottari(serde_json::from_value(value).unwrap()),
    }
}

/// Prepares on a day, with a fresh seed.
fn prepare(input: &EngineInput, today: NaiveDate, fresh_seed: &str) -> Result<Canonical, EngineProblem> {
    engines::prepare(input, &Settling { today, fresh_seed, zones: &Tzdata })
}

/// Answers to so many statements of the enneagram.
fn assessment(count: usize) -> Value {
    let answers: serde_json::Map<String, Value> =
        (1..=count).map(|item| (item.to_string(), json!(item % 5 + 1))).collect();
    json!({"method": "assessment", "answers": answers})
}

/// An input that the engine answers, with what it needs and little else.
fn sample(engine: Engine) -> Value {
    match engine {
        Engine::Biorhythm | Engine::GeneKeys | Engine::HumanDesign | Engine::Vimshottari => {
            json!({"birth_date": "1990-01-01"})
        }
        Engine::Enneagram => json!({"method": "self_select", "type": 7}),
        Engine::Iching | Engine::Tarot => json!({}),
        Engine::Numerology => json!({"full_name": "Ada", "birth_date": "1990-01-01"}),
        Engine::SacredGeometry | Engine::SigilForge => json!({"intention": "calm"}),
    }
}

fn prepared(engine: Engine, value: &Value) -> Canonical {
    prepare(&input(engine, value), date(TODAY), "fresh").unwrap()
}

/// Calculates, holds the result to its type in the contract and returns it.
fn result(canonical: &Canonical) -> Value {
    let calculated = calculate(canonical, book()).unwrap();
    let mut value: Value = serde_json::from_str(calculated.result.get()).unwrap();
    let schema = match canonical.engine {
        Engine::Biorhythm => &checks::BIORHYTHM_RESULT,
        Engine::Enneagram => &checks::ENNEAGRAM_RESULT,
        Engine::GeneKeys => &checks::GENE_KEYS_RESULT,
        Engine::HumanDesign => &checks::HUMAN_DESIGN_RESULT,
        Engine::Iching => &checks::ICHING_RESULT,
        Engine::Numerology => &checks::NUMEROLOGY_RESULT,
        Engine::SacredGeometry => &checks::SACRED_GEOMETRY_RESULT,
        Engine::SigilForge => &checks::SIGIL_FORGE_RESULT,
        Engine::Tarot => &checks::TAROT_RESULT,
        Engine::Vimshottari => &checks::VIMSHOTTARI_RESULT,
    };
    assert_eq!(check::check(schema, &mut value), [], "{}", canonical.input);
    assert_eq!(
        (value["title"].as_str(), value["summary"].as_str()),
        (Some(&*calculated.title), Some(&*calculated.summary))
    );
    assert!((1..=200).contains(&calculated.title.chars().count()), "{}", calculated.title);
    assert!((1..=1000).contains(&calculated.summary.chars().count()), "{}", calculated.summary);
    no_text_is_empty(&value, "");
    value
}

/// A replaced letter may become nothing; every other text says something.
fn no_text_is_empty(value: &Value, at: &str) {
    match value {
        Value::String(text) => assert!(!text.is_empty() || at.ends_with("/to"), "{at}"),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| no_text_is_empty(item, &format!("{at}/{i}")))
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(key, field)| no_text_is_empty(field, &format!("{at}/{key}")))
        }
        _ => {}
    }
}

#[test]
fn canonical_inputs_are_written_the_one_way() {
    for (engine, given, canonical, hash) in [
        (
            Engine::Numerology,
            json!({"full_name": " Zoe\u{308} Lindqvist ", "birth_date": "1988-11-29", "preferred_name": ""}),
            r#"{"as_of":"2026-03-01","birth_date":"1988-11-29","engine":"numerology","engine_version":"1.0.0","full_name":"Zoë Lindqvist","system":"pythagorean"}"#,
            "2972ab329a75f00ae137d36bcf78e303ff5f6d4a47fb3906013218ba11ff7377",
        ),
        (
            Engine::Biorhythm,
            json!({"birth_date": "1990-04-12"}),
            r#"{"birth_date":"1990-04-12","engine":"biorhythm","engine_version":"1.0.0","extended":false,"forecast_days":7,"target_date":"2026-03-01"}"#,
            "733f934d72bf78d6563a4b5ee9eabeec849756c06e605a888ad9bb70b220722b",
        ),
        (
            Engine::Tarot,
            json!({"question": "Shall I?", "seed": "s"}),
            r#"{"engine":"tarot","engine_version":"1.0.0","question":"Shall I?","reversed":true,"seed":"s","spread":"three_card"}"#,
            "29ac1a4aa9250836603f330caa38525e1185f6fa3b34409081c0ae927de19b02",
        ),
        (
            Engine::HumanDesign,
            json!({"birth_date": "1990-04-12", "birth_time": "07:45", "time_zone": "Europe/Berlin"}),
            r#"{"birth_date":"1990-04-12","birth_time":"07:45:00","engine":"human_design","engine_version":"1.0.0","ephemeris":"sky 1.0.0","offset_seconds":7200,"time_zone":"Europe/Berlin","utc":"1990-04-12T05:45:00.000Z"}"#,
            "f22666dde1b861ac0cfa4300b9de98a8e9e6dd8fc8a294bee19abc7615e5df7d",
        ),
        (
            Engine::GeneKeys,
            json!({"birth_date": "1990-04-12", "time_zone": "Europe/Berlin"}),
            r#"{"birth_date":"1990-04-12","engine":"gene_keys","engine_version":"1.0.0","ephemeris":"sky 1.0.0","time_zone":"Europe/Berlin","utc_from":"1990-04-11T22:00:00.000Z","utc_to":"1990-04-12T21:59:59.999Z"}"#,
            "97e34b4f6f68d424b9b8f29d235777e36f611abe7963ce75f2d1f0362755e2b3",
        ),
        (
            Engine::Iching,
            json!({}),
            r#"{"engine":"iching","engine_version":"1.0.0","method":"coins","seed":"fresh"}"#,
            "4557de3f025f123ff1564709e145e7dc3c05c2bfd2c6abd488c119ecdb710342",
        ),
        (
            Engine::Vimshottari,
            json!({"birth_date": "1990-04-12", "birth_time": "07:45", "time_zone": "Europe/Berlin", "latitude": 52, "longitude": 13.4}),
            r#"{"birth_date":"1990-04-12","birth_time":"07:45:00","engine":"vimshottari","engine_version":"1.0.0","ephemeris":"sky 1.0.0","latitude":52.0,"longitude":13.4,"offset_seconds":7200,"target_date":"2026-03-01","time_zone":"Europe/Berlin","utc":"1990-04-12T05:45:00.000Z"}"#,
            "84e7c85cb4dc1f6a0ba892ad7f82fbcef8fc4f91dcfc1dfdc7e2c0c078c67b1e",
        ),
        (
            Engine::Enneagram,
            json!({"method": "self_select", "type": 5, "wing": 4, "instinct": "social"}),
            r#"{"engine":"enneagram","engine_version":"1.0.0","instinct":"social","method":"self_select","type":5,"wing":4}"#,
            "c42f9cc8b0b981990c39abfb6d28218050ea4b258450ea78a88af44c6fabed5d",
        ),
        (
            Engine::SacredGeometry,
            json!({"intention": " Patience ", "parameters": {"stroke": 2.006}}),
            r#"{"depth":2,"engine":"sacred_geometry","engine_version":"1.0.0","intention":"Patience","pattern":"flower_of_life","size":512,"stroke":2.01}"#,
            "bbfa3a71fc76b6304acbd4b893a54ec16beadbfa4c59ef10cf6ff9b05b707a37",
        ),
        (
            Engine::SigilForge,
            json!({"intention": "I find calm", "birth_date": "1988-11-29"}),
            r#"{"engine":"sigil_forge","engine_version":"1.0.0","intention":"I find calm","method":"traditional","size":512,"stroke":4.0}"#,
            "3df27e69a410de0b8acec31c5822e20275455e2d1b814e5f8e817987c5a73cc7",
        ),
    ] {
        let given = given.as_object().unwrap().iter().filter(|(_, value)| **value != json!(""));
        let prepared = prepared(
            engine,
            &Value::Object(given.map(|(key, value)| (key.clone(), value.clone())).collect()),
        );
        assert_eq!(prepared.input, canonical);
        // Hashed with another tool (Python's hashlib).
        assert_eq!(prepared.hash, hash, "{canonical}");
        assert_eq!((prepared.engine, prepared.version), (engine, engine.metadata().version));
    }
}

#[test]
fn keys_of_every_canonical_input_are_sorted() {
    for (engine, given) in [
        (
            Engine::Numerology,
            json!({"full_name": "A B", "birth_date": "1990-01-01", "preferred_name": "A", "system": "chaldean", "current_year": 2020}),
        ),
        (
            Engine::Biorhythm,
            json!({"birth_date": "1990-04-12", "target_date": "2000-01-01", "extended": true, "forecast_days": 90}),
        ),
        (
            Engine::HumanDesign,
            json!({"birth_date": "1990-04-12", "birth_time": "07:45", "time_zone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4}),
        ),
        (Engine::GeneKeys, json!({"birth_date": "1990-04-12", "time_zone": "Asia/Kathmandu"})),
        (Engine::Tarot, json!({"question": "q", "seed": "s", "spread": "decision", "reversed": false})),
        (Engine::Vimshottari, json!({"birth_date": "1990-04-12", "time_zone": "Europe/Berlin"})),
        (
            Engine::Vimshottari,
            json!({"birth_date": "1990-04-12", "birth_time": "07:45", "time_zone": "Europe/Berlin", "latitude": 52.5, "longitude": 13.4}),
        ),
        (Engine::Iching, json!({"question": "q", "seed": "s", "method": "yarrow"})),
        (Engine::Enneagram, json!({"method": "self_select", "type": 1, "wing": 2, "instinct": "one_to_one"})),
        (Engine::Enneagram, assessment(45)),
        (
            Engine::SacredGeometry,
            json!({"intention": "i", "pattern": "torus", "parameters": {"depth": 3, "size": 100, "stroke": 1}}),
        ),
        (
            Engine::SigilForge,
            json!({"intention": "i", "method": "personal", "birth_date": "1990-01-01", "full_name": "A"}),
        ),
    ] {
        let canonical = prepared(engine, &given);
        // serde_json's map is sorted, so writing it again must change nothing.
        let sorted: std::collections::BTreeMap<String, Value> =
            serde_json::from_str(&canonical.input).unwrap();
        assert_eq!(serde_json::to_string(&sorted).unwrap(), canonical.input);
        result(&canonical);
    }
}

#[test]
fn other_spellings_of_an_input_are_the_same_input() {
    let one = prepared(Engine::Numerology, &json!({"full_name": "Zoë", "birth_date": "1988-11-29"}));
    for other in [
        json!({"full_name": "Zoe\u{308}", "birth_date": "1988-11-29"}),
        json!({"birth_date": "1988-11-29", "full_name": "  Zoë\n", "preferred_name": null}),
        json!({"full_name": "Zoë", "birth_date": "1988-11-29", "system": "pythagorean", "current_year": 2026}),
    ] {
        assert_eq!(prepared(Engine::Numerology, &other), one);
    }
    for other in [
        json!({"full_name": "Zoe", "birth_date": "1988-11-29"}),
        json!({"full_name": "Zoë", "birth_date": "1988-11-28"}),
    ] {
        assert_ne!(prepared(Engine::Numerology, &other).hash, one.hash);
    }
}

#[test]
fn today_and_the_fresh_seed_are_part_of_the_canonical_input() {
    let born = input(Engine::Biorhythm, &json!({"birth_date": "1990-04-12"}));
    let hash = |today: &str| prepare(&born, date(today), "fresh").unwrap().hash;
    assert_ne!(hash("2026-03-01"), hash("2026-03-02"));
    let open = input(Engine::Tarot, &json!({}));
    let drawn = prepare(&open, date(TODAY), "one").unwrap();
    assert_ne!(drawn.hash, prepare(&open, date(TODAY), "two").unwrap().hash);
    assert!(drawn.drawn);
    // The returned seed asks for the same reading again, and is then no longer drawn.
    let seed = result(&drawn)["seed"].clone();
    let again = prepared(Engine::Tarot, &json!({"seed": seed}));
    assert!(!again.drawn);
    assert_eq!((result(&again), &again.hash), (result(&drawn), &drawn.hash));
}

#[test]
fn an_input_of_another_version_or_engine_is_not_read() {
    let good = prepared(Engine::Iching, &json!({"seed": "s"}));
    let tampered = [
        good.input.replace("1.0.0", "0.9.0"),
        good.input.replace("iching", "tarot"),
        good.input.replace("coins", "dice"),
        good.input.replace("\"seed\"", "\"sead\""),
        String::new(),
    ];
    for input in tampered {
        let problem = calculate(&Canonical { input: input.clone(), ..good.clone() }, book()).unwrap_err();
        assert!(matches!(problem, EngineProblem::Unreadable(_)), "{input}: {problem:?}");
    }
}

#[test]
fn numerology_agrees_with_a_published_package_where_the_systems_agree() {
    let mut names = 0;
    for line in include_str!("truth/names.csv").lines().skip(1) {
        let [name, born, life_path, expression, soul_urge, personality, missing, parts @ ..] =
            &line.split(',').collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        let given = json!({"full_name": name, "birth_date": born, "current_year": 9999});
        let value = result(&prepared(Engine::Numerology, &given));
        // The sum of the digits of a number, again and again, is the same as of what it was reduced to.
        let digit =
            |key: &str| value[key]["number"].as_i64().map_or(0, |number| (number - 1) % 9 + 1).to_string();
        let found = ["life_path", "expression", "soul_urge", "personality"].map(digit);
        assert_eq!(found, [*life_path, *expression, *soul_urge, *personality], "{line}");
        let lessons =
            value["karmic_lessons"].as_array().unwrap().iter().map(|lesson| lesson["number"].to_string());
        assert_eq!(lessons.collect::<String>(), *missing, "{line}");
        let sums: i64 = parts.iter().map(|part| part.parse::<i64>().unwrap()).sum();
        assert_eq!((sums - 1) % 9 + 1, life_path.parse::<i64>().unwrap(), "{line}");
        assert_eq!(
            ((value["birthday"]["number"].as_i64().unwrap() - 1) % 9 + 1).to_string(),
            parts[0],
            "{line}"
        );
        names += 1;
    }
    assert_eq!(names, 500);
}

#[test]
fn the_longest_inputs_stay_within_the_contract() {
    // One syllable spelled with seven letters, reduced in two steps; letters that become three; marks without end.
    let names = [
        "뻉 ".repeat(100),
        "뻉".repeat(200),
        "ﬃ".repeat(200),
        "I ".repeat(100),
        "Щ".repeat(200),
        format!("Z{}", "\u{301}".repeat(199)),
        format!("Z{}", "\u{344}".repeat(199)),
    ];
    for name in &names {
        for system in ["pythagorean", "chaldean"] {
            let given = json!({"full_name": name, "preferred_name": name, "birth_date": "1999-12-29", "system": system});
            result(&prepared(Engine::Numerology, &given));
        }
        for method in ["geometric", "hybrid", "personal", "traditional"] {
            let given = json!({"intention": name, "method": method, "full_name": name});
            result(&prepared(Engine::SigilForge, &given));
        }
    }
    // A sign that normalisation makes three of (UAX #15, composition exclusions).
    let grown = "\u{1d160}".repeat(200);
    result(&prepared(Engine::SacredGeometry, &json!({"intention": grown})));
    for engine in [Engine::Iching, Engine::Tarot] {
        let given = json!({"question": "\u{1d160}".repeat(500), "seed": "\u{1d160}".repeat(128)});
        result(&prepared(engine, &given));
    }
}

#[test]
fn the_registry_is_whole() {
    for engine in Engine::ALL {
        let about = engine.metadata();
        assert_eq!(Engine::find(engine.name()), Some(*engine));
        assert_eq!(serde_json::to_value(engine).unwrap(), about.name);
        assert!(!about.title.is_empty() && !about.description.is_empty() && about.cache_seconds >= 60);
        assert!(about.description.chars().count() <= 1000 && about.title.chars().count() <= 80);
        // A canonical input names the engine and version that its metadata name.
        let given = sample(*engine);
        assert!(about.needs.iter().all(|field| given.get(field).is_some()), "{given}");
        let canonical = prepared(*engine, &given);
        assert_eq!(canonical.drawn, about.drawn);
        result(&canonical);
    }
    assert_eq!(Engine::find("astrology"), None);
    assert!(Engine::ALL.is_sorted_by_key(|engine| engine.name()));
}

fn any_date() -> impl Strategy<Value = String> {
    (1_i32..=9999, 1_u32..=12, 1_u32..=28)
        .prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

/// All that an engine says.
fn told(canonical: &Canonical) -> (String, String, String) {
    let said = calculate(canonical, book()).unwrap();
    (said.title, said.summary, said.result.get().to_owned())
}

proptest! {
    #[test]
    fn any_name_gives_a_result_or_a_reason(name in "\\PC{1,40}", preferred in proptest::option::of("\\PC{1,20}"), birth in any_date(), chaldean: bool) {
        let system = if chaldean { "chaldean" } else { "pythagorean" };
        let asked = input(Engine::Numerology, &json!({"full_name": name, "preferred_name": preferred, "birth_date": birth, "system": system, "current_year": 9999}));
        match prepare(&asked, date(TODAY), "fresh") {
            Ok(canonical) => {
                let value = result(&canonical);
                prop_assert_eq!(&value, &result(&canonical));
                // Whatever was replaced or kept, the counted letters are A to Z.
                for part in value["full_name"]["parts"].as_array().unwrap() {
                    prop_assert!(part["letters"].as_str().unwrap().bytes().all(|b| b.is_ascii_uppercase()));
                }
            }
            Err(EngineProblem::Refused(refusals)) => prop_assert!(!refusals.is_empty()),
            Err(problem) => prop_assert!(false, "{:?}", problem),
        }
    }

    #[test]
    fn a_latin_name_has_no_letter_dropped(name in "[A-Za-zÀ-ÖØ-öø-ÿ]{1,30}", birth in any_date()) {
        let asked = input(Engine::Numerology, &json!({"full_name": name, "birth_date": birth, "current_year": 9999}));
        let value = result(&prepare(&asked, date(TODAY), "fresh").unwrap());
        let letters = value["full_name"]["parts"][0]["letters"].as_str().unwrap().to_owned();
        prop_assert!(letters.len() >= name.chars().count(), "{} {}", name, letters);
        prop_assert_eq!(value["expression"]["text"].as_str().is_some_and(|text| !text.is_empty()), true);
    }

    #[test]
    fn any_two_dates_give_cycles_or_a_reason(birth in any_date(), target in any_date(), extended: bool, days in 1_i64..=90) {
        let given = json!({"birth_date": birth, "target_date": target, "extended": extended, "forecast_days": days});
        match prepare(&input(Engine::Biorhythm, &given), date(TODAY), "fresh") {
            Ok(canonical) => {
                let value = result(&canonical);
                prop_assert_eq!(value["forecast"].as_array().unwrap().len(), usize::try_from(days).unwrap());
                let lived = date(&target).signed_duration_since(date(&birth)).num_days();
                prop_assert_eq!(value["days_lived"].as_i64(), Some(lived));
                for cycle in value["cycles"].as_array().unwrap() {
                    let period = cycle["period_days"].as_f64().unwrap();
                    #[allow(clippy::cast_precision_loss)]
                    let plain = 100.0 * (std::f64::consts::TAU * lived as f64 / period).sin();
                    prop_assert!((cycle["value"].as_f64().unwrap() - plain).abs() < 0.01);
                    prop_assert!(cycle["next_critical"].as_str() > Some(target.as_str()));
                }
            }
            Err(EngineProblem::Refused(refusals)) => {
                prop_assert!(target < birth || target.as_str() > "9999-10-02", "{:?}", refusals);
            }
            Err(problem) => prop_assert!(false, "{:?}", problem),
        }
    }

    #[test]
    fn any_birth_has_a_chart_or_a_reason(birth in any_date(), recent in 1890_i32..2110, minutes in proptest::option::of(0..1440_u32), zone in proptest::option::of(proptest::sample::select(vec!["Europe/London", "Asia/Kolkata", "Pacific/Apia", "America/St_Johns"]))) {
        for birth in [birth.clone(), format!("{recent}{}", &birth[4..])] {
            let time = minutes.map(|minutes| format!("{:02}:{:02}", minutes / 60, minutes % 60));
            let given = json!({"birth_date": birth, "birth_time": time, "time_zone": zone});
            for engine in [Engine::HumanDesign, Engine::GeneKeys] {
                match prepare(&input(engine, &given), date(TODAY), "fresh") {
                    Ok(canonical) => {
                        prop_assert_eq!(told(&canonical), told(&canonical));
                        let value = result(&canonical);
                        prop_assert_eq!(value["birth"]["time_known"].as_bool(), Some(time.is_some()));
                    }
                    Err(EngineProblem::Refused(refusals)) => prop_assert!(!refusals.is_empty()),
                    Err(problem) => prop_assert!(false, "{:?}", problem),
                }
            }
        }
    }

    #[test]
    fn any_seed_lays_and_casts_alike_twice(seed in "\\PC{1,60}", question in proptest::option::of("\\PC{0,80}")) {
        for (engine, more) in [(Engine::Tarot, ("spread", "celtic_cross")), (Engine::Iching, ("method", "yarrow"))] {
            let mut given = json!({"seed": seed, "question": question});
            given[more.0] = json!(more.1);
            let canonical = prepared(engine, &given);
            prop_assert_eq!(told(&canonical), told(&canonical));
            let value = result(&canonical);
            // A blank seed counts as none.
            let expected = if seed.trim().is_empty() { "fresh" } else { value["seed"].as_str().unwrap() };
            prop_assert_eq!(value["seed"].as_str(), Some(expected));
        }
    }
}

#[test]
fn the_engines_that_read_no_book_need_none_and_the_others_do() {
    for engine in Engine::ALL {
        let canonical = prepared(*engine, &sample(*engine));
        let told = |book: &Book| calculate(&canonical, book).unwrap().result.get().to_owned();
        assert_eq!(told(book()) != told(&Book::default()), engine.reads_the_book(), "{}", engine.name());
    }
}
