//! Several engines asked one question.

use std::pin::pin;

use chrono::NaiveDate;

use super::unknown_zone;
use crate::context::Context;
use crate::contract::resources::PROFILE;
use crate::contract::types::{
    ListWorkflowsInput, Profile, RunWorkflowInput, WorkflowInput, WorkflowList, WorkflowRun,
};
use crate::kernel::problem::Problem;
use crate::oracle::birth;
use crate::oracle::cache::made::{Made, found_or_made};
use crate::oracle::calculate::{self, Look, Outcome};
use crate::oracle::forecasts;
use crate::oracle::workflows::{self, Means, Plan, Recipe, inputs, synthesis};
use crate::resource::operations as resource;

/// All workflows.
pub async fn list_workflows(_cx: &Context<'_>, _input: ListWorkflowsInput) -> Result<WorkflowList, Problem> {
    Ok(WorkflowList { items: workflows::summaries() })
}

/// Asks the engines of a workflow side by side.
pub async fn run_workflow(cx: &Context<'_>, input: RunWorkflowInput) -> Result<WorkflowRun, Problem> {
    let recipe = workflows::find(input.path.name)?;
    let plan = plan(cx, recipe, input.body).await?;
    let (tags, parts) = (plan.tags(), plan.asked());
    let origin = cx.config.engine.as_ref().map_or("", |engine| engine.url.as_str());
    let making = pin!(make(cx, &plan));
    let answered = if plan.is_repeatable() {
        found_or_made(cx, &plan.question(origin, &tags, &parts), making).await?
    } else {
        making.await?.answered
    };
    let Outcome { title, summary, result } = answered.outcome;
    Ok(WorkflowRun {
        workflow: recipe.name,
        workflow_version: workflows::VERSION.to_owned(),
        input_hash: plan.hash.clone(),
        source: answered.source,
        degraded: answered.degraded,
        title,
        summary,
        result,
    })
}

/// What to ask, with what the profile adds.
async fn plan(cx: &Context<'_>, recipe: &'static Recipe, mut input: WorkflowInput) -> Result<Plan, Problem> {
    let user_id = cx.user()?.user_id;
    let mut today = cx.now.utc().date_naive();
    if !inputs::is_whole(&input) {
        let profile: Profile = resource::find(cx, &PROFILE, None).await?;
        if input.date.is_none() {
            today = birth::local_date(cx.ports.zones, &profile.time_zone, cx.now).map_err(unknown_zone)?;
        }
        inputs::add(&mut input, profile);
    }
    let seed_of_day = |day: NaiveDate| forecasts::seed_of("daily_workflow", &user_id, day);
    let fresh_seed = calculate::fresh_seed(cx);
    let means = Means { today, fresh_seed: &fresh_seed, seed_of_day: &seed_of_day, zones: cx.ports.zones };
    Plan::new(recipe, &input, &means)
}

/// Asks. Embedded engines are nearer than the cache; what a remote one said is looked for there.
async fn make(cx: &Context<'_>, plan: &Plan) -> Result<Made, Problem> {
    let asked = plan.asked();
    let answers = calculate::outcomes(cx, &asked, Look::Here).await;
    synthesis::whole(plan, answers)
}
