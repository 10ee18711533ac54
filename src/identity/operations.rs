//! The operations of this room, by subject.

mod accounts;
mod activity;
mod deletion;
mod federation;
mod limits;
mod onboarding;
mod preferences;
mod profile;
mod sessions;
mod two_factor;

pub use accounts::*;
pub use activity::*;
pub use deletion::*;
pub use federation::*;
pub use limits::*;
pub use onboarding::*;
pub use preferences::*;
pub use profile::*;
pub use sessions::*;
pub use two_factor::*;
