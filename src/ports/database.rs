//! The database as the house asks for it: statements, rows, and what can go wrong.

use std::borrow::Cow;

use async_trait::async_trait;
use serde::de::DeserializeOwned;

use crate::kernel::json;
use crate::kernel::time::Timestamp;

/// A value bound to a statement.
///
/// D1 binds every number as REAL; [`Value::Integer`] is therefore limited to ±2^53 and a
/// statement that needs an integer in an expression says `CAST(? AS INTEGER)`.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// 0 or 1.
    Bool(bool),
    /// A whole number within ±2^53.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// UTF-8 text.
    Text(String),
}

/// A statement's number among those that the house knows by name, by which calls of it are counted. The default is
/// that of statements without a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Query(pub u16);

/// A text with its number.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The text.
    pub text: &'static str,
    /// Its number.
    pub query: Query,
}

/// One statement and what it binds, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text, with `?1`-style or `?` parameters; at most 100 of them (D1's limit).
    pub sql: Cow<'static, str>,
    /// The values, first parameter first.
    pub params: Vec<Value>,
    /// What it is counted as.
    pub query: Query,
}

impl From<&'static str> for Statement {
    fn from(text: &'static str) -> Self {
        Self { sql: Cow::Borrowed(text), params: Vec::new(), query: Query::default() }
    }
}

impl From<String> for Statement {
    fn from(text: String) -> Self {
        Self { sql: Cow::Owned(text), params: Vec::new(), query: Query::default() }
    }
}

impl From<Known> for Statement {
    fn from(known: Known) -> Self {
        Self { sql: Cow::Borrowed(known.text), params: Vec::new(), query: known.query }
    }
}

impl Statement {
    /// A statement without parameters yet, from a text or from what `sql!` gives.
    pub fn new(sql: impl Into<Self>) -> Self {
        sql.into()
    }

    /// The same statement, counted as that query.
    #[must_use]
    pub fn named(self, query: Query) -> Self {
        Self { query, ..self }
    }

    /// Binds the next parameter.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.params.push(value.into());
        self
    }
}

/// The rows of one statement as the text of a JSON array of objects, one object a row, columns in order.
///
/// Text, because D1 answers in JSON: it crosses into Wasm once and is read straight into the type
/// that the caller wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows(pub String);

impl Rows {
    /// All rows as `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<Vec<T>, DatabaseError> {
        json::read(&self.0).map_err(|error| DatabaseError::new(DatabaseFault::Shape, error.to_string()))
    }

    /// The first row as `T`, if there is one.
    pub fn first<T: DeserializeOwned>(&self) -> Result<Option<T>, DatabaseError> {
        Ok(self.read::<T>()?.into_iter().next())
    }
}

/// What one statement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it returned (`[]` for a statement that returns nothing).
    pub rows: Rows,
    /// Rows it inserted, updated or deleted.
    pub changes: u64,
    /// What it took.
    pub cost: Cost,
}

/// What a statement took, as D1 tells and bills it: rows of indexes count besides those of tables. Natively an
/// estimate: rows read are those that were returned and those that a scan without an index went over, rows written
/// are the changes, and the time is not measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Rows that were looked at.
    pub rows_read: u32,
    /// Rows that were written.
    pub rows_written: u32,
    /// Microseconds in the database, without the way there; `None` where nobody measured.
    pub micros: Option<u32>,
}

/// Why the database refused or failed, as far as a caller can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseFault {
    /// A UNIQUE or PRIMARY KEY constraint.
    Unique,
    /// A FOREIGN KEY constraint.
    ForeignKey,
    /// A NOT NULL constraint.
    NotNull,
    /// A CHECK constraint or a STRICT column's type.
    Check,
    /// Busy, locked or overloaded: the same statement may pass later.
    Busy,
    /// The connection or the database was reset, unreachable or timed out.
    Unavailable,
    /// The text or its parameters are wrong: a defect of ours.
    Statement,
    /// The rows do not have the shape that the caller reads: a defect of ours.
    Shape,
    /// Anything else.
    Other,
}

/// A failed statement or batch; a failed batch has changed nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseError {
    /// What a caller can act on.
    pub fault: DatabaseFault,
    /// The vendor's words, for the log alone.
    pub cause: String,
}

impl DatabaseError {
    /// An error of this kind.
    pub fn new(fault: DatabaseFault, cause: impl Into<String>) -> Self {
        Self { fault, cause: cause.into() }
    }
}

/// The relational store: SQLite as D1 runs it.
#[async_trait(?Send)]
pub trait Database {
    /// Runs one statement.
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError>;

    /// Runs all statements in one transaction, in order: all of them or none.
    ///
    /// An UPDATE that matches no row does not stop the batch.
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError>;

    /// The point in the database's history that the last statement saw, for the caller to bring
    /// back so that it reads its own writes; `None` before the first statement.
    fn bookmark(&self) -> Option<String>;
}

macro_rules! value_from {
    ($($type:ty => $make:expr),+ $(,)?) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                ($make)(value)
            }
        })+
    };
}

value_from! {
    bool => Value::Bool,
    i64 => Value::Integer,
    i32 => |n| Value::Integer(i64::from(n)),
    u32 => |n| Value::Integer(i64::from(n)),
    f64 => Value::Real,
    String => Value::Text,
    &str => |text: &str| Value::Text(text.to_owned()),
    chrono::NaiveDate => |date: chrono::NaiveDate| Value::Text(date.to_string()),
    Timestamp => |at: Timestamp| Value::Integer(at.millis()),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
