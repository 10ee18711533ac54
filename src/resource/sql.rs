//! The statements of a resource, composed from its description.

use super::description::{ColumnKind, Resource};
use crate::kernel::event::Draft;
use crate::kernel::time::Timestamp;
use crate::ports::{Statement, Value};
use crate::statements::{self, Kind};

/// One row of a resource: by its own id, or the only one of its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key<'a> {
    /// The owner.
    pub owner: &'a str,
    /// The row's id; `None` for a resource of which an owner has exactly one.
    pub id: Option<&'a str>,
    /// The version that it must have; `None` for any.
    pub version: Option<i64>,
}

impl Key<'_> {
    /// The id under which events speak of the row.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.id.unwrap_or(self.owner)
    }
}

/// What makes a repeated request recognisable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The caller's Idempotency-Key.
    pub key: String,
    /// The operation.
    pub operation: &'static str,
    /// SHA-256 of everything that the request asks for.
    pub fingerprint: String,
}

/// The columns that the wire shows, for a SELECT or RETURNING.
#[must_use]
pub fn columns(resource: &Resource) -> String {
    resource.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

/// The condition that a row is its owner's and not deleted; binds the owner.
#[must_use]
pub fn owned(resource: &Resource) -> String {
    let alive = if resource.soft_delete { " AND deleted_at IS NULL" } else { "" };
    format!("{} = ?{alive}", resource.owner)
}

/// Reads one row.
#[must_use]
pub fn find(resource: &Resource, key: &Key<'_>) -> Statement {
    let statement = Statement::new(format!("SELECT {} FROM {}", columns(resource), resource.table));
    matching(statement.named(statements::of(resource, Kind::Find)), resource, key)
}

/// Adds a row with these columns.
#[must_use]
pub fn insert(resource: &Resource, owner: &str, values: Vec<(&'static str, Value)>) -> Statement {
    let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
    let marks = vec!["?"; names.len() + 1].join(", ");
    let text =
        format!("INSERT INTO {} ({}, {}) VALUES ({marks})", resource.table, resource.owner, names.join(", "));
    let mut statement = Statement::new(text).named(statements::of(resource, Kind::Insert)).bind(owner);
    statement.params.extend(values.into_iter().map(|(_, value)| value));
    statement
}

/// Changes these columns of the row, counts its version up and returns it.
#[must_use]
pub fn update(
    resource: &Resource,
    key: &Key<'_>,
    changes: &[(&'static str, Value)],
    at: Timestamp,
) -> Statement {
    let mut text = format!("UPDATE {} SET version = version + 1, updated_at = ?", resource.table);
    let mut params = vec![Value::from(at)];
    for (name, value) in changes {
        text.push_str(&format!(", {name} = ?"));
        params.push(value.clone());
    }
    let mut statement = matching(
        Statement { sql: text.into(), params, query: statements::of(resource, Kind::Update) },
        resource,
        key,
    );
    statement.sql.to_mut().push_str(&format!(" RETURNING {}", columns(resource)));
    statement
}

/// Removes the row, or marks it as deleted where the contract says so.
#[must_use]
pub fn delete(resource: &Resource, key: &Key<'_>, at: Timestamp) -> Statement {
    let statement = if resource.soft_delete {
        let text =
            format!("UPDATE {} SET version = version + 1, updated_at = ?, deleted_at = ?", resource.table);
        Statement::new(text).bind(at).bind(at)
    } else {
        Statement::new(format!("DELETE FROM {}", resource.table))
    };
    matching(statement.named(statements::of(resource, Kind::Delete)), resource, key)
}

/// Writes an event if the row is there, with the next `seq` of its owner.
///
/// Before a change it stands in front of it and records `before`; after the insertion of a row it records
/// `after`. No row, no event.
#[must_use]
pub fn event(resource: &Resource, key: &Key<'_>, draft: &Draft<'_>, recorded: Recorded<'_>) -> Statement {
    let (before, after) = match recorded {
        Recorded::Before(names) => (object(resource, names), "NULL".to_owned()),
        Recorded::After(names) => ("NULL".to_owned(), object(resource, names)),
    };
    let text = format!(
        "INSERT INTO events (id, user_id, seq, type, subject_type, subject_id, actor, audience, before, after, \
         request_id, created_at) SELECT ?, ?, (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE user_id = ?), \
         ?, ?, ?, ?, ?, {before}, {after}, ?, ? FROM {}",
        resource.table
    );
    let user = draft.user_id.to_string();
    let statement = Statement::new(text)
        .named(statements::of(resource, Kind::Event))
        .bind(draft.id)
        .bind(user.as_str())
        .bind(user.as_str())
        .bind(draft.kind)
        .bind(draft.subject_type)
        .bind(draft.subject_id)
        .bind(draft.actor)
        .bind(draft.audience.to_string())
        .bind(draft.request_id)
        .bind(draft.at);
    matching(statement, resource, key)
}

/// Which side of a change an event records, and which columns; `None` for all.
#[derive(Debug, Clone, Copy)]
pub enum Recorded<'a> {
    /// The row as it is before the change.
    Before(Option<&'a [&'static str]>),
    /// The row as it is now.
    After(Option<&'a [&'static str]>),
}

/// Completes the event of a change with the row as it has become.
#[must_use]
pub fn complete_event(
    resource: &Resource,
    key: &Key<'_>,
    draft: &Draft<'_>,
    names: &[&'static str],
) -> Statement {
    let text = format!(
        "UPDATE events SET after = (SELECT {} FROM {} WHERE {} = ?{}) WHERE id = ?",
        object(resource, Some(names)),
        resource.table,
        resource.owner,
        if key.id.is_some() { " AND id = ?" } else { "" },
    );
    let mut statement = Statement::new(text).named(statements::of(resource, Kind::Complete)).bind(key.owner);
    if let Some(id) = key.id {
        statement = statement.bind(id);
    }
    statement.bind(draft.id)
}

/// Records the request and its answer, provided that its event was written; a key that is taken fails the batch.
#[must_use]
pub fn remember(
    resource: &Resource,
    key: &Key<'_>,
    repeat: &Repeat,
    draft: &Draft<'_>,
    answered: bool,
) -> Statement {
    let answer = if answered {
        format!(
            "(SELECT {} FROM {} WHERE {} = ?{})",
            object(resource, None),
            resource.table,
            resource.owner,
            if key.id.is_some() { " AND id = ?" } else { "" }
        )
    } else {
        "NULL".to_owned()
    };
    let text = format!(
        "INSERT INTO idempotency_keys (user_id, key, operation, fingerprint, answer, created_at) \
         SELECT ?, ?, ?, ?, {answer}, ? WHERE EXISTS (SELECT 1 FROM events WHERE id = ?)"
    );
    let mut statement = Statement::new(text)
        .named(statements::of(resource, Kind::Remember))
        .bind(key.owner)
        .bind(repeat.key.as_str())
        .bind(repeat.operation)
        .bind(repeat.fingerprint.as_str());
    if answered {
        statement = statement.bind(key.owner);
        if let Some(id) = key.id {
            statement = statement.bind(id);
        }
    }
    statement.bind(draft.at).bind(draft.id)
}

/// Reads the record of an earlier request with that key.
#[must_use]
pub fn recall(owner: &str, key: &str) -> Statement {
    Statement::new(sql!("resource/recall")).bind(owner).bind(key)
}

fn matching(mut statement: Statement, resource: &Resource, key: &Key<'_>) -> Statement {
    let text = statement.sql.to_mut();
    text.push_str(" WHERE ");
    text.push_str(&owned(resource));
    statement.params.push(key.owner.into());
    if let Some(id) = key.id {
        statement.sql.to_mut().push_str(" AND id = ?");
        statement.params.push(id.into());
    }
    if let Some(version) = key.version {
        statement.sql.to_mut().push_str(" AND version = ?");
        statement.params.push(version.into());
    }
    statement
}

/// A JSON object of columns. D1 lets a function take 32 arguments, so that wide rows are built in steps.
fn object(resource: &Resource, names: Option<&[&'static str]>) -> String {
    const PAIRS: usize = 15;
    let chosen: Vec<_> = resource
        .columns
        .iter()
        .filter(|column| names.is_none_or(|names| names.contains(&column.name)))
        .collect();
    let value = |name: &str, kind: ColumnKind| match kind {
        ColumnKind::Json => format!("json({name})"),
        _ => name.to_owned(),
    };
    let mut built = String::new();
    for (step, part) in chosen.chunks(PAIRS).enumerate() {
        let pairs: Vec<String> = part
            .iter()
            .map(|column| {
                let path = if step == 0 { "" } else { "$." };
                format!("'{path}{}', {}", column.name, value(column.name, column.kind))
            })
            .collect();
        built = if step == 0 {
            format!("json_object({})", pairs.join(", "))
        } else {
            format!("json_set({built}, {})", pairs.join(", "))
        };
    }
    if built.is_empty() { "json_object()".to_owned() } else { built }
}
