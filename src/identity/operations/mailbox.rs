//! The mailbox, for administrators.

use serde::Deserialize;

use crate::context::Context;
use crate::contract::types::{FindMailInput, ListMailsInput, Mail, MailState, MailSummary};
use crate::identity::mail;
use crate::identity::queries::mail as queries;
use crate::kernel::id::Id;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;

/// Mails that were written, newest first.
pub async fn list_mails(cx: &Context<'_>, input: ListMailsInput) -> Result<Page<MailSummary>, Problem> {
    let caller = cx.caller.actor();
    let binding = Binding { user_id: &caller, resource: "mail", query: "" };
    let key = cx.config.cursor_secret.bytes();
    let refused = || Problem::new(Code::CursorInvalid);
    let position = match &input.query.cursor {
        None => None,
        Some(cursor) => {
            let position = page::open(key, binding, cursor).ok_or_else(refused)?;
            Some((position.sort.as_i64().ok_or_else(refused)?, position.id))
        }
    };
    let after = position.as_ref().map(|(at, id)| (*at, id.as_str()));
    let limit = usize::try_from(input.query.limit).unwrap_or(1);
    let statement = queries::list(after, input.query.limit.saturating_add(1));
    let mut items: Vec<MailSummary> = cx.ports.database.run(statement).await?.rows.read()?;
    let has_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| has_more);
    let next_cursor = last.map(|last| {
        let position = Position { sort: last.created_at.millis().into(), id: last.id.to_string() };
        page::seal(key, binding, &position)
    });
    Ok(Page { items, has_more, next_cursor })
}

/// One mail and, as long as it is kept, what it says.
pub async fn find_mail(cx: &Context<'_>, input: FindMailInput) -> Result<Mail, Problem> {
    #[derive(Deserialize)]
    struct Found {
        id: Id,
        user_id: Option<Id>,
        kind: String,
        state: MailState,
        sealed: String,
        created_at: Timestamp,
    }
    let found: Option<Found> = cx.ports.database.run(queries::find(input.path.id)).await?.rows.first()?;
    let Found { id, user_id, kind, state, sealed, created_at } = found.ok_or_else(Problem::not_found)?;
    let (to, subject, text) = if sealed.is_empty() {
        (None, None, None)
    } else {
        let contents = mail::open(cx.config, id, &sealed).map_err(Problem::internal)?;
        (Some(contents.to), Some(contents.subject), Some(contents.text))
    };
    Ok(Mail { id, user_id, kind, state, created_at, to, subject, text })
}
