//! Reading one struct from a database row as well as from the wire.
//!
//! SQLite has no booleans and keeps JSON as text; these readers accept both forms, so that a row, an
//! event's `after` and an answer's body are the same type.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer};
use serde_json::value::RawValue;

use crate::kernel::json;

/// A boolean from `true`/`false` or from 0/1.
pub fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Visitor;
    impl de::Visitor<'_> for Visitor {
        type Value = bool;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true, false, 0 or 1")
        }
        fn visit_bool<E: de::Error>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }
        fn visit_u64<E: de::Error>(self, value: u64) -> Result<bool, E> {
            match value {
                0 => Ok(false),
                1 => Ok(true),
                _ => Err(E::custom("a flag is 0 or 1")),
            }
        }
        fn visit_i64<E: de::Error>(self, value: i64) -> Result<bool, E> {
            self.visit_u64(u64::try_from(value).map_err(|_| E::custom("a flag is 0 or 1"))?)
        }
        fn visit_f64<E: de::Error>(self, value: f64) -> Result<bool, E> {
            if value == 0.0 {
                Ok(false)
            } else if value == 1.0 {
                Ok(true)
            } else {
                Err(E::custom("a flag is 0 or 1"))
            }
        }
    }
    deserializer.deserialize_any(Visitor)
}

/// Free-form JSON, either in place or as text that holds JSON.
pub fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Box<RawValue>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if raw.get().starts_with('"') {
        let text: String = json::read(raw.get()).map_err(de::Error::custom)?;
        return RawValue::from_string(text).map_err(de::Error::custom);
    }
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Row {
        #[serde(deserialize_with = "flag")]
        on: bool,
        #[serde(deserialize_with = "json")]
        body: Box<RawValue>,
    }

    #[test]
    fn a_row_and_the_wire_read_alike() {
        let row: Row = serde_json::from_str(r#"{"on":1,"body":"{\"a\":[1,\"x\"]}"}"#).unwrap();
        let wire: Row = serde_json::from_str(r#"{"on":true,"body":{"a":[1,"x"]}}"#).unwrap();
        assert_eq!((row.on, row.body.get()), (wire.on, wire.body.get()));
    }

    #[test]
    fn refuses_other_numbers_and_broken_json() {
        assert!(serde_json::from_str::<Row>(r#"{"on":2,"body":{}}"#).is_err());
        assert!(serde_json::from_str::<Row>(r#"{"on":0,"body":"{"}"#).is_err());
    }
}
