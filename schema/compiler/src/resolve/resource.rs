//! Resource descriptions: table, owner, columns, filters, orders, search.

use crate::Report;
use crate::model::{Column, Filter, Kind, Property, Resource, Schema, Sort};
use crate::names;
use crate::node::Cursor;

/// Reads the description that stands at a type.
pub fn resource(cursor: &Cursor<'_>, schema: &Schema, report: &mut Report) -> Option<Resource> {
    cursor.only(
        &[
            "table",
            "owner",
            "filters",
            "sorts",
            "default_sort",
            "search",
            "soft_delete",
            "audited",
            "columns",
        ],
        report,
    );
    let Kind::Object { properties, patch: false } = &schema.kind else {
        report.add(&cursor.at, "only an object can be a resource");
        return None;
    };
    let table = sql_name(cursor, "table", report)?;
    let owner = sql_name(cursor, "owner", report)?;
    let sorts = sorts(cursor, properties, report);
    let default_sort = default_sort(cursor, &sorts, report);
    Some(Resource {
        at: cursor.at.clone(),
        table,
        owner,
        columns: columns(cursor, properties, report),
        filters: filters(cursor, properties, report),
        default_sort,
        sorts,
        search: search(cursor, properties, report),
        soft_delete: cursor.maybe_flag("soft_delete", report),
        audited: cursor.maybe_flag("audited", report),
    })
}

fn sql_name(cursor: &Cursor<'_>, key: &str, report: &mut Report) -> Option<String> {
    let name = cursor.need_text(key, report)?;
    if !names::is_snake(name, 1) {
        report.add(&cursor.at.child(key), format!("`{name}` is no name of a table or column"));
    }
    Some(name.to_owned())
}

fn columns(cursor: &Cursor<'_>, properties: &[Property], report: &mut Report) -> Vec<Column> {
    let overrides = cursor.get("columns").map(|map| map.entries(report)).unwrap_or_default();
    for (name, member) in &overrides {
        known(name, &member.at, properties, report);
    }
    let mut columns = Vec::new();
    for property in properties {
        let kind = match overrides.iter().find(|(name, _)| *name == property.name) {
            None => Some(natural_kind(&property.schema)),
            Some((_, member)) => match member.text(report) {
                Some("text") => Some("Text"),
                Some("integer") => Some("Integer"),
                Some("real") => Some("Real"),
                Some("bool") => Some("Bool"),
                Some("timestamp") => Some("Timestamp"),
                Some("json") => Some("Json"),
                Some("none") => None,
                Some(other) => {
                    report.add(&member.at, format!("unknown column kind `{other}`"));
                    None
                }
                None => None,
            },
        };
        columns.extend(kind.map(|kind| Column { name: property.name.clone(), kind }));
    }
    columns
}

/// The kind in which a field is stored. A named type counts as text: an enumeration is the usual
/// case, and an object says `columns: {field: json}`.
fn natural_kind(schema: &Schema) -> &'static str {
    match &schema.kind {
        Kind::Text { format: Some(format), .. } if format.name == "date-time" => "Timestamp",
        Kind::Text { .. } | Kind::Choice { .. } | Kind::Ref(_) | Kind::Null => "Text",
        Kind::Integer { .. } => "Integer",
        Kind::Number { .. } => "Real",
        Kind::Boolean(_) => "Bool",
        Kind::Object { .. }
        | Kind::Map(_)
        | Kind::RawObject
        | Kind::RawArray { .. }
        | Kind::Array { .. }
        | Kind::OneOf { .. } => "Json",
    }
}

fn known<'p>(
    name: &str,
    at: &crate::node::At,
    properties: &'p [Property],
    report: &mut Report,
) -> Option<&'p Property> {
    let found = properties.iter().find(|property| property.name == name);
    if found.is_none() {
        report.add(at, format!("the resource has no field `{name}`"));
    }
    found
}

fn filters(cursor: &Cursor<'_>, properties: &[Property], report: &mut Report) -> Vec<Filter> {
    let mut filters: Vec<Filter> = Vec::new();
    for item in cursor.get("filters").map(|list| list.items(report)).unwrap_or_default() {
        item.only(&["name", "field", "op"], report);
        let (Some(name), Some(field)) = (item.need_text("name", report), item.need_text("field", report))
        else {
            continue;
        };
        let property = known(field, &item.at.child("field"), properties, report);
        let op = match item.need_text("op", report) {
            Some("eq") => "Eq",
            Some("gte") => "Gte",
            Some("lt") => "Lt",
            Some("contains") => "Contains",
            Some(other) => {
                report.add(&item.at.child("op"), format!("unknown comparison `{other}`"));
                continue;
            }
            None => continue,
        };
        if op == "Contains" && property.is_some_and(|property| natural_kind(&property.schema) != "Text") {
            report.add(&item.at.child("op"), "only a string can contain a text");
        }
        if property.is_some_and(|property| natural_kind(&property.schema) == "Json") {
            report.add(&item.at.child("field"), "a filter compares a scalar");
        }
        if filters.iter().any(|filter| filter.name == name) {
            report.add(&item.at.child("name"), format!("the filter `{name}` is given twice"));
        }
        filters.push(Filter { name: name.to_owned(), field: field.to_owned(), op });
    }
    filters
}

fn sorts(cursor: &Cursor<'_>, properties: &[Property], report: &mut Report) -> Vec<Sort> {
    let mut sorts: Vec<Sort> = Vec::new();
    for item in cursor.get("sorts").map(|list| list.items(report)).unwrap_or_default() {
        item.only(&["name", "field", "direction"], report);
        let (Some(name), Some(field)) = (item.need_text("name", report), item.need_text("field", report))
        else {
            continue;
        };
        if known(field, &item.at.child("field"), properties, report)
            .is_some_and(|property| property.schema.nullable || !property.required)
        {
            report.add(&item.at.child("field"), "a list is not sorted by a field that may be absent or null");
        }
        let descending = match item.maybe_text("direction", report).as_deref() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(other) => {
                report.add(&item.at.child("direction"), format!("unknown direction `{other}`"));
                false
            }
        };
        if sorts.iter().any(|sort| sort.name == name) {
            report.add(&item.at.child("name"), format!("the order `{name}` is given twice"));
        }
        sorts.push(Sort { name: name.to_owned(), field: field.to_owned(), descending });
    }
    sorts
}

fn default_sort(cursor: &Cursor<'_>, sorts: &[Sort], report: &mut Report) -> usize {
    match cursor.maybe_text("default_sort", report) {
        None if sorts.is_empty() => 0,
        None => {
            report.add(&cursor.at, "`default_sort` is missing");
            0
        }
        Some(name) => sorts.iter().position(|sort| sort.name == name).unwrap_or_else(|| {
            report.add(&cursor.at.child("default_sort"), format!("there is no order `{name}`"));
            0
        }),
    }
}

fn search(cursor: &Cursor<'_>, properties: &[Property], report: &mut Report) -> Vec<String> {
    let mut fields = Vec::new();
    for item in cursor.get("search").map(|list| list.items(report)).unwrap_or_default() {
        let Some(name) = item.text(report) else {
            continue;
        };
        if known(name, &item.at, properties, report)
            .is_some_and(|property| !matches!(property.schema.kind, Kind::Text { format: None, .. }))
        {
            report.add(&item.at, format!("`{name}` is no plain string, so it cannot be searched"));
        }
        fields.push(name.to_owned());
    }
    fields
}
