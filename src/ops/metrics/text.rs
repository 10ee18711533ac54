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
    ("account_deleted", "delete_user"),
    ("account_registered", "register_user"),
    ("device_confirmed", "confirm_device"),
    ("reading_created", "create_reading"),
    ("session_opened", "login_user"),
    ("workflow_run", "run_workflow"),
];

/// Names of labels and their values.
type Labels<'a> = &'a [(&'a str, &'a str)];

/// The whole text.
#[must_use]
pub fn write(sums: &Sums, waiting: Option<&SystemWaiting>, now: Timestamp) -> String {
    let mut out = Text(String::new());
    requests(&mut out, sums);
    dependencies(&mut out, sums);
    queries(&mut out, sums);
    out.family("witness_business_events_total", "counter", "What people did, by the operation that did it.");
    for (event, operation) in EVENTS {
        let done =
            sums.series.get(["o/", operation].concat().as_str()).map_or(0, |series| series.outcomes[1]);
        out.count("witness_business_events_total", &[("event", event)], done);
    }
    if let Some(waiting) = waiting {
        out.family("witness_waiting", "gauge", "What waits to be done.");
        for (what, count) in [
            ("records", waiting.records),
            ("events", waiting.events),
            ("mails", waiting.mails),
            ("erasures", waiting.erasures),
            ("secrets", waiting.secrets),
            ("secrets_expired", waiting.secrets_expired),
        ] {
            out.count("witness_waiting", &[("what", what)], u64::try_from(count).unwrap_or_default());
        }
    }
    for (name, kind, help, value) in [
        (
            "witness_active_users",
            "gauge",
            "People who called with an account since midnight UTC; an estimate with a standard error of 6.5 %.",
            sums.people.count(now),
        ),
        (
            "witness_metrics_isolates",
            "gauge",
            "Isolates that handed their counts over in the last half hour.",
            sums.isolates,
        ),
        (
            "witness_metrics_dropped_requests_total",
            "counter",
            "Requests whose counts may be missing, because no collector took them in time.",
            sums.dropped,
        ),
        (
            "witness_metrics_refused_series_total",
            "counter",
            "Series that collectors had no room for.",
            sums.refused,
        ),
    ] {
        out.family(name, kind, help);
        out.count(name, &[], value);
    }
    let name = "witness_metrics_start_time_seconds";
    out.family(name, "gauge", "Since when collectors count, in seconds since 1970.");
    out.sample(name, &[], &decimal(u64::try_from(sums.since).unwrap_or_default().saturating_mul(1_000)));
    out.0
}

fn of<'a>(sums: &'a Sums, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Series)> {
    sums.series.iter().filter_map(move |(name, series)| Some((name.strip_prefix(kind)?, series)))
}

fn requests(out: &mut Text, sums: &Sums) {
    const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    let name = "witness_requests_total";
    out.family(name, "counter", "Answers by operation and class of status.");
    for (operation, series) in of(sums, "o/") {
        for (class, count) in CLASSES.into_iter().zip(series.outcomes).filter(|(_, count)| *count > 0) {
            out.count(name, &[("operation", operation), ("status", class)], count);
        }
    }
    let name = "witness_request_duration_seconds";
    out.family(name, "histogram", "Time until the answer, as far as it was spent waiting for dependencies.");
    for (operation, series) in of(sums, "o/") {
        out.histogram(name, &[("operation", operation)], series);
    }
    let name = "witness_request_units_total";
    out.family(name, "counter", "What operations cost: rows of the database, and calls of each dependency.");
    for (operation, series) in of(sums, "o/") {
        for (unit, count) in UNITS.into_iter().zip(series.units).filter(|(_, count)| *count > 0) {
            out.count(name, &[("operation", operation), ("unit", unit)], count);
        }
    }
}

fn dependencies(out: &mut Text, sums: &Sums) {
    let name = "witness_dependency_calls_total";
    out.family(name, "counter", "Calls of dependencies.");
    for (call, series) in of(sums, "c/") {
        let (dependency, call) = call.split_once('/').unwrap_or((call, ""));
        for (outcome, count) in outcomes(series) {
            out.count(name, &[("dependency", dependency), ("call", call), ("outcome", outcome)], count);
        }
    }
    let name = "witness_dependency_duration_seconds";
    out.family(name, "histogram", "Time spent waiting for dependencies.");
    for (call, series) in of(sums, "c/") {
        let (dependency, call) = call.split_once('/').unwrap_or((call, ""));
        out.histogram(name, &[("dependency", dependency), ("call", call)], series);
    }
}

fn queries(out: &mut Text, sums: &Sums) {
    let name = "witness_query_calls_total";
    out.family(name, "counter", "Statements by name; all of a batch that failed count as failed.");
    for (query, series) in of(sums, "q/") {
        for (outcome, count) in outcomes(series) {
            out.count(name, &[("query", query), ("outcome", outcome)], count);
        }
    }
    let name = "witness_query_seconds_total";
    out.family(name, "counter", "Time of statements in the database, by name.");
    for (query, series) in of(sums, "q/") {
        out.sample(name, &[("query", query)], &decimal(series.micros));
    }
    for (at, name, help) in [
        (0, "witness_query_rows_read_total", "Rows that statements looked at, by name."),
        (1, "witness_query_rows_written_total", "Rows that statements wrote, by name."),
    ] {
        out.family(name, "counter", help);
        for (query, series) in of(sums, "q/") {
            out.count(name, &[("query", query)], series.units.get(at).copied().unwrap_or_default());
        }
    }
}

fn outcomes(series: &Series) -> impl Iterator<Item = (&'static str, u64)> {
    ["ok", "error"].into_iter().zip(series.outcomes).filter(|(_, count)| *count > 0)
}

/// Microseconds in seconds.
fn decimal(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        for part in ["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"] {
            self.0.push_str(part);
        }
    }

    fn sample(&mut self, name: &str, labels: Labels<'_>, value: &str) {
        self.0.push_str(name);
        for (at, (label, of)) in labels.iter().enumerate() {
            for part in [if at == 0 { "{" } else { "," }, label, "=\"", of, "\""] {
                self.0.push_str(part);
            }
        }
        for part in [if labels.is_empty() { " " } else { "} " }, value, "\n"] {
            self.0.push_str(part);
        }
    }

    fn count(&mut self, name: &str, labels: Labels<'_>, value: u64) {
        self.sample(name, labels, &value.to_string());
    }

    fn histogram(&mut self, name: &str, labels: Labels<'_>, series: &Series) {
        let bucket = [name, "_bucket"].concat();
        let all = series.times.count();
        for power in POWERS {
            let end = decimal(1 << power);
            self.count(&bucket, &[labels, &[("le", &end)]].concat(), series.times.within(power));
        }
        self.count(&bucket, &[labels, &[("le", "+Inf")]].concat(), all);
        self.sample(&[name, "_sum"].concat(), labels, &decimal(series.micros));
        self.count(&[name, "_count"].concat(), labels, all);
    }
}
