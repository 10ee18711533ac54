//! Merge patch (RFC 7396): a field is absent, cleared or set.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::ports::Value;

/// What a patch says of one nullable field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Not mentioned: stays as it is.
    #[default]
    Absent,
    /// `null`: cleared.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the patch does not mention the field.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The field as it is once the patch was applied to what it was.
    pub fn over(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Absent => old,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

impl<T: Into<Value>> Patch<T> {
    /// The value to store, or `None` when the field stays.
    pub fn into_value(self) -> Option<Value> {
        match self {
            Self::Absent => None,
            Self::Clear => Some(Value::Null),
            Self::Set(value) => Some(value.into()),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    /// With `#[serde(default)]` on the field, absence gives [`Patch::Absent`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Note {
        #[serde(default)]
        note: Patch<String>,
    }

    #[test]
    fn tells_absent_from_null() {
        let read = |text: &str| serde_json::from_str::<Note>(text).unwrap().note;
        assert_eq!(read("{}"), Patch::Absent);
        assert_eq!(read(r#"{"note":null}"#), Patch::Clear);
        assert_eq!(read(r#"{"note":"x"}"#), Patch::Set("x".to_owned()));
        assert_eq!(read("{}").into_value(), None);
        assert_eq!(read(r#"{"note":null}"#).into_value(), Some(Value::Null));
        let over = |text: &str| read(text).over(Some("old".to_owned()));
        assert_eq!(over("{}").as_deref(), Some("old"));
        assert_eq!((over(r#"{"note":null}"#), over(r#"{"note":"x"}"#).as_deref()), (None, Some("x")));
    }
}
