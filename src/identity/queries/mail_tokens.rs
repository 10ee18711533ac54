//! Tokens that mails carry.

use super::accounts::email_key;
use crate::identity::mail_tokens::Purpose;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// Milliseconds within which an account gets at most three tokens for one purpose.
const WINDOW_MILLIS: i64 = 3_600_000;

/// A token for an account, if it makes sense.
pub fn insert(hash: &str, user_id: Id, purpose: Purpose, email: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_token_insert"))
        .bind(hash)
        .bind(user_id)
        .bind(purpose.as_str())
        .bind(email)
        .bind(email_key(email))
        .bind(now.plus_millis(purpose.millis()))
        .bind(now)
        .bind(now.plus_millis(-WINDOW_MILLIS))
}

/// Uses a token up.
pub fn claim(hash: &str, user_id: Id, purpose: Purpose, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_token_claim"))
        .bind(hash)
        .bind(user_id)
        .bind(purpose.as_str())
        .bind(now)
}

/// A token that is good.
pub fn find(hash: &str, user_id: Id, purpose: Purpose, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_token_find")).bind(hash).bind(user_id).bind(purpose.as_str()).bind(now)
}

/// Uses up whatever tokens an account has, if that is its password now.
pub fn void(user_id: Id, password_hash: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_token_void")).bind(user_id).bind(password_hash).bind(now)
}
