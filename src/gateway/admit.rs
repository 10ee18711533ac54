//! Admission of a request: by lease, else by the caller's object.

use crate::config::Config;
use crate::context::Isolate;
use crate::contract::RateClass;
use crate::contract::policy::Policy;
use crate::identity::admission::{self, Admitted, Command, Group, Local, Reply, Window};
use crate::identity::caller::{Caller, Tier};
use crate::identity::standing::Standing;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::Ports;

/// What admission tells of a request that may pass.
#[derive(Debug, Clone, Default)]
pub struct Admission {
    /// The scarcest window; `None` when the operation costs nothing.
    pub window: Option<Window>,
    /// How the caller's account stands now, as far as its object knows.
    pub standing: Option<Standing>,
}

/// Counts the request.
///
/// When the object cannot be reached, attempts with credentials are refused and everything else is counted in
/// the isolate, at the caller's rate or that of an anonymous one, whichever is less: reading on is worth more
/// than exactness, guessing passwords is not.
pub async fn admit(
    ports: Ports<'_>,
    isolate: &Isolate,
    config: &Config,
    policy: &Policy,
    caller: &Caller,
    address: &str,
    now: Timestamp,
) -> Result<Admission, Problem> {
    if policy.rate_cost == 0 {
        return Ok(Admission::default());
    }
    let group = match policy.rate_class {
        RateClass::Credential => Group::Credential,
        _ => Group::General,
    };
    let (name, tier) = match caller {
        Caller::User(user) => (format!("user:{}", user.user_id), Some(user.tier)),
        Caller::Admin(admin) => (format!("admin_key:{}", admin.key_id), Some(Tier::Enterprise)),
        Caller::Anonymous => (format!("ip:{address}"), None),
    };
    let quotas = admission::quotas(tier, group, config.limit_scale);
    let local = isolate.leases.borrow_mut().take(&name, group, policy.rate_cost, quotas.ahead(), now);
    let admitted = match local {
        Local::Admitted(admitted) => admitted,
        Local::Refused(window) => return Err(refusal(window, now)),
        Local::Ask { ahead } => {
            let take = Command::Take { group, cost: policy.rate_cost, ahead, quotas };
            let reply = match admission::ask(ports, &name, &take).await {
                Ok(reply) => reply,
                Err(problem) if group == Group::Credential => return Err(problem),
                Err(_) => {
                    let quotas = quotas.least(&admission::quotas(None, group, config.limit_scale));
                    isolate.leases.borrow_mut().fall_back(&name, group, policy.rate_cost, &quotas, now)
                }
            };
            isolate.leases.borrow_mut().note(&name, group, policy.rate_cost, &reply, now);
            match reply {
                Reply::Granted { window, standing, .. } => Admitted { window, standing },
                Reply::Refused { window } => return Err(refusal(window, now)),
                Reply::Done => return Err(Problem::internal("admission answered another question")),
            }
        }
    };
    Ok(Admission { window: Some(admitted.window), standing: admitted.standing })
}

/// The address that anonymous callers are counted by: an IPv4 address, or the /64 of an IPv6 one, because
/// one customer holds all of it.
#[must_use]
pub fn address(connecting: Option<&str>) -> String {
    use std::net::{IpAddr, Ipv6Addr};
    match connecting.and_then(|text| text.trim().parse::<IpAddr>().ok()) {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        },
    }
}

fn refusal(window: Window, now: Timestamp) -> Problem {
    Problem::new(Code::QuotaExceeded)
        .detail(format!("The quota of {} a {} is used up.", window.limit, window.name()))
        .retry_after(window.seconds_left(now))
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
