//! How the service is and was, and what administrators say of it.

use crate::context::Context;
use crate::contract::types::{FindStatusInput, Incident, ListIncidentsInput, NoteIncidentInput, Status};
use crate::kernel::audit::Personal;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Problem};
use crate::ops::status::report;
use crate::ports::Statement;

/// How the parts are and were.
pub async fn find_status(cx: &Context<'_>, _input: FindStatusInput) -> Result<Status, Problem> {
    report::status(cx).await
}

/// When parts were not well, newest first.
pub async fn list_incidents(cx: &Context<'_>, input: ListIncidentsInput) -> Result<Page<Incident>, Problem> {
    let query = input.query;
    let caller = cx.caller.actor();
    let binding = Binding { user_id: &caller, resource: "incident", query: "" };
    let (at, id) = position(cx, binding, query.cursor.as_deref())?.unwrap_or((1 << 53, String::new()));
    let statement = Statement::new(sql!("ops/status_incidents")).bind(at).bind(id).bind(query.limit + 1);
    let items: Vec<Incident> = cx.ports.database.run(statement).await?.rows.read()?;
    let place = |last: &Incident| (last.began_at.millis(), last.id.to_string());
    Ok(paged(cx, binding, items, query.limit, place))
}

/// Says something of an incident.
pub async fn note_incident(cx: &Context<'_>, input: NoteIncidentInput) -> Result<Incident, Problem> {
    let id = input.path.id;
    let personal = Personal::default()
        .text("text", &input.body.text)
        .text("public", if input.body.public { "yes" } else { "no" });
    let note = Statement::new(sql!("ops/status_note")).bind(id).bind(input.body.text).bind(input.body.public);
    let batch =
        vec![note, cx.record("status.noted", ("incident", &id.to_string()), cx.caller.user_id(), personal)];
    let outcomes = cx.ports.database.batch(batch).await?;
    let noted = outcomes.first().map(|outcome| outcome.rows.first()).transpose()?.flatten();
    noted.ok_or_else(Problem::not_found)
}

/// Where the last page ended: a number and an id.
pub(super) fn position(
    cx: &Context<'_>,
    binding: Binding<'_>,
    cursor: Option<&str>,
) -> Result<Option<(i64, String)>, Problem> {
    let Some(cursor) = cursor else { return Ok(None) };
    let after = page::open(cx.config.cursor_secret.bytes(), binding, cursor);
    let after = after.ok_or_else(|| Problem::new(Code::CursorInvalid))?;
    Ok(Some((after.sort.as_i64().unwrap_or_default(), after.id)))
}

/// A page of what was read, which is one more than fits if there is more.
pub(super) fn paged<T>(
    cx: &Context<'_>,
    binding: Binding<'_>,
    mut items: Vec<T>,
    limit: i64,
    place: impl Fn(&T) -> (i64, String),
) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| has_more).map(|last| {
        let (sort, id) = place(last);
        page::seal(cx.config.cursor_secret.bytes(), binding, &Position { sort: sort.into(), id })
    });
    Page { items, has_more, next_cursor }
}
