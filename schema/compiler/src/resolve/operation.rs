//! Operations of a room.

use super::{members, nodes, parameter};
use crate::Report;
use crate::model::{
    Auth, Body, BodyForm, Budget, Cache, Carries, Contract, Deprecated, ETag, Example, IfMatch, Kind,
    Operation, Parameter, Response, Schema,
};
use crate::node::{Cursor, Node};

const KEYWORDS: [&str; 21] = [
    "operation_id",
    "summary",
    "description",
    "auth",
    "scopes",
    "rate",
    "cache",
    "body_limit",
    "idempotency",
    "if_match",
    "budget",
    "path",
    "query",
    "query_of",
    "headers",
    "body",
    "responses",
    "problems",
    "examples",
    "deprecated",
    "location",
];

/// Reads the operations of `paths/<room>.yaml`.
pub fn room(room: &str, cursor: &Cursor<'_>, contract: &mut Contract, report: &mut Report) {
    if !contract.tags.iter().any(|(tag, _)| tag == room) {
        report.add(
            &cursor.at,
            format!("the room `{room}` has no tag in openapi.yaml"),
        );
    }
    for (path, methods) in cursor.entries(report) {
        for (method, member) in methods.entries(report) {
            let method = match method {
                "get" => "GET",
                "post" => "POST",
                "put" => "PUT",
                "patch" => "PATCH",
                "delete" => "DELETE",
                other => {
                    report.add(&member.at, format!("unknown method `{other}`"));
                    continue;
                }
            };
            if let Some(operation) = operation(room, path, method, &member, contract, report) {
                contract.operations.push(operation);
            }
        }
    }
}

fn operation(
    room: &str,
    path: &str,
    method: &'static str,
    cursor: &Cursor<'_>,
    contract: &Contract,
    report: &mut Report,
) -> Option<Operation> {
    cursor.only(&KEYWORDS, report);
    let id = cursor.need_text("operation_id", report);
    let summary = cursor.need_text("summary", report);
    let description = cursor.need_text("description", report);
    let auth = auth(cursor, report);
    let scopes = scopes(cursor, auth, contract, report);
    let (rate_class, rate_cost) = rate(cursor, contract, report);
    let cache = cache(cursor, report);
    let idempotency = match (cursor.maybe_text("idempotency", report).as_deref(), method) {
        (Some("optional"), "GET") => {
            report.add(&cursor.at.child("idempotency"), "a GET is idempotent already");
            false
        }
        (Some("optional"), _) => true,
        (Some("none"), _) | (None, "GET") => false,
        (None, _) => {
            report.add(
                &cursor.at,
                format!("`idempotency` is missing: a {method} says none or optional"),
            );
            false
        }
        (Some(other), _) => {
            report.add(
                &cursor.at.child("idempotency"),
                format!("`{other}` is neither none nor optional"),
            );
            false
        }
    };
    let if_match = match cursor.maybe_text("if_match", report).as_deref() {
        None => IfMatch::None,
        Some("optional") => IfMatch::Optional,
        Some("required") => IfMatch::Required,
        Some(other) => {
            report.add(
                &cursor.at.child("if_match"),
                format!("`{other}` is neither optional nor required"),
            );
            IfMatch::None
        }
    };
    let success = success(cursor, contract, report);
    let query_of = cursor.maybe_text("query_of", report);
    let mut operation = Operation {
        at: cursor.at.clone(),
        room: room.to_owned(),
        path: path.to_owned(),
        method,
        id: id?.to_owned(),
        summary: summary.unwrap_or_default().to_owned(),
        description: description.unwrap_or_default().to_owned(),
        auth: auth.unwrap_or(Auth::Public),
        scopes,
        rate_class,
        rate_cost,
        cache,
        body_limit: cursor.get("body_limit").and_then(|limit| limit.count(report)),
        idempotency,
        if_match,
        budget: budget(cursor, report),
        path_parameters: parameters(cursor, "path", contract, report),
        query: parameters(cursor, "query", contract, report),
        headers: parameters(cursor, "headers", contract, report),
        query_of: query_of.clone(),
        body: body(cursor, contract, report),
        success: success?,
        problems: Vec::new(),
        examples: examples(cursor, report),
        deprecated: deprecated(cursor, report),
        location: cursor.maybe_text("location", report),
    };
    for parameter in &mut operation.path_parameters {
        parameter.required = true;
    }
    if let Some(name) = query_of {
        list_parameters(&name, cursor, contract, &mut operation.query, report);
    }
    operation.problems = problems(cursor, &operation, contract, report);
    Some(operation)
}

