//! Schemas of the contract language.

use super::scalars::{boolean, integer, number, text};
use crate::Report;
use crate::model::{DataClass, Kind, Property, Schema};
use crate::names;
use crate::node::{Cursor, Node};

/// Keywords that every schema knows.
const COMMON: [&str; 7] = ["type", "title", "description", "default", "examples", "data_class", "read_only"];
/// Keywords that only the top of a named type knows; read by the caller.
pub const TYPE_LEVEL: [&str; 6] = ["resource", "row", "open", "issues_secrets", "standalone", "frames"];

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
            Some("object") => {
                (object(cursor, report), &["properties", "required", "additional", "raw", "patch"])
            }
            Some("array") => {
                (array(cursor, report), &["items", "minItems", "maxItems", "uniqueItems", "raw"])
            }
            Some("string") => (text(cursor, report), &["enum", "const", "minLength", "maxLength", "format"]),
            Some("integer") => (integer(cursor, report), &["minimum", "maximum", "const"]),
            Some("number") => {
                (number(cursor, report), &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])
            }
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
            report.add(&member.at, format!("`{key}` does not fit {}", type_name.unwrap_or("this schema")));
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
            .map(|list| list.items(report).into_iter().map(|item| item.node.clone()).collect())
            .unwrap_or_default(),
        class: cursor.get("data_class").and_then(|class| data_class(&class, report)),
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
        report.add(&cursor.at.child("$ref"), format!("`{name}` is not the name of a type"));
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
    let property = discriminator.need_text("property", report).unwrap_or_default().to_owned();
    let mut mapping = Vec::new();
    if let Some(map) = discriminator.need("mapping", report) {
        for (value, target) in map.entries(report) {
            if let Some(name) = target.text(report) {
                if !variants.iter().any(|variant| variant == name) {
                    report.add(&target.at, format!("discriminator names `{name}`, which `oneOf` does not"));
                    continue;
                }
                mapping.push((value.to_owned(), name.to_owned(), target.at.clone()));
            }
        }
    }
    for variant in &variants {
        if !mapping.iter().any(|(_, name, _)| name == variant) {
            report.add(&discriminator.at, format!("discriminator has no value for `{variant}`"));
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
            report.add(&cursor.at, "an object has only one of `properties`, `additional` and `raw`");
            return Kind::RawObject;
        }
    }
    let required = cursor.get("required").map(|list| (list.at.clone(), list.texts(report)));
    let mut properties = Vec::new();
    for (name, member) in cursor.get("properties").map(|map| map.entries(report)).unwrap_or_default() {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            report.add(&member.at, "a property's name has letters, digits and underscores");
        }
        properties.push(Property {
            name: name.to_owned(),
            schema: schema(&member, report),
            required: required.as_ref().is_some_and(|(_, names)| names.iter().any(|needed| needed == name)),
        });
    }
    if let Some((at, names)) = &required {
        for (index, name) in names.iter().enumerate() {
            if !properties.iter().any(|property| property.name == *name) {
                report.add(&at.child(index), format!("`required` names `{name}`, which is no property"));
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
    let min = cursor.get("minItems").and_then(|min| min.count(report)).unwrap_or(0);
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
