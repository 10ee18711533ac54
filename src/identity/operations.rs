//! The operations of this room, by subject.

mod accounts;
mod activity;
mod addresses;
mod admin_keys;
mod admin_users;
mod authorization;
mod deletion;
mod federation;
mod keys;
mod limits;
mod mailbox;
mod onboarding;
mod passwords;
mod preferences;
mod profile;
mod sessions;
mod two_factor;

pub use accounts::*;
pub use activity::*;
pub use addresses::*;
pub use admin_keys::*;
pub use admin_users::*;
pub use authorization::*;
pub use deletion::*;
pub use federation::*;
pub use keys::*;
pub use limits::*;
pub use mailbox::*;
pub use onboarding::*;
pub use passwords::*;
pub use preferences::*;
pub use profile::*;
pub use sessions::*;
pub use two_factor::*;
