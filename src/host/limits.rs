//! D1's limits on SQLite, from the vendor's page and from asking workerd: it enforces the expression depth and
//! the terms of a compound SELECT without documenting them, and leaves the size of a row and the arguments of a
//! function to production.

use rusqlite::Connection;
use rusqlite::limits::Limit;

use crate::host::words;
use crate::kernel::fault::{MAX_PARAMS, MAX_SQL_BYTES, MAX_TEXT_BYTES};
use crate::ports::DatabaseError;

/// Sets them on this connection.
pub(crate) fn set(connection: &Connection) -> Result<(), DatabaseError> {
    let whole = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, whole(MAX_TEXT_BYTES)),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, whole(MAX_SQL_BYTES)),
        (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, whole(MAX_PARAMS)),
        (Limit::SQLITE_LIMIT_COLUMN, 100),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50),
    ] {
        connection.set_limit(limit, value).map_err(|error| words::of(&error))?;
    }
    Ok(())
}
