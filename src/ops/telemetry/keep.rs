//! Lines on their way into the objects that keep them, and out of them again.

use super::book::{self, Question};
use super::buffer::{Outcome, Signal};
use crate::context::{Context, Isolate};
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{ObjectClass, PortError, Ports};
use crate::shards;

/// Hands over what is due, or whatever there is where it is asked for early. Whether that worked, or there was nothing.
pub async fn hand_over(ports: Ports<'_>, isolate: &Isolate, now: Timestamp, early: bool) -> bool {
    let batch = isolate.telemetry.borrow_mut().begin(Signal::Book, now, early);
    if batch.is_empty() {
        return true;
    }
    let mut random = [0];
    ports.random.fill(&mut random);
    let shard = shards::name(isolate.telemetry.borrow_mut().shard(random[0]));
    let command = book::put(batch.iter().map(|record| record.line.as_str()));
    let outcome = match ports.objects.call(ObjectClass::Logbook, &shard, command).await {
        Ok(_) => Outcome::Taken(0),
        Err(PortError::Shape(_) | PortError::TooLarge(_)) => Outcome::Refused,
        Err(_) => Outcome::Later(None),
    };
    isolate.telemetry.borrow_mut().settle(Signal::Book, now, outcome, ports.clock.now());
    outcome == Outcome::Taken(0)
}

/// Lines of all objects that match, newest first, with the ids of their requests. Each object gives as many as all of
/// them together may.
///
/// # Errors
/// Those of the objects: a page that lacks the lines of one would be taken for whole.
pub async fn search(cx: &Context<'_>, question: &Question) -> Result<Vec<(String, String)>, Problem> {
    // What this isolate has is looked for too; where it cannot be handed over it comes later.
    hand_over(cx.ports, cx.isolate, cx.now, true).await;
    let replies = shards::ask(cx.ports.objects, ObjectClass::Logbook, |_| book::read(question)).await;
    let mut found = Vec::new();
    for reply in replies {
        let reply = reply?;
        let lines = reply.lines().filter_map(|line| line.split_once(' '));
        found.extend(lines.map(|(id, line)| (id.to_owned(), line.to_owned())));
    }
    found.sort_unstable_by(|one, other| other.0.cmp(&one.0));
    Ok(found)
}
