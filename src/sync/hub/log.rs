//! The log as the hub sees it, and its home in a Durable Object's own SQLite.
//!
//! Everything here is synchronous, as that storage is: what is written in one turn is on disk before any frame of the
//! turn leaves, or none of it is.

use std::fmt::Write;

use crate::kernel::id::Id;
use crate::ports::Value;

/// Why the storage failed, in its own words, for the log of the house alone.
pub type Fault = String;

/// What stands in an entry besides its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its place in the log: 1, 2, 3 ... for the person.
    pub offset: i64,
    /// Its stream.
    pub stream: String,
    /// Its place in the stream.
    pub stream_seq: i64,
    /// The device that sent it, and its place among that device's events; `None` for what the server changed.
    pub from: Option<(Id, i64)>,
    /// When it was kept, in milliseconds since 1970; never less than that of the entry before it.
    pub at: i64,
}

/// An entry to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Where.
    pub place: &'a Place,
    /// The event.
    pub id: Id,
    /// After which nobody needs it.
    pub expires_at: Option<i64>,
    /// What it says.
    pub body: &'a str,
}

impl Entry<'_> {
    /// Writes the entry as it stands in the JSON of a frame, and is stored; its length is its size. Only the body can hold
    /// what has to be quoted. Nothing of it can fail: a text takes all there is.
    pub fn write(&self, out: &mut String) {
        let Place { offset, stream, stream_seq, from, at } = self.place;
        let (id, class) = (self.id, if from.is_some() { "private" } else { "system" });
        let _ = write!(
            out,
            r#"{{"offset":{offset},"class":"{class}","stream":"{stream}","stream_seq":{stream_seq},"id":"{id}""#
        );
        if let Some((device, seq)) = from {
            let _ = write!(out, r#","device":"{device}","seq":{seq}"#);
        }
        let _ = write!(out, r#","at":{at}"#);
        if let Some(at) = self.expires_at {
            let _ = write!(out, r#","expires_at":{at}"#);
        }
        out.push_str(r#","body":"#);
        out.push_str(&serde_json::to_string(self.body).unwrap_or_default());
        out.push('}');
    }
}

/// What an entry needs besides its body, with a little to spare for what is quoted.
const ROOM: usize = 320;

/// What is asked for a device.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// The offset that it goes on from.
    pub after: i64,
    /// Whose entries are left out.
    pub device: Option<Id>,
    /// Entries that expired before this moment are left out.
    pub alive: i64,
    /// At most so many entries,
    pub entries: i64,
    /// of at most so many bytes together, but for the first.
    pub bytes: i64,
}

/// What there is for a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The entries as they stand in the JSON of a frame, with commas between.
    pub entries: String,
    /// How many.
    pub count: i64,
    /// How many bytes.
    pub bytes: i64,
    /// The offset of the last of them.
    pub last: i64,
}

/// What retention takes.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    /// Entries of before this moment,
    pub old: i64,
    /// those up to this offset that are of before the moment beside it,
    pub many: (i64, i64),
    /// and those up to this offset.
    pub most: i64,
    /// Of the oldest so many entries.
    pub of: i64,
}

