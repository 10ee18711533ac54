//! How old are the secrets?

use crate::context::Context;
use crate::contract::types::{ListSecretsInput, TrackedSecret};
use crate::kernel::page::Page;
use crate::kernel::problem::Problem;
use crate::ops::secrets::list;

/// The secrets of the deployment and administrators' keys, with their ages.
pub async fn list_secrets(
    cx: &Context<'_>,
    _input: ListSecretsInput,
) -> Result<Page<TrackedSecret>, Problem> {
    let items = list::all(cx.ports, cx.config, cx.now).await?;
    Ok(Page { items, has_more: false, next_cursor: None })
}
