//! From the words of SQLite and D1 to a fault that a caller can act on, and the rules of D1 that both homes of
//! the database and of the cache check before they send anything.

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
        return refused(format!(
            "the statement has {} bytes, over {MAX_SQL_BYTES}",
            statement.sql.len()
        ));
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
                return refused(format!(
                    "parameter {place} has {} bytes, over {MAX_TEXT_BYTES}",
                    text.len()
                ));
            }
            _ => {}
        }
    }
    None
}

/// What D1 keeps to itself: transactions and other databases.
const KEPT: [&str; 9] = [
    "BEGIN",
    "COMMIT",
    "END",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "ATTACH",
    "DETACH",
    "VACUUM",
];

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
    let end = rest
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    rest.get(..end.max(first)).unwrap_or_default()
}

/// Refuses a key or a value that KV would refuse.
pub fn refuse_cached(key: &str, value: &str) -> Result<(), PortError> {
    if key.is_empty() || key == "." || key == ".." || key.len() > MAX_KEY_BYTES {
        return Err(PortError::TooLarge(format!(
            "a key of {} bytes, not 1 to {MAX_KEY_BYTES}",
            key.len()
        )));
    }
    if value.len() > MAX_CACHED_BYTES {
        return Err(PortError::TooLarge(format!(
            "a value of {} bytes, over {MAX_CACHED_BYTES}",
            value.len()
        )));
    }
    Ok(())
}

/// What an error text of D1 (or of SQLite in D1's form, `words: SQLITE_CODE (extended: SQLITE_CODE_X)`) means.
///
/// The code at the end decides; the words in front of it may hold a caller's text (a search expression), so
/// they count only where there is no code, or where it is the bare `SQLITE_CONSTRAINT`.
#[must_use]
pub fn classify(text: &str) -> DatabaseFault {
    let (words, code) = split_code(text);
    match code {
        Some("SQLITE_CONSTRAINT") => constraint(words),
        Some(code) => by_code(code),
        None => by_words(words),
    }
}

/// The error of this text.
#[must_use]
pub fn error(text: impl Into<String>) -> DatabaseError {
    let text = text.into();
    DatabaseError::new(classify(&text), text)
}

/// The words, and the most exact code if the text ends in one.
fn split_code(text: &str) -> (&str, Option<&str>) {
    let words = text.trim_start_matches("D1_ERROR: ");
    let Some(start) = words.rfind("SQLITE_") else {
        return (words, None);
    };
    let (before, tail) = words.split_at(start);
    let code = tail.strip_suffix(')').unwrap_or(tail);
    let at_code = before.ends_with(": ") || before.is_empty();
    if at_code
        && code
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    {
        (words, Some(code))
    } else {
        (words, None)
    }
}

fn by_code(code: &str) -> DatabaseFault {
    use DatabaseFault as Fault;
    if let Some(kind) = code.strip_prefix("SQLITE_CONSTRAINT_") {
        return match kind {
            "UNIQUE" | "PRIMARYKEY" | "ROWID" => Fault::Unique,
            "FOREIGNKEY" => Fault::ForeignKey,
            "NOTNULL" => Fault::NotNull,
            "CHECK" | "DATATYPE" | "TRIGGER" => Fault::Check,
            _ => Fault::Other,
        };
    }
    // An extended code repeats its family: SQLITE_BUSY_SNAPSHOT is a SQLITE_BUSY.
    let family = code
        .strip_prefix("SQLITE_")
        .and_then(|rest| rest.split('_').next())
        .unwrap_or_default();
    match family {
        "BUSY" | "LOCKED" => Fault::Busy,
        "MISMATCH" => Fault::Check,
        "ERROR" | "AUTH" | "RANGE" | "MISUSE" | "TOOBIG" => Fault::Statement,
        "IOERR" | "PROTOCOL" | "CANTOPEN" | "INTERRUPT" | "NOMEM" => Fault::Unavailable,
        _ => Fault::Other,
    }
}

fn constraint(words: &str) -> DatabaseFault {
    use DatabaseFault as Fault;
    const KINDS: [(&str, Fault); 5] = [
        ("UNIQUE constraint failed", Fault::Unique),
        ("FOREIGN KEY constraint failed", Fault::ForeignKey),
        ("NOT NULL constraint failed", Fault::NotNull),
        ("CHECK constraint failed", Fault::Check),
        ("cannot store ", Fault::Check),
    ];
    KINDS
        .iter()
        .find(|(start, _)| words.starts_with(start))
        .map_or(Fault::Other, |(_, fault)| *fault)
}

