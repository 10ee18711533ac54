//! From a canonical input to its result: from the isolate, from the cache, or calculated.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::cache::entry::{Entry, Good};
use super::cache::{Question, marks, store};
use super::counts;
use super::engines::{self, Calculated, Canonical, EngineProblem};
use super::metrics;
use super::shelf::Shelf;
use crate::context::{Afterwards, Context};
pub use crate::contract::types::ResultSource as Source;
use crate::kernel::crypto;
use crate::kernel::problem::{Code, Place, Problem, Violation};

/// A result with its title and summary, as engines give it and caches keep it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub summary: String,
    /// The engine's result.
    pub result: Box<RawValue>,
}

impl Outcome {
    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.title.len() + self.summary.len() + self.result.get().len()
    }
}

/// An outcome, and where it came from.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The outcome.
    pub outcome: Outcome,
    /// Where it came from.
    pub source: Source,
    /// Whether a better source was not to be had.
    pub degraded: bool,
}

/// How far to look before calculating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// In the isolate alone: for writes, whose hops are counted.
    Here,
    /// In the isolate, then in the cache.
    Everywhere,
}

/// The outcome for a canonical input, with its time counted.
pub async fn outcome(cx: &Context<'_>, canonical: &Canonical, look: Look) -> Result<Answered, Problem> {
    let started = cx.ports.clock.now();
    let answered = answer(cx, canonical, look).await;
    metrics::note(cx, canonical.engine, &answered, started);
    answered
}

async fn answer(cx: &Context<'_>, canonical: &Canonical, look: Look) -> Result<Answered, Problem> {
    let question = Question::of(canonical, false);
    if canonical.drawn {
        counts::note(cx, question.engine, &[("drawn", 1)]);
        return embedded(canonical);
    }
    let answered = found_or_made(cx, canonical, &question, look).await;
    marks::keep_good(cx);
    answered
}

async fn found_or_made(
    cx: &Context<'_>,
    canonical: &Canonical,
    question: &Question<'_>,
    look: Look,
) -> Result<Answered, Problem> {
    if let Some(entry) = store::here(cx, question)
        && let Some(answered) = kept(cx, canonical, question, entry, "isolate")
    {
        return Ok(answered);
    }
    let shelf = Shelf::of(store::secret(cx), "", question);
    if look == Look::Everywhere
        && let Some(entry) = store::there(cx, question, &shelf).await
    {
        cx.isolate.results.borrow_mut().put(question.hash, entry.clone(), cx.now);
        if let Some(answered) = kept(cx, canonical, question, entry, "cache") {
            return Ok(answered);
        }
    }
    let answered = embedded(canonical)?;
    counts::note(cx, question.engine, &[("embedded", 1)]);
    store::keep(cx, question, shelf, &answered.outcome)?;
    Ok(answered)
}

/// An answer from what is kept, if it is good for one; past its freshness it is made anew afterwards.
fn kept(
    cx: &Context<'_>,
    canonical: &Canonical,
    question: &Question<'_>,
    entry: Entry<Outcome>,
    place: &'static str,
) -> Option<Answered> {
    let (source, measure) = match entry.good(cx.now) {
        Good::Fresh => (Source::Cache, place),
        Good::Renew => (Source::Stale, "stale"),
        Good::StandIn | Good::Over => return None,
    };
    counts::note(cx, question.engine, &[(measure, 1), ("age", entry.age(cx.now))]);
    if source == Source::Stale && cx.isolate.results.borrow_mut().begin_renewing(question.hash) {
        cx.afterwards(Afterwards::Renew(Box::new(canonical.clone())));
    }
    Some(Answered { outcome: entry.value, source, degraded: false })
}

/// Makes a result anew and keeps it.
pub async fn renew(cx: &Context<'_>, canonical: &Canonical) -> Result<(), Problem> {
    let question = Question::of(canonical, false);
    let shelf = Shelf::of(store::secret(cx), "", &question);
    let answered = embedded(canonical)?;
    counts::note(cx, question.engine, &[("renewed", 1)]);
    store::keep(cx, &question, shelf, &answered.outcome).map(drop)
}

/// A seed for a draw for which the caller gave none: 128 random bits in hexadecimal.
pub fn fresh_seed(cx: &Context<'_>) -> String {
    let mut random = [0; 16];
    cx.ports.random.fill(&mut random);
    crypto::hex(&random)
}

/// Tells the caller why an engine cannot answer. `at` is where in the body the engine's input stands.
#[must_use]
pub fn refused(problem: EngineProblem, at: &str) -> Problem {
    match problem {
        EngineProblem::Unreadable(cause) => Problem::internal(cause),
        EngineProblem::Refused(reasons) => {
            let violations = reasons.into_iter().map(|reason| Violation {
                place: Place::Body,
                pointer: format!("{at}{}", reason.pointer),
                code: reason.code,
                message: reason.message,
            });
            Problem { violations: violations.collect(), ..Problem::new(Code::CalculationRefused) }
        }
    }
}

fn embedded(canonical: &Canonical) -> Result<Answered, Problem> {
    let Calculated { title, summary, result } =
        engines::calculate(canonical).map_err(|problem| refused(problem, ""))?;
    let outcome = Outcome { title, summary, result: RawValue::from_string(result)? };
    Ok(Answered { outcome, source: Source::Embedded, degraded: false })
}
