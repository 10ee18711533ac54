//! Versions of the interface.

use super::members;
use crate::Report;
use crate::model::{Version, VersionState};
use crate::node::Cursor;

/// Reads `versions`.
pub fn versions(cursor: &Cursor<'_>, report: &mut Report) -> Vec<Version> {
    members(cursor, "versions", report)
        .into_iter()
        .map(|(name, member)| version(name, &member, report))
        .collect()
}

fn version(name: &str, member: &Cursor<'_>, report: &mut Report) -> Version {
    member.only(&["state", "since", "sunset", "link"], report);
    let state = match member.need_text("state", report) {
        Some("deprecated") => VersionState::Deprecated,
        Some("retired") => VersionState::Retired,
        Some("current") | None => VersionState::Current,
        Some(other) => {
            let reason = format!("`{other}` is none of current, deprecated, retired");
            report.add(&member.at.child("state"), reason);
            VersionState::Current
        }
    };
    let since = member.need_text("since", report).unwrap_or_default().to_owned();
    let sunset = member.maybe_text("sunset", report);
    for (key, date) in [("since", Some(&since)), ("sunset", sunset.as_ref())] {
        if date.is_some_and(|date| !date.is_empty() && !crate::kernel::format::date(date)) {
            report.add(&member.at.child(key), "must be a date, YYYY-MM-DD");
        }
    }
    let link = member.maybe_text("link", report);
    Version { at: member.at.clone(), name: name.to_owned(), state, since, sunset, link }
}
