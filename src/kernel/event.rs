//! The event: what one write says to everybody who listens.
//!
//! Relay, cache invalidation, webhooks, experience, analytics, undo and audit read events; no handler
//! calls them. An event is written in the same batch as the row, and its `seq` is assigned inside that
//! batch, so that a user's events are gapless and in order.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::id::Id;
use super::time::Timestamp;

/// Who reads an event's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The server's own JSON.
    System,
    /// Opaque ciphertext between a user's devices.
    Private,
}

/// One entry of the change log, as it stands in the table `events`.
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    /// The event's id.
    pub id: Id,
    /// Whose log it is in.
    pub user_id: Id,
    /// Its place in that log: 1, 2, 3 ... without a gap.
    pub seq: i64,
    /// `<noun>.<past tense>`, such as `reading.created`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The version of the form of `before` and `after` for that type.
    pub schema_version: i64,
    /// Who reads the content.
    pub class: Class,
    /// The noun that changed.
    pub subject_type: String,
    /// Which one.
    pub subject_id: String,
    /// Who did it: `user:<id>`, or `system`.
    pub actor: String,
    /// Who may see it: `user:<id>`.
    pub audience: String,
    /// The row before, where there was one.
    pub before: Option<Box<RawValue>>,
    /// The row after, where there still is one.
    pub after: Option<Box<RawValue>>,
    /// The request that caused it.
    pub request_id: Option<Id>,
    /// When.
    pub created_at: Timestamp,
}

/// What a write adds to the log; the batch fills in the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft<'a> {
    /// The new event's id.
    pub id: Id,
    /// Whose log.
    pub user_id: Id,
    /// `<noun>.<past tense>`.
    pub kind: &'a str,
    /// The noun.
    pub subject_type: &'a str,
    /// Which one.
    pub subject_id: &'a str,
    /// The request that causes it.
    pub request_id: Id,
    /// When.
    pub at: Timestamp,
}
