//! Operations in the document.

use super::openapi::{headers, oauth_response, or_empty, page_response, response, text_content};
use super::openapi_samples::samples;
use super::openapi_schema::{component, list, map, parameter};
use crate::model::{
    Auth, Body, BodyForm, Carries, Contract, ETag, Example, IfMatch, Operation, ProblemCode, Response,
    VersionState,
};
use crate::names::camel;
use crate::node::Node;

const FORM: &str = "application/x-www-form-urlencoded";
/// A list of names, as `gateway::fields` reads it.
const FIELDS: &str = r"^[a-z0-9_]+(\.[a-z0-9_]+)*(,[a-z0-9_]+(\.[a-z0-9_]+)*){0,31}$";

/// Path, method and description of every operation.
///
/// Where a path parameter chooses the body, each of its values becomes a literal path with its own body:
/// the document has no other way to say that they belong together.
pub fn operations(contract: &Contract) -> Vec<(String, String, Node)> {
    let mut out = Vec::new();
    for operation in &contract.operations {
        let method = operation.method.to_ascii_lowercase();
        match operation.body.as_ref().map(|body| (&body.form, body)) {
            Some((BodyForm::By { parameter, of }, body)) => {
                for (value, name, _) in of {
                    let literal = literal_operation(operation, body, parameter, value, name);
                    let node = describe(contract, &literal, Some(&operation.id));
                    out.push((literal.path.clone(), method.clone(), node));
                }
            }
            _ => out.push((operation.path.clone(), method, describe(contract, operation, None))),
        }
    }
    out
}

fn literal_operation(
    operation: &Operation,
    body: &Body,
    parameter: &str,
    value: &str,
    name: &str,
) -> Operation {
    let mut literal = operation.clone();
    literal.path = operation.path.replace(&format!("{{{parameter}}}"), value);
    literal.id = format!("{}_{value}", operation.id);
    literal.summary = format!("{} ({value})", operation.summary);
    literal.path_parameters.retain(|known| known.name != parameter);
    literal.body = Some(Body { form: BodyForm::Type(name.to_owned()), ..body.clone() });
    let chosen = |example: &Example| {
        example.path.iter().any(|(known, given)| known == parameter && *given == Node::from(value))
    };
    literal.examples.retain(chosen);
    for example in &mut literal.examples {
        example.path.retain(|(known, _)| known != parameter);
    }
    literal
}

fn describe(contract: &Contract, operation: &Operation, written_as: Option<&str>) -> Node {
    let mut out = Vec::new();
    let mut add = |key: &str, value: Node| out.push((key.to_owned(), value));
    add("operationId", operation.id.as_str().into());
    add("summary", operation.summary.as_str().into());
    add("description", operation.description.as_str().into());
    add("tags", list([operation.room.as_str().into()]));
    let old = contract.versions.iter().find(|known| {
        operation.path.strip_prefix("/api/").and_then(|rest| rest.split('/').next()) == Some(&known.name)
    });
    if operation.deprecated.is_some() || old.is_some_and(|version| version.state == VersionState::Deprecated)
    {
        add("deprecated", Node::Bool(true));
    }
    add("security", security(contract, operation));
    let parameters = parameters(contract, operation);
    if !parameters.is_empty() {
        add("parameters", Node::List(parameters));
    }
    if let Some(body) = &operation.body {
        add("requestBody", request_body(operation, body));
    }
    add("responses", responses(contract, operation));
    if let Some(id) = written_as {
        add("x-operation", id.into());
    }
    add("x-rate-class", operation.rate_class.as_str().into());
    add("x-rate-cost", Node::Int(i64::from(operation.rate_cost)));
    add("x-scopes", list(operation.scopes.iter().map(|scope| scope.as_str().into())));
    if operation.open_query {
        add("x-open-query", Node::Bool(true));
    }
    let flags = [
        ("sensitive", operation.sensitive),
        ("step-up", operation.step_up),
        ("audited", operation.audited),
        ("upgrade", operation.is_upgrade()),
    ];
    for (name, _) in flags.into_iter().filter(|(_, set)| *set) {
        add(&format!("x-{name}"), Node::Bool(true));
    }
    let budget = operation.budget;
    let calls =
        [("d1", budget.d1), ("kv", budget.kv), ("object", budget.object), ("upstream", budget.upstream)];
    add("x-io-budget", map(calls.map(|(name, calls)| (name, Node::Int(i64::from(calls))))));
    if let Some(limit) = operation.body_limit {
        add("x-body-limit", Node::Int(i64::from(limit)));
    }
    if let Some(deprecated) = &operation.deprecated {
        let mut entries = vec![
            ("since".to_owned(), deprecated.since.as_str().into()),
            ("sunset".to_owned(), deprecated.sunset.as_str().into()),
        ];
        entries.extend(deprecated.link.as_deref().map(|link| ("link".to_owned(), link.into())));
        add("x-deprecation", Node::Map(entries));
    }
    if let Some(kept) = &operation.cache.kept {
        let mut entries = vec![
            ("seconds".to_owned(), Node::Int(i64::from(kept.seconds))),
            ("stale".to_owned(), Node::Int(i64::from(kept.stale))),
        ];
        if !kept.on.is_empty() {
            entries.push(("until".to_owned(), list(kept.on.iter().map(|noun| noun.as_str().into()))));
        }
        add("x-kept", Node::Map(entries));
    }
    if let Some(samples) = operation.examples.first().and_then(|example| samples(operation, example)) {
        add("x-codeSamples", samples);
    }
    Node::Map(out)
}

