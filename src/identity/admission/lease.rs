//! The isolate's side: leases, and what is decided without asking the object.

use std::collections::HashMap;

use super::{Group, Quotas, Reply, State, Window};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;

/// The longest life of a lease, in milliseconds; an ended session is refused everywhere after that.
pub const LEASE_MILLIS: i64 = 5_000;
/// How long a refusal is repeated without asking again, in milliseconds.
const REFUSAL_MILLIS: i64 = 1_000;
/// Callers that an isolate remembers at most.
const CALLERS: usize = 4_096;

/// What a request that may pass carries on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The scarcest window, for the `RateLimit` headers.
    pub window: Window,
    /// Sessions ended lately.
    pub ended_sessions: Vec<Id>,
}

/// What the isolate can say by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// A lease covers the request.
    Admitted(Admitted),
    /// Refused a moment ago.
    Refused(Window),
    /// The object has to be asked.
    Ask,
}

#[derive(Debug, Clone)]
enum Lease {
    Units { left: u32, until: i64, window: Window, ended_sessions: Vec<Id> },
    Refusal { until: i64, window: Window },
}

/// All leases of an isolate.
#[derive(Debug, Default)]
pub struct Leases {
    leases: HashMap<(String, Group), Lease>,
    /// Counts for callers whose object cannot be reached.
    fallback: HashMap<String, State>,
}

impl Leases {
    /// Uses a lease if there is one.
    pub fn take(&mut self, caller: &str, group: Group, cost: u32, now: Timestamp) -> Local {
        let now = now.millis();
        match self.leases.get_mut(&(caller.to_owned(), group)) {
            Some(Lease::Units { left, until, window, ended_sessions }) if now < *until && *left >= cost => {
                *left -= cost;
                Local::Admitted(Admitted { window: *window, ended_sessions: ended_sessions.clone() })
            }
            Some(Lease::Refusal { until, window }) if now < *until => Local::Refused(*window),
            _ => Local::Ask,
        }
    }

    /// Notes the object's answer to a request of that cost, sent at `asked`.
    pub fn note(&mut self, caller: &str, group: Group, cost: u32, reply: &Reply, asked: Timestamp) {
        let asked = asked.millis();
        let lease = match reply {
            Reply::Granted { units, window, ended_sessions } => Lease::Units {
                left: units.saturating_sub(cost),
                until: (asked + LEASE_MILLIS).min(window.resets_at.millis()),
                window: *window,
                ended_sessions: ended_sessions.clone(),
            },
            Reply::Refused { window } => Lease::Refusal {
                until: (asked + REFUSAL_MILLIS).min(window.resets_at.millis()),
                window: *window,
            },
            Reply::Done => return,
        };
        if self.leases.len() >= CALLERS {
            self.leases.retain(|_, lease| match lease {
                Lease::Units { until, .. } | Lease::Refusal { until, .. } => *until > asked,
            });
            if self.leases.len() >= CALLERS {
                self.leases.clear();
            }
        }
        self.leases.insert((caller.to_owned(), group), lease);
    }

    /// Forgets a caller's leases, so that the next request asks the object.
    pub fn forget(&mut self, caller: &str) {
        self.leases.retain(|(name, _), _| name != caller);
    }

    /// Decides in the isolate alone, while the object cannot be reached.
    pub fn fall_back(
        &mut self,
        caller: &str,
        group: Group,
        cost: u32,
        quotas: &Quotas,
        now: Timestamp,
    ) -> Reply {
        if self.fallback.len() >= CALLERS {
            self.fallback.clear();
        }
        self.fallback.entry(caller.to_owned()).or_default().take(group, cost, 0, quotas, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn granted(units: u32) -> Reply {
        let window = Window { seconds: 60, limit: 100, left: 50, resets_at: at(60_000) };
        Reply::Granted { units, window, ended_sessions: Vec::new() }
    }

    #[test]
    fn a_lease_serves_what_was_counted_and_no_more() {
        let mut leases = Leases::default();
        assert_eq!(leases.take("u", Group::General, 1, at(0)), Local::Ask);
        leases.note("u", Group::General, 1, &granted(3), at(0));
        assert!(matches!(leases.take("u", Group::General, 1, at(1)), Local::Admitted(_)));
        assert!(matches!(leases.take("u", Group::General, 1, at(1)), Local::Admitted(_)));
        assert_eq!(leases.take("u", Group::General, 1, at(1)), Local::Ask);
        assert_eq!(leases.take("other", Group::General, 1, at(1)), Local::Ask);
    }

    #[test]
    fn a_lease_ends_after_five_seconds_with_its_window_and_when_forgotten() {
        let mut leases = Leases::default();
        leases.note("u", Group::General, 1, &granted(9), at(0));
        assert_eq!(leases.take("u", Group::General, 1, at(LEASE_MILLIS)), Local::Ask);
        leases.note("u", Group::General, 1, &granted(9), at(58_000));
        assert_eq!(leases.take("u", Group::General, 1, at(60_000)), Local::Ask);
        leases.note("u", Group::General, 1, &granted(9), at(0));
        leases.forget("u");
        assert_eq!(leases.take("u", Group::General, 1, at(1)), Local::Ask);
    }

    #[test]
    fn a_refusal_is_repeated_for_a_second() {
        let mut leases = Leases::default();
        let window = Window { seconds: 60, limit: 10, left: 0, resets_at: at(60_000) };
        leases.note("u", Group::General, 1, &Reply::Refused { window }, at(0));
        assert_eq!(leases.take("u", Group::General, 1, at(999)), Local::Refused(window));
        assert_eq!(leases.take("u", Group::General, 1, at(1_000)), Local::Ask);
    }

    #[test]
    fn memory_is_bounded() {
        let mut leases = Leases::default();
        for number in 0..3 * CALLERS {
            leases.note(&number.to_string(), Group::General, 1, &granted(9), at(0));
        }
        assert!(leases.leases.len() <= CALLERS);
    }
}
