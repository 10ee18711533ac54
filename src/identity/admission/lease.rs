//! The isolate's side: leases, and what is decided without asking the object.

use std::collections::HashMap;
use std::rc::Rc;

use super::quotas::{Kind, quotas};
use super::{Grant, LEASE_MILLIS, Refusal, Reply, State, Take};
use crate::identity::caller::Tier;
use crate::kernel::time::Timestamp;

/// How long a refusal is repeated without asking again, in milliseconds.
const REFUSAL_MILLIS: i64 = 1_000;
/// How long one request is waited for that asks for a lease; meanwhile others ask for themselves alone.
const ASKING_MILLIS: i64 = 1_000;
/// Units of the first lease; later ones are twice what the last one served.
const FIRST: u32 = 4;
/// Callers that an isolate remembers at most.
const CALLERS: usize = 4_096;
/// Refusals that an isolate holds back at a time; more are sent at once.
const HELD_BACK: usize = 256;

/// What the isolate can say by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// A lease covers the request.
    Admitted(Rc<Grant>),
    /// Refused a moment ago.
    Refused(Rc<Refusal>),
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
    /// The latest moment seen; a clock that runs back ends the lease, whose time it can no longer tell.
    seen: i64,
    /// What the object said last.
    last: Option<Rc<Grant>>,
    /// A refusal, what it refused, and until when it is repeated.
    refusal: Option<(Rc<Refusal>, u32, i64)>,
    /// Until when somebody is asking for the next one.
    asking_until: i64,
}

impl Lease {
    fn see(&mut self, now: i64) {
        if now < self.seen {
            *self = Self::default();
        }
        self.seen = now;
    }

    fn use_units(&mut self, cost: u32, now: i64) -> Option<Rc<Grant>> {
        let grant = self.last.as_ref().filter(|_| now < self.until && self.left >= cost)?;
        self.left -= cost;
        Some(Rc::clone(grant))
    }
}

/// All leases of an isolate. A lease belongs to a caller and the counters that a request counts in: its key is the
/// caller's name and, where there are further counters, a space and their names.
#[derive(Debug, Default)]
pub struct Leases {
    leases: HashMap<String, Lease>,
    /// Counts for callers whose object cannot be reached.
    fallback: HashMap<String, State>,
    /// Until when refusals are held back. Ends are noted, not counted off: a request may vanish with its client.
    held_back: Vec<i64>,
}

impl Leases {
    /// Repeats a refusal, or uses a lease if there is one, else says how to ask. A request that has to be decided by
    /// the object `alone` uses and asks for no lease.
    pub fn take(&mut self, key: &str, cost: u32, alone: bool, now: Timestamp) -> Local {
        let now = now.millis();
        if !self.leases.contains_key(key) {
            self.make_room(now);
            self.leases.insert(key.to_owned(), Lease::default());
        }
        let Some(lease) = self.leases.get_mut(key) else { return Local::Ask { ahead: 0 } };
        lease.see(now);
        if let Some(grant) = Some(&mut *lease).filter(|_| !alone).and_then(|lease| lease.use_units(cost, now))
        {
            return Local::Admitted(grant);
        }
        if let Some((refusal, refused, until)) = &lease.refusal
            && now < *until
            && (refusal.blocked || cost >= *refused)
        {
            return Local::Refused(Rc::clone(refusal));
        }
        if alone || now < lease.asking_until {
            return Local::Ask { ahead: 0 };
        }
        lease.asking_until = now.saturating_add(ASKING_MILLIS);
        let served = lease.granted.saturating_sub(lease.left);
        Local::Ask { ahead: FIRST.max(served.saturating_mul(2)) }
    }

    /// Notes a grant of the object for a question asked at `asked`, whose answer came `now`.
    pub fn granted(&mut self, key: &str, grant: &Rc<Grant>, asked: Timestamp, now: Timestamp) {
        let lease = self.leases.entry(key.to_owned()).or_default();
        let (asked, now) = (asked.millis(), now.millis());
        lease.see(now);
        lease.refusal = None;
        lease.last = Some(Rc::clone(grant));
        if grant.ahead == 0 || now < asked {
            return;
        }
        let until = asked.saturating_add(LEASE_MILLIS);
        if now < lease.until && lease.left > 0 {
            lease.left = lease.left.saturating_add(grant.ahead);
            lease.granted = lease.granted.saturating_add(grant.ahead);
            lease.until = lease.until.min(until);
        } else {
            (lease.left, lease.granted, lease.until) = (grant.ahead, grant.ahead, until);
        }
        lease.asking_until = 0;
    }

