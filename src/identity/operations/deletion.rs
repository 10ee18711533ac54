//! Deletion of an account.

use crate::context::Context;
use crate::contract::types::DeleteUserInput;
use crate::identity::queries::sessions as queries;
use crate::identity::standing::Standing;
use crate::identity::{erasure, sessions};
use crate::kernel::problem::Problem;

/// Ends the caller's account at once and leaves its erasure for afterwards.
pub async fn delete_user(cx: &Context<'_>, _input: DeleteUserInput) -> Result<(), Problem> {
    let user_id = cx.user()?.user_id;
    let mut batch = erasure::begin(cx, user_id);
    batch.push(queries::standing(user_id));
    let outcomes = cx.ports.database.batch(batch).await?;
    let standing: Standing = match outcomes.last() {
        Some(outcome) => outcome.rows.first()?.ok_or_else(Problem::not_found)?,
        None => return Err(Problem::internal("the batch lost an outcome")),
    };
    sessions::announce(cx, user_id, standing).await
}
