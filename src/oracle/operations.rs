//! The operations of this room.

mod batch;
mod breakers;
mod cache;
mod enneagram;
mod forecasts;
mod insights;
mod metrics;
mod raycast;
mod shares;
mod workflows;

use chrono::NaiveDate;

pub use batch::calculate_engines;
pub use breakers::{find_breaker, list_breakers, reset_breaker, set_breaker};
pub use cache::{find_cache_stats, warm_cache};
pub use enneagram::list_enneagram_items;
pub use forecasts::{calculate_forecasts, find_daily_forecast, find_weekly_forecast};
pub use insights::*;
pub use metrics::*;
pub use raycast::{
    create_raycast_reading, draw_raycast_reading, find_raycast_daily_forecast, find_raycast_weekly_forecast,
};
pub use shares::*;
pub use workflows::{list_workflows, run_workflow};

use super::birth;
use super::calculate::{self, Answered, Look, Outcome};
use super::catalogue;
use super::engines::{self, Canonical, EngineInput, Settling};
use super::inputs;
use crate::context::Context;
use crate::contract::resources::READING;
use crate::contract::types::{
    CalculateEngineInput, Calculation, CreateReadingInput, DeleteReadingInput, Engine, EngineList,
    FindEngineInput, FindReadingInput, ListEnginesInput, ListReadingHistoryInput, ListReadingsInput,
    NewReading, Reading, UpdateReadingInput,
};
use crate::kernel::page::Page;
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::ports::{Value, ZoneError};
use crate::resource::list::ListRequest;
use crate::resource::operations as resource;

/// All engines.
pub async fn list_engines(_cx: &Context<'_>, _input: ListEnginesInput) -> Result<EngineList, Problem> {
    Ok(EngineList { items: catalogue::summaries() })
}

/// One engine.
pub async fn find_engine(_cx: &Context<'_>, input: FindEngineInput) -> Result<Engine, Problem> {
    catalogue::describe(input.path.name)
}

/// Calculates without keeping.
pub async fn calculate_engine(cx: &Context<'_>, input: CalculateEngineInput) -> Result<Calculation, Problem> {
    let today = today(cx, input.query.time_zone.as_deref())?;
    let canonical = prepare(cx, today, &inputs::of_body(input.body), "")?;
    let answered = calculate::outcome(cx, &canonical, Look::Everywhere).await?;
    Ok(super::batch::calculation(&canonical, answered))
}

/// Calculates and keeps.
pub async fn create_reading(cx: &Context<'_>, input: CreateReadingInput) -> Result<Reading, Problem> {
    let today = today(cx, input.query.time_zone.as_deref())?;
    keep(cx, today, input.body).await
}

async fn keep(cx: &Context<'_>, today: NaiveDate, new: NewReading) -> Result<Reading, Problem> {
    let (engine_input, note, favourite) = parts(new);
    let canonical = prepare(cx, today, &engine_input, "/input")?;
    let Answered { outcome, source, degraded } = calculate::outcome(cx, &canonical, Look::Here).await?;
    let Outcome { title, summary, result } = outcome;
    let reading = Reading {
        id: cx.new_id(),
        engine: canonical.engine.into(),
        engine_version: canonical.version.to_owned(),
        title,
        summary,
        input: serde_json::value::RawValue::from_string(canonical.input)?,
        input_hash: canonical.hash,
        result,
        source,
        degraded,
        favourite,
        note,
        rating: 0,
        created_at: cx.now,
        updated_at: cx.now,
        version: 1,
    };
    let values = values(&reading);
    resource::create(cx, &READING, reading.id, reading, values).await
}

/// The caller's readings.
pub async fn list_readings(cx: &Context<'_>, input: ListReadingsInput) -> Result<Page<Reading>, Problem> {
    let filters = input.filter_values();
    let request =
        ListRequest { limit: input.query.limit, cursor: input.query.cursor, sort: input.query.sort, filters };
    resource::list(cx, &READING, &request).await
}

