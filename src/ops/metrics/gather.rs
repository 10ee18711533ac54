//! The sums of all isolates, as far as they have handed over.

use std::cell::RefCell;

use super::buffer::Buffer;
use super::collector::{Batch, Command, Reply, Sums};
use super::flush;
use crate::context::Context;
use crate::kernel::problem::Problem;
use crate::ports::{ObjectClass, Objects, PortError};
use crate::shards;

/// Asks every object, side by side; this isolate hands over with the question. One that does not answer fails the
/// whole: sums that went down would be taken for a restart.
///
/// # Errors
/// Those of the objects.
pub async fn gather(cx: &Context<'_>) -> Result<Sums, Problem> {
    let (name, batch) = cx.isolate.metrics.borrow_mut().hand_over(cx.now, flush::random(cx.ports.random));
    all(cx.ports.objects, Some((&cx.isolate.metrics, flush::own(name))), batch).await
}

/// As [`gather`], with what is handed over to one of them, if anything is.
///
/// # Errors
/// Those of the objects.
pub async fn all(
    objects: &dyn Objects,
    counts: Option<(&RefCell<Buffer>, u8)>,
    mut batch: Option<Batch>,
) -> Result<Sums, Problem> {
    let command = |number| {
        let own = counts.is_some_and(|(_, own)| own == number);
        Command { batch: if own { batch.take() } else { None }, read: true }.write()
    };
    let replies = shards::ask(objects, ObjectClass::Collector, command).await;
    let mut sums = Sums::default();
    for reply in replies {
        let reply = Reply::read(&reply?).map_err(PortError::Shape)?;
        if let Some((counts, _)) = counts {
            flush::settle(counts, &reply);
        }
        sums.merge(&reply.sums.unwrap_or_default());
    }
    Ok(sums)
}
