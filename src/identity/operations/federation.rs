//! Sign-in with other providers.

use crate::config::providers::Registration;
use crate::context::Context;
use crate::contract::CookieName;
use crate::contract::resources::IDENTITY;
use crate::contract::types::{
    CreateIdentityInput, DeleteIdentityInput, ExchangeSignInInput, Identity, LinkStart, ListIdentitiesInput,
    ListProvidersInput, ProviderList, ProviderName, ProviderState, ReceiveSignInFormInput,
    ReceiveSignInInput, StartLinkInput, StartSignInInput, TokenPair,
};
use crate::identity::federation::attempt::{self, Purpose, Ticket};
use crate::identity::federation::callback::{self, Returned};
use crate::identity::federation::{begin, entry, title};
use crate::kernel::html::Redirect;
use crate::kernel::page::Page;
use crate::kernel::problem::{Code, Problem};
use crate::resource::list::ListRequest;
use crate::resource::operations as resource;

/// With whom people may sign in.
pub async fn list_providers(cx: &Context<'_>, _input: ListProvidersInput) -> Result<ProviderList, Problem> {
    let state = |name: &ProviderName| ProviderState {
        name: *name,
        title: title(*name).to_owned(),
        enabled: cx.config.providers.find(*name).is_some(),
    };
    Ok(ProviderList { providers: ProviderName::ALL.iter().map(state).collect() })
}

/// Leads to a provider.
pub async fn start_sign_in(cx: &Context<'_>, input: StartSignInInput) -> Result<Redirect, Problem> {
    let query = input.query;
    let registration = registration(cx, input.path.provider)?;
    let link = match query.link.as_deref() {
        Some(permission) => {
            Some(begin::permitted(cx, registration.provider, permission, &query.code_challenge)?)
        }
        None => None,
    };
    begin::lead_to(cx, registration, query.return_to, query.code_challenge, query.state, link).await
}

/// Takes a provider's answer.
pub async fn receive_sign_in(cx: &Context<'_>, input: ReceiveSignInInput) -> Result<Redirect, Problem> {
    let query = input.query;
    let returned =
        Returned { state: query.state, code: query.code, error: query.error, issuer: query.iss, user: None };
    callback::receive(cx, registration(cx, input.path.provider)?, returned, CookieName::Flow).await
}

/// Takes a provider's answer that came by a form.
pub async fn receive_sign_in_form(
    cx: &Context<'_>,
    input: ReceiveSignInFormInput,
) -> Result<Redirect, Problem> {
    let form = input.body;
    let returned =
        Returned { state: form.state, code: form.code, error: form.error, issuer: form.iss, user: form.user };
    callback::receive(cx, registration(cx, input.path.provider)?, returned, CookieName::FlowPost).await
}

/// Gives the tokens of a session for the code of a sign-in.
pub async fn exchange_sign_in(cx: &Context<'_>, input: ExchangeSignInInput) -> Result<TokenPair, Problem> {
    let body = input.body;
    let factor = body.two_factor_code.as_deref();
    let ticket = ticket(cx, &body.code, &body.code_verifier)?;
    if ticket.link.is_some() {
        return Err(Problem::new(Code::InvalidGrant));
    }
    entry::enter(cx, &ticket, factor).await
}

/// Begins to link a provider.
pub async fn start_link(cx: &Context<'_>, input: StartLinkInput) -> Result<LinkStart, Problem> {
    let registration = registration(cx, input.path.provider)?;
    begin::permit(cx, registration.provider, &input.body)
}

/// The providers that are linked to the caller's account.
pub async fn list_identities(
    cx: &Context<'_>,
    input: ListIdentitiesInput,
) -> Result<Page<Identity>, Problem> {
    let filters = input.filter_values();
    let request =
        ListRequest { limit: input.query.limit, cursor: input.query.cursor, sort: input.query.sort, filters };
    resource::list(cx, &IDENTITY, &request).await
}

/// Completes a link.
pub async fn create_identity(cx: &Context<'_>, input: CreateIdentityInput) -> Result<Identity, Problem> {
    let user_id = cx.user()?.user_id;
    let ticket = ticket(cx, &input.body.code, &input.body.code_verifier)?;
    if ticket.link != Some(user_id) || !attempt::is_fresh(ticket.issued_at, cx.now, attempt::CODE_MILLIS) {
        return Err(Problem::new(Code::InvalidGrant));
    }
    entry::add(cx, &ticket, user_id).await
}

/// Unlinks a provider.
pub async fn delete_identity(cx: &Context<'_>, input: DeleteIdentityInput) -> Result<(), Problem> {
    entry::remove(cx, cx.user()?.user_id, input.path.id).await
}

fn registration<'a>(cx: &'a Context<'_>, provider: ProviderName) -> Result<&'a Registration, Problem> {
    let registration = cx.config.providers.find(provider);
    registration.ok_or_else(|| Problem::not_found().detail("This provider is not set up here."))
}

/// What a code says, to the app that began alone. Whether it was used is asked where it is used up.
fn ticket(cx: &Context<'_>, code: &str, verifier: &str) -> Result<Ticket, Problem> {
    let ticket: Option<Ticket> = attempt::open(&cx.config.vault.vault(), Purpose::Code, code);
    let fits = |ticket: &Ticket| {
        attempt::answers(verifier, &ticket.challenge)
            && attempt::is_fresh(ticket.issued_at, cx.now, attempt::CODE_WITH_FACTOR_MILLIS)
    };
    ticket.filter(fits).ok_or_else(|| Problem::new(Code::InvalidGrant))
}
