//! How a refresh token travels: in bodies, or for browsers in a cookie that no script can read.
//!
//! The cookie is `__Host-refresh`, sent by pages of the same site alone (`SameSite=Strict`), and what reads or sets it
//! wants an `Origin` that this deployment knows: a page of another site can neither spend it nor plant one (RFC 9700
//! section 4.7). Access tokens always travel in the `Authorization` header, which browsers send by themselves never.

use crate::context::Context;
use crate::contract::CookieName;
use crate::contract::types::TokenPair;
use crate::kernel::cookie::{Cookie, SameSite};
use crate::kernel::problem::{Code, Place, Problem, Violation};

/// Refuses, unless the request comes from a page of this deployment or of one of its browser apps.
pub fn known_origin(cx: &Context<'_>) -> Result<(), Problem> {
    let origin = (cx.connection.told)("origin").unwrap_or_default();
    if origin == cx.public_url() || cx.config.cors_origins.contains(&origin) {
        return Ok(());
    }
    Err(Problem::new(Code::Forbidden).detail("Cookies are for pages of known origins alone."))
}

/// The refresh token that the cookie or the body brings.
pub fn refresh_token(cx: &Context<'_>, cookie: bool, body: Option<String>) -> Result<String, Problem> {
    if cookie {
        known_origin(cx)?;
        return cx.cookie(CookieName::Refresh).ok_or_else(|| Problem::new(Code::Unauthenticated));
    }
    body.ok_or_else(|| {
        Problem::invalid(vec![Violation {
            place: Place::Body,
            pointer: "/refresh_token".to_owned(),
            code: "required",
            message: "is required unless the transport is cookie".to_owned(),
        }])
    })
}

/// Moves the refresh token of a pair into the cookie, where that is asked for. The origin was looked at before.
#[must_use]
pub fn deliver(cx: &Context<'_>, mut pair: TokenPair, cookie: bool) -> TokenPair {
    if cookie {
        let value = pair.refresh_token.take().unwrap_or_default();
        let max_age = u32::try_from(pair.refresh_expires_in).unwrap_or_default();
        let name = CookieName::Refresh;
        cx.set_cookie(Cookie { name, value, same_site: SameSite::Strict, max_age });
    }
    pair
}

/// Forgets the cookie, if the browser has one.
pub fn forget(cx: &Context<'_>) {
    if cx.cookie(CookieName::Refresh).is_some() {
        cx.set_cookie(Cookie::end(CookieName::Refresh, SameSite::Strict));
    }
}
