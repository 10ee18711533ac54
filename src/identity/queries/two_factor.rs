//! The second factor.

use crate::identity::two_factor::{FIRST_DELAY_MILLIS, FREE_ATTEMPTS, LONGEST_DELAY_MILLIS, Use};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// The factor of an account.
pub fn find(user_id: Id) -> Statement {
    Statement::new(sql!("identity/two_factor_find")).bind(user_id)
}

/// A new secret, unless one is in use.
pub fn enrol(user_id: Id, sealed: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/two_factor_enrol")).bind(user_id).bind(sealed).bind(now)
}

/// Whose it is, and whether it is in use.
pub fn owner(user_id: Id) -> Statement {
    Statement::new(sql!("identity/two_factor_owner")).bind(user_id)
}

/// Puts the secret to use.
pub fn enable(user_id: Id, sealed: &str, step: i64, backup_codes: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/two_factor_enable"))
        .bind(user_id)
        .bind(sealed)
        .bind(step)
        .bind(backup_codes)
        .bind(now)
}

/// Counts an attempt.
pub fn attempt(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/two_factor_attempt"))
        .bind(user_id)
        .bind(now)
        .bind(FREE_ATTEMPTS)
        .bind(FIRST_DELAY_MILLIS)
        .bind(LONGEST_DELAY_MILLIS)
}

/// Uses a code up.
pub fn use_code(user_id: Id, code: &Use, sealed: &str, kept: &str, now: Timestamp) -> Statement {
    let (step, backup) = match code {
        Use::Step(step) => (Some(*step), None),
        Use::Backup(mac) => (None, Some(mac.as_str())),
    };
    Statement::new(sql!("identity/two_factor_use"))
        .bind(user_id)
        .bind(step)
        .bind(backup)
        .bind(sealed)
        .bind(kept)
        .bind(now)
}

/// New backup codes in place of the old ones.
pub fn renew(user_id: Id, sealed: &str, backup_codes: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/two_factor_renew")).bind(user_id).bind(sealed).bind(backup_codes).bind(now)
}

/// Takes the factor away.
pub fn disable(user_id: Id) -> Statement {
    Statement::new(sql!("identity/two_factor_disable")).bind(user_id)
}

/// The session has shown the factor.
pub fn session_add_factor(session_id: Id, user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_add_factor")).bind(session_id).bind(user_id).bind(now)
}

/// No session has the factor any more.
pub fn session_drop_factor(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_drop_factor")).bind(user_id).bind(now)
}

/// Some secrets that another key than the vault's current one seals; its texts begin with `current`.
pub fn find_old(current: &str, most: usize) -> Statement {
    Statement::new(sql!("identity/two_factor_find_old"))
        .bind(current)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
}

/// A secret that is sealed anew.
pub fn rewrap(user_id: Id, before: &str, now: &str) -> Statement {
    Statement::new(sql!("identity/two_factor_rewrap")).bind(user_id).bind(before).bind(now)
}
