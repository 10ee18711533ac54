//! Bodies, answers, problems and examples of operations.

use super::{members, nodes};
use crate::Report;
use crate::model::{Auth, Body, BodyForm, Carries, Contract, Example, IfMatch, Operation, Response};
use crate::node::{Cursor, Node};

pub fn body(cursor: &Cursor<'_>, contract: &Contract, report: &mut Report) -> Option<Body> {
    let member = cursor.get("body")?;
    member.only(&["type", "merge_patch", "form", "by", "of", "accepts", "required"], report);
    let mut known = |name: &str, at: crate::node::At| {
        if contract.type_def(name).is_none() {
            report.add(&at, format!("unknown type `{name}`"));
        }
        name.to_owned()
    };
    let kinds = ["type", "form", "merge_patch", "by"];
    let given: Vec<(&str, &Node)> =
        kinds.into_iter().filter_map(|key| Some((key, member.node.get(key)?))).collect();
    let form = match given[..] {
        [(key @ ("type" | "form"), Node::Text(name))] => BodyForm::Type(known(name, member.at.child(key))),
        [("merge_patch", Node::Text(name))] => {
            BodyForm::MergePatch(known(name, member.at.child("merge_patch")))
        }
        [("by", Node::Text(parameter))] => BodyForm::By {
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
            report.add(&member.at, "a body has one of `type`, `form`, `merge_patch` and `by`");
            return None;
        }
    };
    let required = member.get("required").and_then(|flag| flag.flag(report)).unwrap_or(true);
    let is_form = member.get("form").is_some();
    let (mut json, mut url_encoded) = (!is_form, is_form);
    if let Some(accepts) = member.get("accepts") {
        (json, url_encoded) = (false, false);
        for item in accepts.items(report) {
            match item.text(report) {
                Some("json") => json = true,
                Some("form") => url_encoded = true,
                Some(other) => report.add(&item.at, format!("`{other}` is neither json nor form")),
                None => {}
            }
        }
        if !matches!(form, BodyForm::Type(_)) {
            report.add(&accepts.at, "`accepts` stands beside `type`");
        }
    }
    Some(Body { at: member.at.clone(), form, json, url_encoded, required })
}

/// The answer of success, and the redirect that may come instead.
pub fn success(
    cursor: &Cursor<'_>,
    contract: &Contract,
    report: &mut Report,
) -> Option<(Response, Option<Response>)> {
    let list = cursor.need("responses", report)?;
    let upgrades = cursor.maybe_flag("upgrade", report);
    let mut found = Vec::new();
    for (status, member) in list.entries(report) {
        member
            .only(&["description", "type", "list", "text", "page", "redirect", "stream", "headers"], report);
        let description = member.need_text("description", report).unwrap_or_default().to_owned();
        let status = match status.parse::<u16>() {
            Ok(101) if upgrades => 101,
            _ if upgrades => {
                report.add(&member.at, "an upgrade has the response 101 alone");
                continue;
            }
            Ok(status @ 200..=299) => status,
            Ok(status @ (302 | 303)) if member.get("redirect").is_some() => status,
            Ok(101) => {
                report.add(&member.at, "a 101 is the response of an operation with `upgrade: true`");
                continue;
            }
            _ => {
                report.add(
                    &member.at,
                    "a response has a status of 200 to 299, a redirect 302 or 303; problems are named in `problems`",
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
        let given: Vec<(&str, &Node)> = ["type", "list", "text", "page", "redirect", "stream"]
            .into_iter()
            .filter_map(|key| Some((key, member.node.get(key)?)))
            .collect();
        let carries = match given[..] {
            [] if upgrades => Carries::Upgrade,
            _ if upgrades => {
                report.add(&member.at, "a 101 has no body, and says nothing of one");
                Carries::Upgrade
            }
            [("type", Node::Text(none))] if none == "none" => Carries::Nothing,
            [("type", Node::Text(name))] => Carries::One(known("type", name)),
            [("list", Node::Text(name))] => Carries::Page(known("list", name)),
            [("text", Node::Text(media))] if media.starts_with("text/") => Carries::Text(media.clone()),
            [("page", Node::Bool(true))] => Carries::Html,
            [("redirect", Node::Bool(true))] => Carries::Redirect,
            [("stream", Node::Bool(true))] => Carries::Stream,
            _ => {
                report.add(
                    &member.at,
                    "a response has one of `type`, `list`, `text` (a media type `text/…`), `page: true`, \
                     `redirect: true` and `stream: true`; `type: none` for no body",
                );
                Carries::Nothing
            }
        };
        let mut headers = Vec::new();
        for item in member.get("headers").map(|list| list.items(report)).unwrap_or_default() {
            if let Some(name) = item.text(report) {
                if !contract.headers.iter().any(|header| header.name == name) {
                    report.add(&item.at, format!("unknown header `{name}`"));
                }
                headers.push(name.to_owned());
            }
        }
        found.push(Response { at: member.at.clone(), status, description, carries, headers });
    }
    if upgrades {
        if found.is_empty() && list.entries(report).is_empty() {
            report.add(&list.at, "an upgrade has the response 101 alone");
        }
        return found.pop().map(|success| (success, None));
    }
    let (redirects, mut others): (Vec<Response>, Vec<Response>) =
        found.into_iter().partition(|response| response.carries == Carries::Redirect);
    let mut redirects = redirects.into_iter();
    match (others.len(), redirects.len()) {
        (0, 1) => redirects.next().map(|redirect| (redirect, None)),
        (1, 0 | 1) => {
            let (success, redirect) = (others.remove(0), redirects.next());
            if redirect.is_some() && success.carries != Carries::Html {
                report.add(&list.at, "a redirect stands alone or beside a page");
            }
            Some((success, redirect))
        }
        (_, 0 | 1) => {
            report.add(&list.at, format!("an operation has exactly one 2xx response, not {}", others.len()));
            others.into_iter().next().map(|success| (success, None))
        }
        _ => {
            report.add(&list.at, "an operation has at most one redirect");
            others.into_iter().next().map(|success| (success, None))
        }
    }
}

/// The codes that an operation names and those that follow from what it is.
pub fn problems(
    cursor: &Cursor<'_>,
    operation: &Operation,
    contract: &Contract,
    report: &mut Report,
) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for item in cursor.get("problems").map(|list| list.items(report)).unwrap_or_default() {
        if let Some(code) = item.text(report) {
            if !contract.problems.iter().any(|problem| problem.code == code) {
                report.add(&item.at, format!("unknown problem `{code}`"));
            }
            codes.push(code.to_owned());
        }
    }
    for code in implied(operation) {
        if !contract.problems.iter().any(|problem| problem.code == code) {
            let at = crate::node::At { file: "problems.yaml".into(), pointer: String::new() };
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
        "temporarily-blocked",
        "internal-error",
        "dependency-unavailable",
    ];
    if operation.auth != Auth::Public {
        codes.extend(["unauthenticated", "forbidden", "account-suspended"]);
    }
    if operation.step_up {
        codes.push("step-up-required");
    }
    if operation.path.starts_with("/api/") {
        codes.push("version-retired");
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
    if operation.is_upgrade() {
        codes.push("upgrade-required");
    }
    codes
}

pub fn examples(cursor: &Cursor<'_>, report: &mut Report) -> Vec<Example> {
    let mut examples = Vec::new();
    for (name, member) in members(cursor, "examples", report) {
        member.only(&["summary", "path", "query", "headers", "body", "response", "status"], report);
        let summary = member.need_text("summary", report).unwrap_or_default().to_owned();
        let status = member.need("status", report).and_then(|status| status.count(report)).unwrap_or(0);
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
