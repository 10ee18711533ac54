//! Accounts as administrators see and change them.

use crate::contract::types::AdminUser;
use crate::identity::admin::Sought;
use crate::identity::caller::Role;
use crate::identity::queries::accounts::email_key;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// Accounts beyond a position.
pub fn list(sought: &Sought, after: (i64, &str), limit: i64) -> Statement {
    Statement::new(sql!("identity/admin_users_list"))
        .bind(after.0)
        .bind(after.1)
        .bind(sought.status)
        .bind(sought.tier)
        .bind(sought.role)
        .bind(limit)
}

/// The account of an address, if the filters let it pass.
pub fn by_email(email: &str, sought: &Sought) -> Statement {
    Statement::new(sql!("identity/admin_users_by_email"))
        .bind(email_key(email))
        .bind(sought.status)
        .bind(sought.tier)
        .bind(sought.role)
}

/// An account.
pub fn find(id: Id) -> Statement {
    Statement::new(sql!("identity/admin_user_find")).bind(id)
}

/// Changes how an account of that version stands.
pub fn update(user: &AdminUser, version: i64, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/admin_user_update"))
        .bind(user.id)
        .bind(version)
        .bind(user.tier.as_str())
        .bind(user.role.as_str())
        .bind(user.status.as_str())
        .bind(now)
}

/// Ends every session of an account.
pub fn end_sessions(user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/sessions_end")).bind(user_id).bind(now)
}

/// Notes that a session is used with the rights of that role, if it has them now.
pub fn session_used(session: Id, user_id: Id, role: Role, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/session_used_by_admin"))
        .bind(session)
        .bind(user_id)
        .bind(role.as_str())
        .bind(now)
}
