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

/// One statement and what it binds, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The text, with `?1`-style or `?` parameters; at most 100 of them (D1's limit).
    pub sql: Cow<'static, str>,
    /// The values, first parameter first.
    pub params: Vec<Value>,
}

impl Statement {
    /// A statement without parameters yet.
    pub fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self { sql: sql.into(), params: Vec::new() }
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
