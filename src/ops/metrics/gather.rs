//! The sums of all isolates, as far as they have handed over.

use futures_util::future::join4;

use super::collector::{Command, Reply, Sums};
use super::{SHARDS, flush, shard};
use crate::context::Context;
use crate::kernel::problem::Problem;
use crate::ports::{ObjectClass, PortError};

/// Asks every object, side by side; this isolate hands over with the question. One that does not answer fails the
/// whole: sums that went down would be taken for a restart.
///
/// # Errors
/// Those of the objects.
pub async fn gather(cx: &Context<'_>) -> Result<Sums, Problem> {
    let (name, mut batch) = cx.isolate.metrics.borrow_mut().hand_over(cx.now, flush::random(cx.ports.random));
    let own = flush::own(name);
    let names: [String; SHARDS as usize] = [0, 1, 2, 3].map(shard);
    let mut number = 0;
    let [one, two, three, four] = names.each_ref().map(|name| {
        let command = Command { batch: if number == own { batch.take() } else { None }, read: true };
        number += 1;
        cx.ports.objects.call(ObjectClass::Collector, name, command.write())
    });
    let (one, two, three, four) = join4(one, two, three, four).await;
    let mut sums = Sums::default();
    for reply in [one, two, three, four] {
        let reply = Reply::read(&reply?).map_err(PortError::Shape)?;
        flush::settle(&cx.isolate.metrics, &reply);
        sums.merge(&reply.sums.unwrap_or_default());
    }
    Ok(sums)
}
