//! `resources.rs`: static descriptions of the owned resources.

use std::fmt::Write as _;

use super::{literal, literals};
use crate::model::{Column, Contract, Kind, Resource, TypeDef};
use crate::names::{screaming, snake};

/// Writes the file.
pub fn emit(contract: &Contract) -> String {
    let mut out = String::from(
        "#[allow(unused_imports)]\nuse crate::contract::policy::DataClass;\n#[allow(unused_imports)]\n\
         use crate::resource::description::{Column, ColumnKind, Filter, FilterOp, Resource, Sort};\n",
    );
    let mut names = Vec::new();
    for def in &contract.types {
        if let Some(resource) = &def.resource {
            out.push_str(&description(contract, def, resource));
            names.push(format!("&{}", screaming(&def.name)));
        }
    }
    let _ = write!(
        out,
        "\n/// All resources.\npub static ALL: [&Resource; {}] = [{}];\n",
        names.len(),
        names.join(", ")
    );
    out
}

fn description(contract: &Contract, def: &TypeDef, resource: &Resource) -> String {
    let kind = |field: &str| {
        resource.columns.iter().find(|column| column.name == field).map_or("Text", |column| column.kind)
    };
    let mut out = format!(
        "\n/// How `{name}` is stored.\npub static {constant}: Resource = Resource {{\n    name: {snake},\n    \
         table: {table},\n    owner: {owner},\n    columns: &[\n",
        name = def.name,
        constant = screaming(&def.name),
        snake = literal(&snake(&def.name)),
        table = literal(&resource.table),
        owner = literal(&resource.owner),
    );
    for column in &resource.columns {
        let _ = writeln!(
            out,
            "        Column {{ name: {}, kind: ColumnKind::{}, class: DataClass::{} }},",
            literal(&column.name),
            column.kind,
            class(contract, def, column)
        );
    }
    out.push_str("    ],\n    filters: &[\n");
    for filter in &resource.filters {
        let _ = writeln!(
            out,
            "        Filter {{ name: {}, column: {}, op: FilterOp::{}, kind: ColumnKind::{} }},",
            literal(&filter.name),
            literal(&filter.field),
            filter.op,
            kind(&filter.field)
        );
    }
    out.push_str("    ],\n    sorts: &[\n");
    for sort in &resource.sorts {
        let _ = writeln!(
            out,
            "        Sort {{ name: {}, column: {}, kind: ColumnKind::{}, descending: {} }},",
            literal(&sort.name),
            literal(&sort.field),
            kind(&sort.field),
            sort.descending
        );
    }
    let _ = write!(
        out,
        "    ],\n    default_sort: {},\n    search: {},\n    soft_delete: {},\n    audited: {},\n}};\n",
        resource.default_sort,
        literals(resource.search.iter().map(String::as_str)),
        resource.soft_delete,
        resource.audited
    );
    out
}

fn class(contract: &Contract, def: &TypeDef, column: &Column) -> String {
    let Kind::Object { properties, .. } = &def.schema.kind else {
        return "Secret".to_owned();
    };
    properties.iter().find(|property| property.name == column.name).map_or_else(
        || "Secret".to_owned(),
        |property| {
            let own = contract.class_of(&property.schema);
            format!("{:?}", own.unwrap_or_else(|| contract.strictest_class(&property.schema)))
        },
    )
}
