//! Answers that this house makes by itself out of what engines say: found while fresh, else made and kept.

use super::Question;
use super::entry::{Entry, Good};
use super::store;
use crate::context::Context;
use crate::kernel::problem::Problem;
use crate::oracle::calculate::{Outcome, Source};
use crate::oracle::counts;
use crate::oracle::shelf::Shelf;

/// The answer to a question: what is kept of it while that is fresh, else what `make` makes.
pub async fn found_or_made(
    cx: &Context<'_>,
    question: &Question<'_>,
    make: impl FnOnce() -> Result<Outcome, Problem>,
) -> Result<(Outcome, Source), Problem> {
    let fresh = |entry: &Entry<Outcome>| entry.good(cx.now) == Good::Fresh;
    let found = |entry: Entry<Outcome>, place| {
        counts::note(cx, question.engine, &[(place, 1), ("age", entry.age(cx.now))]);
        (entry.value, Source::Cache)
    };
    if let Some(entry) = store::here(cx, question).filter(fresh) {
        return Ok(found(entry, "isolate"));
    }
    let shelf = Shelf::of(store::secret(cx), "", question);
    if let Some(entry) = store::there(cx, question, &shelf).await.filter(fresh) {
        cx.isolate.results.borrow_mut().put(question.hash, entry.clone(), cx.now);
        return Ok(found(entry, "cache"));
    }
    let outcome = make()?;
    counts::note(cx, question.engine, &[("embedded", 1)]);
    store::keep(cx, question, shelf, &outcome)?;
    Ok((outcome, Source::Embedded))
}
