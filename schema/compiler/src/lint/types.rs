//! Rules about named types as a whole.

use crate::Report;
use crate::emit::body_types;
use crate::model::{Carries, Contract, DataClass, Kind, Schema, TypeDef};

/// Checks all types.
pub fn lint(contract: &Contract, report: &mut Report) {
    unused(contract, report);
    secrets(contract, report);
    variants(contract, report);
    for def in &contract.types {
        if contains_itself(contract, &def.schema, &def.name, &mut Vec::new()) {
            report.add(&def.schema.at, format!("`{}` contains itself other than through a list", def.name));
        }
        if matches!(def.schema.kind, Kind::Object { patch: true, .. }) && def.row {
            report.add(&def.schema.at, "a patch is not read from rows");
        }
    }
    for operation in &contract.operations {
        if let Carries::One(name) | Carries::Page(name) = &operation.success.carries
            && let Some(def) = contract.type_def(name)
        {
            if !matches!(def.schema.kind, Kind::Object { patch: false, .. } | Kind::OneOf { .. }) {
                report.add(&operation.success.at, format!("`{name}` is no object that can be answered"));
            }
            if def.schema.nullable {
                report.add(&operation.success.at, format!("`{name}` may be null and cannot be answered"));
            }
        }
    }
}

fn unused(contract: &Contract, report: &mut Report) {
    let mut seen: Vec<&str> = Vec::new();
    let mut roots: Vec<&str> = Vec::new();
    for operation in &contract.operations {
        for parameter in operation.path_parameters.iter().chain(&operation.query).chain(&operation.headers) {
            contract.walk(&parameter.schema, &mut seen, &mut |_| {});
        }
        roots.extend(body_types(operation));
        if let Carries::One(name) | Carries::Page(name) = &operation.success.carries {
            roots.push(name);
        }
        roots.extend(operation.query_of.as_deref());
    }
    let free = contract.types.iter().filter(|def| def.standalone || def.frames.is_some());
    roots.extend(free.map(|def| def.name.as_str()));
    for name in roots {
        if let Some(def) = contract.type_def(name).filter(|_| !seen.contains(&name)) {
            seen.push(&def.name);
            contract.walk(&def.schema, &mut seen, &mut |_| {});
        }
    }
    for def in &contract.types {
        if !seen.contains(&def.name.as_str()) {
            report.add(
                &def.schema.at,
                format!("no operation uses the type `{}` and it is not `standalone`", def.name),
            );
        }
    }
}

fn secrets(contract: &Contract, report: &mut Report) {
    for operation in &contract.operations {
        let (Carries::One(name) | Carries::Page(name)) = &operation.success.carries else {
            continue;
        };
        let Some(def) = contract.type_def(name).filter(|def| !def.issues_secrets) else {
            continue;
        };
        contract.walk(&def.schema, &mut vec![name], &mut |schema| {
            if schema.class == Some(DataClass::Secret) {
                report.add(
                    &schema.at,
                    format!("a secret is answered by `{}`; a type that is made for it says `issues_secrets: true`", operation.id),
                );
            }
        });
    }
}

/// A variant leaves its discriminator to the enum around it, so it is nothing by itself.
fn variants(contract: &Contract, report: &mut Report) {
    let mut owners: Vec<(&str, &str)> = Vec::new();
    for def in &contract.types {
        contract.walk(&def.schema, &mut names(contract), &mut |schema| {
            if let Kind::OneOf { mapping, .. } = &schema.kind {
                for (_, name, at) in mapping {
                    if owners.iter().any(|(variant, _)| variant == name) {
                        report.add(at, format!("`{name}` is a variant already"));
                    }
                    owners.push((name, &def.name));
                }
            }
        });
    }
    let mut alone = |name: &str, at: &crate::node::At| {
        if let Some((_, owner)) = owners.iter().find(|(variant, _)| *variant == name) {
            report.add(at, format!("`{name}` is a variant of `{owner}` and cannot be used alone"));
        }
    };
    for def in &contract.types {
        contract.walk(&def.schema, &mut names(contract), &mut |schema| {
            if let Kind::Ref(name) = &schema.kind {
                alone(name, &schema.at);
            }
        });
    }
    for operation in &contract.operations {
        for name in body_types(operation) {
            if let Some(body) = &operation.body {
                alone(name, &body.at);
            }
        }
        if let Carries::One(name) | Carries::Page(name) = &operation.success.carries {
            alone(name, &operation.success.at);
        }
    }
}

fn names(contract: &Contract) -> Vec<&str> {
    contract.types.iter().map(|def: &TypeDef| def.name.as_str()).collect()
}

fn contains_itself<'a>(
    contract: &'a Contract,
    schema: &'a Schema,
    name: &str,
    open: &mut Vec<&'a str>,
) -> bool {
    match &schema.kind {
        Kind::Ref(inner) if inner == name => true,
        Kind::Ref(inner) => {
            if open.contains(&inner.as_str()) {
                return false;
            }
            open.push(inner);
            contract.type_def(inner).is_some_and(|def| contains_itself(contract, &def.schema, name, open))
        }
        Kind::Object { properties, .. } => {
            properties.iter().any(|property| contains_itself(contract, &property.schema, name, open))
        }
        Kind::OneOf { mapping, .. } => mapping.iter().any(|(_, inner, _)| {
            if inner == name {
                return true;
            }
            if open.contains(&inner.as_str()) {
                return false;
            }
            open.push(inner);
            contract.type_def(inner).is_some_and(|def| contains_itself(contract, &def.schema, name, open))
        }),
        _ => false,
    }
}
