//! The way to the relay; what goes over its sockets is the hub's.

use std::iter::once;

use crate::context::Context;
use crate::contract::types::{ConnectRelayInput, FindRelayInput, Relay, RelayKey};
use crate::kernel::crypto::base64url;
use crate::kernel::object::Upgrade;
use crate::kernel::problem::Problem;
use crate::ports::ObjectClass;
use crate::sync::door::{self, wire};
use crate::sync::relay::SUBPROTOCOL;
use crate::sync::relay::handshake::{VERSIONS, key_id};

/// What a client has to know before it connects.
pub async fn find_relay(cx: &Context<'_>, _input: FindRelayInput) -> Result<Relay, Problem> {
    let relay = &cx.config.relay;
    let current = cx.ports.signatures.public_key(relay.key.bytes()).await?;
    let key = |bytes: &[u8], current| RelayKey { id: key_id(bytes), public_key: base64url(bytes), current };
    let keys = once(key(&current, true)).chain(relay.previous.iter().map(|bytes| key(bytes, false)));
    Ok(Relay {
        versions: VERSIONS.to_vec(),
        protocol: SUBPROTOCOL.to_owned(),
        keys: keys.collect(),
        limits: wire::limits(&door::limits(cx.config)),
    })
}

/// The hub of an account, whether there is one or not: only its handshake tells, and no sooner than it tells a wrong
/// signature.
pub async fn connect_relay(_cx: &Context<'_>, input: ConnectRelayInput) -> Result<Upgrade, Problem> {
    let offered = input.header.sec_websocket_protocol.unwrap_or_default();
    // Names of protocols are told apart by letter case (RFC 6455 section 11.5).
    if !offered.split(',').any(|name| name.trim() == SUBPROTOCOL) {
        return Err(Problem::malformed(["Sec-WebSocket-Protocol has to offer ", SUBPROTOCOL, "."].concat()));
    }
    Ok(Upgrade { class: ObjectClass::Hub, name: input.query.account.to_string() })
}
