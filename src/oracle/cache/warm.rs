//! Forecasts that are made before anybody asks.

use std::cell::RefCell;

use chrono::{Datelike, NaiveDate, Timelike, Weekday};
use futures_util::future::join_all;
use serde::Deserialize;

use super::entry::Good;
use super::marks;
use crate::config::Config;
use crate::context::{Afterwards, Context, Isolate};
use crate::contract::types::{CacheWarmed, ForecastKind};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::oracle::birth;
use crate::oracle::counts::{self, HOUR};
use crate::oracle::forecasts::{Asked, Person, kept};
use crate::ports::{Ports, Statement};

/// People of one run.
const PEOPLE: usize = 25;

/// Statements that one run reads them with.
const PAGES: usize = 8;

/// Who was there within so many milliseconds is thought to come again.
const LATELY: i64 = 7 * 86_400_000;

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
    if !cx.isolate.marks.borrow().is_good(cx.now) {
        marks::read(cx.ports.cache, cx.isolate, cx.now).await;
    }
    let found = join_all(forecasts.iter().map(|asked| kept::elsewhere(cx, asked))).await;
    let mut made = 0;
    for (asked, entry) in forecasts.iter().zip(found) {
        if entry.is_none_or(|entry| entry.good(cx.now) != Good::Fresh) {
            kept::make_ahead(cx, asked).await?;
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
    let statement = Statement::new(sql!("oracle/warm_profiles")).bind(serde_json::to_string(users)?);
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

/// How far the present hour's people are done; it may vanish at any time, and then the hour is gone over again, which
/// finds what was made.
#[derive(Debug, Default)]
pub struct Progress(RefCell<Hour>);

#[derive(Debug, Default)]
struct Hour {
    /// Since 1970.
    number: i64,
    /// Zones that are not done.
    zones: Vec<String>,
    /// The last person of the last of them who is.
    after: String,
}

#[derive(Deserialize)]
struct Zone {
    name: String,
}

/// Makes the next day's forecasts of people whose day ends within the hour after this one, some in each run; whether more
/// are left. Every zone has one such hour a day.
///
/// Who asks for forecasts is nowhere written down, since that would cost a write a question; who was there lately is.
/// A run reads `PAGES` times at most, looks for two forecasts a person at most, and puts those that it made.
///
/// # Errors
/// Those of database and cache; the next run goes on after the people of this one.
pub async fn ahead(
    ports: Ports<'_>,
    config: &Config,
    progress: &Progress,
    now: Timestamp,
) -> Result<bool, Problem> {
    let number = now.millis() / HOUR;
    let mut hour = progress.0.take();
    if hour.number != number {
        hour = Hour { number, zones: due(ports, number).await?, after: String::new() };
    }
    let mut people: Vec<Row> = Vec::new();
    for _ in 0..PAGES {
        let Some(zone) = hour.zones.last().filter(|_| people.len() < PEOPLE) else { break };
        let room = PEOPLE - people.len();
        let page = Statement::new(sql!("oracle/warm_page"))
            .bind(zone.as_str())
            .bind(hour.after.as_str())
            .bind(now.plus_millis(-LATELY))
            .bind(i64::try_from(room).unwrap_or(0));
        let rows: Vec<Row> = ports.database.run(page).await?.rows.read()?;
        match rows.last().filter(|_| rows.len() >= room) {
            Some(last) => hour.after = last.user_id.to_string(),
            None => {
                hour.zones.pop();
                hour.after.clear();
            }
        }
        people.extend(rows);
    }
    let more = !hour.zones.is_empty();
    progress.0.replace(hour);
    if people.is_empty() {
        return Ok(more);
    }
    let isolate = Isolate::default();
    let cx = Context::behind(ports, config, &isolate, now);
    let forecasts: Vec<Asked> = people.into_iter().flat_map(|row| row.next(&cx)).collect();
    if warm(&cx, &forecasts).await? > 0 {
        for work in cx.afterwards.take() {
            if let Afterwards::CachePut { key, value, life } = work {
                ports.cache.put(&key, &value, life).await?;
            }
        }
        counts::write(ports.database, &isolate, now).await?;
    }
    Ok(more)
}

/// The zones in which a day ends within the hour after this one.
async fn due(ports: Ports<'_>, hour: i64) -> Result<Vec<String>, Problem> {
    let begins = Timestamp::EPOCH.plus_millis(hour * HOUR);
    let zones = Statement::new(sql!("oracle/warm_zones"));
    let mut zones: Vec<Zone> = ports.database.run(zones).await?.rows.read()?;
    zones.retain(|zone| {
        let clock = birth::local_time(ports.zones, &zone.name, begins);
        // 22:00 is the one of the hour before.
        clock.is_ok_and(|clock| (79_201..=82_800).contains(&clock.num_seconds_from_midnight()))
    });
    Ok(zones.into_iter().map(|zone| zone.name).collect())
}
