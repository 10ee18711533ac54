//! What every owned resource does alike: list, find, create, update and delete, written once.
//!
//! Invariants kept here: a row is only ever read or written together with its owner; every write is one
//! batch of row, event and, where the caller asked for it, idempotency record; a write that matches no
//! row leaves neither event nor record.

pub mod description;
pub mod list;
pub mod operations;
pub mod sql;
