//! Administrators' keys. Whoever may, grants no more than he holds.

use crate::context::Context;
use crate::contract::Holder;
use crate::contract::resources::API_KEY;
use crate::contract::types::{
    ApiKey, CreateAdminKeyInput, DeleteAdminKeyInput, IssuedKey, ListAdminKeysInput, RotateAdminKeyInput,
};
use crate::identity::keys::drawer::{self, Drawer, Wish};
use crate::kernel::page::Page;
use crate::kernel::problem::Problem;
use crate::resource::list::ListRequest;
use crate::resource::operations as resource;

const HOUR: i64 = 3_600_000;

/// All administrators' keys.
pub async fn list_admin_keys(cx: &Context<'_>, input: ListAdminKeysInput) -> Result<Page<ApiKey>, Problem> {
    let query = input.query;
    let request =
        ListRequest { limit: query.limit, cursor: query.cursor, sort: query.sort, filters: Vec::new() };
    resource::list_of(cx, &API_KEY, &Drawer::administrators(cx)?.owner, &request).await
}

/// Makes a key that acts for the caller's account.
pub async fn create_admin_key(cx: &Context<'_>, input: CreateAdminKeyInput) -> Result<IssuedKey, Problem> {
    let new = input.body;
    let wish = Wish {
        name: new.name,
        scopes: drawer::grantable(cx, Holder::Admin, &new.scopes)?,
        quotas: [None; 3],
        expires_at: drawer::ahead(cx, new.expires_at)?,
    };
    drawer::issue(cx, &Drawer::administrators(cx)?, wish).await
}

/// Revokes a key.
pub async fn delete_admin_key(cx: &Context<'_>, input: DeleteAdminKeyInput) -> Result<(), Problem> {
    drawer::revoke(cx, &Drawer::administrators(cx)?, input.path.id).await
}

/// Replaces a key.
pub async fn rotate_admin_key(cx: &Context<'_>, input: RotateAdminKeyInput) -> Result<IssuedKey, Problem> {
    let drawer = Drawer::administrators(cx)?;
    drawer::rotate(cx, &drawer, input.path.id, input.body.overlap_hours * HOUR).await
}
