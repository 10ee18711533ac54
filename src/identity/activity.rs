//! When accounts and their credentials were last used.
//!
//! Every call counts, but an isolate notes one in five minutes for each credential, after the answer, and the database
//! takes it only if it knows nothing as recent: no request waits for a write, and many isolates make no more of them.
//! It is no event. Nothing follows from it, it would be the most frequent event of all, and whoever wants to know when
//! somebody did something reads the events of what was done.

use std::collections::HashMap;

use super::caller::{Caller, Credential};
use super::queries::activity as queries;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::{DatabaseError, Ports};

/// How exact the moments are, in milliseconds.
pub const EXACT_TO_MILLIS: i64 = 5 * 60_000;
/// Credentials that an isolate remembers at most.
const MOST: usize = 4_096;

/// That a credential was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// Its account.
    pub user_id: Id,
    /// The session or the key.
    pub credential_id: Id,
    /// Whether it was a key.
    pub by_key: bool,
    /// When.
    pub at: Timestamp,
}

/// What an isolate has noted lately, by credential.
#[derive(Debug, Default)]
pub struct Noted {
    at: HashMap<Id, i64>,
}

impl Noted {
    /// What is to be noted of a request by that caller, if anything.
    pub fn note(&mut self, caller: &Caller, now: Timestamp) -> Option<Used> {
        let Caller::User(user) = caller else { return None };
        let (id, by_key) = match user.credential {
            Credential::Session { id, .. } => (id, false),
            Credential::Key { id, .. } => (id, true),
        };
        let at = now.millis();
        if self.at.get(&id).is_some_and(|noted| (0..EXACT_TO_MILLIS).contains(&(at - noted))) {
            return None;
        }
        if self.at.len() >= MOST {
            self.at.clear();
        }
        self.at.insert(id, at);
        Some(Used { user_id: user.user_id, credential_id: id, by_key, at: now })
    }
}

/// Writes it down, unless something as recent is there.
pub async fn write(ports: Ports<'_>, used: &Used) -> Result<(), DatabaseError> {
    let credential = if used.by_key { queries::key_used } else { queries::session_seen };
    let batch = vec![
        queries::user_active(used.user_id, used.at),
        credential(used.credential_id, used.user_id, used.at),
    ];
    ports.database.batch(batch).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Scopes;
    use crate::identity::caller::{Role, Tier, UserCaller};

    fn caller(session: i64) -> Caller {
        let at = Timestamp::EPOCH;
        let id = |number| Id::new(at.plus_millis(number), [1; 10]);
        let credential =
            Credential::Session { id: id(session), client_id: None, authenticated_at: at, two_factor: false };
        let (scopes, tier, role) = (Scopes::NONE, Tier::Free, Role::User);
        Caller::User(UserCaller { user_id: id(0), credential, scopes, tier, role, epoch: 0 })
    }

    #[test]
    fn one_call_in_five_minutes_is_noted_for_each_credential() {
        let mut noted = Noted::default();
        let mut note =
            |session, millis| noted.note(&caller(session), Timestamp::from_millis(millis).unwrap()).is_some();
        assert!(note(1, 0) && note(2, 1));
        assert!(!note(1, 1) && !note(1, EXACT_TO_MILLIS - 1));
        assert!(note(1, EXACT_TO_MILLIS));
        assert!(note(1, 5), "the clock went back");
        assert_eq!(noted.note(&Caller::Anonymous, Timestamp::EPOCH), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut noted = Noted::default();
        for session in 0..3 * i64::try_from(MOST).unwrap() {
            assert!(noted.note(&caller(session), Timestamp::EPOCH).is_some());
        }
        assert!(noted.at.len() <= MOST);
    }
}
