//! The SQLite of one object, as the platform gives it to its code: synchronous, numbers bound as REAL.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::ports::Value;
use crate::sync::hub::log::{Fault, Storage};

/// The storage of one object, in memory.
#[derive(Debug)]
pub struct ObjectStorage(Connection);

/// Drops every table.
const FORGET: &str =
    "PRAGMA writable_schema = 1; DELETE FROM sqlite_master; PRAGMA writable_schema = 0; VACUUM";

impl ObjectStorage {
    /// An empty one.
    pub fn memory() -> Result<Self, Fault> {
        Connection::open_in_memory().map(Self).map_err(told)
    }

    /// Runs one turn as one transaction, whatever comes of it: an object's writes are taken back by nothing but the end
    /// of the object.
    pub fn turn<T>(&self, turn: impl FnOnce() -> T) -> Result<T, Fault> {
        self.0.execute_batch("BEGIN").map_err(told)?;
        let done = turn();
        self.0.execute_batch("COMMIT").map_err(told)?;
        Ok(done)
    }
}

impl ObjectStorage {
    /// Deletes everything.
    pub fn forget(&self) {
        // A test that goes on with what is left fails by itself.
        drop(self.0.execute_batch(FORGET));
    }
}

fn told(error: rusqlite::Error) -> Fault {
    error.to_string()
}

impl Storage for ObjectStorage {
    fn run(&self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, Fault> {
        let mut statement = self.0.prepare_cached(sql).map_err(told)?;
        for (at, value) in values.iter().enumerate() {
            let at = at + 1;
            match value {
                Value::Null => statement.raw_bind_parameter(at, rusqlite::types::Null),
                Value::Bool(flag) => statement.raw_bind_parameter(at, f64::from(u8::from(*flag))),
                #[allow(clippy::cast_precision_loss)] // Below 2^53, as for the platform.
                Value::Integer(number) => statement.raw_bind_parameter(at, *number as f64),
                Value::Real(number) => statement.raw_bind_parameter(at, *number),
                Value::Text(text) => statement.raw_bind_parameter(at, text.as_str()),
            }
            .map_err(told)?;
        }
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(told)? {
            let mut values = Vec::with_capacity(columns);
            for column in 0..columns {
                values.push(match row.get_ref(column).map_err(told)? {
                    ValueRef::Null => Value::Null,
                    // JavaScript has one kind of number.
                    #[allow(clippy::cast_precision_loss)]
                    ValueRef::Integer(number) => Value::Real(number as f64),
                    ValueRef::Real(number) => Value::Real(number),
                    ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(_) => return Err("a blob".to_owned()),
                });
            }
            all.push(values);
        }
        Ok(all)
    }
}
