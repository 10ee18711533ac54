//! API keys: how they are written, kept, found and ended.
//!
//! A key is 26 random characters behind a prefix, with a checksum at the end (`text`). The database keeps its SHA-256
//! alone. Who presents one is told by the isolate's memory, else by KV, else by the database (`known`); whether it
//! still holds is told by the account's standing, as for every credential. Administrators' keys are the same thing in
//! another drawer, and each use of one is confirmed and recorded in the database (`gateway::audited`).

pub mod drawer;
pub mod known;
pub mod text;

pub use known::{Memory, confirm, load};
pub use text::{Presented, Unusable, parse};
