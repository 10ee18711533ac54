//! What is bound, and what comes back.

use serde_json::{Value as Json, json};

use super::{fail, pass, rows, run};
use crate::checks::{Check, Findings, equal, told};
use crate::ports::{Database, DatabaseFault, Value};

/// Runs these checks.
pub(in crate::checks) async fn all(database: &dyn Database, findings: &mut Findings) {
    findings.add("every number is bound as REAL", real(database)).await;
    findings.add("columns coerce what is bound, expressions do not", coerce(database)).await;
    findings.add("texts come back as they were bound", texts(database)).await;
    findings.add("numbers are written as JavaScript writes them", numbers(database)).await;
    findings.add("whole numbers hold to 2^53 and are refused beyond", large(database)).await;
    findings.add("NULL, flags and bytes", others(database)).await;
    findings.add("of two columns with one name the last counts", names(database)).await;
}

async fn one(database: &dyn Database, sql: &str, value: impl Into<Value>) -> Result<Json, String> {
    let found = rows(database, sql, vec![value.into()]).await?;
    Ok(found.first().and_then(|row| row.get("v")).cloned().unwrap_or(json!("no row")))
}

async fn real(database: &dyn Database) -> Check {
    for value in [Value::Integer(5), Value::Real(5.0), Value::Bool(true)] {
        equal("typeof", one(database, "SELECT typeof(?) AS v", value).await?, "real")?;
    }
    equal("cast", one(database, "SELECT typeof(CAST(? AS INTEGER)) AS v", 5_i64).await?, "integer")?;
    // What REAL does where an integer was meant.
    equal("joined", one(database, "SELECT 'n' || ? AS v", 5_i64).await?, "n5.0")?;
    equal("joined", one(database, "SELECT 'n' || CAST(? AS INTEGER) AS v", 5_i64).await?, "n5")?;
    equal("divided", one(database, "SELECT ? / 2 AS v", 5_i64).await?, 2.5)?;
    equal("as JSON", one(database, "SELECT json_object('n', ?) AS v", 5_i64).await?, r#"{"n":5.0}"#)
}

async fn coerce(database: &dyn Database) -> Check {
    pass(database, "DROP TABLE IF EXISTS coerced").await?;
    pass(database, "CREATE TABLE coerced (i INTEGER, t TEXT, r REAL, b BLOB)").await?;
    let insert = "INSERT INTO coerced VALUES (?1, ?1, ?1, ?1)";
    told("insert", run(database, insert, vec![5_i64.into()]).await)?;
    let found = rows(
        database,
        "SELECT typeof(i) AS i, typeof(t) AS t, t AS text, typeof(r) AS r, typeof(b) AS b FROM coerced",
        Vec::new(),
    )
    .await?;
    equal("kinds", found, [json!({"i": "integer", "t": "text", "text": "5.0", "r": "real", "b": "real"})])?;
    equal("compared", one(database, "SELECT count(*) AS v FROM coerced WHERE i = ?", 5_i64).await?, 1)
}

async fn texts(database: &dyn Database) -> Check {
    let long = "é🦉 '\"\\ \n\r\t\u{7f}\u{2028}".repeat(5_000);
    for text in
        ["", "'; DROP TABLE counter; --", "\"\\\u{8}\u{1f}", "🦉👩‍👩‍👧", "a\u{0}b", "\u{feff}x", long.as_str()]
    {
        let found = one(database, "SELECT ? AS v", text).await?;
        equal("text", found.as_str() == Some(text), true)?;
    }
    Ok(())
}

async fn numbers(database: &dyn Database) -> Check {
    let sql =
        "SELECT 1.0 AS a, 1e21 AS b, 1e-7 AS c, -0.0 AS d, 0.1 + 0.2 AS e, 1e999 AS f, 123456789012 AS g";
    let text = pass(database, sql).await?.rows.0;
    equal(
        "text",
        text,
        r#"[{"a":1,"b":1e+21,"c":1e-7,"d":0,"e":0.30000000000000004,"f":null,"g":123456789012}]"#,
    )
}

async fn large(database: &dyn Database) -> Check {
    const END: i64 = 1 << 53;
    for number in [END, -END, END - 1, 0, -1] {
        equal("through an expression", one(database, "SELECT ? AS v", number).await?, number)?;
        let cast = "SELECT CAST(CAST(? AS INTEGER) AS TEXT) AS v";
        equal("exactly", one(database, cast, number).await?, number.to_string())?;
    }
    for value in
        [Value::Integer(END + 1), Value::Integer(i64::MIN), Value::Real(f64::NAN), Value::Real(f64::INFINITY)]
    {
        fail(database, DatabaseFault::Statement, "SELECT ?", vec![value]).await?;
    }
    let found = pass(database, "SELECT 9007199254740993 AS v").await?.rows.0;
    equal("beyond 2^53 the nearest double comes back", found, r#"[{"v":9007199254740992}]"#)
}

async fn others(database: &dyn Database) -> Check {
    equal("null", one(database, "SELECT ? AS v", Value::Null).await?, Json::Null)?;
    equal("null's kind", one(database, "SELECT typeof(?) AS v", Value::Null).await?, "null")?;
    equal("true", one(database, "SELECT ? AS v", true).await?, 1)?;
    equal("false", one(database, "SELECT ? AS v", false).await?, 0)?;
    equal("bytes", one(database, "SELECT x'00ff' AS v, ? AS w", 1_i64).await?, json!([0, 255]))
}

async fn names(database: &dyn Database) -> Check {
    let found = rows(database, "SELECT 1 AS a, 2 AS b, 3 AS a", Vec::new()).await?;
    equal("row", found, [json!({"a": 3, "b": 2})])
}
