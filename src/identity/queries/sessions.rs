//! Sessions.

use crate::identity::sessions::Opening;
use crate::identity::tokens::{LONGEST_SESSION_SECONDS, SESSION_SECONDS};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// A new session.
pub fn insert(id: Id, opening: &Opening<'_>, expires: Timestamp, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_insert"))
        .bind(id)
        .bind(opening.user_id)
        .bind(opening.client_id)
        .bind(opening.scopes)
        .bind(opening.methods)
        .bind(opening.device)
        .bind(opening.place)
        .bind(expires)
        .bind(now)
}

/// Counts the generation up, if the presented one is the newest of a session that lives.
pub fn rotate(id: Id, generation: i64, client_id: Option<&str>, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_rotate"))
        .bind(id)
        .bind(generation)
        .bind(client_id)
        .bind(SESSION_SECONDS * 1000)
        .bind(now)
        .bind(LONGEST_SESSION_SECONDS * 1000)
}

/// The event of the rotation, which is the statement before it.
pub fn refreshed(event_id: Id, id: Id, request_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_refreshed")).bind(event_id).bind(id).bind(request_id).bind(now)
}

/// A session with what its tokens say of its account.
pub fn find(id: Id) -> Statement {
    Statement::new(sql!("identity/session_find")).bind(id)
}

/// Ends a session of that account.
pub fn revoke(id: Id, user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_revoke")).bind(id).bind(user_id).bind(now)
}

/// Ends all sessions of that account but one.
pub fn revoke_all(user_id: Id, except: Option<Id>, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_revoke_all")).bind(user_id).bind(except).bind(now)
}

/// Living sessions of an account, newest first, after the position `(created_at, id)`.
pub fn list(
    user_id: Id,
    current: Option<Id>,
    after: Option<(i64, Id)>,
    most: i64,
    now: Timestamp,
) -> Statement {
    let (created_at, id) = after.unzip();
    Statement::new(sql!("identity/session_list"))
        .bind(user_id)
        .bind(now)
        .bind(created_at)
        .bind(id)
        .bind(most)
        .bind(current)
}

/// Notes that somebody has proved anew who they are, and whether a second factor was part of that.
pub fn step_up(id: Id, user_id: Id, second_factor: bool, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_step_up")).bind(id).bind(user_id).bind(second_factor).bind(now)
}

/// Counts an account's epoch up, if the statement before it changed a row.
pub fn raise_epoch(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_raise_epoch")).bind(user_id).bind(now)
}

/// The standing of an account.
pub fn standing(user_id: Id) -> Statement {
    Statement::new(sql!("identity/user_standing")).bind(user_id)
}
