//! How the parts of the house are: asked now ([`probe`]), and every five minutes by the upkeep ([`history`]), which keeps
//! what it found as samples, adds them up by day, and makes incidents of them ([`state`]). Everybody may read it
//! ([`report`]).
//!
//! Keeps this invariant: each five minutes have one set of samples, and whatever follows from it, days, incidents and what
//! the webhook is told, is one batch that begins with it. A run beside it, or one that is repeated because an answer was
//! lost, finds the samples there and writes nothing; neither does one whose clock jumped back. What nobody looked at is
//! not observed, and so not up.

pub mod history;
pub mod probe;
pub mod report;
pub mod state;

/// Milliseconds after which an answer is given up.
pub const DEADLINE: u64 = 2_000;
/// Milliseconds after which an answer is slow.
pub const SLOW: i64 = 1_000;
/// Milliseconds that the oldest mail waits before mail is slow, and before it is down: tries are minutes apart.
pub const MAIL_WAITS: [i64; 2] = [900_000, 3_600_000];
/// Samples that are further apart than this, in milliseconds, are not in a row; and one that is older says nothing of now.
pub const APART: i64 = 900_000;
