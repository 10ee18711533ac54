//! What went wrong, as administrators see it and decide about it.

use super::status::{paged, position};
use crate::context::Context;
use crate::contract::types::{
    ErrorGroup, ErrorReport, ErrorSeverity, ErrorSort, ErrorState, FindErrorInput, ListErrorsInput,
    UpdateErrorInput,
};
use crate::kernel::audit::Personal;
use crate::kernel::page::{Binding, Page};
use crate::kernel::problem::{Code, Problem};
use crate::ops::windows::HOUR;
use crate::ports::Statement;

/// Groups in order.
pub async fn list_errors(cx: &Context<'_>, input: ListErrorsInput) -> Result<Page<ErrorGroup>, Problem> {
    let query = input.query;
    let (state, severity) = (query.state.map(ErrorState::as_str), query.severity.map(ErrorSeverity::as_str));
    let canonical = [state.unwrap_or_default(), severity.unwrap_or_default(), query.sort.as_str()].join(" ");
    let caller = cx.caller.actor();
    let binding = Binding { user_id: &caller, resource: "error", query: &canonical };
    let (value, after) = position(cx, binding, query.cursor.as_deref())?.unwrap_or((1 << 53, String::new()));
    let statement =
        Statement::new(sql!("ops/errors_list")).bind(state).bind(severity).bind(query.sort.as_str());
    let statement = statement.bind(value).bind(after).bind(query.limit + 1).bind(hour(cx));
    let items: Vec<ErrorGroup> = cx.ports.database.run(statement).await?.rows.read()?;
    let place = |last: &ErrorGroup| {
        let value = match query.sort {
            ErrorSort::LastSeen => last.last_seen.millis(),
            ErrorSort::FirstSeen => last.first_seen.millis(),
            ErrorSort::Count => last.count,
        };
        (value, last.fingerprint.clone())
    };
    Ok(paged(cx, binding, items, query.limit, place))
}

/// A group and its hours.
pub async fn find_error(cx: &Context<'_>, input: FindErrorInput) -> Result<ErrorReport, Problem> {
    let fingerprint = input.path.fingerprint;
    let hours = Statement::new(sql!("ops/error_hours")).bind(fingerprint.as_str());
    let outcomes = cx.ports.database.batch(vec![find(cx, &fingerprint), hours]).await?;
    let [group, hours] = outcomes.as_slice() else {
        return Err(Problem::internal("two statements gave another count"));
    };
    let group: ErrorGroup = group.rows.first()?.ok_or_else(Problem::not_found)?;
    Ok(ErrorReport { hours: hours.rows.read()?, version: group.version, group })
}

/// Decides about a group.
pub async fn update_error(cx: &Context<'_>, input: UpdateErrorInput) -> Result<ErrorGroup, Problem> {
    let fingerprint = input.path.fingerprint;
    let (state, note) = (input.body.state.map(ErrorState::as_str), input.body.note);
    let personal = Personal::default().maybe("state", state).maybe("note", note.as_deref());
    let change = Statement::new(sql!("ops/error_change")).bind(fingerprint.as_str()).bind(cx.if_match);
    let batch = vec![
        change.bind(state).bind(note).bind(cx.now),
        cx.record("error.decided", ("error", &fingerprint), cx.caller.user_id(), personal),
        find(cx, &fingerprint),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let after = outcomes.last().map(|found| found.rows.first()).transpose()?.flatten();
    match (after, outcomes.first().is_some_and(|changed| changed.changes > 0)) {
        (None, _) => Err(Problem::not_found()),
        (Some(_), false) => Err(Problem::new(Code::PreconditionFailed)),
        (Some(after), true) => Ok(after),
    }
}

fn find(cx: &Context<'_>, fingerprint: &str) -> Statement {
    Statement::new(sql!("ops/error_find")).bind(fingerprint).bind(hour(cx))
}

fn hour(cx: &Context<'_>) -> i64 {
    cx.now.millis() / HOUR
}
