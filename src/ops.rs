//! Is the house well, and what happened in it? Liveness asks nobody; readiness asks every dependency once, side by
//! side; what happened is in the audit log;
//! what it does is measured, kept in windows of time, judged by rules that tell of what is wrong; traced, and kept as lines
//! of a log; how its parts are and what goes wrong is kept;
//! the upkeep does what nobody asks for, and watches the age of secrets.

pub mod alerts;
pub mod audit;
pub mod errors;
pub mod expired;
pub mod metrics;
pub mod operations;
pub mod sealer;
pub mod secrets;
pub mod status;
pub mod telemetry;
pub mod upkeep;
pub mod waiting;
pub mod windows;
