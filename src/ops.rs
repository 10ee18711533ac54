//! Is the house well, and what happened in it? Liveness asks nobody; readiness asks every dependency once, side by
//! side; what happened is in the audit log;
//! what it does is measured;
//! the upkeep does what nobody asks for, and watches the age of secrets.

pub mod audit;
pub mod expired;
pub mod metrics;
pub mod operations;
pub mod sealer;
pub mod secrets;
pub mod upkeep;
