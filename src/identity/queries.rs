//! The statements of this room, by subject; their texts are files in `sql/`.

pub mod accounts;
pub mod activity;
pub mod admin;
pub mod authorization;
pub mod erasure;
pub mod federation;
pub mod keys;
pub mod limits;
pub mod mail;
pub mod mail_tokens;
pub mod people;
pub mod sessions;
pub mod two_factor;
