//! Sessions.

use crate::context::Context;
use crate::contract::types::{LogoutSessionInput, RefreshSessionInput, TokenPair};
use crate::identity::sessions;
use crate::kernel::problem::{Code, Problem};

/// Exchanges a refresh token; one that was used long before ends the session.
pub async fn refresh_session(cx: &Context<'_>, input: RefreshSessionInput) -> Result<TokenPair, Problem> {
    sessions::refresh(cx, &input.body.refresh_token, None).await
}

/// Ends the caller's session.
pub async fn logout_session(cx: &Context<'_>, _input: LogoutSessionInput) -> Result<(), Problem> {
    let user = cx.user()?;
    let session = user.session_id().ok_or_else(|| Problem::new(Code::Forbidden))?;
    sessions::end(cx, user.user_id, session, "session.ended").await.map(drop)
}
