//! The public keys of the audit log.

use super::chain::{self, Checkpoint};
use crate::config::Config;
use crate::kernel::crypto::from_base64url;
use crate::kernel::problem::Problem;
use crate::ports::{Ports, VerifyingKey};

/// The key that signs now, then those of before, each with its id.
pub async fn all(ports: Ports<'_>, config: &Config) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let current = ports.signatures.public_key(config.audit.key.bytes()).await?;
    let keys = [current].into_iter().chain(config.audit.previous.iter().map(|key| key.to_vec()));
    Ok(keys.map(|key| (chain::key_id(&key), key)).collect())
}

/// Whether one of the keys signed that checkpoint.
pub async fn signed(
    ports: Ports<'_>,
    keys: &[(String, Vec<u8>)],
    checkpoint: &Checkpoint,
) -> Result<bool, Problem> {
    let Some((_, key)) = keys.iter().find(|(id, _)| *id == checkpoint.key_id) else { return Ok(false) };
    let signature = from_base64url(&checkpoint.signature).unwrap_or_default();
    Ok(ports.signatures.verify(VerifyingKey::Ed25519(key), &checkpoint.message(), &signature).await?)
}
