//! Authorization codes: random, kept as hashes, good for a minute, once, for the client, address and challenge that they
//! were given to (RFC 6749 section 4.1.2).

use serde::Deserialize;

use super::pkce;
use crate::identity::standing::{Standing, StandingState};
use crate::kernel::crypto;
use crate::kernel::time::Timestamp;

/// How long a code is good.
pub const LIFE_MILLIS: i64 = 60_000;
/// How long a used code is remembered after that, so that a second use is seen as one.
pub const MEMORY_MILLIS: i64 = 24 * 3_600_000;

/// A code as it is stored, with the standing of its account.
#[derive(Debug, Clone, Deserialize)]
pub struct Stored {
    /// Whose consent it is.
    pub user_id: crate::kernel::id::Id,
    /// Who it was given to.
    pub client_id: String,
    /// Where.
    pub redirect: String,
    /// Made of the verifier that its exchange needs.
    pub challenge: String,
    /// What was consented to.
    pub scopes: String,
    /// How the person proved who they are.
    pub methods: String,
    /// The account's epoch at that time.
    pub consent_epoch: i64,
    /// The session that came of it; empty until it is used.
    pub session_id: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How the account stands now.
    #[serde(rename = "*")]
    pub standing: Standing,
}

/// What a client says when it exchanges a code.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// Who it says it is.
    pub client_id: &'a str,
    /// Where it was answered.
    pub redirect: &'a str,
    /// What the challenge was made of.
    pub verifier: &'a str,
}

/// What to do with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Begin a session.
    Issue,
    /// Refuse, and end the session that came of the first use: one of the two who hold the code is not its client.
    Replay,
    /// Refuse. It is not used up: whoever lacks the verifier cannot spoil it for the client, nor guess one.
    Refuse,
}

/// Decides about a code. A change of the account's standing since the consent makes it void.
#[must_use]
pub fn decide(stored: &Stored, presented: &Presented<'_>, now: Timestamp) -> Decision {
    if !stored.session_id.is_empty() {
        return Decision::Replay;
    }
    let right = stored.client_id == presented.client_id
        && stored.redirect == presented.redirect
        && pkce::proves(presented.verifier, &stored.challenge);
    let good = now < stored.expires_at
        && stored.standing.state == StandingState::Active
        && stored.standing.epoch == stored.consent_epoch;
    if right && good { Decision::Issue } else { Decision::Refuse }
}

/// What is kept of a code.
#[must_use]
pub fn hash(code: &str) -> String {
    crypto::base64url(&crypto::sha256(&[b"authorization code", code.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::caller::{Role, Tier};
    use crate::kernel::id::Id;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const RIGHT: Presented<'_> =
        Presented { client_id: "app", redirect: "com.example:/x", verifier: VERIFIER };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn stored() -> Stored {
        Stored {
            user_id: Id::new(at(1), [1; 10]),
            client_id: "app".into(),
            redirect: "com.example:/x".into(),
            challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".into(),
            scopes: "readings:read".into(),
            methods: "pwd".into(),
            consent_epoch: 3,
            session_id: String::new(),
            expires_at: at(60_000),
            standing: Standing { epoch: 3, tier: Tier::Free, role: Role::User, state: StandingState::Active },
        }
    }

    #[test]
    fn everything_has_to_be_as_it_was_given() {
        assert_eq!(decide(&stored(), &RIGHT, at(59_999)), Decision::Issue);
        assert_eq!(decide(&stored(), &RIGHT, at(60_000)), Decision::Refuse, "late");
        for presented in [
            Presented { client_id: "other", ..RIGHT },
            Presented { redirect: "com.example:/y", ..RIGHT },
            Presented { redirect: "", ..RIGHT },
            Presented { verifier: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", ..RIGHT },
            Presented { verifier: "", ..RIGHT },
        ] {
            assert_eq!(decide(&stored(), &presented, at(1)), Decision::Refuse, "{presented:?}");
        }
        for state in [StandingState::Suspended, StandingState::Deleted] {
            let mut stored = stored();
            stored.standing.state = state;
            assert_eq!(decide(&stored, &RIGHT, at(1)), Decision::Refuse);
        }
        let mut changed = stored();
        changed.standing.epoch = 4;
        assert_eq!(decide(&changed, &RIGHT, at(1)), Decision::Refuse, "the password was changed meanwhile");
    }

    #[test]
    fn a_used_code_is_a_replay_whoever_brings_it_and_however_late() {
        let used = Stored { session_id: Id::new(at(1), [2; 10]).to_string(), ..stored() };
        assert_eq!(decide(&used, &RIGHT, at(1)), Decision::Replay);
        assert_eq!(decide(&used, &RIGHT, at(3_600_000)), Decision::Replay);
        assert_eq!(decide(&used, &Presented { verifier: "", ..RIGHT }, at(1)), Decision::Replay);
    }
}
