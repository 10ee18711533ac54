//! Rules about scopes and about operations that ask more of a credential.

use crate::Report;
use crate::model::{Auth, Contract, Operation};

/// Most scopes: `contract::scopes::Scopes` has a bit for each.
const MOST: usize = 64;

/// Checks the scopes and their use.
pub fn lint(contract: &Contract, report: &mut Report) {
    for (index, scope) in contract.scopes.iter().enumerate() {
        if !crate::kernel::format::scope(&scope.name) {
            report
                .add(&scope.at, format!("`{}` is no name of a scope, such as `readings:write`", scope.name));
        }
        if index >= MOST {
            report.add(&scope.at, format!("there are more than {MOST} scopes"));
        }
    }
    for operation in &contract.operations {
        holders(contract, operation, report);
        strictness(operation, report);
    }
}

/// An operation needs nothing that those whom it is for can never hold.
fn holders(contract: &Contract, operation: &Operation, report: &mut Report) {
    let holder = match operation.auth {
        Auth::Public => return,
        Auth::User => "session",
        Auth::Admin => "admin",
    };
    for (index, name) in operation.scopes.iter().enumerate() {
        if contract.scope(name).is_some_and(|scope| !scope.holders.contains(&holder)) {
            let reason = format!("`{name}` is not held by `{holder}`, so nobody could call this");
            report.add(&operation.at.child("scopes").child(index), reason);
        }
    }
}

fn strictness(operation: &Operation, report: &mut Report) {
    let mut refuse = |key: &str, reason: &str| report.add(&operation.at.child(key), reason);
    if operation.step_up && operation.auth == Auth::Public {
        refuse("step_up", "a public operation looks at no credential");
    } else if operation.sensitive && operation.auth == Auth::Public {
        refuse("sensitive", "a public operation looks at no credential");
    }
    if operation.audited && operation.auth == Auth::Public {
        refuse("audited", "a public operation has no caller to record");
    }
}
