//! All ports at the edge, made from a Worker's bindings.

use wasm_bindgen::JsValue;

use super::assets::StaticAssets;
use super::clock::PlatformClock;
use super::lazy::{LazyCache, LazyDatabase};
use super::objects::DurableObjects;
use super::random::PlatformRandom;
use super::signatures::WebCrypto;
use super::upstream::Internet;
use super::zones::Intl;
use crate::ports::Ports;

/// What the ports of one request, or of one alarm, stand on.
pub struct Means {
    database: LazyDatabase,
    cache: LazyCache,
    objects: DurableObjects,
    assets: StaticAssets,
    random: PlatformRandom,
}

impl Means {
    /// Looks nothing up yet: a binding is asked for when it is first used. `bookmark` and `reads` as in
    /// [`LazyDatabase::new`]. `Err` as in [`PlatformRandom::ready`].
    pub fn new(env: &JsValue, bookmark: Option<String>, reads: bool) -> Result<Self, String> {
        Ok(Self {
            database: LazyDatabase::new(env, bookmark, reads),
            cache: LazyCache::new(env),
            objects: DurableObjects::new(env),
            assets: StaticAssets::new(env),
            random: PlatformRandom::ready()?,
        })
    }

    /// The ports.
    #[must_use]
    pub fn ports(&self) -> Ports<'_> {
        Ports {
            database: &self.database,
            cache: &self.cache,
            objects: &self.objects,
            upstream: &Internet,
            assets: &self.assets,
            signatures: &WebCrypto,
            agreement: &WebCrypto,
            clock: &PlatformClock,
            random: &self.random,
            zones: &Intl,
        }
    }
}
