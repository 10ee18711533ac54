//! What goes between a device and its hub: frames, the handshake that makes their keys, and how they are sealed
//! (docs/relay.md).
//!
//! Nothing here waits or asks: signatures and the agreement of keys are made by the ports, and their results are
//! arguments. Keeps this invariant: a frame is taken once, in its order, from the device and the session it was made
//! for, or the connection ends.

pub mod channel;
pub mod close;
pub mod frames;
pub mod handshake;

/// How the protocol is named in `Sec-WebSocket-Protocol` (RFC 6455 section 11.3.4).
pub const SUBPROTOCOL: &str = "witness.relay.v1";
