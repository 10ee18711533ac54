//! Onboarding.

use crate::context::Context;
use crate::contract::types::{
    FindOnboardingStatusInput, OnboardingStatus, OnboardingStep, ResumeOnboardingStepInput,
    SkipOnboardingStepInput,
};
use crate::identity::onboarding::{self, Told};
use crate::identity::queries::people as queries;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::Outcome;

/// What the caller has told, and what is next.
pub async fn find_onboarding_status(
    cx: &Context<'_>,
    _input: FindOnboardingStatusInput,
) -> Result<OnboardingStatus, Problem> {
    let outcome = cx.ports.database.run(queries::onboarding_find(cx.user()?.user_id)).await?;
    status(Some(&outcome))
}

/// Leaves a step out.
pub async fn skip_onboarding_step(
    cx: &Context<'_>,
    input: SkipOnboardingStepInput,
) -> Result<OnboardingStatus, Problem> {
    mark(cx, input.path.step, Some(cx.now)).await
}

/// Takes a step up again.
pub async fn resume_onboarding_step(
    cx: &Context<'_>,
    input: ResumeOnboardingStepInput,
) -> Result<OnboardingStatus, Problem> {
    mark(cx, input.path.step, None).await
}

async fn mark(
    cx: &Context<'_>,
    step: OnboardingStep,
    skipped: Option<Timestamp>,
) -> Result<OnboardingStatus, Problem> {
    let user_id = cx.user()?.user_id;
    let kind = if skipped.is_some() { "onboarding.skipped" } else { "onboarding.resumed" };
    let batch = vec![
        queries::onboarding_skip(user_id, step.as_str(), skipped, cx.now),
        cx.event(user_id, kind, ("onboarding", step.as_str()), None, None),
        queries::onboarding_find(user_id),
    ];
    status(cx.ports.database.batch(batch).await?.last())
}

fn status(outcome: Option<&Outcome>) -> Result<OnboardingStatus, Problem> {
    let outcome = outcome.ok_or_else(|| Problem::internal("the batch lost an outcome"))?;
    let told: Told = outcome.rows.first()?.ok_or_else(Problem::not_found)?;
    Ok(onboarding::status(&told))
}
