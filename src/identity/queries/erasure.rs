//! Erasure.

use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;
use crate::statements;

/// Takes everything from an account's row but its id, and ends its standing.
pub fn tombstone(user_id: Id, no_password: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_tombstone")).bind(user_id).bind(no_password).bind(now)
}

/// Removes invitations that were sent to the person's address, while it is known.
pub fn uninvite(user_id: Id) -> Statement {
    Statement::new(sql!("identity/erasure_uninvite")).bind(user_id)
}

/// Removes circles that nobody else is in.
pub fn leave_circles(user_id: Id) -> Statement {
    Statement::new(sql!("identity/erasure_leave_circles")).bind(user_id)
}

/// Notes that the account is to be erased, if the tombstone was set just now.
pub fn request(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/erasure_request")).bind(user_id).bind(now)
}

/// Ends all sessions of a deleted account.
pub fn end_sessions(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/erasure_end_sessions")).bind(user_id).bind(now)
}

/// Destroys the key of a deleted account.
pub fn destroy_key(user_id: Id) -> Statement {
    Statement::new(sql!("identity/erasure_destroy_key")).bind(user_id)
}

/// Counts a run of the eraser; nothing when there is nothing to erase.
pub fn attempt(user_id: Id) -> Statement {
    Statement::new(sql!("identity/erasure_attempt")).bind(user_id)
}

/// Removes some rows of a table. Both names are constants of the house.
pub fn remove(table: &'static str, column: &'static str, user_id: Id, rows: u32) -> Statement {
    // Tables without rowids hold few rows of a person.
    let text = match table {
        "idempotency_keys" | "circle_members" | "user_keys" => {
            format!("DELETE FROM {table} WHERE {column} = ?")
        }
        _ => format!(
            "DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {column} = ? LIMIT {rows})"
        ),
    };
    Statement::new(text).named(const { statements::find("identity/erasure_remove") }).bind(user_id)
}

/// Notes that nothing is left.
pub fn complete(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/erasure_complete")).bind(user_id).bind(now)
}

/// Erasures that are not complete, oldest first.
pub fn pending() -> Statement {
    Statement::new(sql!("identity/erasure_pending"))
}