fn auth(cursor: &Cursor<'_>, report: &mut Report) -> Option<Auth> {
    match cursor.need_text("auth", report)? {
        "public" => Some(Auth::Public),
        "user" => Some(Auth::User),
        "admin" => Some(Auth::Admin),
        other => {
            report.add(
                &cursor.at.child("auth"),
                format!("`{other}` is none of public, user, admin"),
            );
            None
        }
    }
}

fn scopes(cursor: &Cursor<'_>, auth: Option<Auth>, contract: &Contract, report: &mut Report) -> Vec<String> {
    match (cursor.get("scopes"), auth) {
        (Some(list), Some(Auth::Public)) => {
            report.add(&list.at, "a public operation needs no scopes");
            Vec::new()
        }
        (None, Some(Auth::User | Auth::Admin)) => {
            report.add(
                &cursor.at,
                "`scopes` is missing: name them, or spell out an empty list",
            );
            Vec::new()
        }
        (None, _) => Vec::new(),
        (Some(list), _) => {
            let mut scopes = Vec::new();
            for item in list.items(report) {
                if let Some(scope) = item.text(report) {
                    if !contract.scopes.iter().any(|(name, _)| name == scope) {
                        report.add(&item.at, format!("unknown scope `{scope}`"));
                    }
                    scopes.push(scope.to_owned());
                }
            }
            scopes
        }
    }
}

fn rate(cursor: &Cursor<'_>, contract: &Contract, report: &mut Report) -> (String, u32) {
    let Some(rate) = cursor.need("rate", report) else {
        return (String::new(), 1);
    };
    rate.only(&["class", "cost"], report);
    let class = rate.need_text("class", report).unwrap_or_default();
    if !class.is_empty() && !contract.rate_classes.iter().any(|(name, _)| name == class) {
        report.add(&rate.at.child("class"), format!("unknown rate class `{class}`"));
    }
    (
        class.to_owned(),
        rate.need("cost", report)
            .and_then(|cost| cost.count(report))
            .unwrap_or(1),
    )
}

fn cache(cursor: &Cursor<'_>, report: &mut Report) -> Cache {
    let mut cache = Cache {
        scope: "none".to_owned(),
        max_age: 0,
        stale: 0,
        etag: ETag::None,
    };
    let Some(member) = cursor.need("cache", report) else {
        return cache;
    };
    member.only(&["scope", "max_age", "stale_while_revalidate", "etag"], report);
    match member.need_text("scope", report) {
        Some(scope @ ("none" | "private" | "public")) => scope.clone_into(&mut cache.scope),
        Some(other) => {
            report.add(
                &member.at.child("scope"),
                format!("`{other}` is none of none, private, public"),
            );
        }
        None => {}
    }
    match member.need_text("etag", report) {
        Some("none") | None => {}
        Some("version") => cache.etag = ETag::Version,
        Some("content") => cache.etag = ETag::Content,
        Some(other) => {
            report.add(
                &member.at.child("etag"),
                format!("`{other}` is none of none, version, content"),
            );
        }
    }
    if cache.scope == "none" {
        for key in ["max_age", "stale_while_revalidate"] {
            if let Some(entry) = member.get(key) {
                report.add(
                    &entry.at,
                    format!("`{key}` has no meaning when nobody may keep the answer"),
                );
            }
        }
    } else {
        cache.max_age = member
            .need("max_age", report)
            .and_then(|age| age.count(report))
            .unwrap_or(0);
        cache.stale = member
            .get("stale_while_revalidate")
            .and_then(|age| age.count(report))
            .unwrap_or(0);
    }
    cache
}

fn budget(cursor: &Cursor<'_>, report: &mut Report) -> Budget {
    let Some(member) = cursor.need("budget", report) else {
        return Budget::default();
    };
    member.only(&["d1", "kv", "object", "upstream"], report);
    let mut count = |key| {
        let calls = member
            .need(key, report)
            .and_then(|calls| calls.count(report))
            .unwrap_or(0);
        if calls > 100 {
            report.add(&member.at.child(key), "must be at most 100");
        }
        calls.min(100)
    };
    Budget {
        d1: count("d1"),
        kv: count("kv"),
        object: count("object"),
        upstream: count("upstream"),
    }
}

