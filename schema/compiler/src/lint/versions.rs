//! Versions of the interface, and the addresses that belong to them.

use crate::Report;
use crate::model::{Contract, Operation, VersionState};

/// Checks the versions against each other.
pub fn lint(contract: &Contract, report: &mut Report) {
    let Some(first) = contract.versions.first() else { return };
    let current = contract.versions.iter().filter(|version| version.state == VersionState::Current);
    if current.count() != 1 {
        report.add(&first.at, "exactly one version is current");
    }
    if contract.events.len() > 31 {
        report.add(&first.at, "there are at most 31 nouns of events");
    }
    for version in &contract.versions {
        let number = version.name.strip_prefix('v').unwrap_or_default();
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            report.add(&version.at, "a version is named `v` and a number");
        }
        if version.state != VersionState::Current && (version.sunset.is_none() || version.link.is_none()) {
            report.add(
                &version.at,
                "what is not current says until when (`sunset`) and how to move on (`link`)",
            );
        }
    }
}

/// Checks that an address under `/api` names a version that still answers.
pub fn path(contract: &Contract, operation: &Operation, report: &mut Report) {
    let Some(rest) = operation.path.strip_prefix("/api/") else { return };
    let name = rest.split('/').next().unwrap_or_default();
    match contract.versions.iter().find(|version| version.name == name) {
        None => report.add(&operation.at, format!("the version `{name}` is not declared")),
        Some(version) if version.state == VersionState::Retired => {
            report.add(&operation.at, format!("the version `{name}` is retired"));
        }
        Some(_) => {}
    }
}
