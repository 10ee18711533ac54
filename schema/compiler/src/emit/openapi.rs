//! `openapi.json`: the whole as an OpenAPI 3.1 document.

use super::checks::pages;
use super::openapi_operation::operations;
use super::openapi_schema::{component, list, map, schema};
use crate::contract::oauth;
use crate::model::{Contract, Kind, ProblemCode, RateClass, Scope, SecurityScheme, TypeDef};
use crate::names::camel;
use crate::node::Node;

/// Builds the document.
pub fn document(contract: &Contract) -> Node {
    let mut paths: Vec<(String, Node)> = Vec::new();
    for (path, method, operation) in operations(contract) {
        match paths.iter_mut().find(|(known, _)| *known == path) {
            Some((_, Node::Map(methods))) => methods.push((method, operation)),
            _ => paths.push((path, Node::Map(vec![(method, operation)]))),
        }
    }
    map([
        ("openapi", "3.1.0".into()),
        ("info", info(contract)),
        ("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema".into()),
        ("servers", pairs(&contract.servers, "url")),
        ("tags", pairs(&contract.tags, "name")),
        ("x-scopes", scopes(&contract.scopes)),
        ("x-rate-classes", rate_classes(contract)),
        ("paths", Node::Map(paths)),
        ("components", components(contract)),
    ])
}

fn rate_classes(contract: &Contract) -> Node {
    let class = |class: &RateClass| {
        let mut entries = vec![("meaning".to_owned(), class.meaning.as_str().into())];
        for (window, units) in ["minute", "hour", "day"].into_iter().zip(class.quota.into_iter().flatten()) {
            entries.push((window.to_owned(), Node::Int(i64::from(units))));
        }
        (class.name.clone(), Node::Map(entries))
    };
    Node::Map(contract.rate_classes.iter().map(class).collect())
}

fn info(contract: &Contract) -> Node {
    map([
        ("title", contract.title.as_str().into()),
        ("version", contract.version.as_str().into()),
        ("description", contract.description.as_str().into()),
        (
            "license",
            map([
                ("name", contract.license.as_str().into()),
                ("identifier", contract.license.as_str().into()),
            ]),
        ),
    ])
}

fn pairs(entries: &[(String, String)], key: &str) -> Node {
    list(
        entries.iter().map(|(first, words)| {
            map([(key, first.as_str().into()), ("description", words.as_str().into())])
        }),
    )
}

fn scopes(scopes: &[Scope]) -> Node {
    let entry = |scope: &Scope| {
        let holders = list(scope.holders.iter().map(|holder| Node::from(*holder)));
        (scope.name.clone(), map([("meaning", scope.meaning.as_str().into()), ("holders", holders)]))
    };
    Node::Map(scopes.iter().map(entry).collect())
}

fn security(schemes: &[SecurityScheme]) -> Node {
    Node::Map(schemes.iter().map(|scheme| (scheme.name.clone(), scheme.node.clone())).collect())
}

fn components(contract: &Contract) -> Node {
    let mut schemas: Vec<(String, Node)> =
        contract.types.iter().map(|def| (def.name.clone(), named(contract, def))).collect();
    for name in pages(contract) {
        schemas.push((format!("{name}Page"), page(name)));
    }
    if contract.operations.iter().any(|operation| operation.oauth_errors) {
        schemas.push(("OAuthError".to_owned(), oauth_error_schema()));
    }
    schemas.push(("Problem".to_owned(), problem_schema(contract)));
    schemas.push(("Violation".to_owned(), violation_schema()));
    let headers = contract
        .headers
        .iter()
        .map(|header| {
            let always = contract.response_headers.contains(&header.name);
            let mut entries = vec![("description".to_owned(), header.description.as_str().into())];
            if always {
                entries.push(("required".to_owned(), Node::Bool(true)));
            }
            entries.push(("schema".to_owned(), schema(contract, &header.schema)));
            (header.name.clone(), Node::Map(entries))
        })
        .collect();
    let responses = contract
        .problems
        .iter()
        .map(|problem| (camel(&problem.code), response(contract, &[problem])))
        .collect();
    map([
        ("schemas", Node::Map(schemas)),
        ("responses", Node::Map(responses)),
        ("headers", Node::Map(headers)),
        ("securitySchemes", security(&contract.security)),
    ])
}

