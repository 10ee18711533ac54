//! What is sent to a provider, and how its answers are read: RFC 6749 sections 4.1 and 5, RFC 7636, RFC 9207.

use std::time::Duration;

use serde_json::Value;

use super::attempt::{self, Attempt};
use super::claims::text;
use super::discovery::Metadata;
use crate::config::providers::Registration;
use crate::contract::types::ProviderName;
use crate::kernel::crypto::base64url;
use crate::kernel::query;
use crate::kernel::time::Timestamp;
use crate::ports::{UpstreamRequest, UpstreamResponse};

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// The largest answer of a provider.
const MAX_BYTES: usize = 256 * 1024;
/// Depth of JSON in an answer.
const DEPTH: usize = 16;
/// Seconds that a signed client secret is good for. Apple allows half a year; it is used at once.
const SECRET_SECONDS: i64 = 5 * 60;

/// Where a provider sends the browser back to.
#[must_use]
pub fn redirect_uri(public_url: &str, provider: ProviderName) -> String {
    format!("{public_url}/api/v1/oauth/{}/callback", provider.as_str())
}

/// What is asked for.
fn scope(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::Google | ProviderName::Microsoft => "openid email profile",
        ProviderName::Apple => "openid email name",
        ProviderName::Github => "read:user user:email",
    }
}

