//! Asking a remote engine, one for all who have the same question at the same moment.

use std::time::Duration;

use futures_util::future::{Either, select};

use super::entry::{Entry, Good};
use super::flight::{Command, Reply};
use super::{Question, store};
use crate::config::engine::RemoteEngine;
use crate::context::{Afterwards, Context};
use crate::kernel::json;
use crate::kernel::problem::Problem;
use crate::oracle::calculate::Outcome;
use crate::oracle::engines::Canonical;
use crate::oracle::remote::verdict::Reason;
use crate::oracle::remote::{self, Asked};
use crate::oracle::shelf::Shelf;
use crate::ports::{ObjectClass, PortError};

/// The longest that a request waits for a question's object.
const PATIENCE: Duration = Duration::from_millis(500);

/// The first pause of who waits for another's answer, and the longest, in milliseconds; each is twice the one before.
const PAUSES: (i64, i64) = (40, 640);

/// Whether to wait where somebody else is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// For as long as asking may take.
    Deadline,
    /// Not at all: somebody else's answer does as well.
    None,
}

/// What came of it.
#[derive(Debug)]
pub enum Shared {
    /// The remote engine's answer; it is kept.
    Remote(Outcome),
    /// The answer that somebody else got meanwhile.
    Coalesced(Entry<Outcome>),
    /// None.
    Nothing,
}

/// Whose turn it is.
enum Turn {
    /// Ours; the others wait for what comes of it.
    Lead,
    /// Ours: the object is silent, and we are by ourselves.
    Alone,
    /// Somebody else has asked.
    Answer(Entry<Outcome>),
    /// Nobody's, now.
    Nobody,
}

/// Asks the remote engine, or waits for who is asking already; either takes no longer than the engine's deadline, and
/// a hop to the question's object. Without the object everybody asks. Nobody goes there where the isolate knows that the
/// breaker lets nothing through: an answer that somebody else got the moment before is in the cache soon.
///
/// # Errors
/// None of the engine's: an answer that could not be kept is a defect.
pub async fn ask(
    cx: &Context<'_>,
    engine: &RemoteEngine,
    canonical: &Canonical,
    question: &Question<'_>,
    patience: Patience,
) -> Result<Shared, Problem> {
    let now = cx.ports.clock.now().millis();
    if cx.isolate.breakers.borrow_mut().of(canonical.engine.name()).is_shut(now) {
        cx.remote.set(Some(Reason::Open.as_str()));
        return Ok(Shared::Nothing);
    }
    let shelf = Shelf::of(store::secret(cx), question);
    let name = shelf.name.clone();
    let asker = cx.new_id().to_string();
    let leads = match turn(cx, engine, question, &shelf, &asker, patience).await {
        Turn::Answer(entry) => return Ok(Shared::Coalesced(entry)),
        Turn::Nobody => return Ok(Shared::Nothing),
        Turn::Lead => true,
        Turn::Alone => false,
    };
    let outcome = match remote::ask(cx, canonical).await {
        Asked::Answer(outcome) => Some(outcome),
        Asked::NotConfigured | Asked::Failed => None,
    };
    let value = match &outcome {
        Some(outcome) => store::keep(cx, question, Some(shelf), outcome)?,
        None => None,
    };
    if leads {
        let command = serde_json::to_string(&Command::Done { asker, value })?;
        cx.afterwards(Afterwards::Tell { class: ObjectClass::Flight, name, command });
    }
    Ok(outcome.map_or(Shared::Nothing, Shared::Remote))
}

/// Asks the object, again and again while somebody else is asking. Only the first time is for a lease: who has waited
/// has no time left to ask.
async fn turn(
    cx: &Context<'_>,
    engine: &RemoteEngine,
    question: &Question<'_>,
    shelf: &Shelf,
    asker: &str,
    patience: Patience,
) -> Turn {
    let clock = cx.ports.clock;
    let whole = i64::try_from(engine.deadline.as_millis()).unwrap_or(i64::MAX);
    let ends = clock.now().plus_millis(whole);
    // The lease outlives the call, its permit and the telling of it.
    let mut lease = whole.saturating_add(3 * i64::try_from(PATIENCE.as_millis()).unwrap_or(0));
    let mut pause = PAUSES.0;
    loop {
        let reply = match tell(cx, &shelf.name, &Command::Ask { asker: asker.to_owned(), lease }).await {
            Ok(reply) => reply,
            Err(_) if lease > 0 => return Turn::Alone,
            Err(_) => return Turn::Nobody,
        };
        match reply {
            Reply::Lead => return Turn::Lead,
            Reply::Value { value } => {
                let entry = store::opened(shelf, &value);
                let good = |entry: &Entry<Outcome>| {
                    entry.good(cx.now) == Good::Fresh && store::is_believed(cx, question, entry)
                };
                // One that is not believed any more is no answer, and nobody else is asking.
                return entry.filter(good).map_or(Turn::Alone, Turn::Answer);
            }
            Reply::Nothing | Reply::Noted => return Turn::Nobody,
            Reply::Wait { millis } => {
                let left = ends.millis() - clock.now().millis();
                if patience == Patience::None || left <= 0 {
                    return Turn::Nobody;
                }
                let time = pause.min(millis).min(left).max(1);
                clock.sleep(Duration::from_millis(u64::try_from(time).unwrap_or(1))).await;
                (lease, pause) = (0, (pause * 2).min(PAUSES.1));
            }
        }
    }
}

async fn tell(cx: &Context<'_>, name: &str, command: &Command) -> Result<Reply, PortError> {
    let command = serde_json::to_string(command).map_err(|error| PortError::Shape(error.to_string()))?;
    let asking = cx.ports.objects.call(ObjectClass::Flight, name, command);
    let reply = match select(asking, cx.ports.clock.sleep(PATIENCE)).await {
        Either::Left((reply, _)) => reply?,
        Either::Right(_) => return Err(PortError::Timeout("a question's object".to_owned())),
    };
    json::read(&reply).map_err(|error| PortError::Shape(error.to_string()))
}
