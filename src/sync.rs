//! How the devices of one person stay in step (docs/relay.md).

pub mod hub;
pub mod relay;
