//! Onboarding.

use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// What the steps of onboarding are judged by.
pub fn onboarding_find(user_id: Id) -> Statement {
    Statement::new(sql!("identity/onboarding_find")).bind(user_id)
}

/// Marks a step as skipped, or as open again; nothing changes when it is so already.
pub fn onboarding_skip(user_id: Id, step: &str, skipped: Option<Timestamp>, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/onboarding_skip")).bind(user_id).bind(step).bind(skipped).bind(now)
}
