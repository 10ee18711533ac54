//! Witness: the edge backend of a companion for one person's day.
//!
//! The map of the house, from the inside out:
//!
//! - [`contract`]: every operation, type, limit and error, compiled from `schema/`;
//! - [`kernel`]: small pure things that all rooms use;
//! - [`ports`]: what the house asks of the world;
//! - [`statements`]: the names by which statements are counted;
//! - [`shards`]: objects that share a load;
//! - [`resource`]: what owned rows do alike, written once;
//! - the rooms, lowest first: [`identity`], [`oracle`], [`sync`], [`ops`];
//! - [`gateway`]: the way in and out of every request;
//! - `edge` (Wasm only) and `host` (native only): the two homes of the ports.

/// A statement by its name: `sql!("room/name")` is the text of `src/room/sql/name.sql`, without comments, with the number
/// that it is counted by.
macro_rules! sql {
    ($name:literal) => {
        $crate::ports::Known {
            text: include_str!(concat!(env!("OUT_DIR"), "/sql/", $name, ".sql")),
            query: const { $crate::statements::find($name) },
        }
    };
}

pub mod config;
pub mod context;
pub mod contract;
pub mod gateway;
pub mod identity;
pub mod kernel;
pub mod ops;
pub mod oracle;
pub mod ports;
pub mod resource;
pub mod shards;
pub mod statements;
pub mod sync;

#[cfg(target_arch = "wasm32")]
pub mod edge;
#[cfg(not(target_arch = "wasm32"))]
pub mod host;
