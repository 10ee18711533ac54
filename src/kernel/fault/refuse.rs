//! The rules of D1 and KV that both homes check before they send anything, so that neither is kinder.

use crate::ports::{DatabaseError, DatabaseFault, PortError, Statement, Value};

/// Parameters that one statement may bind (D1's limit).
pub const MAX_PARAMS: usize = 100;
/// Bytes that the text of one statement may have (D1's limit, 100 KB).
pub const MAX_SQL_BYTES: usize = 100_000;
/// Bytes that one bound text may have (D1's limit of a value and of a row, 2 MB).
pub const MAX_TEXT_BYTES: usize = 2_000_000;
/// Bytes that a cache key may have (the limit of Workers KV).
pub const MAX_KEY_BYTES: usize = 512;
/// Bytes that a cached value may have (the limit of Workers KV, 25 MiB).
pub const MAX_CACHED_BYTES: usize = 25 * 1024 * 1024;
/// The whole numbers that a double holds exactly end here, at 2^53.
pub const MAX_EXACT: i64 = 1 << 53;

/// Why D1 would refuse this statement, as far as that shows without running it. `None`: send it.
///
/// All of these are defects of ours, hence [`DatabaseFault::Statement`].
#[must_use]
pub fn refuse(statement: &Statement) -> Option<DatabaseError> {
    let refused = |cause: String| Some(DatabaseError::new(DatabaseFault::Statement, cause));
    if statement.sql.len() > MAX_SQL_BYTES {
        return refused(format!("the statement has {} bytes, over {MAX_SQL_BYTES}", statement.sql.len()));
    }
    if statement.params.len() > MAX_PARAMS {
        return refused(format!(
            "the statement binds {} parameters, over {MAX_PARAMS}",
            statement.params.len()
        ));
    }
    match first_word(&statement.sql) {
        // Of a batch, D1 would leave it out and run the rest.
        "" => return refused("the statement is empty".to_owned()),
        word if KEPT.iter().any(|kept| kept.eq_ignore_ascii_case(word)) => {
            return refused(format!("{word} belongs to the database: use a batch"));
        }
        _ => {}
    }
    for (index, value) in statement.params.iter().enumerate() {
        let place = index + 1;
        match value {
            Value::Integer(n) if n.checked_abs().is_none_or(|n| n > MAX_EXACT) => {
                return refused(format!("parameter {place} is a whole number beyond 2^53"));
            }
            Value::Real(x) if !x.is_finite() => {
                return refused(format!("parameter {place} is not a finite number"));
            }
            Value::Text(text) if text.len() > MAX_TEXT_BYTES => {
                return refused(format!("parameter {place} has {} bytes, over {MAX_TEXT_BYTES}", text.len()));
            }
            _ => {}
        }
    }
    None
}

/// What D1 keeps to itself: transactions and other databases.
const KEPT: [&str; 9] =
    ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "ATTACH", "DETACH", "VACUUM"];

/// The first word after white space and comments; empty where nothing is left. A statement that begins with
/// anything but a letter gives that one character.
fn first_word(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        let after = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            break;
        };
        rest = after.trim_start();
    }
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    rest.get(..end.max(first)).unwrap_or_default()
}

/// Refuses a key or a value that KV would refuse.
pub fn refuse_cached(key: &str, value: &str) -> Result<(), PortError> {
    if key.is_empty() || key == "." || key == ".." || key.len() > MAX_KEY_BYTES {
        return Err(PortError::TooLarge(format!("a key of {} bytes, not 1 to {MAX_KEY_BYTES}", key.len())));
    }
    if value.len() > MAX_CACHED_BYTES {
        return Err(PortError::TooLarge(format!(
            "a value of {} bytes, over {MAX_CACHED_BYTES}",
            value.len()
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use DatabaseFault::Statement as Wrong;

    #[test]
    fn refuses_what_belongs_to_the_database_and_what_is_nothing() {
        let fault = |sql: &'static str| refuse(&Statement::new(sql)).map(|error| error.fault);
        for sql in [
            "begin",
            " -- why\n  COMMIT",
            "/* a */ Savepoint x",
            "",
            "  ",
            "-- nothing",
            "/* no end",
            "VACUUM",
        ] {
            assert_eq!(fault(sql), Some(Wrong), "{sql}");
        }
        for sql in ["SELECT 1", "-- why\nUPDATE t SET a = 1", "(SELECT 1)", "ENDLESS", "é"] {
            assert_eq!(fault(sql), None, "{sql}");
        }
    }

    #[test]
    fn refuses_what_d1_would() {
        let ask = |value: Value| refuse(&Statement::new("SELECT ?").bind(value)).map(|error| error.fault);
        for fine in [
            Value::Null,
            Value::Bool(true),
            Value::Integer(MAX_EXACT),
            Value::Integer(-MAX_EXACT),
            Value::Real(f64::MAX),
            Value::Text("a".repeat(MAX_TEXT_BYTES)),
        ] {
            assert_eq!(ask(fine), None);
        }
        for wrong in [
            Value::Integer(MAX_EXACT + 1),
            Value::Integer(i64::MIN),
            Value::Real(f64::NAN),
            Value::Real(f64::NEG_INFINITY),
            Value::Text("a".repeat(MAX_TEXT_BYTES + 1)),
        ] {
            assert_eq!(ask(wrong), Some(Wrong));
        }
        let hundred = (0..100).fold(Statement::new("SELECT 1"), |statement, n: i64| statement.bind(n));
        assert_eq!(refuse(&hundred), None);
        assert_eq!(refuse(&hundred.bind(1_i64)).map(|error| error.fault), Some(Wrong));
        let long = Statement::new(format!("SELECT '{}'", "a".repeat(MAX_SQL_BYTES)));
        assert_eq!(refuse(&long).map(|error| error.fault), Some(Wrong));
    }
}
