//! rusqlite's errors in D1's words, so that one classifier (`kernel::fault`) serves both homes.

use rusqlite::{Error, ffi};

use crate::kernel::fault;
use crate::ports::{DatabaseError, DatabaseFault};

/// The error as D1 would have told it.
pub(crate) fn of(error: &Error) -> DatabaseError {
    match error {
        Error::SqliteFailure(failure, message) => {
            let message = message.clone().unwrap_or_else(|| failure.to_string());
            fault::error(format!("{message}: {}", name(failure.extended_code)))
        }
        Error::SqlInputError { error, msg, .. } => {
            fault::error(format!("{msg}: {}", name(error.extended_code)))
        }
        Error::MultipleStatement | Error::NulError(_) => {
            DatabaseError::new(DatabaseFault::Statement, error.to_string())
        }
        _ => DatabaseError::new(DatabaseFault::Other, error.to_string()),
    }
}

/// SQLite's name of a result code, as far as `kernel::fault` tells them apart.
fn name(code: i32) -> &'static str {
    match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE => "SQLITE_CONSTRAINT_UNIQUE",
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY => "SQLITE_CONSTRAINT_PRIMARYKEY",
        ffi::SQLITE_CONSTRAINT_ROWID => "SQLITE_CONSTRAINT_ROWID",
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => "SQLITE_CONSTRAINT_FOREIGNKEY",
        ffi::SQLITE_CONSTRAINT_NOTNULL => "SQLITE_CONSTRAINT_NOTNULL",
        ffi::SQLITE_CONSTRAINT_CHECK => "SQLITE_CONSTRAINT_CHECK",
        ffi::SQLITE_CONSTRAINT_DATATYPE => "SQLITE_CONSTRAINT_DATATYPE",
        ffi::SQLITE_CONSTRAINT_TRIGGER => "SQLITE_CONSTRAINT_TRIGGER",
        // The low byte of an extended code is its family.
        _ => match code & 0xff {
            ffi::SQLITE_ERROR => "SQLITE_ERROR",
            ffi::SQLITE_BUSY => "SQLITE_BUSY",
            ffi::SQLITE_LOCKED => "SQLITE_LOCKED",
            ffi::SQLITE_CONSTRAINT => "SQLITE_CONSTRAINT_OTHER",
            ffi::SQLITE_MISMATCH => "SQLITE_MISMATCH",
            ffi::SQLITE_MISUSE => "SQLITE_MISUSE",
            ffi::SQLITE_AUTH => "SQLITE_AUTH",
            ffi::SQLITE_RANGE => "SQLITE_RANGE",
            ffi::SQLITE_TOOBIG => "SQLITE_TOOBIG",
            ffi::SQLITE_FULL => "SQLITE_FULL",
            ffi::SQLITE_IOERR => "SQLITE_IOERR",
            ffi::SQLITE_CANTOPEN => "SQLITE_CANTOPEN",
            _ => "SQLITE_UNKNOWN",
        },
    }
}
