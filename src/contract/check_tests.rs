use serde_json::{Value, json};

use super::super::schema::{DataClass, Field, Kind, Schema, WHOLE};
use super::{MOST_FAULTS, check};
use crate::kernel::format;

static NAME: Schema = Schema { kind: Kind::Text { min: 1, max: 3, format: None }, nullable: false };
static NOTE: Schema = Schema { kind: Kind::Text { min: 0, max: 10, format: None }, nullable: true };
static DAY: Schema =
    Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::DATE) }, nullable: false };
static COUNT: Schema = Schema { kind: Kind::Integer { min: -2, max: WHOLE }, nullable: false };
static SHARE: Schema =
    Schema { kind: Kind::Number { min: 0.0, max: 1.0, above: true, below: false }, nullable: false };
static NAMES: Schema =
    Schema { kind: Kind::Array { items: &NAME, min: 1, max: 3, unique: true }, nullable: false };
static COLOUR: Schema = Schema { kind: Kind::Choice(&["red", "green"]), nullable: false };
static ONLY: Schema = Schema { kind: Kind::Choice(&["only"]), nullable: false };
static YES: Schema = Schema { kind: Kind::Boolean(Some(true)), nullable: false };
static ANY: Schema = Schema { kind: Kind::AnyObject, nullable: false };
static MAP: Schema = Schema { kind: Kind::Map(&COUNT), nullable: false };
static OPEN: Schema = Schema {
    kind: Kind::Object(&[
        field("kind", &ONLY, true),
        field("a/b~c", &NAMES, false),
        field("note", &NOTE, false),
    ]),
    nullable: false,
};
static EITHER: Schema =
    Schema { kind: Kind::OneOf { property: "kind", variants: &[("only", &OPEN)] }, nullable: false };

const fn field(name: &'static str, schema: &'static Schema, required: bool) -> Field {
    Field { name, schema, required, class: DataClass::Public }
}

/// Pointers and codes of all violations.
fn broken(schema: &Schema, mut value: Value) -> Vec<(String, &'static str)> {
    check(schema, &mut value).into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn code(schema: &Schema, value: Value) -> &'static str {
    match &broken(schema, value)[..] {
        [] => "",
        [(pointer, code)] if pointer.is_empty() => code,
        more => panic!("{more:?}"),
    }
}

#[test]
fn each_rule_has_its_code() {
    let cases: [(&Schema, Value, &str); 33] = [
        (&NAME, json!("abc"), ""),
        (&NAME, json!("äöü"), ""),
        (&NAME, json!("\u{1f600}\u{1f600}\u{1f600}"), ""),
        (&NAME, json!(""), "min-length"),
        (&NAME, json!("abcd"), "max-length"),
        (&NAME, json!("a\0"), "nul"),
        (&NAME, json!(1), "type"),
        (&NAME, json!(null), "type"),
        (&NOTE, json!(null), ""),
        (&DAY, json!("2026-02-28"), ""),
        (&DAY, json!("2026-02-30"), "format"),
        (&COUNT, json!(-2), ""),
        (&COUNT, json!(WHOLE), ""),
        (&COUNT, json!(-3), "minimum"),
        (&COUNT, json!(WHOLE + 1), "maximum"),
        (&COUNT, json!(u64::MAX), "maximum"),
        (&COUNT, json!(-1e300), "minimum"),
        (&COUNT, json!(1.5), "type"),
        (&COUNT, json!("1"), "type"),
        (&SHARE, json!(1), ""),
        (&SHARE, json!(0), "minimum"),
        (&SHARE, json!(1.01), "maximum"),
        (&COLOUR, json!("green"), ""),
        (&COLOUR, json!("blue"), "enum"),
        (&ONLY, json!("other"), "const"),
        (&YES, json!(true), ""),
        (&YES, json!(false), "const"),
        (&NAMES, json!([]), "min-items"),
        (&NAMES, json!(["a", "b", "c", "d"]), "max-items"),
        (&NAMES, json!({}), "type"),
        (&ANY, json!({"x": [1, {"y": null}]}), ""),
        (&ANY, json!([]), "type"),
        (&MAP, json!({"a": 1}), ""),
    ];
    for (schema, value, expected) in cases {
        assert_eq!(code(schema, value.clone()), expected, "{value}");
    }
}

#[test]
fn all_violations_come_at_once_with_escaped_pointers() {
    let value = json!({"a/b~c": ["toolong", "a", "a"], "note": "\0", "x/~": 1, "y": 2});
    let mut found = broken(&OPEN, value);
    found.sort();
    let expected = [
        ("/a~1b~0c/0", "max-length"),
        ("/a~1b~0c/2", "unique-items"),
        ("/kind", "required"),
        ("/note", "nul"),
        ("/x~1~0", "unknown-field"),
        ("/y", "unknown-field"),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

#[test]
fn a_discriminator_chooses_the_variant() {
    assert_eq!(broken(&EITHER, json!({"kind": "only", "note": null})), []);
    assert_eq!(broken(&EITHER, json!({"kind": "only", "z": 1})), [("/z".to_owned(), "unknown-field")]);
    assert_eq!(broken(&EITHER, json!({"kind": "other", "z": 1})), [("/kind".to_owned(), "discriminator")]);
    assert_eq!(broken(&EITHER, json!({"kind": 7})), [("/kind".to_owned(), "discriminator")]);
    assert_eq!(broken(&EITHER, json!({})), [("/kind".to_owned(), "required")]);
    assert_eq!(broken(&EITHER, json!("only")), [(String::new(), "type")]);
}

#[test]
fn free_form_values_are_searched_for_nul() {
    let found = broken(&ANY, json!({"a": ["x", "\0"], "b\0": 1}));
    assert_eq!(found, [("/a/1".to_owned(), "nul"), ("/b\0".to_owned(), "nul")]);
    assert_eq!(broken(&MAP, json!({"a": "1"})), [("/a".to_owned(), "type")]);
}

#[test]
fn whole_fractions_become_integers() {
    let mut value = json!(3.0);
    assert_eq!(check(&COUNT, &mut value), []);
    assert_eq!(serde_json::from_value::<i64>(value).unwrap(), 3);
}

#[test]
fn violations_are_capped_and_long_lists_not_walked() {
    let many: serde_json::Map<String, Value> = (0..500).map(|n| (format!("k{n}"), json!("x"))).collect();
    assert_eq!(broken(&MAP, Value::Object(many.clone())).len(), MOST_FAULTS);
    assert_eq!(broken(&OPEN, Value::Object(many)).len(), MOST_FAULTS);
    let long = Value::Array(vec![json!(0); 100_000]);
    let expected = ["", "/0", "/1", "/1", "/2", "/2"].map(str::to_owned);
    let mut found: Vec<String> = broken(&NAMES, long).into_iter().map(|(pointer, _)| pointer).collect();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_long_unknown_name_is_not_repeated_in_full() {
    let value = json!({"kind": "only", "k".repeat(10_000): 1});
    assert!(broken(&OPEN, value).iter().all(|(pointer, _)| pointer.len() < 100));
}
