//! The event: what one write says to everybody who listens.
//!
//! Relay, cache invalidation, webhooks, experience, analytics, undo and audit read events; no handler
//! calls them. An event is written in the same batch as the row, and its `seq` is assigned inside that
//! batch, so that a user's events are gapless and in order. Its columns are in `migrations/0002_events.sql`.

use super::audience::Audience;
use super::id::Id;
use super::time::Timestamp;
use crate::ports::Statement;

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
    /// Who does it: `Caller::actor`.
    pub actor: &'a str,
    /// Who may see it.
    pub audience: Audience,
    /// The request that causes it.
    pub request_id: Id,
    /// When.
    pub at: Timestamp,
}

impl Draft<'_> {
    /// Writes the event if the statement before it, in the same batch, changed a row: the form for what is no
    /// resource of the contract. `before` and `after` are JSON objects.
    #[must_use]
    pub fn after_change(&self, before: Option<&str>, after: Option<&str>) -> Statement {
        Statement::new(sql!("kernel/event_after_change"))
            .bind(self.id)
            .bind(self.user_id)
            .bind(self.kind)
            .bind(self.subject_type)
            .bind(self.subject_id)
            .bind(self.actor)
            .bind(self.audience.to_string())
            .bind(before)
            .bind(after)
            .bind(self.request_id)
            .bind(self.at)
    }
}
