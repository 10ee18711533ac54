//! The names of all statements of the house, by which they are counted: a closed list, so that what is counted is
//! bounded by the source and not by what arrives.
//!
//! A name is that of the statement's file (`room/name`), of one that is put together by code (`BUILT`), or of what the
//! resource layer does with a resource (`reading/update`).

use std::borrow::Cow;

use crate::contract::resources;
use crate::ports::Query;
use crate::resource::description::Resource;

include!(concat!(env!("OUT_DIR"), "/sql/names.rs"));

/// Statements whose text depends on the request.
const BUILT: [&str; 2] = ["identity/erasure_remove", "ops/audit_search"];

/// What the resource layer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reads a row.
    Find,
    /// Reads a page.
    List,
    /// Adds a row.
    Insert,
    /// Changes a row.
    Update,
    /// Removes a row.
    Delete,
    /// Writes the event of a change.
    Event,
    /// Completes that event.
    Complete,
    /// Keeps the answer for a repetition.
    Remember,
}

/// Their names, in that order.
const KINDS: [&str; 8] =
    ["find", "list", "insert", "update", "delete", "event", "complete_event", "remember"];

/// How many numbers there are. Number 0 is that of statements without a name.
pub const COUNT: usize = 1 + FILES.len() + BUILT.len() + resources::ALL.len() * KINDS.len();

/// The number of a file's statement, or of one that is built. Fails the build when there is none of that name.
#[must_use]
pub const fn find(name: &str) -> Query {
    let mut at = 0;
    while at < FILES.len() + BUILT.len() {
        let known = if at < FILES.len() { FILES[at] } else { BUILT[at - FILES.len()] };
        if same(known.as_bytes(), name.as_bytes()) {
            #[allow(clippy::cast_possible_truncation)] // There are hundreds.
            return Query(at as u16 + 1);
        }
        at += 1;
    }
    panic!("there is no statement of that name")
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The number of what is done with a resource.
#[must_use]
pub fn of(resource: &Resource, kind: Kind) -> Query {
    let place = resources::ALL.iter().position(|known| known.table == resource.table).unwrap_or_default();
    let number = 1 + FILES.len() + BUILT.len() + place * KINDS.len() + kind as usize;
    Query(u16::try_from(number).unwrap_or_default())
}

/// The name of a number; `unnamed` for 0 and for what is no number.
#[must_use]
pub fn name(query: Query) -> Cow<'static, str> {
    let at = usize::from(query.0).wrapping_sub(1);
    let written = FILES.iter().chain(&BUILT).nth(at);
    if let Some(name) = written {
        return Cow::Borrowed(name);
    }
    let at = at.wrapping_sub(FILES.len() + BUILT.len());
    match (resources::ALL.get(at / KINDS.len()), KINDS.get(at % KINDS.len())) {
        (Some(resource), Some(kind)) => Cow::Owned([resource.name, "/", kind].concat()),
        _ => Cow::Borrowed("unnamed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_a_name_of_its_own() {
        let mut names: Vec<_> = (0..COUNT).map(|at| name(Query(at as u16))).collect();
        assert_eq!(names[0], "unnamed");
        assert_eq!(name(Query(COUNT as u16)), "unnamed", "one too many");
        assert_eq!(name(Query(u16::MAX)), "unnamed");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), COUNT);
    }

    #[test]
    fn a_name_leads_to_its_number_and_back() {
        for known in [sql!("identity/user_find").query, sql!("ops/waiting").query, find("ops/audit_search")] {
            assert_ne!(known, Query::default());
        }
        assert_eq!(name(sql!("identity/user_find").query), "identity/user_find");
        for (at, resource) in resources::ALL.iter().enumerate() {
            let expected = format!("{}/remember", resource.name);
            assert_eq!(name(of(resource, Kind::Remember)), expected, "{at}");
        }
    }
}