/// Where entries are kept, and the hub's state beside them. One turn of the hub is one transaction.
pub trait Log {
    /// The state as it was last kept; `None` where no log has begun.
    fn state(&self) -> Result<Option<String>, Fault>;
    /// Keeps the state.
    fn keep(&self, state: &str) -> Result<(), Fault>;
    /// The places after an offset, in order.
    fn tail(&self, after: i64) -> Result<Vec<Place>, Fault>;
    /// Keeps entries, all or none, and gives them as they stand in the JSON of a frame, with commas between. `None` says
    /// of one that its id is there; of several that one is to try them one by one.
    fn insert(&self, entries: &[Entry<'_>]) -> Result<Option<String>, Fault>;
    /// Offset and `stream_seq` of the event of that id.
    fn find(&self, id: Id) -> Result<Option<(i64, i64)>, Fault>;
    /// What there is for a device; `None` if there is nothing.
    fn page(&self, ask: Ask) -> Result<Option<Page>, Fault>;
    /// The last of the entries that retention takes.
    fn cut(&self, cut: Cut) -> Result<Option<i64>, Fault>;
    /// Removes the entries up to that offset.
    fn remove(&self, to: i64) -> Result<(), Fault>;
    /// Removes at most `limit` of the entries that expired before that moment.
    fn expire(&self, before: i64, limit: i64) -> Result<(), Fault>;
    /// When the oldest entry was kept, and when the first one expires.
    fn ends(&self) -> Result<(Option<i64>, Option<i64>), Fault>;
    /// Removes all entries.
    fn wipe(&self) -> Result<(), Fault>;
}

/// The storage of one Durable Object.
pub trait Storage {
    /// Runs one statement with these values, numbers bound as REAL, and gives its rows, column by column.
    fn run(&self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, Fault>;
}

/// The log in an object's own SQLite.
#[derive(Clone, Copy)]
pub struct SqlLog<'a>(&'a dyn Storage);

/// The tables. `layout` is the version of this form, for a later hub to read. Columns that decide stand before the
/// entry, so that long ones are not read for them.
const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS log (place INTEGER PRIMARY KEY, stream TEXT NOT NULL, stream_seq INTEGER NOT NULL, \
     id TEXT NOT NULL UNIQUE, device TEXT, seq INTEGER, at INTEGER NOT NULL, expires_at INTEGER, \
     size INTEGER NOT NULL, entry TEXT NOT NULL) STRICT",
    "CREATE INDEX IF NOT EXISTS log_by_expiry ON log (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS hub (id INTEGER PRIMARY KEY CHECK (id = 1), layout INTEGER NOT NULL, \
     state TEXT NOT NULL) STRICT",
];

const STATE: &str = "SELECT state FROM hub WHERE id = 1";
const KEEP: &str = "INSERT INTO hub (id, layout, state) VALUES (1, 1, ?1) \
     ON CONFLICT (id) DO UPDATE SET layout = excluded.layout, state = excluded.state";
const TAIL: &str =
    "SELECT place, stream, stream_seq, device, seq, at FROM log WHERE place > ?1 ORDER BY place";
/// One statement for however many: from Wasm to SQLite is as far as an insertion takes. SQLite's JSON leaves texts and
/// numbers as they are written.
const INSERT: &str = "INSERT INTO log (place, stream, stream_seq, id, device, seq, at, expires_at, size, entry) \
     SELECT value ->> 'offset', value ->> 'stream', value ->> 'stream_seq', value ->> 'id', value ->> 'device', \
       value ->> 'seq', value ->> 'at', value ->> 'expires_at', octet_length(value), value \
     FROM json_each('[' || ?1 || ']')";
const THERE: &str = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";

/// The table of entries. It is there alone while a log is being brought back (`copy`).
pub const LOG: &str = "log";
/// The table of the state, which is there where a log has begun.
pub const HUB: &str = "hub";
const FIND: &str = "SELECT place, stream_seq FROM log WHERE id = ?1";
/// Sizes are added up before any entry is read. The texts are joined in the order of the loop; that it was the order of the
/// log is seen by the places, which are joined in the same loop: to have SQLite sort them takes a third longer.
const PAGE: &str = "SELECT group_concat(log.entry, ','), group_concat(log.place, ','), sum(log.size) FROM (\
       SELECT place, sum(size) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) AS total FROM (\
         SELECT place, size FROM log WHERE place > ?1 AND device IS NOT ?2 \
           AND (expires_at IS NULL OR expires_at >= ?3) ORDER BY place LIMIT ?4)) AS page \
     CROSS JOIN log ON log.place = page.place WHERE page.total <= ?5 OR page.total = log.size";
const CUT: &str = "SELECT max(place) FROM (SELECT place, at FROM log ORDER BY place LIMIT ?5) \
     WHERE at < ?1 OR (place <= ?2 AND at < ?3) OR place <= ?4";
const REMOVE: &str = "DELETE FROM log WHERE place <= ?1";
const EXPIRE: &str = "DELETE FROM log WHERE place IN \
     (SELECT place FROM log WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
const ENDS: &str = "SELECT (SELECT at FROM log ORDER BY place LIMIT 1), \
     (SELECT expires_at FROM log WHERE expires_at IS NOT NULL ORDER BY expires_at LIMIT 1)";
const WIPE: &str = "DELETE FROM log";

/// Every statement on the tables, for tests that look at how they are run.
pub const STATEMENTS: [&str; 11] = [STATE, KEEP, TAIL, INSERT, FIND, PAGE, CUT, REMOVE, EXPIRE, ENDS, WIPE];

impl<'a> SqlLog<'a> {
    /// The log in that storage, whose tables are made if they are not there.
    pub fn open(storage: &'a dyn Storage) -> Result<Self, Fault> {
        for table in TABLES {
            storage.run(table, &[])?;
        }
        Ok(Self(storage))
    }

    /// The same where its tables are known to be there.
    #[must_use]
    pub fn over(storage: &'a dyn Storage) -> Self {
        Self(storage)
    }

    /// The log in that storage without a place for the state, so that it has not begun.
    pub fn prepare(storage: &'a dyn Storage) -> Result<Self, Fault> {
        for table in TABLES.iter().take(2) {
            storage.run(table, &[])?;
        }
        Ok(Self(storage))
    }

    /// Whether that table is there. What cannot be read is taken for there.
    #[must_use]
    pub fn has(storage: &dyn Storage, table: &str) -> bool {
        storage.run(THERE, &[table.into()]).map_or(true, |rows| !rows.is_empty())
    }

