//! Local times: which moments a clock on the wall can mean, and which day it is somewhere.
//!
//! A zone is a function from moments to offsets. A reading of a clock means each moment whose offset, added to it,
//! gives that reading: one as a rule, two after clocks were set back, none where they were put forward over it.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use crate::kernel::time::Timestamp;
use crate::ports::{ZoneError, Zones};

const DAY: i64 = 86_400_000;

/// A moment with the offset by which a clock shows the reading there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The moment.
    pub at: Timestamp,
    /// Seconds that local time is ahead of UTC.
    pub offset: i32,
}

/// What a reading of a local clock means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// One moment.
    Once(Moment),
    /// Two moments, the earlier first: clocks were set back.
    Twice(Moment, Moment),
    /// No moment: clocks were put forward over the reading.
    Never {
        /// What the reading would mean by the offset before the change; clocks showed a later time then.
        before: Moment,
        /// What it would mean by the offset after the change; clocks showed an earlier time then.
        after: Moment,
    },
}

/// The meaning of a reading in that zone.
///
/// Every offset that may be in force around the reading is tried: those of a day before and after it (no zone is
/// further than a day from UTC), and any that is found at a candidate on the way. An offset is right where it is the
/// one in force at the moment that it leads to.
///
/// # Errors
/// [`ZoneError::Unknown`] for a zone that does not exist; [`ZoneError::Failed`] where the platform fails or the
/// reading leaves the calendar.
pub fn resolve(zones: &dyn Zones, zone: &str, clock: NaiveDateTime) -> Result<Local, ZoneError> {
    let reading = clock.and_utc().timestamp_millis();
    let mut offsets = vec![offset(zones, zone, reading - DAY)?];
    add(&mut offsets, offset(zones, zone, reading + DAY)?);
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(tried) = offsets.get(next).copied() {
        next += 1;
        let moment = moment(reading, tried)?;
        let real = zones.offset(zone, moment.at)?;
        if real == tried {
            found.push(moment);
        } else {
            add(&mut offsets, real);
        }
    }
    found.sort_by_key(|moment| moment.at);
    Ok(match (found.first(), found.last()) {
        (Some(first), Some(last)) if first != last => Local::Twice(*first, *last),
        (Some(only), _) => Local::Once(*only),
        // Clocks are put forward where the offset grows.
        _ => Local::Never {
            before: moment(reading, offsets.iter().copied().min().unwrap_or_default())?,
            after: moment(reading, offsets.iter().copied().max().unwrap_or_default())?,
        },
    })
}

/// The first moment of a local day. Where clocks were put forward over midnight, that is when they were.
///
/// # Errors
/// As [`resolve`].
pub fn first_of_day(zones: &dyn Zones, zone: &str, date: NaiveDate) -> Result<Timestamp, ZoneError> {
    let midnight = date.and_time(NaiveTime::MIN);
    let (before, after) = match resolve(zones, zone, midnight)? {
        Local::Once(moment) | Local::Twice(moment, _) => return Ok(moment.at),
        Local::Never { before, after } => (before, after),
    };
    // Between the two, clocks jump over midnight; zones change at whole seconds.
    let reading = midnight.and_utc().timestamp();
    let (mut early, mut late) = (after.at.seconds(), before.at.seconds());
    while late - early > 1 {
        let middle = early + (late - early) / 2;
        if middle + i64::from(offset(zones, zone, middle * 1000)?) < reading {
            early = middle;
        } else {
            late = middle;
        }
    }
    at(late * 1000)
}

/// What a clock on the wall shows.
///
/// # Errors
/// As [`resolve`].
pub fn local_time(zones: &dyn Zones, zone: &str, now: Timestamp) -> Result<NaiveDateTime, ZoneError> {
    let offset = zones.offset(zone, now)?;
    Ok(now.plus_millis(i64::from(offset) * 1000).utc().naive_utc())
}

/// The date that a calendar on the wall shows.
///
/// # Errors
/// As [`resolve`].
pub fn local_date(zones: &dyn Zones, zone: &str, now: Timestamp) -> Result<NaiveDate, ZoneError> {
    local_time(zones, zone, now).map(|clock| clock.date())
}

/// Adds an offset that is not there yet.
fn add(offsets: &mut Vec<i32>, offset: i32) {
    if !offsets.contains(&offset) {
        offsets.push(offset);
    }
}

fn offset(zones: &dyn Zones, zone: &str, millis: i64) -> Result<i32, ZoneError> {
    zones.offset(zone, at(millis)?)
}

fn moment(reading: i64, offset: i32) -> Result<Moment, ZoneError> {
    Ok(Moment { at: at(reading - i64::from(offset) * 1000)?, offset })
}

fn at(millis: i64) -> Result<Timestamp, ZoneError> {
    Timestamp::from_millis(millis).ok_or_else(|| ZoneError::Failed("outside the calendar".to_owned()))
}

#[cfg(test)]
mod tests;
