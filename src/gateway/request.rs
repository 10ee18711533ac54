//! A request as the house sees it, wherever it came in.

use async_trait::async_trait;

/// Why a body could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyFault {
    /// It is longer than the limit; the rest was not read.
    TooLarge,
    /// The connection broke, or the bytes could not be read.
    Broken(String),
}

/// A request that has arrived. The body is read only when it is wanted.
#[async_trait(?Send)]
pub trait Incoming {
    /// The method, in capitals.
    fn method(&self) -> &str;
    /// Scheme and host that the caller addressed, such as `https://api.example.com`.
    fn origin(&self) -> &str;
    /// The path, still percent-encoded.
    fn path(&self) -> &str;
    /// The query without `?`; empty when there is none.
    fn query(&self) -> &str;
    /// A header by its lower-case name.
    fn header(&self, name: &str) -> Option<String>;
    /// The body, or a fault as soon as it proves longer than `limit` bytes.
    async fn body(&mut self, limit: usize) -> Result<Vec<u8>, BodyFault>;
}

/// Most segments that a path of the contract has, and one more to tell longer ones.
const SEGMENTS: usize = 12;

/// The segments of a path. `/api/x` is read as `/api/v1/x`; a path that is too long for any operation
/// gives one empty segment, which no operation has.
#[derive(Debug, Clone)]
pub struct Segments<'p> {
    parts: [&'p str; SEGMENTS],
    count: usize,
}

impl<'p> Segments<'p> {
    /// Splits a path that begins with `/`.
    #[must_use]
    pub fn of(path: &'p str) -> Self {
        let mut segments = Self { parts: [""; SEGMENTS], count: 0 };
        for part in path.strip_prefix('/').unwrap_or(path).split('/') {
            if segments.count == 1 && segments.parts[0] == "api" && !is_version(part) {
                segments.push(super::versions::current());
            }
            segments.push(part);
        }
        if segments.count > SEGMENTS { Self { parts: [""; SEGMENTS], count: 1 } } else { segments }
    }

    /// The segments.
    #[must_use]
    pub fn as_slice(&self) -> &[&'p str] {
        self.parts.get(..self.count).unwrap_or_default()
    }

    fn push(&mut self, part: &'p str) {
        if let Some(place) = self.parts.get_mut(self.count) {
            *place = part;
        }
        self.count += 1;
    }
}

/// `v` and a number.
pub(super) fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_version_the_first_is_meant() {
        assert_eq!(Segments::of("/api/readings").as_slice(), ["api", "v1", "readings"]);
        assert_eq!(Segments::of("/api/v1/readings").as_slice(), ["api", "v1", "readings"]);
        assert_eq!(Segments::of("/api/v2/tasks").as_slice(), ["api", "v2", "tasks"]);
        assert_eq!(Segments::of("/api/vimshottari").as_slice(), ["api", "v1", "vimshottari"]);
        assert_eq!(Segments::of("/health").as_slice(), ["health"]);
        assert_eq!(Segments::of("/").as_slice(), [""]);
    }

    #[test]
    fn a_very_long_path_is_nothing() {
        assert_eq!(Segments::of(&"/a".repeat(1000)).as_slice(), [""]);
        assert_eq!(Segments::of(&"/a".repeat(SEGMENTS)).as_slice().len(), SEGMENTS);
    }
}