    /// Notes a refusal, unless a lease that came meanwhile covers the request.
    pub fn refused(
        &mut self,
        key: &str,
        cost: u32,
        alone: bool,
        refusal: &Rc<Refusal>,
        now: Timestamp,
    ) -> Option<Rc<Grant>> {
        let lease = self.leases.entry(key.to_owned()).or_default();
        let now = now.millis();
        lease.see(now);
        if let Some(grant) = Some(&mut *lease).filter(|_| !alone).and_then(|lease| lease.use_units(cost, now))
        {
            return Some(grant);
        }
        let until = now.saturating_add(REFUSAL_MILLIS).min(refusal.retry_at);
        lease.refusal = Some((Rc::clone(refusal), cost, until));
        lease.asking_until = 0;
        None
    }

    /// Forgets a caller's leases, so that the next request asks the object.
    pub fn forget(&mut self, caller: &str) {
        self.leases.retain(|key, _| {
            key.strip_prefix(caller).is_none_or(|rest| !rest.is_empty() && !rest.starts_with(' '))
        });
    }

    /// Decides in the isolate alone, while the object cannot be reached: at an anonymous caller's rate or the
    /// caller's own, whichever is less.
    pub fn fall_back(&mut self, caller: &str, take: &Take, now: Timestamp) -> Reply {
        if self.fallback.len() >= CALLERS {
            self.fallback.clear();
        }
        let anonymous = quotas(Kind::Address, Tier::Free, take.group).times(take.scale);
        let take = Take { ahead: 0, ..take.clone() };
        self.fallback.entry(caller.to_owned()).or_default().take_at_most(&take, Some(anonymous), now)
    }

    /// Whether one more refusal may be held back until then; milliseconds since 1970.
    pub fn hold_back(&mut self, until: i64, now: i64) -> bool {
        self.held_back.retain(|until| *until > now);
        let free = self.held_back.len() < HELD_BACK;
        if free {
            self.held_back.push(until);
        }
        free
    }

