//! Readers of generated types that take a field from a database row as well as from the wire; they
//! complete those of `kernel::row`.

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer};
use serde_json::value::RawValue;

use crate::kernel::json;

/// A boolean that may be null, from `true`/`false`/`null` or from 0/1/NULL.
pub fn optional_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    struct Flag(#[serde(deserialize_with = "crate::kernel::row::flag")] bool);
    Ok(Option::<Flag>::deserialize(deserializer)?.map(|flag| flag.0))
}

/// A value that a column keeps as JSON text and the wire shows in place; not for plain strings.
pub fn nested<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    if raw.get().starts_with('"') {
        let text: String = json::read(raw.get()).map_err(de::Error::custom)?;
        return json::read(&text).map_err(de::Error::custom);
    }
    json::read(raw.get()).map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "optional_flag")]
        on: Option<bool>,
        #[serde(deserialize_with = "nested")]
        tags: Vec<String>,
    }

    fn row(on: Option<bool>) -> Row {
        Row { on, tags: vec!["a".to_owned()] }
    }

    #[test]
    fn a_row_and_the_wire_read_alike() {
        for text in [r#"{"on":1,"tags":"[\"a\"]"}"#, r#"{"on":true,"tags":["a"]}"#] {
            assert_eq!(serde_json::from_str::<Row>(text).unwrap(), row(Some(true)));
        }
        for text in [r#"{"on":null,"tags":["a"]}"#, r#"{"tags":["a"]}"#] {
            assert_eq!(serde_json::from_str::<Row>(text).unwrap(), row(None));
        }
    }

    #[test]
    fn refuses_what_is_no_json_or_no_flag() {
        assert!(serde_json::from_str::<Row>(r#"{"tags":"["}"#).is_err());
        assert!(serde_json::from_str::<Row>(r#"{"on":3,"tags":[]}"#).is_err());
    }
}
