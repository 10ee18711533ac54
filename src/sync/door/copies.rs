//! Logs for backups: read as they are stored, and brought back where none has begun.

use crate::kernel::hub::{Copied, Imported, Page};
use crate::sync::door::copy;
use crate::sync::door::{Door, Room, limits};
use crate::sync::hub::log::{Fault, HUB, SqlLog};

/// The first look at a log that was brought back, in milliseconds: retention goes on from there.
const LOOK: i64 = 3_600_000;

/// A page of what is stored, as JSON. Nothing is read where no log has begun, and the hub is not woken for it.
pub(super) fn export(room: Room<'_>, after: i64) -> Result<String, Fault> {
    let copied = if SqlLog::has(room.object, HUB) {
        copy::export(SqlLog::over(room.object), after)?
    } else {
        Copied::default()
    };
    serde_json::to_string(&copied).map_err(|error| error.to_string())
}

impl Door {
    /// Keeps a page; gives what became of it, as JSON. There is no `await` in it, so that nobody comes in between.
    pub(super) fn import(&self, room: Room<'_>, page: &Page) -> Result<String, Fault> {
        let begun = self.is_kept(room);
        let now = room.millis();
        let imported = copy::import(room.object, begun, page, now, &limits(room.config))?;
        if !begun && matches!(imported, Imported::Kept { begun: true, .. }) {
            self.hub_at.set(Some(now + LOOK));
            self.ring_at(room, now + LOOK);
        }
        serde_json::to_string(&imported).map_err(|error| error.to_string())
    }
}
