//! Following what the server changes, without a socket.

use crate::context::Context;
use crate::contract::types::{FollowEventsInput, StreamEventsInput, SystemEvents};
use crate::kernel::hub::Follow;
use crate::kernel::problem::Problem;
use crate::sync::follow;

/// The caller's events after one that is known, which may be waited for.
pub async fn follow_events(cx: &Context<'_>, input: FollowEventsInput) -> Result<SystemEvents, Problem> {
    let wait = u32::try_from(input.query.wait * 1_000).unwrap_or(0);
    let found = follow::find(cx.ports, cx.user()?.user_id, input.query.after, wait).await?;
    let items = found.events.iter().map(follow::event).collect::<Result<_, _>>()?;
    Ok(SystemEvents { items, cursor: found.cursor, has_more: found.more })
}

/// The same as a stream, whose beginning is found before the answer begins.
pub async fn stream_events(cx: &Context<'_>, input: StreamEventsInput) -> Result<Follow, Problem> {
    let account = cx.user()?.user_id;
    // A browser that comes again asks the address of before, and tells by the header how far it came.
    let after = input.header.last_event_id.or(input.query.after);
    Ok(Follow { account, found: follow::find(cx.ports, account, after, 0).await? })
}
