//! What both homes must do, written against the traits alone.

use std::fmt::Debug;
use std::future::Future;

use serde::Serialize;

use crate::ports::{
    Assets, Cache, Clock, Database, KeyAgreement, Objects, Random, Signatures, Upstream, Zones,
};

mod agreement;
mod assets;
mod cache;
mod database;
mod objects;
mod signatures;
mod time;
mod upstream;
mod zones;

/// What a check found wrong.
pub type Check = Result<(), String>;

/// One check and what it found.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// What was checked.
    pub name: &'static str,
    /// What was wrong, if anything.
    pub wrong: Option<String>,
}

/// The findings so far.
#[derive(Debug, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    async fn add(&mut self, name: &'static str, check: impl Future<Output = Check>) {
        let wrong = check.await.err();
        self.0.push(Finding { name, wrong });
    }
}

/// A home, and the servers outside that the suite may ask.
pub struct Home<'a> {
    /// A database that the suite may fill.
    pub database: &'a dyn Database,
    /// A cache that it may fill.
    pub cache: &'a dyn Cache,
    /// Objects of the suite's own counter.
    pub objects: &'a dyn Objects,
    /// The way outside.
    pub upstream: &'a dyn Upstream,
    /// The folder `tests/ports/assets`.
    pub assets: &'a dyn Assets,
    /// Signatures.
    pub signatures: &'a dyn Signatures,
    /// Agreement on secrets.
    pub agreement: &'a dyn KeyAgreement,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub random: &'a dyn Random,
    /// Time zones.
    pub zones: &'a dyn Zones,
    /// The suite's server, without a slash at the end.
    pub server: &'a str,
    /// An address where nobody listens.
    pub nobody: &'a str,
}

/// Runs every check.
pub async fn all(home: &Home<'_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    database::all(home.database, &mut findings).await;
    cache::all(home.cache, &mut findings).await;
    objects::all(home.objects, &mut findings).await;
    upstream::all(home, &mut findings).await;
    assets::all(home.assets, &mut findings).await;
    signatures::all(home.signatures, &mut findings).await;
    agreement::all(home.agreement, &mut findings).await;
    time::all(home, &mut findings).await;
    zones::all(home.zones, &mut findings).await;
    findings.0
}

fn equal<L: PartialEq<R> + Debug, R: Debug>(what: &str, found: L, wanted: R) -> Check {
    if found == wanted { Ok(()) } else { Err(format!("{what}: found {found:?}, wanted {wanted:?}")) }
}

fn told<T, E: Debug>(what: &str, result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| format!("{what}: {error:?}"))
}
