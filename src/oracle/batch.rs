//! Several questions in one request: which are the same, and what becomes of those that have no answer. Pure.

use super::calculate::{Answered, Outcome};
use super::engines::Canonical;
use crate::contract::types::{BatchItem, Calculation, PartProblem, PartViolation};
use crate::kernel::problem::{Place, Problem, Violation};

/// Refuses ids that stand for two items.
pub fn check_ids(items: &[BatchItem]) -> Result<(), Problem> {
    let repeats = |(index, item): (usize, &BatchItem)| {
        let id = item.id.as_ref()?;
        items.iter().take(index).any(|earlier| earlier.id.as_ref() == Some(id)).then(|| Violation {
            place: Place::Body,
            pointer: ["/items/", &index.to_string(), "/id"].concat(),
            code: "unique-items",
            message: "must not repeat an earlier item's".to_owned(),
        })
    };
    let repeated: Vec<Violation> = items.iter().enumerate().filter_map(repeats).collect();
    if repeated.is_empty() { Ok(()) } else { Err(Problem::invalid(repeated)) }
}

/// The first item with each canonical input.
#[must_use]
pub fn distinct<'a>(settled: &'a [Result<Canonical, Problem>]) -> Vec<&'a Canonical> {
    let mut first: Vec<&'a Canonical> = Vec::new();
    for canonical in settled.iter().flatten() {
        if !first.iter().any(|earlier| earlier.hash == canonical.hash) {
            first.push(canonical);
        }
    }
    first
}

/// A result in the words of the contract.
#[must_use]
pub fn calculation(canonical: &Canonical, answered: Answered) -> Calculation {
    let Answered { outcome: Outcome { title, summary, result }, source, degraded } = answered;
    Calculation {
        engine: canonical.engine.into(),
        engine_version: canonical.version.to_owned(),
        input_hash: canonical.hash.clone(),
        source,
        degraded,
        title,
        summary,
        result,
    }
}

/// A problem of a part of a request.
#[must_use]
pub fn part(problem: Problem) -> PartProblem {
    let violation = |one: Violation| PartViolation {
        pointer: one.pointer,
        code: one.code.to_owned(),
        message: one.message,
    };
    let problem = problem.particulars();
    PartProblem {
        code: problem.code.as_str().to_owned(),
        status: problem.code.status().into(),
        title: problem.code.title().to_owned(),
        detail: problem.detail,
        violations: problem.violations.into_iter().map(violation).collect(),
    }
}
