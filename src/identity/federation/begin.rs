//! The beginning of an attempt, and the permission to begin one that links.

use serde::{Deserialize, Serialize};

use super::attempt::{self, ATTEMPT_MILLIS, Attempt, Purpose};
use super::{client, flow};
use crate::config::providers::Registration;
use crate::context::Context;
use crate::contract::CookieName;
use crate::contract::types::{LinkRequest, LinkStart, ProviderName};
use crate::kernel::cookie::{Cookie, SameSite};
use crate::kernel::crypto::base64url;
use crate::kernel::html::Redirect;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::kernel::query;
use crate::kernel::time::Timestamp;

/// What a permission to link says.
#[derive(Debug, Serialize, Deserialize)]
struct Permission {
    user_id: Id,
    challenge: String,
    given_at: Timestamp,
}

/// Binds an attempt to the browser and leads it to the provider.
pub async fn lead_to(
    cx: &Context<'_>,
    registration: &Registration,
    return_to: String,
    challenge: String,
    app_state: Option<String>,
    link: Option<Id>,
) -> Result<Redirect, Problem> {
    may_return(cx, &return_to, Place::Query)?;
    let metadata = flow::metadata(cx, registration).await?;
    let attempt = Attempt {
        id: cx.new_id(),
        begun_at: cx.now,
        verifier: random(cx),
        nonce: random(cx),
        browser: attempt::browser(&browser(cx, registration.provider)),
        return_to,
        app_state,
        challenge,
        link,
    };
    let state = sealed(cx, Purpose::State(registration.provider), &attempt)?;
    let redirect_uri = client::redirect_uri(cx.public_url(), registration.provider);
    Ok(Redirect::to(client::authorization_url(&metadata, registration, &redirect_uri, &attempt, &state)))
}

/// The address at which the caller's browser begins to link a provider.
pub fn permit(cx: &Context<'_>, provider: ProviderName, request: &LinkRequest) -> Result<LinkStart, Problem> {
    may_return(cx, &request.return_to, Place::Body)?;
    let permission = Permission {
        user_id: cx.user()?.user_id,
        challenge: request.code_challenge.clone(),
        given_at: cx.now,
    };
    let permission = sealed(cx, Purpose::Link(provider), &permission)?;
    let mut pairs = vec![
        ("return_to", request.return_to.as_str()),
        ("code_challenge", &request.code_challenge),
        ("link", &permission),
    ];
    pairs.extend(request.state.as_deref().map(|state| ("state", state)));
    let start = format!("{}/api/v1/oauth/{}/start", cx.public_url(), provider.as_str());
    Ok(LinkStart { url: query::append(&start, &pairs), expires_in: ATTEMPT_MILLIS / 1000 })
}

/// The account that a permission was given to, for that challenge: who holds the address alone completes nothing,
/// because the code that comes of it is exchanged by the session that asked.
pub fn permitted(
    cx: &Context<'_>,
    provider: ProviderName,
    permission: &str,
    challenge: &str,
) -> Result<Id, Problem> {
    let permission: Option<Permission> =
        attempt::open(&cx.config.vault.vault(), Purpose::Link(provider), permission);
    let good = |given: &Permission| {
        given.challenge == challenge && attempt::is_fresh(given.given_at, cx.now, ATTEMPT_MILLIS)
    };
    permission.filter(good).map(|given| given.user_id).ok_or_else(|| Problem::new(Code::InvalidGrant))
}

/// Refuses an address that is not one of those that are set up.
fn may_return(cx: &Context<'_>, address: &str, place: Place) -> Result<(), Problem> {
    if cx.config.providers.app_urls.iter().any(|allowed| allowed == address) {
        return Ok(());
    }
    Err(Problem::invalid(vec![Violation {
        place,
        pointer: "/return_to".to_owned(),
        code: "return-to",
        message: "must be one of the addresses that this server is set up with".to_owned(),
    }]))
}

/// The browser's cookie, the one that it has or a new one: attempts side by side share it.
fn browser(cx: &Context<'_>, provider: ProviderName) -> String {
    let (name, same_site) = match provider {
        // Apple posts its answer from its own page; only this kind of cookie comes along.
        ProviderName::Apple => (CookieName::FlowPost, SameSite::None),
        _ => (CookieName::Flow, SameSite::Lax),
    };
    let known = cx.cookie(name).filter(|value| value.len() == 43);
    let value = known.unwrap_or_else(|| random(cx));
    let max_age = u32::try_from(ATTEMPT_MILLIS / 1000).unwrap_or_default();
    cx.set_cookie(Cookie { name, value: value.clone(), same_site, max_age });
    value
}

/// 32 random bytes, as base64url.
fn random(cx: &Context<'_>) -> String {
    let mut bytes = [0; 32];
    cx.ports.random.fill(&mut bytes);
    base64url(&bytes)
}

/// Seals a value with a fresh nonce.
pub fn sealed<T: Serialize>(cx: &Context<'_>, purpose: Purpose, value: &T) -> Result<String, Problem> {
    let mut nonce = [0; crate::kernel::vault::NONCE];
    cx.ports.random.fill(&mut nonce);
    let sealed = attempt::seal(&cx.config.vault.vault(), nonce, purpose, value);
    sealed.ok_or_else(|| Problem::internal("a sealed value could not be written"))
}
