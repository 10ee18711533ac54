//! Is the house well, and what happened in it? Liveness asks nobody; readiness asks every dependency once, side by
//! side; what happened is in the audit log.

pub mod audit;
pub mod operations;
pub mod sealer;
pub mod upkeep;
