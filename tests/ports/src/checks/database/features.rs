//! The parts of SQLite that the house builds on.

use serde_json::json;

use super::{fail, pass, rows, run};
use crate::checks::{Check, Findings, equal, told};
use crate::ports::{Database, DatabaseFault, Value};

/// Runs these checks.
pub(in crate::checks) async fn all(database: &dyn Database, findings: &mut Findings) {
    findings.add("RETURNING, upserts and numbered parameters", returning(database)).await;
    findings.add("JSON functions", json_functions(database)).await;
    findings.add("FTS5 with triggers, and changes() beside it", search(database)).await;
    findings.add("partial and expression indexes, window functions, CTEs", queries(database)).await;
    findings.add("a trigger that raises is a failed check", raises(database)).await;
    findings.add("SQLite is kept to D1's limits", limits(database)).await;
}

async fn returning(database: &dyn Database) -> Check {
    pass(database, "DROP TABLE IF EXISTS upserted").await?;
    pass(database, "CREATE TABLE upserted (k TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID").await?;
    let upsert = "INSERT INTO upserted VALUES (?1, ?2) \
        ON CONFLICT (k) DO UPDATE SET n = n + excluded.n RETURNING k, n, ?1 || '!' AS loud";
    for (n, wanted) in [(1_i64, 1), (4, 5)] {
        let found = rows(database, upsert, vec!["🦉".into(), n.into()]).await?;
        equal("row", found, [json!({"k": "🦉", "n": wanted, "loud": "🦉!"})])?;
    }
    let gone = rows(database, "DELETE FROM upserted WHERE k = ? RETURNING n", vec!["🦉".into()]).await?;
    equal("deleted", gone, [json!({"n": 5})])
}

