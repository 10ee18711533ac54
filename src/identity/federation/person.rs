//! Whom a provider spoke of, once its answer was checked.

use serde::{Deserialize, Serialize};

use crate::contract::types::ProviderName;

/// What a provider knows of an address that it told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// Nothing: it repeats what it was told.
    None,
    /// The person could read mail there, some time ago. The mailbox may belong to somebody else by now.
    Once,
    /// The mailbox is the person's now: the provider runs it, or its owner let the provider manage it.
    Owner,
}

/// A person as a provider knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The provider.
    pub provider: ProviderName,
    /// What it calls the person, for ever.
    pub subject: String,
    /// An address, where it told one that this house can use.
    pub email: Option<String>,
    /// What it knows of that address.
    pub proof: Proof,
    /// What it says the person is called.
    pub name: Option<String>,
}
