//! Engines, their calculations and the readings that people keep.
//!
//! Relies on identity for who asks and on the resource layer for what is kept. Keeps this invariant: equal
//! canonical inputs give equal results, byte for byte, wherever the result comes from.

pub mod batch;
pub mod birth;
pub mod breaker;
pub mod cache;
pub mod calculate;
pub mod catalogue;
pub mod correlation;
pub mod counts;
pub mod engines;
pub mod forecasts;
pub mod history;
pub mod inputs;
pub mod insights;
pub mod library;
pub mod metrics;
pub mod operations;
pub mod projection;
mod queries;
pub mod raycast;
pub mod remote;
pub mod results;
pub mod shares;
pub mod shelf;
pub mod statistics;
pub mod themes;
pub mod timeline;
pub mod workflows;
