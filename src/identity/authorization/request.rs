//! What a client asks a person for: read, held to the rules, and carried through the pages.

use serde::{Deserialize, Serialize};

use super::{pkce, redirect};
use crate::contract::{Holder, Scopes};

/// A client as it is registered.
#[derive(Debug, Clone, Deserialize)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it may be answered.
    pub redirects: String,
    /// The most that it may ask for.
    pub scopes: String,
}

/// The parameters of an authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3), as they came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// `code`.
    pub response_type: Option<&'a str>,
    /// Where to answer.
    pub redirect_uri: Option<&'a str>,
    /// What for; all that the client may ask for, if it is left out.
    pub scope: Option<&'a str>,
    /// Given back with the answer.
    pub state: Option<&'a str>,
    /// Made of the verifier.
    pub code_challenge: Option<&'a str>,
    /// `S256`.
    pub code_challenge_method: Option<&'a str>,
}

/// A request that may be put before a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Who asks.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect: String,
    /// What for, space-separated.
    pub scopes: String,
    /// Given back with the answer.
    pub state: Option<String>,
    /// Made of the verifier.
    pub challenge: String,
}

/// Why a request is not put before a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The address to answer at is not the client's: the person is told, and nobody is led there (RFC 6749 section
    /// 4.1.2.1).
    Person(&'static str),
    /// The client is told, by one of the errors of RFC 6749 section 4.1.2.1.
    Client {
        /// The error.
        error: &'static str,
        /// More of it.
        description: &'static str,
    },
}

/// Holds a request to the rules.
pub fn read(asked: &Asked<'_>, client: Option<&Client>) -> Result<Request, Refusal> {
    let client = client.ok_or(Refusal::Person("The application that sent you here is not known."))?;
    let redirect = asked.redirect_uri.filter(|asked| redirect::is_registered(&client.redirects, asked));
    let redirect = redirect
        .ok_or(Refusal::Person("The application asks for its answer at an address that is not its own."))?;
    let refused = |error, description| Err(Refusal::Client { error, description });
    match asked.response_type {
        Some("code") => {}
        None => return refused("invalid_request", "response_type is missing"),
        Some(_) => return refused("unsupported_response_type", "response_type has to be code"),
    }
    if asked.code_challenge_method != Some("S256") {
        return refused("invalid_request", "code_challenge_method has to be S256");
    }
    let Some(challenge) = asked.code_challenge.filter(|text| pkce::is_challenge(text)) else {
        return refused("invalid_request", "code_challenge has to be a SHA-256 in base64url");
    };
    let most = Scopes::read(&client.scopes).intersection(Scopes::of_holder(Holder::Client));
    let scopes = asked.scope.map_or(Some(most), Scopes::parse);
    let Some(scopes) = scopes.filter(|scopes| !scopes.is_empty() && most.contains_all(*scopes)) else {
        return refused("invalid_scope", "the client may not ask for that");
    };
    Ok(Request {
        client_id: client.id.clone(),
        redirect: redirect.to_owned(),
        scopes: scopes.to_string(),
        state: asked.state.map(str::to_owned),
        challenge: challenge.to_owned(),
    })
}

impl Request {
    /// The path at which the request is put before a person again.
    #[must_use]
    pub fn path(&self) -> String {
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect),
            ("scope", &self.scopes),
            ("code_challenge", &self.challenge),
            ("code_challenge_method", "S256"),
        ];
        parameters.extend(self.state.as_deref().map(|state| ("state", state)));
        redirect::with_parameters("/oauth/authorize", &parameters)
    }

    /// Where the person is led with the client's code.
    #[must_use]
    pub fn granted(&self, code: &str, issuer: &str) -> String {
        answer(&self.redirect, &[("code", code)], self.state.as_deref(), issuer)
    }

    /// Where the person is led after saying no.
    #[must_use]
    pub fn denied(&self, issuer: &str) -> String {
        let error = [("error", "access_denied"), ("error_description", "the person said no")];
        answer(&self.redirect, &error, self.state.as_deref(), issuer)
    }
}

/// An answer to a client, with its state and who gives it (RFC 9207).
#[must_use]
pub fn answer(to: &str, parameters: &[(&str, &str)], state: Option<&str>, issuer: &str) -> String {
    let mut all = parameters.to_vec();
    all.extend(state.map(|state| ("state", state)));
    all.push(("iss", issuer));
    redirect::with_parameters(to, &all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn client() -> Client {
        Client {
            id: "app".into(),
            name: "App".into(),
            redirects: "com.example.app:/x?a=b".into(),
            scopes: "readings:read readings:write account:write".into(),
        }
    }

    const GOOD: Asked<'_> = Asked {
        response_type: Some("code"),
        redirect_uri: Some("com.example.app:/x?a=b"),
        scope: Some("readings:read"),
        state: Some("s&t"),
        code_challenge: Some(CHALLENGE),
        code_challenge_method: Some("S256"),
    };

    #[test]
    fn only_a_known_client_at_its_own_address_is_answered() {
        assert!(matches!(read(&GOOD, None), Err(Refusal::Person(_))));
        for redirect_uri in [None, Some(""), Some("com.example.app:/x"), Some("https://evil.example/")] {
            // Whatever else is wrong, nobody is led there.
            let asked = Asked { redirect_uri, response_type: None, ..GOOD };
            assert!(matches!(read(&asked, Some(&client())), Err(Refusal::Person(_))), "{redirect_uri:?}");
        }
    }

    #[test]
    fn a_client_is_told_which_rule_it_breaks() {
        for (asked, expected) in [
            (Asked { response_type: None, ..GOOD }, "invalid_request"),
            (Asked { response_type: Some("token"), ..GOOD }, "unsupported_response_type"),
            (Asked { code_challenge: None, ..GOOD }, "invalid_request"),
            (Asked { code_challenge: Some("short"), ..GOOD }, "invalid_request"),
            (Asked { code_challenge_method: None, ..GOOD }, "invalid_request"),
            (Asked { code_challenge_method: Some("plain"), ..GOOD }, "invalid_request"),
            (Asked { scope: Some("readings:read unknown"), ..GOOD }, "invalid_scope"),
            (Asked { scope: Some("profile:read"), ..GOOD }, "invalid_scope"),
            (Asked { scope: Some("admin:users:read"), ..GOOD }, "invalid_scope"),
            // Registered by mistake, but no client may hold it.
            (Asked { scope: Some("account:write"), ..GOOD }, "invalid_scope"),
        ] {
            match read(&asked, Some(&client())) {
                Err(Refusal::Client { error, .. }) => assert_eq!(error, expected, "{asked:?}"),
                other => panic!("{asked:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_request_is_carried_on_as_it_came() {
        let request = read(&GOOD, Some(&client())).unwrap();
        assert_eq!(
            request.path(),
            format!(
                "/oauth/authorize?response_type=code&client_id=app&redirect_uri=com.example.app%3A%2Fx%3Fa%3Db\
                 &scope=readings%3Aread&code_challenge={CHALLENGE}&code_challenge_method=S256&state=s%26t"
            )
        );
        assert_eq!(
            request.granted("c", "https://a.example"),
            "com.example.app:/x?a=b&code=c&state=s%26t&iss=https%3A%2F%2Fa.example"
        );
        let all = read(&Asked { scope: None, ..GOOD }, Some(&client())).unwrap();
        assert_eq!(all.scopes, "readings:read readings:write");
    }
}
