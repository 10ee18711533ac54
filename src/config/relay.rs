//! The settings of the relay.

use super::{Environment, Reader, Secret, signing};

/// The settings of the relay (docs/relay.md).
#[derive(Debug, Clone)]
pub struct Relay {
    /// `RELAY_PRIVATE_KEY`: the server's identity towards devices, which pin it (Ed25519, PKCS #8). In development it
    /// follows from `VAULT_KEY`.
    pub key: Secret,
    /// `RELAY_PUBLIC_KEYS_PREVIOUS`: the public keys of before, for devices that have not met the present one.
    pub previous: Vec<[u8; 32]>,
    /// `RELAY_SCALE`: so many times the connections and events that a hub allows at once; 1 to 1,000,000, and 1 by
    /// default. Above 1 in development alone.
    pub scale: u32,
}

/// Reads the settings. `vault` is the key of the vault, if there is one.
pub fn read(reader: &mut Reader<'_>, environment: Environment, vault: Option<&Secret>) -> Option<Relay> {
    let key =
        signing::private(reader, "RELAY_PRIVATE_KEY", environment, vault, b"witness relay identity key");
    let previous = signing::previous(reader, "RELAY_PUBLIC_KEYS_PREVIOUS");
    let scale = reader.scale("RELAY_SCALE", environment);
    Some(Relay { key: key?, previous: previous?, scale })
}
