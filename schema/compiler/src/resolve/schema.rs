//! Schemas of the contract language.

use crate::Report;
use crate::contract::schema::WHOLE;
use crate::kernel::format::{self, Format};
use crate::model::{DataClass, Kind, Property, Schema};
use crate::names;
use crate::node::{Cursor, Node};

/// Keywords that every schema knows.
const COMMON: [&str; 7] = [
    "type",
    "title",
    "description",
    "default",
    "examples",
    "data_class",
    "read_only",
];
/// Keywords that only the top of a named type knows; read by the caller.
pub const TYPE_LEVEL: [&str; 4] = ["resource", "row", "issues_secrets", "standalone"];

const KNOWN: [&str; 29] = [
    "$ref",
    "additional",
    "const",
    "data_class",
    "default",
    "description",
    "discriminator",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "oneOf",
    "patch",
    "properties",
    "raw",
    "read_only",
    "required",
    "title",
    "type",
    "uniqueItems",
];

/// Reads a schema; what cannot be read is reported and becomes `null`.
pub fn schema(cursor: &Cursor<'_>, report: &mut Report) -> Schema {
    read(cursor, &[], report)
}

/// Reads the schema of a parameter, which may say `required: true`.
pub fn parameter_schema(cursor: &Cursor<'_>, report: &mut Report) -> Schema {
    read(cursor, &["required"], report)
}

/// Reads the schema of a named type.
pub fn type_schema(cursor: &Cursor<'_>, report: &mut Report) -> Schema {
    read(cursor, &TYPE_LEVEL, report)
}

fn read(cursor: &Cursor<'_>, extra: &[&str], report: &mut Report) -> Schema {
    let (type_name, nullable) = type_of(cursor, report);
    let (kind, keywords): (Kind, &[&str]) = if cursor.get("$ref").is_some() {
        (reference(cursor, report), &["$ref", "nullable"])
    } else if cursor.get("oneOf").is_some() || cursor.get("discriminator").is_some() {
        (one_of(cursor, report), &["oneOf", "discriminator"])
    } else {
        match type_name {
            Some("object") => (
                object(cursor, report),
                &["properties", "required", "additional", "raw", "patch"],
            ),
            Some("array") => (
                array(cursor, report),
                &["items", "minItems", "maxItems", "uniqueItems", "raw"],
            ),
            Some("string") => (
                text(cursor, report),
                &["enum", "const", "minLength", "maxLength", "format"],
            ),
            Some("integer") => (integer(cursor, report), &["minimum", "maximum", "const"]),
            Some("number") => (
                number(cursor, report),
                &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
            ),
            Some("boolean") => (boolean(cursor, report), &["const"]),
            Some("null") => (Kind::Null, &[]),
            Some(other) => {
                report.add(&cursor.at.child("type"), format!("unknown type `{other}`"));
                (Kind::Null, &KNOWN)
            }
            None => {
                if matches!(cursor.node, Node::Map(_)) && cursor.get("type").is_none() {
                    report.add(&cursor.at, "`type`, `$ref` or `oneOf` is missing");
                }
                (Kind::Null, &KNOWN)
            }
        }
    };
    for (key, member) in cursor.entries(report) {
        if COMMON.contains(&key) || keywords.contains(&key) || extra.contains(&key) {
            continue;
        }
        if KNOWN.contains(&key) {
            report.add(
                &member.at,
                format!("`{key}` does not fit {}", type_name.unwrap_or("this schema")),
            );
        } else {
            report.add(&member.at, format!("unknown keyword `{key}`"));
        }
    }
    Schema {
        at: cursor.at.clone(),
        kind,
        nullable: nullable || (cursor.get("$ref").is_some() && cursor.maybe_flag("nullable", report)),
        title: cursor.maybe_text("title", report),
        description: cursor.maybe_text("description", report),
        default: cursor.get("default").map(|default| default.node.clone()),
        examples: cursor
            .get("examples")
            .map(|list| {
                list.items(report)
                    .into_iter()
                    .map(|item| item.node.clone())
                    .collect()
            })
            .unwrap_or_default(),
        class: cursor
            .get("data_class")
            .and_then(|class| data_class(&class, report)),
        read_only: cursor.maybe_flag("read_only", report),
    }
}

