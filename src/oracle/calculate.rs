//! From a canonical input to its result: from the isolate, from the cache, from a remote engine, or calculated.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::cache::ask::{self, Patience, Shared};
use super::cache::entry::{Entry, Good};
use super::cache::{Question, marks, store};
use super::counts;
use super::engines::{self, Calculated, Canonical, EngineProblem};
use super::metrics;
use super::remote::{self, Asked};
use super::shelf::Shelf;
use crate::config::engine::RemoteEngine;
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

/// How far to look before calculating, where no remote engine is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// In the isolate alone: for writes, whose hops are counted.
    Here,
    /// In the isolate, then in the cache.
    Everywhere,
}

/// The outcome for a canonical input, with its time counted: what is kept and fresh; else a remote engine's, if there is
/// one; else what is kept past its freshness; else that of the engine of this house. Past its freshness, but not by
/// much, what is kept is answered before anybody is asked, and made anew afterwards.
pub async fn outcome(cx: &Context<'_>, canonical: &Canonical, look: Look) -> Result<Answered, Problem> {
    let started = cx.ports.clock.now();
    let answered = answer(cx, canonical, look).await;
    metrics::note(cx, canonical.engine, &answered, started);
    answered
}

async fn answer(cx: &Context<'_>, canonical: &Canonical, look: Look) -> Result<Answered, Problem> {
    let engine = remote_engine(cx, canonical);
    let question = Question::of(canonical, engine.is_some());
    if canonical.drawn {
        counts::note(cx, question.engine, &[("drawn", 1)]);
        return match remote::ask(cx, canonical).await {
            Asked::Answer(outcome) => Ok(Answered { outcome, source: Source::Remote, degraded: false }),
            Asked::NotConfigured => embedded(canonical, false),
            Asked::Failed => embedded(canonical, true),
        };
    }
    let answered = found_or_made(cx, canonical, &question, engine, look).await;
    marks::keep_good(cx);
    answered
}

/// The remote engine that is asked this, if there is one.
fn remote_engine<'a>(cx: &Context<'a>, canonical: &Canonical) -> Option<&'a RemoteEngine> {
    cx.config.engine.as_ref().filter(|engine| engine.serves(canonical.engine))
}

fn shelf_of(cx: &Context<'_>, engine: Option<&RemoteEngine>, question: &Question<'_>) -> Shelf {
    Shelf::of(store::secret(cx), engine.map_or("", |engine| &engine.url), question)
}

async fn found_or_made(
    cx: &Context<'_>,
    canonical: &Canonical,
    question: &Question<'_>,
    engine: Option<&RemoteEngine>,
    look: Look,
) -> Result<Answered, Problem> {
    if let Some(entry) = store::here(cx, question)
        && let Ok(answered) = kept(cx, canonical, question, entry, "isolate")
    {
        return Ok(answered);
    }
    let shelf = shelf_of(cx, engine, question);
    let mut stand_in = None;
    if (look == Look::Everywhere || engine.is_some())
        && let Some(entry) = store::there(cx, question, &shelf).await
    {
        cx.isolate.results.borrow_mut().put(question.hash, entry.clone(), cx.now);
        match kept(cx, canonical, question, entry, "cache") {
            Ok(answered) => return Ok(answered),
            Err(entry) => stand_in = entry,
        }
    }
    let Some(engine) = engine else {
        let answered = embedded(canonical, false)?;
        counts::note(cx, question.engine, &[("embedded", 1)]);
        store::keep(cx, question, shelf, &answered.outcome)?;
        return Ok(answered);
    };
    let (outcome, measure) = match ask::ask(cx, engine, canonical, question, Patience::Deadline).await? {
        Shared::Remote(outcome) => (outcome, "remote"),
        Shared::Coalesced(entry) => {
            cx.isolate.results.borrow_mut().put(question.hash, entry.clone(), cx.now);
            (entry.value, "coalesced")
        }
        Shared::Nothing => return otherwise(cx, canonical, question, stand_in),
    };
    counts::note(cx, question.engine, &[(measure, 1)]);
    Ok(Answered { outcome, source: Source::Remote, degraded: false })
}

/// Where the remote engine gave nothing. What comes of it is marked, and not kept.
fn otherwise(
    cx: &Context<'_>,
    canonical: &Canonical,
    question: &Question<'_>,
    stand_in: Option<Entry<Outcome>>,
) -> Result<Answered, Problem> {
    if let Some(entry) = stand_in {
        counts::note(cx, question.engine, &[("stale", 1), ("age", entry.age(cx.now))]);
        return Ok(Answered { outcome: entry.value, source: Source::Stale, degraded: true });
    }
    counts::note(cx, question.engine, &[("embedded", 1)]);
    embedded(canonical, true)
}

/// An answer from what is kept, if it is good for one; past its freshness it is made anew afterwards. If it is not, it
/// may yet stand in.
fn kept(
    cx: &Context<'_>,
    canonical: &Canonical,
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
    let is_stale = source == Source::Stale;
    if is_stale && cx.isolate.results.borrow_mut().begin_renewing(question.hash) {
        cx.afterwards(Afterwards::Renew(Box::new(canonical.clone())));
    }
    let degraded = is_stale && remote_engine(cx, canonical).is_some();
    Ok(Answered { outcome: entry.value, source, degraded })
}

/// What is kept of a canonical input for all isolates.
pub async fn kept_elsewhere(cx: &Context<'_>, canonical: &Canonical) -> Option<Entry<Outcome>> {
    let engine = remote_engine(cx, canonical);
    let question = Question::of(canonical, engine.is_some());
    store::there(cx, &question, &shelf_of(cx, engine, &question)).await
}

/// Makes a result anew and keeps it, unless somebody else is about to, or a remote engine gives none. Tells whether it
/// did.
pub async fn renew(cx: &Context<'_>, canonical: &Canonical) -> Result<bool, Problem> {
    let engine = remote_engine(cx, canonical);
    let question = Question::of(canonical, engine.is_some());
    let made = match engine {
        None => {
            let shelf = shelf_of(cx, None, &question);
            store::keep(cx, &question, shelf, &embedded(canonical, false)?.outcome)?;
            true
        }
        Some(engine) => {
            let asked = ask::ask(cx, engine, canonical, &question, Patience::None).await?;
            if let Shared::Coalesced(entry) = &asked {
                cx.isolate.results.borrow_mut().put(question.hash, entry.clone(), cx.now);
            }
            matches!(asked, Shared::Remote(_))
        }
    };
    if made {
        counts::note(cx, question.engine, &[("renewed", 1)]);
    }
    Ok(made)
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

fn embedded(canonical: &Canonical, degraded: bool) -> Result<Answered, Problem> {
    let Calculated { title, summary, result } =
        engines::calculate(canonical).map_err(|problem| refused(problem, ""))?;
    let outcome = Outcome { title, summary, result: RawValue::from_string(result)? };
    Ok(Answered { outcome, source: Source::Embedded, degraded })
}
