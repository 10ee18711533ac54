//! The way in and out of every request, the same at the edge and on the host.
//!
//! Route and policy come from the contract; then follow, in this order: request id and trace, size and type
//! of the body, the caller, scopes, admission, checks, the room's operation, and the answer's headers.

pub mod admit;
pub mod afterwards;
pub mod answer;
pub mod audit;
pub mod authenticate;
pub mod body;
pub mod cors;
pub mod fields;
pub mod kept;
pub mod last;
pub mod limits;
pub mod log;
pub mod meter;
mod observe;
mod preconditions;
pub mod refusal;
pub mod renew;
pub mod request;
pub mod serve;
pub mod spans;
pub mod trace;
pub mod upgrade;
pub mod versions;