/// The address that the browser goes to (RFC 6749 section 4.1.1).
#[must_use]
pub fn authorization_url(
    metadata: &Metadata,
    registration: &Registration,
    redirect_uri: &str,
    attempt: &Attempt,
    state: &str,
) -> String {
    let challenge = attempt::challenge(&attempt.verifier);
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", &registration.client_id),
        ("redirect_uri", redirect_uri),
        ("scope", scope(registration.provider)),
        ("state", state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    // A nonce comes back in an id token; a server without them may refuse one.
    if metadata.keys.is_some() {
        pairs.push(("nonce", &attempt.nonce));
    }
    // Apple gives name and address by a form alone.
    if registration.provider == ProviderName::Apple {
        pairs.push(("response_mode", "form_post"));
    }
    query::append(&metadata.authorization, &pairs)
}

/// The request that exchanges a provider's code (RFC 6749 section 4.1.3).
#[must_use]
pub fn token_request(
    metadata: &Metadata,
    registration: &Registration,
    secret: &str,
    redirect_uri: &str,
    code: &str,
    verifier: &str,
) -> UpstreamRequest {
    let form = query::encode(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("client_id", &registration.client_id),
        ("client_secret", secret),
        ("code_verifier", verifier),
    ]);
    let mut request = asking("POST", metadata.token.clone());
    request.headers.push(("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()));
    request.body = Some(form.into_bytes());
    request
}

/// A request for JSON.
#[must_use]
pub fn asking(method: &'static str, url: String) -> UpstreamRequest {
    // GitHub refuses who does not name themselves.
    let headers = [("accept", "application/json"), ("user-agent", "witness")];
    UpstreamRequest {
        method,
        url,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: None,
        timeout: PATIENCE,
        max_bytes: MAX_BYTES,
    }
}

/// What is signed to make Apple's client secret ("Creating a client secret", Sign in with Apple): a JWT without its
/// signature.
#[must_use]
pub fn secret_message(
    team_id: &str,
    key_id: &str,
    client_id: &str,
    audience: &str,
    now: Timestamp,
) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let header = [r#"{"alg":"ES256","kid":"#, &quoted(key_id), "}"].concat();
    let (issued, expires) =
        (now.seconds().to_string(), now.seconds().saturating_add(SECRET_SECONDS).to_string());
    let claims = [
        r#"{"iss":"#,
        &quoted(team_id),
        r#","iat":"#,
        &issued,
        r#","exp":"#,
        &expires,
        r#","aud":"#,
        &quoted(audience),
        r#","sub":"#,
        &quoted(client_id),
        "}",
    ]
    .concat();
    [base64url(header.as_bytes()), base64url(claims.as_bytes())].join(".")
}

/// The JSON of an answer of status 200; otherwise the reason, for the log. A provider's words stay out of it.
pub fn json(response: &UpstreamResponse) -> Result<Value, &'static str> {
    if response.status != 200 {
        return Err("provider-status");
    }
    crate::kernel::json::parse(&response.body, DEPTH).map_err(|_| "provider-json")
}

/// The tokens of an answer (RFC 6749 section 5.1): access token, id token.
pub fn tokens(answer: &Value) -> Result<(&str, Option<&str>), &'static str> {
    // GitHub answers refusals with status 200.
    if answer.get("error").is_some() {
        return Err("provider-refused-code");
    }
    let bearer = text(answer, "token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    let access = text(answer, "access_token").filter(|token| bearer && is_header_safe(token));
    Ok((access.ok_or("provider-token")?, text(answer, "id_token")))
}

/// What may stand in a header.
fn is_header_safe(token: &str) -> bool {
    (1..=8192).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::providers::ClientSecret;
    use crate::kernel::crypto::from_base64url;
    use crate::kernel::id::Id;

    fn registration(provider: ProviderName) -> Registration {
        Registration {
            provider,
            client_id: "a&b".to_owned(),
            secret: ClientSecret::Shared("s".to_owned()),
            issuer: "https://id.example.com".to_owned(),
            plain_http: false,
        }
    }

    fn metadata(provider: ProviderName) -> Metadata {
        let keys = (provider != ProviderName::Github).then(|| "https://id.example.com/keys".to_owned());
        Metadata {
            issuer: "https://id.example.com".to_owned(),
            authorization: "https://id.example.com/authorize?x=1".to_owned(),
            token: "https://id.example.com/token".to_owned(),
            keys,
        }
    }

    fn attempt() -> Attempt {
        Attempt {
            id: Id::new(Timestamp::EPOCH, [1; 10]),
            begun_at: Timestamp::EPOCH,
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
            nonce: "n".to_owned(),
            browser: "b".to_owned(),
            return_to: "https://app.example.com/".to_owned(),
            app_state: None,
            challenge: "c".to_owned(),
            link: None,
        }
    }

    #[test]
    fn every_provider_is_asked_with_state_nonce_and_challenge() {
        for provider in ProviderName::ALL {
            let url = authorization_url(
                &metadata(*provider),
                &registration(*provider),
                "https://w.example.com/cb",
                &attempt(),
                "st",
            );
            assert!(
                url.starts_with("https://id.example.com/authorize?x=1&response_type=code&client_id=a%26b&"),
                "{url}"
            );
            for part in [
                "&redirect_uri=https%3A%2F%2Fw.example.com%2Fcb&",
                "&state=st&",
                "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&",
                "&code_challenge_method=S256",
            ] {
                assert!(url.contains(part), "{part} in {url}");
            }
            assert_eq!(url.contains("&nonce=n"), *provider != ProviderName::Github);
            assert!(!url.contains("dBjft"), "the verifier stays here");
            assert_eq!(url.contains("response_mode=form_post"), *provider == ProviderName::Apple);
        }
    }

    #[test]
    fn a_code_is_exchanged_with_secret_and_verifier() {
        let request = token_request(
            &metadata(ProviderName::Google),
            &registration(ProviderName::Google),
            "se cret",
            "https://w.example.com/cb",
            "c",
            "v",
        );
        let body = String::from_utf8(request.body.unwrap()).unwrap();
        assert!(
            body.contains("client_secret=se%20cret&code_verifier=v") && body.contains("&code=c&"),
            "{body}"
        );
        assert_eq!((request.method, request.url.as_str()), ("POST", "https://id.example.com/token"));
    }

    #[test]
    fn apples_secret_says_who_asks_whom_until_when() {
        let message =
            secret_message("TEAM", "KEY", "com.example.web", "https://appleid.apple.com", Timestamp::EPOCH);
        let parts: Vec<Value> = message
            .split('.')
            .map(|part| serde_json::from_slice(&from_base64url(part).unwrap()).unwrap())
            .collect();
        assert_eq!(parts[0], json!({"alg": "ES256", "kid": "KEY"}));
        let aud = "https://appleid.apple.com";
        assert_eq!(
            parts[1],
            json!({"iss": "TEAM", "iat": 0, "exp": 300, "aud": aud, "sub": "com.example.web"})
        );
    }

    #[test]
    fn an_answer_without_a_bearer_token_is_refused() {
        let fine = json!({"access_token": "a", "token_type": "bearer", "id_token": "i"});
        assert_eq!(tokens(&fine), Ok(("a", Some("i"))));
        for (answer, reason) in [
            (json!({"error": "bad_verification_code"}), "provider-refused-code"),
            (json!({"access_token": "a"}), "provider-token"),
            (json!({"access_token": "a", "token_type": "mac"}), "provider-token"),
            (json!({"access_token": "a\r\nb", "token_type": "Bearer"}), "provider-token"),
            (json!({"access_token": "", "token_type": "Bearer"}), "provider-token"),
            (json!([]), "provider-token"),
        ] {
            assert_eq!(tokens(&answer), Err(reason), "{answer}");
        }
        let response =
            |status, body: &str| UpstreamResponse { status, headers: Vec::new(), body: body.into() };
        assert_eq!(json(&response(400, "{}")), Err("provider-status"));
        assert_eq!(json(&response(302, "")), Err("provider-status"));
        assert_eq!(json(&response(200, "<html>")), Err("provider-json"));
        assert_eq!(json(&response(200, "{}")), Ok(json!({})));
    }
}
