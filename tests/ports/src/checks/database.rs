//! The database: constraints, batches, bound values, and the parts of SQLite that the house uses.

use serde_json::{Value as Json, json};

use super::{Check, Findings, equal, told};
use crate::ports::{Database, DatabaseError, DatabaseFault, Outcome, Statement, Value};

mod features;
mod values;

/// Runs these checks.
pub(super) async fn all(database: &dyn Database, findings: &mut Findings) {
    findings.add("there is a bookmark after the first statement", bookmark(database)).await;
    findings.add("each constraint has its fault", constraints(database)).await;
    findings.add("a wrong statement is our defect", statements(database)).await;
    findings.add("a batch with a failing second statement changes nothing", atomic(database)).await;
    findings.add("an update without a match does not stop a batch", no_match(database)).await;
    findings.add("changes() gates the next statement of a batch", gate(database)).await;
    findings.add("changes are counted", changes(database)).await;
    findings.add("an empty batch is nothing", empty(database)).await;
    values::all(database, findings).await;
    features::all(database, findings).await;
}

/// Runs a statement.
async fn run(database: &dyn Database, sql: &str, params: Vec<Value>) -> Result<Outcome, DatabaseError> {
    database.run(Statement { params, ..Statement::new(sql.to_owned()) }).await
}

/// The rows of a statement that must pass.
async fn rows(database: &dyn Database, sql: &str, params: Vec<Value>) -> Result<Vec<Json>, String> {
    let outcome = told(sql, run(database, sql, params).await)?;
    told(sql, outcome.rows.read())
}

/// A statement that must pass.
async fn pass(database: &dyn Database, sql: &str) -> Result<Outcome, String> {
    told(sql, run(database, sql, Vec::new()).await)
}

/// A statement that must fail in this way.
async fn fail(database: &dyn Database, fault: DatabaseFault, sql: &str, params: Vec<Value>) -> Check {
    match run(database, sql, params).await {
        Err(error) => equal(&format!("{sql} ({})", error.cause), error.fault, fault),
        Ok(outcome) => Err(format!("{sql} passed: {outcome:?}")),
    }
}

fn statement(sql: &'static str) -> Statement {
    Statement::new(sql)
}

async fn bookmark(database: &dyn Database) -> Check {
    pass(database, "SELECT 1").await?;
    equal("a bookmark", database.bookmark().is_some_and(|text| !text.is_empty()), true)
}

async fn constraints(database: &dyn Database) -> Check {
    for sql in [
        "DROP TABLE IF EXISTS child",
        "DROP TABLE IF EXISTS parent",
        "CREATE TABLE parent (id TEXT PRIMARY KEY, n INTEGER NOT NULL CHECK (n < 10), u TEXT UNIQUE) STRICT",
        "CREATE TABLE child (id INTEGER PRIMARY KEY, parent TEXT REFERENCES parent (id) ON DELETE CASCADE)",
        "INSERT INTO parent VALUES ('a', 1, 'x')",
        "INSERT INTO child VALUES (1, 'a'), (2, 'a')",
    ] {
        pass(database, sql).await?;
    }
    use DatabaseFault::{Check as Checked, ForeignKey, NotNull, Unique};
    for (fault, sql) in [
        (Unique, "INSERT INTO parent VALUES ('a', 1, 'y')"),
        (Unique, "INSERT INTO parent VALUES ('b', 1, 'x')"),
        (Unique, "INSERT INTO child VALUES (1, 'a')"),
        (NotNull, "INSERT INTO parent VALUES ('b', NULL, 'y')"),
        (Checked, "INSERT INTO parent VALUES ('b', 10, 'y')"),
        (Checked, "INSERT INTO parent VALUES ('b', 'many', 'y')"),
        (Checked, "INSERT INTO parent VALUES ('b', 1.5, 'y')"),
        (Checked, "INSERT INTO child VALUES ('text', 'a')"),
        (ForeignKey, "INSERT INTO child VALUES (3, 'nobody')"),
        (ForeignKey, "UPDATE parent SET id = 'z' WHERE id = 'a'"),
    ] {
        fail(database, fault, sql, Vec::new()).await?;
    }
    pass(database, "DELETE FROM parent WHERE id = 'a'").await?;
    equal("the cascade", rows(database, "SELECT id FROM child", Vec::new()).await?, Vec::<Json>::new())
}

