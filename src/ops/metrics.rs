//! What the house does, measured where it asks the world, without a hop in anybody's way.
//!
//! An isolate adds up in memory ([`buffer`]): requests by operation and class of status, calls of each kind of
//! dependency, statements by name. After an answer it hands the sums to one of [`crate::shards::COUNT`] objects ([`flush`],
//! [`collector`]), at most every [`INTERVAL`] milliseconds and only after a request that costs something. Histograms are
//! merged without loss ([`histogram`]); whoever asks reads all objects side by side ([`gather`]) and is told in the
//! words of Prometheus ([`text`]) or as a report ([`report`]).
//!
//! What may get lost: an isolate that ends takes with it what it counted since its last hand-over, which began at most
//! [`INTERVAL`] before its last request that costs something. A hand-over whose reply is lost is sent again under its
//! number, and an object counts a number once. One that no object takes for [`GIVE_UP`] is dropped, and its requests are
//! told as dropped.
//!
//! What is counted is bounded by the source: every name is one of the contract, of the statements' files or of this
//! module, none comes from outside.

pub mod buffer;
pub mod collector;
pub mod flush;
pub mod gather;
pub mod histogram;
pub mod people;
pub mod plans;
pub mod report;
pub mod series;
pub mod text;
pub mod wire;

/// Milliseconds between two hand-overs of an isolate.
pub const INTERVAL: i64 = 15_000;

/// Milliseconds after which a hand-over that no object took is dropped. Objects know numbers for longer
/// ([`collector::REMEMBERED`]), so that none is counted twice.
pub const GIVE_UP: i64 = 15 * 60_000;

#[cfg(test)]
mod tests;
