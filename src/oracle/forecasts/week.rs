//! The forecast of a week.

use chrono::{Datelike, Days, NaiveDate};

use super::{ENERGY_METHOD, Person, Told, card, cycles, day_and_month, energy, numbers, seed, weekday};
use crate::contract::types::{ForecastKind, ForecastWeekDay, WeeklyForecast};
use crate::oracle::engines::{Book, EngineProblem, numerology};

/// First and last day of the week that a day lies in (ISO 8601).
#[must_use]
pub fn monday_and_sunday(date: NaiveDate) -> (NaiveDate, NaiveDate) {
    let passed = Days::new(date.weekday().num_days_from_monday().into());
    let monday = date.checked_sub_days(passed).unwrap_or(date);
    (monday, sunday(monday))
}

fn sunday(monday: NaiveDate) -> NaiveDate {
    monday.checked_add_days(Days::new(6)).unwrap_or(monday)
}

/// The forecast of the week that begins on that Monday, from the birth on where that lies in it.
///
/// # Errors
/// [`EngineProblem::Refused`] for a week that is over before the birth, or at the end of the calendar.
pub fn week(person: &Person, monday: NaiveDate, book: &Book) -> Result<Told<WeeklyForecast>, EngineProblem> {
    let sunday = sunday(monday);
    let first = if sunday < person.birth_date { monday } else { monday.max(person.birth_date) };
    let count = sunday.signed_duration_since(first).num_days() + 1;
    let rhythm = cycles(person.birth_date, first, count)?;
    let days: Vec<ForecastWeekDay> = rhythm
        .forecast
        .iter()
        .map(|day| {
            let [_, _, (personal_day, _)] = numerology::personal(person.birth_date, day.date);
            let critical = rhythm.critical_days.iter().filter(|critical| critical.date == day.date);
            ForecastWeekDay {
                date: day.date,
                energy: energy([day.physical, day.emotional, day.intellectual]),
                personal_day,
                critical: critical.map(|critical| critical.cycle).collect(),
            }
        })
        .collect();
    let (best, quiet) =
        extremes(&days).ok_or_else(|| EngineProblem::Unreadable("a week without a day".to_owned()))?;
    let [_, personal_month, _] = numbers(person.birth_date, first, book);
    let card = card(seed(ForecastKind::Weekly, person, monday), book)?;
    let lies = if card.reversed { ", reversed" } else { "" };
    let span = [day_and_month(monday), " to ".to_owned(), day_and_month(sunday)].concat();
    let (most, least) = (best.energy.to_string(), quiet.energy.to_string());
    let month = personal_month.number.to_string();
    let summary = [
        "Energy ",
        &least,
        " to ",
        &most,
        ", most on ",
        weekday(best.date),
        ", least on ",
        weekday(quiet.date),
        ". Personal month ",
        &month,
        ". The card: ",
        &card.name,
        lies,
        ".",
    ];
    Ok(Told {
        title: [&span, ": strongest on ", weekday(best.date)].concat(),
        summary: summary.concat(),
        forecast: WeeklyForecast {
            best_day: best.date,
            quiet_day: quiet.date,
            days,
            energy_method: ENERGY_METHOD.to_owned(),
            personal_month,
            card,
        },
    })
}

/// The day that gives most and the one that gives least, of equals the first.
fn extremes(days: &[ForecastWeekDay]) -> Option<(&ForecastWeekDay, &ForecastWeekDay)> {
    let best = days.iter().reduce(|best, day| if day.energy > best.energy { day } else { best })?;
    let quiet = days.iter().reduce(|quiet, day| if day.energy < quiet.energy { day } else { quiet })?;
    Some((best, quiet))
}
