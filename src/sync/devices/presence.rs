//! Whether somebody is at a device, as the person's hub knows.

use std::time::Duration;

use crate::context::Context;
use crate::contract::types::{Device, DevicePresence};
use crate::kernel::hub::{Command, Presence, Present};
use crate::kernel::json;
use crate::kernel::time::Timestamp;
use crate::sync::commands::ask;

/// A list of devices waits so long for their hub, and is told without it then.
const PATIENCE: Duration = Duration::from_secs(2);

/// Which of the caller's devices were ever there; `None` where the hub does not say.
pub async fn of(cx: &Context<'_>) -> Option<Vec<Present>> {
    let account = cx.user().ok()?.user_id;
    let reply = ask(cx.ports, &Command::Present { account }, PATIENCE).await.ok()?;
    json::read(&reply).ok()
}

/// Adds to a device what the hub knows of it: of one that it does not know, that it is not there.
pub fn add(device: &mut Device, known: Option<&[Present]>) {
    let Some(known) = known else { return };
    let found = known.iter().find(|present| present.device == device.id);
    device.presence = Some(match found.map_or(Presence::Offline, |present| present.state) {
        Presence::Active => DevicePresence::Active,
        Presence::Idle => DevicePresence::Idle,
        Presence::Offline => DevicePresence::Offline,
    });
    device.last_seen_at =
        found.filter(|present| present.last_seen > 0).and_then(|it| Timestamp::from_millis(it.last_seen));
}
