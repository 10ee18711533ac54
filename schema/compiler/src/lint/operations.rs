//! Rules about single operations.

use crate::Report;
use crate::lint::MOST_BODY_BYTES;
use crate::model::{
    Auth, BodyForm, Carries, Contract, DataClass, ETag, IfMatch, Kind, Operation, Parameter, TypeDef,
};
use crate::names;

/// Headers that the gateway reads itself.
const RESERVED_HEADERS: [&str; 12] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "origin",
    "sec-websocket-version",
    "upgrade",
];

/// Checks all operations and the list of budget exceptions.
pub fn lint(contract: &Contract, report: &mut Report) {
    for (index, operation) in contract.operations.iter().enumerate() {
        if contract.operations.iter().take(index).any(|earlier| earlier.id == operation.id) {
            report.add(&operation.at.child("operation_id"), format!("`{}` is used twice", operation.id));
        }
        if !names::is_snake(&operation.id, 2) {
            report.add(
                &operation.at.child("operation_id"),
                format!("`{}` is not of the form <verb>_<noun>", operation.id),
            );
        }
        body(contract, operation, report);
        answer(contract, operation, report);
        budget(contract, operation, report);
        parameters(contract, operation, report);
        super::kept::lint(contract, operation, report);
        super::versions::path(contract, operation, report);
    }
    super::versions::lint(contract, report);
    for (id, at) in &contract.exceptions {
        match contract.operations.iter().find(|operation| operation.id == *id) {
            None => report.add(at, format!("there is no operation `{id}`")),
            Some(operation) if within_limits(operation) => {
                report.add(at, format!("`{id}` is within the limits and needs no exception"));
            }
            Some(_) => {}
        }
    }
}

fn body(contract: &Contract, operation: &Operation, report: &mut Report) {
    let at = &operation.at;
    let Some(body) = &operation.body else {
        if operation.body_limit.is_some() {
            report.add(&at.child("body_limit"), "an operation without a body has no `body_limit`");
        }
        return;
    };
    if matches!(operation.method, "GET" | "DELETE") {
        report.add(&body.at, format!("a {} has no body", operation.method));
    }
    match operation.body_limit {
        None => report.add(at, "`body_limit` is missing"),
        Some(limit) if limit == 0 || limit > MOST_BODY_BYTES => {
            report.add(&at.child("body_limit"), "must be 1 byte to 1 MiB");
        }
        Some(_) => {}
    }
    let is_patch = |name: &str| contract.type_def(name).is_some_and(is_patch);
    match &body.form {
        BodyForm::Type(name) if is_patch(name) => {
            report.add(&body.at.child("type"), format!("`{name}` is a patch: use `merge_patch`"));
        }
        BodyForm::MergePatch(name) if contract.type_def(name).is_some() && !is_patch(name) => {
            report
                .add(&body.at.child("merge_patch"), format!("`{name}` is no patch: it needs `patch: true`"));
        }
        BodyForm::By { parameter, of } => {
            let found = operation.path_parameters.iter().find(|known| known.name == *parameter);
            match found.map(|known| &contract.target(&known.schema).kind) {
                Some(Kind::Choice { values, .. }) => {
                    let given: Vec<&String> = of.iter().map(|(value, ..)| value).collect();
                    if given != values.iter().collect::<Vec<_>>() {
                        report.add(
                            &body.at.child("of"),
                            format!("must have the values of `{parameter}`: {}", values.join(", ")),
                        );
                    }
                }
                _ => report.add(
                    &body.at.child("by"),
                    format!("`{parameter}` is no path parameter with a closed list of values"),
                ),
            }
        }
        _ => {}
    }
}

fn is_patch(def: &TypeDef) -> bool {
    matches!(def.schema.kind, Kind::Object { patch: true, .. })
}

fn answer(contract: &Contract, operation: &Operation, report: &mut Report) {
    let at = &operation.at;
    let success = &operation.success;
    match (&success.carries, success.status) {
        (Carries::Upgrade, _) => upgrade(operation, report),
        (Carries::Stream, _) => stream(operation, report),
        (Carries::Nothing, 204 | 205) => {}
        (Carries::Nothing, status) => report.add(&success.at, format!("a {status} carries a type or a list")),
        (_, 204 | 205) => report.add(&success.at, format!("a {} carries nothing", success.status)),
        _ => {}
    }
    let field = |name: &str| match &success.carries {
        Carries::One(ty) => match contract.type_def(ty).map(|def| &def.schema.kind) {
            Some(Kind::Object { properties, patch: false }) => {
                properties.iter().find(|property| property.name == name && property.required)
            }
            _ => None,
        },
        _ => None,
    };
    if operation.cache.etag == ETag::Version
        && !field("version").is_some_and(|version| {
            matches!(version.schema.kind, Kind::Integer { .. }) && !version.schema.nullable
        })
    {
        report.add(&at.child("cache").child("etag"), "the answer has no required integer `version`");
    }
    if let Some(location) = &operation.location {
        for name in crate::emit::segments(location).filter_map(crate::emit::parameter) {
            if field(name).is_none_or(|field| field.schema.nullable) {
                report.add(&at.child("location"), format!("the answer has no required `{name}`"));
            }
        }
    }
    if operation.if_match != IfMatch::None && operation.method == "GET" {
        report.add(&at.child("if_match"), "a GET changes nothing");
    }
    if operation.cache.scope != "none" && operation.method != "GET" {
        report.add(&at.child("cache").child("scope"), "only the answer to a GET may be kept");
    }
    if operation.cache.scope == "public" && operation.auth != Auth::Public {
        report
            .add(&at.child("cache").child("scope"), "an answer for one caller is not kept by shared caches");
    }
    if let (Carries::Page(name), Some(def)) = (&success.carries, page_type(contract, operation))
        && def.resource.is_none()
        && operation.query_of.is_some()
    {
        report.add(&success.at.child("list"), format!("`{name}` is no resource"));
    }
}

