//! [`Database`] on D1.
//!
//! All statements of a request go through one session, so that it reads what it wrote; the session's bookmark
//! travels to the client and back and makes that hold between requests too.

use std::cell::RefCell;

use async_trait::async_trait;
use js_sys::{Array, JSON, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::edge::js::{binding, settle, words};
use crate::kernel::fault::{self, refuse};
use crate::ports::{Cost, Database, DatabaseError, DatabaseFault, Outcome, Rows, Statement, Value};

#[wasm_bindgen]
extern "C" {
    type JsDatabase;
    #[wasm_bindgen(method, catch, js_name = withSession)]
    fn with_session(this: &JsDatabase, start: &str) -> Result<JsSession, JsValue>;

    type JsSession;
    #[wasm_bindgen(method, catch)]
    fn prepare(this: &JsSession, sql: &str) -> Result<JsStatement, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn batch(this: &JsSession, statements: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getBookmark)]
    fn get_bookmark(this: &JsSession) -> Result<JsValue, JsValue>;

    type JsStatement;
    #[wasm_bindgen(method, catch, variadic)]
    fn bind(this: &JsStatement, values: &Array) -> Result<JsStatement, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn all(this: &JsStatement) -> Result<Promise, JsValue>;

    type JsResult;
    #[wasm_bindgen(method, getter, catch)]
    fn results(this: &JsResult) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn meta(this: &JsResult) -> Result<JsMeta, JsValue>;

    type JsMeta;
    #[wasm_bindgen(method, getter, catch)]
    fn changes(this: &JsMeta) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn rows_read(this: &JsMeta) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn rows_written(this: &JsMeta) -> Result<f64, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn duration(this: &JsMeta) -> Result<f64, JsValue>;
}

/// Where a session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// On the nearest replica, however old.
    Anywhere,
    /// On the primary: the newest state.
    Primary,
    /// Not before this bookmark of an earlier session. A text that is no bookmark means [`Self::Primary`].
    After(&'a str),
}

/// One request's session with a database.
pub struct D1 {
    session: JsSession,
    seen: RefCell<Option<String>>,
}

impl D1 {
    /// Begins a session with the database bound under that name.
    pub fn open(env: &JsValue, name: &str, start: Start<'_>) -> Result<Self, DatabaseError> {
        let unavailable = |cause| DatabaseError::new(DatabaseFault::Unavailable, cause);
        let database: JsDatabase = binding(env, name).map_err(unavailable)?;
        let start = match start {
            Start::Anywhere => "first-unconstrained",
            Start::After(bookmark) if is_bookmark(bookmark) => bookmark,
            Start::After(_) | Start::Primary => "first-primary",
        };
        // A binding that is no database throws here, with words of its own.
        let session = database.with_session(start).map_err(|thrown| unavailable(words(&thrown)))?;
        Ok(Self { session, seen: RefCell::default() })
    }

    fn prepare(&self, statement: &Statement) -> Result<JsStatement, DatabaseError> {
        if let Some(error) = refuse(statement) {
            return Err(error);
        }
        let prepared = self.session.prepare(&statement.sql).map_err(|thrown| told(&thrown))?;
        if statement.params.is_empty() {
            return Ok(prepared);
        }
        let values: Array = statement.params.iter().map(to_js).collect();
        prepared.bind(&values).map_err(|thrown| told(&thrown))
    }

    fn note(&self) {
        if let Ok(bookmark) = self.session.get_bookmark() {
            *self.seen.borrow_mut() = bookmark.as_string();
        }
    }
}

#[async_trait(?Send)]
impl Database for D1 {
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError> {
        let prepared = self.prepare(&statement)?;
        let result = settle(prepared.all()).await.map_err(|thrown| told(&thrown))?;
        self.note();
        outcome(&result)
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        if statements.is_empty() {
            return Ok(Vec::new());
        }
        let prepared = Array::new();
        for statement in &statements {
            prepared.push(self.prepare(statement)?.as_ref());
        }
        let results = settle(self.session.batch(&prepared)).await.map_err(|thrown| told(&thrown))?;
        self.note();
        let results: Array = results.dyn_into().map_err(|_| misshapen("a batch gave no list"))?;
        let outcomes: Vec<Outcome> =
            results.iter().map(|result| outcome(&result)).collect::<Result<_, _>>()?;
        if outcomes.len() == statements.len() {
            Ok(outcomes)
        } else {
            Err(misshapen("a batch gave fewer or more results than statements"))
        }
    }

    fn bookmark(&self) -> Option<String> {
        self.seen.borrow().clone()
    }
}

fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(flag) => JsValue::from_bool(*flag),
        // Never a BigInt, which D1 does not take; exact, because `refuse` ends at 2^53.
        #[allow(clippy::cast_precision_loss)]
        Value::Integer(number) => JsValue::from_f64(*number as f64),
        Value::Real(number) => JsValue::from_f64(*number),
        Value::Text(text) => JsValue::from_str(text),
    }
}

/// Rows cross into Wasm as one text.
fn outcome(result: &JsValue) -> Result<Outcome, DatabaseError> {
    let result: &JsResult = result.unchecked_ref();
    let rows = result.results().unwrap_or(JsValue::UNDEFINED);
    let rows = if rows.is_undefined() {
        "[]".to_owned()
    } else {
        JSON::stringify(&rows).map_err(|thrown| misshapen(&words(&thrown)))?.into()
    };
    let (changes, cost) = result.meta().map(|meta| cost(&meta)).unwrap_or_default();
    Ok(Outcome { rows: Rows(rows), changes, cost })
}

/// What D1 says of a statement; what it does not say is 0. Casts of counts saturate, and make 0 of what is no number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn cost(meta: &JsMeta) -> (u64, Cost) {
    let count = |number: Result<f64, JsValue>| number.unwrap_or(0.0);
    let cost = Cost {
        rows_read: count(meta.rows_read()) as u32,
        rows_written: count(meta.rows_written()) as u32,
        micros: meta.duration().ok().filter(|millis| *millis >= 0.0).map(|millis| (millis * 1000.0) as u32),
    };
    (count(meta.changes()) as u64, cost)
}

fn told(thrown: &JsValue) -> DatabaseError {
    fault::error(words(thrown))
}

fn misshapen(cause: &str) -> DatabaseError {
    DatabaseError::new(DatabaseFault::Shape, cause)
}

/// Bookmarks come back from clients: only what looks like one goes on to D1.
fn is_bookmark(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
