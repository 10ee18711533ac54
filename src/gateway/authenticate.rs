//! From the credential of a request to its caller.

use crate::config::{Config, Environment};
use crate::contract::policy::{Auth, Policy};
use crate::identity::caller::{Caller, Credential, Role, UserCaller};
use crate::identity::keys::{self, Presented};
use crate::identity::tokens;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::Ports;

/// Longest credential that is looked at.
const LONGEST: usize = 4_096;

/// Who calls, as far as the operation wants to know: a credential on a public operation is not looked at.
pub async fn caller(
    policy: &Policy,
    authorization: Option<&str>,
    ports: Ports<'_>,
    config: &Config,
    now: Timestamp,
) -> Result<Caller, Problem> {
    match policy.auth {
        Auth::Public => Ok(Caller::Anonymous),
        Auth::User | Auth::Admin => Ok(Caller::User(user(authorization, ports, config, now).await?)),
    }
}

/// Whether the caller holds every scope that the operation needs and, on an administrator's operation, calls by an
/// administrator's key or a session with two factors.
pub fn scopes(policy: &Policy, caller: &Caller) -> Result<(), Problem> {
    let held = match caller {
        Caller::Anonymous if policy.auth == Auth::Public => return Ok(()),
        Caller::Anonymous => return Err(Problem::new(Code::Unauthenticated)),
        Caller::User(user) if policy.auth == Auth::Admin => match user.credential {
            Credential::Session { two_factor: true, client_id: None, .. } if user.role != Role::User => {
                user.scopes
            }
            _ => return Err(Problem::new(Code::Forbidden)),
        },
        Caller::Admin(_) if policy.auth == Auth::User => return Err(Problem::new(Code::Forbidden)),
        caller => caller.scopes(),
    };
    match policy.scopes.iter().find(|scope| !held.contains(*scope)) {
        None => Ok(()),
        Some(scope) => {
            Err(Problem::new(Code::Forbidden).detail(format!("The scope {} is needed.", scope.as_str())))
        }
    }
}

/// Whether the caller has proved lately who they are, where the operation wants that. An administrator's key is such a
/// proof by itself; a person's key never is, and neither is what was granted to an OAuth client.
pub fn recent(policy: &Policy, caller: &Caller, now: Timestamp) -> Result<(), Problem> {
    let Caller::User(user) = caller else { return Ok(()) };
    if policy.step_up && !user.credential.is_recent(now) {
        Err(Problem::new(Code::StepUpRequired))
    } else {
        Ok(())
    }
}

/// The key in a credential, if it is one: everything that begins with `wos_`. What only looks like a key of this
/// deployment is refused here, without asking anybody.
pub fn key(
    policy: &Policy,
    authorization: Option<&str>,
    environment: Environment,
) -> Result<Option<Presented>, Problem> {
    let bearer = authorization.and_then(|header| header.split_once(' '));
    match bearer.map(|(scheme, text)| (scheme, text.trim())) {
        Some((scheme, text))
            if policy.auth != Auth::Public
                && scheme.eq_ignore_ascii_case("bearer")
                && text.starts_with("wos_") =>
        {
            let refused = |why: keys::Unusable| Problem::new(Code::Unauthenticated).detail(why.words());
            keys::parse(text, environment).map(Some).map_err(refused)
        }
        _ => Ok(None),
    }
}

async fn user(
    authorization: Option<&str>,
    ports: Ports<'_>,
    config: &Config,
    now: Timestamp,
) -> Result<UserCaller, Problem> {
    let refused = || Problem::new(Code::Unauthenticated);
    let header = authorization.filter(|header| header.len() <= LONGEST).ok_or_else(refused)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    tokens::verify(token.trim(), &config.token_keys, ports.signatures, now).await?.ok_or_else(refused)
}
