//! Moments: milliseconds since 1970 in UTC inside, RFC 3339 on the wire.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in UTC with millisecond resolution, between the years 0001 and 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(DateTime::UNIX_EPOCH);

    /// The moment that many milliseconds after 1970-01-01T00:00:00Z; `None` outside the years 0001 to 9999.
    #[must_use]
    pub fn from_millis(millis: i64) -> Option<Self> {
        const FIRST: i64 = -62_135_596_800_000;
        const LAST: i64 = 253_402_300_799_999;
        if !(FIRST..=LAST).contains(&millis) {
            return None;
        }
        DateTime::from_timestamp_millis(millis).map(Self)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The moment that many milliseconds later (or earlier), held at the ends of the range.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.millis().saturating_add(millis)).unwrap_or(self)
    }

    /// Reads RFC 3339 with any offset; digits below the millisecond are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let moment = DateTime::parse_from_rfc3339(text).ok()?;
        Self::from_millis(moment.timestamp_millis())
    }

    /// The same moment for `chrono`.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    /// Reads the wire's text or the database's milliseconds.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 moment or milliseconds since 1970")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                Timestamp::parse(text).ok_or_else(|| E::custom("not an RFC 3339 moment"))
            }
            fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Timestamp, E> {
                Timestamp::from_millis(millis).ok_or_else(|| E::custom("outside the years 0001 to 9999"))
            }
            fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Timestamp, E> {
                self.visit_i64(i64::try_from(millis).unwrap_or(i64::MAX))
            }
            fn visit_f64<E: de::Error>(self, millis: f64) -> Result<Timestamp, E> {
                // D1 may hand a whole number back as 1.0; a cast saturates, and the range is checked.
                #[allow(clippy::cast_possible_truncation)]
                self.visit_i64(millis as i64)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_any_offset_and_writes_utc() {
        let moment = Timestamp::parse("2026-03-01T01:30:00.123456+02:00").unwrap();
        assert_eq!(moment.to_string(), "2026-02-28T23:30:00.123Z");
        assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
    }

    #[test]
    fn refuses_what_is_no_moment() {
        for text in
            ["", "2026-02-30T00:00:00Z", "2026-01-01", "2026-01-01T25:00:00Z", "+12026-01-01T00:00:00Z"]
        {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(Timestamp::from_millis(i64::MAX), None);
    }

    #[test]
    fn the_database_and_the_wire_read_alike() {
        let wire: Timestamp = serde_json::from_str("\"1970-01-01T00:00:01.500Z\"").unwrap();
        let stored: Timestamp = serde_json::from_str("1500").unwrap();
        let real: Timestamp = serde_json::from_str("1500.0").unwrap();
        assert_eq!((wire, wire), (stored, real));
    }
}
