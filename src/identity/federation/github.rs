//! GitHub, which knows no id tokens: the person is read from its API ("REST API endpoints for users", "... for emails").

use serde_json::Value;

use super::claims::{name, text};
use super::client::asking;
use super::person::{Person, Proof};
use crate::config::providers::Registration;
use crate::contract::types::ProviderName;
use crate::kernel::format;
use crate::ports::UpstreamRequest;

/// The request for a part of the API: `user` or `user/emails`.
#[must_use]
pub fn request(registration: &Registration, path: &str, access_token: &str) -> UpstreamRequest {
    // A server of one's own has its API beneath itself, as GitHub Enterprise Server does.
    let base = match registration.issuer.as_str() {
        "https://github.com" => "https://api.github.com".to_owned(),
        own => format!("{own}/api/v3"),
    };
    let mut request = asking("GET", format!("{base}/{path}"));
    request.headers.push(("authorization".to_owned(), format!("Bearer {access_token}")));
    request
}

/// The person of an answer of `user` and one of `user/emails`.
///
/// Only the primary address counts, and only if it is verified: at some time the person could read mail there.
#[must_use]
pub fn person(user: &Value, emails: &Value) -> Option<Person> {
    let id = user.get("id")?.as_u64()?;
    let flag = |entry: &Value, name: &str| entry.get(name) == Some(&Value::Bool(true));
    let primary = |entry: &&Value| flag(entry, "primary") && flag(entry, "verified");
    let email =
        emails.as_array().and_then(|all| all.iter().find(primary)).and_then(|entry| text(entry, "email"));
    let email = email.filter(|email| format::email(email)).map(str::to_owned);
    let proof = if email.is_some() { Proof::Once } else { Proof::None };
    let name = name(text(user, "name").or_else(|| text(user, "login")));
    Some(Person { provider: ProviderName::Github, subject: id.to_string(), email, proof, name })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_verified_primary_address_counts_alone() {
        let user = json!({"id": 7, "login": "ada", "name": null});
        let address = |email: &str, primary: bool, verified: bool| json!({"email": email, "primary": primary, "verified": verified});
        let table = [
            (json!([address("a@example.com", true, true)]), Some("a@example.com")),
            (
                json!([address("b@example.com", false, true), address("a@example.com", true, true)]),
                Some("a@example.com"),
            ),
            (json!([address("a@example.com", true, false), address("b@example.com", false, true)]), None),
            (json!([address("not an address", true, true)]), None),
            (json!([{"email": "a@example.com", "primary": "true", "verified": "true"}]), None),
            (json!([]), None),
            (json!({"message": "Requires authentication"}), None),
        ];
        for (emails, expected) in table {
            let person = person(&user, &emails).unwrap();
            assert_eq!(person.email.as_deref(), expected, "{emails}");
            assert_eq!(person.proof, if expected.is_some() { Proof::Once } else { Proof::None });
            assert_eq!((person.subject.as_str(), person.name.as_deref()), ("7", Some("ada")));
        }
        for user in [json!({}), json!({"id": "7"}), json!({"id": -7}), json!({"id": 7.5}), json!([])] {
            assert_eq!(person(&user, &json!([])), None, "{user}");
        }
    }
}
