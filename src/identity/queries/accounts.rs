//! Accounts.

use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// A new account, unless the address is known.
pub fn insert(id: Id, email: &str, password_hash: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_insert"))
        .bind(id)
        .bind(email)
        .bind(email_key(email))
        .bind(password_hash)
        .bind(now)
}

/// The profile of a new account.
pub fn profile_insert(user_id: Id, full_name: Option<&str>, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/profile_insert")).bind(user_id).bind(full_name).bind(now)
}

/// The first event of a new account.
pub fn created(event_id: Id, user_id: Id, request_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_created")).bind(event_id).bind(user_id).bind(request_id).bind(now)
}

/// What a login is checked against.
pub fn find_by_email(email: &str) -> Statement {
    Statement::new(sql!("identity/user_find_by_email")).bind(email_key(email))
}

/// An account.
pub fn find(id: Id) -> Statement {
    Statement::new(sql!("identity/user_find")).bind(id)
}

/// What an account's owner proves again.
pub fn password(id: Id) -> Statement {
    Statement::new(sql!("identity/user_password")).bind(id)
}

/// The same password under newer parameters.
pub fn rehash(id: Id, hash: &str, before: &str) -> Statement {
    Statement::new(sql!("identity/user_rehash")).bind(id).bind(hash).bind(before)
}

/// The address is confirmed, if the statement before used a token up.
pub fn verify(id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_verify")).bind(id).bind(now)
}

/// Another password, if the statement before used a token up.
pub fn reset_password(id: Id, hash: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_reset_password")).bind(id).bind(hash).bind(now)
}

/// Another password in place of the one that was checked.
pub fn change_password(id: Id, hash: &str, before: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_change_password")).bind(id).bind(hash).bind(before).bind(now)
}

/// Another address, if the statement before used a token up.
pub fn change_email(id: Id, email: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_change_email")).bind(id).bind(email).bind(email_key(email)).bind(now)
}

/// Ends all sessions but one, if that is the account's password now.
pub fn end_sessions(id: Id, but: Option<Id>, hash: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/sessions_end_all")).bind(id).bind(but).bind(hash).bind(now)
}

/// The form under which addresses are unique: mailboxes that differ in case alone are the same.
pub fn email_key(email: &str) -> String {
    email.to_lowercase()
}
