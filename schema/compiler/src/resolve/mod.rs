//! Second stage: trees become the [`Contract`]; whatever is not in the language is reported.

mod answers;
mod operation;
mod parameters;
mod resource;
mod scalars;
mod schema;
mod versions;

use crate::Report;
use crate::load::Sources;
use crate::model::{
    Contract, Frames, HOLDERS, Header, Kind, Parameter, ProblemCode, RateClass, Scope, SecurityScheme,
    TypeDef,
};
use crate::names;
use crate::node::{At, Cursor, Node};

/// Reads all files.
pub fn resolve(sources: &Sources, report: &mut Report) -> Contract {
    let mut contract = Contract::default();
    match sources.file("openapi.yaml") {
        Some(cursor) => document(&cursor, &mut contract, report),
        None => report.add(&nowhere("openapi.yaml"), "the file is missing"),
    }
    match sources.file("problems.yaml") {
        Some(cursor) => problems(&cursor, &mut contract, report),
        None => report.add(&nowhere("problems.yaml"), "the file is missing"),
    }
    let named = sources.folder("types").map(|(_, cursor)| cursor);
    for cursor in named.chain(sources.file("frames.yaml")) {
        types(&cursor, &mut contract, report);
    }
    references(&contract, report);
    for (name, cursor) in sources.folder("paths") {
        let room = name.split_once('/').map_or(name, |(room, _)| room);
        operation::room(room, &cursor, &mut contract, report);
    }
    contract
}

fn nowhere(file: &str) -> At {
    At { file: file.into(), pointer: String::new() }
}

fn document(cursor: &Cursor<'_>, contract: &mut Contract, report: &mut Report) {
    cursor.only(
        &[
            "info",
            "servers",
            "tags",
            "security_schemes",
            "scopes",
            "cookies",
            "rate_classes",
            "events",
            "versions",
            "limits",
            "parameters",
            "headers",
            "response_headers",
            "budget_exceptions",
        ],
        report,
    );
    if let Some(info) = cursor.need("info", report) {
        info.only(&["title", "version", "description", "license"], report);
        let mut text = |key| info.need_text(key, report).unwrap_or_default().to_owned();
        contract.title = text("title");
        contract.version = text("version");
        contract.description = text("description");
        contract.license = text("license");
    }
    contract.servers = pairs_in_list(cursor, "servers", "url", report);
    contract.tags = pairs_in_list(cursor, "tags", "name", report);
    contract.scopes = scopes(cursor, report);
    contract.cookies = meanings(cursor, "cookies", report);
    contract.rate_classes = rate_classes(cursor, report);
    contract.events = meanings(cursor, "events", report);
    contract.versions = versions::versions(cursor, report);
    for (name, scheme) in members(cursor, "security_schemes", report) {
        contract.security.extend(security_scheme(name, &scheme, report));
    }
    limits(cursor, contract, report);
    for (name, member) in members(cursor, "parameters", report) {
        contract.parameters.push(parameter(name, &member, report));
    }
    for (name, member) in members(cursor, "headers", report) {
        member.only(&["description", "schema"], report);
        let description = member.need_text("description", report).unwrap_or_default().to_owned();
        if let Some(schema) = member.need("schema", report) {
            let schema = schema::schema(&schema, report);
            contract.headers.push(Header { name: name.to_owned(), description, schema });
        }
    }
    if let Some(list) = cursor.get("response_headers") {
        for item in list.items(report) {
            if let Some(name) = item.text(report) {
                if !contract.headers.iter().any(|header| header.name == name) {
                    report.add(&item.at, format!("unknown header `{name}`"));
                }
                contract.response_headers.push(name.to_owned());
            }
        }
    }
    for (operation, reason) in members(cursor, "budget_exceptions", report) {
        reason.text(report);
        contract.exceptions.push((operation.to_owned(), reason.at.clone()));
    }
}

fn limits(cursor: &Cursor<'_>, contract: &mut Contract, report: &mut Report) {
    let Some(limits) = cursor.need("limits", report) else {
        return;
    };
    limits.only(&["depth", "string_bytes", "body_limit"], report);
    let mut count = |key| limits.need(key, report).and_then(|limit| limit.count(report)).unwrap_or(0);
    contract.depth = count("depth");
    contract.string_bytes = count("string_bytes");
    let body_limit = count("body_limit");
    if !(1..=64).contains(&contract.depth) {
        report.add(&limits.at.child("depth"), "must be 1 to 64");
    }
    if body_limit > crate::lint::MOST_BODY_BYTES {
        report.add(&limits.at.child("body_limit"), "must be at most 1 MiB");
    }
}

