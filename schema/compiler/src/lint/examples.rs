//! Every operation has an example, and every example passes the checks of what it shows.

use super::descriptor::Descriptors;
use crate::Report;
use crate::contract::check::check;
use crate::contract::schema::Schema as Descriptor;
use crate::model::{Body, BodyForm, Carries, Contract, Example, Operation, Parameter};
use crate::node::{At, Node};

/// The fields of a page.
const PAGE_FIELDS: [&str; 3] = ["items", "has_more", "next_cursor"];

/// Checks all examples.
pub fn lint(contract: &Contract, report: &mut Report) {
    let mut descriptors = Descriptors::new(contract);
    for def in &contract.types {
        contract.walk(&def.schema, &mut vec![&def.name], &mut |schema| {
            for (index, example) in schema.examples.iter().enumerate() {
                let descriptor = descriptors.schema(schema);
                value(descriptor, example, &schema.at.child("examples").child(index), report);
            }
        });
    }
    for operation in &contract.operations {
        if operation.examples.is_empty() {
            report.add(&operation.at, "an operation has at least one example");
        }
        for known in &operation.examples {
            example(contract, &mut descriptors, operation, known, report);
        }
    }
}

fn value(descriptor: &Descriptor, node: &Node, at: &At, report: &mut Report) {
    for fault in check(descriptor, &mut node.to_value()) {
        let at = At { file: at.file.clone(), pointer: format!("{}{}", at.pointer, fault.pointer) };
        report.add(&at, format!("the example breaks its schema: {}", fault.message));
    }
}

fn example<'a>(
    contract: &'a Contract,
    descriptors: &mut Descriptors<'a>,
    operation: &'a Operation,
    example: &'a Example,
    report: &mut Report,
) {
    if ![Some(operation.success.status), operation.redirect_status()].contains(&Some(example.status)) {
        let known = contract.problems.iter().any(|problem| {
            operation.status_of(problem.status) == example.status
                && operation.problems.contains(&problem.code)
        });
        if !known {
            report.add(
                &example.at.child("status"),
                format!("`{}` does not answer with the status {}", operation.id, example.status),
            );
        }
        return;
    }
    parameters(descriptors, &operation.path_parameters, &example.path, &example.at.child("path"), report);
    parameters(descriptors, &operation.query, &example.query, &example.at.child("query"), report);
    parameters(descriptors, &operation.headers, &example.headers, &example.at.child("headers"), report);
    match (&operation.body, &example.body) {
        (Some(known), Some(given)) => body(descriptors, known, given, example, report),
        (Some(known), None) if known.required => report.add(&example.at, "the example has no `body`"),
        (None, Some(_)) => report.add(&example.at.child("body"), "the operation takes no body"),
        _ => {}
    }
    let at = example.at.child("response");
    match (&operation.success.carries, &example.response) {
        (Carries::Nothing | Carries::Upgrade, Some(_)) => {
            report.add(&at, "the operation answers without a body")
        }
        (Carries::Html | Carries::Redirect, Some(_)) => report.add(&at, "a browser's answer is not shown"),
        (Carries::Stream, Some(_)) => report.add(&at, "what a stream tells is not shown"),
        (Carries::Text(_), Some(given)) if !matches!(given, Node::Text(_)) => {
            report.add(&at, "the operation answers with a text")
        }
        (Carries::Text(_), Some(_)) => {}
        (Carries::Nothing | Carries::Html | Carries::Redirect | Carries::Upgrade | Carries::Stream, None) => {
        }
        (_, None) => report.add(&example.at, "the example has no `response`"),
        (Carries::One(name), Some(given)) => value(descriptors.named(name), given, &at, report),
        (Carries::Page(name), Some(given)) => page(descriptors, name, given, &at, report),
    }
}

fn parameters<'a>(
    descriptors: &mut Descriptors<'a>,
    declared: &'a [Parameter],
    given: &[(String, Node)],
    at: &At,
    report: &mut Report,
) {
    for (name, node) in given {
        match declared.iter().find(|parameter| parameter.name == *name) {
            None => report.add(&at.child(name), format!("there is no parameter `{name}`")),
            Some(parameter) => value(descriptors.schema(&parameter.schema), node, &at.child(name), report),
        }
    }
    for parameter in declared.iter().filter(|parameter| parameter.required) {
        if !given.iter().any(|(name, _)| *name == parameter.name) {
            report.add(at, format!("the example lacks the parameter `{}`", parameter.name));
        }
    }
}

fn body<'a>(
    descriptors: &mut Descriptors<'a>,
    body: &'a Body,
    given: &Node,
    example: &Example,
    report: &mut Report,
) {
    let name = match &body.form {
        BodyForm::Type(name) | BodyForm::MergePatch(name) => Some(name.as_str()),
        BodyForm::By { parameter, of } => {
            let chosen = example.path.iter().find(|(name, _)| name == parameter).map(|(_, value)| value);
            of.iter()
                .find(|(value, ..)| chosen == Some(&Node::from(value.as_str())))
                .map(|(_, name, _)| name.as_str())
        }
    };
    if let Some(name) = name {
        value(descriptors.named(name), given, &example.at.child("body"), report);
    }
}

fn page<'a>(descriptors: &mut Descriptors<'a>, name: &'a str, given: &Node, at: &At, report: &mut Report) {
    let fields: Vec<&str> = match given {
        Node::Map(entries) => entries.iter().map(|(key, _)| key.as_str()).collect(),
        _ => Vec::new(),
    };
    if fields != PAGE_FIELDS {
        report.add(at, format!("a page has exactly {}", PAGE_FIELDS.join(", ")));
    }
    if let Some(Node::List(items)) = given.get("items") {
        for (index, item) in items.iter().enumerate() {
            value(descriptors.named(name), item, &at.child("items").child(index), report);
        }
    }
}
