//! From a canonical input to its result: from the isolate, from the cache, or calculated.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::engines::{self, Calculated, Canonical, EngineProblem};
use super::shelf::Shelf;
use crate::context::{Afterwards, Context};
use crate::kernel::crypto;
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::kernel::vault::NONCE;

/// A result with its title and summary, as engines give it and caches keep it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub summary: String,
    /// The engine's result.
    pub result: Box<RawValue>,
}

/// Where an outcome came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Calculated for this request.
    Embedded,
    /// Found.
    Cache,
}

/// How far to look before calculating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// In the isolate alone: for writes, whose hops are counted.
    Here,
    /// In the isolate, then in the cache.
    Everywhere,
}

/// The outcome for a canonical input. A cache that fails is passed over: the engines are at hand.
pub async fn outcome(
    cx: &Context<'_>,
    canonical: &Canonical,
    look: Look,
) -> Result<(Outcome, Source), Problem> {
    if canonical.drawn {
        return Ok((calculated(canonical)?, Source::Embedded));
    }
    let hash = canonical.hash.as_str();
    let here = cx.isolate.results.borrow().get(hash, cx.now).map(serde_json::from_str);
    if let Some(Ok(outcome)) = here {
        return Ok((outcome, Source::Cache));
    }
    let shelf = Shelf::of(cx.config.vault.current.bytes(), &canonical.input);
    if look == Look::Everywhere
        && let Ok(Some(text)) = cx.ports.cache.get(&shelf.name).await
        && let Some(text) = shelf.open(&text)
        && let Ok(outcome) = serde_json::from_str(&text)
    {
        cx.isolate.results.borrow_mut().put(hash, &text, cx.now);
        return Ok((outcome, Source::Cache));
    }
    let outcome = calculated(canonical)?;
    let text = serde_json::to_string(&outcome)?;
    cx.isolate.results.borrow_mut().put(hash, &text, cx.now);
    let life = Duration::from_secs(canonical.engine.metadata().cache_seconds.into());
    let mut nonce = [0; NONCE];
    cx.ports.random.fill(&mut nonce);
    let value = shelf.seal(nonce, &text);
    cx.afterwards(Afterwards::CachePut { key: shelf.name, value, life });
    Ok((outcome, Source::Embedded))
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

fn calculated(canonical: &Canonical) -> Result<Outcome, Problem> {
    let Calculated { title, summary, result } =
        engines::calculate(canonical).map_err(|problem| refused(problem, ""))?;
    Ok(Outcome { title, summary, result: RawValue::from_string(result)? })
}
