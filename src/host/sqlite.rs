//! [`Database`] on SQLite, kept to D1's rules.

use std::cell::Cell;
use std::path::Path;

use async_trait::async_trait;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, StatementStatus, Transaction, TransactionBehavior};

use crate::host::javascript::{write_integer, write_number};
use crate::host::{limits, words};
use crate::kernel::fault::{self, refuse};
use crate::ports::{Cost, Database, DatabaseError, Outcome, Rows, Statement, Value};

/// A database in memory or in a file.
///
/// D1's authorizer forbids more than this one refuses: temporary tables, most PRAGMAs, a few functions.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    statements: Cell<u64>,
}

impl Sqlite {
    /// An empty database in memory.
    pub fn memory() -> Result<Self, DatabaseError> {
        Self::over(Connection::open_in_memory().map_err(|error| words::of(&error))?)
    }

    /// The database in that file, made if it is not there. Two of them on one file see each other's writes.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        Self::over(Connection::open(path).map_err(|error| words::of(&error))?)
    }

    fn over(connection: Connection) -> Result<Self, DatabaseError> {
        connection.pragma_update(None, "foreign_keys", true).map_err(|error| words::of(&error))?;
        limits::set(&connection)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(Self { connection, statements: Cell::new(0) })
    }

    /// Runs a script of statements without parameters in one transaction, as a migration runs.
    pub fn script(&self, sql: &str) -> Result<(), DatabaseError> {
        let transaction = self.transaction(TransactionBehavior::Immediate)?;
        transaction.execute_batch(sql).map_err(|error| words::of(&error))?;
        transaction.commit().map_err(|error| words::of(&error))
    }

    /// Prepares a statement without running it, and tells how many parameters it binds.
    pub fn prepare(&self, sql: &str) -> Result<usize, DatabaseError> {
        let statement = self.connection.prepare(sql).map_err(|error| words::of(&error))?;
        Ok(statement.parameter_count())
    }

    /// SQLite's plan of a statement, one line a step, with nothing bound.
    pub fn plan(&self, sql: &str) -> Result<Vec<String>, DatabaseError> {
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let mut statement = self.connection.prepare(&explain).map_err(|error| words::of(&error))?;
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().map_err(|error| words::of(&error))? {
            steps.push(row.get("detail").map_err(|error| words::of(&error))?);
        }
        Ok(steps)
    }

    fn transaction(&self, behavior: TransactionBehavior) -> Result<Transaction<'_>, DatabaseError> {
        Transaction::new_unchecked(&self.connection, behavior).map_err(|error| words::of(&error))
    }

    fn execute(&self, statement: &Statement) -> Result<Outcome, DatabaseError> {
        let before = self.connection.total_changes();
        let mut prepared =
            self.connection.prepare_cached(&statement.sql).map_err(|error| words::of(&error))?;
        if prepared.parameter_count() != statement.params.len() {
            return Err(fault::error("Wrong number of parameter bindings for SQL query."));
        }
        for (index, value) in statement.params.iter().enumerate() {
            bind(&mut prepared, index + 1, value).map_err(|error| words::of(&error))?;
        }
        let mut names = Vec::with_capacity(prepared.column_count());
        for name in prepared.column_names() {
            names.push(quoted(name));
        }
        let mut rows = prepared.raw_query();
        let mut out = String::from("[");
        let mut returned: u32 = 0;
        while let Some(row) = rows.next().map_err(|error| words::of(&error))? {
            if out.len() > 1 {
                out.push(',');
            }
            returned += 1;
            write_row(&mut out, row, &names).map_err(|error| words::of(&error))?;
        }
        out.push(']');
        drop(rows);
        let scanned = u32::try_from(prepared.get_status(StatementStatus::FullscanStep)).unwrap_or_default();
        prepared.reset_status(StatementStatus::FullscanStep);
        drop(prepared);
        // As in D1, rows of a cascade, of triggers and of the hidden tables of FTS5 count too.
        let changes = self.connection.total_changes() - before;
        let cost = Cost {
            rows_read: returned.saturating_add(scanned),
            rows_written: u32::try_from(changes).unwrap_or(u32::MAX),
            micros: None,
        };
        Ok(Outcome { rows: Rows(out), changes, cost })
    }
}

#[async_trait(?Send)]
impl Database for Sqlite {
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError> {
        refuse(&statement).map_or(Ok(()), Err)?;
        self.statements.set(self.statements.get() + 1);
        // In a transaction of its own, as in D1: what FTS5 writes while it commits is not counted.
        let transaction = self.transaction(TransactionBehavior::Deferred)?;
        let outcome = self.execute(&statement)?;
        transaction.commit().map_err(|error| words::of(&error))?;
        Ok(outcome)
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        statements.iter().find_map(refuse).map_or(Ok(()), Err)?;
        self.statements.set(self.statements.get() + 1);
        let transaction = self.transaction(TransactionBehavior::Immediate)?;
        let outcomes =
            statements.iter().map(|statement| self.execute(statement)).collect::<Result<_, _>>()?;
        transaction.commit().map_err(|error| words::of(&error))?;
        Ok(outcomes)
    }

    fn bookmark(&self) -> Option<String> {
        let seen = self.statements.get();
        (seen > 0).then(|| format!("{seen:032x}"))
    }
}

/// Every number as REAL, as D1 binds it.
fn bind(statement: &mut rusqlite::Statement<'_>, index: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
        Value::Bool(flag) => statement.raw_bind_parameter(index, if *flag { 1.0 } else { 0.0 }),
        #[allow(clippy::cast_precision_loss)] // Exact: `refuse` lets nothing beyond 2^53 through.
        Value::Integer(number) => statement.raw_bind_parameter(index, *number as f64),
        // Adding 0 turns -0 into 0, as the way through JSON does.
        Value::Real(number) => statement.raw_bind_parameter(index, *number + 0.0),
        Value::Text(text) => statement.raw_bind_parameter(index, text.as_str()),
    }
}

/// One row as a JSON object. Of two columns with one name the last counts, as in a JavaScript object.
fn write_row(out: &mut String, row: &rusqlite::Row<'_>, names: &[String]) -> rusqlite::Result<()> {
    out.push('{');
    let mut first = true;
    for (index, name) in names.iter().enumerate() {
        if names.iter().skip(index + 1).any(|later| later == name) {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        out.push_str(name);
        out.push(':');
        match row.get_ref(index)? {
            ValueRef::Null => out.push_str("null"),
            ValueRef::Integer(number) => write_integer(out, number),
            ValueRef::Real(number) => write_number(out, number),
            ValueRef::Text(text) => out.push_str(&quoted(&String::from_utf8_lossy(text))),
            ValueRef::Blob(bytes) => out.push_str(&format!("{bytes:?}").replace(' ', "")),
        }
    }
    out.push('}');
    Ok(())
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::DatabaseFault;

    #[test]
    fn a_plan_names_the_index() {
        let database = Sqlite::memory().unwrap();
        database.script("CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT); CREATE INDEX t_b ON t (b);").unwrap();
        assert_eq!(database.prepare("SELECT a FROM t WHERE b = ?1 AND a > ?2"), Ok(2));
        assert!(database.plan("SELECT a FROM t WHERE b = ?").unwrap().join(" ").contains("t_b"));
        assert_eq!(database.prepare("SELECT c FROM t").unwrap_err().fault, DatabaseFault::Statement);
    }
}
