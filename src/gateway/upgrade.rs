//! Requests that want to become sockets (RFC 6455).

use super::request::Incoming;
use crate::contract::policy::Policy;
use crate::kernel::problem::{Code, Problem};

/// The version of the protocol that the platform speaks (RFC 6455 section 4.1).
const VERSION: &str = "13";

/// Refuses whoever asks an operation for a socket otherwise than a client of sockets does: 426 without `Upgrade:
/// websocket` and to HEAD, which is no handshake (RFC 6455 section 4.1 has GET), 400 for another version.
///
/// The header's whole value is compared: of a list, which RFC 9110 section 7.8 allows, the platform makes no socket.
pub fn asked(policy: &Policy, incoming: &dyn Incoming) -> Result<(), Problem> {
    if !policy.is_upgrade() {
        return Ok(());
    }
    let is = |name, value| incoming.header(name).is_some_and(|told| told.trim().eq_ignore_ascii_case(value));
    if incoming.method() != policy.method || !is("upgrade", "websocket") {
        return Err(Problem::new(Code::UpgradeRequired));
    }
    if !is("sec-websocket-version", VERSION) {
        return Err(Problem::malformed("Sec-WebSocket-Version is 13 here."));
    }
    Ok(())
}