    pub(in crate::sync) fn run(&self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, Fault> {
        self.0.run(sql, values)
    }

    /// The first row of a statement, of which there may be none.
    pub(in crate::sync) fn row(&self, sql: &str, values: &[Value]) -> Result<Option<Row>, Fault> {
        Ok(self.run(sql, values)?.into_iter().next().map(|row| Row(row.into_iter())))
    }
}

/// A row, read from left to right.
pub(in crate::sync) struct Row(pub(in crate::sync) std::vec::IntoIter<Value>);

pub(in crate::sync) fn odd() -> Fault {
    "a column is of another type".to_owned()
}

impl Row {
    fn number(&mut self) -> Result<Option<i64>, Fault> {
        match self.0.next() {
            Some(Value::Integer(number)) => Ok(Some(number)),
            // A number crosses from JavaScript as a double; whole, as the column is.
            #[allow(clippy::cast_possible_truncation)]
            Some(Value::Real(number)) => Ok(Some(number as i64)),
            Some(Value::Null) => Ok(None),
            _ => Err(odd()),
        }
    }

    pub(in crate::sync) fn whole(&mut self) -> Result<i64, Fault> {
        self.number()?.ok_or_else(odd)
    }

    pub(in crate::sync) fn text(&mut self) -> Result<Option<String>, Fault> {
        match self.0.next() {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(odd()),
        }
    }

    pub(in crate::sync) fn id(&mut self) -> Result<Option<Id>, Fault> {
        self.text()?.map(|text| Id::parse(&text).ok_or_else(odd)).transpose()
    }
}

impl Log for SqlLog<'_> {
    fn state(&self) -> Result<Option<String>, Fault> {
        self.row(STATE, &[])?.map_or(Ok(None), |mut row| row.text())
    }

    fn keep(&self, state: &str) -> Result<(), Fault> {
        self.run(KEEP, &[state.into()]).map(drop)
    }

    fn tail(&self, after: i64) -> Result<Vec<Place>, Fault> {
        let rows = self.run(TAIL, &[after.into()])?;
        let place = |row: Vec<Value>| {
            let mut row = Row(row.into_iter());
            Ok(Place {
                offset: row.whole()?,
                stream: row.text()?.ok_or_else(odd)?,
                stream_seq: row.whole()?,
                from: row.id()?.zip(row.number()?),
                at: row.whole()?,
            })
        };
        rows.into_iter().map(place).collect()
    }

    fn insert(&self, entries: &[Entry<'_>]) -> Result<Option<String>, Fault> {
        let mut wire = String::with_capacity(entries.iter().map(|entry| entry.body.len() + ROOM).sum());
        for (at, entry) in entries.iter().enumerate() {
            if at > 0 {
                wire.push(',');
            }
            entry.write(&mut wire);
        }
        match (self.run(INSERT, &[wire.as_str().into()]), entries) {
            (Ok(_), _) => Ok(Some(wire)),
            // Which of several it was, and whether there is more to it than an id, comes out one by one.
            (Err(fault), [one]) => {
                if self.find(one.id)?.is_some() {
                    Ok(None)
                } else {
                    Err(fault)
                }
            }
            (Err(_), _) => Ok(None),
        }
    }

    fn find(&self, id: Id) -> Result<Option<(i64, i64)>, Fault> {
        self.row(FIND, &[id.into()])?.map(|mut row| Ok((row.whole()?, row.whole()?))).transpose()
    }

    fn page(&self, ask: Ask) -> Result<Option<Page>, Fault> {
        let device = ask.device.map_or_else(String::new, |device| device.to_string());
        let values =
            [ask.after.into(), device.into(), ask.alive.into(), ask.entries.into(), ask.bytes.into()];
        let Some(mut row) = self.row(PAGE, &values)? else { return Ok(None) };
        let Some((entries, places)) = row.text()?.zip(row.text()?) else { return Ok(None) };
        let (mut count, mut last) = (0, ask.after);
        for place in places.split(',') {
            let place = place.parse().map_err(|_| odd())?;
            if place <= last {
                return Err("the entries of a page are not in order".to_owned());
            }
            (count, last) = (count + 1, place);
        }
        Ok(Some(Page { entries, count, bytes: row.whole()?, last }))
    }

    fn cut(&self, cut: Cut) -> Result<Option<i64>, Fault> {
        let (up_to, before) = cut.many;
        let values = [cut.old.into(), up_to.into(), before.into(), cut.most.into(), cut.of.into()];
        self.row(CUT, &values)?.map_or(Ok(None), |mut row| row.number())
    }

    fn remove(&self, to: i64) -> Result<(), Fault> {
        self.run(REMOVE, &[to.into()]).map(drop)
    }

    fn expire(&self, before: i64, limit: i64) -> Result<(), Fault> {
        self.run(EXPIRE, &[before.into(), limit.into()]).map(drop)
    }

    fn ends(&self) -> Result<(Option<i64>, Option<i64>), Fault> {
        self.row(ENDS, &[])?.map_or(Ok((None, None)), |mut row| Ok((row.number()?, row.number()?)))
    }

    fn wipe(&self) -> Result<(), Fault> {
        self.run(WIPE, &[]).map(drop)
    }
}