/// The caller's latest readings of a range of time: one page, without a cursor.
pub async fn list_reading_history(
    cx: &Context<'_>,
    input: ListReadingHistoryInput,
) -> Result<Page<Reading>, Problem> {
    use crate::contract::types::ListReadingHistoryTimeRange as Range;
    const DAY: i64 = 86_400_000;
    let days = match input.query.time_range {
        Range::V7d => Some(7),
        Range::V30d => Some(30),
        Range::V90d => Some(90),
        Range::V1y => Some(365),
        Range::All => None,
    };
    let from = days.map(|days| ("created_from", Value::from(cx.now.plus_millis(-days * DAY))));
    let filters = from.into_iter().collect();
    let request = ListRequest { limit: Some(input.query.limit), filters, ..ListRequest::default() };
    let page: Page<Reading> = resource::list(cx, &READING, &request).await?;
    Ok(Page { next_cursor: None, ..page })
}

/// One of the caller's readings.
pub async fn find_reading(cx: &Context<'_>, input: FindReadingInput) -> Result<Reading, Problem> {
    resource::find(cx, &READING, Some(input.path.id)).await
}

/// Changes favourite, note or rating.
pub async fn update_reading(cx: &Context<'_>, input: UpdateReadingInput) -> Result<Reading, Problem> {
    let patch = input.body;
    let changes = [
        ("favourite", patch.favourite.map(Value::from)),
        ("note", patch.note.into_value()),
        ("rating", patch.rating.map(Value::from)),
    ];
    let changes = changes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    resource::update(cx, &READING, Some(input.path.id), changes).await
}

/// Deletes a reading.
pub async fn delete_reading(cx: &Context<'_>, input: DeleteReadingInput) -> Result<(), Problem> {
    resource::delete(cx, &READING, Some(input.path.id)).await
}

/// The day that it is in the zone that the request names, or in UTC.
fn today(cx: &Context<'_>, zone: Option<&str>) -> Result<NaiveDate, Problem> {
    let Some(zone) = zone else { return Ok(cx.now.utc().date_naive()) };
    birth::local_date(cx.ports.zones, zone, cx.now).map_err(|error| match error {
        ZoneError::Unknown => Problem::invalid(vec![Violation {
            place: Place::Query,
            pointer: "/time_zone".to_owned(),
            code: "unknown-zone",
            message: birth::NO_SUCH_ZONE.to_owned(),
        }]),
        ZoneError::Failed(cause) => Problem::internal(cause),
    })
}

/// Why the profile does not tell what day it is.
fn unknown_zone(error: ZoneError) -> Problem {
    match error {
        ZoneError::Unknown => Problem::new(Code::ProfileIncomplete)
            .detail("The profile's `time_zone` is not known: tell another one, or name the `date`."),
        ZoneError::Failed(cause) => Problem::internal(cause),
    }
}

/// Resolves every default.
fn prepare(cx: &Context<'_>, today: NaiveDate, input: &EngineInput, at: &str) -> Result<Canonical, Problem> {
    let fresh_seed = calculate::fresh_seed(cx);
    let settling = Settling { today, fresh_seed: &fresh_seed, zones: cx.ports.zones };
    engines::prepare(input, &settling).map_err(|problem| calculate::refused(problem, at))
}

fn parts(new: NewReading) -> (EngineInput, Option<String>, bool) {
    macro_rules! parts {
        ($($engine:ident),+) => {
            match new {
                $(NewReading::$engine(new) => (EngineInput::$engine(new.input), new.note, new.favourite),)+
            }
        };
    }
    parts!(
        Biorhythm,
        Enneagram,
        GeneKeys,
        HumanDesign,
        Iching,
        Numerology,
        SacredGeometry,
        SigilForge,
        Tarot,
        Vimshottari
    )
}

fn values(reading: &Reading) -> Vec<(&'static str, Value)> {
    vec![
        ("id", reading.id.into()),
        ("engine", reading.engine.as_str().into()),
        ("engine_version", reading.engine_version.as_str().into()),
        ("title", reading.title.as_str().into()),
        ("summary", reading.summary.as_str().into()),
        ("input", reading.input.get().into()),
        ("input_hash", reading.input_hash.as_str().into()),
        ("result", reading.result.get().into()),
        ("source", reading.source.as_str().into()),
        ("degraded", reading.degraded.into()),
        ("favourite", reading.favourite.into()),
        ("note", reading.note.clone().into()),
        ("rating", reading.rating.into()),
        ("created_at", reading.created_at.into()),
        ("updated_at", reading.updated_at.into()),
        ("version", reading.version.into()),
    ]
}
