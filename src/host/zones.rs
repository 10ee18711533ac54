//! Time zones from a compiled copy of the IANA's database.

use chrono::{Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::kernel::time::Timestamp;
use crate::ports::{ZoneError, Zones};

/// The IANA's database as `chrono-tz` has it.
#[derive(Debug, Clone, Copy)]
pub struct Tzdata;

impl Zones for Tzdata {
    fn offset(&self, zone: &str, at: Timestamp) -> Result<i32, ZoneError> {
        let named = |known: &&Tz| known.name().eq_ignore_ascii_case(zone);
        let zone = zone.parse().ok().or_else(|| TZ_VARIANTS.iter().find(named).copied());
        let zone: Tz = zone.ok_or(ZoneError::Unknown)?;
        Ok(zone.offset_from_utc_datetime(&at.utc().naive_utc()).fix().local_minus_utc())
    }
}
