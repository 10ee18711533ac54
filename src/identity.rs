//! Who calls: accounts, sessions, profiles, and how often they may call.
//!
//! Relies on the database for accounts and on one admission object per caller. Keeps these invariants: a
//! password is stored only as an argon2id hash; unknown and known addresses cost the same work and get the
//! same answer; a refresh token is good once, and using an old one ends its session.

pub mod activity;
pub mod admin;
pub mod admission;
pub mod attempts;
pub mod authorization;
pub mod caller;
pub mod confirmed;
pub mod data_keys;
pub mod erasure;
pub mod federation;
pub mod keys;
pub mod mail;
pub mod mail_tokens;
pub mod onboarding;
pub mod operations;
mod pages;
pub mod passwords;
mod queries;
pub mod refresh;
pub mod sessions;
mod sign_in;
pub mod standing;
pub mod tokens;
pub mod transport;
pub mod two_factor;
