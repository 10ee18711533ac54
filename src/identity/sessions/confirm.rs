//! Whether a caller may still act, when its account's object knows a later standing than its credential.

use super::Stored;
use super::queries;
use crate::context::{Afterwards, Isolate};
use crate::identity::caller::{Credential, UserCaller};
use crate::identity::confirmed::{self, Finding, Holds};
use crate::identity::standing::{Standing, StandingState};
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::Ports;

/// Brings a session's caller up to its account's standing, or refuses it. What was read is remembered under the epoch,
/// so that a token of before costs one read and not one a request; the work given back tells other isolates.
///
/// The row must be at least as new as what the object knows, or it came from a replica that lags behind: 503.
pub async fn confirm(
    ports: Ports<'_>,
    isolate: &Isolate,
    user: &mut UserCaller,
    standing: Standing,
    now: Timestamp,
) -> Result<Option<Afterwards>, Problem> {
    permitted(standing.state)?;
    if standing.epoch <= user.epoch {
        return Ok(None);
    }
    let session = user.session_id().ok_or_else(ended)?;
    let credential = format!("session:{session}");
    let known = confirmed::recall(ports, &isolate.confirmed, &credential, standing.epoch).await;
    let (finding, work) = match known {
        Some(finding) => (finding, None),
        None => {
            let stored: Option<Stored> = ports.database.run(queries::find(session)).await?.rows.first()?;
            let finding = judge(stored.ok_or_else(ended)?, standing, now)?;
            let work = confirmed::remember(&isolate.confirmed, &credential, standing.epoch, &finding);
            (finding, work)
        }
    };
    let Finding::Holds(holds) = finding else { return Err(ended()) };
    apply(user, &holds);
    Ok(work)
}

fn judge(stored: Stored, standing: Standing, now: Timestamp) -> Result<Finding, Problem> {
    if stored.epoch < standing.epoch {
        return Err(Problem::new(Code::DependencyUnavailable).retry_after(1).cause("a replica lags behind"));
    }
    // Not remembered: a suspension may be lifted.
    permitted(stored.status)?;
    if stored.revoked || stored.expires_at <= now {
        return Ok(Finding::Ended);
    }
    Ok(Finding::Holds(Holds {
        epoch: stored.epoch,
        tier: stored.tier,
        role: stored.role,
        scopes: super::tokens::scopes(stored.role, stored.scopes.as_deref()),
        authenticated_at: Some(stored.authenticated_at),
        two_factor: stored.methods.split(' ').any(|method| method == "otp"),
    }))
}

/// A caller as the row says it is. When it last proved who it is stays what its token says where that is later.
fn apply(user: &mut UserCaller, holds: &Holds) {
    (user.tier, user.role, user.epoch, user.scopes) = (holds.tier, holds.role, holds.epoch, holds.scopes);
    if let (Credential::Session { authenticated_at, two_factor, .. }, Some(at)) =
        (&mut user.credential, holds.authenticated_at)
    {
        *authenticated_at = at.max(*authenticated_at);
        *two_factor |= holds.two_factor;
    }
}

fn permitted(state: StandingState) -> Result<(), Problem> {
    match state {
        StandingState::Active => Ok(()),
        StandingState::Suspended => Err(Problem::new(Code::AccountSuspended)),
        StandingState::Deleted => Err(Problem::new(Code::Unauthenticated)),
    }
}

fn ended() -> Problem {
    Problem::new(Code::Unauthenticated).detail("The session has ended.")
}