fn security(contract: &Contract, operation: &Operation) -> Node {
    if operation.auth == Auth::Public {
        return list([]);
    }
    let scopes = || list(operation.scopes.iter().map(|scope| scope.as_str().into()));
    let to_keys = |scope: &String| contract.scope(scope).is_some_and(|scope| scope.holders.contains(&"key"));
    let fits = |credential: &str| match credential {
        "session" => true,
        "key" => operation.auth == Auth::User && !operation.step_up && operation.scopes.iter().all(to_keys),
        "admin_key" => operation.auth == Auth::Admin,
        _ => false,
    };
    let schemes = contract.security.iter().filter(|scheme| fits(&scheme.credential));
    list(schemes.map(|scheme| Node::Map(vec![(scheme.name.clone(), scopes())])))
}

fn parameters(contract: &Contract, operation: &Operation) -> Vec<Node> {
    let mut out = Vec::new();
    let places =
        [("path", &operation.path_parameters), ("query", &operation.query), ("header", &operation.headers)];
    for (place, parameters) in places {
        for known in parameters {
            let examples: Vec<(String, Node)> = operation
                .examples
                .iter()
                .filter_map(|example| {
                    let given = match place {
                        "path" => &example.path,
                        "query" => &example.query,
                        _ => &example.headers,
                    };
                    let (_, value) = given.iter().find(|(name, _)| *name == known.name)?;
                    Some((example.name.clone(), value.clone()))
                })
                .collect();
            let mut node = parameter(contract, place, known, &examples);
            if let (true, "query", Some(schema)) =
                (operation.open_query && !known.required, place, node.get_mut("schema"))
            {
                *schema = or_empty(schema.clone());
            }
            out.push(node);
        }
    }
    if operation.light {
        out.push(map([
            ("name", "fields".into()),
            ("in", "query".into()),
            (
                "description",
                "The fields to answer with and no others: names with commas between, a dot before the name of an inner \
                 field; lists are as their items. The answer has these alone, whatever its schema requires; an unknown name \
                 gives 422."
                    .into(),
            ),
            ("required", Node::Bool(false)),
            ("schema", map([("type", "string".into()), ("pattern", FIELDS.into()), ("maxLength", Node::Int(512))])),
        ]));
    }
    for (name, words) in contract.cookies.iter().filter(|(name, _)| operation.cookies.contains(name)) {
        out.push(map([
            ("name", format!("__Host-{name}").into()),
            ("in", "cookie".into()),
            ("description", words.as_str().into()),
            ("required", Node::Bool(false)),
            ("schema", map([("type", "string".into())])),
        ]));
    }
    if operation.idempotency {
        out.push(header(
            "Idempotency-Key",
            false,
            "Makes repeating this request safe: the same key with the same body gets the first answer again for at \
             least 24 hours.",
            Some("^[\\u0021-\\u007e]{1,255}$"),
        ));
    }
    if operation.method == "GET" && operation.cache.etag != ETag::None {
        out.push(header(
            "If-None-Match",
            false,
            "Entity tags that the caller has already; a match gives 304 without a body.",
            None,
        ));
    }
    if operation.is_upgrade() {
        out.push(header(
            "Upgrade",
            true,
            "Asks for a socket (RFC 6455), whose further headers a client of sockets sends by itself. Without it the \
             answer is 426.",
            Some("^websocket$"),
        ));
    }
    if operation.if_match != IfMatch::None {
        out.push(header(
            "If-Match",
            operation.if_match == IfMatch::Required,
            "The entity tag of the version that the change builds on; another one gives 412.",
            Some("^\"v[1-9][0-9]{0,14}\"$"),
        ));
    }
    out
}

fn header(name: &str, required: bool, words: &str, pattern: Option<&str>) -> Node {
    let mut schema = vec![("type".to_owned(), "string".into())];
    schema.extend(pattern.map(|pattern| ("pattern".to_owned(), pattern.into())));
    map([
        ("name", name.into()),
        ("in", "header".into()),
        ("description", words.into()),
        ("required", Node::Bool(required)),
        ("schema", Node::Map(schema)),
    ])
}

