//! The forecast of a day.

use chrono::NaiveDate;

use super::{ENERGY_METHOD, Person, Told, card, cycles, day_and_month, energy, numbers, seed, weekday};
use crate::contract::types::{BiorhythmCycle, DailyForecast, ForecastCycle, ForecastKind};
use crate::oracle::engines::{Book, EngineProblem};

/// The forecast of a local day.
///
/// # Errors
/// [`EngineProblem::Refused`] for a day before the birth, or at the end of the calendar.
pub fn day(person: &Person, date: NaiveDate, book: &Book) -> Result<Told<DailyForecast>, EngineProblem> {
    let rhythm = cycles(person.birth_date, date, 1)?;
    let [personal_year, personal_month, personal_day] = numbers(person.birth_date, date, book);
    let card = card(seed(ForecastKind::Daily, person, date), book)?;
    let mut values = [0.0; 3];
    for (value, cycle) in values.iter_mut().zip(&rhythm.cycles) {
        *value = cycle.value;
    }
    let energy = energy(values);
    let lies = if card.reversed { ", reversed" } else { "" };
    let mut summary = String::new();
    for cycle in &rhythm.cycles {
        summary.push_str(if summary.is_empty() { "" } else { ", " });
        summary.push_str(&short(cycle));
    }
    summary.push_str(&[". Personal day ", &personal_day.number.to_string()].concat());
    summary.push_str(&[". The card: ", &card.name, lies, "."].concat());
    Ok(Told {
        title: [weekday(date), ", ", &day_and_month(date), ": energy ", &energy.to_string()].concat(),
        summary,
        forecast: DailyForecast {
            date,
            energy,
            energy_method: ENERGY_METHOD.to_owned(),
            critical: rhythm.critical_days.iter().map(|critical| critical.cycle).collect(),
            cycles: rhythm
                .cycles
                .iter()
                .map(|cycle| ForecastCycle {
                    key: cycle.key,
                    value: cycle.value,
                    phase: cycle.phase,
                    trend: cycle.trend,
                })
                .collect(),
            personal_year,
            personal_month,
            personal_day,
            card,
        },
    })
}

/// "Physical -73 %".
#[allow(clippy::cast_possible_truncation)] // within -100 and 100
fn short(cycle: &BiorhythmCycle) -> String {
    let value = cycle.value.round() as i64;
    [cycle.name.as_str(), if value > 0 { " +" } else { " " }, &value.to_string(), " %"].concat()
}
