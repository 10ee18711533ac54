//! Key sets (RFC 7517): which key may check a signature.

use serde_json::Value;

use super::claims::text;
use super::id_token::Algorithm;
use crate::ports::VerifyingKey;

/// The key of that id, if it is one for signatures of that algorithm and of sufficient strength.
///
/// `issuer` is the issuer that the token names: where a key is marked with one (Microsoft), they have to agree.
#[must_use]
pub fn find<'a>(set: &'a Value, id: &str, algorithm: Algorithm, issuer: &str) -> Option<VerifyingKey<'a>> {
    let key = set.get("keys")?.as_array()?.iter().find(|key| text(key, "kid") == Some(id))?;
    let differs = |name: &str, expected: &str| text(key, name).is_some_and(|value| value != expected);
    if differs("use", "sig") || differs("alg", algorithm.as_str()) {
        return None;
    }
    if let Some(marked) = text(key, "issuer") {
        // `https://login.microsoftonline.com/{tenantid}/v2.0` serves every tenant.
        let (before, after) = marked.split_once("{tenantid}").unwrap_or((marked, ""));
        let fits = if marked.contains("{tenantid}") {
            issuer.strip_prefix(before).is_some_and(|rest| rest.ends_with(after))
        } else {
            issuer == marked
        };
        if !fits {
            return None;
        }
    }
    let found = match (algorithm, text(key, "kty")?) {
        (Algorithm::Rs256, "RSA") => VerifyingKey::Rs256 { n: text(key, "n")?, e: text(key, "e")? },
        (Algorithm::Es256, "EC") if text(key, "crv") == Some("P-256") => {
            VerifyingKey::Es256 { x: text(key, "x")?, y: text(key, "y")? }
        }
        _ => return None,
    };
    found.is_acceptable().then_some(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use Algorithm::{Es256, Rs256};

    #[test]
    fn a_key_serves_its_own_algorithm_use_and_issuer() {
        let n = format!("s{}", "A".repeat(341));
        let x = "A".repeat(43);
        let set = json!({"keys": [
            {"kid": "rsa", "kty": "RSA", "use": "sig", "alg": "RS256", "n": n, "e": "AQAB"},
            {"kid": "plain", "kty": "RSA", "n": n, "e": "AQAB"},
            {"kid": "enc", "kty": "RSA", "use": "enc", "n": n, "e": "AQAB"},
            {"kid": "512", "kty": "RSA", "alg": "RS512", "n": n, "e": "AQAB"},
            {"kid": "weak", "kty": "RSA", "n": "sAAA", "e": "AQAB"},
            {"kid": "ec", "kty": "EC", "crv": "P-256", "x": x, "y": x},
            {"kid": "ec384", "kty": "EC", "crv": "P-384", "x": x, "y": x},
            {"kid": "oct", "kty": "oct", "k": x},
            {"kid": "tenant", "kty": "RSA", "n": n, "e": "AQAB", "issuer": "https://l.example.com/{tenantid}/v2.0"},
            {"kid": "other", "kty": "RSA", "n": n, "e": "AQAB", "issuer": "https://l.example.com/t2/v2.0"},
        ]});
        let table = [
            ("rsa", Rs256, true),
            ("plain", Rs256, true),
            ("rsa", Es256, false),
            ("enc", Rs256, false),
            ("512", Rs256, false),
            ("weak", Rs256, false),
            ("ec", Es256, true),
            ("ec", Rs256, false),
            ("ec384", Es256, false),
            ("oct", Rs256, false),
            ("tenant", Rs256, true),
            ("other", Rs256, false),
            ("unknown", Rs256, false),
        ];
        for (id, algorithm, expected) in table {
            let found = find(&set, id, algorithm, "https://l.example.com/t1/v2.0");
            assert_eq!(found.is_some(), expected, "{id}");
        }
        assert_eq!(find(&set, "tenant", Rs256, "https://evil.example.com/t1/v2.0"), None);
        assert_eq!(find(&json!({}), "rsa", Rs256, ""), None);
    }
}
