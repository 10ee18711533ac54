//! What the house may keep of answers, and of which answers callers may ask for a part.

use crate::Report;
use crate::model::{Auth, Carries, Contract, ETag, Operation};

/// For so many seconds the answer to one account may be kept; its object remembers changes for longer.
const LONGEST_OWN: u32 = 600;
/// For so many seconds the answer to everybody may be kept.
const LONGEST: u32 = 3_600;

/// Checks `kept` and `light`.
pub fn lint(contract: &Contract, operation: &Operation, report: &mut Report) {
    let carries_json = matches!(operation.success.carries, Carries::One(_) | Carries::Page(_));
    if operation.light {
        let at = operation.at.child("light");
        if !carries_json {
            report.add(&at, "only JSON has fields that can be asked for");
        }
        if operation.query.iter().any(|known| known.name == "fields") {
            report.add(&at, "the parameter `fields` is declared already");
        }
    }
    let Some(kept) = &operation.cache.kept else { return };
    let mut add = |reason: &str| report.add(&kept.at, reason);
    if operation.method != "GET" {
        add("only the answer to a GET is kept");
    }
    if !carries_json || operation.success.status != 200 {
        add("only JSON with the status 200 is kept");
    }
    if operation.cache.etag == ETag::None {
        add("what is kept has an entity tag");
    }
    if operation.audited {
        add("each call leaves a record, so that its answer is not kept");
    }
    if !operation.headers.is_empty() {
        add("what depends on headers is not kept");
    }
    let longest = match operation.auth {
        Auth::Admin => {
            add("answers to administrators are not kept");
            LONGEST
        }
        Auth::User => {
            if kept.on.is_empty() {
                add("`until` is missing: after which events is the answer not given any more?");
            }
            LONGEST_OWN
        }
        Auth::Public => {
            if !kept.on.is_empty() {
                add("an answer for everybody depends on no account's events");
            }
            LONGEST
        }
    };
    if !(1..=longest).contains(&kept.seconds) || kept.stale > longest {
        report.add(&kept.at, format!("an answer is kept for 1 to {longest} seconds"));
    }
    for (index, noun) in kept.on.iter().enumerate() {
        if !contract.events.iter().any(|(known, _)| known == noun) {
            report.add(&kept.at.child("until").child(index), format!("unknown event `{noun}`"));
        }
    }
}
