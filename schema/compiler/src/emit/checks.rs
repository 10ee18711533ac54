//! `checks.rs`: static descriptors of named types and inputs for the one validator.

use std::fmt::Write as _;

use super::{literal, literals};
use crate::model::{BodyForm, Carries, Contract, Kind, Operation, Parameter, Schema};
use crate::names::screaming;

/// Writes the file.
pub fn emit(contract: &Contract) -> String {
    let mut out = String::from(
        "#[allow(unused_imports)]\nuse super::schema::{Body, DataClass, Field, Input, Kind, Schema};\n\
         use super::Operation;\n#[allow(unused_imports)]\nuse crate::kernel::format;\n",
    );
    for def in &contract.types {
        let _ = write!(
            out,
            "\n/// What `{}` must be.\npub static {}: Schema = {};\n",
            def.name,
            screaming(&def.name),
            schema(contract, &def.schema)
        );
    }
    for operation in &contract.operations {
        out.push_str(&input(contract, operation));
    }
    out.push_str(&answers(contract));
    out
}

fn input(contract: &Contract, operation: &Operation) -> String {
    let body = match &operation.body {
        None => "Body::None".to_owned(),
        Some(body) => match &body.form {
            BodyForm::Type(name) | BodyForm::MergePatch(name) => {
                let open = contract.type_def(name).is_some_and(|def| def.open);
                format!(
                    "Body::One {{ schema: &{}, required: {}, open: {open} }}",
                    screaming(name),
                    body.required
                )
            }
            BodyForm::By { parameter, of } => {
                let of: Vec<String> = of
                    .iter()
                    .map(|(value, name, _)| format!("({}, &{})", literal(value), screaming(name)))
                    .collect();
                format!(
                    "Body::By {{ parameter: {}, of: &[{}], required: {} }}",
                    literal(parameter),
                    of.join(", "),
                    body.required
                )
            }
        },
    };
    format!(
        "\n/// What `{}` takes.\npub static {}_INPUT: Input = Input {{\n    path: {},\n    query: {},\n    \
         open_query: {},\n    header: {},\n    body: {body},\n}};\n",
        operation.id,
        screaming(&operation.id),
        parameters(contract, &operation.path_parameters, false),
        parameters(contract, &operation.query, false),
        operation.open_query,
        parameters(contract, &operation.headers, true),
    )
}

fn parameters(contract: &Contract, parameters: &[Parameter], lower: bool) -> String {
    let fields: Vec<String> = parameters
        .iter()
        .map(|parameter| {
            let name = if lower { parameter.name.to_ascii_lowercase() } else { parameter.name.clone() };
            field(contract, &name, &parameter.schema, parameter.required)
        })
        .collect();
    slice(&fields)
}

fn slice(items: &[String]) -> String {
    if items.is_empty() {
        return "&[]".to_owned();
    }
    let lines: String = items.iter().map(|item| format!("        {item},\n")).collect();
    format!("&[\n{lines}    ]")
}

fn field(contract: &Contract, name: &str, inner: &Schema, required: bool) -> String {
    let class = contract.class_of(inner).unwrap_or_else(|| contract.strictest_class(inner));
    format!(
        "Field {{ name: {}, schema: {}, required: {required}, class: DataClass::{class:?} }}",
        literal(name),
        reference(contract, inner)
    )
}

/// A reference to a descriptor, the named one where there is one.
fn reference(contract: &Contract, inner: &Schema) -> String {
    match &inner.kind {
        Kind::Ref(name) if !inner.nullable => format!("&{}", screaming(name)),
        _ => format!("&{}", schema(contract, inner)),
    }
}

fn schema(contract: &Contract, schema: &Schema) -> String {
    format!("Schema {{ kind: {}, nullable: {} }}", kind(contract, schema), schema.nullable)
}