fn type_of<'a>(cursor: &Cursor<'a>, report: &mut Report) -> (Option<&'a str>, bool) {
    let Some(member) = cursor.get("type") else {
        return (None, false);
    };
    match member.node {
        Node::Text(name) => (Some(name), false),
        Node::List(names) => match &names[..] {
            [Node::Text(name), Node::Text(null)] if null == "null" && name != "null" => (Some(name), true),
            _ => {
                report.add(&member.at, "a list of types must be [<type>, \"null\"]");
                (None, false)
            }
        },
        _ => {
            report.add(&member.at, "must be a type or [<type>, \"null\"]");
            (None, false)
        }
    }
}

fn data_class(cursor: &Cursor<'_>, report: &mut Report) -> Option<DataClass> {
    match cursor.text(report)? {
        "public" => Some(DataClass::Public),
        "personal" => Some(DataClass::Personal),
        "sensitive" => Some(DataClass::Sensitive),
        "secret" => Some(DataClass::Secret),
        other => {
            report.add(&cursor.at, format!("unknown data class `{other}`"));
            Some(DataClass::Public)
        }
    }
}

fn reference(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    let name = cursor.need_text("$ref", report).unwrap_or_default();
    if !names::is_camel(name) {
        report.add(
            &cursor.at.child("$ref"),
            format!("`{name}` is not the name of a type"),
        );
    }
    if cursor.get("type").is_some() {
        report.add(&cursor.at.child("type"), "`type` does not stand beside `$ref`");
    }
    Kind::Ref(name.to_owned())
}

fn one_of(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    let mut variants = Vec::new();
    if let Some(list) = cursor.need("oneOf", report) {
        for item in list.items(report) {
            item.only(&["$ref"], report);
            variants.extend(item.need_text("$ref", report).map(str::to_owned));
        }
    }
    let Some(discriminator) = cursor.need("discriminator", report) else {
        return Kind::Null;
    };
    discriminator.only(&["property", "mapping"], report);
    let property = discriminator
        .need_text("property", report)
        .unwrap_or_default()
        .to_owned();
    let mut mapping = Vec::new();
    if let Some(map) = discriminator.need("mapping", report) {
        for (value, target) in map.entries(report) {
            if let Some(name) = target.text(report) {
                if !variants.iter().any(|variant| variant == name) {
                    report.add(
                        &target.at,
                        format!("discriminator names `{name}`, which `oneOf` does not"),
                    );
                    continue;
                }
                mapping.push((value.to_owned(), name.to_owned(), target.at.clone()));
            }
        }
    }
    for variant in &variants {
        if !mapping.iter().any(|(_, name, _)| name == variant) {
            report.add(
                &discriminator.at,
                format!("discriminator has no value for `{variant}`"),
            );
        }
    }
    Kind::OneOf { property, mapping }
}

fn object(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    let patch = cursor.maybe_flag("patch", report);
    let raw = cursor.maybe_flag("raw", report);
    match (cursor.get("properties"), cursor.get("additional"), raw) {
        (None, None, true) => return Kind::RawObject,
        (None, Some(values), false) => return Kind::Map(Box::new(schema(&values, report))),
        (Some(_), None, false) => {}
        (None, None, false) => {
            report.add(&cursor.at, "an object needs `properties`, `additional` or `raw`");
            return Kind::RawObject;
        }
        _ => {
            report.add(
                &cursor.at,
                "an object has only one of `properties`, `additional` and `raw`",
            );
            return Kind::RawObject;
        }
    }
    let required = cursor
        .get("required")
        .map(|list| (list.at.clone(), list.texts(report)));
    let mut properties = Vec::new();
    for (name, member) in cursor
        .get("properties")
        .map(|map| map.entries(report))
        .unwrap_or_default()
    {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            report.add(
                &member.at,
                "a property's name has letters, digits and underscores",
            );
        }
        properties.push(Property {
            name: name.to_owned(),
            schema: schema(&member, report),
            required: required
                .as_ref()
                .is_some_and(|(_, names)| names.iter().any(|needed| needed == name)),
        });
    }
    if let Some((at, names)) = &required {
        for (index, name) in names.iter().enumerate() {
            if !properties.iter().any(|property| property.name == *name) {
                report.add(
                    &at.child(index),
                    format!("`required` names `{name}`, which is no property"),
                );
            }
        }
        if patch {
            report.add(at, "a patch requires nothing");
        }
    }
    Kind::Object { properties, patch }
}

