//! What administrators do with accounts. The database changes first, then the account's object is told; each change
//! leaves an event in the account's log and a record with before and after.

use super::caller::Caller;
use super::queries::{admin as queries, keys, sessions};
use super::sessions::announce;
use super::standing::Standing;
use crate::context::Context;
use crate::contract::types::{AccountRole, AdminUser, AdminUserPage, AdminUserStatus, ListAdminUsersQuery};
use crate::kernel::audit::Personal;
use crate::kernel::id::Id;
use crate::kernel::page::{self, Binding, Position};
use crate::kernel::problem::{Code, Problem};
use crate::ports::{Outcome, Statement};

/// Filters of the list of accounts.
#[derive(Debug, Clone, Copy)]
pub struct Sought {
    /// How they stand.
    pub status: Option<&'static str>,
    /// Their tier.
    pub tier: Option<&'static str>,
    /// Their role.
    pub role: Option<&'static str>,
}

impl Sought {
    fn text(&self) -> String {
        [self.status, self.tier, self.role].map(Option::unwrap_or_default).join("|")
    }
}

/// A page of accounts, newest first.
pub async fn list(cx: &Context<'_>, query: ListAdminUsersQuery) -> Result<AdminUserPage, Problem> {
    let sought = Sought {
        status: query.status.map(|status| status.as_str()),
        tier: query.tier.map(|tier| tier.as_str()),
        role: query.role.map(|role| role.as_str()),
    };
    let (key, text) = (cx.config.cursor_secret.bytes(), sought.text());
    let binding = Binding { user_id: "admin", resource: "account", query: &text };
    // Before every account there is a moment that no clock will show.
    let (mut moment, mut id) = ((1_i64 << 53) - 1, String::new());
    if let Some(cursor) = &query.cursor {
        let refused = || Problem::new(Code::CursorInvalid);
        let position = page::open(key, binding, cursor).ok_or_else(refused)?;
        (moment, id) = (position.sort.as_i64().ok_or_else(refused)?, position.id);
    }
    let statement = match &query.email {
        Some(email) => queries::by_email(email, &sought),
        None => queries::list(&sought, (moment, &id), query.limit + 1),
    };
    let mut items: Vec<AdminUser> = cx.ports.database.run(statement).await?.rows.read()?;
    let limit = usize::try_from(query.limit).unwrap_or(1);
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| has_more).map(|last| {
        let position = Position { sort: last.created_at.millis().into(), id: last.id.to_string() };
        page::seal(key, binding, &position)
    });
    Ok(AdminUserPage { items, has_more, next_cursor })
}

/// An account.
pub async fn find(cx: &Context<'_>, id: Id) -> Result<AdminUser, Problem> {
    cx.ports.database.run(queries::find(id)).await?.rows.first()?.ok_or_else(Problem::not_found)
}

/// Changes how an account stands from what was read, for that reason. The last administrator stays one.
pub async fn change(
    cx: &Context<'_>,
    before: AdminUser,
    after: AdminUser,
    kind: &str,
    reason: Option<&str>,
) -> Result<AdminUser, Problem> {
    if before == after {
        return Ok(before);
    }
    if before.status == AdminUserStatus::Deleted {
        return Err(Problem::new(Code::Conflict).detail("The account was deleted."));
    }
    let after = AdminUser { updated_at: cx.now, version: before.version + 1, ..after };
    let subject = after.id.to_string();
    let (was, is) = (standing(&before), standing(&after));
    let personal = Personal::default().json("before", &was).json("after", &is).maybe("reason", reason);
    let batch = vec![
        queries::update(&after, before.version, cx.now),
        cx.event(after.id, kind, ("user", &subject), Some(&was), Some(&is)),
        cx.record(kind, ("user", &subject), Some(after.id), personal),
        sessions::standing(after.id),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    if !told(cx, after.id, &outcomes).await? {
        let administers =
            |user: &AdminUser| user.role == AccountRole::Admin && user.status == AdminUserStatus::Active;
        let words = if administers(&before) && !administers(&after) {
            "The last administrator cannot be suspended or lose the role."
        } else {
            "The account was changed at the same time."
        };
        return Err(Problem::new(Code::Conflict).detail(words));
    }
    Ok(after)
}

/// Ends all sessions of an account.
pub async fn end_sessions(cx: &Context<'_>, id: Id) -> Result<(), Problem> {
    let subject = id.to_string();
    let batch = vec![
        queries::end_sessions(id, cx.now),
        sessions::raise_epoch(id, cx.now),
        cx.event(id, "sessions.ended", ("user", &subject), None, None),
        cx.record("sessions.ended", ("user", &subject), Some(id), Personal::default()),
        sessions::standing(id),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    if !told(cx, id, &outcomes).await? && outcomes.last().is_some_and(|outcome| outcome.rows.0 == "[]") {
        return Err(Problem::not_found());
    }
    Ok(())
}

/// Tells the account's object its standing, which the last statement of the batch read, if the first one changed
/// anything; whether it did.
async fn told(cx: &Context<'_>, id: Id, outcomes: &[Outcome]) -> Result<bool, Problem> {
    let changed = outcomes.first().is_some_and(|outcome| outcome.changes > 0);
    let standing: Option<Standing> = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?,
        None => None,
    };
    match standing.filter(|_| changed) {
        Some(standing) => announce(cx, id, standing).await.map(|()| true),
        None => Ok(false),
    }
}

fn standing(user: &AdminUser) -> String {
    let (tier, role, status) = (user.tier.as_str(), user.role.as_str(), user.status.as_str());
    format!(r#"{{"tier":"{tier}","role":"{role}","status":"{status}"}}"#)
}

/// Changes a row, by noting the use, if the caller's rights of administration hold now.
pub fn confirm(cx: &Context<'_>) -> Result<Statement, Problem> {
    match &cx.caller {
        Caller::Admin(admin) => Ok(keys::used_by_admin(admin.key_id, cx.now)),
        Caller::User(user) => {
            let session = user.session_id().ok_or_else(|| Problem::new(Code::Forbidden))?;
            Ok(queries::session_used(session, user.user_id, user.role, cx.now))
        }
        Caller::Anonymous => Err(Problem::new(Code::Unauthenticated)),
    }
}
