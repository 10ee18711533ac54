//! The object that keeps the lines of some isolates, in its own SQLite. Pure but for that storage, which is synchronous:
//! a command is handled in one turn.
//!
//! A line's key is its request's id, whose order is that of time (RFC 9562): a range of time is a range of keys, and a
//! line that comes twice is kept once. The object keeps [`MOST`] lines, for as many days as the settings say.

use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::logs;
use crate::kernel::time::Timestamp;
use crate::ports::Value;
use crate::sync::hub::log::{Fault, Storage};

/// The most lines that an object keeps.
pub const MOST: i64 = 100_000;
/// Milliseconds between two alarms, which remove what is too old.
pub const UPKEEP: i64 = 6 * 3_600_000;
/// Milliseconds for which an erased account is known, so that no line of it is taken in: longer than an isolate tries.
pub const REMEMBERED: i64 = 24 * 3_600_000;
/// An alarm that is overdue by so many milliseconds was lost.
const LOST: i64 = 3_600_000;

const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS lines (id TEXT PRIMARY KEY, level TEXT, action TEXT, status INTEGER, trace TEXT, \
     account TEXT, line TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS erased (account TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS book (id INTEGER PRIMARY KEY CHECK (id = 1), layout INTEGER NOT NULL, \
     count INTEGER NOT NULL, wake INTEGER NOT NULL) STRICT",
];
const STATE: &str = "SELECT count, wake FROM book";
const KEEP: &str = "INSERT INTO book (id, layout, count, wake) VALUES (1, 1, ?1, ?2) \
     ON CONFLICT (id) DO UPDATE SET count = excluded.count, wake = excluded.wake";
const PUT: &str = "INSERT OR IGNORE INTO lines (id, level, action, status, trace, account, line) \
     SELECT value ->> 'requestId', value ->> 'level', value ->> 'action', value ->> '$.metadata.status', \
       value ->> 'traceId', value ->> 'userId', value \
     FROM json_each('[' || ?1 || ']') WHERE NOT EXISTS (SELECT 1 FROM erased WHERE account = value ->> 'userId')";
const CHANGES: &str = "SELECT changes()";
const TRIM: &str =
    "DELETE FROM lines WHERE id IN (SELECT id FROM lines ORDER BY id LIMIT CAST(?1 AS INTEGER))";
const FORGET: &str = "DELETE FROM lines WHERE account = ?1";
const ERASED: &str =
    "INSERT INTO erased (account, at) VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET at = excluded.at";
const OLD: &str = "DELETE FROM lines WHERE id < ?1";
const OLD_ERASED: &str = "DELETE FROM erased WHERE at < ?1";
const COUNT: &str = "SELECT count(*) FROM lines";
const READ: &str = "SELECT id, line FROM lines WHERE id >= ?1 AND id < ?2 AND (?3 IS NULL OR level = ?3) \
     AND (?4 IS NULL OR action = ?4) AND (?5 IS NULL OR status = CAST(?5 AS INTEGER)) \
     AND (?6 IS NULL OR trace = ?6) AND (?7 IS NULL OR account = ?7) ORDER BY id DESC LIMIT CAST(?8 AS INTEGER)";

/// A command that keeps lines, each a JSON object.
#[must_use]
pub fn put<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut out = "put\n".to_owned();
    for line in lines {
        if !out.ends_with('\n') {
            out.push(',');
        }
        out.push_str(line);
    }
    out
}

/// What is looked for: keys from, and before; level, operation, status, trace, account; how many.
pub type Question = [Option<String>; 8];

/// A command that looks for lines, newest first.
#[must_use]
pub fn read(question: &Question) -> String {
    ["read\n", &serde_json::to_string(question).unwrap_or_default()].concat()
}

/// The least key of that moment.
#[must_use]
pub fn key(at: Timestamp) -> String {
    Id::new(at, [0; 10]).to_string()
}

fn number(rows: &[Vec<Value>], at: usize) -> Option<i64> {
    match rows.first()?.get(at)? {
        Value::Integer(number) => Some(*number),
        #[allow(clippy::cast_possible_truncation)] // Whole, as the column is.
        Value::Real(number) => Some(*number as i64),
        _ => None,
    }
}

/// The book in that storage, for lines of so many days.
pub struct Book<'a> {
    storage: &'a dyn Storage,
    days: i64,
}

impl<'a> Book<'a> {
    /// Makes its tables if they are not there.
    ///
    /// # Errors
    /// Those of the storage, as everywhere here.
    pub fn open(storage: &'a dyn Storage, days: i64) -> Result<Self, Fault> {
        for table in TABLES {
            storage.run(table, &[])?;
        }
        Ok(Self { storage, days })
    }

    fn change(&self, sql: &str, values: &[Value]) -> Result<i64, Fault> {
        self.storage.run(sql, values)?;
        Ok(number(&self.storage.run(CHANGES, &[])?, 0).unwrap_or_default())
    }

    fn cut(&self, now: Timestamp) -> String {
        key(now.plus_millis(-self.days * 86_400_000))
    }

    /// The reply to a command, and when to be woken where that is not set yet.
    pub fn handle(&self, command: &str, now: Timestamp) -> Result<(String, Option<i64>), Fault> {
        let (verb, rest) = command.split_once('\n').unwrap_or_default();
        let change = match verb {
            "put" => self.change(PUT, &[rest.into()])?,
            logs::FORGET => {
                self.storage.run(ERASED, &[rest.into(), now.into()])?;
                -self.change(FORGET, &[rest.into()])?
            }
            "read" => return self.find(rest, now).map(|found| (found, None)),
            _ => return Err("no command of a logbook".to_owned()),
        };
        let state = self.storage.run(STATE, &[])?;
        let (mut count, wake) = (number(&state, 0).unwrap_or_default() + change, number(&state, 1));
        if count > MOST {
            count -= self.change(TRIM, &[(count - MOST).into()])?;
        }
        let set = wake.filter(|wake| *wake > now.millis() - LOST);
        let next = set.unwrap_or_else(|| now.millis() + UPKEEP);
        self.storage.run(KEEP, &[count.into(), next.into()])?;
        Ok((String::new(), Some(next).filter(|_| set.is_none())))
    }

    fn find(&self, question: &str, now: Timestamp) -> Result<String, Fault> {
        let question: Vec<Option<String>> = json::read(question).map_err(|error| error.to_string())?;
        let mut values: Vec<Value> = question.into_iter().map(Value::from).collect();
        if let Some(Value::Text(from)) = values.first_mut() {
            *from = self.cut(now).max(std::mem::take(from));
        }
        let mut out = String::new();
        for row in self.storage.run(READ, &values)? {
            if let [Value::Text(id), Value::Text(line)] = row.as_slice() {
                [id, " ", line, "\n"].into_iter().for_each(|part| out.push_str(part));
            }
        }
        Ok(out)
    }

    /// Removes what is too old; when to be woken again, if there is something left.
    pub fn wake(&self, now: Timestamp) -> Result<Option<i64>, Fault> {
        self.storage.run(OLD, &[self.cut(now).into()])?;
        self.storage.run(OLD_ERASED, &[now.plus_millis(-REMEMBERED).into()])?;
        let count = number(&self.storage.run(COUNT, &[])?, 0).unwrap_or_default();
        let next = now.millis() + UPKEEP;
        self.storage.run(KEEP, &[count.into(), next.into()])?;
        Ok(Some(next))
    }
}
