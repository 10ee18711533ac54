//! Identifiers: UUID version 7 (RFC 9562), so that rows sort by the time of their making.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::time::Timestamp;

/// The id of a row, an event or a request: 36 characters of lower-case UUID on the wire and in tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(Uuid);

impl Id {
    /// A version 7 id from a moment and ten random bytes (RFC 9562 section 5.7).
    #[must_use]
    pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// Reads the 36-character form, in either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        Uuid::from_str(text).ok().map(Self)
    }

    /// The id of these 16 bytes, if they are a version 7 one.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        Some(Uuid::from_bytes(bytes)).filter(|id| id.get_version_num() == 7).map(Self)
    }

    /// The 16 bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl From<Id> for crate::ports::Value {
    fn from(id: Id) -> Self {
        Self::Text(id.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later() {
        let early = Id::new(Timestamp::from_millis(1_000).unwrap(), [0xff; 10]);
        let late = Id::new(Timestamp::from_millis(1_001).unwrap(), [0; 10]);
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().as_bytes()[14], b'7');
    }

    #[test]
    fn reads_what_it_writes_and_nothing_looser() {
        let id = Id::new(Timestamp::from_millis(1_700_000_000_000).unwrap(), [7; 10]);
        assert_eq!(Id::parse(&id.to_string()), Some(id));
        assert_eq!(Id::parse(&id.to_string().to_uppercase()), Some(id));
        assert_eq!(Id::parse(&format!("{{{id}}}")), None);
        assert_eq!(Id::parse(&id.to_string().replace('-', "")), None);
        assert_eq!(Id::parse(""), None);
    }
}
