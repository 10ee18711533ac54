//! D1: what is bound, what comes back, and what its errors mean.

use serde_json::{Value as Json, json};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use witness::edge::d1::{D1, Start};
use witness::edge::js::property;
use witness::edge::lazy::LazyDatabase;
use witness::ports::{Database, DatabaseFault, Statement, Value};

use crate::{js, seen};

/// An environment whose `DB` notes sessions, statements and values in `log`, and answers `result`, or throws it
/// where it is an Error.
fn database(result: &str) -> JsValue {
    js(&format!(
        "(() => {{
            const log = [];
            const give = async () => {{ const r = {result}; if (r instanceof Error) throw r; return r; }};
            const statement = (sql) => ({{
                bind: (...values) => (log.push(['bind', values.map((v) => [v === null ? 'null' : typeof v, v])]), statement(sql)),
                all: () => (log.push(['all', sql]), give()),
            }});
            const session = {{
                prepare: (sql) => (log.push(['prepare', sql]), statement(sql)),
                batch: (list) => (log.push(['batch', list.length]), give()),
                getBookmark: () => 'a-bookmark',
            }};
            return {{ log, DB: {{ withSession: (start) => (log.push(['session', start]), session) }} }};
        }})()"
    ))
}

fn open(env: &JsValue) -> D1 {
    D1::open(env, "DB", Start::Primary).unwrap()
}

#[wasm_bindgen_test]
async fn values_are_bound_as_numbers_texts_and_booleans_never_as_big_integers() {
    let env = database("({ results: [], meta: { changes: 0 } })");
    let statement = Statement::new("SELECT ?, ?, ?, ?, ?, ?, ?")
        .bind(9_007_199_254_740_992_i64)
        .bind(-1_i64)
        .bind(0.5)
        .bind(true)
        .bind("héllo \u{1F600} \0 'x'")
        .bind(None::<&str>)
        .bind(1_795_229_925_857_i64);
    open(&env).run(statement).await.unwrap();
    let bound = json!([
        "bind",
        [
            ["number", 9_007_199_254_740_992_i64],
            ["number", -1],
            ["number", 0.5],
            ["boolean", true],
            ["string", "héllo \u{1F600} \0 'x'"],
            ["null", null],
            ["number", 1_795_229_925_857_i64],
        ]
    ]);
    assert_eq!(seen(&property(&env, "log"))[2], bound);
}

#[wasm_bindgen_test]
async fn what_a_double_cannot_hold_is_refused_before_it_crosses() {
    let env = database("({ results: [] })");
    for value in [Value::Integer(9_007_199_254_740_993), Value::Real(f64::NAN), Value::Real(f64::INFINITY)] {
        let fault = open(&env).run(Statement::new("SELECT ?").bind(value)).await.unwrap_err().fault;
        assert_eq!(fault, DatabaseFault::Statement);
    }
    let log = seen(&property(&env, "log"));
    assert!(log.as_array().unwrap().iter().all(|entry| entry[0] == "session"), "{log}");
}

#[wasm_bindgen_test]
async fn rows_cross_as_the_text_of_what_javascript_holds() {
    let env = database(
        "({ results: [{ id: 'a', n: 9007199254740991, x: 0.1, big: 1e21, flag: 1, none: null, text: 'é\\u0000\"' }], meta: { changes: 3 } })",
    );
    let database = open(&env);
    let outcome = database.run(Statement::new("SELECT 1")).await.unwrap();
    assert_eq!(outcome.changes, 3);
    let rows: Vec<Json> = outcome.rows.read().unwrap();
    let row = json!({"id": "a", "n": 9_007_199_254_740_991_i64, "x": 0.1, "big": 1e21, "flag": 1, "none": null, "text": "é\u{0}\""});
    assert_eq!(rows, [row]);
    assert_eq!(database.bookmark().as_deref(), Some("a-bookmark"));
}

#[wasm_bindgen_test]
async fn an_answer_without_rows_or_numbers_is_an_empty_one() {
    for (result, changes) in [
        ("({})", 0),
        ("({ meta: null })", 0),
        ("({ meta: { changes: 'many' } })", 0),
        ("({ meta: { changes: -1 } })", 0),
        ("({ meta: { changes: NaN } })", 0),
        ("({ meta: { changes: 2.9 } })", 2),
        ("null", 0),
        ("7", 0),
    ] {
        let outcome = open(&database(result)).run(Statement::new("SELECT 1")).await.unwrap();
        assert_eq!((outcome.rows.0.as_str(), outcome.changes), ("[]", changes), "{result}");
    }
}

