//! Admission of a request: by lease, else by the caller's object.

use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::limits::Limits;
use crate::config::{Config, LimiterFallback};
use crate::context::Isolate;
use crate::contract::RateClass;
use crate::contract::policy::{Auth, Policy};
use crate::identity::admission::{
    self, Also, Command, Grant, Group, Local, Quotas, Refusal, Reply, Subject, Take, network, seconds_until,
};
use crate::identity::caller::{Caller, Credential, UserCaller};
use crate::identity::standing::{Standing, StandingState};
use crate::kernel::problem::{Code, Problem};
use crate::ops::status::DEADLINE;
use crate::ports::{PortError, Ports};

/// Counts the request, or refuses it; what it learns for the answer's headers it leaves in `limits`.
///
/// The answer is how the caller's account stands, as far as its object knows: `None` for callers without an account,
/// for administrators' keys, and while the object cannot be reached.
///
/// Time is read here: the body of the request may have taken long to arrive.
pub async fn admit(
    ports: Ports<'_>,
    isolate: &Isolate,
    config: &Config,
    policy: &Policy,
    caller: &Caller,
    address: &str,
    limits: &mut Limits,
) -> Result<Option<Standing>, Problem> {
    if policy.rate_cost == 0 && policy.auth == Auth::Public {
        return Ok(None);
    }
    let (name, mut take) = wish(config, policy, caller, address);
    let key = take.also.iter().fold(name.clone(), |key, also| key + " " + &also.counter);
    // A group besides `general` is a lease of its own as well.
    let key = if take.group == Group::General { key } else { key + " credential" };
    let alone = policy.sensitive;
    let asked = ports.clock.now();
    let local = isolate.leases.borrow_mut().take(&key, take.cost, alone, asked);
    let ahead = match local {
        Local::Admitted(grant) => return Ok(passed(limits, &grant)),
        Local::Refused(refusal) => return Err(turn_away(ports, isolate, limits, &refusal).await),
        Local::Ask { ahead } => ahead,
    };
    take.ahead = ahead;
    let command = Command::Take(take);
    let asking = Box::pin(admission::ask(ports, &name, &command));
    let reply = if policy.rate_class == RateClass::Health {
        // Whoever asks how the house is shall hear it while objects hang.
        match select(asking, ports.clock.sleep(Duration::from_millis(DEADLINE))).await {
            Either::Left((reply, _)) => reply,
            Either::Right(_) => Err(PortError::Timeout("admission".to_owned()).into()),
        }
    } else {
        asking.await
    };
    let now = ports.clock.now();
    let reply = match (reply, &command) {
        (Ok(reply), _) => reply,
        (Err(_), Command::Take(take)) if may_fall_back(config, policy, take) => {
            limits.fallback = true;
            isolate.leases.borrow_mut().fall_back(&name, take, now)
        }
        (Err(problem), _) => return Err(problem),
    };
    match reply {
        Reply::Granted(grant) => {
            let grant = Rc::new(grant);
            if !limits.fallback {
                isolate.leases.borrow_mut().granted(&key, &grant, asked, now);
            }
            Ok(passed(limits, &grant))
        }
        Reply::Refused(refusal) => {
            let refusal = Rc::new(refusal);
            let covered = isolate.leases.borrow_mut().refused(&key, policy.rate_cost, alone, &refusal, now);
            match covered {
                Some(grant) => Ok(passed(limits, &grant)),
                None => Err(turn_away(ports, isolate, limits, &refusal).await),
            }
        }
        Reply::Done => Err(Problem::internal("admission answered another question")),
    }
}

/// Whether the isolate may decide alone. Guesses at credentials have to be counted, and what is sensitive has to know
/// how the account stands; for the rest, reading on is worth more than exactness, unless the operator says otherwise.
fn may_fall_back(config: &Config, policy: &Policy, take: &Take) -> bool {
    config.limiter_fallback == LimiterFallback::Anonymous && take.group == Group::General && !policy.sensitive
}

/// The object that is asked, and for what.
fn wish(config: &Config, policy: &Policy, caller: &Caller, address: &str) -> (String, Take) {
    let group = match policy.rate_class {
        RateClass::Credential => Group::Credential,
        _ => Group::General,
    };
    let (subject, standing) = match caller {
        Caller::User(user) => (Subject::User(user.user_id), Some(standing(user))),
        Caller::Admin(admin) => (Subject::AdminKey(admin.key_id), None),
        Caller::Anonymous => (Subject::Address(address.to_owned()), None),
    };
    let mut also = Vec::new();
    if let Some(quota) = policy.rate_class.quota() {
        let class = policy.rate_class.as_str();
        let quotas = Quotas(quota).times(config.limit_scale);
        also.push(Also { counter: class.to_owned(), prefix: format!("{class}-"), quotas });
    }
    if let Caller::User(UserCaller { credential: Credential::Key { id, quotas: Some(quotas) }, .. }) = caller
    {
        also.push(Also { counter: format!("key:{id}"), prefix: "key-".to_owned(), quotas: *quotas });
    }
    let take = Take {
        kind: subject.kind(),
        group,
        also,
        cost: policy.rate_cost,
        ahead: 0,
        standing,
        scale: config.limit_scale,
    };
    (subject.to_string(), take)
}

/// The standing that a valid credential was issued under.
fn standing(user: &UserCaller) -> Standing {
    Standing { epoch: user.epoch, tier: user.tier, role: user.role, state: StandingState::Active }
}

fn passed(limits: &mut Limits, grant: &Rc<Grant>) -> Option<Standing> {
    limits.granted(grant);
    grant.standing
}

/// The refusal, held back where earlier ones were not heeded.
async fn turn_away(
    ports: Ports<'_>,
    isolate: &Isolate,
    limits: &mut Limits,
    refusal: &Rc<Refusal>,
) -> Problem {
    limits.refused(refusal);
    let now = ports.clock.now().millis();
    let held_until = now.saturating_add(i64::from(refusal.slow));
    if refusal.slow > 0 && isolate.leases.borrow_mut().hold_back(held_until, now) {
        ports.clock.sleep(Duration::from_millis(refusal.slow.into())).await;
    }
    let (code, words) = if refusal.blocked {
        (
            Code::TemporarilyBlocked,
            "Refusals were not heeded, so that everything is refused for a while, under",
        )
    } else {
        (Code::QuotaExceeded, "The quota is used up of")
    };
    Problem::new(code)
        .detail([words, " the policy \"", &refusal.policy, "\"."].concat())
        .retry_after(seconds_until(refusal.retry_at, ports.clock.now().millis()))
}

/// The network that anonymous callers are counted by; one and the same for those whose address is not known.
#[must_use]
pub fn address(connecting: Option<&str>) -> String {
    connecting.and_then(network).unwrap_or_else(|| "unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_ipv6_customer_is_one_caller() {
        assert_eq!(address(Some("2001:db8:1:2:aaaa::1")), address(Some("2001:db8:1:2:bbbb::9")));
        assert_ne!(address(Some("2001:db8:1:2::1")), address(Some("2001:db8:1:3::1")));
        assert_eq!(address(Some("::ffff:192.0.2.1")), "192.0.2.1");
        assert_eq!(address(Some("junk")), address(None));
    }
}
