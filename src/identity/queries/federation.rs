//! Identities of other providers, and what may be used once.

use super::accounts::email_key;
use crate::contract::types::{Identity, ProviderName};
use crate::identity::federation::linking::Account;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::ports::Statement;

/// Uses something up; the batch fails if that was done before.
pub fn spend(id: Id, expires: Timestamp) -> Statement {
    Statement::new(sql!("identity/oauth_spend")).bind(id).bind(expires)
}

/// Forgets some of what has expired.
pub fn sweep(now: Timestamp) -> Statement {
    Statement::new(sql!("identity/oauth_sweep")).bind(now)
}

/// A row if it was used.
pub fn is_spent(id: Id) -> Statement {
    Statement::new(sql!("identity/oauth_is_spent")).bind(id)
}

/// The account that an identity is linked to.
pub fn account_of_identity(provider: ProviderName, subject: &str) -> Statement {
    Statement::new(sql!("identity/identity_account")).bind(provider.as_str()).bind(subject)
}

/// The account that has an address.
pub fn account_of_address(email: &str) -> Statement {
    Statement::new(sql!("identity/user_account")).bind(email_key(email))
}

/// Fails the batch unless the account is as it was read, and has that address where one is given.
pub fn hold(account: &Account, email: Option<&str>) -> Statement {
    Statement::new(sql!("identity/user_hold"))
        .bind(account.id)
        .bind(account.standing.epoch)
        .bind(account.verified)
        .bind(email.map(email_key))
}

/// A new identity; the batch fails if the account has ten.
pub fn identity_insert(identity: &Identity, user_id: Id, subject: &str) -> Statement {
    Statement::new(sql!("identity/identity_insert"))
        .bind(identity.id)
        .bind(user_id)
        .bind(identity.provider.as_str())
        .bind(subject)
        .bind(identity.email.as_deref())
        .bind(identity.created_at)
}

/// Notes that an identity was used.
pub fn identity_used(provider: ProviderName, subject: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/identity_used")).bind(provider.as_str()).bind(subject).bind(now)
}

/// The identity of that account, and whether it is the last way in.
pub fn ways(id: Id, user_id: Id) -> Statement {
    Statement::new(sql!("identity/identity_ways")).bind(id).bind(user_id)
}

/// Removes an identity of that account, unless it is the last way in.
pub fn identity_delete(id: Id, user_id: Id) -> Statement {
    Statement::new(sql!("identity/identity_delete")).bind(id).bind(user_id)
}

/// A new account; the batch fails if the address has one.
pub fn user_insert(
    id: Id,
    email: &str,
    password_hash: &str,
    verified_at: Option<Timestamp>,
    now: Timestamp,
) -> Statement {
    Statement::new(sql!("identity/user_insert_federated"))
        .bind(id)
        .bind(email)
        .bind(email_key(email))
        .bind(password_hash)
        .bind(verified_at)
        .bind(now)
}

/// The profile of a new account.
pub fn profile_insert(user_id: Id, preferred_name: Option<&str>, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/profile_insert_federated")).bind(user_id).bind(preferred_name).bind(now)
}

/// The first event of a new account.
pub fn user_created(event_id: Id, user_id: Id, request_id: Id, now: Timestamp) -> Statement {
    super::accounts::created(event_id, user_id, request_id, now)
}

/// Takes the password of an account away, raises its epoch, and calls its address proven.
pub fn reclaim(user_id: Id, password_hash: &str, now: Timestamp) -> Statement {
    Statement::new(sql!("identity/user_reclaim")).bind(user_id).bind(password_hash).bind(now)
}

/// Takes the ways into an account away that its password does not guard, once that is its password: what whoever had
/// the account before its address was proven may have left there.
pub fn drop_planted(user_id: Id, password_hash: &str, _now: Timestamp) -> Vec<Statement> {
    let texts = [sql!("identity/identity_drop_every"), sql!("identity/two_factor_drop")];
    texts.map(|text| Statement::new(text).bind(user_id).bind(password_hash)).into()
}
