//! The contract, compiled from `schema/` by `build.rs`: operations and their routes, policies, input
//! and output types, checks, problem codes, resources and the dispatch to the rooms.
//!
//! What is written by hand here reads the generated descriptors; nothing in it knows an operation.

pub mod check;
pub mod input;
pub mod oauth;
pub mod policy;
pub mod read;
pub mod schema;
pub mod scopes;
pub mod stored;

mod operation {
    include!(concat!(env!("OUT_DIR"), "/operation.rs"));
}

mod policies {
    include!(concat!(env!("OUT_DIR"), "/policy.rs"));
}

/// Input and output types.
pub mod types {
    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}

/// Descriptors of inputs and types for the one validator.
pub mod checks {
    include!(concat!(env!("OUT_DIR"), "/checks.rs"));
}

mod problems {
    include!(concat!(env!("OUT_DIR"), "/problems.rs"));
}

/// Tables of the owned resources.
pub mod resources {
    include!(concat!(env!("OUT_DIR"), "/resources.rs"));
}

/// JSON Schema texts of bodies, for callers who ask what to send.
pub mod schemas {
    include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
}

mod dispatch {
    include!(concat!(env!("OUT_DIR"), "/dispatch.rs"));
}

pub use dispatch::dispatch;
pub use operation::{MAX_DEPTH, Operation, Params, Route, route};
pub use policies::{CookieName, EVENTS, KEPT_ON, RateClass, Scope, VERSIONS};
pub use problems::Code;
pub use scopes::{Holder, Scopes};
