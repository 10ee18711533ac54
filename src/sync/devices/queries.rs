//! Devices.

use super::MOST;
use super::code::LIFE_MILLIS;
use crate::contract::types::NewDevice;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// A device that is about to be kept.
#[derive(Debug)]
pub struct New {
    /// Its id.
    pub id: Id,
    /// Whose it is.
    pub user_id: Id,
    /// The session that registers it.
    pub session_id: Id,
    /// The fingerprint of its key.
    pub fingerprint: String,
    /// What is kept of its code.
    pub code: String,
    /// Whether the session may make the only active device.
    pub recent: bool,
    /// What is told of it.
    pub device: NewDevice,
}

/// Adds a device, if it may be one.
pub fn register(new: &New, now: Timestamp) -> Statement {
    Statement::new(sql!("sync/device_register"))
        .bind(new.id)
        .bind(new.user_id)
        .bind(new.session_id)
        .bind(new.device.name.as_str())
        .bind(new.device.platform.as_deref())
        .bind(new.device.public_key.as_str())
        .bind(new.fingerprint.as_str())
        .bind(new.code.as_str())
        .bind(now.plus_millis(LIFE_MILLIS))
        .bind(now)
        .bind(new.recent)
        .bind(MOST)
}

/// Why it was not added.
pub fn refused(new: &New) -> Statement {
    Statement::new(sql!("sync/device_refused"))
        .bind(new.user_id)
        .bind(new.device.public_key.as_str())
        .bind(new.recent)
}

/// The pending device that shows the code of which that is kept.
pub fn by_code(user_id: Id, code: Option<&str>, now: Timestamp) -> Statement {
    Statement::new(sql!("sync/device_by_code")).bind(user_id).bind(code).bind(now)
}

/// The key of an active device; [`super::key_of`] reads it.
pub fn active_key(user_id: Id, id: Id) -> Statement {
    Statement::new(sql!("sync/device_key")).bind(user_id).bind(id)
}

/// Makes a pending device active.
pub fn confirm(user_id: Id, id: Id, by: Id, code: Option<&str>, now: Timestamp) -> Statement {
    Statement::new(sql!("sync/device_confirm")).bind(user_id).bind(id).bind(by).bind(code).bind(now)
}

/// Ends a device.
pub fn revoke(user_id: Id, id: Id, now: Timestamp) -> Statement {
    Statement::new(sql!("sync/device_revoke")).bind(user_id).bind(id).bind(now)
}
