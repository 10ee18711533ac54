//! The pages' side: sign-in, consent, and the way back to the client.

use serde::Deserialize;

use super::browser::{Browser, Person};
use super::request::{self, Asked, Client, Refusal, Request};
use super::{codes, redirect};
use crate::context::Context;
use crate::contract::Scopes;
use crate::identity::pages;
use crate::identity::queries::authorization as queries;
use crate::identity::sign_in::{self, Proof};
use crate::identity::standing::StandingState;
use crate::kernel::audit::Personal;
use crate::kernel::crypto;
use crate::kernel::html::{Html, PageOrRedirect, Redirect};
use crate::kernel::problem::{Code, Problem};

/// What a person says to a client's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Allow,
    /// No.
    Deny,
    /// Somebody else is to answer.
    Switch,
}

/// The person that a page session speaks of, as they stand now.
#[derive(Debug, Deserialize)]
struct Known {
    email: String,
    epoch: i64,
    status: StandingState,
}

/// Puts a client's request before a person: to sign in, or to consent.
pub async fn show(cx: &Context<'_>, client_id: &str, asked: &Asked<'_>) -> Result<PageOrRedirect, Problem> {
    let browser = Browser::of(cx);
    let person = browser.as_ref().and_then(|browser| browser.person.clone());
    let mut batch = vec![queries::client(client_id)];
    batch.extend(person.as_ref().map(|person| queries::person(person.user_id)));
    let outcomes = cx.ports.database.batch(batch).await?;
    let client: Option<Client> = match outcomes.first() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    let request = match request::read(asked, client.as_ref()) {
        Ok(request) => request,
        Err(Refusal::Person(words)) => return Err(Problem::new(Code::InvalidClient).detail(words)),
        Err(Refusal::Client { error, description }) => {
            let parameters = [("error", error), ("error_description", description)];
            let to = asked.redirect_uri.unwrap_or_default();
            return Ok(Redirect::to(request::answer(to, &parameters, asked.state, cx.public_url())).into());
        }
    };
    let known: Option<Known> = match (&person, outcomes.get(1)) {
        (Some(_), Some(outcome)) => outcome.rows.first()?,
        _ => None,
    };
    let known = known.filter(|known| {
        let epoch = person.as_ref().map(|person| person.epoch);
        epoch == Some(known.epoch) && known.status == StandingState::Active
    });
    let name = client.map(|client| client.name).unwrap_or_default();
    let page = match (browser, known) {
        (Some(browser), Some(known)) => consent_page(cx, &browser, &request, &name, &known.email)?,
        (browser, _) => {
            let reusable = browser.filter(|browser| browser.person.is_none() && browser.is_young(cx));
            let browser = reusable.map_or_else(|| Browser::begin(cx, None), Ok)?;
            let form = browser.seal(cx, &request)?;
            pages::sign_in(&pages::SignIn { form: &form, client: Some(&name), ..Default::default() })
        }
    };
    Ok(page.into())
}

/// The request that a form carries; refused unless it was made for this browser within ten minutes.
fn carried(cx: &Context<'_>, form: &str) -> Result<(Browser, Request), Problem> {
    let words =
        "This form has expired or was made for another browser. Go back to the application and begin again.";
    let browser = Browser::of(cx);
    let found = browser.and_then(|browser| {
        let request = browser.open(cx, form)?;
        Some((browser, request))
    });
    found.ok_or_else(|| Problem::new(Code::Forbidden).detail(words))
}

/// Signs a person in on the page, for ten minutes and for these pages alone; then the request is shown again.
pub async fn sign_in(cx: &Context<'_>, form: &str, proof: &Proof<'_>) -> Result<PageOrRedirect, Problem> {
    let (_, request) = carried(cx, form)?;
    let proven = match sign_in::prove(cx, proof).await {
        Ok(proven) => proven,
        Err(problem) => {
            let words = trouble(&problem).ok_or(problem)?;
            let page = pages::SignIn { form, client: None, email: proof.email, trouble: Some(&words) };
            return Ok(pages::sign_in(&page).into());
        }
    };
    let person = Person {
        user_id: proven.user.id,
        epoch: proven.user.standing.epoch,
        methods: proven.methods.clone(),
    };
    let subject = person.user_id.to_string();
    let personal = Personal::default().text("methods", &person.methods).text("client", &request.client_id);
    let batch = [
        queries::signed_in(person.user_id, cx.now),
        cx.record("page.signed_in", ("user", &subject), Some(person.user_id), personal),
    ];
    proven.accept(cx, batch).await?;
    Browser::begin(cx, Some(person))?;
    Ok(Redirect::to(request.path()).into())
}

/// What a person is told of a sign-in that failed; `None` for what is no matter of theirs.
fn trouble(problem: &Problem) -> Option<String> {
    Some(match problem.code {
        Code::InvalidCredentials => "Address or password is wrong.".to_owned(),
        Code::TwoFactorRequired => {
            "Your account has a second factor: type its code, and your password once more.".to_owned()
        }
        Code::InvalidCode => "The code is wrong or was used before.".to_owned(),
        Code::AccountSuspended => "This account is suspended.".to_owned(),
        Code::TooManyAttempts => {
            let seconds = problem.retry_after.unwrap_or(1).to_string();
            ["Too many attempts. Try again in ", &seconds, " seconds."].concat()
        }
        _ => return None,
    })
}

/// Leads a person back to the client with their answer.
pub async fn decide(cx: &Context<'_>, form: &str, answer: Answer) -> Result<Redirect, Problem> {
    let (browser, request) = carried(cx, form)?;
    match answer {
        Answer::Deny => return Ok(Redirect::to(request.denied(cx.public_url()))),
        Answer::Switch => Browser::end(cx),
        Answer::Allow => {
            if let Some(code) = allow(cx, browser.person.as_ref(), &request).await? {
                return Ok(Redirect::to(request.granted(&code, cx.public_url())));
            }
        }
    }
    Ok(Redirect::to(request.path()))
}

/// A code for the client; `None` if the person has to sign in again.
async fn allow(
    cx: &Context<'_>,
    person: Option<&Person>,
    request: &Request,
) -> Result<Option<String>, Problem> {
    let Some(person) = person else { return Ok(None) };
    let mut random = [0; 32];
    cx.ports.random.fill(&mut random);
    let code = crypto::base64url(&random);
    let (user_id, client) = (person.user_id, ("client", request.client_id.as_str()));
    let personal = Personal::default().text("client", &request.client_id).text("scopes", &request.scopes);
    let batch = vec![
        queries::issue(&codes::hash(&code), request, (user_id, person.epoch, &person.methods), cx.now),
        cx.event(user_id, "grant.allowed", client, None, None),
        cx.record("grant.allowed", client, Some(user_id), personal),
        queries::forget(cx.now),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0).then_some(code))
}

fn consent_page(
    cx: &Context<'_>,
    browser: &Browser,
    request: &Request,
    client: &str,
    email: &str,
) -> Result<Html, Problem> {
    let form = browser.seal(cx, request)?;
    Ok(pages::consent(&pages::Consent {
        form: &form,
        client,
        email,
        scopes: Scopes::read(&request.scopes),
        redirect: &request.redirect,
        place: redirect::place(&request.redirect),
    }))
}