fn array(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    let max = cursor.get("maxItems").and_then(|max| max.count(report));
    if cursor.maybe_flag("raw", report) {
        return Kind::RawArray { max };
    }
    let Some(items) = cursor.need("items", report) else {
        return Kind::RawArray { max };
    };
    let min = cursor
        .get("minItems")
        .and_then(|min| min.count(report))
        .unwrap_or(0);
    if max.is_some_and(|max| max < min) {
        report.add(&cursor.at, "`minItems` is above `maxItems`");
    }
    Kind::Array {
        items: Box::new(schema(&items, report)),
        min,
        max,
        unique: cursor.maybe_flag("uniqueItems", report),
    }
}

fn text(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    if let Some(only) = cursor.get("const") {
        let values = only.text(report).map(str::to_owned).into_iter().collect();
        return Kind::Choice {
            values,
            constant: true,
        };
    }
    if let Some(list) = cursor.get("enum") {
        let mut values: Vec<String> = Vec::new();
        for (index, value) in list.texts(report).into_iter().enumerate() {
            if values.contains(&value) {
                report.add(&list.at.child(index), format!("`{value}` is given twice"));
            } else {
                values.push(value);
            }
        }
        if values.is_empty() {
            report.add(&list.at, "an enum needs values");
        }
        return Kind::Choice {
            values,
            constant: false,
        };
    }
    let min = cursor
        .get("minLength")
        .and_then(|min| min.count(report))
        .unwrap_or(0);
    let max = cursor.get("maxLength").and_then(|max| max.count(report));
    if max.is_some_and(|max| max < min) {
        report.add(&cursor.at, "`minLength` is above `maxLength`");
    }
    let wanted = cursor.get("format");
    let format = wanted.as_ref().and_then(|name| named_format(name, report));
    if wanted.is_some() && format.is_none() {
        // Reported; bounded, so that nothing more is said about it.
        return Kind::Text {
            min: 0,
            max: Some(0),
            format,
        };
    }
    if format.is_some() && (min > 0 || max.is_some()) {
        report.add(
            &cursor.at,
            "a format has its own lengths: leave out `minLength` and `maxLength`",
        );
    }
    Kind::Text { min, max, format }
}

fn named_format(cursor: &Cursor<'_>, report: &mut Report) -> Option<&'static Format> {
    let name = cursor.text(report)?;
    let found = format::ALL.iter().copied().find(|format| format.name == name);
    if found.is_none() {
        report.add(&cursor.at, format!("unknown format `{name}`"));
    }
    found
}

fn integer(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    let before = report.count();
    let mut bound = |key: &str| {
        let member = cursor.get(key)?;
        match member.node {
            Node::Int(number) if number.abs() <= WHOLE => Some(*number),
            _ => {
                report.add(&member.at, "must be a whole number within ±2^53");
                Some(if key == "minimum" { -WHOLE } else { WHOLE })
            }
        }
    };
    if let Some(only) = bound("const") {
        return Kind::Integer {
            min: Some(only),
            max: Some(only),
        };
    }
    let (min, max) = (bound("minimum"), bound("maximum"));
    if report.count() == before && min.zip(max).is_some_and(|(min, max)| min > max) {
        report.add(&cursor.at, "`minimum` is above `maximum`");
    }
    Kind::Integer { min, max }
}

fn number(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    let mut bound = |inclusive: &str, exclusive: &str| {
        let (member, excluded) = match (cursor.get(inclusive), cursor.get(exclusive)) {
            (Some(member), None) => (member, false),
            (None, Some(member)) => (member, true),
            (None, None) => return None,
            (Some(_), Some(member)) => {
                report.add(
                    &member.at,
                    format!("`{exclusive}` does not stand beside `{inclusive}`"),
                );
                return None;
            }
        };
        match member.node {
            #[allow(clippy::cast_precision_loss)]
            Node::Int(number) => Some((*number as f64, excluded)),
            Node::Float(number) if number.is_finite() => Some((*number, excluded)),
            _ => {
                report.add(&member.at, "must be a number");
                None
            }
        }
    };
    let (min, max) = (
        bound("minimum", "exclusiveMinimum"),
        bound("maximum", "exclusiveMaximum"),
    );
    if min.zip(max).is_some_and(|(min, max)| min.0 > max.0) {
        report.add(&cursor.at, "`minimum` is above `maximum`");
    }
    Kind::Number { min, max }
}

fn boolean(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    Kind::Boolean(cursor.get("const").and_then(|only| only.flag(report)))
}
