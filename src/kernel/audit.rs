//! The audit record: who did what to what.
//!
//! A record enters the log in the batch of the change that it speaks of, or, for a refusal, in a statement of its
//! own that is capped. Later the sealer encrypts its personal part, commits to it and chains it (`ops::audit`).

use std::cell::Cell;

use super::crypto;
use super::id::Id;
use super::time::Timestamp;
use crate::ports::Statement;

/// A pseudonym of a network: equal ones are one network, and only the holder of the key can tell which.
#[must_use]
pub fn source(key: &[u8], network: &str) -> String {
    crypto::base64url(crypto::mac(key, &[b"source", network.as_bytes()]).get(..12).unwrap_or_default())
}

/// Under which condition a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In any case: a deed that changes no row, such as a sensitive read.
    Always,
    /// If the statement before it, in the same batch, changed a row.
    Changed,
    /// If the batch has written that event, with what the event says of before and after.
    Told(Id),
    /// A refusal, in a statement of its own, unless there were many of its kind from the same source lately.
    Refused,
}

/// One record, as it enters the log.
#[derive(Debug, Clone)]
pub struct Record<'a> {
    /// Its id.
    pub id: Id,
    /// When.
    pub at: Timestamp,
    /// `<area>.<what>`, such as `session.created`; a closed list a room.
    pub kind: &'a str,
    /// Who: `Caller::actor`.
    pub actor: &'a str,
    /// The noun of what it was done to.
    pub subject_type: &'a str,
    /// Which one.
    pub subject_id: &'a str,
    /// Whose values the personal part holds.
    pub user_id: Option<Id>,
    /// A pseudonym of the network that the request came from.
    pub source: &'a str,
    /// The request.
    pub request_id: Id,
    /// Everything that may name a person, as a JSON object.
    pub personal: &'a str,
}

impl Record<'_> {
    /// Writes the record.
    #[must_use]
    pub fn statement(&self, when: When) -> Statement {
        let (sql, outcome) = match when {
            When::Always => (sql!("kernel/audit_insert"), "done"),
            When::Changed => (sql!("kernel/audit_after_change"), "done"),
            When::Told(_) => (sql!("kernel/audit_of_event"), "done"),
            When::Refused => (sql!("kernel/audit_refusal"), "refused"),
        };
        let statement = Statement::new(sql)
            .bind(self.id)
            .bind(self.at)
            .bind(self.kind)
            .bind(outcome)
            .bind(self.actor)
            .bind(self.subject_type)
            .bind(self.subject_id)
            .bind(self.user_id)
            .bind(self.source)
            .bind(self.request_id)
            .bind(self.personal);
        match when {
            When::Told(event_id) => statement.bind(event_id),
            _ => statement,
        }
    }
}

/// The personal part of a record: a flat JSON object in the making.
#[derive(Debug, Clone, Default)]
pub struct Personal {
    text: String,
}

impl Personal {
    /// Adds a text.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        let quoted = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
        self.json(name, &quoted)
    }

    /// Adds a text where there is one.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Adds JSON, such as a row before or after a change.
    #[must_use]
    pub fn json(mut self, name: &str, json: &str) -> Self {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self.text.push_str(json);
        self
    }

    /// The object.
    #[must_use]
    pub fn finish(mut self) -> String {
        if self.text.is_empty() {
            self.text.push('{');
        }
        self.text.push('}');
        self.text
    }
}

/// Refusals that one isolate records in a minute. What is beyond them is in the log of requests alone.
const REFUSALS: u32 = 60;

/// How many refusals an isolate has recorded in this minute.
#[derive(Debug, Default)]
pub struct Refusals(Cell<(i64, u32)>);

impl Refusals {
    /// Counts one, if there is room for it.
    #[must_use]
    pub fn admit(&self, now: Timestamp) -> bool {
        let minute = now.millis().div_euclid(60_000);
        let count = match self.0.get() {
            (of, count) if of == minute => count,
            _ => 0,
        };
        if count < REFUSALS {
            self.0.set((minute, count + 1));
        }
        count < REFUSALS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_personal_part_is_json() {
        assert_eq!(Personal::default().finish(), "{}");
        let personal =
            Personal::default().text("agent", "a \"b\"").maybe("place", None).json("after", "{\"a\":1}");
        assert_eq!(personal.finish(), r#"{"agent":"a \"b\"","after":{"a":1}}"#);
    }

    #[test]
    fn an_isolate_records_so_many_refusals_a_minute() {
        let refusals = Refusals::default();
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        assert_eq!((0..100).filter(|_| refusals.admit(at(59_999))).count(), 60);
        assert!(refusals.admit(at(60_000)));
    }
}
