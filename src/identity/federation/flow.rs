//! The talk with a provider: its description, its keys, the exchange of its code.

use std::time::Duration;

use serde_json::Value;

use super::attempt::Attempt;
use super::discovery::{self, Metadata};
use super::id_token::{self, Expected};
use super::person::Person;
use super::{claims, client, github, keys};
use crate::config::providers::{ClientSecret, Registration};
use crate::context::{Afterwards, Context};
use crate::contract::types::ProviderName;
use crate::kernel::crypto::{base64url, hex, sha256};
use crate::kernel::json;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::{PortError, SigningAlgorithm, UpstreamRequest};

/// How long a description is kept.
const METADATA_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How long keys are kept. A key that a provider withdraws is believed for that long.
const KEYS_LIFE: Duration = Duration::from_secs(3600);
/// Milliseconds between two looks for a key that is not in the set: tokens with made-up key ids cost no more.
const LOOK_AGAIN_MILLIS: i64 = 5 * 60_000;
/// Depth of JSON in a provider's documents.
const DEPTH: usize = 16;

/// Why a sign-in did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// What the provider or the browser brought is wrong; the reason is for the log.
    Refused(&'static str),
    /// The provider does not answer as it should; the cause is for the log.
    Unavailable(String),
}

impl From<&'static str> for Failure {
    fn from(reason: &'static str) -> Self {
        Self::Refused(reason)
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::Unavailable(format!("{error:?}"))
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(reason) => Self::new(Code::SignInRefused).cause(reason),
            Failure::Unavailable(cause) => Self::new(Code::DependencyUnavailable).retry_after(5).cause(cause),
        }
    }
}

/// Where the provider's endpoints are.
pub async fn metadata(cx: &Context<'_>, registration: &Registration) -> Result<Metadata, Failure> {
    let Some(address) = discovery::address(registration) else { return Ok(discovery::known(registration)) };
    let document = document(cx, &address, METADATA_LIFE, None).await?;
    let metadata = discovery::read(&document.value, registration);
    metadata.ok_or_else(|| Failure::Unavailable("the provider's description is not acceptable".to_owned()))
}

/// Exchanges a provider's code for the person it speaks of. `user` is what Apple sends beside it.
pub async fn person(
    cx: &Context<'_>,
    registration: &Registration,
    metadata: &Metadata,
    attempt: &Attempt,
    code: &str,
    user: Option<&str>,
) -> Result<Person, Failure> {
    let secret = secret(cx, registration).await?;
    let redirect_uri = client::redirect_uri(cx.public_url(), registration.provider);
    let request =
        client::token_request(metadata, registration, &secret, &redirect_uri, code, &attempt.verifier);
    let answer = ask(cx, request).await?;
    let (access_token, id_token) = client::tokens(&answer)?;
    let Some(address) = &metadata.keys else {
        let user = ask(cx, github::request(registration, "user", access_token)).await?;
        let emails = ask(cx, github::request(registration, "user/emails", access_token)).await?;
        return Ok(github::person(&user, &emails).ok_or("subject")?);
    };
    let token = id_token::read(id_token.ok_or("token-missing")?)?;
    let expected = Expected {
        issuer: &metadata.issuer,
        client_id: &registration.client_id,
        nonce: &attempt.nonce,
        access_token: Some(access_token),
    };
    // Claims first: they cost nothing, and a token that is not for us fetches no keys.
    id_token::check(&token.claims, &expected, cx.now)?;
    verify(cx, address, &token).await?;
    let mut person = claims::person(registration.provider, &token.claims).ok_or("subject")?;
    if registration.provider == ProviderName::Apple {
        person.name = user.and_then(claims::apple_name);
    }
    Ok(person)
}

/// Checks a signature with the provider's keys; they are fetched again, once in a while, for a key that is not there.
async fn verify(cx: &Context<'_>, address: &str, token: &id_token::Untrusted<'_>) -> Result<(), Failure> {
    let issuer = claims::text(&token.claims, "iss").unwrap_or_default();
    let mut set = document(cx, address, KEYS_LIFE, None).await?;
    if keys::find(&set.value, &token.key_id, token.algorithm, issuer).is_none() {
        if cx.now.millis() - set.fetched_at.millis() < LOOK_AGAIN_MILLIS {
            return Err(Failure::Refused("key-unknown"));
        }
        set = document(cx, address, KEYS_LIFE, Some(set.fetched_at)).await?;
    }
    let key = keys::find(&set.value, &token.key_id, token.algorithm, issuer).ok_or("key-unknown")?;
    match cx.ports.signatures.verify(key, token.message, &token.signature).await? {
        true => Ok(()),
        false => Err(Failure::Refused("signature")),
    }
}

/// What proves to the provider who asks.
async fn secret(cx: &Context<'_>, registration: &Registration) -> Result<String, Failure> {
    match &registration.secret {
        ClientSecret::Shared(secret) => Ok(secret.clone()),
        ClientSecret::Signed { team_id, key_id, key } => {
            let Registration { client_id, issuer, .. } = registration;
            let message = client::secret_message(team_id, key_id, client_id, issuer, cx.now);
            let sign = cx.ports.signatures.sign(SigningAlgorithm::Es256, key, message.as_bytes());
            Ok([message.as_str(), &base64url(&sign.await?)].join("."))
        }
    }
}

/// A document of a provider's, and when it was fetched.
struct Document {
    value: Value,
    fetched_at: Timestamp,
}

/// A document from the cache, or from the provider; from the provider alone where the cache has none later than
/// `outdated`.
async fn document(
    cx: &Context<'_>,
    address: &str,
    life: Duration,
    outdated: Option<Timestamp>,
) -> Result<Document, Failure> {
    let key = format!("provider:{}", hex(&sha256(&[address.as_bytes()])));
    if outdated.is_none() {
        // A cache that fails is passed over.
        let kept = cx.ports.cache.get(&key).await.ok().flatten();
        if let Some(document) = kept.as_deref().and_then(kept_document) {
            return Ok(document);
        }
    }
    let response = cx.ports.upstream.send(client::asking("GET", address.to_owned())).await?;
    let value = client::json(&response).map_err(|reason| Failure::Unavailable(reason.to_owned()))?;
    let text = format!("{} {}", cx.now.millis(), String::from_utf8_lossy(&response.body));
    cx.afterwards(Afterwards::CachePut { key, value: text, life });
    Ok(Document { value, fetched_at: cx.now })
}

fn kept_document(text: &str) -> Option<Document> {
    let (millis, body) = text.split_once(' ')?;
    let fetched_at = Timestamp::from_millis(millis.parse().ok()?)?;
    Some(Document { value: json::parse(body.as_bytes(), DEPTH).ok()?, fetched_at })
}

async fn ask(cx: &Context<'_>, request: UpstreamRequest) -> Result<Value, Failure> {
    let response = cx.ports.upstream.send(request).await?;
    if response.status >= 500 || response.status == 429 {
        return Err(Failure::Unavailable(format!("the provider answers {}", response.status)));
    }
    Ok(client::json(&response)?)
}
