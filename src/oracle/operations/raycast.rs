//! Rows for Raycast.

use super::forecasts::whose;
use super::{keep, prepare, today};
use crate::context::Context;
use crate::contract::types::{
    CreateRaycastReadingInput, DrawRaycastReadingInput, FindRaycastDailyForecastInput,
    FindRaycastWeeklyForecastInput, IchingInput, IchingMethod, QuickReadingKind, RaycastAnswer, TarotInput,
    TarotSpread,
};
use crate::kernel::problem::{Place, Problem};
use crate::oracle::calculate::{self, Answered, Look};
use crate::oracle::engines::EngineInput;
use crate::oracle::{library, raycast};

/// What a day holds.
pub async fn find_raycast_daily_forecast(
    cx: &Context<'_>,
    input: FindRaycastDailyForecastInput,
) -> Result<RaycastAnswer, Problem> {
    let whose = whose(cx).await?;
    let day = whose.day(cx, input.query.date, (Place::Query, "/date"))?;
    Ok(raycast::day(&whose.daily(day, &*library::book(cx).await?)?))
}

/// What a week holds.
pub async fn find_raycast_weekly_forecast(
    cx: &Context<'_>,
    input: FindRaycastWeeklyForecastInput,
) -> Result<RaycastAnswer, Problem> {
    let whose = whose(cx).await?;
    let (monday, _) = whose.week(cx, input.query.date)?;
    Ok(raycast::week(&whose.weekly(monday, &*library::book(cx).await?)?))
}

/// A card or a hexagram, drawn for this call.
pub async fn draw_raycast_reading(
    cx: &Context<'_>,
    input: DrawRaycastReadingInput,
) -> Result<RaycastAnswer, Problem> {
    let question = input.body.question;
    let engine_input = match input.body.kind {
        QuickReadingKind::Card => EngineInput::Tarot(TarotInput {
            question: question.clone(),
            spread: TarotSpread::SingleCard,
            reversed: true,
            seed: None,
        }),
        QuickReadingKind::Hexagram => EngineInput::Iching(IchingInput {
            question: question.clone(),
            method: IchingMethod::Coins,
            seed: None,
        }),
    };
    let canonical = prepare(cx, today(cx, None)?, &engine_input, "")?;
    let Answered { outcome, .. } = calculate::outcome(cx, &canonical, Look::Here).await?;
    Ok(raycast::reading(canonical.engine, &outcome, question.as_deref()))
}

/// Asks an engine and keeps the result.
pub async fn create_raycast_reading(
    cx: &Context<'_>,
    input: CreateRaycastReadingInput,
) -> Result<RaycastAnswer, Problem> {
    let today = today(cx, input.query.time_zone.as_deref())?;
    let reading = keep(cx, today, input.body).await?;
    Ok(raycast::kept(&reading))
}
