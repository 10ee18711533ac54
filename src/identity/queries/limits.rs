//! Exceptions from rate limits.

use crate::contract::types::{LimitOverrideSetting, LimitPolicy};
use crate::identity::admission::Subject;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// Sets an exception; nothing happens when it is for an account that does not exist.
pub fn set(
    subject: &Subject,
    policy: LimitPolicy,
    setting: &LimitOverrideSetting,
    actor: &str,
    now: Timestamp,
) -> Statement {
    let account = match subject {
        Subject::User(id) => Some(id.to_string()),
        _ => None,
    };
    Statement::new(sql!("identity/limit_override_set"))
        .bind(subject.to_string())
        .bind(policy.as_str())
        .bind(setting.minute)
        .bind(setting.hour)
        .bind(setting.day)
        .bind(setting.expires_at)
        .bind(setting.reason.as_str())
        .bind(actor)
        .bind(now)
        .bind(account)
}

/// Takes an exception back.
pub fn remove(subject: &Subject, policy: LimitPolicy, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/limit_override_remove"))
        .bind(subject.to_string())
        .bind(policy.as_str())
        .bind(now)
}

/// An exception that was not taken back.
pub fn find(subject: &Subject, policy: LimitPolicy) -> Statement {
    Statement::new(sql!("identity/limit_override_find")).bind(subject.to_string()).bind(policy.as_str())
}

/// What the object is told of an exception, also of one that was taken back.
pub fn revision(subject: &Subject, policy: LimitPolicy) -> Statement {
    Statement::new(sql!("identity/limit_override_revision")).bind(subject.to_string()).bind(policy.as_str())
}

/// Exceptions that hold now, after those of the last page.
pub fn list(now: Timestamp, after: (&str, &str), count: i64) -> Statement {
    Statement::new(sql!("identity/limit_override_list")).bind(now).bind(after.0).bind(after.1).bind(count)
}

/// A subject's exceptions that hold now.
pub fn of(subject: &Subject, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/limit_override_of")).bind(subject.to_string()).bind(now)
}
