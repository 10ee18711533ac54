//! Tokens: access tokens are JWTs (RFC 7519, HS256) of fifteen minutes; refresh tokens are random, stored only
//! as a hash, and good once.

use chrono::Duration;
use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{AlgorithmExt, Claims, Header, TimeOptions, UntrustedToken};
use serde::{Deserialize, Serialize};

use super::caller::{Tier, UserCaller};
use crate::kernel::crypto;
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

/// What a session of one's own may do.
pub const SESSION_SCOPES: [&str; 6] = [
    "profile:read",
    "profile:write",
    "engines:calculate",
    "readings:read",
    "readings:write",
    "sessions:write",
];

#[derive(Debug, Serialize, Deserialize)]
struct Access {
    iss: String,
    aud: String,
    sub: Id,
    sid: Id,
    tier: String,
}

/// Signs an access token; `None` when the claims cannot be written, which they can.
#[must_use]
pub fn sign(user_id: Id, session_id: Id, tier: Tier, key: &[u8], now: Timestamp) -> Option<String> {
    let access = Access {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user_id,
        sid: session_id,
        tier: tier.as_str().to_owned(),
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
        session_id: access.sid,
        scopes: SESSION_SCOPES.map(str::to_owned).to_vec(),
        tier: Tier::parse(&access.tier)?,
    })
}

/// A refresh token: the session's id and 32 random bytes.
#[must_use]
pub fn refresh_token(session_id: Id, random: [u8; 32]) -> String {
    format!("{session_id}.{}", crypto::base64url(&random))
}

/// The session that a refresh token names, and the hash under which it is stored.
#[must_use]
pub fn refresh_parts(token: &str) -> Option<(Id, String)> {
    let (session, secret) = token.split_once('.')?;
    crypto::from_base64url(secret).filter(|bytes| bytes.len() == 32)?;
    Some((Id::parse(session)?, refresh_hash(token)))
}

/// The hash under which a refresh token is stored. The token has 256 bits of its own, so that a fast hash is
/// enough.
#[must_use]
pub fn refresh_hash(token: &str) -> String {
    crypto::hex(&crypto::sha256(&[token.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = &[9; 32];

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000).unwrap()
    }

    fn id(byte: u8) -> Id {
        Id::new(at(1), [byte; 10])
    }

    #[test]
    fn a_token_speaks_for_its_caller_until_it_expires() {
        let token = sign(id(1), id(2), Tier::Pro, KEY, at(1_000)).unwrap();
        let caller = verify(&token, KEY, at(1_000 + ACCESS_SECONDS)).unwrap();
        assert_eq!((caller.user_id, caller.session_id, caller.tier), (id(1), id(2), Tier::Pro));
        assert_eq!(verify(&token, KEY, at(1_001 + ACCESS_SECONDS + LEEWAY_SECONDS)), None);
        assert_eq!(verify(&token, &[8; 32], at(1_000)), None);
    }

    #[test]
    fn forged_and_damaged_tokens_are_refused() {
        let token = sign(id(1), id(2), Tier::Free, KEY, at(1_000)).unwrap();
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
            let access =
                Access { iss: iss.into(), aud: aud.into(), sub: id(1), sid: id(2), tier: "free".into() };
            let options = TimeOptions::new(Duration::zero(), || at(1_000).utc());
            let claims = Claims::new(access).set_duration_and_issuance(&options, Duration::seconds(60));
            let token = Hs256.token(&Header::empty(), &claims, &Hs256Key::new(KEY)).unwrap();
            assert_eq!(verify(&token, KEY, at(1_000)), None);
        }
    }

    #[test]
    fn a_refresh_token_names_its_session() {
        let token = refresh_token(id(2), [5; 32]);
        assert_eq!(refresh_parts(&token), Some((id(2), refresh_hash(&token))));
        for broken in ["", ".", &token[..token.len() - 2], &format!("x{token}")] {
            assert_eq!(refresh_parts(broken), None, "{broken}");
        }
    }
}
