//! The isolate's side: leases, and what is decided without asking the object.

use std::collections::HashMap;

use super::{Group, Quotas, Reply, State, Window};
use crate::identity::standing::Standing;
use crate::kernel::time::Timestamp;

/// The longest life of a lease, in milliseconds; an ended session is refused everywhere after that.
pub const LEASE_MILLIS: i64 = 5_000;
/// How long a refusal is repeated without asking again, in milliseconds.
const REFUSAL_MILLIS: i64 = 1_000;
/// How long one request is waited for that asks for a lease; meanwhile others ask for themselves alone.
const ASKING_MILLIS: i64 = 1_000;
/// Units of the first lease; later ones are twice what the last one served.
const FIRST: u32 = 4;
/// Callers that an isolate remembers at most.
const CALLERS: usize = 4_096;

/// What a request that may pass carries on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The scarcest window, for the `RateLimit` headers.
    pub window: Window,
    /// How the caller's account stands, as far as its object knows.
    pub standing: Option<Standing>,
}

/// What the isolate can say by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// A lease covers the request.
    Admitted(Admitted),
    /// Refused a moment ago.
    Refused(Window),
    /// The object has to be asked, for so many units more than the request costs.
    Ask {
        /// Units for a lease.
        ahead: u32,
    },
}

#[derive(Debug, Clone, Default)]
struct Lease {
    /// Units that may still be used.
    left: u32,
    /// Units that it began with.
    granted: u32,
    /// When it ends.
    until: i64,
    /// What the object said last.
    last: Option<Admitted>,
    /// A refusal, and until when it is repeated.
    refusal: Option<(Window, i64)>,
    /// Until when somebody is asking for the next one.
    asking_until: i64,
}

/// All leases of an isolate.
#[derive(Debug, Default)]
pub struct Leases {
    leases: HashMap<(String, Group), Lease>,
    /// Counts for callers whose object cannot be reached.
    fallback: HashMap<String, State>,
}

impl Leases {
    /// Uses a lease if there is one; else says how to ask. A lease has at most `most` units.
    pub fn take(&mut self, caller: &str, group: Group, cost: u32, most: u32, now: Timestamp) -> Local {
        let now = now.millis();
        self.make_room(now);
        let lease = self.leases.entry((caller.to_owned(), group)).or_default();
        match (&lease.refusal, &lease.last) {
            (Some((window, until)), _) if now < *until => return Local::Refused(*window),
            (_, Some(admitted)) if now < lease.until && lease.left >= cost => {
                lease.left -= cost;
                return Local::Admitted(admitted.clone());
            }
            _ => {}
        }
        if now < lease.asking_until {
            return Local::Ask { ahead: 0 };
        }
        lease.asking_until = now + ASKING_MILLIS;
        let served = lease.granted.saturating_sub(lease.left);
        Local::Ask { ahead: FIRST.max(served.saturating_mul(2)).min(most) }
    }

