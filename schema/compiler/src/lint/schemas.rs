//! Rules about schemas: inputs are bounded, fields have a data class and a description, defaults fit.

use super::descriptor::Descriptors;
use crate::Report;
use crate::contract::check::check;
use crate::emit::body_types;
use crate::model::{Contract, Frames, Kind, Schema};
use crate::node::Node;

/// Checks all schemas.
pub fn lint(contract: &Contract, report: &mut Report) {
    for def in &contract.types {
        if def.schema.description.is_none() {
            report.add(&def.schema.at, "`description` is missing");
        }
        let patch = matches!(def.schema.kind, Kind::Object { patch: true, .. });
        contract.walk(&def.schema, &mut all_types(contract), &mut |schema| {
            properties(contract, schema, report);
            if patch && schema.default.is_some() {
                report.add(
                    &schema.at.child("default"),
                    "an absent field of a patch stays as it is: no default",
                );
            }
        });
    }
    let mut descriptors = Descriptors::new(contract);
    for schema in declared(contract) {
        contract.walk(schema, &mut all_types(contract), &mut |schema| {
            default(contract, &mut descriptors, schema, report)
        });
    }
    let mut seen = Vec::new();
    for operation in &contract.operations {
        for parameter in operation.path_parameters.iter().chain(&operation.query).chain(&operation.headers) {
            contract.walk(&parameter.schema, &mut seen, &mut |schema| bounded(contract, schema, report));
        }
        for name in body_types(operation) {
            if let Some(def) = contract.type_def(name).filter(|_| !seen.contains(&name)) {
                seen.push(&def.name);
                contract.walk(&def.schema, &mut seen, &mut |schema| bounded(contract, schema, report));
            }
        }
    }
    for def in contract.types.iter().filter(|def| def.frames == Some(Frames::Up)) {
        contract.walk(&def.schema, &mut seen, &mut |schema| bounded(contract, schema, report));
    }
}

/// Names that keep a walk inside one declaration.
fn all_types(contract: &Contract) -> Vec<&str> {
    contract.types.iter().map(|def| def.name.as_str()).collect()
}

/// Every schema that is written down somewhere, from its top.
fn declared(contract: &Contract) -> Vec<&Schema> {
    let mut out: Vec<&Schema> = contract.types.iter().map(|def| &def.schema).collect();
    out.extend(contract.parameters.iter().map(|parameter| &parameter.schema));
    for operation in &contract.operations {
        let own = operation.path_parameters.iter().chain(&operation.query).chain(&operation.headers);
        out.extend(own.filter(|parameter| !parameter.bare).map(|parameter| &parameter.schema));
    }
    out
}

fn properties(contract: &Contract, schema: &Schema, report: &mut Report) {
    let Kind::Object { properties, .. } = &schema.kind else {
        return;
    };
    for property in properties {
        let inner = &property.schema;
        let target = contract.target(inner);
        let holds_objects = |kind: &Kind| matches!(kind, Kind::Object { .. } | Kind::OneOf { .. });
        let leaf = match &target.kind {
            Kind::Array { items, .. } => !holds_objects(&contract.target(items).kind),
            Kind::Map(values) => !holds_objects(&contract.target(values).kind),
            kind => !holds_objects(kind),
        };
        if leaf && contract.class_of(inner).is_none() {
            report.add(&inner.at, "`data_class` is missing");
        }
        if inner.description.is_none() && target.description.is_none() {
            report.add(&inner.at, "`description` is missing");
        }
        if property.required && inner.default.is_some() {
            report.add(&inner.at.child("default"), "a required field needs no default");
        }
    }
}

fn bounded(contract: &Contract, schema: &Schema, report: &mut Report) {
    let at = &schema.at;
    match &schema.kind {
        Kind::Text { max: None, format: None, .. } => {
            report.add(at, "a string of an input needs `maxLength`, `format`, `enum` or `const`");
        }
        Kind::Text { max: Some(max), .. } if *max > contract.string_bytes => {
            report.add(&at.child("maxLength"), format!("must be at most {}", contract.string_bytes));
        }
        Kind::Array { max: None, .. } | Kind::RawArray { max: None } => {
            report.add(at, "an array of an input needs `maxItems`");
        }
        Kind::Integer { min, max } if min.is_none() || max.is_none() => {
            report.add(at, "an integer of an input needs `minimum` and `maximum`");
        }
        _ => {}
    }
}

fn default<'a>(
    contract: &'a Contract,
    descriptors: &mut Descriptors<'a>,
    schema: &'a Schema,
    report: &mut Report,
) {
    let Some(default) = &schema.default else {
        return;
    };
    let at = schema.at.child("default");
    let faults = check(descriptors.schema(schema), &mut default.to_value());
    for fault in &faults {
        report.add(&at, format!("the default breaks its schema: {}", fault.message));
    }
    let simple = match (default, &contract.target(schema).kind) {
        (Node::Text(_), Kind::Text { format, .. }) => {
            !format.is_some_and(|format| ["date", "date-time", "uuid"].contains(&format.name))
        }
        (Node::List(items), _) => items.is_empty(),
        (Node::Map(_) | Node::Null, _) => false,
        _ => true,
    };
    if faults.is_empty() && !simple {
        report.add(&at, "a default is a scalar or an empty list");
    }
}
