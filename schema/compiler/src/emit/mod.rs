//! Last stage: one text for each generated file. Plain strings in a fixed order, nothing clever.

mod checks;
mod date;
mod dispatch;
mod inputs;
mod json;
mod light;
mod openapi;
mod openapi_operation;
mod openapi_samples;
mod openapi_schema;
mod operation;
mod policy;
mod problems;
mod readers;
mod resources;
mod rust_type;
mod schemas;
mod scopes;
mod types;

use crate::Outputs;
use crate::alerts::Alerts;
use crate::model::Contract;
use crate::names;
use crate::node::At;

pub use operation::{parameter, segments};
pub use rust_type::body_types;

/// Writes everything.
#[must_use]
pub fn emit(contract: &Contract, alerts: Alerts) -> Outputs {
    Outputs {
        rust: vec![
            ("operation.rs", operation::emit(contract)),
            ("policy.rs", policy::emit(contract)),
            ("types.rs", types::emit(contract)),
            ("checks.rs", checks::emit(contract)),
            ("problems.rs", problems::emit(contract)),
            ("resources.rs", resources::emit(contract)),
            ("schemas.rs", schemas::emit(contract)),
            ("dispatch.rs", dispatch::emit(contract)),
            ("alerts.rs", alerts.rust),
        ],
        openapi: json::write(&openapi::document(contract)),
        prometheus: alerts.prometheus,
    }
}

/// The Rust names of all types and where they come from.
pub fn type_names(contract: &Contract) -> Vec<(String, At)> {
    let spelling = rust_type::Spelling::new(contract);
    let named = contract.types.iter().filter(|def| rust_type::is_item(&def.schema.kind));
    let mut names: Vec<(String, At)> = named.map(|def| (def.name.clone(), def.schema.at.clone())).collect();
    names.extend(spelling.inline.iter().map(|inline| (inline.name.clone(), inline.schema.at.clone())));
    for (index, operation) in contract.operations.iter().enumerate() {
        // A name used twice is told as such.
        if contract.operations.iter().take(index).any(|earlier| earlier.id == operation.id) {
            continue;
        }
        for part in ["Input", "Path", "Query", "Header", "Body"] {
            names.push((names::camel(&operation.id) + part, operation.at.clone()));
        }
    }
    names.extend(checks::pages(contract).into_iter().map(|name| {
        let at = contract.type_def(name).map(|def| def.schema.at.clone());
        (format!("{name}Page"), at.unwrap_or_else(|| At { file: "types".into(), pointer: String::new() }))
    }));
    names
}

/// A Rust string literal.
pub fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// A list of string literals as a slice.
fn literals<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<String> = texts.into_iter().map(literal).collect();
    format!("&[{}]", items.join(", "))
}

/// A doc comment, one line of source for each line of text.
fn doc(indent: &str, text: &str) -> String {
    // Square brackets would be read as links to items.
    let escaped = text.trim().replace('[', "\\[").replace(']', "\\]");
    escaped.lines().map(|line| format!("{indent}/// {}\n", line.trim())).collect()
}
