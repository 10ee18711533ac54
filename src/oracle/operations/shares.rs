//! Links to readings.

use crate::context::Context;
use crate::contract::types::{
    CreateReadingShareInput, DeleteReadingShareInput, FindSharedReadingInput, IssuedReadingShare,
    ListReadingSharesInput, ReadingShare, SharedReading,
};
use crate::kernel::page::Page;
use crate::kernel::problem::Problem;
use crate::oracle::shares;

/// The links of a reading.
pub async fn list_reading_shares(
    cx: &Context<'_>,
    input: ListReadingSharesInput,
) -> Result<Page<ReadingShare>, Problem> {
    let items = shares::list(cx, input.path.id).await?;
    Ok(Page { items, has_more: false, next_cursor: None })
}

/// Makes a link.
pub async fn create_reading_share(
    cx: &Context<'_>,
    input: CreateReadingShareInput,
) -> Result<IssuedReadingShare, Problem> {
    shares::issue(cx, input.path.id, &input.body).await
}

/// Revokes a link.
pub async fn delete_reading_share(cx: &Context<'_>, input: DeleteReadingShareInput) -> Result<(), Problem> {
    shares::revoke(cx, input.path.id, input.path.share_id).await
}

/// What a link shows.
pub async fn find_shared_reading(
    cx: &Context<'_>,
    input: FindSharedReadingInput,
) -> Result<SharedReading, Problem> {
    shares::show(cx, &input.path.token).await
}
