//! Results that are made before anybody asks.

use chrono::{Days, NaiveDate};
use futures_util::future::join_all;
use serde::Deserialize;

use super::entry::Good;
use crate::context::Context;
use crate::contract::types::{BiorhythmInput, CacheWarmed, NumerologyInput, NumerologySystem};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::oracle::birth;
use crate::oracle::calculate;
use crate::oracle::counts;
use crate::oracle::engines::{self, Canonical, EngineInput, Settling};
use crate::ports::Statement;

/// What was done for one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmed {
    /// It was made.
    Made,
    /// It was kept already, and is fresh.
    Kept,
    /// A remote engine gave none, or somebody else is asking it.
    Missed,
}

/// Makes what is not kept. All are looked for side by side; what is made is put into the cache after the answer.
pub async fn warm(cx: &Context<'_>, questions: &[Canonical]) -> Result<Vec<Warmed>, Problem> {
    join_all(questions.iter().map(|canonical| one(cx, canonical))).await.into_iter().collect()
}

async fn one(cx: &Context<'_>, canonical: &Canonical) -> Result<Warmed, Problem> {
    let kept = calculate::kept_elsewhere(cx, canonical).await;
    if kept.is_some_and(|entry| entry.good(cx.now) == Good::Fresh) {
        return Ok(Warmed::Kept);
    }
    if !calculate::renew(cx, canonical).await? {
        return Ok(Warmed::Missed);
    }
    counts::note(cx, canonical.engine.name(), &[("warmed", 1)]);
    Ok(Warmed::Made)
}

/// What a profile tells of its owner's days.
#[derive(Debug, Deserialize)]
struct Person {
    full_name: Option<String>,
    birth_date: Option<NaiveDate>,
    time_zone: String,
}

impl Person {
    /// What the forecast of a day asks of engines.
    fn daily(&self, day: NaiveDate) -> Vec<EngineInput> {
        let Some(birth_date) = self.birth_date else { return Vec::new() };
        let biorhythm =
            BiorhythmInput { birth_date, target_date: Some(day), extended: false, forecast_days: 7 };
        let numbers = self.full_name.clone().map(|full_name| {
            EngineInput::Numerology(NumerologyInput {
                full_name,
                birth_date,
                preferred_name: None,
                system: NumerologySystem::Pythagorean,
                current_year: None,
            })
        });
        std::iter::once(EngineInput::Biorhythm(biorhythm)).chain(numbers).collect()
    }
}

/// Makes what the next day's forecasts of these accounts need.
pub async fn next_day(cx: &Context<'_>, users: &[Id]) -> Result<CacheWarmed, Problem> {
    let statement =
        Statement::new(include_str!("../sql/warm_profiles.sql")).bind(serde_json::to_string(users)?);
    let people: Vec<Person> = cx.ports.database.run(statement).await?.rows.read()?;
    let (mut questions, mut told) = (Vec::new(), 0);
    for person in &people {
        // What an engine refuses has no forecast.
        let before = questions.len();
        let today = birth::local_date(cx.ports.zones, &person.time_zone, cx.now);
        let today = today.unwrap_or_else(|_| cx.now.utc().date_naive());
        let day = today.checked_add_days(Days::new(1)).unwrap_or(today);
        let settling = Settling { today: day, fresh_seed: "", zones: cx.ports.zones };
        let inputs = person.daily(day);
        questions.extend(inputs.iter().filter_map(|input| engines::prepare(input, &settling).ok()));
        told += usize::from(questions.len() > before);
    }
    let warmed = warm(cx, &questions).await?;
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let those = |which: Warmed| count(warmed.iter().filter(|one| **one == which).count());
    Ok(CacheWarmed {
        made: those(Warmed::Made),
        kept: those(Warmed::Kept),
        missed: those(Warmed::Missed),
        without: count(users.len().saturating_sub(told)),
    })
}
