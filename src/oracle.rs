//! Engines, their calculations and the readings that people keep.
//!
//! Relies on identity for who asks and on the resource layer for what is kept. Keeps this invariant: equal
//! canonical inputs give equal results, byte for byte, wherever the result comes from.

pub mod birth;
pub mod breaker;
pub mod cache;
pub mod calculate;
pub mod catalogue;
pub mod counts;
pub mod engines;
pub mod operations;
pub mod remote;
pub mod results;
pub mod shelf;
