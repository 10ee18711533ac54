//! The statements of this room, one file each in `sql/`.

use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// A new account, unless the address is known.
pub fn user_insert(id: Id, email: &str, password_hash: &str, now: Timestamp) -> Statement {
    Statement::new(include_str!("sql/user_insert.sql"))
        .bind(id)
        .bind(email)
        .bind(email_key(email))
        .bind(password_hash)
        .bind(now)
}

/// The profile of a new account.
pub fn profile_insert(user_id: Id, full_name: Option<&str>, now: Timestamp) -> Statement {
    Statement::new(include_str!("sql/profile_insert.sql")).bind(user_id).bind(full_name).bind(now)
}

/// The first event of a new account.
pub fn user_created(event_id: Id, user_id: Id, request_id: Id, now: Timestamp) -> Statement {
    Statement::new(include_str!("sql/user_created.sql"))
        .bind(event_id)
        .bind(user_id)
        .bind(request_id)
        .bind(now)
}

/// What a login is checked against.
pub fn user_find_by_email(email: &str) -> Statement {
    Statement::new(include_str!("sql/user_find_by_email.sql")).bind(email_key(email))
}

/// An account.
pub fn user_find(id: Id) -> Statement {
    Statement::new(include_str!("sql/user_find.sql")).bind(id)
}

/// A new session.
pub fn session_insert(
    id: Id,
    user_id: Id,
    refresh_hash: &str,
    expires: Timestamp,
    now: Timestamp,
) -> Statement {
    Statement::new(include_str!("sql/session_insert.sql"))
        .bind(id)
        .bind(user_id)
        .bind(refresh_hash)
        .bind(expires)
        .bind(now)
}

/// Exchanges a refresh token, if it is the good one.
pub fn session_refresh(id: Id, presented: &str, next: &str, expires: Timestamp, now: Timestamp) -> Statement {
    Statement::new(include_str!("sql/session_refresh.sql"))
        .bind(id)
        .bind(presented)
        .bind(next)
        .bind(expires)
        .bind(now)
}

/// Ends a session.
pub fn session_revoke(id: Id, now: Timestamp) -> Statement {
    Statement::new(include_str!("sql/session_revoke.sql")).bind(id).bind(now)
}

/// The event of the session's change, which is the statement before it.
pub fn session_event(event_id: Id, session_id: Id, kind: &str, request_id: Id, now: Timestamp) -> Statement {
    Statement::new(include_str!("sql/session_event.sql"))
        .bind(event_id)
        .bind(session_id)
        .bind(kind)
        .bind(request_id)
        .bind(now)
}

/// The form under which addresses are unique: mailboxes that differ in case alone are the same.
fn email_key(email: &str) -> String {
    email.to_lowercase()
}
