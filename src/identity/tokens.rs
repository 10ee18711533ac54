//! Access tokens: JWTs (RFC 7519, in the manner of RFC 9068) of fifteen minutes, signed by one of the deployment's keys.

mod claims;
mod keys;

use super::caller::{Role, Tier, UserCaller};
use crate::contract::{Holder, Scopes};
use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::{PortError, Signatures};

pub use keys::{Keys, PublicKey};

/// Seconds that an access token is good for.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Seconds that a session lives after its last refresh.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3_600;
/// Seconds that a session lives at most, however often it is refreshed.
pub const LONGEST_SESSION_SECONDS: i64 = 180 * 24 * 3_600;
/// Longest token that is looked at, in bytes.
const LONGEST: usize = 4_096;

/// What an access token says of a session.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The account.
    pub user_id: Id,
    /// The session.
    pub session_id: Id,
    /// Which limits apply.
    pub tier: Tier,
    /// Which operations are open.
    pub role: Role,
    /// The account's epoch.
    pub epoch: i64,
    /// The OAuth client it was granted to.
    pub client_id: Option<&'a str>,
    /// What was granted to that client, space-separated.
    pub scopes: Option<&'a str>,
    /// When somebody last proved who they are.
    pub authenticated_at: Timestamp,
    /// How, space-separated.
    pub methods: &'a str,
}

/// Issues a token of that id with the key that signs now.
pub async fn issue(
    grant: &Grant<'_>,
    keys: &Keys,
    signatures: &dyn Signatures,
    id: Id,
    now: Timestamp,
) -> Result<String, PortError> {
    keys.sign(signatures, &payload(grant, keys, id, now)?).await
}

/// Issues a token of that id with the secret (HS256), whichever key signs now.
pub fn sign(grant: &Grant<'_>, keys: &Keys, id: Id, now: Timestamp) -> Result<String, PortError> {
    Ok(keys.sign_with_secret(&payload(grant, keys, id, now)?))
}

/// The caller that a token speaks for; `None` unless key, signature, times, issuer and audience are all right.
pub async fn verify(
    token: &str,
    keys: &Keys,
    signatures: &dyn Signatures,
    now: Timestamp,
) -> Result<Option<UserCaller>, PortError> {
    if token.len() > LONGEST {
        return Ok(None);
    }
    let payload = keys.payload(signatures, token).await?;
    Ok(payload.and_then(crypto::from_base64url).and_then(|payload| claims::read(&payload, &keys.issuer, now)))
}

fn payload(grant: &Grant<'_>, keys: &Keys, id: Id, now: Timestamp) -> Result<String, PortError> {
    let claims = claims::write(grant, &keys.issuer, id, now);
    claims.map(|text| crypto::base64url(text.as_bytes())).map_err(|cause| PortError::Shape(cause.to_string()))
}

/// What a session may do: all that a person's own may and, by role, more; or what was granted to an OAuth client.
#[must_use]
pub fn scopes(role: Role, granted: Option<&str>) -> Scopes {
    if let Some(granted) = granted {
        return Scopes::read(granted).intersection(Scopes::of_holder(Holder::Client));
    }
    let own = Scopes::of_holder(Holder::Session);
    match role {
        Role::User => own,
        Role::Support => own.union(Scopes::of_holder(Holder::Support)),
        Role::Admin => own.union(Scopes::of_holder(Holder::Admin)),
    }
}
