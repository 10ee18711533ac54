//! `schemas.rs`: JSON Schema texts of the bodies that a path parameter chooses, for callers who ask what to send.

use super::json;
use super::literal;
use super::openapi_schema::schema;
use crate::model::{BodyForm, Contract};
use crate::names::screaming;
use crate::node::Node;

/// Writes a table for each operation whose body a path parameter chooses: value and schema, which stands alone.
pub fn emit(contract: &Contract) -> String {
    let mut out = String::new();
    for operation in &contract.operations {
        let Some(BodyForm::By { of, .. }) = operation.body.as_ref().map(|body| &body.form) else {
            continue;
        };
        out.push_str(&format!(
            "/// JSON Schema 2020-12 of the body of `{}`, by what the path says.\npub const {}_BODY: &[(&str, &str)] = &[\n",
            operation.id,
            screaming(&operation.id),
        ));
        for (value, name, _) in of {
            out.push_str(&format!("    ({}, {}),\n", literal(value), literal(&standalone(contract, name))));
        }
        out.push_str("];\n");
    }
    out
}

/// The schema of a named type with all types that it refers to.
fn standalone(contract: &Contract, name: &str) -> String {
    let mut wanted = vec![name.to_owned()];
    let mut definitions: Vec<(String, Node)> = Vec::new();
    while let Some(next) = wanted.pop() {
        if definitions.iter().any(|(known, _)| *known == next) {
            continue;
        }
        let Some(definition) = contract.types.iter().find(|definition| definition.name == next) else {
            continue;
        };
        let node = schema(contract, &definition.schema);
        references(&node, &mut wanted);
        definitions.push((next, node));
    }
    let root = Node::Map(vec![
        ("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into()),
        ("$ref".to_owned(), format!("#/$defs/{name}").into()),
        ("$defs".to_owned(), Node::Map(definitions)),
    ]);
    json::compact(&root).replace("#/components/schemas/", "#/$defs/")
}

fn references(node: &Node, found: &mut Vec<String>) {
    match node {
        Node::Map(entries) => {
            for (key, value) in entries {
                match value {
                    Node::Text(text) if key == "$ref" => {
                        found.extend(text.strip_prefix("#/components/schemas/").map(str::to_owned));
                    }
                    _ => references(value, found),
                }
            }
        }
        Node::List(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}
