//! Results of the last minutes, kept in the isolate in front of the cache.
//!
//! Results do not change for a canonical input; the life only bounds memory. Whether a result is still good is for
//! the reader to decide, who is given its moments. Least recently made entries go first.

use std::collections::{HashMap, VecDeque};

use super::cache::entry::Entry;
use super::calculate::Outcome;
use crate::kernel::time::Timestamp;

/// How long an entry is kept, in milliseconds.
pub const LIFE: i64 = 600_000;
/// How many bytes of values are kept at most.
pub const CAPACITY: usize = 4 * 1024 * 1024;

/// One result.
#[derive(Debug)]
struct Kept {
    entry: Entry<Outcome>,
    since: Timestamp,
    bytes: usize,
    is_renewing: bool,
}

/// A bounded map from input hash to result.
#[derive(Debug, Default)]
pub struct LocalResults {
    entries: HashMap<String, Kept>,
    order: VecDeque<String>,
    bytes: usize,
}

impl LocalResults {
    /// The result, if it is here.
    #[must_use]
    pub fn get(&self, hash: &str, now: Timestamp) -> Option<&Entry<Outcome>> {
        let kept = self.entries.get(hash)?;
        (now.millis() - kept.since.millis() < LIFE).then_some(&kept.entry)
    }

    /// Whether the result has still to be renewed by this isolate: true once for each that is kept.
    pub fn begin_renewing(&mut self, hash: &str) -> bool {
        self.entries.get_mut(hash).is_some_and(|kept| !std::mem::replace(&mut kept.is_renewing, true))
    }

    /// Keeps a result; one that is larger than a tenth of the room is not kept.
    pub fn put(&mut self, hash: &str, entry: Entry<Outcome>, now: Timestamp) {
        let bytes = entry.value.size();
        if bytes > CAPACITY / 10 {
            return;
        }
        let kept = Kept { entry, since: now, bytes, is_renewing: false };
        match self.entries.insert(hash.to_owned(), kept) {
            Some(old) => self.bytes -= old.bytes,
            None => self.order.push_back(hash.to_owned()),
        }
        self.bytes += bytes;
        while self.bytes > CAPACITY {
            let Some(oldest) = self.order.pop_front() else { break };
            self.drop_entry(&oldest);
        }
    }

    /// How many results are here, and their bytes.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.entries.len(), self.bytes)
    }

    fn drop_entry(&mut self, hash: &str) {
        if let Some(old) = self.entries.remove(hash) {
            self.bytes -= old.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::super::cache::entry::Life;
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn entry(title: &str, made: i64) -> Entry<Outcome> {
        let result = RawValue::from_string("{}".to_owned()).unwrap();
        let value = Outcome { title: title.to_owned(), summary: String::new(), result };
        Entry::new(value, at(made), Life { fresh: 60, renew: 60, stale: 60 })
    }

    fn title(results: &LocalResults, hash: &str, now: i64) -> Option<String> {
        results.get(hash, at(now)).map(|entry| entry.value.title.clone())
    }

    #[test]
    fn an_entry_ends_after_its_life() {
        let mut results = LocalResults::default();
        results.put("h", entry("r", 0), at(0));
        assert_eq!(title(&results, "h", LIFE - 1).as_deref(), Some("r"));
        assert_eq!(title(&results, "h", LIFE), None);
        results.put("h", entry("r2", LIFE), at(LIFE));
        assert_eq!(title(&results, "h", LIFE).as_deref(), Some("r2"));
    }

    #[test]
    fn an_entry_is_renewed_once() {
        let mut results = LocalResults::default();
        assert!(!results.begin_renewing("h"));
        results.put("h", entry("r", 0), at(0));
        assert_eq!([results.begin_renewing("h"), results.begin_renewing("h")], [true, false]);
        results.put("h", entry("r", 1), at(1));
        assert!(results.begin_renewing("h"));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_go_first() {
        let mut results = LocalResults::default();
        let value = "x".repeat(CAPACITY / 10 - 2);
        for number in 0..25 {
            results.put(&number.to_string(), entry(&value, number), at(number));
        }
        assert!(results.bytes <= CAPACITY && results.size().1 == results.bytes);
        assert_eq!(title(&results, "0", 30), None);
        assert_eq!(title(&results, "24", 30).as_deref(), Some(value.as_str()));
        results.put("huge", entry(&"x".repeat(CAPACITY), 30), at(30));
        assert_eq!(title(&results, "huge", 30), None);
    }
}
