//! Biorhythm: sine curves from the day of birth, with their critical days, phases and turns.
//!
//! A value is 100 sin(2 pi d / P) in percent, d whole days since birth, P = 23, 28 and 33 days (extended
//! also 38, 43 and 53). What can be decided in whole numbers is decided in whole numbers (sign, phase, trend,
//! critical days); the sine is taken of d mod P and rounded to two decimals, so that two machines never differ.
//!
//! A critical day is one on which the curve has gone through zero since the day before: the day whose
//! value is exactly zero, or, where the curve crosses between two days, the later one, whose sign has changed.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

use self::point::{Point, two_decimals};
use super::{EngineProblem, Metadata, texts};
use crate::contract::types::{
    BiorhythmCritical, BiorhythmCycle, BiorhythmCycleKey, BiorhythmDay, BiorhythmDirection, BiorhythmInput,
    BiorhythmPhase, BiorhythmResult, BiorhythmTrend,
};

mod point;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "biorhythm",
    title: "Biorhythm",
    version: "1.0.0",
    description: "Sine cycles of 23, 28 and 33 days from the day of birth (extended: 38, 43 and 53 too): value, \
                  phase, trend, critical days and a forecast of up to 90 days.",
    drawn: false,
    needs: &["birth_date"],
    cache_seconds: 86_400,
};

const METHOD: &str = "Value = 100 sin(2 pi d / P) percent, d whole days since birth, P the length of the cycle. A day \
                      is critical when the curve has gone through zero since the day before; a crossing between \
                      two days counts for the later one, whose sign has changed. Peak and trough are the days \
                      within half a day of the turning point.";

/// Days after the target date that a result may name: a forecast of 90, or one whole cycle of 53.
const HORIZON: u64 = 90;

const CYCLES: [BiorhythmCycleKey; 6] = [
    BiorhythmCycleKey::Physical,
    BiorhythmCycleKey::Emotional,
    BiorhythmCycleKey::Intellectual,
    BiorhythmCycleKey::Intuitive,
    BiorhythmCycleKey::Aesthetic,
    BiorhythmCycleKey::Spiritual,
];

/// The canonical input; fields in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    birth_date: NaiveDate,
    engine: String,
    engine_version: String,
    extended: bool,
    forecast_days: i64,
    target_date: NaiveDate,
}

/// Resolves the default: the target is `today`.
///
/// # Errors
/// [`EngineProblem::Refused`] for a target before the birth or so late that the forecast leaves the calendar.
pub fn settle(input: &BiorhythmInput, today: NaiveDate) -> Result<Settled, EngineProblem> {
    let target_date = input.target_date.unwrap_or(today);
    if target_date < input.birth_date {
        let pointer = if input.target_date.is_some() { "/target_date" } else { "/birth_date" };
        let message =
            format!("The day to look at, {target_date}, lies before the birth, {}.", input.birth_date);
        return Err(EngineProblem::refused(pointer, "before-birth", message));
    }
    if target_date.checked_add_days(Days::new(HORIZON)).is_none_or(|last| last.year() > 9999) {
        let message = "The forecast would leave the year 9999.";
        return Err(EngineProblem::refused("/target_date", "too-late", message));
    }
    Ok(Settled {
        birth_date: input.birth_date,
        engine: METADATA.name.to_owned(),
        engine_version: METADATA.version.to_owned(),
        extended: input.extended,
        forecast_days: input.forecast_days.clamp(1, 90),
        target_date,
    })
}

/// Calculates the result.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled) -> Result<BiorhythmResult, EngineProblem> {
    EngineProblem::expect((&input.engine, &input.engine_version), (METADATA.name, METADATA.version))?;
    let days_lived = input.target_date.signed_duration_since(input.birth_date).num_days();
    let shown = if input.extended { 6 } else { 3 };
    let keys = || CYCLES.into_iter().zip(&texts::CYCLES).take(shown);
    let cycles: Vec<BiorhythmCycle> =
        keys().map(|(key, text)| cycle(key, text, days_lived, input.target_date)).collect();
    let mut forecast = Vec::new();
    let mut critical_days = Vec::new();
    for ahead in 0..input.forecast_days.clamp(1, 90) {
        let date = later(input.target_date, ahead);
        let points: Vec<Point> = keys().map(|(_, text)| Point::at(days_lived + ahead, text.days)).collect();
        forecast.push(day(date, days_lived + ahead, &points));
        for ((key, _), point) in keys().zip(&points) {
            if let Some(direction) = point.critical() {
                critical_days.push(BiorhythmCritical { date, cycle: key, direction });
            }
        }
    }
    Ok(BiorhythmResult {
        title: format!("Biorhythm for {}", input.target_date),
        summary: summary(&cycles, critical_days.first()),
        birth_date: input.birth_date,
        target_date: input.target_date,
        days_lived,
        extended: input.extended,
        method: METHOD.to_owned(),
        cycles,
        forecast,
        critical_days,
    })
}

