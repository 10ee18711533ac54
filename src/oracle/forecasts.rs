//! Forecasts: what a local day or week holds for one person, out of what engines say. Pure, but for `kept`, which finds
//! and keeps them.
//!
//! A day is the day in the person's zone. Its energy is worked out of the biorhythm; its numbers are those of
//! numerology; its card is drawn by the tarot engine from a seed that account and day decide, so that it stays the
//! same however often it is asked. Nothing in a forecast depends on when it is asked.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use serde::Serialize;

use super::cache::Question;
use super::cache::entry::Life;
use super::engines::{Book, EngineProblem, biorhythm, numerology, tarot};
use crate::contract::types::{
    BiorhythmInput, BiorhythmResult, ForecastCard, ForecastKind, ForecastNumber, TarotInput, TarotSpread,
};
use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::oracle::calculate::Outcome;

mod day;
pub mod kept;
mod week;

pub use day::day;
pub use week::{monday_and_sunday, week};

/// Changes whenever a forecast may change.
const VERSION: &str = "1.0.0";

/// How the energy of a day comes about.
const ENERGY_METHOD: &str = "50 plus half the mean of the physical, emotional and intellectual cycles in percent, \
                             rounded: 0 where all three are at the bottom, 100 where all are at the top.";

/// Whom a forecast is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub user_id: Id,
    /// The local date of birth.
    pub birth_date: NaiveDate,
}

/// A forecast with the words that stand for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told<T> {
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub summary: String,
    /// The whole.
    pub forecast: T,
}

/// A forecast that is asked for: what it depends on, in the form that caches know, and how long it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    kind: ForecastKind,
    person: Person,
    from: NaiveDate,
    life: Life,
    input: String,
    hash: String,
    tag: String,
}

#[derive(Serialize)]
struct Input<'a> {
    birth_date: NaiveDate,
    engine: &'static str,
    engine_version: &'static str,
    from: NaiveDate,
    seed: &'a str,
}

impl Asked {
    /// The forecast of the day, or of the week that begins on it; `local` is what a clock shows where the person lives.
    #[must_use]
    pub fn new(kind: ForecastKind, person: &Person, from: NaiveDate, local: NaiveDateTime) -> Self {
        let seed = seed(kind, person, from);
        let birth_date = person.birth_date;
        let input = Input { birth_date, engine: name(kind), engine_version: VERSION, from, seed: &seed };
        let input = serde_json::to_string(&input).unwrap_or_default();
        let hash = crypto::hex(&crypto::sha256(&[input.as_bytes()]));
        let tag = ["date:", &from.to_string()].concat();
        Self { kind, person: person.clone(), from, life: life(kind, from, local), input, hash, tag }
    }

    /// By what it is found again to be forgotten.
    #[must_use]
    pub fn tags(&self) -> [&str; 1] {
        [&self.tag]
    }

    /// The question with those tags.
    #[must_use]
    pub fn question<'a>(&'a self, tags: &'a [&'a str]) -> Question<'a> {
        Question {
            origin: "",
            engine: name(self.kind),
            version: VERSION,
            input: &self.input,
            hash: &self.hash,
            life: self.life,
            tags,
            parts: &[],
        }
    }

    /// Makes it, in the words of the book.
    ///
    /// # Errors
    /// [`EngineProblem::Refused`] for a time before the birth, or at the end of the calendar.
    pub fn make(&self, book: &Book) -> Result<Outcome, EngineProblem> {
        match self.kind {
            ForecastKind::Daily => day(&self.person, self.from, book).and_then(outcome),
            ForecastKind::Weekly => week(&self.person, self.from, book).and_then(outcome),
        }
    }
}

/// A forecast in the form in which it is kept.
pub fn outcome<T: Serialize>(told: Told<T>) -> Result<Outcome, EngineProblem> {
    let Told { title, summary, forecast } = told;
    let result = serde_json::value::to_raw_value(&forecast);
    let result = result.map_err(|error| EngineProblem::Unreadable(error.to_string()))?;
    Ok(Outcome { title, summary, result })
}