fn scopes(cursor: &Cursor<'_>, report: &mut Report) -> Vec<Scope> {
    let mut scopes = Vec::new();
    for (name, member) in members(cursor, "scopes", report) {
        member.only(&["meaning", "holders"], report);
        let meaning = member.need_text("meaning", report).unwrap_or_default().to_owned();
        let mut holders: Vec<&'static str> = Vec::new();
        let items = member.need("holders", report).map(|list| list.items(report));
        if items.as_ref().is_some_and(Vec::is_empty) {
            report.add(&member.at, format!("nobody may hold `{name}`"));
        }
        for item in items.unwrap_or_default() {
            let Some(holder) = item.text(report) else { continue };
            match HOLDERS.into_iter().find(|known| *known == holder) {
                None => report.add(&item.at, format!("`{holder}` is none of {}", HOLDERS.join(", "))),
                Some(known) if holders.contains(&known) => {
                    report.add(&item.at, format!("`{holder}` is given twice"));
                }
                Some(known) => holders.push(known),
            }
        }
        scopes.push(Scope { at: member.at.clone(), name: name.to_owned(), meaning, holders });
    }
    scopes
}

fn security_scheme(name: &str, cursor: &Cursor<'_>, report: &mut Report) -> Option<SecurityScheme> {
    cursor.only(&["credential", "type", "scheme", "bearerFormat", "in", "name", "description"], report);
    match cursor.need_text("type", report) {
        Some("http") => {
            cursor.need_text("scheme", report);
        }
        Some("apiKey") => {
            cursor.need_text("name", report);
            if cursor.need_text("in", report).is_some_and(|place| !matches!(place, "header" | "cookie")) {
                report.add(&cursor.at.child("in"), "a key travels in a header or a cookie");
            }
        }
        Some(other) => report.add(&cursor.at.child("type"), format!("unknown security type `{other}`")),
        None => {}
    }
    cursor.need_text("description", report);
    let credential = cursor.need_text("credential", report)?.to_owned();
    if !["session", "key", "admin_key", "cookie"].contains(&credential.as_str()) {
        let reason = format!("`{credential}` is none of session, key, admin_key, cookie");
        report.add(&cursor.at.child("credential"), reason);
    }
    let mut node = cursor.node.clone();
    if let Node::Map(entries) = &mut node {
        entries.retain(|(key, _)| key != "credential");
    }
    Some(SecurityScheme { name: name.to_owned(), credential, node })
}

fn problems(cursor: &Cursor<'_>, contract: &mut Contract, report: &mut Report) {
    for (code, member) in cursor.entries(report) {
        member.only(&["status", "title", "meaning"], report);
        if !names::is_kebab(code) {
            report.add(&member.at, "a problem code is lower-case words joined by hyphens");
        }
        let status = member.need("status", report).and_then(|status| status.count(report));
        match status.and_then(|status| u16::try_from(status).ok()) {
            Some(status) if (400..=599).contains(&status) => contract.problems.push(ProblemCode {
                code: code.to_owned(),
                status,
                title: member.need_text("title", report).unwrap_or_default().to_owned(),
                meaning: member.need_text("meaning", report).unwrap_or_default().to_owned(),
            }),
            _ => report.add(&member.at, "the status of a problem is 400 to 599"),
        }
    }
}

fn types(cursor: &Cursor<'_>, contract: &mut Contract, report: &mut Report) {
    for (name, member) in cursor.entries(report) {
        if !names::is_camel(name) {
            report.add(&member.at, "a type's name begins with a capital and has letters and digits");
        }
        if contract.type_def(name).is_some() {
            report.add(&member.at, format!("the type `{name}` exists already"));
            continue;
        }
        let schema = schema::type_schema(&member, report);
        let resource = member.get("resource").and_then(|entry| resource::resource(&entry, &schema, report));
        contract.types.push(TypeDef {
            name: name.to_owned(),
            row: resource.is_some() || member.maybe_flag("row", report),
            resource,
            open: member.maybe_flag("open", report),
            issues_secrets: member.maybe_flag("issues_secrets", report),
            standalone: member.maybe_flag("standalone", report),
            frames: frames(&member, &schema.kind, report),
            schema,
        });
    }
}

/// The way of a type that is the frames of a socket.
fn frames(member: &Cursor<'_>, kind: &Kind, report: &mut Report) -> Option<Frames> {
    let way = member.get("frames")?;
    if !matches!(kind, Kind::OneOf { .. }) {
        report.add(&way.at, "frames are a `oneOf`");
    }
    match way.text(report)? {
        "up" => Some(Frames::Up),
        "down" => Some(Frames::Down),
        other => {
            report.add(&way.at, format!("`{other}` is none of up, down"));
            Some(Frames::Down)
        }
    }
}

