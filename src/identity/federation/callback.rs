//! A provider's answer, brought by the browser.

use super::attempt::{self, ATTEMPT_MILLIS, Attempt, Purpose, Ticket};
use super::begin::sealed;
use super::flow::{self, Failure};
use crate::config::providers::Registration;
use crate::context::Context;
use crate::contract::CookieName;
use crate::identity::queries::federation as queries;
use crate::kernel::audit::{Personal, When};
use crate::kernel::crypto::equal;
use crate::kernel::html::Redirect;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::query;
use crate::ports::DatabaseFault;

/// What the browser brings.
#[derive(Debug, Default)]
pub struct Returned {
    /// The attempt.
    pub state: Option<String>,
    /// The provider's code.
    pub code: Option<String>,
    /// Why there is none.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
    /// Apple's note of the name.
    pub user: Option<String>,
}

/// Uses the attempt up, asks the provider, and leads on to the app.
///
/// Until the attempt is known to be this browser's, it is not said where it would return: nobody is sent anywhere by
/// an address that somebody else made.
pub async fn receive(
    cx: &Context<'_>,
    registration: &Registration,
    returned: Returned,
    cookie: CookieName,
) -> Result<Redirect, Problem> {
    let attempt = attempt(cx, registration, returned.state.as_deref(), cookie)?;
    spend(cx, &attempt).await?;
    let link = attempt.link;
    let result = person(cx, registration, &attempt, &returned).await;
    let mut pairs: Vec<(&str, String)> = Vec::new();
    match result {
        Ok(person) => {
            let (id, challenge) = (cx.new_id(), attempt.challenge.clone());
            let ticket = Ticket { id, issued_at: cx.now, challenge, link, person };
            pairs.push(("code", sealed(cx, Purpose::Code, &ticket)?));
        }
        Err(failure) => pairs.push(("error", told(cx, registration, &failure).await.to_owned())),
    }
    pairs.extend(attempt.app_state.map(|state| ("state", state)));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(Redirect::to(query::append(&attempt.return_to, &pairs)))
}

/// The attempt that the browser brings back, if it is this provider's, recent and this browser's.
fn attempt(
    cx: &Context<'_>,
    registration: &Registration,
    state: Option<&str>,
    cookie: CookieName,
) -> Result<Attempt, Problem> {
    let refused = |reason: &str| Problem::new(Code::SignInRefused).cause(reason);
    let purpose = Purpose::State(registration.provider);
    let attempt: Attempt = attempt::open(&cx.config.vault.vault(), purpose, state.unwrap_or_default())
        .ok_or_else(|| refused("state"))?;
    if !attempt::is_fresh(attempt.begun_at, cx.now, ATTEMPT_MILLIS) {
        return Err(refused("state-expired"));
    }
    let browser = cx.cookie(cookie).map(|cookie| attempt::browser(&cookie)).unwrap_or_default();
    if !equal(browser.as_bytes(), attempt.browser.as_bytes()) {
        return Err(refused("browser"));
    }
    Ok(attempt)
}

/// Uses the attempt up, before anything is asked with it.
async fn spend(cx: &Context<'_>, attempt: &Attempt) -> Result<(), Problem> {
    let expires = attempt.begun_at.plus_millis(ATTEMPT_MILLIS);
    let batch = vec![queries::spend(attempt.id, expires), queries::sweep(cx.now)];
    match cx.ports.database.batch(batch).await {
        Ok(_) => Ok(()),
        Err(error) if error.fault == DatabaseFault::Unique => {
            Err(Problem::new(Code::SignInRefused).cause("state-used"))
        }
        Err(error) => Err(error.into()),
    }
}

async fn person(
    cx: &Context<'_>,
    registration: &Registration,
    attempt: &Attempt,
    returned: &Returned,
) -> Result<super::person::Person, Failure> {
    match returned.error.as_deref() {
        None => {}
        Some("access_denied" | "user_cancelled_authorize" | "consent_required") => {
            return Err(Failure::Refused(DENIED));
        }
        Some(_) => return Err(Failure::Refused("provider-error")),
    }
    let metadata = flow::metadata(cx, registration).await?;
    // Microsoft's issuer is known once the tenant is; its answers have no `iss`.
    let other = |issuer: &String| !metadata.issuer.contains("{tenantid}") && *issuer != metadata.issuer;
    if returned.issuer.as_ref().is_some_and(other) {
        return Err(Failure::Refused("answer-issuer"));
    }
    let code = returned.code.as_deref().filter(|code| !code.is_empty()).ok_or("code-missing")?;
    flow::person(cx, registration, &metadata, attempt, code, returned.user.as_deref()).await
}

/// Nobody's fault: the person said no.
const DENIED: &str = "access-denied";

/// What the app is told. What went wrong is recorded; the app does not learn it.
async fn told(cx: &Context<'_>, registration: &Registration, failure: &Failure) -> &'static str {
    let (told, reason) = match failure {
        Failure::Refused(DENIED) => return "access_denied",
        Failure::Unavailable(cause) => ("temporarily_unavailable", cause.as_str()),
        Failure::Refused(reason) => ("sign_in_refused", *reason),
    };
    let personal = Personal::default().text("reason", reason);
    let refusal = cx.note(
        When::Refused,
        "sign_in.refused",
        ("provider", registration.provider.as_str()),
        None,
        personal,
    );
    // The answer is the same whether the record could be written or not.
    let _ = cx.ports.database.run(refusal).await;
    told
}
