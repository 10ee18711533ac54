//! Id tokens (OpenID Connect Core section 2), from the outside in: form, algorithm, signature, claims.

use serde_json::Value;

use super::claims::text;
use crate::kernel::crypto::{base64url, equal, from_base64url, sha256};
use crate::kernel::json;
use crate::kernel::time::Timestamp;

/// The longest id token that is read, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// Depth of JSON inside.
const DEPTH: usize = 8;
/// Seconds by which clocks may differ.
const LEEWAY: i64 = 60;
/// Seconds after which an id token that is handed over at once is too old.
const MAX_AGE: i64 = 10 * 60;

/// The algorithms that are accepted. There is no `none`, and nothing that a client secret could sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA with P-256 and SHA-256.
    Es256,
}

impl Algorithm {
    /// Reads `alg` (RFC 7518 section 3.1).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }

    /// `alg`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// A token that was taken apart and is not believed yet.
#[derive(Debug)]
pub struct Untrusted<'a> {
    /// How it says it is signed.
    pub algorithm: Algorithm,
    /// Which key it names.
    pub key_id: String,
    /// What is signed.
    pub message: &'a [u8],
    /// The signature.
    pub signature: Vec<u8>,
    /// What it claims.
    pub claims: Value,
}

/// Takes a token apart; otherwise the reason, for the log.
pub fn read(token: &str) -> Result<Untrusted<'_>, &'static str> {
    if token.len() > MAX_BYTES {
        return Err("token-length");
    }
    let (message, signature) = token.rsplit_once('.').ok_or("token-form")?;
    let (header, claims) = message.split_once('.').ok_or("token-form")?;
    let object = |part: &str| {
        let bytes = from_base64url(part)?;
        json::parse(&bytes, DEPTH).ok().filter(Value::is_object)
    };
    let header = object(header).ok_or("token-header")?;
    // A token that must be understood in a way we do not know (RFC 7515 section 4.1.11).
    if header.get("crit").is_some() {
        return Err("token-crit");
    }
    let algorithm = text(&header, "alg").and_then(Algorithm::parse).ok_or("token-algorithm")?;
    let key_id = text(&header, "kid").filter(|id| (1..=256).contains(&id.len())).ok_or("token-key-id")?;
    Ok(Untrusted {
        algorithm,
        key_id: key_id.to_owned(),
        message: message.as_bytes(),
        signature: from_base64url(signature).ok_or("token-signature-form")?,
        claims: object(claims).ok_or("token-claims")?,
    })
}

/// What the claims have to be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The issuer; `{tenantid}` in it stands for the claim `tid` (Microsoft).
    pub issuer: &'a str,
    /// Us.
    pub client_id: &'a str,
    /// The nonce of the attempt.
    pub nonce: &'a str,
    /// The access token that came along, to which `at_hash` speaks.
    pub access_token: Option<&'a str>,
}

