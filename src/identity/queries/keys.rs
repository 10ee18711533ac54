//! Keys.

use crate::contract::Scopes;
use crate::contract::types::ApiKey;
use crate::identity::keys::drawer::NewKey;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// What a request by the key with that hash is believed by.
pub fn find(hash: &str) -> Statement {
    Statement::new(sql!("identity/key_find")).bind(hash)
}

/// The same for the key with that id.
pub fn find_by_id(id: Id) -> Statement {
    Statement::new(sql!("identity/key_find_by_id")).bind(id)
}

/// A new key, if its maker may have one more; in the place of a predecessor of that version where one is given.
pub fn insert(key: &NewKey<'_>, most: u32, old: Option<(Id, i64)>, now: Timestamp) -> Statement {
    let row = &key.row;
    Statement::new(sql!("identity/key_insert"))
        .bind(row.id)
        .bind(key.owner)
        .bind(key.user_id)
        .bind(key.kind.as_str())
        .bind(row.name.as_str())
        .bind(key.hash.as_str())
        .bind(row.prefix.as_str())
        .bind(row.last_four.as_str())
        .bind(key.scopes.to_json())
        .bind(row.quota_minute)
        .bind(row.quota_hour)
        .bind(row.quota_day)
        .bind(row.expires_at)
        .bind(now)
        .bind(most)
        .bind(old.map(|(id, _)| id))
        .bind(old.map(|(_, version)| version))
}

/// Why that account may not have one more.
pub fn room(owner: &str, user_id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/key_room")).bind(owner).bind(user_id).bind(now)
}

/// Ends a key with the overlap, if its successor was made.
pub fn succeed(id: Id, version: i64, successor: Id, end: Timestamp, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/key_succeed")).bind(id).bind(version).bind(successor).bind(end).bind(now)
}

/// Revokes a key in that drawer.
pub fn revoke(id: Id, owner: &str, version: Option<i64>, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/key_revoke")).bind(id).bind(owner).bind(version).bind(now)
}

/// Notes the use of an administrator's key, if it holds.
pub fn used_by_admin(id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/key_used_by_admin")).bind(id).bind(now)
}

/// Changes a key of that version.
pub fn update(row: &ApiKey, scopes: Scopes, version: i64, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/key_update"))
        .bind(row.id)
        .bind(version)
        .bind(row.name.as_str())
        .bind(scopes.to_json())
        .bind(row.quota_minute)
        .bind(row.quota_hour)
        .bind(row.quota_day)
        .bind(row.expires_at)
        .bind(now)
}
