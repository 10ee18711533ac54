//! From a canonical input to its result: from the isolate, from the cache, from a remote engine, or calculated.

use std::rc::Rc;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::cache::ask::{self, Patience, Shared};
use super::cache::entry::Entry;
pub use super::cache::made::Look;
use super::cache::made::{self, Found, Renewal};
use super::cache::{Question, store};
use super::counts;
use super::engines::{self, Calculated, Canonical, EngineProblem};
use super::library;
use super::metrics;
use super::remote::{self, Asked};
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

/// The outcome for a canonical input, with its time counted: what is kept and fresh; else a remote engine's, if there is
/// one; else what is kept past its freshness; else that of the engine of this house. Past its freshness, but not by
/// much, what is kept is answered before anybody is asked, and made anew afterwards.
pub async fn outcome(cx: &Context<'_>, canonical: &Canonical, look: Look) -> Result<Answered, Problem> {
    let started = cx.ports.clock.now();
    let answered = answer(cx, canonical, look).await;
    metrics::note(cx, canonical.engine, &answered, started);
    answered
}

/// The outcomes for several canonical inputs, side by side.
pub async fn outcomes(cx: &Context<'_>, asked: &[&Canonical], look: Look) -> Vec<Result<Answered, Problem>> {
    // The first of an isolate would read it once for each. Where it cannot be read, those that need it say so.
    if asked.iter().any(|canonical| canonical.engine.reads_the_book()) {
        let _ = library::book(cx).await;
    }
    join_all(asked.iter().map(|canonical| outcome(cx, canonical, look))).await
}

async fn answer(cx: &Context<'_>, canonical: &Canonical, look: Look) -> Result<Answered, Problem> {
    if canonical.drawn {
        let answered = match remote::ask(cx, canonical).await {
            Asked::Answer(outcome) => Answered { outcome, source: Source::Remote, degraded: false },
            Asked::NotConfigured => embedded(cx, canonical, false).await?,
            Asked::Failed => embedded(cx, canonical, true).await?,
        };
        let measure = if answered.source == Source::Remote { "drawn_remote" } else { "drawn" };
        counts::note(cx, canonical.engine.name(), &[(measure, 1)]);
        return Ok(answered);
    }
    let engine = remote_engine(cx, canonical);
    let question = Question::of(canonical, engine);
    let look = if engine.is_some() { Look::Everywhere } else { look };
    match made::look(cx, &question, look).await {
        Found::Kept(mut answered) => {
            if made::is_to_renew(cx, &question, &answered) {
                cx.afterwards(Afterwards::Renew(Box::new(Renewal::Engine(canonical.clone()))));
            }
            answered.degraded = answered.source == Source::Stale && engine.is_some();
            Ok(answered)
        }
        Found::Missing { shelf, stand_in } => match engine {
            Some(engine) => from_remote(cx, canonical, &question, engine, stand_in).await,
            None => {
                let answered = embedded(cx, canonical, false).await?;
                counts::note(cx, question.engine, &[("embedded", 1)]);
                store::keep(cx, &question, shelf, &answered.outcome)?;
                Ok(answered)
            }
        },
    }
}

/// The remote engine that is asked this, if there is one.
fn remote_engine<'a>(cx: &Context<'a>, canonical: &Canonical) -> Option<&'a RemoteEngine> {
    cx.config.engine.as_ref().filter(|engine| engine.serves(canonical.engine))
}

/// What the remote engine says, or who asked it meanwhile was told. Where it gives nothing, what comes of it is marked,
/// and not kept.
async fn from_remote(
    cx: &Context<'_>,
    canonical: &Canonical,
    question: &Question<'_>,
    engine: &RemoteEngine,
    stand_in: Option<Entry<Outcome>>,
) -> Result<Answered, Problem> {
    let (outcome, measure) = match ask::ask(cx, engine, canonical, question, Patience::Deadline).await? {
        Shared::Remote(outcome) => (outcome, "remote"),
        Shared::Coalesced(entry) => {
            cx.isolate.results.borrow_mut().put(question.hash, entry.clone(), cx.now);
            (entry.value, "coalesced")
        }
        Shared::Nothing => {
            if let Some(entry) = stand_in {
                counts::note(cx, question.engine, &[("stale", 1), ("age", entry.age(cx.now))]);
                return Ok(Answered { outcome: entry.value, source: Source::Stale, degraded: true });
            }
            counts::note(cx, question.engine, &[("embedded", 1)]);
            return embedded(cx, canonical, true).await;
        }
    };
    counts::note(cx, question.engine, &[(measure, 1)]);
    Ok(Answered { outcome, source: Source::Remote, degraded: false })
}

/// Makes a result anew and keeps it, unless somebody else is about to, or a remote engine gives none.
///
/// # Errors
/// Those of the engine of this house.
pub async fn renew(cx: &Context<'_>, canonical: &Canonical) -> Result<(), Problem> {
    let engine = remote_engine(cx, canonical);
    let question = Question::of(canonical, engine);
    let Some(engine) = engine else {
        return made::keep(cx, &question, &embedded(cx, canonical, false).await?.outcome, "renewed");
    };
    match ask::ask(cx, engine, canonical, &question, Patience::None).await? {
        Shared::Remote(_) => counts::note(cx, question.engine, &[("renewed", 1)]),
        Shared::Coalesced(entry) => cx.isolate.results.borrow_mut().put(question.hash, entry, cx.now),
        Shared::Nothing => {}
    }
    Ok(())
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
            Problem::new(Code::CalculationRefused).violations(violations.collect())
        }
    }
}

async fn embedded(cx: &Context<'_>, canonical: &Canonical, degraded: bool) -> Result<Answered, Problem> {
    let book = match canonical.engine.reads_the_book() {
        true => library::book(cx).await?,
        false => Rc::default(),
    };
    let Calculated { title, summary, result } =
        engines::calculate(canonical, &book).map_err(|problem| refused(problem, ""))?;
    let outcome = Outcome { title, summary, result };
    Ok(Answered { outcome, source: Source::Embedded, degraded })
}
