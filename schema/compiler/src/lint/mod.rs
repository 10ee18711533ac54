//! Third stage: the rules of the house, each reported where it is broken.

mod descriptor;
mod examples;
mod forms;
mod kept;
mod names;
mod operations;
mod routes;
mod schemas;
mod scopes;
mod types;
mod versions;

use crate::Report;
use crate::model::Contract;

/// Most bytes of any body: 1 MiB.
pub const MOST_BODY_BYTES: u32 = 1_048_576;

/// Holds a contract to all rules.
pub fn lint(contract: &Contract, report: &mut Report) {
    types::lint(contract, report);
    schemas::lint(contract, report);
    operations::lint(contract, report);
    forms::lint(contract, report);
    scopes::lint(contract, report);
    routes::lint(contract, report);
    names::lint(contract, report);
    // An example is only worth checking against schemas that are right themselves.
    if report.is_empty() {
        examples::lint(contract, report);
    }
}
