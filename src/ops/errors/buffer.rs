//! What an isolate has seen go wrong and not yet written.

use std::cell::RefCell;

use super::redact::{fingerprint, redact};
use super::{INTERVAL, MOST};
use crate::contract::types::ErrorSeverity;
use crate::kernel::id::Id;
use crate::kernel::time::Timestamp;
use crate::kernel::trace::TraceId;
use crate::ports::{Database, Statement};

/// What is counted beyond the bounds is of this code and action.
const OTHER: &str = "other";

/// Something that went wrong.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The code of the problem.
    pub code: &'static str,
    /// The operation, or the work.
    pub action: &'a str,
    /// How bad it is.
    pub severity: ErrorSeverity,
    /// What the log says of it.
    pub cause: &'a str,
    /// The request and its trace, if it was one's.
    pub request: Option<(Id, TraceId)>,
}

#[derive(Debug, Clone)]
struct Group {
    fingerprint: String,
    code: &'static str,
    action: String,
    severity: ErrorSeverity,
    cause: String,
    request: Option<(Id, TraceId)>,
    count: u32,
    first: Timestamp,
    last: Timestamp,
}

/// A write that was not confirmed yet.
#[derive(Debug, Clone)]
struct Sent {
    id: Id,
    groups: Vec<Group>,
}

/// The errors of an isolate: at most [`MOST`] groups and what is beyond them, twice while a write is not confirmed.
#[derive(Debug, Default)]
pub struct Buffer {
    groups: Vec<Group>,
    sent: Option<Sent>,
    next: Option<Timestamp>,
}

impl Buffer {
    /// Counts an error.
    pub fn note(&mut self, seen: Seen<'_>, now: Timestamp) {
        let cause = redact(seen.cause);
        let name = fingerprint(seen.code, seen.action, &cause);
        if self.again(&name, seen.request, now) {
            return;
        }
        let Seen { code, action, severity, request, .. } = seen;
        if self.groups.len() < MOST {
            return self.begin(name, code, action, severity, cause, request, now);
        }
        let name = fingerprint(OTHER, OTHER, "");
        if !self.again(&name, request, now) {
            self.begin(name, OTHER, OTHER, ErrorSeverity::Warning, String::new(), request, now);
        }
    }

    /// Counts it in its group, if there is one.
    fn again(&mut self, name: &str, request: Option<(Id, TraceId)>, now: Timestamp) -> bool {
        let Some(group) = self.groups.iter_mut().find(|group| group.fingerprint == name) else {
            return false;
        };
        group.count = group.count.saturating_add(1);
        group.last = now;
        if request.is_some() {
            group.request = request;
        }
        true
    }

    #[allow(clippy::too_many_arguments)] // The parts of one row.
    fn begin(
        &mut self,
        fingerprint: String,
        code: &'static str,
        action: &str,
        severity: ErrorSeverity,
        cause: String,
        request: Option<(Id, TraceId)>,
        now: Timestamp,
    ) {
        self.groups.push(Group {
            fingerprint,
            code,
            action: action.to_owned(),
            severity,
            cause,
            request,
            count: 1,
            first: now,
            last: now,
        });
    }

    /// Whether there is something to write and it is time to. A clock that jumped back waits no longer than an interval.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        let waits = self.next.map_or(0, |next| next.millis() - now.millis());
        (self.sent.is_some() || !self.groups.is_empty()) && !(1..=INTERVAL).contains(&waits)
    }

    /// How many errors it holds.
    #[must_use]
    pub fn held(&self) -> u64 {
        let sent = self.sent.iter().flat_map(|sent| &sent.groups);
        self.groups.iter().chain(sent).map(|group| u64::from(group.count)).sum()
    }

    /// What to write now; the same again until [`Self::taken`] says that it arrived.
    fn hand_over(&mut self, now: Timestamp, id: Id) -> Option<Sent> {
        self.next = Some(now.plus_millis(INTERVAL));
        if self.sent.is_none() && !self.groups.is_empty() {
            self.sent = Some(Sent { id, groups: std::mem::take(&mut self.groups) });
        }
        self.sent.clone()
    }

    fn taken(&mut self, id: Id) {
        self.sent.take_if(|sent| sent.id == id);
    }
}

impl Sent {
    fn rows(&self) -> String {
        let rows: Vec<_> = self
            .groups
            .iter()
            .map(|group| {
                let (request, trace) = group.request.unzip();
                (
                    &group.fingerprint,
                    group.code,
                    &group.action,
                    group.severity.as_str(),
                    &group.cause,
                    request,
                    trace,
                    group.count,
                    group.first.millis(),
                    group.last.millis(),
                )
            })
            .collect();
        serde_json::to_string(&rows).unwrap_or_default()
    }
}

/// Writes what there is, in one call. What does not arrive is kept and sent again. `id` names the write.
///
/// # Errors
/// What the log says of a write that failed.
pub async fn write(
    database: &dyn Database,
    buffer: &RefCell<Buffer>,
    now: Timestamp,
    id: Id,
) -> Result<(), String> {
    let Some(sent) = buffer.borrow_mut().hand_over(now, id) else { return Ok(()) };
    let rows = sent.rows();
    let batch = vec![
        Statement::new(sql!("ops/error_write")).bind(sent.id).bind(now),
        Statement::new(sql!("ops/errors_add")).bind(env!("CARGO_PKG_VERSION")).bind(rows.clone()),
        Statement::new(sql!("ops/error_hours_add")).bind(rows),
    ];
    match database.batch(batch).await {
        Ok(_) => {
            buffer.borrow_mut().taken(sent.id);
            Ok(())
        }
        Err(error) => Err(format!("errors: {error:?}, {} wait", buffer.borrow().held())),
    }
}
