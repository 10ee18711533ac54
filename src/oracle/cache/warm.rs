//! Forecasts that are made before anybody asks.

use chrono::{Datelike, NaiveDate, Weekday};
use futures_util::future::join_all;
use serde::Deserialize;

use super::entry::Good;
use super::marks;
use crate::context::Context;
use crate::contract::types::{CacheWarmed, ForecastKind};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::oracle::birth;
use crate::oracle::forecasts::{Asked, Person, kept};
use crate::ports::Statement;

/// What a profile tells of its owner's days.
#[derive(Debug, Deserialize)]
struct Row {
    user_id: Id,
    birth_date: Option<NaiveDate>,
    time_zone: String,
}

impl Row {
    /// The forecasts whose time begins with the person's next day: that of the day, and on a Sunday that of the week.
    fn next(self, cx: &Context<'_>) -> Vec<Asked> {
        let clock = birth::local_time(cx.ports.zones, &self.time_zone, cx.now);
        let clock = clock.unwrap_or_else(|_| cx.now.utc().naive_utc());
        let (Some(birth_date), Some(day)) = (self.birth_date, clock.date().succ_opt()) else {
            return Vec::new();
        };
        if day < birth_date {
            return Vec::new();
        }
        let person = Person { user_id: self.user_id, birth_date };
        let kinds: &[ForecastKind] = match day.weekday() {
            Weekday::Mon => &[ForecastKind::Daily, ForecastKind::Weekly],
            _ => &[ForecastKind::Daily],
        };
        kinds.iter().map(|kind| Asked::new(*kind, &person, day, clock)).collect()
    }
}

/// Makes those that are not kept, and tells how many. All are looked for side by side; what is made is put into the cache
/// afterwards.
async fn warm(cx: &Context<'_>, forecasts: &[Asked]) -> Result<usize, Problem> {
    if forecasts.is_empty() {
        return Ok(0);
    }
    if !cx.isolate.marks.borrow().is_good(cx.now) {
        marks::read(cx.ports.cache, cx.isolate, cx.now).await;
    }
    let found = join_all(forecasts.iter().map(|asked| kept::elsewhere(cx, asked))).await;
    let mut made = 0;
    for (asked, entry) in forecasts.iter().zip(found) {
        if entry.is_none_or(|entry| entry.good(cx.now) != Good::Fresh) {
            kept::make_ahead(cx, asked)?;
            made += 1;
        }
    }
    Ok(made)
}

/// Makes the forecasts of the next day of these accounts.
///
/// # Errors
/// Those of the database.
pub async fn next_day(cx: &Context<'_>, users: &[Id]) -> Result<CacheWarmed, Problem> {
    let statement =
        Statement::new(include_str!("../sql/warm_profiles.sql")).bind(serde_json::to_string(users)?);
    let rows: Vec<Row> = cx.ports.database.run(statement).await?.rows.read()?;
    let (mut forecasts, mut told) = (Vec::new(), 0);
    for row in rows {
        let next = row.next(cx);
        told += usize::from(!next.is_empty());
        forecasts.extend(next);
    }
    let made = warm(cx, &forecasts).await?;
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(CacheWarmed {
        made: count(made),
        kept: count(forecasts.len().saturating_sub(made)),
        without: count(users.len().saturating_sub(told)),
    })
}
