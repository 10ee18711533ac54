//! The kernel's reader of JSON and its flat map. They stand here, as other crates mount their files.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use witness::kernel::json::{read, read_bytes};
use witness::kernel::map::{Map, Set};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Row {
    id: u32,
    #[serde(rename = "type")]
    kind: Kind,
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    pair: (i64, f64),
    by_number: BTreeMap<u8, bool>,
    inner: Option<Box<Row>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Held(Newtype),
    Named { from: String, to: Option<u64> },
    Two(bool, i8),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Newtype(String);

#[derive(Debug, PartialEq, Deserialize)]
struct Beside {
    on: bool,
    #[serde(rename = "*")]
    rest: Small,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Small {
    at: i64,
    note: Option<String>,
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Plain),
        any::<String>().prop_map(|text| Kind::Held(Newtype(text))),
        (any::<String>(), any::<Option<u64>>()).prop_map(|(from, to)| Kind::Named { from, to }),
        any::<(bool, i8)>().prop_map(|(one, two)| Kind::Two(one, two)),
    ]
}

fn rows() -> impl Strategy<Value = Row> {
    let parts = (
        any::<u32>(),
        kinds(),
        any::<Option<String>>(),
        any::<Vec<String>>(),
        (any::<i64>(), any::<i32>().prop_map(f64::from)),
        any::<BTreeMap<u8, bool>>(),
    );
    let flat = parts.prop_map(|(id, kind, note, tags, pair, by_number)| Row {
        id,
        kind,
        note,
        tags,
        pair,
        by_number,
        inner: None,
    });
    flat.prop_recursive(3, 6, 1, |inner| {
        inner.prop_map(|row| Row {
            id: 1,
            kind: Kind::Plain,
            note: None,
            tags: Vec::new(),
            pair: (0, 0.0),
            by_number: BTreeMap::new(),
            inner: Some(Box::new(row)),
        })
    })
}

proptest! {
    #[test]
    fn reads_what_was_written(row in rows()) {
        let text = serde_json::to_string_pretty(&row).unwrap();
        prop_assert_eq!(read::<Row>(&text).unwrap(), row);
    }

    #[test]
    fn never_panics(text in any::<String>(), cut in 0..100_usize, row in rows()) {
        let _ = read::<Row>(&text);
        let whole = serde_json::to_string(&row).unwrap();
        let part: String = whole.chars().take(cut.min(whole.chars().count() - 1)).collect();
        prop_assert!(read::<Row>(&part).is_err());
    }
}

fn small(text: &str) -> Result<(i64, Option<String>), String> {
    read::<Small>(text).map(|small| (small.at, small.note)).map_err(|error| error.to_string())
}

#[test]
fn members_come_in_any_order_and_others_are_passed_over() {
    assert_eq!(small(r#" {"x":[{}],"note":"\u00e9","at":5} "#), Ok((5, Some("é".to_owned()))));
    assert_eq!(small(r#"{"note":null,"at":5}"#), Ok((5, None)));
    assert_eq!(small(r#"{"at":5}"#), Ok((5, None)));
    assert_eq!(small(r#"{"a\u0074":5,"at":6}"#), Ok((5, None)), "the first of two counts");
}

#[test]
fn says_what_is_wrong() {
    assert_eq!(small(r#"{"note":"x"}"#).unwrap_err(), "missing field `at`");
    assert!(small(r#"{"at":"5"}"#).unwrap_err().starts_with("invalid type: string \"5\", expected i64"));
    assert!(small("[5,null]").unwrap_err().starts_with("invalid type: sequence, expected an object"));
    assert!(small(r#"{"at":5} {}"#).unwrap_err().starts_with("trailing characters"));
    assert!(small(r#"{"at":5"#).unwrap_err().starts_with("EOF"));
    assert!(read::<i64>("5 6").is_err());
    assert!(read::<Kind>(r#"{"held":"x","plain":null}"#).is_err());
    assert!(read::<Kind>(r#""other""#).is_err());
    assert!(read_bytes::<String>(b"\"\xff\"").is_err());
}

#[test]
fn reads_a_field_from_the_whole_object() {
    let beside = read::<Beside>(r#"{"note":"x","on":true,"at":1}"#).unwrap();
    assert_eq!(beside, Beside { on: true, rest: Small { at: 1, note: Some("x".to_owned()) } });
    assert_eq!(read::<Beside>(r#"{"on":true}"#).unwrap_err().to_string(), "missing field `at`");
}

#[test]
fn keeps_raw_text_as_it_is() {
    let raw: Vec<Box<RawValue>> = read(r#"[ {"b":1,"a":1.50}, "x" ]"#).unwrap();
    assert_eq!(raw[0].get(), r#"{"b":1,"a":1.50}"#);
    assert_eq!(raw[1].get(), r#""x""#);
}

#[derive(Debug, Clone)]
enum Step {
    Insert(u8, i8),
    Remove(u8),
    Add(u8, i8),
    Retain(u8),
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<(u8, i8)>().prop_map(|(key, value)| Step::Insert(key % 16, value)),
        any::<u8>().prop_map(|key| Step::Remove(key % 16)),
        any::<(u8, i8)>().prop_map(|(key, value)| Step::Add(key % 16, value)),
        any::<u8>().prop_map(|key| Step::Retain(key % 16)),
    ]
}

proptest! {
    #[test]
    fn is_as_the_standard_map(steps in proptest::collection::vec(steps(), 0..60)) {
        let (mut map, mut model) = (Map::new(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Insert(key, value) => {
                    prop_assert_eq!(map.insert(key, value), model.insert(key, value));
                }
                Step::Remove(key) => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                Step::Add(key, value) => {
                    let (one, other) = (map.or_default(key), model.entry(key).or_default());
                    *one = one.wrapping_add(value);
                    *other = other.wrapping_add(value);
                }
                Step::Retain(below) => {
                    map.retain(|key, _| *key >= below);
                    model.retain(|key, _| *key >= below);
                }
            }
            prop_assert!(map.iter().eq(&model));
            prop_assert_eq!(map.get(&7), model.get(&7));
            let set: Set<u8> = model.keys().rev().chain(model.keys()).copied().collect();
            prop_assert!(set.iter().eq(model.keys()));
            prop_assert_eq!(set.contains(&7), model.contains_key(&7));
            prop_assert!(set.into_iter().eq(map.keys().copied()));
            let text = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&model).unwrap());
            prop_assert_eq!(&read::<Map<u8, i8>>(&text).unwrap(), &map);
        }
    }
}
