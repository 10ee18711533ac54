//! From the credential of a request to its caller.

use crate::config::Config;
use crate::contract::policy::{Auth, Policy};
use crate::identity::caller::{Caller, Credential, Role, UserCaller};
use crate::identity::tokens;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;

/// Longest credential that is looked at.
const LONGEST: usize = 4_096;

/// Who calls, as far as the operation wants to know: a credential on a public operation is not looked at.
pub fn caller(
    policy: &Policy,
    authorization: Option<&str>,
    config: &Config,
    now: Timestamp,
) -> Result<Caller, Problem> {
    match policy.auth {
        Auth::Public => Ok(Caller::Anonymous),
        Auth::User | Auth::Admin => Ok(Caller::User(user(authorization, config, now)?)),
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

fn user(authorization: Option<&str>, config: &Config, now: Timestamp) -> Result<UserCaller, Problem> {
    let refused = || Problem::new(Code::Unauthenticated);
    let header = authorization.filter(|header| header.len() <= LONGEST).ok_or_else(refused)?;
    let (scheme, token) = header.split_once(' ').ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused());
    }
    tokens::verify(token.trim(), config.jwt_secret.bytes(), now).ok_or_else(refused)
}
