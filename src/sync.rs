//! How the devices of one person stay in step (docs/relay.md).
//!
//! Relies on identity for who calls and on the resource layer for what is kept.

mod commands;
pub mod devices;
pub mod door;
pub mod follow;
pub mod hub;
pub mod operations;
pub mod relay;