    fn make_room(&mut self, now: i64) {
        if self.leases.len() < CALLERS {
            return;
        }
        self.leases.retain(|_, lease| {
            lease.until > now || lease.refusal.as_ref().is_some_and(|(.., until)| *until > now)
        });
        if self.leases.len() >= CALLERS {
            self.leases.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::admission::Window;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn grant(ahead: u32) -> Rc<Grant> {
        let window = Window { policy: "minute".into(), seconds: 60, limit: 100, left: 50, more_at: None };
        Rc::new(Grant { ahead, windows: vec![window], standing: None, changes: None })
    }

    fn refusal(retry_at: i64, blocked: bool) -> Rc<Refusal> {
        Rc::new(Refusal { policy: "minute".into(), retry_at, slow: 0, blocked, windows: Vec::new() })
    }

    const ASK: Local = Local::Ask { ahead: FIRST };
    const ASK_ALONE: Local = Local::Ask { ahead: 0 };

    fn take(leases: &mut Leases, millis: i64) -> Local {
        leases.take("u", 1, false, at(millis))
    }

    fn note(leases: &mut Leases, ahead: u32, millis: i64) {
        leases.granted("u", &grant(ahead), at(millis), at(millis));
    }

    #[test]
    fn a_lease_serves_what_was_counted_and_no_more() {
        let mut leases = Leases::default();
        assert_eq!(take(&mut leases, 0), ASK);
        note(&mut leases, 2, 0);
        assert!(matches!(take(&mut leases, 1), Local::Admitted(_)));
        assert!(matches!(take(&mut leases, 1), Local::Admitted(_)));
        assert_eq!(take(&mut leases, 1), ASK);
        assert_eq!(leases.take("other", 1, false, at(1)), ASK);
        assert_eq!(leases.take("u mail", 1, false, at(1)), ASK);
    }

    #[test]
    fn what_is_decided_by_the_object_alone_uses_no_lease_and_asks_for_none() {
        let mut leases = Leases::default();
        note(&mut leases, 2, 0);
        assert_eq!(leases.take("u", 1, true, at(1)), ASK_ALONE);
        assert!(matches!(take(&mut leases, 1), Local::Admitted(_)));
    }

    #[test]
    fn one_asks_for_a_lease_and_the_others_for_themselves() {
        let mut leases = Leases::default();
        assert_eq!(take(&mut leases, 0), ASK);
        assert_eq!(take(&mut leases, 1), ASK_ALONE);
        note(&mut leases, 0, 1);
        assert_eq!(take(&mut leases, 2), ASK_ALONE);
        assert_eq!(take(&mut leases, ASKING_MILLIS), ASK, "who asked never came back");
    }

    #[test]
    fn a_busy_caller_gets_larger_leases_and_a_quiet_one_smaller() {
        let mut leases = Leases::default();
        take(&mut leases, 0);
        note(&mut leases, 20, 0);
        for _ in 0..20 {
            assert!(matches!(take(&mut leases, 1), Local::Admitted(_)));
        }
        assert_eq!(take(&mut leases, 1), Local::Ask { ahead: 40 });
        note(&mut leases, 40, 1);
        take(&mut leases, 2);
        assert_eq!(take(&mut leases, 1 + LEASE_MILLIS), ASK);
    }

    #[test]
    fn a_lease_ends_after_five_seconds_when_forgotten_and_when_the_clock_runs_back() {
        let mut leases = Leases::default();
        note(&mut leases, 9, 0);
        assert!(matches!(take(&mut leases, LEASE_MILLIS - 1), Local::Admitted(_)));
        assert_eq!(take(&mut leases, LEASE_MILLIS), ASK);
        for forgotten in ["u", "u mail"] {
            leases.granted(forgotten, &grant(9), at(10_000), at(10_000));
        }
        leases.forget("u");
        assert_eq!(take(&mut leases, 10_001), ASK);
        assert_eq!(leases.take("u mail", 1, false, at(10_001)), ASK);
        note(&mut leases, 9, 10_002);
        leases.forget("v");
        assert!(matches!(take(&mut leases, 10_003), Local::Admitted(_)));
        assert_eq!(take(&mut leases, 10_002), ASK);
        leases.granted("u", &grant(9), at(10_005), at(10_004));
        assert!(matches!(take(&mut leases, 10_006), Local::Ask { .. }));
    }

    #[test]
    fn a_second_grant_adds_its_units_and_lengthens_nothing() {
        let mut leases = Leases::default();
        note(&mut leases, 2, 0);
        note(&mut leases, 2, 4_000);
        for _ in 0..4 {
            assert!(matches!(take(&mut leases, 4_500), Local::Admitted(_)));
        }
        assert!(matches!(take(&mut leases, 4_500), Local::Ask { .. }));
        note(&mut leases, 9, 4_600);
        note(&mut leases, 9, 9_000);
        assert!(matches!(take(&mut leases, 9_600), Local::Ask { .. }));
    }

    #[test]
    fn a_refusal_is_repeated_for_a_second_to_whoever_wants_as_much() {
        let mut leases = Leases::default();
        let refused = refusal(60_000, false);
        assert_eq!(leases.refused("u", 3, false, &refused, at(0)), None);
        assert_eq!(leases.take("u", 3, false, at(999)), Local::Refused(Rc::clone(&refused)));
        assert!(matches!(leases.take("u", 2, false, at(999)), Local::Ask { .. }));
        assert!(matches!(leases.take("u", 3, false, at(1_000)), Local::Ask { .. }));
        let blocked = refusal(60_000, true);
        leases.refused("u", 3, false, &blocked, at(2_000));
        assert_eq!(leases.take("u", 1, false, at(2_999)), Local::Refused(blocked));
    }

    #[test]
    fn a_lease_that_came_meanwhile_covers_what_the_object_refused() {
        let mut leases = Leases::default();
        note(&mut leases, 1, 0);
        assert!(leases.refused("u", 1, false, &refusal(60_000, false), at(1)).is_some());
        assert_eq!(leases.refused("u", 1, false, &refusal(60_000, false), at(1)), None);
        note(&mut leases, 1, 2);
        assert_eq!(leases.refused("u", 1, true, &refusal(60_000, false), at(3)), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut leases = Leases::default();
        for number in 0..3 * CALLERS {
            let caller = number.to_string();
            leases.take(&caller, 1, false, at(0));
            leases.granted(&caller, &grant(9), at(0), at(0));
        }
        assert!(leases.leases.len() <= CALLERS);
        let held = (0..2 * HELD_BACK).filter(|_| leases.hold_back(1_000, 0)).count();
        assert_eq!(held, HELD_BACK);
        assert!(leases.hold_back(2_000, 1_000));
    }
}