/// Whatever would be added to the answer is lost: an object gives it.
fn upgrade(operation: &Operation, report: &mut Report) {
    let at = &operation.at;
    if operation.method != "GET" {
        report.add(&at.child("upgrade"), "only a GET becomes a socket");
    }
    if operation.idempotency {
        report.add(&at.child("idempotency"), "a socket is not made once more");
    }
    if operation.cache.scope != "none" || operation.cache.etag != ETag::None {
        report.add(&at.child("cache"), "a socket is not kept");
    }
    if !operation.cookies.is_empty() {
        report.add(&at.child("cookies"), "an object answers, and sets no cookies");
    }
}

/// It goes on after the answer has begun: there is one to each caller, and nothing of it is there to be kept.
fn stream(operation: &Operation, report: &mut Report) {
    let at = &operation.at;
    if operation.success.status != 200 {
        report.add(&operation.success.at, "a stream has the status 200");
    }
    if operation.method != "GET" {
        report.add(&operation.success.at.child("stream"), "only a GET becomes a stream");
    }
    if operation.cache.scope != "none" || operation.cache.etag != ETag::None {
        report.add(&at.child("cache"), "a stream is not kept");
    }
}

fn page_type<'a>(contract: &'a Contract, operation: &Operation) -> Option<&'a TypeDef> {
    match &operation.success.carries {
        Carries::Page(name) => contract.type_def(name),
        _ => None,
    }
}

/// A read whose answer the caller may keep costs one call at most, any other operation two.
fn limit(operation: &Operation) -> u32 {
    let kept = operation.cache.scope != "none" && operation.cache.max_age > 0;
    if operation.method == "GET" && operation.auth != Auth::Public && kept { 1 } else { 2 }
}

fn within_limits(operation: &Operation) -> bool {
    operation.budget.total() <= limit(operation)
}

fn budget(contract: &Contract, operation: &Operation, report: &mut Report) {
    if !within_limits(operation) && !contract.exceptions.iter().any(|(id, _)| *id == operation.id) {
        report.add(
            &operation.at.child("budget"),
            format!(
                "{} calls are more than {}; argue it in `budget_exceptions` or make fewer",
                operation.budget.total(),
                limit(operation)
            ),
        );
    }
}

fn parameters(contract: &Contract, operation: &Operation, report: &mut Report) {
    let places =
        [("path", &operation.path_parameters), ("query", &operation.query), ("headers", &operation.headers)];
    for (place, parameters) in places {
        for (index, parameter) in parameters.iter().enumerate() {
            let at = &parameter.schema.at;
            if parameters.iter().take(index).any(|earlier| earlier.name == parameter.name) {
                report.add(at, format!("the parameter `{}` is declared twice", parameter.name));
            }
            one_parameter(contract, place, parameter, report);
        }
    }
}

fn one_parameter(contract: &Contract, place: &str, parameter: &Parameter, report: &mut Report) {
    let at = &parameter.schema.at;
    let target = contract.target(&parameter.schema);
    let scalar = |kind: &Kind| {
        matches!(
            kind,
            Kind::Text { .. }
                | Kind::Choice { .. }
                | Kind::Integer { .. }
                | Kind::Number { .. }
                | Kind::Boolean(_)
        )
    };
    let fits = match &target.kind {
        Kind::Array { items, .. } => place == "query" && scalar(&contract.target(items).kind),
        kind => scalar(kind),
    };
    if !fits || target.nullable {
        report.add(at, format!("`{}` cannot be written in the {place}", parameter.name));
    }
    if parameter.schema.description.is_none() && target.description.is_none() {
        report.add(at, "`description` is missing");
    }
    if contract.class_of(&parameter.schema) == Some(DataClass::Secret) && place != "headers" {
        report.add(at, format!("`{}` is secret and does not belong into an address", parameter.name));
    }
    if place == "headers" && RESERVED_HEADERS.contains(&parameter.name.to_ascii_lowercase().as_str()) {
        report.add(at, format!("the header `{}` is the gateway's", parameter.name));
    }
}
