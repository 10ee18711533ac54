//! `policy.rs`: scopes, rate classes and the policy of every operation.

use std::fmt::Write as _;

use super::{doc, literal};
use crate::model::{Auth, BodyForm, Contract, ETag, IfMatch, Operation, RateClass, VersionState};
use crate::names::camel;

/// Writes the file.
pub fn emit(contract: &Contract) -> String {
    let mut out = String::from(
        "use super::Operation;\nuse super::policy::*;\nuse super::scopes::{Holder, Scopes};\n\n",
    );
    let scopes: Vec<(String, String)> =
        contract.scopes.iter().map(|scope| (scope.name.clone(), scope.meaning.clone())).collect();
    out.push_str(&names("Scope", "What the holder of a credential may do.", &scopes));
    out.push_str(&super::scopes::emit(&contract.scopes));
    out.push_str(&names("CookieName", "Cookies that pages use.", &contract.cookies));
    out.push_str(&rate_classes(&contract.rate_classes));
    out.push_str(&versions(contract));
    out.push_str(&events(contract));
    out.push_str(
        "impl Operation {\n    /// Its policy.\n    #[must_use]\n    pub fn policy(self) -> &'static Policy {\n        \
         // One entry an operation, in the same order.\n        &POLICIES[self as usize]\n    }\n}\n\n",
    );
    let _ = writeln!(out, "static POLICIES: [Policy; {}] = [", contract.operations.len());
    for operation in &contract.operations {
        out.push_str(&policy(contract, operation));
    }
    out.push_str("];\n");
    out
}

fn rate_classes(classes: &[RateClass]) -> String {
    let entries: Vec<(String, String)> =
        classes.iter().map(|class| (class.name.clone(), class.meaning.clone())).collect();
    let mut out = names("RateClass", "Operations whose calls are counted together.", &entries);
    out.push_str(
        "impl RateClass {\n    /// What a minute, an hour and a day admit of it, where it has a quota of its own.\n    \
         #[must_use]\n    pub fn quota(self) -> Option<[u32; 3]> {\n        match self {\n",
    );
    for class in classes {
        if let Some([minute, hour, day]) = class.quota {
            let _ =
                writeln!(out, "            Self::{} => Some([{minute}, {hour}, {day}]),", camel(&class.name));
        }
    }
    if classes.iter().any(|class| class.quota.is_none()) {
        out.push_str("            _ => None,\n");
    }
    out.push_str("        }\n    }\n}\n\n");
    out
}

fn names(name: &str, words: &str, entries: &[(String, String)]) -> String {
    let mut out = format!(
        "/// {words}\n#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\npub enum {name} {{\n"
    );
    for (value, meaning) in entries {
        let _ = writeln!(out, "{}    {},", doc("    ", meaning), camel(value));
    }
    let _ =
        write!(out, "}}\n\nimpl {name} {{\n    /// All of them.\n    pub const ALL: &'static [Self] = &[");
    let all: Vec<String> = entries.iter().map(|(value, _)| format!("Self::{}", camel(value))).collect();
    let _ = write!(
        out,
        "{}];\n\n    /// The name in the contract.\n    #[must_use]\n    pub fn as_str(self) -> &'static str {{\n        \
         match self {{\n",
        all.join(", ")
    );
    for (value, _) in entries {
        let _ = writeln!(out, "            Self::{} => {},", camel(value), literal(value));
    }
    out.push_str(
        "        }\n    }\n\n    /// The one of that name.\n    #[must_use]\n    \
         pub fn parse(name: &str) -> Option<Self> {\n        \
         Self::ALL.iter().copied().find(|known| known.as_str() == name)\n    }\n}\n\n",
    );
    out
}

/// The versions of the interface, the current one first.
fn versions(contract: &Contract) -> String {
    let mut versions: Vec<_> = contract.versions.iter().collect();
    versions.sort_by_key(|version| version.state != VersionState::Current);
    let mut out = format!(
        "/// The versions of the interface, the current one first.\npub static VERSIONS: [Version; {}] = [\n",
        versions.len()
    );
    for version in versions {
        let sunset = version.sunset.as_deref().map(super::date::http).unwrap_or_default();
        let _ = writeln!(
            out,
            "    Version {{ name: {}, state: VersionState::{:?}, since: {}, sunset: {}, link: {} }},",
            literal(&version.name),
            version.state,
            literal(&super::date::structured(&version.since)),
            literal(&sunset),
            literal(version.link.as_deref().unwrap_or_default()),
        );
    }
    out.push_str("];\n\n");
    out
}

