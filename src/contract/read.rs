//! How generated input types take their fields out of a value that was checked before.
//!
//! A derived reader is written out again for each type; here a field costs a call.

use serde_json::{Map, Value};

use crate::kernel::id::Id;
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;

/// A type that a checked value becomes. `None` only if its descriptor admits what it cannot be.
pub trait FromValue: Sized {
    /// From the value.
    fn from_value(value: Value) -> Option<Self>;

    /// From none; most types need one.
    fn absent() -> Option<Self> {
        None
    }
}

/// The fields of an object that are not taken yet.
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Those of an object.
    pub fn of(value: Value) -> Option<Self> {
        match value {
            Value::Object(fields) => Some(Self(fields)),
            _ => None,
        }
    }

    /// Takes a field.
    pub fn read<T: FromValue>(&mut self, name: &str) -> Option<T> {
        match self.take(name) {
            Some(value) => T::from_value(value),
            None => T::absent(),
        }
    }

    /// Takes a field that has a default.
    pub fn read_or<T: FromValue>(&mut self, name: &str, default: fn() -> T) -> Option<T> {
        match self.take(name) {
            Some(value) => T::from_value(value),
            None => Some(default()),
        }
    }

    /// The text of a field, which stays.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The only field's name and value.
    #[must_use]
    pub fn only(self) -> Option<(String, Value)> {
        self.0.into_iter().next()
    }

    /// All fields again as one value.
    #[must_use]
    pub fn whole(self) -> Value {
        Value::Object(self.0)
    }

    #[inline(never)]
    fn take(&mut self, name: &str) -> Option<Value> {
        self.0.get_mut(name).map(Value::take)
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_value(value).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromValue> FromValue for Patch<T> {
    fn from_value(value: Value) -> Option<Self> {
        if value.is_null() { Some(Self::Clear) } else { T::from_value(value).map(Self::Set) }
    }

    fn absent() -> Option<Self> {
        Some(Self::Absent)
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Array(items) => items.into_iter().map(T::from_value).collect(),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for crate::kernel::map::Map<String, T> {
    fn from_value(value: Value) -> Option<Self> {
        let Fields(fields) = Fields::of(value)?;
        fields.into_iter().map(|(name, value)| Some((name, T::from_value(value)?))).collect()
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<Self> {
        value.as_i64()
    }
}

impl FromValue for f64 {
    fn from_value(value: Value) -> Option<Self> {
        value.as_f64()
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FromValue for () {
    fn from_value(value: Value) -> Option<Self> {
        value.as_null()
    }
}

impl FromValue for Id {
    fn from_value(value: Value) -> Option<Self> {
        serde_json::from_value(value).ok()
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Option<Self> {
        serde_json::from_value(value).ok()
    }
}

impl FromValue for chrono::NaiveDate {
    fn from_value(value: Value) -> Option<Self> {
        serde_json::from_value(value).ok()
    }
}
