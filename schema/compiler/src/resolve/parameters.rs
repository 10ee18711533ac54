//! Parameters of operations, those of lists included.

use super::{members, parameter};
use crate::Report;
use crate::model::{Contract, Kind, Parameter, Schema};
use crate::node::{Cursor, Node};

pub fn parameters(
    cursor: &Cursor<'_>,
    key: &str,
    contract: &Contract,
    report: &mut Report,
) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for (name, member) in members(cursor, key, report) {
        let shared = match member.node.get("$ref") {
            Some(Node::Text(target)) if !crate::names::is_camel(target) => Some(target),
            _ => None,
        };
        if let Some(target) = shared {
            member.only(&["$ref"], report);
            match contract.parameters.iter().find(|parameter| parameter.name == *target) {
                Some(parameter) => parameters.push(Parameter { name: name.to_owned(), ..parameter.clone() }),
                None => report.add(&member.at.child("$ref"), format!("unknown parameter `{target}`")),
            }
        } else {
            let parameter = parameter(name, &member, report);
            super::check_references(contract, &parameter.schema, report);
            parameters.push(parameter);
        }
    }
    parameters
}

/// Adds `limit`, `cursor`, `sort` and the filters of a resource.
pub fn list_parameters(
    name: &str,
    cursor: &Cursor<'_>,
    contract: &Contract,
    query: &mut Vec<Parameter>,
    report: &mut Report,
) {
    let at = cursor.at.child("query_of");
    let Some(def) = contract.type_def(name) else {
        return report.add(&at, format!("unknown type `{name}`"));
    };
    let (Some(resource), Kind::Object { properties, .. }) = (&def.resource, &def.schema.kind) else {
        return report.add(&at, format!("`{name}` is no resource"));
    };
    let plain = |kind: Kind, description: &str| Schema {
        at: at.clone(),
        kind,
        nullable: false,
        title: None,
        description: Some(description.to_owned()),
        default: None,
        examples: Vec::new(),
        class: Some(crate::model::DataClass::Public),
        read_only: false,
    };
    let mut add = |name: &str, schema: Schema| {
        query.push(Parameter { name: name.to_owned(), schema, required: false, bare: true });
    };
    let limit = plain(Kind::Integer { min: Some(1), max: Some(100) }, "How many at most.");
    add("limit", Schema { default: Some(Node::Int(20)), ..limit });
    let format = crate::kernel::format::ALL.iter().copied().find(|format| format.name == "cursor");
    let text = Kind::Text { min: 0, max: None, format };
    add("cursor", plain(text, "`next_cursor` of the page before; leave it out for the first page."));
    if let Some(default) = resource.sorts.get(resource.default_sort) {
        let names = resource.sorts.iter();
        let values = names.flat_map(|sort| [sort.name.clone(), format!("-{}", sort.name)]).collect();
        let schema = plain(
            Kind::Choice { values, constant: false },
            "The order; a name alone is ascending or as the field is usually read, a leading `-` is descending.",
        );
        add("sort", Schema { default: Some(Node::from(default.name.as_str())), ..schema });
    }
    for filter in &resource.filters {
        let Some(property) = properties.iter().find(|property| property.name == filter.field) else {
            continue;
        };
        let words = match filter.op {
            "Eq" => "Only those with this",
            "Gte" => "Only those from here on, in",
            "Lt" => "Only those before this, in",
            _ => "Only those that contain this text, in",
        };
        let mut schema = property.schema.clone();
        if let (Kind::Text { min, max: None, format: None }, "Contains") = (&schema.kind, filter.op) {
            schema.kind = Kind::Text { min: *min, max: Some(100), format: None };
        }
        schema.nullable = false;
        schema.default = None;
        schema.examples = Vec::new();
        schema.description = Some(format!("{words} `{}`.", filter.field));
        add(&filter.name, schema);
    }
}
