//! The authorization server.

use crate::context::Context;
use crate::contract::types::{
    AuthorizationServer, ConsentFormDecision, DecideAuthorizationInput, EndGrantInput,
    FindAuthorizationServerInput, Grant, Grants, IssueTokensInput, ListGrantsInput, OAuthTokens,
    OAuthTokensTokenType, RevokeTokenInput, Revoked, ShowAuthorizationInput, SignInAuthorizationInput,
    TokenPair,
};
use crate::contract::{Holder, Scopes};
use crate::identity::authorization::{self, Answer, Asked, Presented};
use crate::identity::sign_in::Proof;
use crate::kernel::html::{PageOrRedirect, Redirect};
use crate::kernel::problem::{Code, Problem};

/// Puts a client's request before a person.
pub async fn show_authorization(
    cx: &Context<'_>,
    input: ShowAuthorizationInput,
) -> Result<PageOrRedirect, Problem> {
    let query = &input.query;
    let asked = Asked {
        response_type: query.response_type.as_deref(),
        redirect_uri: query.redirect_uri.as_deref(),
        scope: query.scope.as_deref(),
        state: query.state.as_deref(),
        code_challenge: query.code_challenge.as_deref(),
        code_challenge_method: query.code_challenge_method.as_deref(),
    };
    authorization::show(cx, &query.client_id, &asked).await
}

/// Signs a person in on the page.
pub async fn sign_in_authorization(
    cx: &Context<'_>,
    input: SignInAuthorizationInput,
) -> Result<PageOrRedirect, Problem> {
    let form = input.body;
    let (email, password, code) = (&form.email, &form.password, form.code.as_deref());
    authorization::sign_in(cx, &form.form, &Proof { email, password, code, device_token: None }).await
}

/// Leads a person back to the client with their answer.
pub async fn decide_authorization(
    cx: &Context<'_>,
    input: DecideAuthorizationInput,
) -> Result<Redirect, Problem> {
    let answer = match input.body.decision {
        ConsentFormDecision::Allow => Answer::Allow,
        ConsentFormDecision::Deny => Answer::Deny,
        ConsentFormDecision::Switch => Answer::Switch,
    };
    authorization::decide(cx, &input.body.form, answer).await
}

/// Gives a client tokens.
pub async fn issue_tokens(cx: &Context<'_>, input: IssueTokensInput) -> Result<OAuthTokens, Problem> {
    let request = input.body;
    let missing = |name: &str| Problem::malformed([name, " is missing"].concat());
    match request.grant_type.as_str() {
        "authorization_code" => {
            let code = request.code.ok_or_else(|| missing("code"))?;
            let redirect = request.redirect_uri.ok_or_else(|| missing("redirect_uri"))?;
            let verifier = request.code_verifier.ok_or_else(|| missing("code_verifier"))?;
            let presented =
                Presented { client_id: &request.client_id, redirect: &redirect, verifier: &verifier };
            let (pair, scopes) = authorization::exchange(cx, &code, &presented).await?;
            Ok(tokens(pair, Some(scopes)))
        }
        "refresh_token" => {
            let token = request.refresh_token.ok_or_else(|| missing("refresh_token"))?;
            let scope = request.scope.as_deref();
            Ok(tokens(authorization::renew(cx, &token, &request.client_id, scope).await?, None))
        }
        _ => Err(Problem::new(Code::UnsupportedGrantType)),
    }
}

fn tokens(pair: TokenPair, scope: Option<String>) -> OAuthTokens {
    OAuthTokens {
        access_token: pair.access_token,
        token_type: OAuthTokensTokenType::Bearer,
        expires_in: pair.expires_in,
        refresh_token: pair.refresh_token.unwrap_or_default(),
        scope,
    }
}

/// Ends what a client was granted.
pub async fn revoke_token(cx: &Context<'_>, input: RevokeTokenInput) -> Result<Revoked, Problem> {
    authorization::revoke(cx, &input.body.token, &input.body.client_id).await?;
    Ok(Revoked { revoked: true })
}

/// What clients need to know of this server (RFC 8414).
pub async fn find_authorization_server(
    cx: &Context<'_>,
    _input: FindAuthorizationServerInput,
) -> Result<AuthorizationServer, Problem> {
    let at = |path: &str| [cx.public_url(), path].concat();
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    Ok(AuthorizationServer {
        issuer: cx.public_url().to_owned(),
        authorization_endpoint: at("/oauth/authorize"),
        token_endpoint: at("/oauth/token"),
        revocation_endpoint: at("/oauth/revoke"),
        service_documentation: at("/docs"),
        scopes_supported: Scopes::of_holder(Holder::Client)
            .iter()
            .map(|scope| scope.as_str().to_owned())
            .collect(),
        response_types_supported: list(&["code"]),
        response_modes_supported: list(&["query"]),
        grant_types_supported: list(&["authorization_code", "refresh_token"]),
        token_endpoint_auth_methods_supported: list(&["none"]),
        revocation_endpoint_auth_methods_supported: list(&["none"]),
        code_challenge_methods_supported: list(&["S256"]),
        authorization_response_iss_parameter_supported: true,
    })
}

/// The applications that act for the caller.
pub async fn list_grants(cx: &Context<'_>, _input: ListGrantsInput) -> Result<Grants, Problem> {
    let granted = authorization::list(cx, cx.user()?.user_id).await?;
    let items = granted.into_iter().map(|one| Grant {
        id: one.id,
        client_id: one.client_id,
        client_name: one.client_name,
        scopes: one.scopes.split(' ').map(str::to_owned).collect(),
        created_at: one.created_at,
        last_seen_at: one.last_seen_at,
        expires_at: one.expires_at,
    });
    Ok(Grants { items: items.collect() })
}

/// Ends what an application may do for the caller.
pub async fn end_grant(cx: &Context<'_>, input: EndGrantInput) -> Result<(), Problem> {
    authorization::end(cx, cx.user()?.user_id, input.path.id).await
}