/// Checks the claims (OpenID Connect Core section 3.1.3.7); otherwise the reason, for the log.
pub fn check(claims: &Value, expected: &Expected<'_>, now: Timestamp) -> Result<(), &'static str> {
    let issuer = text(claims, "iss").ok_or("issuer")?;
    if Some(issuer) != named_issuer(expected.issuer, claims).as_deref() {
        return Err("issuer");
    }
    if audience(claims) != Some(expected.client_id) {
        return Err("audience");
    }
    if claims.get("azp").is_some_and(|azp| azp.as_str() != Some(expected.client_id)) {
        return Err("authorized-party");
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let now = now.seconds();
    if seconds("exp").ok_or("expiry")? <= now.saturating_sub(LEEWAY) {
        return Err("expired");
    }
    let issued = seconds("iat").ok_or("issued-at")?;
    if issued > now.saturating_add(LEEWAY) || issued < now.saturating_sub(MAX_AGE) {
        return Err("issued-at");
    }
    if claims.get("nbf").is_some() && seconds("nbf").is_none_or(|from| from > now.saturating_add(LEEWAY)) {
        return Err("not-before");
    }
    let nonce = text(claims, "nonce").ok_or("nonce")?;
    if !equal(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err("nonce");
    }
    match (claims.get("at_hash"), expected.access_token) {
        (None, _) => Ok(()),
        (Some(hash), Some(token)) if hash.as_str() == Some(&half_hash(token)) => Ok(()),
        _ => Err("access-token-hash"),
    }
}

/// The issuer that the claims have to name.
fn named_issuer(issuer: &str, claims: &Value) -> Option<String> {
    if !issuer.contains("{tenantid}") {
        return Some(issuer.to_owned());
    }
    // A tenant is a UUID; anything else could become another path of the address.
    let tenant = text(claims, "tid").filter(|tid| crate::kernel::format::uuid(tid))?;
    Some(issuer.replace("{tenantid}", tenant))
}

/// The one audience; a token for several is not for us.
fn audience(claims: &Value) -> Option<&str> {
    match claims.get("aud")? {
        Value::String(one) => Some(one),
        Value::Array(many) => match many.as_slice() {
            [Value::String(one)] => Some(one),
            _ => None,
        },
        _ => None,
    }
}

/// The left half of the hash (OpenID Connect Core section 3.1.3.6); both algorithms hash with SHA-256.
#[must_use]
pub fn half_hash(token: &str) -> String {
    base64url(sha256(&[token.as_bytes()]).get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://id.example.com";
    const EXPECTED: Expected<'_> =
        Expected { issuer: ISSUER, client_id: "us", nonce: "n-1", access_token: Some("an access token") };

    fn now() -> Timestamp {
        Timestamp::from_millis(1_000_000_000).unwrap()
    }

    fn claims() -> Value {
        json!({"iss": ISSUER, "aud": "us", "sub": "s", "exp": 1_000_600, "iat": 1_000_000, "nonce": "n-1"})
    }

    #[test]
    fn each_claim_is_held_to_its_rule() {
        assert_eq!(check(&claims(), &EXPECTED, now()), Ok(()));
        let table = [
            ("iss", json!("https://id.example.com/"), Err("issuer")),
            ("iss", json!("https://other.example.com"), Err("issuer")),
            ("iss", Value::Null, Err("issuer")),
            ("aud", json!("them"), Err("audience")),
            ("aud", json!(["us"]), Ok(())),
            ("aud", json!(["us", "them"]), Err("audience")),
            ("aud", json!([]), Err("audience")),
            ("aud", Value::Null, Err("audience")),
            ("azp", json!("us"), Ok(())),
            ("azp", json!("them"), Err("authorized-party")),
            ("azp", json!(1), Err("authorized-party")),
            ("exp", json!(1_000_000 - LEEWAY + 1), Ok(())),
            ("exp", json!(1_000_000 - LEEWAY), Err("expired")),
            ("exp", json!("1000600"), Err("expiry")),
            ("exp", Value::Null, Err("expiry")),
            ("exp", json!(i64::MIN), Err("expired")),
            ("iat", json!(1_000_000 + LEEWAY), Ok(())),
            ("iat", json!(1_000_001 + LEEWAY), Err("issued-at")),
            ("iat", json!(1_000_000 - MAX_AGE), Ok(())),
            ("iat", json!(999_999 - MAX_AGE), Err("issued-at")),
            ("iat", Value::Null, Err("issued-at")),
            ("nbf", json!(1_000_000 + LEEWAY), Ok(())),
            ("nbf", json!(1_000_001 + LEEWAY), Err("not-before")),
            ("nbf", json!("soon"), Err("not-before")),
            ("nonce", json!("n-2"), Err("nonce")),
            ("nonce", json!("n-11"), Err("nonce")),
            ("nonce", Value::Null, Err("nonce")),
            ("at_hash", json!(half_hash("an access token")), Ok(())),
            ("at_hash", json!(half_hash("another")), Err("access-token-hash")),
            ("at_hash", json!(1), Err("access-token-hash")),
        ];
        for (name, value, expected) in table {
            let mut claims = claims();
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
            assert_eq!(check(&claims, &EXPECTED, now()), expected, "{name}: {value}");
        }
    }

    #[test]
    fn the_half_hash_is_that_of_the_specification() {
        // OpenID Connect Core 1.0, appendix A.3: the access token and at_hash of its example.
        assert_eq!(half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn the_issuer_of_a_tenant_is_named_by_it() {
        let expected = Expected { issuer: "https://login.example.com/{tenantid}/v2.0", ..EXPECTED };
        let tenant = "0197f7a0-0000-4000-8000-000000000001";
        let mut claims = claims();
        claims["tid"] = json!(tenant);
        claims["iss"] = json!(format!("https://login.example.com/{tenant}/v2.0"));
        assert_eq!(check(&claims, &expected, now()), Ok(()));
        claims["tid"] = json!("0197f7a0-0000-4000-8000-000000000002");
        assert_eq!(check(&claims, &expected, now()), Err("issuer"));
        claims["tid"] = json!("x/../y");
        claims["iss"] = json!("https://login.example.com/x/../y/v2.0");
        assert_eq!(check(&claims, &expected, now()), Err("issuer"));
        claims["iss"] = json!("https://login.example.com/{tenantid}/v2.0");
        assert_eq!(check(&claims, &expected, now()), Err("issuer"));
    }

    fn token(header: &Value, claims: &str) -> String {
        format!("{}.{}.AAAA", base64url(header.to_string().as_bytes()), base64url(claims.as_bytes()))
    }

    #[test]
    fn what_is_no_token_of_ours_is_told_by_its_first_fault() {
        let sound = json!({"alg": "RS256", "kid": "k"});
        let read_token = token(&sound, "{\"a\":1}");
        let fine = read(&read_token).unwrap();
        assert_eq!((fine.algorithm, fine.key_id.as_str()), (Algorithm::Rs256, "k"));
        assert_eq!(fine.message, read_token.rsplit_once('.').unwrap().0.as_bytes());
        let table = [
            (String::new(), "token-form"),
            ("a.b".to_owned(), "token-form"),
            (".".to_owned(), "token-form"),
            ("..".to_owned(), "token-header"),
            (format!("{read_token}="), "token-signature-form"),
            (format!("{read_token}.A"), "token-signature-form"),
            ("a".repeat(MAX_BYTES + 1), "token-length"),
            (token(&json!([]), "{}"), "token-header"),
            (token(&json!({"alg": "none", "kid": "k"}), "{}"), "token-algorithm"),
            (token(&json!({"alg": "None", "kid": "k"}), "{}"), "token-algorithm"),
            (token(&json!({"alg": "HS256", "kid": "k"}), "{}"), "token-algorithm"),
            (token(&json!({"alg": "RS512", "kid": "k"}), "{}"), "token-algorithm"),
            (token(&json!({"kid": "k"}), "{}"), "token-algorithm"),
            (token(&json!({"alg": "RS256"}), "{}"), "token-key-id"),
            (token(&json!({"alg": "RS256", "kid": ""}), "{}"), "token-key-id"),
            (token(&json!({"alg": "RS256", "kid": 1}), "{}"), "token-key-id"),
            (token(&json!({"alg": "RS256", "kid": "k", "crit": ["b64"]}), "{}"), "token-crit"),
            (token(&sound, "[]"), "token-claims"),
            (token(&sound, "{\"aud\":\"us\",\"aud\":\"us\"}"), "token-claims"),
            (token(&sound, &"[".repeat(100)), "token-claims"),
        ];
        for (text, reason) in table {
            assert_eq!(read(&text).err(), Some(reason), "{text:.80}");
        }
    }
}