async fn statements(database: &dyn Database) -> Check {
    let wrong = DatabaseFault::Statement;
    for sql in ["SELEC 1", "SELECT * FROM nowhere", "SELECT nothing", "", "-- nothing", "SELECT json('{')"] {
        fail(database, wrong, sql, Vec::new()).await?;
    }
    for sql in ["BEGIN", "COMMIT", "SAVEPOINT a", "ATTACH ':memory:' AS b"] {
        fail(database, wrong, sql, Vec::new()).await?;
    }
    fail(database, wrong, "SELECT ?", Vec::new()).await?;
    fail(database, wrong, "SELECT ?, ?", vec![1_i64.into()]).await?;
    fail(database, wrong, "SELECT ?", vec![1_i64.into(), 2_i64.into()]).await?;
    let hundred = format!("SELECT {} AS n", vec!["?"; 100].join(" + "));
    equal("100 parameters", rows(database, &hundred, vec![1_i64.into(); 100]).await?, [json!({"n": 100})])?;
    let more = format!("SELECT {} AS n", vec!["?"; 101].join(" + "));
    fail(database, wrong, &more, vec![1_i64.into(); 101]).await?;
    fail(database, wrong, &format!("SELECT '{}'", "a".repeat(100_001)), Vec::new()).await?;
    // A failed batch tells the kind of its failing statement.
    let batch = database.batch(vec![statement("SELECT 1"), statement("SELEC 1")]).await;
    equal("the batch's fault", batch.map_err(|error| error.fault), Err(wrong))
}

async fn counter(database: &dyn Database) -> Check {
    pass(database, "DROP TABLE IF EXISTS counter").await?;
    pass(
        database,
        "CREATE TABLE counter (id TEXT PRIMARY KEY, n INTEGER NOT NULL, version INTEGER NOT NULL)",
    )
    .await?;
    pass(database, "INSERT INTO counter VALUES ('a', 0, 1), ('b', 0, 1)").await?;
    Ok(())
}

async fn atomic(database: &dyn Database) -> Check {
    counter(database).await?;
    let outcome = database
        .batch(vec![
            statement("UPDATE counter SET n = 5 WHERE id = 'a'"),
            statement("INSERT INTO counter VALUES ('b', 0, 1)"),
            statement("UPDATE counter SET n = 7 WHERE id = 'b'"),
        ])
        .await;
    equal("the fault", outcome.map_err(|error| error.fault), Err(DatabaseFault::Unique))?;
    let found = rows(database, "SELECT n FROM counter ORDER BY id", Vec::new()).await?;
    equal("the rows", found, [json!({"n": 0}), json!({"n": 0})])?;
    // A later statement that cannot even be prepared takes the earlier ones back too.
    let outcome = database
        .batch(vec![statement("UPDATE counter SET n = 5 WHERE id = 'a'"), statement("SELECT * FROM nowhere")])
        .await;
    equal("the fault", outcome.map_err(|error| error.fault), Err(DatabaseFault::Statement))?;
    let found = rows(database, "SELECT n FROM counter WHERE id = 'a'", Vec::new()).await?;
    equal("the row", found, [json!({"n": 0})])
}

async fn no_match(database: &dyn Database) -> Check {
    counter(database).await?;
    let outcomes = told(
        "batch",
        database
            .batch(vec![
                statement("UPDATE counter SET n = 1 WHERE id = 'nobody'"),
                statement("UPDATE counter SET n = 2 WHERE id = 'a'"),
                statement("SELECT n FROM counter WHERE id = 'a'"),
            ])
            .await,
    )?;
    equal("changes", outcomes.iter().map(|outcome| outcome.changes).collect::<Vec<_>>(), [0, 1, 0])?;
    equal("rows", outcomes.last().map(|last| last.rows.0.clone()), Some(r#"[{"n":2}]"#.to_owned()))
}

/// The event of a write: written in its batch, exactly when the write matched its row and version.
async fn gate(database: &dyn Database) -> Check {
    counter(database).await?;
    pass(database, "DROP TABLE IF EXISTS happened").await?;
    pass(database, "CREATE TABLE happened (seq INTEGER PRIMARY KEY, what TEXT)").await?;
    for (version, wanted) in [(1, 1), (1, 1), (2, 2)] {
        let update = Statement::new(
            "UPDATE counter SET n = n + 1, version = version + 1 WHERE id = 'a' AND version = ?",
        );
        let event = Statement::new(
            "INSERT INTO happened SELECT coalesce(max(seq), 0) + 1, ? FROM happened HAVING changes() = 1",
        );
        told("batch", database.batch(vec![update.bind(version), event.bind("counted")]).await)?;
        let found = rows(database, "SELECT count(*) AS n, max(seq) AS seq FROM happened", Vec::new()).await?;
        equal("events", found, [json!({"n": wanted, "seq": wanted})])?;
    }
    Ok(())
}

async fn changes(database: &dyn Database) -> Check {
    counter(database).await?;
    for (sql, wanted) in [
        ("SELECT * FROM counter", 0),
        ("INSERT INTO counter VALUES ('c', 1, 1), ('d', 1, 1)", 2),
        ("INSERT INTO counter VALUES ('c', 1, 1) ON CONFLICT DO NOTHING", 0),
        ("UPDATE counter SET n = 9", 4),
        ("UPDATE counter SET n = 9 WHERE id = 'nobody'", 0),
        ("DELETE FROM counter WHERE id > 'a' RETURNING id", 3),
    ] {
        equal(sql, pass(database, sql).await?.changes, wanted)?;
    }
    Ok(())
}

async fn empty(database: &dyn Database) -> Check {
    equal("an empty batch", told("batch", database.batch(Vec::new()).await)?, Vec::new())
}
