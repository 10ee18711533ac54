//! The audit log: who did what to what, so that nobody can change it unseen.
//!
//! Records come in with the changes that they speak of (`kernel::audit`). The sealer encrypts what is personal in
//! them, chains them and signs the end of the chain; what is personal in events it encrypts too. Keeps this
//! invariant: a record that was sealed can be removed only from the front, behind a signed checkpoint that stays.

pub mod chain;
pub mod examine;
pub mod export;
pub mod keys;
pub mod opening;
pub mod retain;
pub mod seal;
pub mod search;
