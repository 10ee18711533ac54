//! What became of each request, told to a collector outside and kept here for a while: spans and lines of the log.
//!
//! A request leaves one [`record::Record`] in its isolate ([`buffer`]). Behind answers the isolate hands lines to one of a
//! few objects ([`book`]) and, where a collector is set, spans and lines to it ([`otlp`], by [`send`]). Administrators
//! search the lines ([`keep`]). Nobody waits for any of it but who searches. Everything is bounded, the oldest goes first,
//! and what went is counted (`witness_telemetry_dropped_total`).
//!
//! What may get lost beyond that: an isolate that ends takes along what it has not handed over, which is at most what
//! came since its last request that costs something and [`INTERVAL`] before it, or since an object or collector failed.

pub mod book;
pub mod buffer;
pub mod keep;
pub mod otlp;
pub mod record;
pub mod send;

/// Milliseconds between two hand-overs of an isolate, unless there is much.
pub const INTERVAL: i64 = 5_000;

#[cfg(test)]
mod tests;