/// Where the physical, emotional and intellectual cycles stand on a day, in percent.
#[must_use]
pub fn values(birth: NaiveDate, day: NaiveDate) -> [f64; 3] {
    let lived = day.signed_duration_since(birth).num_days();
    [23, 28, 33].map(|period| Point::at(lived, period).value())
}

fn later(date: NaiveDate, days: i64) -> NaiveDate {
    // `settle` has kept the horizon inside the calendar.
    date.checked_add_days(Days::new(days.unsigned_abs())).unwrap_or(date)
}

fn cycle(key: BiorhythmCycleKey, text: &texts::Cycle, days_lived: i64, target: NaiveDate) -> BiorhythmCycle {
    let point = Point::at(days_lived, text.days);
    let ahead = |days: i64| Point::at(days_lived + days, text.days);
    let period = point.period;
    // Within one period the curve turns and crosses both ways, so every search ends.
    let critical = (1..=period)
        .find_map(|days| ahead(days).critical().map(|direction| (later(target, days), direction)));
    let (next_critical, next_critical_direction) = critical.unwrap_or((target, BiorhythmDirection::Rising));
    let peak = (1..=period).find(|days| ahead(*days).trend() == BiorhythmTrend::Peak).unwrap_or(period);
    let phase = point.phase();
    BiorhythmCycle {
        key,
        name: text.name.to_owned(),
        period_days: period,
        day_of_cycle: point.day,
        value: point.value(),
        phase,
        trend: point.trend(),
        next_critical,
        next_critical_direction,
        next_peak: later(target, peak),
        about: text.about.to_owned(),
        text: match phase {
            BiorhythmPhase::Charging => text.charging,
            BiorhythmPhase::Expressing => text.expressing,
            BiorhythmPhase::Resting => text.resting,
            BiorhythmPhase::Recovering => text.recovering,
            BiorhythmPhase::CriticalRising => text.critical_rising,
            BiorhythmPhase::CriticalFalling => text.critical_falling,
        }
        .to_owned(),
    }
}

fn day(date: NaiveDate, days_lived: i64, points: &[Point]) -> BiorhythmDay {
    let values: Vec<f64> = points.iter().map(|point| point.value()).collect();
    let value = |index: usize| values.get(index).copied();
    #[allow(clippy::cast_precision_loss)] // At most six.
    let average = two_decimals(values.iter().sum::<f64>() / values.len().max(1) as f64);
    BiorhythmDay {
        date,
        days_lived,
        physical: value(0).unwrap_or_default(),
        emotional: value(1).unwrap_or_default(),
        intellectual: value(2).unwrap_or_default(),
        intuitive: value(3),
        aesthetic: value(4),
        spiritual: value(5),
        average,
    }
}

fn summary(cycles: &[BiorhythmCycle], critical: Option<&BiorhythmCritical>) -> String {
    let parts: Vec<String> = cycles
        .iter()
        .map(|cycle| format!("{} {:+} % ({})", cycle.name, percent(cycle.value), phase_words(cycle.phase)))
        .collect();
    let next = critical.map_or_else(
        || "No critical day in the forecast.".to_owned(),
        |day| format!("First critical day of the forecast: {} ({}).", day.date, day.cycle.as_str()),
    );
    format!("{}. {next}", parts.join(", "))
}

/// In whole percent.
#[allow(clippy::cast_possible_truncation)] // Between -100 and 100.
fn percent(value: f64) -> i64 {
    value.round() as i64
}

fn phase_words(phase: BiorhythmPhase) -> &'static str {
    match phase {
        BiorhythmPhase::Charging => "charging",
        BiorhythmPhase::Expressing => "expressing",
        BiorhythmPhase::Resting => "resting",
        BiorhythmPhase::Recovering => "recovering",
        BiorhythmPhase::CriticalRising => "critical, rising",
        BiorhythmPhase::CriticalFalling => "critical, falling",
    }
}

#[cfg(test)]
mod tests;
