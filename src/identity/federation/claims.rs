//! What an id token says of a person, provider by provider.

use serde_json::Value;

use super::person::{Person, Proof};
use crate::contract::types::ProviderName;
use crate::kernel::format;
use crate::kernel::json;

/// The longest name that is taken over.
const NAME_CHARS: usize = 200;

/// The person that checked claims speak of; `None` where the subject is missing or no subject.
#[must_use]
pub fn person(provider: ProviderName, claims: &Value) -> Option<Person> {
    let subject = text(claims, "sub").filter(|subject| is_subject(subject))?;
    let subject = match provider {
        // A subject of Microsoft's is one within its tenant.
        ProviderName::Microsoft => format!("{}.{subject}", text(claims, "tid")?),
        _ => subject.to_owned(),
    };
    let email = text(claims, "email").filter(|email| format::email(email));
    let proof = email.map_or(Proof::None, |email| proof(provider, claims, email));
    let email = email.map(str::to_owned);
    Some(Person { provider, subject, email, proof, name: name(text(claims, "name")) })
}

/// Who answers for an address.
fn proof(provider: ProviderName, claims: &Value, email: &str) -> Proof {
    let domain = email.rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.to_ascii_lowercase());
    let verified = flag(claims, "email_verified");
    match provider {
        // Google answers for its own mailboxes and for the domains of its customers (`hd`); other addresses were
        // verified once ("Verify the Google ID token on your server side", Google Identity).
        ProviderName::Google => match (verified, domain == "gmail.com" || text(claims, "hd").is_some()) {
            (true, true) => Proof::Owner,
            (true, false) => Proof::Once,
            _ => Proof::None,
        },
        // Apple runs these domains; other addresses were verified when the Apple account was made.
        ProviderName::Apple => {
            let own =
                ["icloud.com", "me.com", "mac.com", "privaterelay.appleid.com"].contains(&domain.as_str());
            match (verified, own) {
                (true, true) => Proof::Owner,
                (true, false) => Proof::Once,
                _ => Proof::None,
            }
        }
        // An administrator of any tenant may write any address into `email`. `xms_edov` says that the tenant owns the
        // address's domain ("Migrate away from using email claims", Microsoft identity platform).
        ProviderName::Microsoft if flag(claims, "xms_edov") => Proof::Owner,
        ProviderName::Microsoft | ProviderName::Github => Proof::None,
    }
}

/// A name, cut to what is kept; `None` where nothing is left of it.
#[must_use]
pub fn name(text: Option<&str>) -> Option<String> {
    let name: String = text?.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARS).collect();
    (!name.is_empty()).then_some(name)
}

/// The name that Apple tells beside the id token, on the first sign-in alone and without a signature: it is what the
/// person may call themselves anyway.
#[must_use]
pub fn apple_name(user: &str) -> Option<String> {
    let user = json::parse(user.as_bytes(), 2).ok()?;
    let part =
        |key: &str| user.get("name")?.get(key)?.as_str().map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<&str> = [part("firstName"), part("lastName")].into_iter().flatten().collect();
    name(Some(&parts.join(" ")))
}

/// What a subject may be: 1 to 255 visible ASCII characters (OpenID Connect Core section 2).
#[must_use]
pub fn is_subject(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A text among the claims.
#[must_use]
pub fn text<'a>(claims: &'a Value, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

/// A claim that is true, as a boolean, a text or a number: providers differ.
fn flag(claims: &Value, name: &str) -> bool {
    match claims.get(name) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text == "true" || text == "1",
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use ProviderName::{Apple, Google, Microsoft};

    #[test]
    fn a_provider_answers_for_some_addresses_alone() {
        let table = [
            (Google, json!({"email": "ada@gmail.com", "email_verified": true}), Proof::Owner),
            (Google, json!({"email": "ada@GMAIL.com", "email_verified": true}), Proof::Owner),
            (
                Google,
                json!({"email": "ada@example.com", "email_verified": true, "hd": "example.com"}),
                Proof::Owner,
            ),
            (Google, json!({"email": "ada@example.com", "email_verified": true}), Proof::Once),
            (Google, json!({"email": "ada@gmail.com", "email_verified": false}), Proof::None),
            (Google, json!({"email": "ada@gmail.com"}), Proof::None),
            (Google, json!({"email": "ada@gmail.com.example.com", "email_verified": true}), Proof::Once),
            (Google, json!({"email": "ada@notgmail.com", "email_verified": true}), Proof::Once),
            (Apple, json!({"email": "x1@privaterelay.appleid.com", "email_verified": "true"}), Proof::Owner),
            (Apple, json!({"email": "ada@icloud.com", "email_verified": true}), Proof::Owner),
            (Apple, json!({"email": "ada@example.com", "email_verified": "true"}), Proof::Once),
            (Apple, json!({"email": "ada@icloud.com", "email_verified": "false"}), Proof::None),
            (Microsoft, json!({"email": "ada@example.com", "email_verified": true, "tid": "t"}), Proof::None),
            (Microsoft, json!({"email": "ada@example.com", "tid": "t"}), Proof::None),
            (Microsoft, json!({"email": "ada@example.com", "xms_edov": true, "tid": "t"}), Proof::Owner),
            (Microsoft, json!({"email": "ada@example.com", "xms_edov": "1", "tid": "t"}), Proof::Owner),
            (Microsoft, json!({"email": "ada@example.com", "xms_edov": "0", "tid": "t"}), Proof::None),
        ];
        for (provider, mut claims, proof) in table {
            claims["sub"] = json!("s");
            assert_eq!(person(provider, &claims).unwrap().proof, proof, "{claims}");
        }
    }

    #[test]
    fn an_address_that_is_none_counts_as_not_told() {
        let claims = json!({"sub": "s", "email": "not an address", "email_verified": true, "hd": "x"});
        let person = person(Google, &claims).unwrap();
        assert_eq!((person.email, person.proof), (None, Proof::None));
    }

    #[test]
    fn a_subject_is_bounded_and_one_within_its_tenant() {
        assert_eq!(person(Google, &json!({})), None);
        assert_eq!(person(Google, &json!({"sub": ""})), None);
        assert_eq!(person(Google, &json!({"sub": 7})), None);
        assert_eq!(person(Google, &json!({"sub": "a b"})), None);
        assert_eq!(person(Google, &json!({"sub": "a".repeat(256)})), None);
        assert_eq!(person(Microsoft, &json!({"sub": "s"})), None);
        assert_eq!(person(Microsoft, &json!({"sub": "s", "tid": "t"})).unwrap().subject, "t.s");
    }

    #[test]
    fn a_name_is_cut_and_cleaned() {
        assert_eq!(
            apple_name(r#"{"name":{"firstName":"Ada","lastName":" Example "}}"#).unwrap(),
            "Ada Example"
        );
        assert_eq!(apple_name(r#"{"name":{"firstName":"Ada"},"email":"x@example.com"}"#).unwrap(), "Ada");
        for nothing in ["", "{}", "[]", r#"{"name":{"firstName":"  "}}"#, r#"{"name":"Ada"}"#] {
            assert_eq!(apple_name(nothing), None, "{nothing}");
        }
        assert_eq!(name(Some("  A\u{0}\nda ")).unwrap(), "Ada");
        assert_eq!(name(Some(&"é".repeat(300))).unwrap().chars().count(), NAME_CHARS);
    }
}