/// D1's own words, where SQLite was not reached or did not answer.
fn by_words(words: &str) -> DatabaseFault {
    use DatabaseFault as Fault;
    const WORDS: [(&str, Fault); 21] = [
        ("overloaded", Fault::Busy),
        ("database is locked", Fault::Busy),
        ("Wrong number of parameter bindings", Fault::Statement),
        ("No SQL statements detected", Fault::Statement),
        ("To execute a transaction, please use", Fault::Statement),
        ("D1_TYPE_ERROR", Fault::Statement),
        ("D1_COLUMN_NOTFOUND", Fault::Shape),
        ("too many SQL variables", Fault::Statement),
        ("Statement too long", Fault::Statement),
        ("object to be reset", Fault::Unavailable),
        ("was reset", Fault::Unavailable),
        ("DB reset", Fault::Unavailable),
        ("Network connection lost", Fault::Unavailable),
        ("transient issue", Fault::Unavailable),
        ("timeout", Fault::Unavailable),
        ("timed out", Fault::Unavailable),
        ("internal error", Fault::Unavailable),
        ("Internal error", Fault::Unavailable),
        ("client disconnected", Fault::Unavailable),
        ("Failed to parse body as JSON", Fault::Unavailable),
        ("fetch failed", Fault::Unavailable),
    ];
    WORDS
        .iter()
        .find(|(part, _)| words.contains(part))
        .map_or(Fault::Other, |(_, fault)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use DatabaseFault::{
        Busy, Check, ForeignKey, NotNull, Other, Shape, Statement as Wrong, Unavailable, Unique,
    };

    #[test]
    fn reads_what_d1_and_sqlite_say() {
        let table = [
            // Local workerd, as it answers.
            (
                "D1_ERROR: UNIQUE constraint failed: t.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)",
                Unique,
            ),
            (
                "D1_ERROR: UNIQUE constraint failed: t.u: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)",
                Unique,
            ),
            (
                "NOT NULL constraint failed: t.n: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_NOTNULL)",
                NotNull,
            ),
            (
                "CHECK constraint failed: r < 100: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_CHECK)",
                Check,
            ),
            (
                "FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)",
                ForeignKey,
            ),
            (
                "cannot store REAL value in INTEGER column st.n: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_DATATYPE)",
                Check,
            ),
            ("D1_ERROR: datatype mismatch: SQLITE_MISMATCH", Check),
            ("D1_ERROR: no such table: nope: SQLITE_ERROR", Wrong),
            ("near \"SELEC\": syntax error at offset 0: SQLITE_ERROR", Wrong),
            ("D1_ERROR: not authorized: SQLITE_AUTH", Wrong),
            (
                "D1_ERROR: Wrong number of parameter bindings for SQL query.",
                Wrong,
            ),
            ("D1_ERROR: No SQL statements detected.", Wrong),
            // Production, which leaves the extended code out.
            (
                "D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT",
                Unique,
            ),
            (
                "D1_ERROR: NOT NULL constraint failed: users.email: SQLITE_CONSTRAINT",
                NotNull,
            ),
            (
                "D1_ERROR: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT",
                ForeignKey,
            ),
            (
                "D1_ERROR: CHECK constraint failed: tier: SQLITE_CONSTRAINT",
                Check,
            ),
            ("D1_ERROR: database is locked: SQLITE_BUSY", Busy),
            ("D1 DB is overloaded. Requests queued for too long.", Busy),
            ("D1 DB is overloaded. Too many requests queued.", Busy),
            ("Network connection lost.", Unavailable),
            ("D1 DB reset because its code was updated.", Unavailable),
            (
                "D1 DB storage operation exceeded timeout which caused object to be reset.",
                Unavailable,
            ),
            (
                "Internal error while starting up D1 DB storage caused object to be reset.",
                Unavailable,
            ),
            (
                "Cannot resolve D1 DB due to transient issue on remote node.",
                Unavailable,
            ),
            (
                "D1 DB's isolate exceeded its memory limit and was reset.",
                Unavailable,
            ),
            ("internal error; reference = 0a1b2c", Unavailable),
            ("D1_TYPE_ERROR: Type 'bigint' not supported for value '1'", Wrong),
            ("D1_COLUMN_NOTFOUND: Column not found (x)", Shape),
            ("Exceeded maximum DB size", Other),
            ("", Other),
        ];
        for (text, fault) in table {
            assert_eq!(classify(text), fault, "{text}");
        }
    }

    #[test]
    fn a_callers_words_cannot_choose_the_fault() {
        for text in [
            "D1_ERROR: fts5: syntax error near \"UNIQUE constraint failed: SQLITE_CONSTRAINT_UNIQUE\": SQLITE_ERROR",
            "D1_ERROR: no such column: overloaded: SQLITE_ERROR",
        ] {
            assert_eq!(classify(text), Wrong, "{text}");
        }
        assert_eq!(classify("a text that ends in SQLITE_BUSY"), Other);
    }

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
        for sql in [
            "SELECT 1",
            "-- why\nUPDATE t SET a = 1",
            "(SELECT 1)",
            "ENDLESS",
            "é",
        ] {
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
