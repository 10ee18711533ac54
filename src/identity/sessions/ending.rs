//! The end of sessions: in the database first, so that no refresh follows, then in the account's object, so that access
//! tokens end with the leases.

use super::queries;
use crate::context::Context;
use crate::identity::admission::{self, Command};
use crate::identity::standing::Standing;
use crate::kernel::audit::Personal;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::ports::{Outcome, Statement};

/// Ends a session of that account; whether it was alive. Ending an ended one tells the object again, so that a call
/// whose second half failed can be repeated.
pub async fn end(cx: &Context<'_>, user_id: Id, session_id: Id, kind: &str) -> Result<bool, Problem> {
    let subject = session_id.to_string();
    let batch = vec![
        queries::revoke(session_id, user_id, cx.now),
        queries::raise_epoch(user_id, cx.now),
        cx.event(user_id, "session.ended", ("session", &subject), None, None),
        cx.record(kind, ("session", &subject), Some(user_id), Personal::default()),
        queries::standing(user_id),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    tell(cx, user_id, &outcomes).await?;
    Ok(outcomes.first().is_some_and(|outcome| outcome.changes > 0))
}

/// Ends all sessions of that account but `except`.
pub async fn end_all(cx: &Context<'_>, user_id: Id, except: Option<Id>, kind: &str) -> Result<(), Problem> {
    let mut batch = ending_all(cx, user_id, except, kind);
    batch.push(queries::standing(user_id));
    let outcomes = cx.ports.database.batch(batch).await?;
    tell(cx, user_id, &outcomes).await
}

/// The statements that end all sessions of an account but `except`, for a batch of the caller's, who announces the
/// account's standing afterwards. One event names the session that stays, not those that end: they may be many.
#[must_use]
pub fn ending_all(cx: &Context<'_>, user_id: Id, except: Option<Id>, kind: &str) -> Vec<Statement> {
    let subject = user_id.to_string();
    let kept = except.map(|id| format!("{{\"except\":\"{id}\"}}"));
    vec![
        queries::revoke_all(user_id, except, cx.now),
        queries::raise_epoch(user_id, cx.now),
        cx.event(user_id, "session.all_ended", ("user", &subject), None, kept.as_deref()),
        cx.record(kind, ("user", &subject), Some(user_id), Personal::default()),
    ]
}

/// Announces the standing that the last statement of a batch has read.
async fn tell(cx: &Context<'_>, user_id: Id, outcomes: &[Outcome]) -> Result<(), Problem> {
    let standing: Option<Standing> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    match standing {
        Some(standing) => announce(cx, user_id, standing).await,
        None => Ok(()),
    }
}

/// Tells an account's object how the account stands now, and forgets what this isolate believes of it.
pub async fn announce(cx: &Context<'_>, user_id: Id, standing: Standing) -> Result<(), Problem> {
    let name = format!("user:{user_id}");
    admission::ask(cx.ports, &name, &Command::Stand { standing }).await?;
    cx.isolate.leases.borrow_mut().forget(&name);
    Ok(())
}