/// A forecast that begins later than so many seconds from now is not made ahead of its time: it is asked out of curiosity.
const AHEAD: i64 = 2 * DAY;

const DAY: i64 = 86_400;

/// How long a forecast is good that is made at that local time. It is fresh for six hours, a week's for a day, counted
/// from when its time begins if that is soon to come. Then, until its time is over, it is answered at once and made anew
/// afterwards: a forecast never changes, so that nobody need wait for another one. The clock is the one of now, so that
/// the end may be off by what clocks are changed meanwhile.
fn life(kind: ForecastKind, from: NaiveDate, local: NaiveDateTime) -> Life {
    let (fresh, days) = match kind {
        ForecastKind::Daily => (6 * 3_600, 1),
        ForecastKind::Weekly => (DAY, 7),
    };
    let begins = from.and_time(NaiveTime::MIN).signed_duration_since(local).num_seconds();
    let (fresh, renew) = match begins {
        ..=0 => (fresh, begins + days * DAY - fresh),
        1..=AHEAD => (begins + fresh, days * DAY - fresh),
        _ => (fresh, 0),
    };
    let seconds = |span: i64| u32::try_from(span).unwrap_or(0);
    Life { fresh: seconds(fresh), renew: seconds(renew), stale: seconds(renew) }
}

fn name(kind: ForecastKind) -> &'static str {
    match kind {
        ForecastKind::Daily => "daily_forecast",
        ForecastKind::Weekly => "weekly_forecast",
    }
}

/// What the card is drawn from: other for every account and time, and the same whenever it is asked again.
fn seed(kind: ForecastKind, person: &Person, from: NaiveDate) -> String {
    seed_of(name(kind), &person.user_id, from)
}

/// A seed that what is asked, account and day decide.
#[must_use]
pub fn seed_of(what: &str, user_id: &Id, day: NaiveDate) -> String {
    let text = [what, &user_id.to_string(), &day.to_string()].join(" ");
    crypto::hex(&crypto::sha256(&[text.as_bytes()])[..16])
}

fn card(seed: String, book: &Book) -> Result<ForecastCard, EngineProblem> {
    let input = TarotInput { question: None, spread: TarotSpread::SingleCard, reversed: true, seed: None };
    let drawn = tarot::calculate(&tarot::settle(&input, &seed)?, book)?;
    let card = drawn.cards.into_iter().next();
    let card = card.ok_or_else(|| EngineProblem::Unreadable("a spread without a card".to_owned()))?;
    Ok(ForecastCard { card: card.card, name: card.card_name, reversed: card.reversed, text: card.text, seed })
}

/// The cycles from a day on, which is not before the birth.
fn cycles(birth_date: NaiveDate, from: NaiveDate, days: i64) -> Result<BiorhythmResult, EngineProblem> {
    let input = BiorhythmInput { birth_date, target_date: Some(from), extended: false, forecast_days: days };
    biorhythm::calculate(&biorhythm::settle(&input, from)?)
}

/// Personal year, month and day.
fn numbers(birth_date: NaiveDate, on: NaiveDate, book: &Book) -> [ForecastNumber; 3] {
    numerology::personal(birth_date, on)
        .map(|(number, text)| ForecastNumber { number, text: book.of(text).to_owned() })
}

/// See [`ENERGY_METHOD`]. The values lie within -100 and 100.
#[allow(clippy::cast_possible_truncation)]
fn energy([physical, emotional, intellectual]: [f64; 3]) -> i64 {
    let mean = (physical + emotional + intellectual) / 3.0;
    (50.0 + mean / 2.0).round().clamp(0.0, 100.0) as i64
}

/// "Sunday".
fn weekday(date: NaiveDate) -> &'static str {
    const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    NAMES.get(date.weekday().num_days_from_monday() as usize).copied().unwrap_or_default()
}

/// "1 March".
fn day_and_month(date: NaiveDate) -> String {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = NAMES.get(date.month0() as usize).copied().unwrap_or_default();
    [&date.day().to_string(), " ", month].concat()
}

#[cfg(test)]
mod tests;
