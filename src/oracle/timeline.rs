//! What happened to somebody, newest first: events of class system, without what stood before and after.
//!
//! An order of moments alone could tear apart what happened in one millisecond, so that the place in the log breaks
//! ties; both are in the cursor.

use serde::Deserialize;

use super::queries;
use crate::context::Context;
use crate::contract::types::{FindTimelineInput, Timeline, TimelineCount, TimelineEntry};
use crate::kernel::id::Id;
use crate::kernel::page::{self, Binding, Position};
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;

/// 9999-12-31T23:59:59.999Z.
const NEVER: i64 = 253_402_300_799_999;

#[derive(Deserialize)]
struct Row {
    id: Id,
    at: Timestamp,
    seq: i64,
    r#type: String,
    subject_type: String,
    subject_id: String,
    title: Option<String>,
}

#[derive(Deserialize)]
struct Count {
    r#type: String,
    count: i64,
}

/// A page with the counts of the whole range.
pub async fn page(cx: &Context<'_>, input: FindTimelineInput) -> Result<Timeline, Problem> {
    let (user_id, query) = (cx.user()?.user_id, input.query);
    let last = Timestamp::from_millis(NEVER).unwrap_or(cx.now);
    let range = (query.from.unwrap_or(Timestamp::EPOCH), query.to.unwrap_or(last));
    let (owner, kind) = (user_id.to_string(), query.r#type.as_deref());
    let canonical = [&range.0.to_string(), " ", &range.1.to_string(), " ", kind.unwrap_or_default()].concat();
    let binding = Binding { user_id: &owner, resource: "timeline", query: &canonical };
    let key = cx.config.cursor_secret.bytes();
    let before = match &query.cursor {
        None => (i64::MAX >> 11, 0),
        Some(cursor) => place(page::open(key, binding, cursor))?,
    };
    let batch = vec![
        queries::timeline_page(user_id, range, kind, before, query.limit + 1),
        queries::timeline_counts(user_id, range, kind),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let [rows, counts] = outcomes.as_slice() else {
        return Err(Problem::internal("the batch lost an outcome"));
    };
    let (mut rows, counts): (Vec<Row>, Vec<Count>) = (rows.rows.read()?, counts.rows.read()?);
    let limit = usize::try_from(query.limit).unwrap_or(1);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| has_more).map(|last| {
        page::seal(key, binding, &Position { sort: last.at.millis().into(), id: last.seq.to_string() })
    });
    Ok(Timeline {
        items: rows.into_iter().map(entry).collect(),
        has_more,
        next_cursor,
        total: counts.iter().map(|count| count.count).sum(),
        counts: counts.into_iter().map(|Count { r#type, count }| TimelineCount { r#type, count }).collect(),
    })
}

fn entry(row: Row) -> TimelineEntry {
    let Row { id, at, r#type, subject_type, subject_id, title, .. } = row;
    TimelineEntry { id, at, r#type, subject_type, subject_id, title }
}

/// The moment and the place in the log that a cursor names.
fn place(position: Option<Position>) -> Result<(i64, i64), Problem> {
    let read = |position: Position| Some((position.sort.as_i64()?, position.id.parse().ok()?));
    position.and_then(read).ok_or_else(|| Problem::new(Code::CursorInvalid))
}
