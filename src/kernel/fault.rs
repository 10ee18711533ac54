//! From the words of SQLite and D1 to a fault that a caller can act on.

use crate::ports::{DatabaseError, DatabaseFault};

#[path = "fault/refuse.rs"]
mod refuse;

pub use refuse::{
    MAX_CACHED_BYTES, MAX_EXACT, MAX_KEY_BYTES, MAX_PARAMS, MAX_SQL_BYTES, MAX_TEXT_BYTES, refuse,
    refuse_cached,
};

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
    if at_code && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
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
    let family = code.strip_prefix("SQLITE_").and_then(|rest| rest.split('_').next()).unwrap_or_default();
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
    KINDS.iter().find(|(start, _)| words.starts_with(start)).map_or(Fault::Other, |(_, fault)| *fault)
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
    WORDS.iter().find(|(part, _)| words.contains(part)).map_or(Fault::Other, |(_, fault)| *fault)
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
            ("D1_ERROR: Wrong number of parameter bindings for SQL query.", Wrong),
            ("D1_ERROR: No SQL statements detected.", Wrong),
            // Production, which leaves the extended code out.
            ("D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT", Unique),
            ("D1_ERROR: NOT NULL constraint failed: users.email: SQLITE_CONSTRAINT", NotNull),
            ("D1_ERROR: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT", ForeignKey),
            ("D1_ERROR: CHECK constraint failed: tier: SQLITE_CONSTRAINT", Check),
            ("D1_ERROR: database is locked: SQLITE_BUSY", Busy),
            ("D1 DB is overloaded. Requests queued for too long.", Busy),
            ("D1 DB is overloaded. Too many requests queued.", Busy),
            ("Network connection lost.", Unavailable),
            ("D1 DB reset because its code was updated.", Unavailable),
            ("D1 DB storage operation exceeded timeout which caused object to be reset.", Unavailable),
            ("Internal error while starting up D1 DB storage caused object to be reset.", Unavailable),
            ("Cannot resolve D1 DB due to transient issue on remote node.", Unavailable),
            ("D1 DB's isolate exceeded its memory limit and was reset.", Unavailable),
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
}
