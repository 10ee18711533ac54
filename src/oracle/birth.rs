//! Births: from a local date, a time and a zone to moments in UTC, for every engine that looks at the sky.
//!
//! Nothing is guessed. A time that came twice, or never, is refused with both moments that it might mean; without a
//! time the whole local day counts, and an engine says what holds all day long; without a zone too, the day counts as
//! it was anywhere on Earth.

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use self::local::{Local, Moment};
use super::engines::{EngineProblem, Metadata, Refusal, Settling};
use crate::contract::types::{BirthFacts, BirthInput, BirthOccurrence};
use crate::kernel::time::Timestamp;
use crate::ports::{ZoneError, Zones};

pub mod local;

pub use local::{local_date, local_time};

/// The astronomy that engines work with; part of every canonical input that depends on it.
pub const EPHEMERIS: &str = "sky 1.0.0";

/// The years of birth that are answered.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// What is said of a zone that does not exist.
pub const NO_SUCH_ZONE: &str = "There is no such zone in the time zone database of the IANA.";

/// A birth in which nothing is left open; the canonical input of the engines that need no more. Fields in
/// alphabetical order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The local date.
    pub birth_date: NaiveDate,
    /// The local time as `HH:MM:SS`, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_time: Option<String>,
    /// The engine that reads it.
    pub engine: String,
    /// The version of that engine.
    pub engine_version: String,
    /// The astronomy: [`EPHEMERIS`].
    pub ephemeris: String,
    /// Degrees, north positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees, east positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// Seconds that local time was ahead of UTC, when the time is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_seconds: Option<i32>,
    /// The day to look at, for an engine that looks at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<NaiveDate>,
    /// The IANA zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The moment, when the time is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc: Option<Timestamp>,
    /// The first moment of the day, when the time is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_from: Option<Timestamp>,
    /// The last moment of the day, when the time is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_to: Option<Timestamp>,
}

impl Settled {
    /// The first and the last moment at which the birth can have been; the same one when its time is known.
    ///
    /// # Errors
    /// [`EngineProblem::Unreadable`] unless the input is one of this engine and version, on this astronomy.
    pub fn span(&self, reader: &Metadata) -> Result<(Timestamp, Timestamp), EngineProblem> {
        EngineProblem::expect((&self.engine, &self.engine_version), (reader.name, reader.version))?;
        match (self.utc, self.utc_from, self.utc_to) {
            (Some(at), None, None) if self.ephemeris == EPHEMERIS => Ok((at, at)),
            (None, Some(from), Some(to)) if self.ephemeris == EPHEMERIS => Ok((from, to)),
            _ => Err(EngineProblem::Unreadable("a birth without its moment, or of another sky".to_owned())),
        }
    }

    /// The birth in the words of the contract. `span` is that of [`Self::span`], `delta_t` in seconds.
    #[must_use]
    pub fn facts(&self, span: (Timestamp, Timestamp), delta_t: f64) -> BirthFacts {
        BirthFacts {
            birth_date: self.birth_date,
            time_known: self.utc.is_some(),
            time_zone: self.time_zone.clone(),
            offset_seconds: self.offset_seconds.map(i64::from),
            utc_from: span.0,
            utc_to: span.1,
            delta_t_seconds: (delta_t * 10.0).round() / 10.0,
            ephemeris: self.ephemeris.clone(),
        }
    }
}

/// Resolves a birth for the engine with that metadata.
///
/// # Errors
/// [`EngineProblem::Refused`] with `date-out-of-range`, `place-incomplete`, `zone-needed`, `unknown-zone`,
/// `ambiguous-time` or `skipped-time`; [`EngineProblem::Unreadable`] when the platform cannot tell an offset.
pub fn settle(
    input: &BirthInput,
    reader: &Metadata,
    settling: &Settling<'_>,
) -> Result<Settled, EngineProblem> {
    let reasons = shortcomings(input);
    if !reasons.is_empty() {
        return Err(EngineProblem::Refused(reasons));
    }
    let (zones, zone) = (settling.zones, input.time_zone.as_deref());
    let time = input.birth_time.as_deref().map(with_seconds);
    let mut settled = Settled {
        birth_date: input.birth_date,
        birth_time: time.clone(),
        engine: reader.name.to_owned(),
        engine_version: reader.version.to_owned(),
        ephemeris: EPHEMERIS.to_owned(),
        // A zero has one sign alone.
        latitude: input.latitude.map(|degrees| degrees + 0.0),
        longitude: input.longitude.map(|degrees| degrees + 0.0),
        offset_seconds: None,
        target_date: None,
        time_zone: zone.map(str::to_owned),
        utc: None,
        utc_from: None,
        utc_to: None,
    };
    if let (Some(time), Some(zone)) = (time, zone) {
        let moment = moment(input, &time, zones, zone)?;
        settled.utc = Some(moment.at);
        settled.offset_seconds = Some(moment.offset);
    } else {
        let (from, to) = day(input.birth_date, zones, zone)?;
        settled.utc_from = Some(from);
        settled.utc_to = Some(to);
    }
    let moments = [settled.utc, settled.utc_from, settled.utc_to];
    if moments.into_iter().flatten().all(|at| sky::covers(at.millis())) {
        Ok(settled)
    } else {
        Err(EngineProblem::Refused(vec![out_of_range()]))
    }
}

