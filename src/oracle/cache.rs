//! What is kept of results, for how long it is believed, and who asks when nothing is kept.
//!
//! `entry` says how long a result is fresh and what it is good for afterwards, `marks` which results are no longer
//! believed, `made` is the one way to an answer that is kept or made, `flight` says who of many askers asks a remote
//! engine (`ask`), `warm` what is made before anybody asks.

use self::entry::Life;
use self::marks::Marks;
use super::engines::Canonical;
use super::shelf::Shelf;
use crate::config::engine::RemoteEngine;
use crate::kernel::time::Timestamp;

pub mod ask;
pub mod entry;
pub mod flight;
pub mod made;
pub mod marks;
pub mod stats;
pub mod store;
pub mod warm;

/// Something whose answer can be kept: all that an answer depends on, and the tags by which it is found again to be
/// forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The address of the remote engine that has a say in it; empty where this house answers alone.
    pub origin: &'a str,
    /// The engine, or what else answers.
    pub engine: &'static str,
    /// Its version.
    pub version: &'a str,
    /// The canonical input.
    pub input: &'a str,
    /// SHA-256 of the canonical input.
    pub hash: &'a str,
    /// How long an answer is good.
    pub life: Life,
    /// Further tags, such as `date:2026-03-01`; none may name a person.
    pub tags: &'a [&'a str],
    /// What engines were asked for it: an answer is forgotten with each of theirs.
    pub parts: &'a [&'a Canonical],
}

impl<'a> Question<'a> {
    /// What an engine is asked, and which remote one answers, if one does.
    #[must_use]
    pub fn of(canonical: &'a Canonical, remote: Option<&'a RemoteEngine>) -> Self {
        let about = canonical.engine.metadata();
        Self {
            origin: remote.map_or("", |engine| &engine.url),
            engine: about.name,
            version: canonical.version,
            input: &canonical.input,
            hash: &canonical.hash,
            life: Life::of(about.cache_seconds, remote.is_some()),
            tags: &[],
            parts: &[],
        }
    }

    /// Whether an answer that was made at that moment is no longer believed.
    #[must_use]
    pub fn is_struck(&self, marks: &Marks, made: Timestamp, secret: &[u8]) -> bool {
        !marks.is_empty()
            && marks.iter().any(|(tag, at)| {
                made.millis() <= at
                    && match tag.split_once(':') {
                        None => tag == marks::ALL,
                        Some(("engine", which)) => match which.split_once('@') {
                            None => which == self.engine,
                            Some((engine, version)) => engine == self.engine && version == self.version,
                        },
                        Some(("result", _)) => tag == Shelf::mark(secret, self.hash),
                        Some(_) => self.tags.contains(&tag),
                    }
            })
            || self.parts.iter().any(|part| Question::of(part, None).is_struck(marks, made, secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = &[1; 32];

    fn question<'a>(tags: &'a [&'a str]) -> Question<'a> {
        let life = Life { fresh: 60, renew: 0, stale: 0 };
        Question {
            origin: "",
            engine: "tarot",
            version: "1.2.0",
            input: "{}",
            hash: "abc",
            life,
            tags,
            parts: &[],
        }
    }

    fn struck(tag: &str, made: i64) -> bool {
        let marks = Marks::of([(tag.to_owned(), 1000)]);
        question(&["date:2026-03-01"]).is_struck(&marks, Timestamp::from_millis(made).unwrap(), SECRET)
    }

    #[test]
    fn a_mark_strikes_what_has_its_tag_and_was_made_before() {
        let own = Shelf::mark(SECRET, "abc");
        for tag in ["all", "engine:tarot", "engine:tarot@1.2.0", "date:2026-03-01", own.as_str()] {
            assert!(struck(tag, 0) && struck(tag, 1000), "{tag}");
            assert!(!struck(tag, 1001), "{tag}: made afterwards");
        }
        let other = Shelf::mark(&[2; 32], "abc");
        for tag in [
            "",
            "al",
            "all:",
            "engine:iching",
            "engine:tarot@1.1.0",
            "engine:",
            "date:2026-03-02",
            other.as_str(),
        ] {
            assert!(!struck(tag, 0), "{tag}");
        }
        assert!(!question(&[]).is_struck(&Marks::default(), Timestamp::EPOCH, SECRET));
    }
}
