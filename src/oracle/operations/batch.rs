//! Several engines in one call.

use chrono::NaiveDate;

use super::{prepare, today};
use crate::context::Context;
use crate::contract::types::{BatchAnswer, BatchAnswers, BatchItem, CalculateEnginesInput};
use crate::kernel::problem::Problem;
use crate::oracle::calculate::{self, Look};
use crate::oracle::engines::Canonical;
use crate::oracle::{batch, inputs};

/// Calculates side by side, each for itself.
pub async fn calculate_engines(
    cx: &Context<'_>,
    input: CalculateEnginesInput,
) -> Result<BatchAnswers, Problem> {
    let items = input.body.items;
    batch::check_ids(&items)?;
    let today = today(cx, input.query.time_zone.as_deref())?;
    let (mut ids, mut settled) = (Vec::new(), Vec::new());
    for (index, item) in items.into_iter().enumerate() {
        let BatchItem { id, engine, input } = item;
        ids.push(id);
        settled.push(canonical(cx, today, index, &engine, input));
    }
    let asked = batch::distinct(&settled);
    let answers = calculate::outcomes(cx, &asked, Look::Everywhere).await;
    let answer = |one: &Result<Canonical, Problem>| {
        let one = one.as_ref().map_err(Problem::clone)?;
        let at = asked.iter().position(|canonical| canonical.hash == one.hash);
        let answer = at.and_then(|at| answers.get(at)).cloned();
        let answer = answer.unwrap_or_else(|| Err(Problem::internal("an item was not asked")))?;
        Ok(batch::calculation(one, answer))
    };
    let items = ids.into_iter().zip(&settled).map(|(id, one)| match answer(one) {
        Ok(calculation) => BatchAnswer { id, calculation: Some(calculation), problem: None },
        Err(problem) => BatchAnswer { id, calculation: None, problem: Some(batch::part(problem)) },
    });
    Ok(BatchAnswers { items: items.collect() })
}

fn canonical(
    cx: &Context<'_>,
    today: NaiveDate,
    index: usize,
    engine: &str,
    input: serde_json::Value,
) -> Result<Canonical, Problem> {
    let at = ["/items/", &index.to_string()].concat();
    prepare(cx, today, &inputs::read(engine, input, &at)?, &[&at, "/input"].concat())
}
