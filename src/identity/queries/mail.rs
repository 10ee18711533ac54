//! Mails on their way and tokens that they carry.

use crate::identity::mail::Draft;
use crate::identity::queries::accounts::email_key;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::{Known, Statement};

/// Milliseconds within which an address gets one mail of a kind that anybody can cause.
const QUIET_MILLIS: i64 = 3_600_000;

/// A mail, if the statement before it changed a row.
pub fn insert(draft: &Draft, user_id: Option<Id>, now: Timestamp) -> Statement {
    common(sql!("identity/mail_insert"), draft, now).bind(user_id)
}

/// A mail to the holder of an address, unless that is `but`.
pub fn insert_to_holder(draft: &Draft, address: &str, but: Id, now: Timestamp) -> Statement {
    common(sql!("identity/mail_insert_to_holder"), draft, now)
        .bind(email_key(address))
        .bind(but)
        .bind(now.plus_millis(-QUIET_MILLIS))
}

/// A mail about a session from a device that is new to an account which is not.
pub fn insert_if_new_device(draft: &Draft, user_id: Id, session_id: Id, now: Timestamp) -> Statement {
    common(sql!("identity/mail_insert_if_new_device"), draft, now).bind(user_id).bind(session_id)
}

fn common(sql: Known, draft: &Draft, now: Timestamp) -> Statement {
    let (id, kind, sealed, waits) = draft.parts();
    let (next, delivered) = if waits { (Some(now), None) } else { (None, Some(now)) };
    Statement::new(sql).bind(id).bind(kind).bind(sealed).bind(next).bind(delivered).bind(now)
}

/// Takes a mail that is due, so that nobody else does.
pub fn claim(id: Id, now: Timestamp) -> Statement {
    const MEANWHILE: i64 = 60_000;
    Statement::new(sql!("identity/mail_claim")).bind(id).bind(now).bind(now.plus_millis(MEANWHILE))
}

/// It is delivered; its contents are of no use any more.
pub fn delivered(id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_delivered")).bind(id).bind(now)
}

/// It is tried again later.
pub fn postpone(id: Id, at: Timestamp, reason: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_postpone")).bind(id).bind(at).bind(reason).bind(now)
}

/// It is not tried again.
pub fn give_up(id: Id, reason: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_give_up")).bind(id).bind(reason).bind(now)
}

/// Mails that are due.
pub fn due(now: Timestamp, limit: i64) -> Statement {
    Statement::new(sql!("identity/mail_due")).bind(now).bind(limit)
}

/// Removes the mails of before.
pub fn forget(before: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_forget")).bind(before)
}

/// Removes the tokens that ended before.
pub fn forget_tokens(before: Timestamp) -> Statement {
    Statement::new(sql!("identity/mail_token_forget")).bind(before)
}

/// A mail.
pub fn find(id: Id) -> Statement {
    Statement::new(sql!("identity/mail_find")).bind(id)
}

/// Mails, newest first, after a position.
pub fn list(after: Option<(i64, &str)>, limit: i64) -> Statement {
    let (at, id) = after.unwrap_or((i64::from(u32::MAX) * 1_000_000, ""));
    Statement::new(sql!("identity/mail_list")).bind(at).bind(id).bind(limit)
}
