//! What the house watches itself for, as administrators see and silence it.

use crate::context::Context;
use crate::contract::types::{
    Alert, AlertChange, AlertSilence, ListAlertChangesInput, ListAlertsInput, SilenceAlertInput,
};
use crate::kernel::audit::Personal;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Place, Problem, Violation};
use crate::ops::alerts::{RULES, find, of, shown};
use crate::ops::windows::DAY;
use crate::ports::Statement;

/// The longest silence, in milliseconds.
const LONGEST: i64 = 7 * DAY;

/// Every rule with how it stands.
pub async fn list_alerts(cx: &Context<'_>, _input: ListAlertsInput) -> Result<Page<Alert>, Problem> {
    let stored = cx.ports.database.run(Statement::new(sql!("ops/alerts"))).await?.rows.read()?;
    let items = RULES.iter().map(|rule| shown(rule, of(&stored, rule), cx.now)).collect();
    Ok(Page { items, has_more: false, next_cursor: None })
}

/// When alerts fired and ended, newest first.
pub async fn list_alert_changes(
    cx: &Context<'_>,
    input: ListAlertChangesInput,
) -> Result<Page<AlertChange>, Problem> {
    let query = input.query;
    let (caller, rule) = (cx.caller.actor(), query.rule.as_deref());
    let binding = Binding { user_id: &caller, resource: "alert_change", query: rule.unwrap_or_default() };
    let key = cx.config.cursor_secret.bytes();
    let after = match &query.cursor {
        None => None,
        Some(cursor) => {
            Some(page::open(key, binding, cursor).ok_or_else(|| Problem::new(Code::CursorInvalid))?)
        }
    };
    let (at, id) =
        after.map_or((1 << 53, String::new()), |after| (after.sort.as_i64().unwrap_or_default(), after.id));
    let statement = Statement::new(sql!("ops/alert_history")).bind(rule).bind(at).bind(id);
    let found = cx.ports.database.run(statement.bind(query.limit + 1)).await?;
    let mut items: Vec<AlertChange> = found.rows.read()?;
    let has_more = items.len() as i64 > query.limit;
    items.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    let next_cursor = items.last().filter(|_| has_more).map(|last| {
        page::seal(key, binding, &Position { sort: last.at.millis().into(), id: last.id.to_string() })
    });
    Ok(Page { items, has_more, next_cursor })
}

/// Has nobody told of an alert for a while.
pub async fn silence_alert(cx: &Context<'_>, input: SilenceAlertInput) -> Result<Alert, Problem> {
    let rule = find(&input.path.rule).ok_or_else(Problem::not_found)?;
    let AlertSilence { until, reason } = input.body;
    if until.millis() - cx.now.millis() > LONGEST {
        return Err(Problem::invalid(vec![Violation {
            place: Place::Body,
            pointer: "/until".to_owned(),
            code: "range",
            message: "A silence ends within seven days.".to_owned(),
        }]));
    }
    let actor = cx.caller.actor();
    let personal = Personal::default().text("until", &until.to_string()).text("reason", &reason);
    let silence = Statement::new(sql!("ops/alert_silence")).bind(rule.id).bind(until).bind(reason);
    let batch = vec![
        silence.bind(actor),
        cx.record("alert.silenced", ("alert", rule.id), cx.caller.user_id(), personal),
        Statement::new(sql!("ops/alerts")),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let stored = outcomes.last().map(|outcome| outcome.rows.read()).transpose()?.unwrap_or_default();
    Ok(shown(rule, of(&stored, rule), cx.now))
}