/// What can be seen to be wrong without looking at a zone.
fn shortcomings(input: &BirthInput) -> Vec<Refusal> {
    let mut reasons = Vec::new();
    let mut add = |pointer, code, message: &str| {
        reasons.push(Refusal { pointer, code, message: message.to_owned() });
    };
    if input.latitude.is_some() != input.longitude.is_some() {
        let pointer = if input.latitude.is_some() { "/longitude" } else { "/latitude" };
        add(pointer, "place-incomplete", "A place needs both latitude and longitude.");
    }
    if input.time_zone.is_none() {
        if input.birth_time.is_some() {
            let message = "A time of birth means a moment only together with the zone of the place.";
            add("/time_zone", "zone-needed", message);
        } else if input.latitude.is_some() {
            add(
                "/time_zone",
                "zone-needed",
                "The zone of the place is not worked out from latitude and longitude.",
            );
        }
    }
    if !YEARS.contains(&input.birth_date.year()) {
        reasons.push(out_of_range());
    }
    reasons
}

fn out_of_range() -> Refusal {
    Refusal {
        pointer: "/birth_date",
        code: "date-out-of-range",
        message: "Births from 1900-01-01 to 2100-12-31 are answered.".to_owned(),
    }
}

/// The moment that the local time means.
fn moment(input: &BirthInput, time: &str, zones: &dyn Zones, zone: &str) -> Result<Moment, EngineProblem> {
    let time: NaiveTime =
        time.parse().map_err(|_| EngineProblem::Unreadable("a time that is none".to_owned()))?;
    let local = local::resolve(zones, zone, input.birth_date.and_time(time)).map_err(unknown)?;
    let (code, first, second, what) = match (local, input.occurrence) {
        (Local::Once(moment), _)
        | (Local::Twice(moment, _), Some(BirthOccurrence::Earlier))
        | (Local::Twice(_, moment), Some(BirthOccurrence::Later)) => return Ok(moment),
        (Local::Twice(first, second), None) => {
            let what =
                "Clocks were set back, so that this time came twice; say in `occurrence` which it was: ";
            ("ambiguous-time", (first, "earlier"), (second, "later"), what)
        }
        (Local::Never { before, after }, _) => {
            let what = "Clocks were put forward over this time, so that none showed it. It may mean ";
            ("skipped-time", (before, "by the time before"), (after, "by the time after"), what)
        }
    };
    let mut message = what.to_owned();
    candidate(&mut message, first);
    message.push_str(" or ");
    candidate(&mut message, second);
    message.push('.');
    Err(EngineProblem::refused("/birth_time", code, message))
}

/// A candidate in words: `2026-10-25T00:30:00.000Z (+02:00, earlier)`.
fn candidate(message: &mut String, (moment, word): (Moment, &str)) {
    message.push_str(&moment.at.to_string());
    message.push_str(" (");
    message.push_str(&offset_text(moment.offset));
    message.push_str(", ");
    message.push_str(word);
    message.push(')');
}

/// An offset as `+HH:MM`, with seconds where it has some: local mean times do.
fn offset_text(offset: i32) -> String {
    let (sign, seconds) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    let mut text = format!("{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
    if seconds % 60 != 0 {
        text.push_str(&format!(":{:02}", seconds % 60));
    }
    text
}

/// The first and the last moment of the local day; of the day anywhere on Earth without a zone.
fn day(
    date: NaiveDate,
    zones: &dyn Zones,
    zone: Option<&str>,
) -> Result<(Timestamp, Timestamp), EngineProblem> {
    let next = date.succ_opt().unwrap_or(date);
    let (from, until) = if let Some(zone) = zone {
        let first = |date| local::first_of_day(zones, zone, date).map_err(unknown);
        (first(date)?, first(next)?)
    } else {
        let at = |date: NaiveDate, hours: i64| {
            let midnight = date.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
            Timestamp::from_millis(midnight + hours * 3_600_000).unwrap_or(Timestamp::EPOCH)
        };
        // A day begins first at +14:00 and ends last at -12:00.
        (at(date, -14), at(next, 12))
    };
    if from >= until {
        let message = "This day was left out of the calendar there: clocks were put forward by a whole day.";
        return Err(EngineProblem::refused("/birth_date", "skipped-time", message));
    }
    Ok((from, until.plus_millis(-1)))
}

fn unknown(error: ZoneError) -> EngineProblem {
    match error {
        ZoneError::Unknown => EngineProblem::refused("/time_zone", "unknown-zone", NO_SUCH_ZONE),
        ZoneError::Failed(cause) => EngineProblem::Unreadable(cause),
    }
}

/// `HH:MM` with seconds added.
fn with_seconds(time: &str) -> String {
    if time.len() == 5 { format!("{time}:00") } else { time.to_owned() }
}

#[cfg(test)]
mod tests;
