//! Random programs of SQL: read from JSON, run on either home, told as JSON that can be compared.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::kernel::fault::MAX_EXACT;
use crate::ports::{Database, DatabaseError, DatabaseFault, Outcome, Statement, Value};

/// A statement: its text, and what it binds.
#[derive(Debug, Clone, Deserialize)]
pub struct Line(String, #[serde(default)] Vec<Bound>);

/// A bound value as JSON writes it; numbers that JSON or JavaScript cannot write stand in a text.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// `{"integer": "9007199254740993"}`
    Integer {
        /// Its digits.
        integer: String,
    },
    /// `{"real": "NaN"}`
    Real {
        /// As Rust reads it.
        real: String,
    },
    /// A flag.
    Bool(bool),
    /// A number: whole ones up to 2^53 are bound as integers.
    Number(serde_json::Number),
    /// A text.
    Text(String),
    /// NULL.
    Null,
}

/// One step: a statement alone, or a batch.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// `["SELECT ?", [1]]`
    Alone(Line),
    /// `{"batch": [...]}`
    Batch {
        /// Its statements.
        batch: Vec<Line>,
    },
}

/// What a step led to.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Told {
    /// One statement passed.
    Passed(Passed),
    /// A batch passed.
    Batch(Vec<Passed>),
    /// It failed.
    Failed {
        /// The kind.
        fault: String,
        /// The words, for a reader; the homes may differ in them.
        cause: String,
    },
}

/// What a statement did.
#[derive(Debug, Serialize)]
pub struct Passed {
    rows: Box<RawValue>,
    changes: u64,
}

impl From<Line> for Statement {
    fn from(Line(sql, params): Line) -> Self {
        Self { params: params.into_iter().map(Value::from).collect(), ..Self::new(sql) }
    }
}

impl From<Bound> for Value {
    fn from(bound: Bound) -> Self {
        match bound {
            Bound::Null => Self::Null,
            Bound::Bool(flag) => Self::Bool(flag),
            Bound::Text(text) => Self::Text(text),
            Bound::Integer { integer } => integer.parse().map_or(Self::Null, Self::Integer),
            Bound::Real { real } => real.parse().map_or(Self::Null, Self::Real),
            Bound::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) if whole.abs() <= MAX_EXACT => Self::Integer(whole),
                (_, Some(real)) => Self::Real(real),
                (_, None) => Self::Null,
            },
        }
    }
}

/// Runs a program's steps in order; a failed step does not end it.
pub async fn run(database: &dyn Database, steps: Vec<Step>) -> Vec<Told> {
    let mut told = Vec::with_capacity(steps.len());
    for step in steps {
        told.push(match step {
            Step::Alone(line) => match database.run(line.into()).await.and_then(passed) {
                Ok(passed) => Told::Passed(passed),
                Err(error) => failed(error),
            },
            Step::Batch { batch } => {
                let outcomes = database.batch(batch.into_iter().map(Statement::from).collect()).await;
                match outcomes.and_then(|all| all.into_iter().map(passed).collect()) {
                    Ok(all) => Told::Batch(all),
                    Err(error) => failed(error),
                }
            }
        });
    }
    told
}

fn passed(outcome: Outcome) -> Result<Passed, DatabaseError> {
    // Whatever a home calls rows must be JSON; this fails loudly where it is not.
    let rows = outcome.rows.read::<Box<RawValue>>().map(|_| outcome.rows.0)?;
    let rows = RawValue::from_string(rows)
        .map_err(|error| DatabaseError::new(DatabaseFault::Shape, error.to_string()))?;
    Ok(Passed { rows, changes: outcome.changes })
}

fn failed(error: DatabaseError) -> Told {
    Told::Failed { fault: format!("{:?}", error.fault), cause: error.cause }
}