fn parameters(cursor: &Cursor<'_>, key: &str, contract: &Contract, report: &mut Report) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    for (name, member) in members(cursor, key, report) {
        let shared = match member.node.get("$ref") {
            Some(Node::Text(target)) if !crate::names::is_camel(target) => Some(target),
            _ => None,
        };
        if let Some(target) = shared {
            member.only(&["$ref"], report);
            match contract
                .parameters
                .iter()
                .find(|parameter| parameter.name == *target)
            {
                Some(parameter) => parameters.push(Parameter {
                    name: name.to_owned(),
                    ..parameter.clone()
                }),
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
fn list_parameters(
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
        query.push(Parameter {
            name: name.to_owned(),
            schema,
            required: false,
            bare: true,
        });
    };
    let limit = plain(
        Kind::Integer {
            min: Some(1),
            max: Some(100),
        },
        "How many at most.",
    );
    add(
        "limit",
        Schema {
            default: Some(Node::Int(20)),
            ..limit
        },
    );
    let format = crate::kernel::format::ALL
        .iter()
        .copied()
        .find(|format| format.name == "cursor");
    let text = Kind::Text {
        min: 0,
        max: None,
        format,
    };
    add(
        "cursor",
        plain(
            text,
            "`next_cursor` of the page before; leave it out for the first page.",
        ),
    );
    if let Some(default) = resource.sorts.get(resource.default_sort) {
        let names = resource.sorts.iter();
        let values = names
            .flat_map(|sort| [sort.name.clone(), format!("-{}", sort.name)])
            .collect();
        let schema = plain(
            Kind::Choice {
                values,
                constant: false,
            },
            "The order; a name alone is ascending or as the field is usually read, a leading `-` is descending.",
        );
        add(
            "sort",
            Schema {
                default: Some(Node::from(default.name.as_str())),
                ..schema
            },
        );
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
        if let (
            Kind::Text {
                min,
                max: None,
                format: None,
            },
            "Contains",
        ) = (&schema.kind, filter.op)
        {
            schema.kind = Kind::Text {
                min: *min,
                max: Some(100),
                format: None,
            };
        }
        schema.nullable = false;
        schema.default = None;
        schema.examples = Vec::new();
        schema.description = Some(format!("{words} `{}`.", filter.field));
        add(&filter.name, schema);
    }
}

fn body(cursor: &Cursor<'_>, contract: &Contract, report: &mut Report) -> Option<Body> {
    let member = cursor.get("body")?;
    member.only(&["type", "merge_patch", "by", "of", "required"], report);
    let mut known = |name: &str, at: crate::node::At| {
        if contract.type_def(name).is_none() {
            report.add(&at, format!("unknown type `{name}`"));
        }
        name.to_owned()
    };
    let form = match (
        member.node.get("type"),
        member.node.get("merge_patch"),
        member.node.get("by"),
    ) {
        (Some(Node::Text(name)), None, None) => BodyForm::Type(known(name, member.at.child("type"))),
        (None, Some(Node::Text(name)), None) => {
            BodyForm::MergePatch(known(name, member.at.child("merge_patch")))
        }
        (None, None, Some(Node::Text(parameter))) => BodyForm::By {
            parameter: parameter.clone(),
            of: match member.node.get("of") {
                Some(Node::Map(entries)) => entries
                    .iter()
                    .filter_map(|(value, target)| match target {
                        Node::Text(name) => {
                            let at = member.at.child("of").child(value);
                            Some((value.clone(), known(name, at.clone()), at))
                        }
                        _ => None,
                    })
                    .collect(),
                _ => Vec::new(),
            },
        },
        _ => {
            report.add(&member.at, "a body has one of `type`, `merge_patch` and `by`");
            return None;
        }
    };
    let required = member
        .get("required")
        .and_then(|flag| flag.flag(report))
        .unwrap_or(true);
    Some(Body {
        at: member.at.clone(),
        form,
        required,
    })
}

fn success(cursor: &Cursor<'_>, contract: &Contract, report: &mut Report) -> Option<Response> {
    let list = cursor.need("responses", report)?;
    let mut found = Vec::new();
    for (status, member) in list.entries(report) {
        member.only(&["description", "type", "list", "none", "headers"], report);
        let description = member
            .need_text("description", report)
            .unwrap_or_default()
            .to_owned();
        let status = match status.parse::<u16>() {
            Ok(status @ 200..=299) => status,
            _ => {
                report.add(
                    &member.at,
                    "a response has a status of 200 to 299; problems are named in `problems`",
                );
                continue;
            }
        };
        let mut known = |key: &str, name: &str| {
            if contract.type_def(name).is_none() {
                report.add(&member.at.child(key), format!("unknown type `{name}`"));
            }
            name.to_owned()
        };
        let carries = match (member.node.get("type"), member.node.get("list")) {
            (Some(Node::Text(none)), None) if none == "none" => Carries::Nothing,
            (Some(Node::Text(name)), None) => Carries::One(known("type", name)),
            (None, Some(Node::Text(name))) => Carries::Page(known("list", name)),
            (None, None) if member.get("none").is_some() => Carries::Nothing,
            _ => {
                report.add(
                    &member.at,
                    "a response has one of `type` and `list`; `type: none` for no body",
                );
                Carries::Nothing
            }
        };
        let mut headers = Vec::new();
        for item in member
            .get("headers")
            .map(|list| list.items(report))
            .unwrap_or_default()
        {
            if let Some(name) = item.text(report) {
                if !contract.headers.iter().any(|header| header.name == name) {
                    report.add(&item.at, format!("unknown header `{name}`"));
                }
                headers.push(name.to_owned());
            }
        }
        found.push(Response {
            at: member.at.clone(),
            status,
            description,
            carries,
            headers,
        });
    }
    if found.len() != 1 {
        report.add(
            &list.at,
            format!("an operation has exactly one 2xx response, not {}", found.len()),
        );
    }
    found.into_iter().next()
}

/// The codes that an operation names and those that follow from what it is.
fn problems(
    cursor: &Cursor<'_>,
    operation: &Operation,
    contract: &Contract,
    report: &mut Report,
) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for item in cursor
        .get("problems")
        .map(|list| list.items(report))
        .unwrap_or_default()
    {
        if let Some(code) = item.text(report) {
            if !contract.problems.iter().any(|problem| problem.code == code) {
                report.add(&item.at, format!("unknown problem `{code}`"));
            }
            codes.push(code.to_owned());
        }
    }
    for code in implied(operation) {
        if !contract.problems.iter().any(|problem| problem.code == code) {
            let at = crate::node::At {
                file: "problems.yaml".into(),
                pointer: String::new(),
            };
            report.add(&at, format!("the implied problem `{code}` is missing"));
        }
        if !codes.iter().any(|known| known == code) {
            codes.push(code.to_owned());
        }
    }
    codes
}

fn implied(operation: &Operation) -> Vec<&'static str> {
    // Every operation refuses query parameters that it does not know and text that it cannot decode.
    let mut codes = vec![
        "malformed-request",
        "invalid-request",
        "quota-exceeded",
        "internal-error",
        "dependency-unavailable",
    ];
    if operation.auth != Auth::Public {
        codes.extend(["unauthenticated", "forbidden"]);
    }
    if !operation.path_parameters.is_empty() {
        codes.push("not-found");
    }
    if operation.body.is_some() {
        codes.extend(["payload-too-large", "unsupported-media-type"]);
    }
    if operation.idempotency {
        codes.extend(["conflict", "idempotency-key-reused"]);
    }
    if operation.if_match != IfMatch::None {
        codes.push("precondition-failed");
    }
    codes
}

