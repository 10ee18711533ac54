//! The five operations on a resource, over the ports.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::description::Resource;
use super::list::{self, ListRequest};
use super::sql::{self, Key, Recorded};
use crate::context::Context;
use crate::kernel::audience::Audience;
use crate::kernel::audit::{Personal, When};
use crate::kernel::event::Draft;
use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::page::Page;
use crate::kernel::problem::{Code, Problem};
use crate::ports::{DatabaseFault, Outcome, Statement, Value};

/// A page of the caller's rows.
pub async fn list<T: DeserializeOwned + Serialize>(
    cx: &Context<'_>,
    resource: &Resource,
    request: &ListRequest,
) -> Result<Page<T>, Problem> {
    let owner = cx.user()?.user_id.to_string();
    list_of(cx, resource, &owner, request).await
}

/// A page of the rows of an owner who need not be the caller; who may ask is the operation's business.
pub async fn list_of<T: DeserializeOwned + Serialize>(
    cx: &Context<'_>,
    resource: &Resource,
    owner: &str,
    request: &ListRequest,
) -> Result<Page<T>, Problem> {
    let key = cx.config.cursor_secret.bytes();
    let plan = list::plan(resource, owner, key, request)?;
    let rows = cx.ports.database.run(plan.statement.clone()).await?.rows.read()?;
    plan.page(resource, owner, key, rows)
}

/// One row of the caller's; somebody else's is not found.
pub async fn find<T: DeserializeOwned>(
    cx: &Context<'_>,
    resource: &Resource,
    id: Option<Id>,
) -> Result<T, Problem> {
    let row = Row::of(cx, id, None)?;
    let outcome = cx.ports.database.run(sql::find(resource, &row.key())).await?;
    outcome.rows.first()?.ok_or_else(Problem::not_found)
}

/// Adds a row of the caller's and returns it as it is kept.
///
/// `row` is the resource as the wire shows it; `values` are its columns.
pub async fn create<T: DeserializeOwned>(
    cx: &Context<'_>,
    resource: &Resource,
    id: Id,
    row: T,
    values: Vec<(&'static str, Value)>,
) -> Result<T, Problem> {
    let target = Row::of(cx, Some(id), None)?;
    let key = target.key();
    let kind = format!("{}.created", resource.name);
    let draft = draft(cx, resource, &target, &kind)?;
    let mut statements = vec![
        sql::insert(resource, &target.owner, values),
        sql::event(resource, &key, &draft, Recorded::After(None)),
    ];
    record(cx, &mut statements, resource, &draft);
    remember(cx, &mut statements, resource, &key, &draft, true);
    match write(cx, statements, &target.owner).await? {
        Written::Done(_) => Ok(row),
        Written::Before(answer) => replay(cx, answer),
    }
}

/// Changes columns of a row of the caller's, under If-Match where it was sent, and returns the row.
///
/// A change of nothing is answered with the row as it is and leaves no event.
pub async fn update<T: DeserializeOwned>(
    cx: &Context<'_>,
    resource: &Resource,
    id: Option<Id>,
    changes: Vec<(&'static str, Value)>,
) -> Result<T, Problem> {
    let target = Row::of(cx, id, cx.if_match)?;
    let key = target.key();
    if changes.is_empty() {
        return unchanged(cx, resource, &target).await;
    }
    let kind = format!("{}.updated", resource.name);
    let draft = draft(cx, resource, &target, &kind)?;
    let mut names: Vec<&'static str> = changes.iter().map(|(name, _)| *name).collect();
    names.extend(["updated_at", "version"]);
    let mut statements = vec![
        sql::event(resource, &key, &draft, Recorded::Before(Some(&names))),
        sql::update(resource, &key, &changes, cx.now),
        sql::complete_event(resource, &key, &draft, &names),
    ];
    record(cx, &mut statements, resource, &draft);
    remember(cx, &mut statements, resource, &key, &draft, true);
    match write(cx, statements, &target.owner).await? {
        Written::Before(answer) => replay(cx, answer),
        Written::Done(outcomes) => match outcomes.get(1).map(|outcome| outcome.rows.first()) {
            Some(row) => match row? {
                Some(row) => Ok(row),
                None => match missed(cx, resource, &target).await? {
                    Some(answer) => replay(cx, answer),
                    None => Err(Problem::not_found()),
                },
            },
            None => Err(Problem::internal("the batch lost an outcome")),
        },
    }
}

/// Deletes a row of the caller's, under If-Match where it was sent.
pub async fn delete(cx: &Context<'_>, resource: &Resource, id: Option<Id>) -> Result<(), Problem> {
    let target = Row::of(cx, id, cx.if_match)?;
    let key = target.key();
    let kind = format!("{}.deleted", resource.name);
    let draft = draft(cx, resource, &target, &kind)?;
    let mut statements =
        vec![sql::event(resource, &key, &draft, Recorded::Before(None)), sql::delete(resource, &key, cx.now)];
    record(cx, &mut statements, resource, &draft);
    remember(cx, &mut statements, resource, &key, &draft, false);
    match write(cx, statements, &target.owner).await? {
        Written::Before(_) => {
            cx.replayed.set(true);
            Ok(())
        }
        Written::Done(outcomes) if outcomes.first().is_some_and(|event| event.changes == 1) => Ok(()),
        Written::Done(_) => match missed(cx, resource, &target).await? {
            Some(_) => {
                cx.replayed.set(true);
                Ok(())
            }
            None => Err(Problem::not_found()),
        },
    }
}

/// A row by owner, id and version, with the texts that statements bind.
struct Row {
    owner: String,
    actor: String,
    id: Option<String>,
    version: Option<i64>,
}

impl Row {
    fn of(cx: &Context<'_>, id: Option<Id>, version: Option<i64>) -> Result<Self, Problem> {
        let owner = cx.user()?.user_id.to_string();
        Ok(Self { owner, actor: cx.caller.actor(), id: id.map(|id| id.to_string()), version })
    }

    fn key(&self) -> Key<'_> {
        Key { owner: &self.owner, id: self.id.as_deref(), version: self.version }
    }
}

fn draft<'a>(
    cx: &Context<'_>,
    resource: &Resource,
    row: &'a Row,
    kind: &'a str,
) -> Result<Draft<'a>, Problem> {
    let user_id = cx.user()?.user_id;
    cx.hint(user_id, kind);
    Ok(Draft {
        id: cx.new_id(),
        user_id,
        kind,
        subject_type: resource.name,
        subject_id: row.id.as_deref().unwrap_or(&row.owner),
        actor: &row.actor,
        audience: Audience::User(user_id),
        request_id: cx.request_id,
        at: cx.now,
    })
}