fn kind(contract: &Contract, schema: &Schema) -> String {
    match &schema.kind {
        Kind::Object { properties, patch } => {
            let fields: Vec<String> = properties
                .iter()
                .map(|property| {
                    field(contract, &property.name, &property.schema, property.required && !patch)
                })
                .collect();
            format!("Kind::Object({})", slice(&fields))
        }
        Kind::Map(values) => format!("Kind::Map({})", reference(contract, values)),
        Kind::RawObject => "Kind::AnyObject".to_owned(),
        Kind::RawArray { max } => format!("Kind::AnyArray {{ max: {} }}", most(*max)),
        Kind::Array { items, min, max, unique } => format!(
            "Kind::Array {{ items: {}, min: {min}, max: {}, unique: {unique} }}",
            reference(contract, items),
            most(*max)
        ),
        Kind::Text { min, max, format } => {
            let format = format.map_or_else(
                || "None".to_owned(),
                |format| format!("Some(&format::{})", screaming(format.name)),
            );
            format!("Kind::Text {{ min: {min}, max: {}, format: {format} }}", most(*max))
        }
        Kind::Choice { values, .. } => {
            format!("Kind::Choice({})", literals(values.iter().map(String::as_str)))
        }
        Kind::Integer { min, max } => {
            let whole = crate::contract::schema::WHOLE;
            format!("Kind::Integer {{ min: {}, max: {} }}", min.unwrap_or(-whole), max.unwrap_or(whole))
        }
        Kind::Number { min, max } => {
            let (least, above) = min.unwrap_or((f64::NEG_INFINITY, false));
            let (most, below) = max.unwrap_or((f64::INFINITY, false));
            format!(
                "Kind::Number {{ min: {}, max: {}, above: {above}, below: {below} }}",
                float(least),
                float(most)
            )
        }
        Kind::Boolean(only) => format!("Kind::Boolean({only:?})"),
        Kind::Null => "Kind::Null".to_owned(),
        Kind::OneOf { property, mapping } => {
            let variants: Vec<String> = mapping
                .iter()
                .map(|(value, name, _)| format!("({}, &{})", literal(value), screaming(name)))
                .collect();
            format!("Kind::OneOf {{ property: {}, variants: &[{}] }}", literal(property), variants.join(", "))
        }
        Kind::Ref(name) => format!("Kind::Same(&{})", screaming(name)),
    }
}

fn most(max: Option<u32>) -> String {
    max.map_or_else(|| "u32::MAX".to_owned(), |max| max.to_string())
}

fn float(number: f64) -> String {
    if number == f64::INFINITY {
        "f64::INFINITY".to_owned()
    } else if number == f64::NEG_INFINITY {
        "f64::NEG_INFINITY".to_owned()
    } else {
        format!("{number:?}")
    }
}

/// What the answers must be; for tests, and left out of a build that does not ask.
fn answers(contract: &Contract) -> String {
    let mut out = String::from(
        "\n/// What the body of an answer of success must be; `None` when it has none.\n#[must_use]\n\
         pub fn answer(operation: Operation) -> Option<&'static Schema> {\n    match operation {\n",
    );
    for operation in &contract.operations {
        let value = match &operation.success.carries {
            Carries::Nothing
            | Carries::Html
            | Carries::Redirect
            | Carries::Upgrade
            | Carries::Stream
            | Carries::Text(_) => "None".to_owned(),
            Carries::One(name) => format!("Some(&{})", screaming(name)),
            Carries::Page(name) => format!("Some(&{}_PAGE)", screaming(name)),
        };
        let _ = writeln!(out, "        Operation::{} => {value},", crate::names::camel(&operation.id));
    }
    out.push_str("    }\n}\n");
    for name in pages(contract) {
        let _ = write!(
            out,
            r#"
/// What a page of `{name}` must be.
pub static {screaming}_PAGE: Schema = Schema {{
    kind: Kind::Object(&[
        Field {{
            name: "items",
            schema: &Schema {{
                kind: Kind::Array {{ items: &{screaming}, min: 0, max: 100, unique: false }},
                nullable: false,
            }},
            required: true,
            class: DataClass::Personal,
        }},
        Field {{
            name: "has_more",
            schema: &Schema {{ kind: Kind::Boolean(None), nullable: false }},
            required: true,
            class: DataClass::Public,
        }},
        Field {{
            name: "next_cursor",
            schema: &Schema {{
                kind: Kind::Text {{ min: 0, max: u32::MAX, format: Some(&format::CURSOR) }},
                nullable: true,
            }},
            required: true,
            class: DataClass::Public,
        }},
    ]),
    nullable: false,
}};
"#,
            screaming = screaming(name)
        );
    }
    out
}

/// The types of which pages are answered, each once.
pub fn pages(contract: &Contract) -> Vec<&str> {
    let mut names: Vec<&str> = contract
        .operations
        .iter()
        .filter_map(|operation| match &operation.success.carries {
            Carries::Page(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