fn examples(cursor: &Cursor<'_>, report: &mut Report) -> Vec<Example> {
    let mut examples = Vec::new();
    for (name, member) in members(cursor, "examples", report) {
        member.only(
            &[
                "summary", "path", "query", "headers", "body", "response", "status",
            ],
            report,
        );
        let summary = member.need_text("summary", report).unwrap_or_default().to_owned();
        let status = member
            .need("status", report)
            .and_then(|status| status.count(report))
            .unwrap_or(0);
        examples.push(Example {
            at: member.at.clone(),
            name: name.to_owned(),
            summary,
            path: nodes(&member, "path", report),
            query: nodes(&member, "query", report),
            headers: nodes(&member, "headers", report),
            body: member.get("body").map(|body| body.node.clone()),
            status: u16::try_from(status).unwrap_or(0),
            response: member.get("response").map(|response| response.node.clone()),
        });
    }
    examples
}

fn deprecated(cursor: &Cursor<'_>, report: &mut Report) -> Option<Deprecated> {
    let member = cursor.get("deprecated")?;
    member.only(&["since", "sunset", "link"], report);
    let mut date = |key: &str| {
        let text = member.need_text(key, report)?;
        if !crate::kernel::format::date(text) {
            report.add(&member.at.child(key), "must be a date, YYYY-MM-DD");
        }
        Some(text.to_owned())
    };
    let (since, sunset) = (date("since")?, date("sunset")?);
    Some(Deprecated {
        since,
        sunset,
        link: member.maybe_text("link", report),
    })
}
