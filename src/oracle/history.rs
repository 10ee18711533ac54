//! What somebody kept over a range of local days: the part of their readings that statistics look at.

use crate::kernel::map::Map;

use chrono::{DateTime, Days, NaiveDate, Timelike};
use serde::Deserialize;

use super::queries;
use crate::context::Context;
use crate::kernel::json;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;

/// Readings that are looked at, the newest.
const MOST: i64 = 1_000;
const DAY: i64 = 86_400_000;

/// One reading, on its local day.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The local date on which it was kept.
    pub date: NaiveDate,
    /// The hour of that day.
    pub hour: u32,
    /// What it says.
    pub facts: Facts,
}

/// What is read of a reading.
#[derive(Debug, Clone, Deserialize)]
pub struct Facts {
    created_at: Timestamp,
    /// The name of the engine.
    pub engine: String,
    /// 1 to 5, 0 while not judged.
    pub rating: u8,
    /// Equal for equal questions.
    pub input_hash: String,
    /// Whose it is, as far as a date of birth says it.
    pub birth_date: Option<NaiveDate>,
    /// The day that it is about, where that need not be the day on which it was kept.
    pub about: Option<NaiveDate>,
    /// Numerology's personal day.
    pub number: Option<u8>,
    /// The keys of the tarot cards, as JSON.
    pub cards: Option<String>,
    /// How many of them are of each kind, as JSON.
    pub balance: Option<String>,
    /// The number of the hexagram.
    pub hexagram: Option<u8>,
    /// How many of its lines change.
    pub changing: Option<u8>,
    /// The key of its lower trigram.
    pub lower: Option<String>,
    /// The key of its upper trigram.
    pub upper: Option<String>,
}

impl Facts {
    /// The keys of the cards.
    #[must_use]
    pub fn cards(&self) -> Vec<String> {
        self.cards.as_deref().and_then(|json| json::read(json).ok()).unwrap_or_default()
    }

    /// How many cards are of each kind.
    #[must_use]
    pub fn balance(&self) -> Map<String, u32> {
        self.balance.as_deref().and_then(|json| json::read(json).ok()).unwrap_or_default()
    }
}

/// A range of local days and what was kept in it, oldest first.
#[derive(Debug)]
pub struct History {
    /// The zone of the days.
    pub zone: String,
    /// The date of birth in the profile, else that of the newest reading that has one.
    pub birth_date: Option<NaiveDate>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day: today.
    pub to: NaiveDate,
    /// The readings.
    pub kept: Vec<Kept>,
}

#[derive(Deserialize)]
struct Person {
    time_zone: String,
    birth_date: Option<NaiveDate>,
}

/// The caller's history of that many days, today included; `None` for all of it.
pub async fn load(cx: &Context<'_>, days: Option<i64>) -> Result<History, Problem> {
    let user_id = cx.user()?.user_id;
    // A day more than is asked for: where the day begins is known once the profile has been read.
    let since = days.map_or(Timestamp::EPOCH, |days| cx.now.plus_millis(-(days + 1) * DAY));
    let batch = vec![queries::history_person(user_id), queries::history(user_id, since, MOST)];
    let outcomes = cx.ports.database.batch(batch).await?;
    let [person, readings] = outcomes.as_slice() else {
        return Err(Problem::internal("the batch lost an outcome"));
    };
    let person: Person = person.rows.first()?.ok_or_else(Problem::not_found)?;
    let rows: Vec<Facts> = readings.rows.read()?;
    let zone = person.time_zone;
    Ok(arrange(rows, person.birth_date, days, cx.now, &zone, &|at| offset(cx, &zone, at)))
}

/// Seconds that local time is ahead of UTC; none in a zone that the platform does not know.
fn offset(cx: &Context<'_>, zone: &str, at: Timestamp) -> i32 {
    cx.ports.zones.offset(zone, at).unwrap_or_default()
}

fn arrange(
    rows: Vec<Facts>,
    birth_date: Option<NaiveDate>,
    days: Option<i64>,
    now: Timestamp,
    zone: &str,
    offset: &dyn Fn(Timestamp) -> i32,
) -> History {
    let (to, _) = local(now, offset(now));
    let first = days.and_then(|days| to.checked_sub_days(Days::new((days - 1).unsigned_abs())));
    let mut kept: Vec<Kept> = rows
        .into_iter()
        .map(|facts| {
            let (date, hour) = local(facts.created_at, offset(facts.created_at));
            Kept { date, hour, facts }
        })
        .filter(|kept| first.is_none_or(|first| kept.date >= first))
        .collect();
    let birth_date = birth_date.or_else(|| kept.iter().find_map(|kept| kept.facts.birth_date));
    kept.reverse();
    let begins = kept.first().map_or(to, |kept| kept.date);
    History { zone: zone.to_owned(), birth_date, from: first.unwrap_or(begins), to, kept }
}

/// The local date and hour of a moment.
#[must_use]
pub fn local(at: Timestamp, offset: i32) -> (NaiveDate, u32) {
    let local = DateTime::from_timestamp_millis(at.millis().saturating_add(i64::from(offset) * 1_000));
    let local = local.unwrap_or(at.utc());
    (local.date_naive(), local.hour())
}

impl History {
    /// Every day of the range.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let to = self.to;
        self.from.iter_days().take_while(move |day| *day <= to)
    }

    /// The mean rating of each day that has one.
    #[must_use]
    pub fn ratings(&self) -> Map<NaiveDate, f64> {
        let judged = self.kept.iter().filter(|kept| kept.facts.rating > 0);
        means(judged.map(|kept| (kept.date, f64::from(kept.facts.rating))))
    }
}

/// The mean of each day's values.
pub fn means(values: impl Iterator<Item = (NaiveDate, f64)>) -> Map<NaiveDate, f64> {
    let mut sums: Map<NaiveDate, (f64, f64)> = Map::new();
    for (day, value) in values {
        let (sum, count) = sums.or_default(day);
        *sum += value;
        *count += 1.0;
    }
    sums.into_iter().map(|(day, (sum, count))| (day, sum / count)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A history made of rows, newest first, as the database gives them.
    pub fn history(rows: serde_json::Value, days: Option<i64>, now: &str) -> History {
        let rows = serde_json::from_value(rows).unwrap();
        arrange(rows, None, days, Timestamp::parse(now).unwrap(), "Test/East", &|_| 2 * 3_600)
    }

    #[test]
    fn days_are_local_and_the_range_counts_today() {
        let row = |at: &str| serde_json::json!({"created_at": at, "engine": "tarot", "rating": 4, "input_hash": "h"});
        let rows = serde_json::json!([
            row("2026-03-01T22:30:00Z"),
            row("2026-03-01T05:00:00Z"),
            row("2026-02-22T21:59:59Z")
        ]);
        let found = history(rows, Some(7), "2026-03-01T23:00:00Z");
        let dates: Vec<String> =
            found.kept.iter().map(|kept| format!("{} {}", kept.date, kept.hour)).collect();
        assert_eq!(dates, ["2026-03-01 7", "2026-03-02 0"], "the day begins at 22:00 UTC there");
        assert_eq!((found.from.to_string(), found.days().count()), ("2026-02-24".to_owned(), 7));
        assert_eq!(found.ratings().len(), 2);
    }

    #[test]
    fn without_readings_the_range_is_today() {
        let found = history(serde_json::json!([]), None, "2026-03-01T23:00:00Z");
        assert_eq!((found.from, found.to, found.birth_date), (found.to, found.to, None));
    }
}
