use serde_json::json;

use super::*;
use crate::contract::types::{
    HumanDesignAuthority, HumanDesignType, SacredGeometryPattern, SigilForgeMethod, VimshottariLord,
};
use crate::kernel::time::Timestamp;
use crate::oracle::engines::book::built as book;
use crate::oracle::engines::{Settling, calculate, prepare};
use crate::oracle::inputs;
use crate::ports::{ZoneError, Zones};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn every_feature_has_one_theme() {
    let names: Set<&str> = THEMES.iter().map(|(feature, _)| *feature).collect();
    assert_eq!(names.len(), THEMES.len());
    for trigram in ["heaven", "earth", "thunder", "water", "mountain", "wind", "fire", "lake"] {
        assert!(of_feature("trigram", trigram).is_some(), "{trigram}");
    }
    assert_eq!(of_feature("number", "1"), Some(Theme::Beginning));
    assert_eq!(of_feature("number", "10"), None);
    assert_eq!(of_feature("num", "ber:1"), None);
}

#[test]
fn themes_follow_from_results() {
    let themes = |mut row: Value| {
        for (name, value) in [("created_at", 0.into()), ("rating", 0.into()), ("input_hash", "h".into())] {
            row[name] = value;
        }
        of(&serde_json::from_value(row).unwrap(), day("2026-03-01"))
    };
    let balance = r#"{"major":1,"wands":0,"cups":1,"swords":0,"pentacles":0,"reversed":2}"#;
    assert_eq!(
        themes(json!({"engine": "tarot", "balance": balance})),
        [Theme::Feeling, Theme::Insight].into()
    );
    // 13,107 days: physical 20 of 23 is low, emotional 3 of 28 high, intellectual 6 of 33 higher.
    assert_eq!(themes(json!({"engine": "biorhythm", "birth_date": "1990-04-12"})), [Theme::Thought].into());
    assert_eq!(themes(json!({"engine": "iching"})), [].into());
    let trigrams = json!({"engine": "iching", "lower": "thunder", "upper": "water"});
    assert_eq!(themes(trigrams), [Theme::Beginning, Theme::Feeling].into());
    assert_eq!(themes(json!({"engine": "numerology", "number": 7})), [Theme::Insight].into());
}

/// A world in which every clock shows UTC.
struct Utc;

impl Zones for Utc {
    fn offset(&self, _: &str, _: Timestamp) -> Result<i32, ZoneError> {
        Ok(0)
    }
}

/// What an engine's result for that input names.
fn names(engine: &str, input: Value, span: Span) -> Vec<(Theme, String)> {
    let input = inputs::read(engine, input, "").unwrap();
    let settling = Settling { today: day("2026-03-01"), fresh_seed: "7", zones: &Utc };
    let calculated = calculate(&prepare(&input, &settling).unwrap(), book()).unwrap();
    let result = calculated.result;
    let named = named(input.engine(), &result, span);
    named.into_iter().map(|one| (one.theme, one.feature)).collect()
}

fn born() -> Value {
    json!({"birth_date": "1990-04-12", "birth_time": "05:45", "time_zone": "Etc/UTC"})
}

fn is(theme: Theme, feature: &str) -> (Theme, String) {
    (theme, feature.to_owned())
}

#[test]
fn every_engine_names_themes_by_features_of_its_result() {
    let person = json!({"full_name": "Ada Example", "birth_date": "1990-04-12"});
    let cases = [
        (
            "biorhythm",
            json!({"birth_date": "1990-04-12"}),
            Span::Life,
            vec![is(Theme::Thought, "highest cycle intellectual")],
        ),
        (
            "enneagram",
            json!({"method": "self_select", "type": 5}),
            Span::Life,
            vec![is(Theme::Thought, "type 5")],
        ),
        (
            "gene_keys",
            born(),
            Span::Life,
            // Gate 42 is wind over thunder.
            vec![
                is(Theme::Beginning, "life's work over thunder"),
                is(Theme::Change, "life's work under wind"),
            ],
        ),
        (
            "human_design",
            born(),
            Span::Life,
            vec![is(Theme::Insight, "type projector"), is(Theme::Insight, "authority splenic")],
        ),
        (
            "numerology",
            person.clone(),
            Span::Life,
            vec![is(Theme::Action, "life path 8"), is(Theme::Beginning, "expression 1")],
        ),
        ("numerology", person.clone(), Span::Day, vec![is(Theme::Feeling, "personal day 3")]),
        (
            "sacred_geometry",
            json!({"intention": "Calm", "pattern": "sri_yantra"}),
            Span::Life,
            vec![is(Theme::Insight, "pattern sri yantra")],
        ),
        (
            "sigil_forge",
            json!({"intention": "Calm"}),
            Span::Life,
            vec![is(Theme::Beginning, "method traditional")],
        ),
    ];
    for (engine, input, span, expected) in cases {
        assert_eq!(names(engine, input, span), expected, "{engine}");
    }
    for engine in Engine::ALL {
        let input = match engine.name() {
            "enneagram" => json!({"method": "self_select", "type": 1}),
            "iching" | "tarot" => json!({"seed": "x"}),
            "numerology" => person.clone(),
            "sacred_geometry" | "sigil_forge" => json!({"intention": "Calm"}),
            _ => born(),
        };
        let input = if *engine == Engine::Biorhythm { json!({"birth_date": "1990-04-12"}) } else { input };
        assert!(!names(engine.name(), input, Span::Year).is_empty(), "{}", engine.name());
    }
}

#[test]
fn what_a_result_leaves_open_names_nothing() {
    let day_alone = json!({"birth_date": "1990-04-12"});
    let open = names("human_design", day_alone.clone(), Span::Life);
    let known = names("human_design", born(), Span::Life);
    assert!(open.len() <= known.len() && open.iter().all(|one| known.contains(one)), "{open:?}");
    let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
    assert_eq!(named(Engine::Vimshottari, &raw(r#"{"running":["sun","moon"]}"#), Span::Life), []);
    assert_eq!(named(Engine::Vimshottari, &raw(r#"{"running":["moon"]}"#), Span::Life).len(), 1);
    for engine in Engine::ALL {
        for odd in ["{}", "[]", r#"{"type":null,"running":7,"spheres":{},"cycles":[1,2,3],"balance":[]}"#] {
            assert_eq!(named(*engine, &raw(odd), Span::Life), [], "{} {odd}", engine.name());
        }
    }
}

#[test]
fn every_feature_that_a_result_can_have_is_in_the_table() {
    let all = |group: &str, keys: &[&str]| {
        for key in keys {
            assert!(of_feature(group, key).is_some(), "{group}:{key}");
        }
    };
    all("type", &HumanDesignType::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>());
    all("authority", &HumanDesignAuthority::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>());
    all("lord", &VimshottariLord::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>());
    all("pattern", &SacredGeometryPattern::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>());
    all("sigil", &SigilForgeMethod::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>());
    all("enneagram", &["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    all("number", &["1", "2", "3", "4", "5", "6", "7", "8", "9", "11", "22", "33"]);
    all("kind", &KINDS);
    for gate in 1..=64 {
        all("trigram", &hexagram::trigrams(gate).unwrap());
    }
    assert_eq!((hexagram::trigrams(3), hexagram::trigrams(65)), (Some(["thunder", "water"]), None));
}
