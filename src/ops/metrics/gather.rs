//! The sums of all isolates, as far as they have handed over.

use futures_util::future::join_all;

use super::collector::{Command, Sums};
use super::{SHARDS, flush};
use crate::context::Context;
use crate::kernel::problem::Problem;

/// Asks every object, side by side; this isolate hands over with the question. One that does not answer fails the
/// whole: sums that went down would be taken for a restart.
///
/// # Errors
/// Those of the objects.
pub async fn gather(cx: &Context<'_>) -> Result<Sums, Problem> {
    let (name, mut batch) = cx.isolate.metrics.borrow_mut().hand_over(cx.now, flush::random(cx.ports.random));
    let own = flush::own(name);
    let commands: Vec<Command> = (0..SHARDS)
        .map(|number| Command { batch: if number == own { batch.take() } else { None }, read: true })
        .collect();
    let asked =
        commands.iter().zip(0..SHARDS).map(|(command, number)| flush::ask(cx.ports.objects, number, command));
    let mut sums = Sums::default();
    for reply in join_all(asked).await {
        let reply = reply?;
        flush::settle(&cx.isolate.metrics, &reply);
        sums.merge(&reply.sums.unwrap_or_default());
    }
    Ok(sums)
}
