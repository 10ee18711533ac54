//! Opens the personal parts of records for those who may read them.

use crate::kernel::map::Map;

use super::chain;
use crate::identity::data_keys::{self, DataKey};
use crate::kernel::sealed::{self, Opened};
use crate::kernel::vault::Vault;

/// The keys of one page, each unwrapped once.
pub struct Opening {
    vault: Vault,
    keys: Map<String, Option<DataKey>>,
}

impl Opening {
    /// Opens with keys that this vault wraps.
    pub fn new(vault: Vault) -> Self {
        Self { vault, keys: Map::new() }
    }

    /// The personal part of a sealed record; `None` when it was removed or its key is gone.
    pub fn open(
        &mut self,
        (id, user_id, at): (&str, Option<&str>, i64),
        wrapped: Option<&str>,
        ciphertext: &str,
    ) -> Option<Opened> {
        let owner = data_keys::owner(user_id, at);
        if !self.keys.contains_key(&owner) {
            let key = wrapped.and_then(|wrapped| data_keys::unwrap(&self.vault, &owner, wrapped));
            self.keys.insert(owner.clone(), key);
        }
        sealed::open(self.keys.get(&owner)?.as_ref()?, &chain::about(id), ciphertext)
    }
}
