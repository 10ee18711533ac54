//! Access tokens: JWTs (RFC 7519, HS256) of fifteen minutes.

use chrono::Duration;
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{AlgorithmExt, Claims, Header, TimeOptions, UntrustedToken};
use serde::{Deserialize, Serialize};

use super::caller::{Credential, Role, Tier, UserCaller};
use crate::contract::{Holder, Scopes};
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;

/// Seconds that an access token is good for.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Seconds that a session lives after its last refresh.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3_600;
/// Seconds by which clocks may differ.
const LEEWAY_SECONDS: i64 = 5;
const ISSUER: &str = "witness";
const AUDIENCE: &str = "witness-api";

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

#[derive(Debug, Serialize, Deserialize)]
struct Access {
    iss: String,
    aud: String,
    sub: Id,
    sid: Id,
    tier: Tier,
    role: Role,
    ep: i64,
    auth_time: i64,
    amr: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// Signs an access token; `None` when the claims cannot be written, which they can.
#[must_use]
pub fn sign(grant: &Grant<'_>, key: &[u8], now: Timestamp) -> Option<String> {
    let access = Access {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: grant.user_id,
        sid: grant.session_id,
        tier: grant.tier,
        role: grant.role,
        ep: grant.epoch,
        auth_time: grant.authenticated_at.millis().div_euclid(1000),
        amr: grant.methods.split(' ').map(str::to_owned).collect(),
        client_id: grant.client_id.map(str::to_owned),
        scope: grant.scopes.map(str::to_owned),
    };
    let moment = now.utc();
    let options = TimeOptions::new(Duration::seconds(LEEWAY_SECONDS), move || moment);
    let claims = Claims::new(access).set_duration_and_issuance(&options, Duration::seconds(ACCESS_SECONDS));
    Hs256.token(&Header::empty(), &claims, &Hs256Key::new(key)).ok()
}

/// The caller that an access token speaks for; `None` unless algorithm, signature, times, issuer and audience
/// are all right.
#[must_use]
pub fn verify(token: &str, key: &[u8], now: Timestamp) -> Option<UserCaller> {
    let untrusted = UntrustedToken::new(token).ok()?;
    let token = Hs256.validator::<Access>(&Hs256Key::new(key)).validate(&untrusted).ok()?;
    let moment = now.utc();
    let options = TimeOptions::new(Duration::seconds(LEEWAY_SECONDS), move || moment);
    let claims = token.claims();
    claims.validate_expiration(&options).ok()?;
    let access = &claims.custom;
    if access.iss != ISSUER || access.aud != AUDIENCE {
        return None;
    }
    Some(UserCaller {
        user_id: access.sub,
        credential: Credential::Session {
            id: access.sid,
            client_id: access.client_id.clone(),
            authenticated_at: Timestamp::from_millis(access.auth_time.saturating_mul(1000))?,
            two_factor: access.amr.iter().any(|method| method == "otp"),
        },
        scopes: scopes(access.role, access.scope.as_deref()),
        tier: access.tier,
        role: access.role,
        epoch: access.ep,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::crypto;

    const KEY: &[u8] = &[9; 32];

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000).unwrap()
    }

    fn id(byte: u8) -> Id {
        Id::new(at(1), [byte; 10])
    }

    fn grant() -> Grant<'static> {
        Grant {
            user_id: id(1),
            session_id: id(2),
            tier: Tier::Pro,
            role: Role::User,
            epoch: 3,
            client_id: None,
            scopes: None,
            authenticated_at: at(900),
            methods: "pwd otp",
        }
    }

    #[test]
    fn a_token_speaks_for_its_caller_until_it_expires() {
        let token = sign(&grant(), KEY, at(1_000)).unwrap();
        let caller = verify(&token, KEY, at(1_000 + ACCESS_SECONDS)).unwrap();
        assert_eq!((caller.user_id, caller.session_id(), caller.tier), (id(1), Some(id(2)), Tier::Pro));
        let credential =
            Credential::Session { id: id(2), client_id: None, authenticated_at: at(900), two_factor: true };
        assert_eq!((caller.credential, caller.epoch), (credential, 3));
        assert_eq!(verify(&token, KEY, at(1_001 + ACCESS_SECONDS + LEEWAY_SECONDS)), None);
        assert_eq!(verify(&token, &[8; 32], at(1_000)), None);
    }

    #[test]
    fn forged_and_damaged_tokens_are_refused() {
        let token = sign(&grant(), KEY, at(1_000)).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let none = crypto::base64url(br#"{"alg":"none"}"#);
        let forged = [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{}.{}.{}A", parts[0], parts[1], parts[2]),
            format!("{}.{}.{}", parts[0], crypto::base64url(b"{}"), parts[2]),
            String::new(),
            "...".to_owned(),
            "a".repeat(100_000),
        ];
        for token in forged {
            assert_eq!(verify(&token, KEY, at(1_000)), None, "{token:.60}");
        }
    }

    #[test]
    fn another_issuer_or_audience_is_refused() {
        for (iss, aud) in [("other", AUDIENCE), (ISSUER, "other")] {
            let access = Access {
                iss: iss.into(),
                aud: aud.into(),
                sub: id(1),
                sid: id(2),
                tier: Tier::Free,
                role: Role::User,
                ep: 0,
                auth_time: 900,
                amr: vec!["pwd".into()],
                client_id: None,
                scope: None,
            };
            let options = TimeOptions::new(Duration::zero(), || at(1_000).utc());
            let claims = Claims::new(access).set_duration_and_issuance(&options, Duration::seconds(60));
            let token = Hs256.token(&Header::empty(), &claims, &Hs256Key::new(KEY)).unwrap();
            assert_eq!(verify(&token, KEY, at(1_000)), None);
        }
    }
}
