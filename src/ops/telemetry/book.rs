//! The object that keeps the lines of some isolates, in its own SQLite. Pure but for that storage, which is synchronous:
//! a command is handled in one turn.
//!
//! Lines stand many to a row, as they were handed over: writing them is one row and no work for each, and looking through
//! them is left to whoever searches. Each has its request's id, whose order is that of time (RFC 9562): a range of time is a
//! range of ids, and a line that came twice is shown once. The object keeps at most [`MOST`] lines, for as
//! many days as the settings say and as long as their row and the next alarm take beyond that: seven hours.

use std::collections::BTreeMap;

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
/// A row of so many bytes takes no further lines; with those of one hand-over it stays below the platform's 2 MB.
const FULL: i64 = 65_536;
/// Nor does one whose first line is older than so many milliseconds.
const SPAN: i64 = 3_600_000;
/// How many rows are looked at at once.
const ROWS: usize = 8;

const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS chunks (place INTEGER PRIMARY KEY, first TEXT NOT NULL, last TEXT NOT NULL, \
     count INTEGER NOT NULL, bytes INTEGER NOT NULL, lines TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS erased (account TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS book (id INTEGER PRIMARY KEY CHECK (id = 1), layout INTEGER NOT NULL, \
     count INTEGER NOT NULL, wake INTEGER NOT NULL) STRICT",
];
const STATE: &str = "SELECT count, wake FROM book";
const KEEP: &str = "INSERT INTO book (id, layout, count, wake) VALUES (1, 1, ?1, ?2) \
     ON CONFLICT (id) DO UPDATE SET count = excluded.count, wake = excluded.wake";
const NEWEST: &str = "SELECT place, first, bytes FROM chunks ORDER BY place DESC LIMIT 1";
const BEGIN: &str = "INSERT INTO chunks (first, last, count, bytes, lines) VALUES (?1, ?2, ?3, ?4, ?5)";
const GO_ON: &str = "UPDATE chunks SET first = min(first, ?1), last = max(last, ?2), count = count + ?3, \
     bytes = bytes + ?4, lines = lines || ?5 WHERE place = ?6";
const OLDEST: &str = "SELECT place, count FROM chunks ORDER BY last LIMIT 1";
const REMOVE: &str = "DELETE FROM chunks WHERE place = ?1";
const NAMING: &str = "SELECT place, lines FROM chunks WHERE instr(lines, ?1) > 0 LIMIT 8";
const REWRITE: &str = "UPDATE chunks SET count = ?1, bytes = ?2, lines = ?3 WHERE place = ?4";
const ERASE: &str =
    "INSERT INTO erased (account, at) VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET at = excluded.at";
const ERASED: &str = "SELECT account FROM erased";
const OLD: &str = "DELETE FROM chunks WHERE last < ?1";
const OLD_ERASED: &str = "DELETE FROM erased WHERE at < ?1";
const COUNT: &str = "SELECT coalesce(sum(count), 0) FROM chunks";
const READ: &str = "SELECT last, lines FROM chunks WHERE last >= ?1 AND first < ?2 AND instr(lines, ?3) > 0 \
     AND instr(lines, ?4) > 0 AND instr(lines, ?5) > 0 AND instr(lines, ?6) > 0 AND instr(lines, ?7) > 0 \
     ORDER BY last DESC, place DESC LIMIT 8 OFFSET CAST(?8 AS INTEGER)";

/// A command that keeps lines, each a JSON object that `gateway::log` has written.
#[must_use]
pub fn put<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> String {
    let mut out = String::with_capacity(lines.clone().map(|line| line.len() + 1).sum::<usize>() + 4);
    out.push_str("put\n");
    for line in lines {
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The id of a line's request. Nothing before it in a line comes from anybody.
fn id(line: &str) -> Option<&str> {
    const KEY: &str = "\"requestId\":\"";
    let at = line.find(KEY)? + KEY.len();
    line.get(at..at + 36)
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

fn text(row: &[Value], at: usize) -> &str {
    match row.get(at) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// What a line has in it that is asked for, as `gateway::log` writes it: within a value its quotes would be escaped.
/// Nothing asked for is in every line.
fn sought(question: &[Option<String>]) -> [String; 5] {
    let [level, action, status, trace, account] =
        std::array::from_fn(|at| question.get(at).cloned().flatten());
    let member = |key: &str, value: Option<String>| {
        let quoted = value.and_then(|value| serde_json::to_string(&value).ok());
        quoted.map_or_else(String::new, |value| ["\"", key, "\":", &value].concat())
    };
    [
        member("level", level),
        member("action", action),
        status.map_or_else(String::new, |status| ["\"status\":", &status, ","].concat()),
        member("traceId", trace),
        member("userId", account),
    ]
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

    fn cut(&self, now: Timestamp) -> String {
        key(now.plus_millis(-self.days * 86_400_000))
    }

    /// The reply to a command, and when to be woken where that is not set yet.
    pub fn handle(&self, command: &str, now: Timestamp) -> Result<(String, Option<i64>), Fault> {
        let (verb, rest) = command.split_once('\n').unwrap_or_default();
        let change = match verb {
            "put" => self.take_in(rest, now)?,
            logs::FORGET => self.forget(rest, now)?,
            "read" => return self.find(rest, now).map(|found| (found, None)),
            _ => return Err("no command of a logbook".to_owned()),
        };
        let state = self.storage.run(STATE, &[])?;
        let (mut count, wake) = (number(&state, 0).unwrap_or_default() + change, number(&state, 1));
        while count > MOST {
            let oldest = self.storage.run(OLDEST, &[])?;
            let (Some(place), Some(lines)) = (number(&oldest, 0), number(&oldest, 1)) else { break };
            self.storage.run(REMOVE, &[place.into()])?;
            count -= lines;
        }
        let set = wake.filter(|wake| *wake > now.millis() - LOST);
        let next = set.unwrap_or_else(|| now.millis() + UPKEEP);
        self.storage.run(KEEP, &[count.into(), next.into()])?;
        Ok((String::new(), Some(next).filter(|_| set.is_none())))
    }

    /// How many lines were taken in: all but those of people who are erased.
    fn take_in(&self, given: &str, now: Timestamp) -> Result<i64, Fault> {
        let erased = self.storage.run(ERASED, &[])?;
        let unwanted = |line: &&str| erased.iter().any(|row| line.contains(text(row, 0)));
        let lines = match erased.is_empty() {
            true => given.to_owned(),
            false => given.split_inclusive('\n').filter(|line| !unwanted(line)).collect(),
        };
        let (mut first, mut last, mut count) = ("~", "", 0);
        for line in lines.lines() {
            let id = id(line).ok_or("a line without an id")?;
            (first, last, count) = (first.min(id), last.max(id), count + 1);
        }
        if count == 0 {
            return Ok(0);
        }
        let newest = self.storage.run(NEWEST, &[])?;
        let young = key(now.plus_millis(-SPAN));
        let open = newest.first().filter(|row| text(row, 1) >= &*young);
        let place = open.and(number(&newest, 0)).filter(|_| number(&newest, 2) < Some(FULL));
        let bytes = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        let mut values = vec![first.into(), last.into(), count.into(), bytes.into()];
        values.push(lines.into());
        values.extend(place.map(Value::from));
        self.storage.run(if place.is_some() { GO_ON } else { BEGIN }, &values)?;
        Ok(count)
    }

    /// Removes every line that names that account. By how many there are less, which is not positive.
    fn forget(&self, account: &str, now: Timestamp) -> Result<i64, Fault> {
        Id::parse(account).ok_or("no account")?;
        self.storage.run(ERASE, &[account.into(), now.into()])?;
        let mut change = 0;
        loop {
            let found = self.storage.run(NAMING, &[account.into()])?;
            for row in &found {
                let (gone, left): (Vec<&str>, Vec<&str>) =
                    text(row, 1).split_inclusive('\n').partition(|line| line.contains(account));
                let place = row.first().cloned().unwrap_or(Value::Null);
                let (count, lines) = (i64::try_from(left.len()).unwrap_or_default(), left.concat());
                let bytes = i64::try_from(lines.len()).unwrap_or_default();
                if left.is_empty() {
                    self.storage.run(REMOVE, &[place])?;
                } else {
                    self.storage.run(REWRITE, &[count.into(), bytes.into(), lines.into(), place])?;
                }
                change -= i64::try_from(gone.len()).unwrap_or_default();
            }
            if found.len() < ROWS {
                return Ok(change);
            }
        }
    }

    fn find(&self, question: &str, now: Timestamp) -> Result<String, Fault> {
        let question: Vec<Option<String>> = json::read(question).map_err(|error| error.to_string())?;
        let [from, to, wanted @ .., limit] = question.as_slice() else {
            return Err("no question".to_owned());
        };
        let from = self.cut(now).max(from.clone().unwrap_or_default());
        let to = to.clone().unwrap_or_default();
        let limit = limit.as_ref().and_then(|limit| limit.parse().ok()).unwrap_or(0_usize);
        let sought = sought(wanted);
        let mut values: Vec<Value> =
            [&from, &to].into_iter().chain(&sought).map(|text| text.as_str().into()).collect();
        values.push(Value::Null);
        let mut found = BTreeMap::new();
        for page in 0.. {
            if let Some(offset) = values.last_mut() {
                *offset = i64::try_from(page * ROWS).unwrap_or(i64::MAX).into();
            }
            let rows = self.storage.run(READ, &values)?;
            for row in &rows {
                // What is in this row and all that follow came before those that are found.
                let oldest = found.first_key_value().map(|(id, _): (&String, &String)| id.as_str());
                if found.len() >= limit && oldest.is_none_or(|oldest| text(row, 0) <= oldest) {
                    return Ok(written(&found));
                }
                let lines = text(row, 1).lines().filter_map(|line| Some((id(line)?, line)));
                let within = lines.filter(|(id, _)| (from.as_str()..to.as_str()).contains(id));
                for (id, line) in
                    within.filter(|(_, line)| sought.iter().all(|part| line.contains(part.as_str())))
                {
                    found.insert(id.to_owned(), line.to_owned());
                    if found.len() > limit {
                        found.pop_first();
                    }
                }
            }
            if rows.len() < ROWS {
                break;
            }
        }
        Ok(written(&found))
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

/// Lines as they are told, newest first.
fn written(found: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    for (id, line) in found.iter().rev() {
        [id, " ", line, "\n"].into_iter().for_each(|part| out.push_str(part));
    }
    out
}
