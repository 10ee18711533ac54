//! API keys of the caller.

use crate::context::Context;
use crate::contract::resources::API_KEY;
use crate::contract::types::{
    ApiKey, CreateApiKeyInput, DeleteApiKeyInput, FindApiKeyInput, IssuedKey, ListApiKeysInput,
    RotateApiKeyInput, UpdateApiKeyInput,
};
use crate::contract::{Holder, Scope};
use crate::identity::keys::drawer::{self, Drawer, Wish};
use crate::kernel::page::Page;
use crate::kernel::patch::Patch;
use crate::kernel::problem::{Code, Problem};
use crate::resource::list::ListRequest;
use crate::resource::operations as resource;

const HOUR: i64 = 3_600_000;

/// The caller's keys.
pub async fn list_api_keys(cx: &Context<'_>, input: ListApiKeysInput) -> Result<Page<ApiKey>, Problem> {
    let query = input.query;
    let request =
        ListRequest { limit: query.limit, cursor: query.cursor, sort: query.sort, filters: Vec::new() };
    resource::list(cx, &API_KEY, &request).await
}

/// Makes a key.
pub async fn create_api_key(cx: &Context<'_>, input: CreateApiKeyInput) -> Result<IssuedKey, Problem> {
    let new = input.body;
    let wish = Wish {
        name: new.name,
        scopes: drawer::grantable(cx, Holder::Key, &new.scopes)?,
        quotas: [new.quota_minute, new.quota_hour, new.quota_day],
        expires_at: drawer::ahead(cx, new.expires_at)?,
    };
    drawer::issue(cx, &own(cx)?, wish).await
}

/// One of the caller's keys.
pub async fn find_api_key(cx: &Context<'_>, input: FindApiKeyInput) -> Result<ApiKey, Problem> {
    drawer::find(cx, &own(cx)?, input.path.id).await
}

/// Changes what a key is called, may do and may use.
pub async fn update_api_key(cx: &Context<'_>, input: UpdateApiKeyInput) -> Result<ApiKey, Problem> {
    let (drawer, patch) = (own(cx)?, input.body);
    let scopes = match &patch.scopes {
        Some(names) => Some(drawer::grantable(cx, Holder::Key, names)?),
        None => None,
    };
    let old = drawer::find(cx, &drawer, input.path.id).await?;
    if cx.if_match.is_some_and(|version| version != old.version) {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    if let Patch::Set(at) = &patch.expires_at {
        drawer::ahead(cx, Some(*at))?;
    }
    let held = || old.scopes.iter().filter_map(|name| Scope::parse(name)).collect();
    let wish = Wish {
        name: patch.name.unwrap_or_else(|| old.name.clone()),
        scopes: scopes.unwrap_or_else(held),
        quotas: [
            patch.quota_minute.over(old.quota_minute),
            patch.quota_hour.over(old.quota_hour),
            patch.quota_day.over(old.quota_day),
        ],
        expires_at: patch.expires_at.over(old.expires_at),
    };
    drawer::change(cx, &drawer, old, wish).await
}

/// Revokes a key.
pub async fn delete_api_key(cx: &Context<'_>, input: DeleteApiKeyInput) -> Result<(), Problem> {
    drawer::revoke(cx, &own(cx)?, input.path.id).await
}

/// Replaces a key.
pub async fn rotate_api_key(cx: &Context<'_>, input: RotateApiKeyInput) -> Result<IssuedKey, Problem> {
    drawer::rotate(cx, &own(cx)?, input.path.id, input.body.overlap_hours * HOUR).await
}

fn own(cx: &Context<'_>) -> Result<Drawer, Problem> {
    Ok(Drawer::of(cx.user()?.user_id))
}
