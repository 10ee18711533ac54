//! The OpenAPI document as judge of answers, by an independent JSON Schema implementation.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};
use witness::contract::Operation;

use crate::app::Reply;

/// The document that is served.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/public/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// The operations of the document: path, method and the operation object. Operations whose body is chosen by a
/// path parameter stand there once for each value.
pub fn operations() -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.get("operationId").is_some() {
                all.push((path.clone(), method.to_uppercase(), operation.clone()));
            }
        }
    }
    all
}

/// Path, method and document of an operation. Where a parameter chooses the body there is one for each of its values, of
/// which the first is given; another operation's name may begin in the same way, so that its own comes first.
pub fn of(id: &str) -> (String, String, Value) {
    let named = |documented: &Value| documented["operationId"].as_str().unwrap().to_owned();
    let begins = |name: String| name.strip_prefix(id).is_some_and(|rest| rest.starts_with('_'));
    let mut all = operations();
    let exact = all.iter().position(|(_, _, documented)| named(documented) == id);
    let found = exact.or_else(|| all.iter().position(|(_, _, documented)| begins(named(documented))));
    all.swap_remove(found.unwrap_or_else(|| panic!("{id} is not in the document")))
}

/// Fails unless the status is documented for the operation, and the body and headers are as documented.
pub fn conforms(operation: Operation, method: &str, reply: &Reply) {
    let id = operation.id();
    if method == "HEAD" {
        return;
    }
    let (_, _, documented) = of(id);
    let response = &documented["responses"][reply.status.to_string()];
    let response = followed(response);
    assert!(response.is_object(), "{id} answers {}, which is not documented: {}", reply.status, reply.body);
    let cookies: Vec<&str> = documented["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] == "cookie")
        .filter_map(|parameter| parameter["name"].as_str())
        .collect();
    for (_, cookie) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
        let name = cookie.split('=').next().unwrap_or_default();
        assert!(cookies.contains(&name), "{id} sets {name}, which is not documented");
    }
    // Those of a handshake come from the object and the platform.
    let headers = response["headers"].as_object().filter(|_| reply.status != 101);
    for (name, _) in headers.into_iter().flatten() {
        let optional = [
            "Retry-After",
            "Idempotency-Replayed",
            "D1-Bookmark",
            "Age",
            "Cache-Status",
            "RateLimit",
            "RateLimit-Policy",
            "RateLimit-Warning",
            "Set-Cookie",
        ];
        if !optional.contains(&name.as_str()) {
            let name = name.to_lowercase();
            assert!(reply.header(&name).is_some(), "{id} {} lacks {name}", reply.status);
        }
    }
    let Some(content) = response["content"].as_object() else {
        assert_eq!(reply.text, None, "{id} {} has a body that is not documented", reply.status);
        return;
    };
    let content_type = reply.header("content-type").unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default();
    let media = content.get(content_type).unwrap_or_else(|| panic!("{id} answers {content_type}"));
    let key = format!("{id} {} {content_type}", reply.status);
    let validator = *VALIDATORS.lock().unwrap().entry(key.clone()).or_insert_with(|| {
        let schema = json!({"allOf": [media["schema"]], "components": DOCUMENT["components"]});
        Box::leak(Box::new(jsonschema::options().should_validate_formats(true).build(&schema).unwrap()))
    });
    let faults: Vec<String> = validator
        .iter_errors(&reply.body)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{key} breaks the document: {faults:#?}\n{}", reply.body);
}

/// The value that a `$ref` names, or the value itself.
pub fn followed(value: &Value) -> Value {
    match value["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).cloned().unwrap(),
        None => value.clone(),
    }
}
