//! What has changed of an account lately, as every grant tells it: so that what an isolate keeps of answers is not given
//! any more within the life of a lease.

use serde::{Deserialize, Serialize};

/// A change is remembered for so many milliseconds: longer than any answer of an account is kept.
const REMEMBERED: i64 = 3_600_000;

/// The revision of each kind of thing that changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// The kind (a bit's place) and its revision: about the milliseconds since 1970 at which it was heard of, and never
    /// the same twice.
    kinds: Vec<(u8, i64)>,
    /// The bookmark after the latest of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookmark: Option<String>,
}

impl Changes {
    /// The latest revision among these kinds; 0 where none of them changed.
    #[must_use]
    pub fn revision(&self, kinds: u32) -> i64 {
        let among = self.kinds.iter().filter(|(kind, _)| kinds & bit(*kind) != 0);
        among.map(|(_, revision)| *revision).max().unwrap_or(0)
    }

    /// Notes a change.
    pub fn note(&mut self, kinds: u32, bookmark: Option<String>, now: i64) {
        let revision = now.max(self.revision(u32::MAX) + 1);
        self.kinds.retain(|(kind, _)| kinds & bit(*kind) == 0);
        self.kinds.extend((0..32).filter(|kind| kinds & bit(*kind) != 0).map(|kind| (kind, revision)));
        if bookmark > self.bookmark {
            self.bookmark = bookmark;
        }
    }

    /// Forgets what is long ago.
    pub(super) fn forget(&mut self, now: i64) {
        self.kinds.retain(|(_, revision)| now - revision < REMEMBERED);
        if self.kinds.is_empty() {
            self.bookmark = None;
        }
    }

    /// Until when something of it matters, in milliseconds since 1970.
    pub(super) fn idle_at(&self) -> i64 {
        match self.revision(u32::MAX) {
            0 => 0,
            latest => latest.saturating_add(REMEMBERED),
        }
    }

    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.kinds.is_empty()
    }
}

fn bit(kind: u8) -> u32 {
    1_u32.checked_shl(kind.into()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_has_a_revision_of_its_own_and_is_forgotten_in_time() {
        let mut changes = Changes::default();
        assert_eq!((changes.revision(u32::MAX), changes.idle_at()), (0, 0));
        changes.note(0b101, Some("b".to_owned()), 1_000);
        changes.note(0b001, Some("a".to_owned()), 1_000);
        assert_eq!(changes.revision(0b001), 1_001);
        assert_eq!((changes.revision(0b100), changes.revision(0b010)), (1_000, 0));
        // A bookmark never goes back, and neither does a clock.
        assert_eq!(changes.bookmark.as_deref(), Some("b"));
        changes.note(0b010, None, 5);
        assert_eq!(changes.revision(0b010), 1_002);
        changes.forget(1_002 + REMEMBERED - 1);
        assert_eq!((changes.revision(0b101), changes.revision(0b010)), (0, 1_002));
        changes.forget(1_002 + REMEMBERED);
        assert_eq!((changes.is_none(), changes.bookmark), (true, None));
    }
}
