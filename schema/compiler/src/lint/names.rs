//! Names that differ in the contract stay different in Rust and in the document.

use crate::Report;
use crate::emit::type_names;
use crate::model::{Contract, Kind};
use crate::names::{camel, snake};
use crate::node::At;

/// Schemas that the document defines itself.
const RESERVED: [&str; 3] = ["OAuthError", "Problem", "Violation"];

/// Checks the names of types, variants and fields.
pub fn lint(contract: &Contract, report: &mut Report) {
    let mut taken: Vec<(String, At)> = Vec::new();
    for (name, at) in type_names(contract) {
        if RESERVED.contains(&name.as_str()) {
            report.add(&at, format!("the name `{name}` is the document's own"));
        }
        if taken.iter().any(|(known, _)| *known == name) {
            report.add(&at, format!("two types would be named `{name}`"));
        }
        taken.push((name, at));
    }
    let mut names: Vec<&str> = contract.types.iter().map(|def| def.name.as_str()).collect();
    for def in &contract.types {
        contract.walk(&def.schema, &mut names, &mut |schema| match &schema.kind {
            Kind::Object { properties, .. } => {
                distinct(
                    properties.iter().map(|property| snake(&property.name)),
                    "fields",
                    &schema.at,
                    report,
                );
            }
            Kind::Choice { values, .. } => {
                distinct(values.iter().map(|value| camel(value)), "values", &schema.at, report);
                for value in values {
                    if camel(value).is_empty() || camel(value) == "Self" {
                        report.add(&schema.at, format!("`{value}` gives no name"));
                    }
                }
            }
            _ => {}
        });
    }
}

fn distinct(names: impl Iterator<Item = String>, what: &str, at: &At, report: &mut Report) {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            report.add(at, format!("two {what} would be named `{name}`"));
        }
        seen.push(name);
    }
}
