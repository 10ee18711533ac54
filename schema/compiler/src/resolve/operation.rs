//! Operations of a room.

use super::answers::{body, examples, problems, success};
use super::parameters::{list_parameters, parameters};
use crate::Report;
use crate::model::{Auth, Budget, Cache, Contract, Deprecated, ETag, IfMatch, Kept, Operation};
use crate::node::Cursor;

const KEYWORDS: [&str; 29] = [
    "operation_id",
    "summary",
    "description",
    "auth",
    "scopes",
    "sensitive",
    "step_up",
    "audited",
    "rate",
    "cache",
    "body_limit",
    "idempotency",
    "if_match",
    "budget",
    "path",
    "query",
    "query_of",
    "open_query",
    "headers",
    "cookies",
    "body",
    "responses",
    "upgrade",
    "problems",
    "oauth_errors",
    "examples",
    "deprecated",
    "location",
    "light",
];

/// Reads the operations of `paths/<room>.yaml` or `paths/<room>/<subject>.yaml`.
pub fn room(room: &str, cursor: &Cursor<'_>, contract: &mut Contract, report: &mut Report) {
    if !contract.tags.iter().any(|(tag, _)| tag == room) {
        report.add(&cursor.at, format!("the room `{room}` has no tag in openapi.yaml"));
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
            report.add(&cursor.at, format!("`idempotency` is missing: a {method} says none or optional"));
            false
        }
        (Some(other), _) => {
            report.add(&cursor.at.child("idempotency"), format!("`{other}` is neither none nor optional"));
            false
        }
    };
    let if_match = match cursor.maybe_text("if_match", report).as_deref() {
        None => IfMatch::None,
        Some("optional") => IfMatch::Optional,
        Some("required") => IfMatch::Required,
        Some(other) => {
            report.add(&cursor.at.child("if_match"), format!("`{other}` is neither optional nor required"));
            IfMatch::None
        }
    };
    let answers = success(cursor, contract, report);
    let query_of = cursor.maybe_text("query_of", report);
    let step_up = cursor.maybe_flag("step_up", report);
    let (success, redirect) = answers?;
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
        sensitive: cursor.maybe_flag("sensitive", report) || step_up,
        step_up,
        audited: cursor.maybe_flag("audited", report),
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
        cookies: cookies(cursor, contract, report),
        query_of: query_of.clone(),
        body: body(cursor, contract, report),
        open_query: cursor.maybe_flag("open_query", report),
        success,
        redirect,
        oauth_errors: cursor.maybe_flag("oauth_errors", report),
        problems: Vec::new(),
        examples: examples(cursor, report),
        deprecated: deprecated(cursor, report),
        location: cursor.maybe_text("location", report),
        light: cursor.maybe_flag("light", report),
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
            report.add(&cursor.at.child("auth"), format!("`{other}` is none of public, user, admin"));
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
            report.add(&cursor.at, "`scopes` is missing: name them, or spell out an empty list");
            Vec::new()
        }
        (None, _) => Vec::new(),
        (Some(list), _) => {
            let mut scopes = Vec::new();
            for item in list.items(report) {
                if let Some(scope) = item.text(report) {
                    if contract.scope(scope).is_none() {
                        report.add(&item.at, format!("unknown scope `{scope}`"));
                    }
                    scopes.push(scope.to_owned());
                }
            }
            scopes
        }
    }
}

fn cookies(cursor: &Cursor<'_>, contract: &Contract, report: &mut Report) -> Vec<String> {
    let mut cookies = Vec::new();
    for item in cursor.get("cookies").map(|list| list.items(report)).unwrap_or_default() {
        let Some(name) = item.text(report) else { continue };
        if !contract.cookies.iter().any(|(known, _)| known == name) {
            report.add(&item.at, format!("unknown cookie `{name}`"));
        }
        cookies.push(name.to_owned());
    }
    cookies
}

fn rate(cursor: &Cursor<'_>, contract: &Contract, report: &mut Report) -> (String, u32) {
    let Some(rate) = cursor.need("rate", report) else {
        return (String::new(), 1);
    };
    rate.only(&["class", "cost"], report);
    let class = rate.need_text("class", report).unwrap_or_default();
    if !class.is_empty() && !contract.rate_classes.iter().any(|known| known.name == class) {
        report.add(&rate.at.child("class"), format!("unknown rate class `{class}`"));
    }
    (class.to_owned(), rate.need("cost", report).and_then(|cost| cost.count(report)).unwrap_or(1))
}

fn cache(cursor: &Cursor<'_>, report: &mut Report) -> Cache {
    let mut cache = Cache { scope: "none".to_owned(), max_age: 0, stale: 0, etag: ETag::None, kept: None };
    let Some(member) = cursor.need("cache", report) else {
        return cache;
    };
    member.only(&["scope", "max_age", "stale_while_revalidate", "etag", "kept"], report);
    match member.need_text("scope", report) {
        Some(scope @ ("none" | "private" | "public")) => scope.clone_into(&mut cache.scope),
        Some(other) => {
            report.add(&member.at.child("scope"), format!("`{other}` is none of none, private, public"));
        }
        None => {}
    }
    match member.need_text("etag", report) {
        Some("none") | None => {}
        Some("version") => cache.etag = ETag::Version,
        Some("content") => cache.etag = ETag::Content,
        Some(other) => {
            report.add(&member.at.child("etag"), format!("`{other}` is none of none, version, content"));
        }
    }
    if cache.scope == "none" {
        for key in ["max_age", "stale_while_revalidate", "kept"] {
            if let Some(entry) = member.get(key) {
                report.add(&entry.at, format!("`{key}` has no meaning when nobody may keep the answer"));
            }
        }
    } else {
        cache.max_age = member.need("max_age", report).and_then(|age| age.count(report)).unwrap_or(0);
        cache.stale = member.get("stale_while_revalidate").and_then(|age| age.count(report)).unwrap_or(0);
        cache.kept = member.get("kept").map(|kept| self::kept(&kept, report));
    }
    cache
}

fn kept(member: &Cursor<'_>, report: &mut Report) -> Kept {
    member.only(&["seconds", "stale", "until"], report);
    let seconds = member.need("seconds", report).and_then(|count| count.count(report)).unwrap_or(0);
    let stale = member.get("stale").and_then(|count| count.count(report)).unwrap_or(0);
    let nouns = member.get("until").map(|list| list.items(report)).unwrap_or_default();
    let on = nouns.iter().filter_map(|noun| noun.text(report).map(str::to_owned)).collect();
    Kept { at: member.at.clone(), seconds, stale, on }
}

fn budget(cursor: &Cursor<'_>, report: &mut Report) -> Budget {
    let Some(member) = cursor.need("budget", report) else {
        return Budget::default();
    };
    member.only(&["d1", "kv", "object", "upstream"], report);
    let mut count = |key| {
        let calls = member.need(key, report).and_then(|calls| calls.count(report)).unwrap_or(0);
        if calls > 100 {
            report.add(&member.at.child(key), "must be at most 100");
        }
        calls.min(100)
    };
    Budget { d1: count("d1"), kv: count("kv"), object: count("object"), upstream: count("upstream") }
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
    Some(Deprecated { since, sunset, link: member.maybe_text("link", report) })
}
