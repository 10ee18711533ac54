//! The lines of the log, for administrators.

use serde_json::value::RawValue;

use crate::context::Context;
use crate::contract::types::{ListLogsInput, LogLevel, LogLine};
use crate::kernel::id::Id;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Problem};
use crate::ops::telemetry::book::key;
use crate::ops::telemetry::keep::search;

/// Lines that match, newest first.
pub async fn list_logs(cx: &Context<'_>, input: ListLogsInput) -> Result<Page<LogLine>, Problem> {
    let query = input.query;
    let text = |id: Option<Id>| id.map(|id| id.to_string());
    // One request is a range of one key; `~` is after every digit.
    let (from, to) = match query.request_id {
        Some(id) => (id.to_string(), format!("{id}~")),
        None => (query.from.map(key).unwrap_or_default(), query.to.map_or_else(|| "~".to_owned(), key)),
    };
    let limit = usize::try_from(query.limit).unwrap_or_default();
    let mut question = [
        Some(from),
        Some(to),
        query.level.map(|level: LogLevel| level.as_str().to_owned()),
        query.action,
        query.status.map(|status| status.to_string()),
        query.trace_id.map(|id| id.to_ascii_lowercase()),
        text(query.user_id),
        Some((limit + 1).to_string()),
    ];
    let (caller, canonical) = (cx.caller.actor(), format!("{question:?}"));
    let binding = Binding { user_id: &caller, resource: "log", query: &canonical };
    let secret = cx.config.cursor_secret.bytes();
    if let Some(cursor) = &query.cursor {
        let after = page::open(secret, binding, cursor).ok_or_else(|| Problem::new(Code::CursorInvalid))?;
        question[1] = Some(after.id);
    }
    let mut found = search(cx, &question).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| has_more).map(|(id, _)| {
        page::seal(secret, binding, &Position { sort: serde_json::Value::Null, id: id.clone() })
    });
    let line = |(id, line): (String, String)| {
        let request_id = Id::parse(&id).ok_or_else(|| Problem::internal("a line without an id"))?;
        Ok(LogLine { request_id, line: RawValue::from_string(line)? })
    };
    let items = found.into_iter().map(line).collect::<Result<_, Problem>>()?;
    Ok(Page { items, has_more, next_cursor })
}
