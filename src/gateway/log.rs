//! One JSON object per line and request.
//!
//! What may stand in it is decided by data class: values of class `public` as they are, everything else not at
//! all, but for the account's id, without which a log helps nobody. The path is logged as the route's template, because ids and addresses in it are personal.

use std::borrow::Cow;

use serde::Serialize;

use super::meter::KINDS;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::kernel::trace::TraceId;

/// What is known of a request when it has been answered.
#[derive(Debug)]
pub struct Entry<'a> {
    /// When it came.
    pub at: Timestamp,
    /// Its id.
    pub request_id: Id,
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// The account, when there is one.
    pub user_id: Option<Id>,
    /// The operation, when there is one.
    pub action: Option<&'static str>,
    /// The method as far as it is one that HTTP knows.
    pub method: &'static str,
    /// The route's template, when there is one.
    pub route: Option<&'static str>,
    /// The answer's status.
    pub status: u16,
    /// Milliseconds in all.
    pub duration: i64,
    /// Calls by kind of dependency.
    pub calls: [u32; 4],
    /// Whether the request was counted in the isolate, because its caller's object could not be reached.
    pub limiter_fallback: bool,
    /// Why a remote engine gave no answer, where one should have.
    pub engine: Option<&'static str>,
    /// What went wrong.
    pub problem: Option<&'a Problem>,
}

/// The line. It is put together by hand, for it is written for every request; only a cause has to be quoted.
#[must_use]
pub fn line(entry: &Entry<'_>) -> String {
    let mut out = String::with_capacity(USUAL);
    let mut put = |parts: &[&str]| parts.iter().for_each(|part| out.push_str(part));
    put(&["{\"timestamp\":\"", &entry.at.to_string(), "\",\"level\":\"", level(entry.status)]);
    put(&["\",\"requestId\":\"", &entry.request_id.to_string()]);
    put(&["\",\"traceId\":\"", &entry.trace_id.to_string()]);
    if let Some(user_id) = entry.user_id {
        put(&["\",\"userId\":\"", &user_id.to_string()]);
    }
    put(&["\",\"action\":\"", entry.action.unwrap_or("unknown")]);
    put(&["\",\"duration\":", &entry.duration.to_string()]);
    if let Some(problem) = entry.problem {
        put(&[",\"error\":", &error(problem)]);
    }
    put(&[",\"metadata\":{\"method\":\"", entry.method]);
    if let Some(route) = entry.route {
        put(&["\",\"route\":\"", route]);
    }
    put(&["\",\"status\":", &entry.status.to_string(), ",\"calls\":{"]);
    let made = KINDS.iter().zip(entry.calls).filter(|(_, count)| *count > 0);
    for (place, (kind, count)) in made.enumerate() {
        put(&[if place > 0 { ",\"" } else { "\"" }, kind, "\":", &count.to_string()]);
    }
    put(&["}"]);
    if entry.limiter_fallback {
        put(&[",\"limiter\":\"fallback\""]);
    }
    if let Some(engine) = entry.engine {
        put(&[",\"engine\":\"", engine, "\""]);
    }
    put(&["}}"]);
    out
}

/// What most lines take, in bytes.
const USUAL: usize = 512;

fn error(problem: &Problem) -> String {
    #[derive(Serialize)]
    struct Error<'a> {
        code: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        cause: Option<Cow<'a, str>>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        violations: Vec<&'static str>,
    }
    let error = Error {
        code: problem.code.as_str(),
        cause: problem.cause.as_deref().map(plain),
        violations: problem.violations.iter().map(|violation| violation.code).collect(),
    };
    serde_json::to_string(&error).unwrap_or_default()
}

/// The most bytes of a cause that are written down.
const LONGEST: usize = 1_000;

/// The words of a cause without what a terminal, or a reader of lines, would take for more than words: control
/// characters and the line separators of Unicode become spaces.
fn plain(cause: &str) -> Cow<'_, str> {
    let odd = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let end = (0..=cause.len().min(LONGEST)).rev().find(|end| cause.is_char_boundary(*end)).unwrap_or(0);
    let cause = cause.get(..end).unwrap_or_default();
    if cause.contains(odd) { Cow::Owned(cause.replace(odd, " ")) } else { Cow::Borrowed(cause) }
}

fn level(status: u16) -> &'static str {
    match status {
        500.. => "error",
        401 | 403 | 429 => "warn",
        _ => "info",
    }
}

/// The method, if it is one that HTTP knows; a made-up one is not repeated in logs.
#[must_use]
pub fn method(text: &str) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"]
        .into_iter()
        .find(|known| *known == text)
        .unwrap_or("OTHER")
}
