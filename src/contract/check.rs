//! The one validator: a JSON value against a static descriptor, all violations at once.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::schema::{Field, Kind, Schema, WHOLE};

/// Violations beyond this many are not collected.
pub const MOST_FAULTS: usize = 100;

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901); empty for the whole value.
    pub pointer: String,
    /// Which rule, in kebab case.
    pub code: &'static str,
    /// The rule in words, without the value.
    pub message: String,
}

/// Checks a value and returns what it breaks, at most [`MOST_FAULTS`].
///
/// A whole number written as a fraction (`1.0`) is rewritten as an integer, so that the value can
/// be read into the generated types afterwards.
#[must_use]
pub fn check(schema: &Schema, value: &mut Value) -> Vec<Fault> {
    let mut checker = Checker::default();
    checker.value(schema, value);
    checker.faults
}

/// Adds a segment to a pointer, escaped as RFC 6901 asks.
pub fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for c in segment.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

#[derive(Default)]
struct Checker {
    pointer: String,
    faults: Vec<Fault>,
}

impl Checker {
    fn fault(&mut self, code: &'static str, message: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault { pointer: self.pointer.clone(), code, message: message.into() });
        }
    }

    fn at(&mut self, segment: &str, check: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        push_segment(&mut self.pointer, segment);
        check(self);
        self.pointer.truncate(length);
    }

    fn at_index(&mut self, index: usize, check: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        // Writing to a String cannot fail.
        let _ = write!(self.pointer, "/{index}");
        check(self);
        self.pointer.truncate(length);
    }

    fn value(&mut self, schema: &Schema, value: &mut Value) {
        if value.is_null() && (schema.nullable || matches!(schema.kind, Kind::Null)) {
            return;
        }
        match (&schema.kind, value) {
            (Kind::Same(named), value) => self.value(named, value),
            (Kind::Object(fields), Value::Object(map)) => self.object(fields, map),
            (Kind::Map(values), Value::Object(map)) => self.map(values, map),
            (Kind::AnyObject, value @ Value::Object(_)) => self.any(value),
            (Kind::AnyArray { max }, value @ Value::Array(_)) => {
                self.length(value.as_array().map_or(0, Vec::len), 0, *max, "items");
                self.any(value);
            }
            (Kind::Array { items, min, max, unique }, Value::Array(list)) => {
                self.length(list.len(), *min, *max, "items");
                // A list over its limit is not walked: its length may be the attack.
                for (index, item) in list.iter_mut().enumerate().take(*max as usize) {
                    self.at_index(index, |checker| checker.value(items, item));
                }
                if *unique {
                    self.unique(list, *max as usize);
                }
            }
            (Kind::Text { min, max, format }, Value::String(text)) => {
                self.no_nul(text);
                match format {
                    Some(format) if !(format.accepts)(text) => {
                        self.fault("format", format!("must have the format {}", format.name));
                    }
                    _ => self.length(text.chars().count(), *min, *max, "characters"),
                }
            }
            (Kind::Choice(choices), Value::String(text)) => match choices {
                [only] if only != text => self.fault("const", format!("must be {only}")),
                choices if !choices.contains(&text.as_str()) => {
                    self.fault("enum", format!("must be one of: {}", choices.join(", ")));
                }
                _ => {}
            },
            (Kind::Integer { min, max }, value @ Value::Number(_)) => self.integer(*min, *max, value),
            (Kind::Number { min, max, above, below }, Value::Number(number)) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                if !(number > *min || (!above && number >= *min)) {
                    self.fault(
                        "minimum",
                        format!("must be {} {min}", if *above { "greater than" } else { "at least" }),
                    );
                } else if !(number < *max || (!below && number <= *max)) {
                    self.fault(
                        "maximum",
                        format!("must be {} {max}", if *below { "less than" } else { "at most" }),
                    );
                }
            }
            (Kind::Boolean(only), Value::Bool(flag)) => {
                if only.is_some_and(|only| only != *flag) {
                    self.fault("const", format!("must be {}", !*flag));
                }
            }
            (Kind::OneOf { property, variants }, Value::Object(map)) => self.one_of(property, variants, map),
            (kind, _) => self.fault(
                "type",
                format!("must be {}{}", name(kind), if schema.nullable { " or null" } else { "" }),
            ),
        }
    }

    fn object(&mut self, fields: &[Field], map: &mut Map<String, Value>) {
        for field in fields {
            match map.get_mut(field.name) {
                Some(value) => self.at(field.name, |checker| checker.value(field.schema, value)),
                None if field.required => {
                    self.at(field.name, |checker| checker.fault("required", "must be given"))
                }
                None => {}
            }
        }
        if map.len() > fields.len() || map.keys().any(|key| !fields.iter().any(|field| field.name == key)) {
            for key in map.keys().filter(|key| !fields.iter().any(|field| field.name == *key)) {
                self.unknown(key);
            }
        }
    }

    fn unknown(&mut self, key: &str) {
        // The name comes from outside: only its beginning is repeated.
        let short: String = key.chars().take(64).collect();
        self.at(&short, |checker| checker.fault("unknown-field", "is not a known field"));
    }

    fn map(&mut self, values: &Schema, map: &mut Map<String, Value>) {
        for (key, value) in map.iter_mut() {
            self.at(key, |checker| {
                checker.no_nul(key);
                checker.value(values, value);
            });
        }
    }

    fn any(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.no_nul(text),
            Value::Array(list) => {
                for (index, item) in list.iter().enumerate() {
                    self.at_index(index, |checker| checker.any(item));
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    self.at(key, |checker| {
                        checker.no_nul(key);
                        checker.any(value);
                    });
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn one_of(&mut self, property: &str, variants: &[(&str, &Schema)], map: &mut Map<String, Value>) {
        let variant = match map.get(property) {
            None => {
                return self.at(property, |checker| checker.fault("required", "must be given"));
            }
            Some(value) => value.as_str().and_then(|tag| variants.iter().find(|(value, _)| *value == tag)),
        };
        match (variant, variants) {
            (Some((_, Schema { kind: Kind::Object(fields), .. })), _) => self.object(fields, map),
            _ => {
                let tags: Vec<&str> = variants.iter().map(|(tag, _)| *tag).collect();
                self.at(property, |checker| {
                    checker.fault("discriminator", format!("must be one of: {}", tags.join(", ")));
                });
            }
        }
    }

    fn integer(&mut self, min: i64, max: i64, value: &mut Value) {
        let whole = match value.as_i64() {
            Some(whole) => whole,
            None => match value.as_f64() {
                // Within 2^53 the cast is exact; beyond, the value breaks the range whatever it is.
                #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
                Some(number) if number.fract() == 0.0 => {
                    number.clamp(-(WHOLE as f64) - 2.0, WHOLE as f64 + 2.0) as i64
                }
                _ => return self.fault("type", "must be an integer"),
            },
        };
        if whole < min {
            self.fault("minimum", format!("must be at least {min}"));
        } else if whole > max {
            self.fault("maximum", format!("must be at most {max}"));
        } else {
            *value = Value::from(whole);
        }
    }

    fn length(&mut self, length: usize, min: u32, max: u32, of: &str) {
        let items = of == "items";
        if length < min as usize {
            self.fault(
                if items { "min-items" } else { "min-length" },
                format!("must have at least {min} {of}"),
            );
        } else if length > max as usize {
            self.fault(
                if items { "max-items" } else { "max-length" },
                format!("must have at most {max} {of}"),
            );
        }
    }

    fn unique(&mut self, list: &[Value], max: usize) {
        for (index, item) in list.iter().enumerate().take(max) {
            if list.iter().take(index).any(|earlier| earlier == item) {
                self.at_index(index, |checker| {
                    checker.fault("unique-items", "must not repeat an earlier item")
                });
            }
        }
    }

    fn no_nul(&mut self, text: &str) {
        if text.contains('\0') {
            self.fault("nul", "must not contain U+0000");
        }
    }
}

fn name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Object(_) | Kind::Map(_) | Kind::AnyObject | Kind::OneOf { .. } => "an object",
        Kind::Array { .. } | Kind::AnyArray { .. } => "an array",
        Kind::Text { .. } | Kind::Choice(_) => "a string",
        Kind::Integer { .. } => "an integer",
        Kind::Number { .. } => "a number",
        Kind::Boolean(_) => "a boolean",
        Kind::Null => "null",
        Kind::Same(named) => name(&named.kind),
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