fn request_body(operation: &Operation, body: &Body) -> Node {
    let (name, media): (&str, &[&str]) = match &body.form {
        BodyForm::MergePatch(name) => (name, &["application/merge-patch+json", "application/json"]),
        BodyForm::Type(name) => match (body.json, body.url_encoded) {
            (true, true) => (name, &["application/json", FORM]),
            (_, true) => (name, &[FORM]),
            _ => (name, &["application/json"]),
        },
        // Taken apart before.
        BodyForm::By { .. } => ("", &[]),
    };
    let examples: Vec<(String, Node)> = operation
        .examples
        .iter()
        .filter_map(|example| {
            let value = example.body.clone()?;
            let entry = map([("summary", example.summary.as_str().into()), ("value", value)]);
            Some((example.name.clone(), entry))
        })
        .collect();
    let content = media
        .iter()
        .map(|media| {
            let mut entries = vec![("schema".to_owned(), component("schemas", name))];
            if !examples.is_empty() {
                entries.push(("examples".to_owned(), Node::Map(examples.clone())));
            }
            ((*media).to_owned(), Node::Map(entries))
        })
        .collect();
    map([("required", Node::Bool(body.required)), ("content", Node::Map(content))])
}

fn responses(contract: &Contract, operation: &Operation) -> Node {
    let mut out =
        vec![(operation.success.status.to_string(), success(contract, operation, &operation.success))];
    if let Some(redirect) = &operation.redirect {
        out.push((redirect.status.to_string(), success(contract, operation, redirect)));
    }
    if operation.method == "GET" && operation.cache.etag != ETag::None {
        let mut names = contract.response_headers.clone();
        names.push("ETag".to_owned());
        out.push((
            "304".to_owned(),
            map([
                ("description", "The caller has the current representation already.".into()),
                ("headers", headers(contract, &names)),
            ]),
        ));
    }
    let mut problems: Vec<&ProblemCode> =
        contract.problems.iter().filter(|problem| operation.problems.contains(&problem.code)).collect();
    let status = |problem: &&ProblemCode| operation.status_of(problem.status);
    problems.sort_by_key(status);
    for group in problems.chunk_by(|a, b| status(a) == status(b)) {
        let node = match group {
            several if operation.oauth_errors => oauth_response(contract, several),
            several if operation.is_for_browsers() => page_response(contract, several),
            [only] => component("responses", &camel(&only.code)),
            several => response(contract, several),
        };
        let status = group.first().map_or(500, status);
        out.push((status.to_string(), node));
    }
    Node::Map(out)
}

fn success(contract: &Contract, operation: &Operation, success: &Response) -> Node {
    if operation.is_upgrade() {
        let own = ["Connection", "Upgrade", "Sec-WebSocket-Accept"].map(str::to_owned);
        let names: Vec<String> = own.into_iter().chain(success.headers.iter().cloned()).collect();
        return map([
            ("description", success.description.as_str().into()),
            ("headers", headers(contract, &names)),
        ]);
    }
    let mut names = contract.response_headers.clone();
    let mut add = |name: &str, holds: bool| {
        if holds && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    };
    add("ETag", operation.cache.etag != ETag::None && success.carries != Carries::Nothing);
    add("Location", operation.location.is_some() || success.carries == Carries::Redirect);
    add("Set-Cookie", !operation.cookies.is_empty());
    add("Deprecation", operation.deprecated.is_some());
    add("Sunset", operation.deprecated.is_some());
    add("Link", operation.deprecated.as_ref().is_some_and(|deprecated| deprecated.link.is_some()));
    add("RateLimit", true);
    add("RateLimit-Policy", true);
    add("RateLimit-Warning", true);
    add("Idempotency-Replayed", operation.idempotency);
    add("D1-Bookmark", operation.budget.d1 > 0 && operation.cache.kept.is_none());
    add("Age", operation.cache.kept.is_some());
    add("Cache-Status", operation.cache.kept.is_some());
    add("API-Version", operation.path.starts_with("/api/"));
    success.headers.iter().for_each(|name| add(name, true));
    let mut out = vec![
        ("description".to_owned(), success.description.as_str().into()),
        ("headers".to_owned(), headers(contract, &names)),
    ];
    let schema = match &success.carries {
        Carries::Nothing | Carries::Redirect | Carries::Upgrade => return Node::Map(out),
        Carries::Html => {
            out.push(("content".to_owned(), text_content("text/html")));
            return Node::Map(out);
        }
        Carries::Stream => {
            out.push(("content".to_owned(), text_content("text/event-stream")));
            return Node::Map(out);
        }
        Carries::Text(_) => map([("type", "string".into())]),
        Carries::One(name) => component("schemas", name),
        Carries::Page(name) => component("schemas", &format!("{name}Page")),
    };
    let mut content = vec![("schema".to_owned(), schema)];
    let examples: Vec<(String, Node)> = operation
        .examples
        .iter()
        .filter(|example| example.status == success.status)
        .filter_map(|example| {
            let value = example.response.clone()?;
            Some((
                example.name.clone(),
                map([("summary", example.summary.as_str().into()), ("value", value)]),
            ))
        })
        .collect();
    if !examples.is_empty() {
        content.push(("examples".to_owned(), Node::Map(examples)));
    }
    let media = match &success.carries {
        Carries::Text(media) => media.split(';').next().unwrap_or_default(),
        _ => "application/json",
    };
    out.push(("content".to_owned(), map([(media, Node::Map(content))])));
    Node::Map(out)
}