    /// Notes the object's answer to a request of that cost, sent at `asked`.
    pub fn note(&mut self, caller: &str, group: Group, cost: u32, reply: &Reply, asked: Timestamp) {
        let asked = asked.millis();
        let lease = self.leases.entry((caller.to_owned(), group)).or_default();
        match reply {
            Reply::Granted { units, window, standing } => {
                let more = units.saturating_sub(cost);
                let until = (asked + LEASE_MILLIS).min(window.resets_at.millis());
                if asked < lease.until && lease.left > 0 {
                    lease.left = lease.left.saturating_add(more);
                    lease.granted = lease.granted.saturating_add(more);
                    lease.until = lease.until.min(until);
                } else if more > 0 {
                    (lease.left, lease.granted, lease.until) = (more, more, until);
                }
                if more > 0 {
                    lease.asking_until = 0;
                }
                lease.refusal = None;
                lease.last = Some(Admitted { window: *window, standing: *standing });
            }
            Reply::Refused { window } => {
                lease.refusal = Some((*window, (asked + REFUSAL_MILLIS).min(window.resets_at.millis())));
            }
            Reply::Done => {}
        }
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

    fn make_room(&mut self, now: i64) {
        if self.leases.len() < CALLERS {
            return;
        }
        self.leases
            .retain(|_, lease| lease.until > now || lease.refusal.is_some_and(|(_, until)| until > now));
        if self.leases.len() >= CALLERS {
            self.leases.clear();
        }
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
        Reply::Granted { units, window, standing: None }
    }

    const ASK: Local = Local::Ask { ahead: FIRST };
    const ASK_ALONE: Local = Local::Ask { ahead: 0 };

    fn take(leases: &mut Leases, millis: i64) -> Local {
        leases.take("u", Group::General, 1, 1_000, at(millis))
    }

    #[test]
    fn a_lease_serves_what_was_counted_and_no_more() {
        let mut leases = Leases::default();
        assert_eq!(take(&mut leases, 0), ASK);
        leases.note("u", Group::General, 1, &granted(3), at(0));
        assert!(matches!(take(&mut leases, 1), Local::Admitted(_)));
        assert!(matches!(take(&mut leases, 1), Local::Admitted(_)));
        assert_eq!(take(&mut leases, 1), ASK);
        assert_eq!(leases.take("other", Group::General, 1, 1_000, at(1)), ASK);
        assert_eq!(leases.take("u", Group::Credential, 1, 0, at(1)), ASK_ALONE);
    }

    #[test]
    fn one_asks_for_a_lease_and_the_others_for_themselves() {
        let mut leases = Leases::default();
        assert_eq!(take(&mut leases, 0), ASK);
        assert_eq!(take(&mut leases, 1), ASK_ALONE);
        leases.note("u", Group::General, 1, &granted(1), at(1));
        assert_eq!(take(&mut leases, 2), ASK_ALONE);
        assert_eq!(take(&mut leases, ASKING_MILLIS), ASK, "who asked never came back");
    }

    #[test]
    fn a_busy_caller_gets_larger_leases_and_a_quiet_one_smaller() {
        let mut leases = Leases::default();
        take(&mut leases, 0);
        leases.note("u", Group::General, 1, &granted(21), at(0));
        for _ in 0..20 {
            assert!(matches!(take(&mut leases, 1), Local::Admitted(_)));
        }
        assert_eq!(take(&mut leases, 1), Local::Ask { ahead: 40 });
        leases.note("u", Group::General, 1, &granted(41), at(1));
        take(&mut leases, 2);
        assert_eq!(take(&mut leases, 1 + LEASE_MILLIS), ASK);
        assert_eq!(leases.take("v", Group::General, 1, 2, at(0)), Local::Ask { ahead: 2 });
    }

    #[test]
    fn a_lease_ends_after_five_seconds_with_its_window_and_when_forgotten() {
        let mut leases = Leases::default();
        leases.note("u", Group::General, 1, &granted(9), at(0));
        assert!(matches!(take(&mut leases, LEASE_MILLIS - 1), Local::Admitted(_)));
        assert_eq!(take(&mut leases, LEASE_MILLIS), ASK);
        leases.note("u", Group::General, 1, &granted(9), at(58_000));
        assert_eq!(take(&mut leases, 60_000), ASK);
        leases.forget("u");
        leases.note("u", Group::General, 1, &granted(9), at(0));
        leases.forget("u");
        assert_eq!(take(&mut leases, 1), ASK);
    }

    #[test]
    fn a_second_grant_adds_its_units_and_lengthens_nothing() {
        let mut leases = Leases::default();
        leases.note("u", Group::General, 1, &granted(3), at(0));
        leases.note("u", Group::General, 1, &granted(3), at(4_000));
        for _ in 0..4 {
            assert!(matches!(take(&mut leases, 4_500), Local::Admitted(_)));
        }
        assert!(matches!(take(&mut leases, 4_500), Local::Ask { .. }));
        leases.note("u", Group::General, 1, &granted(9), at(4_600));
        leases.note("u", Group::General, 1, &granted(9), at(9_000));
        assert!(matches!(take(&mut leases, 9_600), Local::Ask { .. }));
    }

    #[test]
    fn a_refusal_is_repeated_for_a_second() {
        let mut leases = Leases::default();
        let window = Window { seconds: 60, limit: 10, left: 0, resets_at: at(60_000) };
        leases.note("u", Group::General, 1, &Reply::Refused { window }, at(0));
        assert_eq!(take(&mut leases, 999), Local::Refused(window));
        assert!(matches!(take(&mut leases, 1_000), Local::Ask { .. }));
    }

    #[test]
    fn memory_is_bounded() {
        let mut leases = Leases::default();
        for number in 0..3 * CALLERS {
            let caller = number.to_string();
            leases.take(&caller, Group::General, 1, 10, at(0));
            leases.note(&caller, Group::General, 1, &granted(9), at(0));
        }
        assert!(leases.leases.len() <= CALLERS);
    }
}