/// A named type. What an open one has besides is ignored, and an empty field of it counts as left out.
fn named(contract: &Contract, def: &TypeDef) -> Node {
    let mut node = schema(contract, &def.schema);
    if let (true, Kind::Object { properties, .. }, Node::Map(entries)) =
        (def.open, &def.schema.kind, &mut node)
    {
        entries.retain(|(key, _)| key != "additionalProperties");
        for property in properties.iter().filter(|property| !property.required) {
            let members = entries.iter_mut().find(|(key, _)| key == "properties").map(|(_, members)| members);
            if let Some(member) = members.and_then(|members| members.get_mut(&property.name)) {
                *member = or_empty(member.clone());
            }
        }
    }
    node
}

/// A schema that the empty text passes as well.
pub fn or_empty(schema: Node) -> Node {
    map([("anyOf", list([schema, map([("const", "".into())])]))])
}

fn page(name: &str) -> Node {
    let mut cursor = vec![("type".to_owned(), list(["string".into(), "null".into()]))];
    cursor.push((
        "description".to_owned(),
        "What to send as `cursor` for the next page; null on the last one.".into(),
    ));
    map([
        ("type", "object".into()),
        ("description", "One page of a list.".into()),
        ("required", list(["items", "has_more", "next_cursor"].map(Node::from))),
        (
            "properties",
            map([
                (
                    "items",
                    map([
                        ("type", "array".into()),
                        ("items", component("schemas", name)),
                        ("maxItems", Node::Int(100)),
                        ("description", "In the order that was asked for.".into()),
                    ]),
                ),
                (
                    "has_more",
                    map([("type", "boolean".into()), ("description", "Whether more follow.".into())]),
                ),
                ("next_cursor", Node::Map(cursor)),
            ]),
        ),
        ("additionalProperties", Node::Bool(false)),
    ])
}

fn text(words: &str) -> Node {
    map([("type", "string".into()), ("description", words.into())])
}

fn problem_schema(contract: &Contract) -> Node {
    let codes = contract.problems.iter().map(|problem| problem.code.as_str().into());
    let code = map([
        ("type", "string".into()),
        ("enum", list(codes)),
        ("description", "The stable code: decide by this one.".into()),
    ]);
    let status = map([
        ("type", "integer".into()),
        ("minimum", Node::Int(400)),
        ("maximum", Node::Int(599)),
        ("description", "The HTTP status again.".into()),
    ]);
    let violations = map([
        ("type", "array".into()),
        ("items", component("schemas", "Violation")),
        ("maxItems", Node::Int(100)),
        ("description", "Every broken rule of the contract.".into()),
    ]);
    let request_id = map([
        ("type", "string".into()),
        ("format", "uuid".into()),
        ("description", "The id of the request, as it stands in the log.".into()),
    ]);
    map([
        ("type", "object".into()),
        ("description", "A problem document (RFC 9457).".into()),
        ("required", list(["type", "title", "status", "code", "request_id"].map(Node::from))),
        (
            "properties",
            map([
                ("type", text("A URI that names the kind of problem.")),
                ("title", text("The kind of problem in a few words; the same for every occurrence.")),
                ("status", status),
                ("code", code),
                ("detail", text("What is particular about this occurrence.")),
                ("request_id", request_id),
                ("violations", violations),
            ]),
        ),
    ])
}

fn violation_schema() -> Node {
    let place = map([
        ("type", "string".into()),
        ("enum", list(["body", "query", "path", "header"].map(Node::from))),
        ("description", "Which part of the request.".into()),
    ]);
    map([
        ("type", "object".into()),
        ("description", "One broken rule.".into()),
        ("required", list(["in", "pointer", "code", "message"].map(Node::from))),
        (
            "properties",
            map([
                ("in", place),
                ("pointer", text("Where in that part, as a JSON pointer (RFC 6901).")),
                ("code", text("Which rule, in kebab case; stable.")),
                ("message", text("The rule in words.")),
            ]),
        ),
    ])
}

