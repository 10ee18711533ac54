//! An isolate hands over what it counted, after an answer.

use std::cell::RefCell;

use super::buffer::Buffer;
use super::collector::{Command, Reply};
use crate::kernel::time::Timestamp;
use crate::ports::{ObjectClass, Objects, PortError, Random};
use crate::shards;

/// Hands over, in one call. What does not arrive is kept and sent again.
///
/// # Errors
/// As the port; [`PortError::Shape`] for a reply that cannot be read.
pub async fn flush(
    objects: &dyn Objects,
    source: &dyn Random,
    counts: &RefCell<Buffer>,
    now: Timestamp,
) -> Result<(), PortError> {
    let (name, batch) = counts.borrow_mut().hand_over(now, random(source));
    if batch.is_none() {
        return Ok(());
    }
    let reply = ask(objects, own(name), &Command { batch, read: false }).await?;
    settle(counts, &reply);
    Ok(())
}

/// Forgets what arrived.
pub fn settle(counts: &RefCell<Buffer>, reply: &Reply) {
    counts.borrow_mut().taken(reply.taken);
}

/// The number of the object that an isolate hands over to.
#[must_use]
pub fn own(isolate: u64) -> u8 {
    u8::try_from(isolate % u64::from(shards::COUNT)).unwrap_or_default()
}

/// Eight random bytes.
pub fn random(source: &dyn Random) -> u64 {
    let mut bytes = [0; 8];
    source.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Tells an object something.
///
/// # Errors
/// As [`flush`].
pub async fn ask(objects: &dyn Objects, number: u8, command: &Command) -> Result<Reply, PortError> {
    let reply = objects.call(ObjectClass::Collector, &shards::name(number), command.write()).await?;
    Reply::read(&reply).map_err(PortError::Shape)
}