/// The nouns of events, and those on which something is kept.
fn events(contract: &Contract) -> String {
    let names = super::literals(contract.events.iter().map(|(noun, _)| noun.as_str()));
    let kept = contract.operations.iter().fold(0, |all, operation| all | on(contract, operation));
    format!(
        "/// The nouns of events: what stands before the dot of their type. Sets of them are bits in this order.\n\
         pub static EVENTS: &[&str] = {names};\n\n\
         /// Those after which kept answers are not given any more.\npub const KEPT_ON: u32 = {kept};\n\n"
    )
}

/// The events after which an operation's kept answers are not given any more.
fn on(contract: &Contract, operation: &Operation) -> u32 {
    let nouns = operation.cache.kept.iter().flat_map(|kept| &kept.on);
    let place = |noun: &String| contract.events.iter().position(|(known, _)| known == noun);
    nouns.filter_map(place).fold(0, |set, place| set | 1 << (place % 32))
}

fn policy(contract: &Contract, operation: &Operation) -> String {
    let scopes: Vec<String> =
        operation.scopes.iter().map(|scope| format!("Scope::{}", camel(scope))).collect();
    let auth = match operation.auth {
        Auth::Public => "Public",
        Auth::User => "User",
        Auth::Admin => "Admin",
    };
    let etag = match operation.cache.etag {
        ETag::None => "None",
        ETag::Version => "Version",
        ETag::Content => "Content",
    };
    let if_match = match operation.if_match {
        IfMatch::None => "None",
        IfMatch::Optional => "Optional",
        IfMatch::Required => "Required",
    };
    let body_type = match operation.body.as_ref().map(|body| (&body.form, body.json, body.url_encoded)) {
        None => "None",
        Some((BodyForm::MergePatch(_), ..)) => "MergePatch",
        Some((_, true, true)) => "JsonOrForm",
        Some((_, _, true)) => "Form",
        Some(_) => "Json",
    };
    let refusals = match (operation.is_for_browsers(), operation.oauth_errors) {
        (true, _) => "Page",
        (_, true) => "OAuth",
        _ => "Document",
    };
    let deprecated = operation.deprecated.as_ref().map_or_else(
        || "None".to_owned(),
        |deprecated| {
            let link = deprecated
                .link
                .as_ref()
                .map_or_else(|| "None".to_owned(), |link| format!("Some({})", literal(link)));
            format!(
                "Some(Deprecation {{ since: {}, sunset: {}, link: {link} }})",
                literal(&super::date::structured(&deprecated.since)),
                literal(&super::date::http(&deprecated.sunset))
            )
        },
    );
    let kept = operation.cache.kept.as_ref().map_or_else(
        || "None".to_owned(),
        |kept| {
            let on = on(contract, operation);
            format!("Some(Kept {{ seconds: {}, stale: {}, on: {on} }})", kept.seconds, kept.stale)
        },
    );
    let light = if operation.light {
        super::light::tree(contract, &operation.success.carries)
    } else {
        String::new()
    };
    let budget = operation.budget;
    format!(
        "    // {id}\n    Policy {{\n        method: {method},\n        path: {path},\n        room: {room},\n        \
         auth: Auth::{auth},\n        scopes: Scopes::of(&[{scopes}]),\n        \
         sensitive: {sensitive},\n        step_up: {step_up},\n        audited: {audited},\n        rate_class: RateClass::{class},\n        \
         rate_cost: {cost},\n        cache: Cache {{ scope: CacheScope::{scope}, max_age: {age}, \
         stale_while_revalidate: {stale}, etag: ETag::{etag}, kept: {kept} }},\n        body_limit: {limit},\n        \
         body_type: BodyType::{body_type},\n        idempotency: {idempotency},\n        \
         if_match: IfMatch::{if_match},\n        budget: Budget {{ d1: {d1}, kv: {kv}, object: {object}, \
         upstream: {upstream} }},\n        success: {success},\n        redirect: {redirect},\n        \
         refusals: Refusals::{refusals},\n        deprecated: {deprecated},\n        light: {light},\n    }},\n",
        id = operation.id,
        method = literal(operation.method),
        path = literal(&operation.path),
        room = literal(&operation.room),
        scopes = scopes.join(", "),
        sensitive = operation.sensitive,
        step_up = operation.step_up,
        audited = operation.audited,
        class = camel(&operation.rate_class),
        cost = operation.rate_cost,
        scope = camel(&operation.cache.scope),
        age = operation.cache.max_age,
        stale = operation.cache.stale,
        limit = operation.body_limit.unwrap_or(0),
        idempotency = operation.idempotency,
        d1 = budget.d1,
        kv = budget.kv,
        object = budget.object,
        upstream = budget.upstream,
        success = operation.success.status,
        redirect = operation.redirect_status().unwrap_or(0),
        light = literal(&light),
    )
}