#[wasm_bindgen_test]
async fn rows_that_are_no_json_are_misshapen() {
    for result in [
        "({ results: [{ n: 1n }] })",
        "(() => { const r = {}; r.results = [r]; r.self = r; return { results: [r] }; })()",
    ] {
        let error = open(&database(result)).run(Statement::new("SELECT 1")).await.unwrap_err();
        assert_eq!(error.fault, DatabaseFault::Shape, "{}", error.cause);
    }
    let outcome = open(&database("({ results: 'rows' })")).run(Statement::new("SELECT 1")).await.unwrap();
    assert_eq!(outcome.rows.read::<Json>().unwrap_err().fault, DatabaseFault::Shape);
}

#[wasm_bindgen_test]
async fn a_batch_gives_as_many_outcomes_as_it_has_statements() {
    let two = || vec![Statement::new("SELECT 1"), Statement::new("SELECT ?").bind(1_i64)];
    let env = database("[{ results: [{ a: 1 }], meta: { changes: 0 } }, { meta: { changes: 1 } }]");
    let outcomes = open(&env).batch(two()).await.unwrap();
    assert_eq!(
        outcomes.iter().map(|outcome| (outcome.rows.0.as_str(), outcome.changes)).collect::<Vec<_>>(),
        [("[{\"a\":1}]", 0), ("[]", 1)]
    );
    for result in ["[{}]", "[{}, {}, {}]", "({})", "undefined", "'[]'"] {
        let error = open(&database(result)).batch(two()).await.unwrap_err();
        assert_eq!(error.fault, DatabaseFault::Shape, "{result}");
    }
    assert_eq!(open(&database("new Error('never asked')")).batch(Vec::new()).await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn errors_of_the_database_are_told_by_their_words_whatever_their_causes() {
    let table = [
        (
            "new Error('D1_ERROR: UNIQUE constraint failed: users.email_key: SQLITE_CONSTRAINT', { cause: new Error('UNIQUE constraint failed: users.email_key: SQLITE_CONSTRAINT') })",
            DatabaseFault::Unique,
        ),
        (
            "new Error('D1_ERROR: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_FOREIGNKEY)', { cause: new Error('inner', { cause: new Error('innermost') }) })",
            DatabaseFault::ForeignKey,
        ),
        ("new Error('D1 DB is overloaded. Requests queued for too long.')", DatabaseFault::Busy),
        ("new TypeError('fetch failed', { cause: new Error('ECONNRESET') })", DatabaseFault::Unavailable),
        (
            "Object.assign(new Error('D1_ERROR: no such table: x: SQLITE_ERROR'), { cause: 'a text' })",
            DatabaseFault::Statement,
        ),
        (
            "(() => { const e = new Error('D1_ERROR: database is locked: SQLITE_BUSY'); e.cause = e; return e; })()",
            DatabaseFault::Busy,
        ),
        ("new Error('')", DatabaseFault::Other),
    ];
    for (thrown, fault) in table {
        let error = open(&database(thrown)).run(Statement::new("SELECT 1")).await.unwrap_err();
        assert_eq!(error.fault, fault, "{thrown}: {}", error.cause);
        let error = open(&database(thrown)).batch(vec![Statement::new("SELECT 1")]).await.unwrap_err();
        assert_eq!(error.fault, fault, "{thrown}: {}", error.cause);
    }
}

#[wasm_bindgen_test]
async fn a_session_begins_where_the_caller_was_or_where_nonsense_leads() {
    let long = "0".repeat(129);
    for (start, told) in [
        (Start::Anywhere, "first-unconstrained"),
        (Start::Primary, "first-primary"),
        (Start::After("00000001-0000000a-00004f2b-9d1e"), "00000001-0000000a-00004f2b-9d1e"),
        (Start::After(""), "first-primary"),
        (Start::After("first-unconstrained"), "first-primary"),
        (Start::After("1; DROP"), "first-primary"),
        (Start::After(&long), "first-primary"),
    ] {
        let env = database("({})");
        D1::open(&env, "DB", start).unwrap();
        assert_eq!(seen(&property(&env, "log")), json!([["session", told]]));
    }
    // Nothing is opened for a request that asks nothing.
    let env = database("({})");
    let lazy = LazyDatabase::new(&env, None, false);
    assert_eq!(seen(&property(&env, "log")), json!([]));
    lazy.run(Statement::new("SELECT 1")).await.unwrap();
    lazy.run(Statement::new("SELECT 2")).await.unwrap();
    let opened =
        seen(&property(&env, "log")).as_array().unwrap().iter().filter(|entry| entry[0] == "session").count();
    assert_eq!((opened, lazy.bookmark().as_deref()), (1, Some("a-bookmark")));
}