async fn json_functions(database: &dyn Database) -> Check {
    let document = r#"{"tags":["a","b\"c"],"deep":{"n":2}}"#;
    let found = rows(
        database,
        "SELECT json_extract(?1, '$.deep.n') AS n, json_valid(?1) AS valid, json_patch(?1, '{\"tags\":null}') AS rest",
        vec![document.into()],
    )
    .await?;
    equal("extracted", found, [json!({"n": 2, "valid": 1, "rest": r#"{"deep":{"n":2}}"#})])?;
    let each = rows(database, "SELECT value FROM json_each(?, '$.tags')", vec![document.into()]).await?;
    equal("each", each, [json!({"value": "a"}), json!({"value": "b\"c"})])?;
    let group = "SELECT json_group_array(value) AS all_of FROM json_each('[1,2.5,\"x\",null]')";
    equal("group", rows(database, group, Vec::new()).await?, [json!({"all_of": "[1,2.5,\"x\",null]"})])
}

async fn search(database: &dyn Database) -> Check {
    for sql in [
        "DROP TABLE IF EXISTS notes_text",
        "DROP TABLE IF EXISTS notes",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
        "CREATE VIRTUAL TABLE notes_text USING fts5(body, content='notes', content_rowid='id')",
        "CREATE TRIGGER notes_in AFTER INSERT ON notes BEGIN \
            INSERT INTO notes_text (rowid, body) VALUES (new.id, new.body); END",
        "CREATE TRIGGER notes_up AFTER UPDATE ON notes BEGIN \
            INSERT INTO notes_text (notes_text, rowid, body) VALUES ('delete', old.id, old.body); \
            INSERT INTO notes_text (rowid, body) VALUES (new.id, new.body); END",
        "INSERT INTO notes (body) VALUES ('the owl sees'), ('the fox hears')",
    ] {
        pass(database, sql).await?;
    }
    let find = "SELECT notes.id AS id, snippet(notes_text, 0, '[', ']', '…', 4) AS part FROM notes_text \
        JOIN notes ON notes.id = notes_text.rowid WHERE notes_text MATCH ? ORDER BY rank";
    let found = rows(database, find, vec!["ow*".into()]).await?;
    equal("found", found, [json!({"id": 1, "part": "the [owl] sees"})])?;
    // The index's own writes are counted in `changes`, but changes() tells the statement's own.
    let outcomes = told(
        "batch",
        database
            .batch(vec![
                crate::ports::Statement::new("UPDATE notes SET body = 'the owl hears' WHERE id = 1"),
                crate::ports::Statement::new("SELECT changes() AS n"),
            ])
            .await,
    )?;
    equal("changes()", outcomes.last().map(|last| last.rows.0.clone()), Some(r#"[{"n":1}]"#.to_owned()))?;
    equal("changes", outcomes.first().is_some_and(|first| first.changes >= 1), true)?;
    let found = rows(database, find, vec!["hears".into()]).await?;
    equal("both", found.len(), 2)?;
    fail(database, DatabaseFault::Statement, find, vec!["\"".into()]).await
}

async fn queries(database: &dyn Database) -> Check {
    for sql in [
        "DROP TABLE IF EXISTS listed",
        "CREATE TABLE listed (id TEXT PRIMARY KEY, at INTEGER NOT NULL, gone INTEGER)",
        "CREATE INDEX listed_at ON listed (at, id) WHERE gone IS NULL",
        "CREATE INDEX listed_lower ON listed (lower(id))",
        "INSERT INTO listed VALUES ('A', 1, NULL), ('B', 2, 1), ('C', 2, NULL), ('D', 3, NULL)",
    ] {
        pass(database, sql).await?;
    }
    let page =
        "SELECT id FROM listed WHERE gone IS NULL AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?";
    let params: Vec<Value> = vec![3_i64.into(), "D".into(), 2_i64.into()];
    equal("page", rows(database, page, params.clone()).await?, [json!({"id": "C"}), json!({"id": "A"})])?;
    let plan = rows(database, &format!("EXPLAIN QUERY PLAN {page}"), params).await?;
    equal("plan", plan.iter().any(|step| step.to_string().contains("listed_at")), true)?;
    let numbered = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?) \
        SELECT x, sum(x) OVER (ORDER BY x) AS total FROM n";
    let found = rows(database, numbered, vec![3_i64.into()]).await?;
    equal("window", found.last().cloned(), Some(json!({"x": 3, "total": 6})))
}

async fn raises(database: &dyn Database) -> Check {
    for sql in [
        "DROP TABLE IF EXISTS sealed",
        "CREATE TABLE sealed (id INTEGER PRIMARY KEY)",
        "CREATE TRIGGER sealed_for_ever BEFORE DELETE ON sealed BEGIN SELECT RAISE(ABORT, 'append only'); END",
        "INSERT INTO sealed VALUES (1)",
    ] {
        pass(database, sql).await?;
    }
    fail(database, DatabaseFault::Check, "DELETE FROM sealed", Vec::new()).await?;
    let left = told("count", run(database, "SELECT id FROM sealed", Vec::new()).await)?;
    equal("left", left.rows.0, r#"[{"id":1}]"#.to_owned())
}

async fn limits(database: &dyn Database) -> Check {
    let compound = |terms: usize| vec!["SELECT 1"; terms].join(" UNION ALL ");
    let columns = |count: usize| format!("SELECT {}", vec!["1"; count].join(", "));
    let deep = |depth: usize| format!("SELECT {} AS n", vec!["1"; depth].join(" + "));
    for (sql, over) in [(compound(5), compound(6)), (columns(100), columns(101)), (deep(100), deep(101))] {
        pass(database, &sql).await?;
        fail(database, DatabaseFault::Statement, &over, Vec::new()).await?;
    }
    let like = |bytes: usize| vec![Value::from("a".repeat(bytes))];
    told("a pattern of 50 bytes", run(database, "SELECT 'a' LIKE ?", like(50)).await)?;
    fail(database, DatabaseFault::Statement, "SELECT 'a' LIKE ?", like(51)).await
}
