//! The sums in the text format of Prometheus, version 0.0.4: a family after the other, each with HELP and TYPE, in base
//! units. Names need no escaping (`collector`).

use super::collector::Sums;
use super::series::{Series, UNITS};
use crate::contract::types::SystemWaiting;
use crate::kernel::time::Timestamp;

/// Upper ends of the buckets that are told: 2^10 to 2^25 microseconds, one millisecond to half a minute.
const POWERS: std::ops::RangeInclusive<u8> = 10..=25;

/// What people did, by the operation that does it: counted where it succeeded.
const EVENTS: [(&str, &str); 6] = [
    ("account_deleted", "o/delete_user"),
    ("account_registered", "o/register_user"),
    ("device_confirmed", "o/confirm_device"),
    ("reading_created", "o/create_reading"),
    ("session_opened", "o/login_user"),
    ("workflow_run", "o/run_workflow"),
];

/// What a family tells of a series.
enum Shape {
    /// Counts of outcomes, by a label with these values.
    Outcomes(&'static str, &'static [&'static str]),
    /// Units, by their names.
    Units,
    /// One unit.
    Unit(usize),
    /// Seconds in all.
    Seconds,
    /// How long each took.
    Histogram,
}

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const WORKED: [&str; 2] = ["ok", "error"];

/// Families: of which series, name, help, shape.
const FAMILIES: [(&str, &str, &str, Shape); 12] = [
    (
        "o/",
        "requests_total",
        "Answers by operation and class of status.",
        Shape::Outcomes("status", &CLASSES),
    ),
    ("o/", "request_duration_seconds", "Time until the answer: what was spent waiting.", Shape::Histogram),
    (
        "o/",
        "request_units_total",
        "Rows of the database and calls of dependencies, by operation.",
        Shape::Units,
    ),
    ("c/", "dependency_calls_total", "Calls of dependencies.", Shape::Outcomes("outcome", &WORKED)),
    ("c/", "dependency_duration_seconds", "Time spent waiting for dependencies.", Shape::Histogram),
    (
        "q/",
        "query_calls_total",
        "Statements; all of a batch that failed, failed.",
        Shape::Outcomes("outcome", &WORKED),
    ),
    ("q/", "query_seconds_total", "Time of statements in the database.", Shape::Seconds),
    ("q/", "query_rows_read_total", "Rows that statements looked at.", Shape::Unit(0)),
    ("q/", "query_rows_written_total", "Rows that statements wrote.", Shape::Unit(1)),
    (
        "t/",
        "telemetry_dropped_total",
        "Spans and lines of the log that did not arrive where they should.",
        Shape::Unit(0),
    ),
    (
        "r/",
        "read_cache_total",
        "Answers that may be kept, by what came of looking for them.",
        Shape::Outcomes("outcome", &["hit", "stale", "miss", "outdated"]),
    ),
    (
        "v/",
        "version_requests_total",
        "Requests by version of the interface, and whether the address says it.",
        Shape::Outcomes("address", &["versioned", "alias"]),
    ),
];

/// The whole text.
#[must_use]
pub fn write(sums: &Sums, waiting: Option<&SystemWaiting>, now: Timestamp) -> String {
    let mut out = Text(String::new());
    for (kind, name, help, shape) in &FAMILIES {
        let histogram = matches!(shape, Shape::Histogram);
        out.family(name, if histogram { "histogram" } else { "counter" }, help);
        for (thing, series) in &sums.series {
            if let Some(thing) = thing.strip_prefix(kind) {
                out.series(name, &labels(kind, thing), series, shape);
            }
        }
    }
    out.family("business_events_total", "counter", "What people did.");
    for (event, operation) in EVENTS {
        let done = sums.get(operation).map_or(0, |series| series.outcomes[1]);
        out.sample("business_events_total", "", "", Some(("event", event)), &done.to_string());
    }
    if let Some(waiting) = waiting {
        out.family("waiting", "gauge", "What waits to be done.");
        for (what, count) in [
            ("records", waiting.records),
            ("events", waiting.events),
            ("mails", waiting.mails),
            ("erasures", waiting.erasures),
            ("secrets", waiting.secrets),
            ("secrets_expired", waiting.secrets_expired),
            ("errors_new", waiting.errors_new),
            ("errors_often", waiting.errors_often),
        ] {
            out.sample("waiting", "", "", Some(("what", what)), &count.to_string());
        }
    }
    for (name, kind, help, value) in [
        ("active_users", "gauge", "People since midnight UTC; standard error 6.5 %.", sums.people.count(now)),
        ("metrics_isolates", "gauge", "Isolates that were heard of in the last half hour.", sums.isolates),
        ("metrics_dropped_requests_total", "counter", "Requests whose counts may be missing.", sums.dropped),
        ("metrics_refused_series_total", "counter", "Series without room.", sums.refused),
        ("metrics_start_time_seconds", "gauge", "Since when it is counted.", sums.since / 1_000),
    ] {
        out.family(name, kind, help);
        out.sample(name, "", "", None, &value.to_string());
    }
    out.0
}

/// The labels of a thing.
fn labels(kind: &str, thing: &str) -> String {
    match (kind, thing.split_once('/')) {
        ("r/", _) => String::new(),
        ("v/", _) => ["version=\"", thing, "\""].concat(),
        ("o/", _) => ["operation=\"", thing, "\""].concat(),
        ("c/", Some((dependency, call))) => ["dependency=\"", dependency, "\",call=\"", call, "\""].concat(),
        ("t/", _) => ["signal=\"", thing, "\""].concat(),
        _ => ["query=\"", thing, "\""].concat(),
    }
}

/// Microseconds in seconds.
fn decimal(micros: u64) -> String {
    let parts = (micros % 1_000_000 + 1_000_000).to_string();
    [&(micros / 1_000_000).to_string(), ".", parts.get(1..).unwrap_or_default()].concat()
}

struct Text(String);

impl Text {
    fn push(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.0.push_str(part));
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.push(&["# HELP witness_", name, " ", help, "\n# TYPE witness_", name, " ", kind, "\n"]);
    }

    fn sample(&mut self, name: &str, suffix: &str, labels: &str, more: Option<(&str, &str)>, value: &str) {
        self.push(&["witness_", name, suffix]);
        if !labels.is_empty() || more.is_some() {
            self.push(&["{", labels]);
            if let Some((label, of)) = more {
                self.push(&[if labels.is_empty() { "" } else { "," }, label, "=\"", of, "\""]);
            }
            self.push(&["}"]);
        }
        self.push(&[" ", value, "\n"]);
    }

    fn series(&mut self, name: &str, labels: &str, series: &Series, shape: &Shape) {
        match shape {
            Shape::Outcomes(label, values) => self.each(name, labels, label, values, &series.outcomes),
            Shape::Units => self.each(name, labels, "unit", &UNITS, &series.units),
            Shape::Unit(at) => {
                let count = series.units.get(*at).copied().unwrap_or_default();
                self.sample(name, "", labels, None, &count.to_string());
            }
            Shape::Seconds => self.sample(name, "", labels, None, &decimal(series.micros)),
            Shape::Histogram => {
                for power in POWERS {
                    let count = series.times.within(power).to_string();
                    self.sample(name, "_bucket", labels, Some(("le", &decimal(1 << power))), &count);
                }
                let count = series.times.count().to_string();
                self.sample(name, "_bucket", labels, Some(("le", "+Inf")), &count);
                self.sample(name, "_sum", labels, None, &decimal(series.micros));
                self.sample(name, "_count", labels, None, &count);
            }
        }
    }

    /// A sample for each count that is not 0.
    fn each(&mut self, name: &str, labels: &str, label: &str, values: &[&str], counts: &[u64]) {
        for (value, count) in values.iter().zip(counts).filter(|(_, count)| **count > 0) {
            self.sample(name, "", labels, Some((label, value)), &count.to_string());
        }
    }
}
