//! Engine results of the last seconds, kept in the isolate in front of the cache.
//!
//! Results never change for a canonical input, so that staleness cannot hurt: the short life only bounds
//! memory. Least recently made entries go first.

use std::collections::{HashMap, VecDeque};

use crate::kernel::time::Timestamp;

/// How long an entry is good, in milliseconds.
pub const LIFE: i64 = 60_000;
/// How many bytes of values are kept at most.
pub const CAPACITY: usize = 4 * 1024 * 1024;

/// A bounded map from input hash to result.
#[derive(Debug, Default)]
pub struct LocalResults {
    entries: HashMap<String, (Timestamp, String)>,
    order: VecDeque<String>,
    bytes: usize,
}

impl LocalResults {
    /// The result, if it is here and still good.
    #[must_use]
    pub fn get(&self, hash: &str, now: Timestamp) -> Option<&str> {
        let (kept, result) = self.entries.get(hash)?;
        (now.millis() - kept.millis() < LIFE).then_some(result.as_str())
    }

    /// Keeps a result; one that is larger than a tenth of the room is not kept.
    pub fn put(&mut self, hash: &str, result: &str, now: Timestamp) {
        if result.len() > CAPACITY / 10 {
            return;
        }
        if let Some((_, old)) = self.entries.insert(hash.to_owned(), (now, result.to_owned())) {
            self.bytes -= old.len();
        } else {
            self.order.push_back(hash.to_owned());
        }
        self.bytes += result.len();
        while self.bytes > CAPACITY {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some((_, old)) = self.entries.remove(&oldest) {
                self.bytes -= old.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn an_entry_ends_after_its_life() {
        let mut results = LocalResults::default();
        results.put("h", "r", at(0));
        assert_eq!(results.get("h", at(LIFE - 1)), Some("r"));
        assert_eq!(results.get("h", at(LIFE)), None);
        results.put("h", "r2", at(LIFE));
        assert_eq!(results.get("h", at(LIFE)), Some("r2"));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_go_first() {
        let mut results = LocalResults::default();
        let value = "x".repeat(CAPACITY / 10);
        for number in 0..25 {
            results.put(&number.to_string(), &value, at(number));
        }
        assert!(results.bytes <= CAPACITY);
        assert_eq!(results.get("0", at(30)), None);
        assert_eq!(results.get("24", at(30)), Some(value.as_str()));
        results.put("huge", &"x".repeat(CAPACITY), at(30));
        assert_eq!(results.get("huge", at(30)), None);
    }
}