/// Reports references to types that do not exist, and discriminators that do not fit their variants.
fn references(contract: &Contract, report: &mut Report) {
    let shared = contract.parameters.iter().map(|parameter| &parameter.schema);
    for schema in contract.types.iter().map(|def| &def.schema).chain(shared) {
        check_references(contract, schema, report);
    }
}

fn check_references(contract: &Contract, schema: &crate::model::Schema, report: &mut Report) {
    contract.walk(schema, &mut Vec::new(), &mut |schema| match &schema.kind {
        Kind::Ref(name) if contract.type_def(name).is_none() => {
            report.add(&schema.at.child("$ref"), format!("unknown type `{name}`"));
        }
        Kind::Ref(_) if matches!(contract.target(schema).kind, Kind::Ref(_)) => {
            report.add(&schema.at.child("$ref"), "the reference leads back to itself");
        }
        Kind::OneOf { property, mapping } => {
            for (value, name, at) in mapping {
                let Some(def) = contract.type_def(name) else {
                    report.add(at, format!("unknown type `{name}`"));
                    continue;
                };
                if !discriminates(&def.schema.kind, property, value) {
                    report.add(
                        at,
                        format!(
                            "`{name}` must be an object that requires `{property}` as the constant `{value}`"
                        ),
                    );
                }
            }
        }
        _ => {}
    });
}

fn discriminates(kind: &Kind, property: &str, value: &str) -> bool {
    let Kind::Object { properties, patch: false } = kind else {
        return false;
    };
    properties.iter().any(|member| {
        member.name == property
            && member.required
            && matches!(&member.schema.kind, Kind::Choice { values, .. } if *values == [value])
    })
}

/// Reads a parameter from its schema.
fn parameter(name: &str, cursor: &Cursor<'_>, report: &mut Report) -> Parameter {
    Parameter {
        name: name.to_owned(),
        schema: schema::parameter_schema(cursor, report),
        required: cursor.maybe_flag("required", report),
        bare: false,
    }
}

fn members<'a>(cursor: &Cursor<'a>, key: &str, report: &mut Report) -> Vec<(&'a str, Cursor<'a>)> {
    cursor.get(key).map(|map| map.entries(report)).unwrap_or_default()
}

/// A class is its meaning, or an object with its meaning and a quota of its own.
fn rate_classes(cursor: &Cursor<'_>, report: &mut Report) -> Vec<RateClass> {
    let mut classes = Vec::new();
    for (name, member) in members(cursor, "rate_classes", report) {
        let (meaning, quota) = if matches!(member.node, Node::Map(_)) {
            member.only(&["meaning", "minute", "hour", "day"], report);
            let mut count = |key| member.need(key, report).and_then(|units| units.count(report)).unwrap_or(0);
            let quota = [count("minute"), count("hour"), count("day")];
            if !quota.is_sorted() || quota.contains(&0) {
                report.add(
                    &member.at,
                    "a quota is at least 1, and no longer window admits less than a shorter one",
                );
            }
            (member.need_text("meaning", report), Some(quota))
        } else {
            (member.text(report), None)
        };
        let meaning = meaning.unwrap_or_default().to_owned();
        classes.push(RateClass { name: name.to_owned(), meaning, quota });
    }
    classes
}

fn meanings(cursor: &Cursor<'_>, key: &str, report: &mut Report) -> Vec<(String, String)> {
    members(cursor, key, report)
        .into_iter()
        .filter_map(|(name, meaning)| Some((name.to_owned(), meaning.text(report)?.to_owned())))
        .collect()
}

fn pairs_in_list(cursor: &Cursor<'_>, key: &str, name: &str, report: &mut Report) -> Vec<(String, String)> {
    let Some(list) = cursor.need(key, report) else {
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for item in list.items(report) {
        item.only(&[name, "description"], report);
        let first = item.need_text(name, report).map(str::to_owned);
        let second = item.need_text("description", report).map(str::to_owned);
        pairs.extend(first.zip(second));
    }
    pairs
}

/// The members of a map as name and node.
fn nodes(cursor: &Cursor<'_>, key: &str, report: &mut Report) -> Vec<(String, Node)> {
    members(cursor, key, report)
        .into_iter()
        .map(|(name, member)| (name.to_owned(), member.node.clone()))
        .collect()
}
