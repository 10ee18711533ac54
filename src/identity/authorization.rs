//! The authorization server (RFC 6749 as OAuth 2.1 has it): how an application of somebody else comes to act for a person.
//!
//! For public clients alone: authorization code with PKCE (S256), no client secret. The person signs in and consents on
//! pages of this server; the client gets a code, and for the code a session of its own, whose tokens say what was
//! consented to. A grant is that session: it is listed, ended and refreshed like any other.

mod browser;
mod codes;
mod consent;
mod exchange;
mod grants;
mod pkce;
mod redirect;
mod request;

pub use codes::Presented;
pub use consent::{Answer, decide, show, sign_in};
pub use exchange::{exchange, renew, revoke};
pub use grants::{Granted, end, list};
pub use request::Asked;

pub(super) use codes::{LIFE_MILLIS, MEMORY_MILLIS};
pub(super) use request::Request;