/// The audit record of a change, where the contract asks for one.
fn record(cx: &Context<'_>, statements: &mut Vec<Statement>, resource: &Resource, draft: &Draft<'_>) {
    if resource.audited {
        let subject = (draft.subject_type, draft.subject_id);
        let when = When::Told(draft.id);
        statements.push(cx.note(when, draft.kind, subject, Some(draft.user_id), Personal::default()));
    }
}

fn remember(
    cx: &Context<'_>,
    statements: &mut Vec<Statement>,
    resource: &Resource,
    key: &Key<'_>,
    draft: &Draft<'_>,
    answered: bool,
) {
    if let Some(repeat) = &cx.repeat {
        statements.push(sql::remember(resource, key, repeat, draft, answered));
    }
}

/// What became of a batch.
enum Written {
    /// It was carried out.
    Done(Vec<Outcome>),
    /// The same request had been carried out before; nothing was changed now.
    Before(Option<String>),
}

async fn write(cx: &Context<'_>, statements: Vec<Statement>, owner: &str) -> Result<Written, Problem> {
    match cx.ports.database.batch(statements).await {
        Ok(outcomes) => Ok(Written::Done(outcomes)),
        Err(error) if error.fault == DatabaseFault::Unique => match recall(cx, owner).await? {
            Some(answer) => Ok(Written::Before(answer)),
            None => Err(Problem::new(Code::Conflict).cause(error.cause)),
        },
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize)]
struct Record {
    operation: String,
    fingerprint: String,
    answer: Option<String>,
}

/// The answer of the same request before, if the caller's key has been used; another request with it is refused.
async fn recall(cx: &Context<'_>, owner: &str) -> Result<Option<Option<String>>, Problem> {
    let Some(repeat) = &cx.repeat else { return Ok(None) };
    let outcome = cx.ports.database.run(sql::recall(owner, &repeat.key)).await?;
    match outcome.rows.first::<Record>()? {
        None => Ok(None),
        Some(record) if record.operation == repeat.operation && record.fingerprint == repeat.fingerprint => {
            Ok(Some(record.answer))
        }
        Some(_) => Err(Problem::new(Code::IdempotencyKeyReused)),
    }
}

fn replay<T: DeserializeOwned>(cx: &Context<'_>, answer: Option<String>) -> Result<T, Problem> {
    cx.replayed.set(true);
    let answer = answer.ok_or_else(|| Problem::internal("a record without an answer"))?;
    Ok(json::read(&answer)?)
}

/// A write that matched no row: done before, of another version, or not there at all.
async fn missed(cx: &Context<'_>, resource: &Resource, row: &Row) -> Result<Option<Option<String>>, Problem> {
    if let Some(answer) = recall(cx, &row.owner).await? {
        return Ok(Some(answer));
    }
    if row.version.is_some() {
        let any = Key { version: None, ..row.key() };
        let outcome = cx.ports.database.run(sql::find(resource, &any)).await?;
        if outcome.rows.first::<serde::de::IgnoredAny>()?.is_some() {
            return Err(Problem::new(Code::PreconditionFailed));
        }
    }
    Ok(None)
}

async fn unchanged<T: DeserializeOwned>(
    cx: &Context<'_>,
    resource: &Resource,
    row: &Row,
) -> Result<T, Problem> {
    let outcome = cx.ports.database.run(sql::find(resource, &row.key())).await?;
    match outcome.rows.first()? {
        Some(found) => Ok(found),
        None => {
            missed(cx, resource, row).await?;
            Err(Problem::not_found())
        }
    }
}
