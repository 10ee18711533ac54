//! When accounts and their credentials were last used.

use crate::identity::activity::EXACT_TO_MILLIS;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// Notes that an account was active, unless it was lately.
pub fn user_active(user_id: Id, at: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_active")).bind(user_id).bind(at).bind(at.plus_millis(-EXACT_TO_MILLIS))
}

/// Notes that a session was used, unless it was lately.
pub fn session_seen(id: Id, user_id: Id, at: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_seen"))
        .bind(id)
        .bind(user_id)
        .bind(at)
        .bind(at.plus_millis(-EXACT_TO_MILLIS))
}

/// Notes that a key was used, unless it was lately.
pub fn key_used(id: Id, user_id: Id, at: Timestamp) -> Statement {
    Statement::new(sql!("identity/key_used"))
        .bind(id)
        .bind(user_id)
        .bind(at)
        .bind(at.plus_millis(-EXACT_TO_MILLIS))
}

/// When an account was last active.
pub fn of_user(user_id: Id) -> Statement {
    Statement::new(sql!("identity/activity_of_user")).bind(user_id)
}

/// When its living sessions were last used, the newest hundred.
pub fn of_sessions(user_id: Id, current: Option<Id>, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/activity_of_sessions")).bind(user_id).bind(now).bind(current)
}

/// When its keys were last used, the newest fifty, which are as many as an account may have.
pub fn of_keys(user_id: Id) -> Statement {
    Statement::new(sql!("identity/activity_of_keys")).bind(user_id)
}
