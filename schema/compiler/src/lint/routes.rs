//! Every route is unmistakable, and its parameters are those of its template.

use crate::Report;
use crate::emit::{parameter, segments};
use crate::model::{Contract, Operation};

/// Checks all routes.
pub fn lint(contract: &Contract, report: &mut Report) {
    for (index, operation) in contract.operations.iter().enumerate() {
        template(operation, report);
        for earlier in contract.operations.iter().take(index) {
            compare(earlier, operation, report);
        }
    }
}

fn template(operation: &Operation, report: &mut Report) {
    let at = &operation.at;
    if !operation.path.starts_with('/') || (operation.path.len() > 1 && operation.path.ends_with('/')) {
        report.add(at, "a path begins with a slash and does not end with one");
    }
    if operation.path.contains("//") {
        report.add(at, "a path has no empty segment");
    }
    for segment in segments(&operation.path) {
        let literal = segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        if parameter(segment).is_none() && !literal {
            report.add(
                at,
                format!("the segment `{segment}` is neither a parameter nor letters, digits, `-`, `.`, `_`"),
            );
        }
    }
    let names: Vec<&str> = segments(&operation.path).filter_map(parameter).collect();
    for (index, name) in names.iter().enumerate() {
        if names.iter().take(index).any(|earlier| earlier == name) {
            report.add(at, format!("the path has the parameter `{name}` twice"));
        }
        if !operation.path_parameters.iter().any(|known| known.name == *name) {
            report.add(at, format!("the path parameter `{name}` is not declared"));
        }
    }
    for known in &operation.path_parameters {
        if !names.contains(&known.name.as_str()) {
            report.add(&at.child("path").child(&known.name), format!("`{}` is not in the path", known.name));
        }
    }
}

/// Two templates are ambiguous when some path fits both and neither is the more literal one throughout.
fn compare(earlier: &Operation, operation: &Operation, report: &mut Report) {
    let pairs: Vec<(&str, &str)> = segments(&earlier.path).zip(segments(&operation.path)).collect();
    if segments(&earlier.path).count() != segments(&operation.path).count() {
        return;
    }
    let (mut first, mut second) = (false, false);
    for (a, b) in pairs {
        match (parameter(a), parameter(b)) {
            (None, None) if a != b => return,
            (None, Some(_)) => first = true,
            (Some(_), None) => second = true,
            _ => {}
        }
    }
    if first && second {
        report.add(&operation.at, format!("the path cannot be told from `{}`", earlier.path));
    } else if !first && !second {
        if earlier.method == operation.method {
            report.add(&operation.at, format!("`{}` has this route already", earlier.id));
        } else if earlier.path != operation.path {
            report.add(&operation.at, format!("the parameters are named otherwise in `{}`", earlier.path));
        }
    }
}