fn oauth_error_schema() -> Node {
    let error = map([
        ("type", "string".into()),
        ("enum", list(oauth::ERRORS.map(Node::from))),
        ("description", "The kind of error.".into()),
    ]);
    map([
        ("type", "object".into()),
        ("description", "An error as OAuth clients read it (RFC 6749 section 5.2).".into()),
        ("required", list(["error".into()])),
        (
            "properties",
            map([("error", error), ("error_description", text("What is particular about this occurrence."))]),
        ),
        ("additionalProperties", Node::Bool(false)),
    ])
}

/// Text of that kind.
pub fn text_content(media: &str) -> Node {
    map([(media, map([("schema", map([("type", "string".into())]))]))])
}

/// The response of problems of one status that are told by a page.
pub fn page_response(contract: &Contract, problems: &[&ProblemCode]) -> Node {
    told(contract, problems, text_content("text/html"))
}

/// The response of problems of one status that OAuth clients read.
pub fn oauth_response(contract: &Contract, problems: &[&ProblemCode]) -> Node {
    let mut examples: Vec<(String, Node)> = Vec::new();
    for problem in problems {
        let value = map([
            ("error", oauth::error(&problem.code).into()),
            ("error_description", problem.title.as_str().into()),
        ]);
        examples.push((problem.code.clone(), map([("value", value)])));
    }
    let media = map([("schema", component("schemas", "OAuthError")), ("examples", Node::Map(examples))]);
    told(contract, problems, map([("application/json", media)]))
}

/// The response of one or several problems of one status.
pub fn response(contract: &Contract, problems: &[&ProblemCode]) -> Node {
    let examples: Vec<(String, Node)> =
        problems.iter().map(|problem| (problem.code.clone(), map([("value", example(problem))]))).collect();
    let media = map([("schema", component("schemas", "Problem")), ("examples", Node::Map(examples))]);
    told(contract, problems, map([("application/problem+json", media)]))
}

fn told(contract: &Contract, problems: &[&ProblemCode], content: Node) -> Node {
    let words: Vec<String> = problems
        .iter()
        .map(|problem| match problems {
            [_] => format!("{}. {}", problem.title, problem.meaning),
            _ => format!("`{}`: {}. {}", problem.code, problem.title, problem.meaning),
        })
        .collect();
    let mut names = contract.response_headers.clone();
    if problems.iter().any(|problem| matches!(problem.status, 429 | 503)) {
        names.push("Retry-After".to_owned());
    }
    if problems.iter().any(|problem| problem.status == 426) {
        names.extend(["Connection", "Upgrade"].map(str::to_owned));
    }
    map([
        ("description", words.join("\n\n").into()),
        ("headers", headers(contract, &names)),
        ("content", content),
    ])
}

/// References to those of the named headers that the contract knows.
pub fn headers(contract: &Contract, names: &[String]) -> Node {
    let known = names.iter().filter(|name| contract.headers.iter().any(|header| header.name == **name));
    Node::Map(known.map(|name| (name.clone(), component("headers", name))).collect())
}

fn example(problem: &ProblemCode) -> Node {
    let mut entries = vec![
        ("type".to_owned(), format!("urn:witness:problem:{}", problem.code).into()),
        ("title".to_owned(), problem.title.as_str().into()),
        ("status".to_owned(), Node::Int(i64::from(problem.status))),
        ("code".to_owned(), problem.code.as_str().into()),
        ("request_id".to_owned(), "0197f7a0-0000-7000-8000-0000000000ff".into()),
    ];
    if problem.code == "invalid-request" {
        let violation = map([
            ("in", "body".into()),
            ("pointer", "/birth_date".into()),
            ("code", "format".into()),
            ("message", "must have the format date".into()),
        ]);
        entries.push(("violations".to_owned(), list([violation])));
    }
    Node::Map(entries)
}
