//! An attempt to sign in, and the code that comes of it: sealed texts, each good once and for a short while.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::person::Person;
use crate::contract::types::ProviderName;
use crate::kernel::crypto::{base64url, equal, sha256};
use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::time::Timestamp;
use crate::kernel::vault::{NONCE, Place, Vault};

/// Milliseconds in which somebody may sign in at a provider.
pub const ATTEMPT_MILLIS: i64 = 10 * 60_000;
/// Milliseconds in which an app exchanges its code.
pub const CODE_MILLIS: i64 = 60_000;
/// Milliseconds in which it may do so with a second factor, which somebody has to look up first.
pub const CODE_WITH_FACTOR_MILLIS: i64 = 5 * 60_000;

/// What is tried, where it began and where it returns to. It travels as `state`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Used up under this id.
    pub id: Id,
    /// When it began.
    pub begun_at: Timestamp,
    /// The PKCE verifier towards the provider (RFC 7636).
    pub verifier: String,
    /// What the id token has to repeat (OpenID Connect Core section 3.1.2.1).
    pub nonce: String,
    /// The hash of the cookie that the browser was given.
    pub browser: String,
    /// Where the browser goes in the end.
    pub return_to: String,
    /// The app's own state, which it gets back.
    pub app_state: Option<String>,
    /// The PKCE challenge of the app.
    pub challenge: String,
    /// The account that an identity is to be linked to.
    pub link: Option<Id>,
}

/// What an app is given: whom the provider spoke of, for the app alone that began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Used up under this id.
    pub id: Id,
    /// When it was given.
    pub issued_at: Timestamp,
    /// The PKCE challenge of the app.
    pub challenge: String,
    /// The account that the identity is to be linked to; `None` for a sign-in.
    pub link: Option<Id>,
    /// Whom the provider spoke of.
    pub person: Person,
}

/// Whether a moment is not further back than so many milliseconds, nor ahead.
#[must_use]
pub fn is_fresh(since: Timestamp, now: Timestamp, millis: i64) -> bool {
    (0..millis).contains(&(now.millis() - since.millis()))
}

/// The hash by which an attempt knows its browser's cookie again.
#[must_use]
pub fn browser(cookie: &str) -> String {
    base64url(&sha256(&[b"browser", cookie.as_bytes()]))
}

/// The challenge of a verifier (RFC 7636 section 4.2, S256).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    base64url(&sha256(&[verifier.as_bytes()]))
}

/// Whether a verifier answers a challenge.
#[must_use]
pub fn answers(verifier: &str, expected: &str) -> bool {
    equal(challenge(verifier).as_bytes(), expected.as_bytes())
}

/// What a text is sealed for; it opens as nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `state`, at that provider.
    State(ProviderName),
    /// The code of an app.
    Code,
    /// The permission to link an identity of that provider.
    Link(ProviderName),
}

impl Purpose {
    fn place(self) -> Place<'static> {
        let (row, column) = match self {
            Self::State(provider) => (provider.as_str(), "state"),
            Self::Code => ("", "code"),
            Self::Link(provider) => (provider.as_str(), "link"),
        };
        Place { table: "oauth_spent", row, column }
    }
}

/// Seals a value; `None` if it cannot be written, which it can.
#[must_use]
pub fn seal<T: Serialize>(vault: &Vault, nonce: [u8; NONCE], purpose: Purpose, value: &T) -> Option<String> {
    Some(vault.seal(nonce, purpose.place(), &serde_json::to_vec(value).ok()?))
}

/// What was sealed for that purpose.
#[must_use]
pub fn open<T: DeserializeOwned>(vault: &Vault, purpose: Purpose, text: &str) -> Option<T> {
    json::read_bytes(&vault.open(purpose.place(), text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_challenge_is_met() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(answers(verifier, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(!answers("another", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
    }

    #[test]
    fn a_text_opens_for_its_purpose_alone() {
        let vault = Vault::new(&[1; 32], None);
        let purposes = [
            Purpose::State(ProviderName::Google),
            Purpose::State(ProviderName::Github),
            Purpose::Link(ProviderName::Google),
            Purpose::Code,
        ];
        for sealed in purposes {
            let text = seal(&vault, [1; NONCE], sealed, &7).unwrap();
            for opened in purposes {
                assert_eq!(open::<i64>(&vault, opened, &text), (sealed == opened).then_some(7), "{opened:?}");
            }
        }
    }

    #[test]
    fn freshness_has_two_ends() {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        for (now, fresh) in [(99, false), (100, true), (159, true), (160, false)] {
            assert_eq!(is_fresh(at(100), at(now), 60), fresh, "{now}");
        }
    }
}
