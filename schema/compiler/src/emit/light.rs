//! The fields of an answer as one text, against which `fields=` is read (`gateway::fields`): names with spaces between,
//! those inside of an object in parentheses, `*` behind whatever may have any fields.

use crate::model::{Carries, Contract, Kind, Property, Schema};

/// The fields of an operation's answer; lists are as their items.
pub fn tree(contract: &Contract, carries: &Carries) -> String {
    match carries {
        Carries::One(name) => named(contract, name, &mut Vec::new()),
        Carries::Page(name) => {
            format!("has_more items({}) next_cursor", named(contract, name, &mut Vec::new()))
        }
        _ => String::new(),
    }
}

fn named<'a>(contract: &'a Contract, name: &'a str, inside: &mut Vec<&'a str>) -> String {
    match contract.type_def(name) {
        // A type that contains itself may go on for ever.
        Some(_) if inside.contains(&name) => "*".to_owned(),
        Some(def) => {
            inside.push(name);
            let text = schema(contract, &def.schema, inside);
            inside.pop();
            text
        }
        None => String::new(),
    }
}

/// What is inside of a value: nothing, `*`, or names.
fn schema<'a>(contract: &'a Contract, schema_: &'a Schema, inside: &mut Vec<&'a str>) -> String {
    match &schema_.kind {
        Kind::Ref(name) => named(contract, name, inside),
        Kind::Array { items, .. } => schema(contract, items, inside),
        Kind::Map(_) | Kind::RawObject | Kind::RawArray { .. } => "*".to_owned(),
        Kind::Object { properties, .. } => {
            let mut names: Vec<String> =
                properties.iter().map(|property| member(contract, property, inside)).collect();
            names.sort();
            names.join(" ")
        }
        Kind::OneOf { .. } => "*".to_owned(),
        _ => String::new(),
    }
}

fn member<'a>(contract: &'a Contract, property: &'a Property, inside: &mut Vec<&'a str>) -> String {
    let text = schema(contract, &property.schema, inside);
    match text.as_str() {
        "" => property.name.clone(),
        "*" => format!("{}*", property.name),
        text => format!("{}({text})", property.name),
    }
}
