//! What an access token says.

use serde::{Deserialize, Serialize};

use super::{ACCESS_SECONDS, Grant, scopes};
use crate::identity::caller::{Credential, Role, Tier, UserCaller};
use crate::kernel::id::Id;
use crate::kernel::json;
use crate::kernel::time::Timestamp;

/// Seconds by which clocks may differ.
pub(super) const LEEWAY_SECONDS: i64 = 5;
/// `aud` of every token.
const AUDIENCE: &str = "witness-api";
/// An object with a list in it.
const DEPTH: usize = 2;

/// The claims, by their registered names (RFC 7519 section 4.1, OpenID Connect Core section 2, RFC 8693) where there is
/// one; ours are `ep` (epoch), `tier` and `role`.
#[derive(Serialize, Deserialize)]
struct Access {
    iss: String,
    aud: String,
    sub: Id,
    sid: Id,
    jti: Id,
    iat: i64,
    nbf: i64,
    exp: i64,
    ep: i64,
    tier: Tier,
    role: Role,
    auth_time: i64,
    amr: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// The claims as JSON.
pub(super) fn write(
    grant: &Grant<'_>,
    issuer: &str,
    id: Id,
    now: Timestamp,
) -> Result<String, serde_json::Error> {
    let now = now.seconds();
    serde_json::to_string(&Access {
        iss: issuer.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: grant.user_id,
        sid: grant.session_id,
        jti: id,
        iat: now,
        nbf: now,
        exp: now + ACCESS_SECONDS,
        ep: grant.epoch,
        tier: grant.tier,
        role: grant.role,
        auth_time: grant.authenticated_at.seconds(),
        amr: grant.methods.split(' ').map(str::to_owned).collect(),
        client_id: grant.client_id.map(str::to_owned),
        scope: grant.scopes.map(str::to_owned),
    })
}

/// The caller that signed claims speak for. They are ours, and read no less strictly for it: a claim given twice
/// means two things to two readers.
pub(super) fn read(payload: &[u8], issuer: &str, now: Timestamp) -> Option<UserCaller> {
    json::parse(payload, DEPTH).ok()?;
    let access: Access = json::read_bytes(payload).ok()?;
    let now = now.seconds();
    let begun = access.nbf.max(access.iat) <= now.saturating_add(LEEWAY_SECONDS);
    let over = now > access.exp.saturating_add(LEEWAY_SECONDS);
    if access.iss != issuer || access.aud != AUDIENCE || !begun || over {
        return None;
    }
    Some(UserCaller {
        user_id: access.sub,
        credential: Credential::Session {
            id: access.sid,
            client_id: access.client_id,
            authenticated_at: Timestamp::from_millis(access.auth_time.checked_mul(1000)?)?,
            two_factor: access.amr.iter().any(|method| method == "otp"),
        },
        scopes: scopes(access.role, access.scope.as_deref()),
        tier: access.tier,
        role: access.role,
        epoch: access.ep,
    })
}
