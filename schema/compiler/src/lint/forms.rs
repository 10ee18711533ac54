//! Rules about forms, pages, redirects, cookies and what OAuth clients read.

use crate::Report;
use crate::emit::body_types;
use crate::model::{Carries, Contract, ETag, Kind, Operation, Schema};

/// Checks all operations that speak to browsers or OAuth clients, and all open types.
pub fn lint(contract: &Contract, report: &mut Report) {
    for operation in &contract.operations {
        fields(contract, operation, report);
        pages(operation, report);
        let kept = operation.cache.scope != "none" && !operation.is_for_browsers();
        if kept && !operation.cookies.is_empty() {
            let at = operation.at.child("cache").child("scope");
            report.add(&at, "an answer that may set a cookie is not kept");
        }
    }
    for def in contract.types.iter().filter(|def| def.open) {
        let taken = contract.operations.iter().any(|operation| body_types(operation).contains(&&*def.name));
        if !taken || !matches!(def.schema.kind, Kind::Object { patch: false, .. }) {
            report.add(&def.schema.at.child("open"), "only an object that is a body by itself can be open");
        }
    }
}

/// A form has text fields alone; whatever else its type would have cannot be sent.
fn fields(contract: &Contract, operation: &Operation, report: &mut Report) {
    let Some(body) = operation.body.as_ref().filter(|body| body.url_encoded) else {
        return;
    };
    let scalar = |schema: &Schema| {
        let target = contract.target(schema);
        !schema.nullable
            && !target.nullable
            && matches!(
                target.kind,
                Kind::Text { .. }
                    | Kind::Choice { .. }
                    | Kind::Integer { .. }
                    | Kind::Number { .. }
                    | Kind::Boolean(_)
            )
    };
    for def in body_types(operation).into_iter().filter_map(|name| contract.type_def(name)) {
        let Kind::Object { properties, patch: false } = &def.schema.kind else {
            report.add(&body.at, format!("`{}` is no object that a form can fill", def.name));
            continue;
        };
        for property in properties.iter().filter(|property| !scalar(&property.schema)) {
            report.add(&property.schema.at, format!("a form cannot say `{}`", property.name));
        }
    }
}

fn pages(operation: &Operation, report: &mut Report) {
    let kind = match (operation.is_for_browsers(), operation.oauth_errors) {
        (false, false) => return,
        (true, true) => {
            return report.add(&operation.at.child("oauth_errors"), "a browser is told problems by a page");
        }
        (true, false) => "a page or a redirect",
        (false, true) => "what an OAuth client is given",
    };
    if operation.cache.scope != "none" || operation.cache.etag != ETag::None {
        report.add(&operation.at.child("cache"), format!("{kind} is not kept"));
    }
    if operation.success.carries == Carries::Html && operation.success.status != 200 {
        report.add(&operation.success.at, "a page has the status 200");
    }
}
