//! Reading JSON (RFC 8259): strictly what comes from outside, see [`parse`], and into types what this house wrote, see
//! [`read()`].
//!
//! From outside, refused beyond the grammar: a key given twice (readers disagree about which one counts), nesting
//! deeper than the caller allows, text after the value, invalid UTF-8, lone surrogates, a byte order mark.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

mod read;

pub use read::{read, read_bytes};

/// Why bytes are not a JSON text that this house reads; fit to be shown to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// One sentence with line and column, without any of the caller's text but the key given twice.
    pub detail: String,
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for JsonFault {}

/// Reads one JSON value; arrays and objects may nest at most `max_depth` deep (0 allows scalars only).
pub fn parse(bytes: &[u8], max_depth: usize) -> Result<Value, JsonFault> {
    let fault = |error: serde_json::Error| JsonFault { detail: error.to_string() };
    let text = std::str::from_utf8(bytes)
        .map_err(|error| JsonFault { detail: format!("invalid UTF-8 at byte {}", error.valid_up_to()) })?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { depth_left: max_depth }.deserialize(&mut reader).map_err(fault)?;
    reader.end().map_err(fault)?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict {
    depth_left: usize,
}

impl Strict {
    fn inside<E: Error>(self) -> Result<Self, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            match map.entry(key) {
                Entry::Occupied(known) => {
                    // A long key would be echoed in full: name only the beginning.
                    let short: String = known.key().chars().take(64).collect();
                    return Err(A::Error::custom(format_args!("the key {short:?} is given twice")));
                }
                Entry::Vacant(place) => {
                    place.insert(entries.next_value_seed(inside)?);
                }
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn detail(bytes: &[u8]) -> String {
        parse(bytes, 32).unwrap_err().detail
    }

    #[test]
    fn reads_every_kind_of_value() {
        let text = br#" {"a":[1,-2,1.5,1e3,true,false,null,"\ud83d\ude00\u0000"],"b":{}} "#;
        let expected = json!({"a": [1, -2, 1.5, 1000.0, true, false, null, "\u{1f600}\0"], "b": {}});
        assert_eq!(parse(text, 32), Ok(expected));
        assert_eq!(parse(b"18446744073709551615", 0), Ok(json!(u64::MAX)));
    }

    #[test]
    fn refuses_a_key_given_twice_even_when_escaped() {
        assert!(detail(br#"{"a":1,"\u0061":2}"#).contains("the key \"a\" is given twice"));
        assert!(detail(br#"[{"b":{"c":1,"c":1}}]"#).contains("given twice"));
    }

    #[test]
    fn refuses_what_is_too_deep_and_keeps_the_edge() {
        let nest = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        assert!(parse(&nest(32), 32).is_ok());
        assert!(detail(&nest(33)).contains("nested too deep"));
        assert!(parse(&vec![b'['; 1_000_000], 32).is_err());
        let objects = [b"{\"a\":".repeat(100_000), b"1".to_vec()].concat();
        assert!(detail(&objects).contains("nested too deep"));
        assert!(parse(b"[]", 0).is_err());
    }

    #[test]
    fn refuses_what_is_not_json() {
        let bad: [&[u8]; 14] = [
            b"",
            b" ",
            b"{",
            b"nul",
            b"[1,]",
            b"{}x",
            b"1 2",
            b"01",
            b"NaN",
            b"\"\xff\"",
            b"\"\\ud800\"",
            b"\"\\udc00x\"",
            b"\xef\xbb\xbf{}",
            b"1e999",
        ];
        for bytes in bad {
            assert!(parse(bytes, 32).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_long_key_is_not_echoed_in_full() {
        let key = "k".repeat(10_000);
        let text = format!("{{\"{key}\":1,\"{key}\":2}}");
        assert!(detail(text.as_bytes()).len() < 200);
    }
}
