//! Sign-in with Google, Apple, GitHub and Microsoft: one client of OAuth 2.0 (RFC 6749, RFC 7636, RFC 9700) and OpenID
//! Connect Core 1.0, with what each provider does its own way as data and small functions.
//!
//! 1. An app sends the browser to `start` with where to return and the hash of a secret of its own. We answer with the
//!    provider's address. What the attempt consists of travels sealed in `state`; a cookie binds it to the browser.
//! 2. The provider sends the browser to `callback`. The attempt is used up, the provider's code is exchanged, what it
//!    says of the person is checked. The app gets that, sealed, as a code of one minute.
//! 3. The app exchanges the code with its secret. Only now an account is looked for, made or linked ([`linking`]).
//!
//! Keeps these invariants: an identity is found by provider and subject alone; an address leads to an account only if
//! the provider answers for it now; nobody keeps a way into an account whose address another person has proven.

pub mod attempt;
pub mod begin;
pub mod callback;
pub mod claims;
pub mod client;
pub mod discovery;
pub mod entry;
pub mod flow;
pub mod github;
pub mod id_token;
pub mod keys;
pub mod linking;
pub mod person;

use crate::contract::types::ProviderName;

/// What people call a provider.
#[must_use]
pub fn title(provider: ProviderName) -> &'static str {
    match provider {
        ProviderName::Google => "Google",
        ProviderName::Apple => "Apple",
        ProviderName::Github => "GitHub",
        ProviderName::Microsoft => "Microsoft",
    }
}
