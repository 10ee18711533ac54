//! The document keeps its own rules: every example in it is valid against the schema beside it.

use serde_json::{Value, json};

use crate::document::{DOCUMENT, followed, operations};

fn check(place: &str, media: &Value) -> usize {
    let schema = json!({"allOf": [media["schema"]], "components": DOCUMENT["components"]});
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let single = media.get("example").cloned();
    let named =
        media["examples"].as_object().into_iter().flatten().map(|(_, example)| example["value"].clone());
    let examples: Vec<Value> = single.into_iter().chain(named).collect();
    for example in &examples {
        let faults: Vec<String> = validator.iter_errors(example).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{place}: {faults:?}\n{example}");
    }
    examples.len()
}

#[test]
fn every_example_is_valid() {
    let mut checked = 0;
    for (path, method, operation) in operations() {
        for (_, media) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            checked += check(&format!("{method} {path} body"), media);
        }
        let responses = operation["responses"].as_object().unwrap();
        let successes = responses
            .keys()
            .filter(|status| status.starts_with('2') || ["101", "302", "303"].contains(&status.as_str()));
        assert!((1..=2).contains(&successes.count()), "{method} {path}");
        for (status, response) in responses {
            let response = followed(response);
            for (_, media) in response["content"].as_object().into_iter().flatten() {
                checked += check(&format!("{method} {path} {status}"), media);
            }
        }
    }
    assert!(checked >= 100, "{checked} examples");
}

#[test]
fn every_operation_says_what_it_does_and_how_it_is_called() {
    for (path, method, operation) in operations() {
        for key in
            ["operationId", "summary", "description", "tags", "security", "x-rate-class", "x-codeSamples"]
        {
            assert!(!operation[key].is_null(), "{method} {path} lacks {key}");
        }
    }
}
