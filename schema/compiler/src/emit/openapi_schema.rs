//! Schemas in the document. It says what the validator does: a format that JSON Schema does not define, or
//! defines more widely than this house, is given as the pattern that the parser follows.

use crate::contract::schema::WHOLE;
use crate::model::{Contract, DataClass, Kind, Parameter, Schema};
use crate::node::Node;

/// A map from pairs.
pub fn map<const N: usize>(entries: [(&str, Node); N]) -> Node {
    Node::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A list.
pub fn list(items: impl IntoIterator<Item = Node>) -> Node {
    Node::List(items.into_iter().collect())
}

/// A reference to a component.
pub fn component(kind: &str, name: &str) -> Node {
    map([("$ref", format!("#/components/{kind}/{name}").into())])
}

/// Any string that the validator does not refuse for what it contains.
pub const NO_NUL: &str = r"^[^\u0000]*$";

const LABEL: &str = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

/// `format` (where it is JSON Schema's own and means the same), pattern and longest length of a format.
pub fn format_rules(name: &str) -> (Option<&'static str>, Option<String>, Option<u32>) {
    let atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
    match name {
        "date" => (Some("date"), None, None),
        "date-time" => (
            Some("date-time"),
            Some(
                "^(?!0000|0001-01-01|9999-12-31)[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:\
                 ([0-5][0-9]|60)(\\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
                    .to_owned(),
            ),
            None,
        ),
        "uuid" => (
            Some("uuid"),
            Some("^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$".to_owned()),
            None,
        ),
        "email" => {
            (None, Some(format!(r"^(?=[^@]{{1,64}}@){atom}(\.{atom})*@{LABEL}(\.{LABEL})+$")), Some(254))
        }
        "time" => (None, Some("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$".to_owned()), None),
        "time-zone" => (None, Some("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$".to_owned()), Some(64)),
        "uri" => (
            None,
            Some(format!(
                r"^https?://{LABEL}(\.{LABEL})*(:[0-9]{{1,5}})?([/?#][A-Za-z0-9!#$%&'()*+,./:;=?@_~-]*)?$"
            )),
            Some(2048),
        ),
        "cursor" => (None, Some("^[A-Za-z0-9_-]{1,1024}$".to_owned()), None),
        "ed25519-key" => (None, Some("^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$".to_owned()), None),
        "ed25519-signature" => (None, Some("^[A-Za-z0-9_-]{85}[AQgw]$".to_owned()), None),
        "sha256" => (None, Some("^[0-9a-f]{64}$".to_owned()), None),
        "stream" => (None, Some("^[a-z0-9._-]{1,64}$".to_owned()), None),
        "scope" => (None, Some("^[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*){0,2}$".to_owned()), Some(64)),
        "engine" => (None, Some("^[a-z][a-z0-9_]{0,31}$".to_owned()), None),
        _ => (None, Some(NO_NUL.to_owned()), None),
    }
}

/// A schema as it stands in the document.
pub fn schema(contract: &Contract, schema: &Schema) -> Node {
    let mut out = Vec::new();
    rule(contract, schema, &mut out);
    let mut add = |key: &str, value: Option<Node>| out.extend(value.map(|value| (key.to_owned(), value)));
    add("title", schema.title.as_deref().map(Node::from));
    add("description", schema.description.as_deref().map(Node::from));
    add("default", schema.default.clone());
    add("examples", (!schema.examples.is_empty()).then(|| Node::List(schema.examples.clone())));
    add("readOnly", schema.read_only.then_some(Node::Bool(true)));
    add("x-data-class", contract.class_of(schema).filter(|_| is_leaf(schema)).map(class));
    Node::Map(out)
}

fn is_leaf(schema: &Schema) -> bool {
    !matches!(schema.kind, Kind::Ref(_) | Kind::Object { .. } | Kind::OneOf { .. })
}

fn class(class: DataClass) -> Node {
    format!("{class:?}").to_ascii_lowercase().into()
}

fn rule(contract: &Contract, schema: &Schema, out: &mut Vec<(String, Node)>) {
    let nullable = schema.nullable;
    let mut add = |key: &str, value: Node| out.push((key.to_owned(), value));
    let types = |name: &str| {
        if nullable { list([name.into(), "null".into()]) } else { name.into() }
    };
    let count = |number: u32| Node::Int(i64::from(number));
    match &schema.kind {
        Kind::Ref(name) if nullable => {
            add("anyOf", list([component("schemas", name), map([("type", "null".into())])]));
        }
        Kind::Ref(name) => add("$ref", format!("#/components/schemas/{name}").into()),
        Kind::OneOf { property, mapping } => {
            add("oneOf", list(mapping.iter().map(|(_, name, _)| component("schemas", name))));
            let pairs = mapping
                .iter()
                .map(|(value, name, _)| (value.clone(), format!("#/components/schemas/{name}").into()))
                .collect();
            add(
                "discriminator",
                map([("propertyName", property.as_str().into()), ("mapping", Node::Map(pairs))]),
            );
        }
        Kind::Object { properties, patch } => {
            add("type", types("object"));
            let needed: Vec<Node> = properties
                .iter()
                .filter(|property| property.required && !patch)
                .map(|property| property.name.as_str().into())
                .collect();
            if !needed.is_empty() {
                add("required", Node::List(needed));
            }
            let members = properties
                .iter()
                .map(|property| (property.name.clone(), self::schema(contract, &property.schema)))
                .collect();
            add("properties", Node::Map(members));
            add("additionalProperties", Node::Bool(false));
        }
        Kind::Map(values) => {
            add("type", types("object"));
            add("propertyNames", map([("pattern", NO_NUL.into())]));
            add("additionalProperties", self::schema(contract, values));
        }
        Kind::RawObject => add("type", types("object")),
        Kind::RawArray { max } => {
            add("type", types("array"));
            max.iter().for_each(|max| add("maxItems", count(*max)));
        }
        Kind::Array { items, min, max, unique } => {
            add("type", types("array"));
            add("items", self::schema(contract, items));
            if *min > 0 {
                add("minItems", count(*min));
            }
            max.iter().for_each(|max| add("maxItems", count(*max)));
            if *unique {
                add("uniqueItems", Node::Bool(true));
            }
        }
        Kind::Text { format: Some(format), .. } => {
            add("type", types("string"));
            let (keyword, pattern, longest) = format_rules(format.name);
            keyword.into_iter().for_each(|keyword| add("format", keyword.into()));
            pattern.into_iter().for_each(|pattern| add("pattern", pattern.into()));
            longest.into_iter().for_each(|longest| add("maxLength", count(longest)));
            if keyword.is_none() {
                add("x-format", format.name.into());
            }
        }
        Kind::Text { min, max, format: None } => {
            add("type", types("string"));
            if *min > 0 {
                add("minLength", count(*min));
            }
            max.iter().for_each(|max| add("maxLength", count(*max)));
            add("pattern", NO_NUL.into());
        }
        Kind::Choice { values, constant } => {
            add("type", types("string"));
            match &values[..] {
                [only] if *constant && !nullable => add("const", only.as_str().into()),
                _ => {
                    let words = values.iter().map(|value| value.as_str().into());
                    add("enum", list(words.chain(nullable.then_some(Node::Null))));
                }
            }
        }
        Kind::Integer { min, max } => {
            add("type", types("integer"));
            add("minimum", Node::Int(min.unwrap_or(-WHOLE)));
            add("maximum", Node::Int(max.unwrap_or(WHOLE)));
        }
        Kind::Number { min, max } => {
            add("type", types("number"));
            if let Some((least, excluded)) = min {
                add(if *excluded { "exclusiveMinimum" } else { "minimum" }, number(*least));
            }
            if let Some((most, excluded)) = max {
                add(if *excluded { "exclusiveMaximum" } else { "maximum" }, number(*most));
            }
        }
        Kind::Boolean(only) => {
            add("type", types("boolean"));
            only.iter().for_each(|only| add("const", Node::Bool(*only)));
        }
        Kind::Null => add("type", "null".into()),
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
fn number(value: f64) -> Node {
    if value.fract() == 0.0 && value.abs() <= WHOLE as f64 {
        Node::Int(value as i64)
    } else {
        Node::Float(value)
    }
}

/// A parameter as it stands in the document.
pub fn parameter(
    contract: &Contract,
    place: &str,
    parameter: &Parameter,
    examples: &[(String, Node)],
) -> Node {
    let mut inner = schema(contract, &parameter.schema);
    let mut words = parameter.schema.description.clone();
    if let Node::Map(entries) = &mut inner {
        entries.retain(|(key, _)| key != "description");
    }
    if words.is_none() {
        words.clone_from(&contract.target(&parameter.schema).description);
    }
    let mut out = vec![("name".to_owned(), parameter.name.as_str().into()), ("in".to_owned(), place.into())];
    let mut add = |key: &str, value: Node| out.push((key.to_owned(), value));
    words.into_iter().for_each(|words| add("description", words.into()));
    if parameter.required {
        add("required", Node::Bool(true));
    }
    if matches!(contract.target(&parameter.schema).kind, Kind::Array { .. }) {
        add("style", if place == "query" { "form" } else { "simple" }.into());
        add("explode", Node::Bool(false));
    }
    add("schema", inner);
    if !examples.is_empty() {
        let examples =
            examples.iter().map(|(name, value)| (name.clone(), map([("value", value.clone())]))).collect();
        add("examples", Node::Map(examples));
    }
    Node::Map(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_rules_of_its_own() {
        for format in crate::kernel::format::ALL {
            let (keyword, pattern, _) = format_rules(format.name);
            assert!(keyword.is_some() || pattern.is_some_and(|pattern| pattern != NO_NUL), "{}", format.name);
        }
    }
}
