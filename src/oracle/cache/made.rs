//! One way to an answer for all that can be asked: what is kept of it, else made, and perhaps kept.
//!
//! [`look`] finds and says what is good. Engines go on from there by themselves, because a remote one has rules of its
//! own (`calculate`); what this house puts together out of engines goes by [`found_or_made`]. Neither is generic: a
//! question is data, and a maker is any future, polled only where nothing was found.

use std::pin::Pin;

use super::entry::{Entry, Good};
use super::{Question, marks, store};
use crate::context::Context;
use crate::kernel::problem::Problem;
use crate::oracle::calculate::{self, Answered, Outcome, Source};
use crate::oracle::counts;
use crate::oracle::engines::Canonical;
use crate::oracle::forecasts::{self, Asked};
use crate::oracle::shelf::Shelf;

/// How far to look, and to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// In the isolate alone, where what is made is kept alone too: for writes, whose hops are counted, and for parts of
    /// what is kept as a whole.
    Here,
    /// In the isolate, then in the cache.
    Everywhere,
}

/// What looking came to.
pub enum Found {
    /// An answer that is kept: fresh (`source: cache`), or past its freshness and to be made anew (`source: stale`).
    Kept(Answered),
    /// Nothing to answer with.
    Missing {
        /// Where the answer is to be kept for all isolates, if it was looked for there.
        shelf: Option<Shelf>,
        /// What may be answered if there is no other way.
        stand_in: Option<Entry<Outcome>>,
    },
}

/// Looks for what is kept of a question: no wait for what this isolate holds, else one for the cache.
pub async fn look(cx: &Context<'_>, question: &Question<'_>, look: Look) -> Found {
    let found = found(cx, question, look).await;
    marks::keep_good(cx);
    found
}

async fn found(cx: &Context<'_>, question: &Question<'_>, look: Look) -> Found {
    if let Some(entry) = store::here(cx, question)
        && let Ok(answered) = good(cx, question, entry, "isolate")
    {
        return Found::Kept(answered);
    }
    if look == Look::Here {
        return Found::Missing { shelf: None, stand_in: None };
    }
    let shelf = Shelf::of(store::secret(cx), question);
    let Some(entry) = store::there(cx, question, &shelf).await else {
        return Found::Missing { shelf: Some(shelf), stand_in: None };
    };
    cx.isolate.results.borrow_mut().put(question.hash, entry.clone(), cx.now);
    match good(cx, question, entry, "cache") {
        Ok(answered) => Found::Kept(answered),
        Err(stand_in) => Found::Missing { shelf: Some(shelf), stand_in },
    }
}

/// An answer from what is kept, if it is good for one. If it is not, it may yet stand in.
fn good(
    cx: &Context<'_>,
    question: &Question<'_>,
    entry: Entry<Outcome>,
    place: &'static str,
) -> Result<Answered, Option<Entry<Outcome>>> {
    let (source, measure) = match entry.good(cx.now) {
        Good::Fresh => (Source::Cache, place),
        Good::Renew => (Source::Stale, "stale"),
        Good::StandIn => return Err(Some(entry)),
        Good::Over => return Err(None),
    };
    counts::note(cx, question.engine, &[(measure, 1), ("age", entry.age(cx.now))]);
    Ok(Answered { outcome: entry.value, source, degraded: false })
}

/// What a maker gives.
#[derive(Debug)]
pub struct Made {
    /// The answer.
    pub answered: Answered,
    /// Whether it is as good as it can be, so that others may have it.
    pub keep: bool,
}

/// Makes an answer, when it is polled.
pub type Making<'a> = Pin<&'a mut (dyn Future<Output = Result<Made, Problem>> + 'a)>;

/// The answer to a question: what is kept of it, else what `make` makes. Whoever has questions whose lives have a span
/// to renew asks [`is_to_renew`] of what comes.
///
/// # Errors
/// Those of the maker.
pub async fn found_or_made(
    cx: &Context<'_>,
    question: &Question<'_>,
    make: Making<'_>,
) -> Result<Answered, Problem> {
    let shelf = match look(cx, question, Look::Everywhere).await {
        Found::Kept(answered) => return Ok(answered),
        Found::Missing { shelf, .. } => shelf,
    };
    let Made { answered, keep } = make.await?;
    let measure = if answered.source == Source::Remote { "remote" } else { "embedded" };
    counts::note(cx, question.engine, &[(measure, 1)]);
    if keep {
        store::keep(cx, question, shelf, &answered.outcome)?;
    }
    Ok(answered)
}

/// What can be made anew once an answer past its freshness is on its way.
#[derive(Debug, Clone, PartialEq)]
pub enum Renewal {
    /// An engine's result.
    Engine(Canonical),
    /// A forecast.
    Forecast(Asked),
}

/// Whether what [`look`] found is past its freshness, and this isolate has not begun to make it anew.
#[must_use]
pub fn is_to_renew(cx: &Context<'_>, question: &Question<'_>, answered: &Answered) -> bool {
    answered.source == Source::Stale && cx.isolate.results.borrow_mut().begin_renewing(question.hash)
}

/// Makes an answer anew and keeps it.
///
/// # Errors
/// Those of who makes it.
pub async fn renew(cx: &Context<'_>, renewal: &Renewal) -> Result<(), Problem> {
    match renewal {
        Renewal::Engine(canonical) => calculate::renew(cx, canonical).await,
        Renewal::Forecast(asked) => forecasts::kept::renew(cx, asked).await,
    }
}

/// Keeps what was made anew, or ahead.
///
/// # Errors
/// None but defects.
pub fn keep(
    cx: &Context<'_>,
    question: &Question<'_>,
    outcome: &Outcome,
    measure: &'static str,
) -> Result<(), Problem> {
    store::keep(cx, question, Some(Shelf::of(store::secret(cx), question)), outcome)?;
    counts::note(cx, question.engine, &[(measure, 1)]);
    Ok(())
}
