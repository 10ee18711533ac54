//! What was read again of credentials whose context is older than their account's standing.
//!
//! What a row says at an epoch it says for good: whatever changes it raises the epoch. So a finding is kept under the
//! credential and the epoch it holds for, in the isolate and in KV, and needs no invalidation; KV that lags behind only
//! costs another read. That a credential has ended is kept in the isolate alone.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::caller::{Role, Tier};
use crate::context::Afterwards;
use crate::contract::Scopes;
use crate::kernel::json;
use crate::kernel::time::Timestamp;
use crate::ports::Ports;

/// Findings that an isolate keeps at most.
const MOST: usize = 4_096;
/// How long KV keeps one: longer than the access token that it is wanted for.
const LIFE: Duration = Duration::from_secs(20 * 60);

/// What holds for a credential from an epoch on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holds {
    /// The epoch of its account when its row was read.
    pub epoch: i64,
    /// The tier of its account.
    pub tier: Tier,
    /// The role of its account.
    pub role: Role,
    /// What it may do.
    pub scopes: Scopes,
    /// Of a session: when somebody last proved who they are.
    pub authenticated_at: Option<Timestamp>,
    /// Of a session: whether a second factor was part of that.
    pub two_factor: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// It may still be used.
    Holds(Holds),
    /// It has ended, for good.
    Ended,
}

/// The findings of an isolate, by credential: `session:<id>`, `key:<id>`.
#[derive(Debug, Default)]
pub struct Confirmed {
    findings: HashMap<String, Finding>,
}

impl Confirmed {
    fn recall(&self, credential: &str, epoch: i64) -> Option<Finding> {
        let fits = |finding: &&Finding| match finding {
            Finding::Holds(holds) => holds.epoch >= epoch,
            Finding::Ended => true,
        };
        self.findings.get(credential).filter(fits).cloned()
    }

    fn keep(&mut self, credential: &str, finding: Finding) {
        if self.findings.len() >= MOST {
            self.findings.clear();
        }
        self.findings.insert(credential.to_owned(), finding);
    }
}

/// What was found before for that credential at that epoch or a later one. A cache that fails, or holds something
/// unreadable, is passed over.
pub async fn recall(
    ports: Ports<'_>,
    confirmed: &RefCell<Confirmed>,
    credential: &str,
    epoch: i64,
) -> Option<Finding> {
    let known = confirmed.borrow().recall(credential, epoch);
    if known.is_some() {
        return known;
    }
    let text = ports.cache.get(&name(credential, epoch)).await.ok().flatten()?;
    let holds: Holds = json::read(&text).ok().filter(|holds: &Holds| holds.epoch >= epoch)?;
    let finding = Finding::Holds(holds);
    confirmed.borrow_mut().keep(credential, finding.clone());
    Some(finding)
}

/// Keeps a finding that was sought at that epoch; what is left to do for other isolates.
pub fn remember(
    confirmed: &RefCell<Confirmed>,
    credential: &str,
    epoch: i64,
    finding: &Finding,
) -> Option<Afterwards> {
    confirmed.borrow_mut().keep(credential, finding.clone());
    let Finding::Holds(holds) = finding else { return None };
    let value = serde_json::to_string(holds).ok()?;
    Some(Afterwards::CachePut { key: name(credential, epoch), value, life: LIFE })
}

fn name(credential: &str, epoch: i64) -> String {
    format!("confirmed:{credential}:{epoch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(epoch: i64) -> Finding {
        let (tier, role, scopes) = (Tier::Free, Role::User, Scopes::NONE);
        Finding::Holds(Holds { epoch, tier, role, scopes, authenticated_at: None, two_factor: false })
    }

    #[test]
    fn a_finding_is_good_up_to_its_epoch_and_an_end_for_good() {
        let mut confirmed = Confirmed::default();
        confirmed.keep("session:1", holds(3));
        assert_eq!(confirmed.recall("session:1", 3), Some(holds(3)));
        assert_eq!(confirmed.recall("session:1", 2), Some(holds(3)));
        assert_eq!(confirmed.recall("session:1", 4), None);
        assert_eq!(confirmed.recall("session:2", 1), None);
        confirmed.keep("session:1", Finding::Ended);
        assert_eq!(confirmed.recall("session:1", 99), Some(Finding::Ended));
    }

    #[test]
    fn memory_is_bounded() {
        let mut confirmed = Confirmed::default();
        for number in 0..3 * MOST {
            confirmed.keep(&number.to_string(), holds(1));
        }
        assert!(confirmed.findings.len() <= MOST);
    }
}
