//! The authorization server.

use crate::identity::authorization::{LIFE_MILLIS, MEMORY_MILLIS, Request};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// A client.
pub fn client(id: &str) -> Statement {
    Statement::new(sql!("identity/oauth_client_find")).bind(id)
}

/// The person of a page session.
pub fn person(user_id: Id) -> Statement {
    Statement::new(sql!("identity/page_person_find")).bind(user_id)
}

/// Somebody signed in on a page.
pub fn signed_in(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/page_person_signed_in")).bind(user_id).bind(now)
}

/// A new code of that hash, if the account stands as it did: its id, epoch and how the person signed in.
pub fn issue(hash: &str, request: &Request, person: (Id, i64, &str), now: Timestamp) -> Statement {
    let (user_id, epoch, methods) = person;
    Statement::new(sql!("identity/authorization_code_insert"))
        .bind(hash)
        .bind(user_id)
        .bind(epoch)
        .bind(methods)
        .bind(request.client_id.as_str())
        .bind(request.redirect.as_str())
        .bind(request.challenge.as_str())
        .bind(request.scopes.as_str())
        .bind(now.plus_millis(LIFE_MILLIS))
        .bind(now)
}

/// Removes some codes that ended long ago.
pub fn forget(now: Timestamp) -> Statement {
    Statement::new(sql!("identity/authorization_codes_forget")).bind(now.plus_millis(-MEMORY_MILLIS))
}

/// A code with the standing of its account.
pub fn code(hash: &str) -> Statement {
    Statement::new(sql!("identity/authorization_code_find")).bind(hash)
}

/// Uses a code up for that session.
pub fn use_code(hash: &str, session_id: Id) -> Statement {
    Statement::new(sql!("identity/authorization_code_use")).bind(hash).bind(session_id)
}

/// What a session was granted, and to whom.
pub fn session(id: Id) -> Statement {
    Statement::new(sql!("identity/grant_session")).bind(id)
}

/// The clients' sessions of an account that live.
pub fn grants(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/grant_list")).bind(user_id).bind(now)
}

/// One of them.
pub fn grant(id: Id, user_id: Id) -> Statement {
    Statement::new(sql!("identity/grant_find")).bind(id).bind(user_id)
}
