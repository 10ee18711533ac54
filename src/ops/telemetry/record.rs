//! What is known of a request once it was answered, for spans and for its line.
//!
//! Nothing of a span comes from a caller but ids that are digits: names and attributes are of the contract, of the
//! statements' files or of this house, or numbers. The one text besides is the host of a server that the deployment's
//! settings name.

use crate::contract::Operation;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::kernel::trace::TraceId;
use crate::ops::metrics::buffer::Call;
use crate::ports::Query;

/// The most spans below that of a request; further ones are counted.
pub const MOST_SPANS: usize = 63;

/// What a span is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A stage of the gateway.
    Stage(&'static str),
    /// A call of a dependency: which, the statement, and how many statements a transaction has.
    Call(Call, Query, u16),
}

/// A span below that of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What it is of.
    pub kind: Kind,
    /// The place of the span that it belongs to, if that is not the request's.
    pub parent: Option<usize>,
    /// When it began.
    pub began: Timestamp,
    /// When it ended; `None` while it lasts.
    pub ended: Option<Timestamp>,
    /// Whether it failed.
    pub failed: bool,
    /// The server's answer, of a call of one outside: method, status (0 without an answer), host where it is the
    /// deployment's own.
    pub outside: Option<(&'static str, u16, String)>,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it came.
    pub began: Timestamp,
    /// When it was answered.
    pub ended: Timestamp,
    /// Its id.
    pub request_id: Id,
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span: u64,
    /// The caller's span.
    pub parent: Option<u64>,
    /// Whether the trace is sampled.
    pub sampled: bool,
    /// Whether the request's span is sent.
    pub traced: bool,
    /// The operation, if there is one.
    pub operation: Option<Operation>,
    /// The method, or `OTHER`.
    pub method: &'static str,
    /// Whether it came by https.
    pub secure: bool,
    /// The answer's status.
    pub status: u16,
    /// The problem's code.
    pub error: Option<&'static str>,
    /// Spans below its own.
    pub spans: Vec<Span>,
    /// Spans that found no room.
    pub more: u32,
    /// Its line.
    pub line: String,
}

/// The id of the span at that place below a request's: as good as random, and never kept.
#[must_use]
pub fn child(span: u64, place: usize) -> u64 {
    // The mixing of splitmix64 (Steele, Lea and Flood 2014): one to one, so that no two of a request are equal.
    let mut mixed = span.wrapping_add((place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)).max(1)
}
