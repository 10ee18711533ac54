//! Accounts, their sessions and their keys, for administrators.

use crate::context::Context;
use crate::contract::resources::{ADMIN_SESSION, API_KEY};
use crate::contract::types::{
    AdminSession, AdminUser, AdminUserPage, AdminUserStatus, ApiKey, DeleteAdminUserKeyInput,
    DeleteAdminUserSessionsInput, FindAdminUserInput, ListAdminUserKeysInput, ListAdminUserSessionsInput,
    ListAdminUsersInput, ReinstateAdminUserInput, SuspendAdminUserInput, UpdateAdminUserInput,
};
use crate::identity::admin;
use crate::identity::keys::drawer::{self, Drawer};
use crate::kernel::page::Page;
use crate::kernel::problem::{Code, Problem};
use crate::resource::list::ListRequest;
use crate::resource::operations as resource;

/// Accounts.
pub async fn list_admin_users(
    cx: &Context<'_>,
    input: ListAdminUsersInput,
) -> Result<AdminUserPage, Problem> {
    admin::list(cx, input.query).await
}

/// An account.
pub async fn find_admin_user(cx: &Context<'_>, input: FindAdminUserInput) -> Result<AdminUser, Problem> {
    admin::find(cx, input.path.id).await
}

/// Changes tier and role.
pub async fn update_admin_user(cx: &Context<'_>, input: UpdateAdminUserInput) -> Result<AdminUser, Problem> {
    let before = admin::find(cx, input.path.id).await?;
    if cx.if_match.is_some_and(|version| version != before.version) {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    let mut after = before.clone();
    after.tier = input.body.tier.unwrap_or(before.tier);
    after.role = input.body.role.unwrap_or(before.role);
    admin::change(cx, before, after, "user.standing_changed", None).await
}

/// Suspends an account; a suspended one stays as it is.
pub async fn suspend_admin_user(
    cx: &Context<'_>,
    input: SuspendAdminUserInput,
) -> Result<AdminUser, Problem> {
    let before = admin::find(cx, input.path.id).await?;
    let after = AdminUser { status: AdminUserStatus::Suspended, ..before.clone() };
    admin::change(cx, before, after, "user.suspended", Some(&input.body.reason)).await
}

/// Ends a suspension; an active account stays as it is.
pub async fn reinstate_admin_user(
    cx: &Context<'_>,
    input: ReinstateAdminUserInput,
) -> Result<AdminUser, Problem> {
    let before = admin::find(cx, input.path.id).await?;
    let after = AdminUser { status: AdminUserStatus::Active, ..before.clone() };
    admin::change(cx, before, after, "user.reinstated", None).await
}

/// Sessions of an account.
pub async fn list_admin_user_sessions(
    cx: &Context<'_>,
    input: ListAdminUserSessionsInput,
) -> Result<Page<AdminSession>, Problem> {
    let query = input.query;
    let request =
        ListRequest { limit: query.limit, cursor: query.cursor, sort: query.sort, filters: Vec::new() };
    resource::list_of(cx, &ADMIN_SESSION, &input.path.id.to_string(), &request).await
}

/// Ends all sessions of an account.
pub async fn delete_admin_user_sessions(
    cx: &Context<'_>,
    input: DeleteAdminUserSessionsInput,
) -> Result<(), Problem> {
    admin::end_sessions(cx, input.path.id).await
}

/// Keys of an account.
pub async fn list_admin_user_keys(
    cx: &Context<'_>,
    input: ListAdminUserKeysInput,
) -> Result<Page<ApiKey>, Problem> {
    let query = input.query;
    let request =
        ListRequest { limit: query.limit, cursor: query.cursor, sort: query.sort, filters: Vec::new() };
    resource::list_of(cx, &API_KEY, &Drawer::of(input.path.id).owner, &request).await
}

/// Revokes a key of an account.
pub async fn delete_admin_user_key(cx: &Context<'_>, input: DeleteAdminUserKeyInput) -> Result<(), Problem> {
    drawer::revoke(cx, &Drawer::of(input.path.id), input.path.key_id).await
}
