//! Is the house well? Liveness asks nobody; readiness asks every dependency once, side by side.

pub mod operations;
