use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::kernel::time::Timestamp;
use crate::oracle::engines::book::built as book;
use crate::oracle::engines::{EngineInput, Settling, calculate, prepare};
use crate::ports::{ZoneError, Zones};

/// Every zone is an hour ahead.
struct Hour;

impl Zones for Hour {
    fn offset(&self, _zone: &str, _at: Timestamp) -> Result<i32, ZoneError> {
        Ok(3_600)
    }
}

/// Words of an input that no stranger may read.
const NAME: &str = "Zephyrine Quillfeather";
const QUESTION: &str = "Will the moonlit heron answer me?";

fn input(engine: Engine, body: Value) -> EngineInput {
    macro_rules! read {
        ($($variant:ident),+) => {
            match engine {
                $(Engine::$variant => EngineInput::$variant(serde_json::from_value(body).unwrap()),)+
            }
        };
    }
    read!(
        Biorhythm,
        Enneagram,
        GeneKeys,
        HumanDesign,
        Iching,
        Numerology,
        SacredGeometry,
        SigilForge,
        Tarot,
        Vimshottari
    )
}

fn body(engine: Engine, birth: &str, today: &str) -> Value {
    match engine.name() {
        "biorhythm" => {
            json!({"birth_date": birth, "target_date": today, "extended": true, "forecast_days": 2})
        }
        "numerology" => {
            json!({"full_name": NAME, "birth_date": birth, "preferred_name": "Quill", "system": "pythagorean"})
        }
        "iching" => json!({"question": QUESTION, "method": "coins", "seed": "secret-seed-5f1c"}),
        "tarot" => {
            json!({"question": QUESTION, "spread": "celtic_cross", "reversed": true, "seed": "secret-seed-5f1c"})
        }
        "gene_keys" | "human_design" | "vimshottari" => {
            json!({"birth_date": birth, "birth_time": "07:45", "time_zone": "Europe/Berlin"})
        }
        "enneagram" => json!({"method": "self_select", "type": 5, "wing": 4}),
        "sacred_geometry" => json!({"intention": QUESTION, "pattern": "torus"}),
        "sigil_forge" => {
            json!({"intention": QUESTION, "method": "personal", "full_name": NAME, "birth_date": birth})
        }
        other => panic!("tests of the projection: give an input of {other}"),
    }
}

fn shown_of(engine: Engine, birth: &str, today: &str) -> Value {
    let settling = Settling { today: today.parse().unwrap(), fresh_seed: "5f1c", zones: &Hour };
    let canonical = prepare(&input(engine, body(engine, birth, today)), &settling).unwrap();
    let found = calculate(&canonical, book()).unwrap();
    let result = found.result;
    let public = public(engine, &found.title, &found.summary, &result).unwrap();
    json!({"title": public.title, "summary": public.summary, "result": public.result})
}

#[test]
fn no_input_is_in_what_strangers_see() {
    for engine in Engine::ALL {
        let text = shown_of(*engine, "1987-11-23", "2026-03-01").to_string();
        for private in [
            "Zephyrine",
            "ZEPHYRINE",
            "Quill",
            "QUILL",
            "heron",
            "secret-seed",
            "5f1c",
            "1987",
            "11-23",
            "birth_date",
        ] {
            assert!(!text.contains(private), "{} shows {private}: {text}", engine.name());
        }
    }
}

#[test]
fn every_engine_shows_something_of_its_result() {
    for engine in Engine::ALL {
        let shown = shown_of(*engine, "1987-11-23", "2026-03-01");
        assert!(!shown["result"].as_object().unwrap().is_empty(), "{} shows nothing", engine.name());
        assert!(!shown["title"].as_str().unwrap().is_empty());
        assert!(!shown["summary"].as_str().unwrap().is_empty());
    }
}

/// Of all days of birth in a century, whatever is shown is shown for many: nobody's is told.
#[test]
fn what_is_shown_fits_many_days_of_birth() {
    for engine in [Engine::Biorhythm, Engine::Numerology] {
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        let first: NaiveDate = "1920-01-01".parse().unwrap();
        let last: NaiveDate = "2020-01-01".parse().unwrap();
        // Every fourteenth day of the century, so that about a hundred of all is seven of these.
        for birth in first.iter_days().take_while(|day| *day < last).step_by(14) {
            let shown = shown_of(engine, &birth.to_string(), "2026-03-01").to_string();
            *seen.entry(shown).or_default() += 1;
        }
        let least = seen.values().min().unwrap();
        assert!(
            *least >= 7,
            "{}: something is shown for {least} of these days of birth alone",
            engine.name()
        );
    }
}

/// Of a chart strangers see a few words out of a few dozen, and no position: a century of births shows no further ones.
#[test]
fn what_is_shown_of_a_chart_fits_many_births() {
    fn leaves(value: &Value, into: &mut BTreeMap<String, u32>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| leaves(item, into)),
            Value::Object(fields) => fields.values().for_each(|field| leaves(field, into)),
            other => *into.entry(other.to_string()).or_default() += 1,
        }
    }
    let first: NaiveDate = "1920-01-01".parse().unwrap();
    for (engine, most) in [(Engine::GeneKeys, 1), (Engine::HumanDesign, 40), (Engine::Vimshottari, 10)] {
        let mut seen = BTreeMap::new();
        for birth in first.iter_days().step_by(91).take(400) {
            leaves(&shown_of(engine, &birth.to_string(), "2026-03-01")["result"], &mut seen);
        }
        assert!(
            (1..=most).contains(&seen.len()),
            "{}: {} words are shown: {seen:?}",
            engine.name(),
            seen.len()
        );
    }
}

#[test]
fn fields_are_picked_and_nothing_else() {
    let mut whole = json!({"a": {"b": 1, "c": {"d": 2, "e": 3}}, "f": [1], "g": null});
    let mut part = Map::new();
    for field in ["a.b", "a.c.d", "f", "g", "missing", "f.x.y", "g.z"] {
        pick(&mut whole, field, &mut part);
    }
    assert_eq!(Value::Object(part), json!({"a": {"b": 1, "c": {"d": 2}}, "f": [1], "g": null}));
}

#[test]
fn a_drawing_is_shown_without_what_it_is_for() {
    let svg = r#"<svg role="img"><title>Calm &lt;/desc&gt;</title><desc>For calm</desc><g><path d="M0 0"/></g></svg>"#;
    assert_eq!(unlabelled(svg), r#"<svg role="img"><g><path d="M0 0"/></g></svg>"#);
    let shown = shown_of(Engine::SacredGeometry, "1987-11-23", "2026-03-01");
    let svg = shown["result"]["svg"].as_str().unwrap();
    assert!(
        svg.starts_with("<svg")
            && svg.ends_with("</svg>")
            && svg.contains("<circle")
            && !svg.contains("<title"),
        "{svg}"
    );
    let personal = shown_of(Engine::SigilForge, "1987-11-23", "2026-03-01");
    assert_eq!(personal["result"]["svg"], Value::Null, "it is drawn from name and birth");
}
