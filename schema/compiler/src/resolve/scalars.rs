//! Schemas of strings, numbers and booleans.

use crate::Report;
use crate::contract::schema::WHOLE;
use crate::kernel::format::{self, Format};
use crate::model::Kind;
use crate::node::{Cursor, Node};

pub fn text(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    if let Some(only) = cursor.get("const") {
        let values = only.text(report).map(str::to_owned).into_iter().collect();
        return Kind::Choice { values, constant: true };
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
        return Kind::Choice { values, constant: false };
    }
    let min = cursor.get("minLength").and_then(|min| min.count(report)).unwrap_or(0);
    let max = cursor.get("maxLength").and_then(|max| max.count(report));
    if max.is_some_and(|max| max < min) {
        report.add(&cursor.at, "`minLength` is above `maxLength`");
    }
    let wanted = cursor.get("format");
    let format = wanted.as_ref().and_then(|name| named_format(name, report));
    if wanted.is_some() && format.is_none() {
        // Reported; bounded, so that nothing more is said about it.
        return Kind::Text { min: 0, max: Some(0), format };
    }
    if format.is_some() && (min > 0 || max.is_some()) {
        report.add(&cursor.at, "a format has its own lengths: leave out `minLength` and `maxLength`");
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

pub fn integer(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
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
        return Kind::Integer { min: Some(only), max: Some(only) };
    }
    let (min, max) = (bound("minimum"), bound("maximum"));
    if report.count() == before && min.zip(max).is_some_and(|(min, max)| min > max) {
        report.add(&cursor.at, "`minimum` is above `maximum`");
    }
    Kind::Integer { min, max }
}

pub fn number(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    let mut bound = |inclusive: &str, exclusive: &str| {
        let (member, excluded) = match (cursor.get(inclusive), cursor.get(exclusive)) {
            (Some(member), None) => (member, false),
            (None, Some(member)) => (member, true),
            (None, None) => return None,
            (Some(_), Some(member)) => {
                report.add(&member.at, format!("`{exclusive}` does not stand beside `{inclusive}`"));
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
    let (min, max) = (bound("minimum", "exclusiveMinimum"), bound("maximum", "exclusiveMaximum"));
    if min.zip(max).is_some_and(|(min, max)| min.0 > max.0) {
        report.add(&cursor.at, "`minimum` is above `maximum`");
    }
    Kind::Number { min, max }
}

pub fn boolean(cursor: &Cursor<'_>, report: &mut Report) -> Kind {
    Kind::Boolean(cursor.get("const").and_then(|only| only.flag(report)))
}
