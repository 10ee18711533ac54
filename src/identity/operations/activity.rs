//! Activity.

use serde::Deserialize;

use crate::context::Context;
use crate::contract::types::{Activity, FindActivityInput, KeyActivity, SessionActivity};
use crate::identity::queries::activity as queries;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;

/// When the caller's account, its sessions and its keys were last used.
pub async fn find_activity(cx: &Context<'_>, _input: FindActivityInput) -> Result<Activity, Problem> {
    #[derive(Deserialize)]
    struct Account {
        last_activity_at: Option<Timestamp>,
    }
    let user = cx.user()?;
    let batch = vec![
        queries::of_user(user.user_id),
        queries::of_sessions(user.user_id, user.session_id(), cx.now),
        queries::of_keys(user.user_id),
    ];
    let outcomes = cx.ports.database.batch(batch).await?;
    let [account, sessions, keys] = outcomes.as_slice() else {
        return Err(Problem::internal("a batch answered with another number of results"));
    };
    let account: Account = account.rows.first()?.ok_or_else(Problem::not_found)?;
    let sessions: Vec<SessionActivity> = sessions.rows.read()?;
    let keys: Vec<KeyActivity> = keys.rows.read()?;
    Ok(Activity { last_activity_at: account.last_activity_at, sessions, keys })
}
