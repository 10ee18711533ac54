//! Opens the personal parts of records for those who may read them.

use std::collections::BTreeMap;

use super::chain;
use crate::identity::data_keys::{self, DataKey};
use crate::kernel::sealed::{self, Opened};
use crate::kernel::vault::Vault;

/// The keys of one page, each unwrapped once.
pub struct Opening {
    vault: Vault,
    keys: BTreeMap<String, Option<DataKey>>,
}

impl Opening {
    /// Opens with keys that this vault wraps.
    pub fn new(vault: Vault) -> Self {
        Self { vault, keys: BTreeMap::new() }
    }

    /// The personal part of a sealed record; `None` when it was removed or its key is gone.
    pub fn open(
        &mut self,
        (id, user_id, at): (&str, Option<&str>, i64),
        wrapped: Option<&str>,
        ciphertext: &str,
    ) -> Option<Opened> {
        let owner = data_keys::owner(user_id, at);
        let vault = &self.vault;
        let key = self
            .keys
            .entry(owner)
            .or_insert_with_key(|owner| wrapped.and_then(|wrapped| data_keys::unwrap(vault, owner, wrapped)));
        sealed::open(key.as_ref()?, &chain::about(id), ciphertext)
    }
}
