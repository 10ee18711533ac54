//! Spans and lines in OTLP's JSON (opentelemetry-proto 1.x, `ExportTraceServiceRequest` and `ExportLogsServiceRequest`),
//! with the attributes of OpenTelemetry's semantic conventions for HTTP and databases.

use std::rc::Rc;

use super::record::{Kind, Record, Span, child};
use crate::config::{Config, Environment};
use crate::kernel::time::Timestamp;
use crate::statements;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The sampled flag of a span, and that its parent's is known to be remote or not (bits 8 and 9 of `flags`).
const SAMPLED: u32 = 1;
const REMOTE_KNOWN: u32 = 0x100;
const REMOTE: u32 = 0x200;

/// A JSON text in the making. Only [`Json::quote`] takes what may have to be quoted.
struct Json(String);

impl Json {
    fn push(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.0.push_str(part));
    }

    /// A comma, unless something begins.
    fn next(&mut self) {
        if !self.0.ends_with(['[', '{']) {
            self.0.push(',');
        }
    }

    fn quote(&mut self, text: &str) {
        self.0.push_str(&serde_json::to_string(text).unwrap_or_default());
    }

    fn text(&mut self, key: &str, value: &str) {
        self.next();
        self.push(&["{\"key\":\"", key, "\",\"value\":{\"stringValue\":\"", value, "\"}}"]);
    }

    fn number(&mut self, key: &str, value: u32) {
        self.next();
        self.push(&["{\"key\":\"", key, "\",\"value\":{\"intValue\":\"", &value.to_string(), "\"}}"]);
    }

    fn time(&mut self, key: &str, at: Timestamp) {
        self.push(&[",\"", key, "\":\"", &at.millis().max(0).to_string(), "000000\""]);
    }

    /// Ids, kind and times of a span, and the beginning of its attributes.
    fn span(&mut self, record: &Record, id: u64, parent: &str, name: &[&str], kind: &str, flags: u32) {
        self.next();
        self.push(&[
            "{\"traceId\":\"",
            &record.trace_id.to_string(),
            "\",\"spanId\":\"",
            &hex(id),
            "\",\"parentSpanId\":\"",
        ]);
        self.push(&[parent, "\",\"flags\":", &flags.to_string(), ",\"name\":\""]);
        self.push(name);
        self.push(&["\",\"kind\":", kind]);
    }

    fn attributes(&mut self) {
        self.0.push_str(",\"attributes\":[");
    }

    fn end(&mut self, failed: bool) {
        self.0.push_str(if failed { "],\"status\":{\"code\":2}}" } else { "]}" });
    }
}

fn hex(id: u64) -> String {
    format!("{id:016x}")
}

/// The request's method as semantic conventions have it.
fn method(method: &'static str) -> &'static str {
    if method == "OTHER" { "_OTHER" } else { method }
}

/// What is sent of each record, with what says where it comes from around it.
fn message(
    whole: [&str; 3],
    config: &Config,
    records: &[Rc<Record>],
    each: fn(&mut Json, &Record),
) -> String {
    let environment = match config.environment {
        Environment::Development => "development",
        Environment::Staging => "staging",
        Environment::Production => "production",
    };
    let [resources, scopes, items] = whole;
    let mut out = Json(String::with_capacity(records.len() * 1_024));
    out.push(&["{\"", resources, "\":[{\"resource\":{\"attributes\":["]);
    out.text("service.name", "witness");
    out.text("service.version", VERSION);
    out.text("deployment.environment.name", environment);
    out.push(&[
        "]},\"",
        scopes,
        "\":[{\"scope\":{\"name\":\"witness\",\"version\":\"",
        VERSION,
        "\"},\"",
        items,
    ]);
    out.0.push_str("\":[");
    records.iter().for_each(|record| each(&mut out, record));
    out.0.push_str("]}]}]}");
    out.0
}

/// The spans of requests.
#[must_use]
pub fn traces(records: &[Rc<Record>], config: &Config) -> String {
    message(["resourceSpans", "scopeSpans", "spans"], config, records, |out, record| {
        request(out, record);
        for (place, span) in record.spans.iter().enumerate() {
            below(out, record, place, span);
        }
    })
}

/// The span of a request.
fn request(out: &mut Json, record: &Record) {
    let flags = flags(record) | REMOTE_KNOWN | if record.parent.is_some() { REMOTE } else { 0 };
    let route = record.operation.map(|operation| operation.policy().path);
    let verb = method(record.method);
    let shown = if verb == "_OTHER" { "HTTP" } else { verb };
    let name: &[&str] = match route {
        Some(route) => &[shown, " ", route],
        None => &[shown],
    };
    out.span(record, record.span, &record.parent.map(hex).unwrap_or_default(), name, "2", flags);
    out.time("startTimeUnixNano", record.began);
    out.time("endTimeUnixNano", record.ended);
    out.attributes();
    out.text("http.request.method", verb);
    out.text("url.scheme", if record.secure { "https" } else { "http" });
    if let Some(route) = route {
        out.text("http.route", route);
    }
    out.number("http.response.status_code", record.status.into());
    common(out, record);
    if record.more > 0 {
        out.number("witness.spans.dropped", record.more);
    }
    out.end(record.status >= 500);
}

/// What spans and lines of a request say alike.
fn common(out: &mut Json, record: &Record) {
    if let Some(operation) = record.operation {
        out.text("witness.operation", operation.id());
    }
    out.text("witness.request_id", &record.request_id.to_string());
    if let Some(error) = record.error {
        out.text("error.type", error);
    }
}

fn flags(record: &Record) -> u32 {
    if record.sampled { SAMPLED } else { 0 }
}

/// A span below it.
fn below(out: &mut Json, record: &Record, place: usize, span: &Span) {
    let id = |place: Option<usize>| place.map_or(record.span, |place| child(record.span, place));
    let parent = hex(id(span.parent));
    let statement;
    let (name, kind) = match (&span.kind, &span.outside) {
        (Kind::Stage(name), _) => (*name, "1"),
        (Kind::Call(..), Some((method, ..))) => (*method, "3"),
        (Kind::Call(_, query, 1), _) => {
            statement = statements::name(*query);
            (&*statement, "3")
        }
        (Kind::Call(call, ..), _) => (call.name(), "3"),
    };
    out.span(record, id(Some(place)), &parent, &[name], kind, flags(record) | REMOTE_KNOWN);
    out.time("startTimeUnixNano", span.began);
    out.time("endTimeUnixNano", span.ended.unwrap_or(record.ended));
    out.attributes();
    if let Kind::Call(call, query, count) = span.kind {
        out.text("witness.call", call.name());
        if count > 0 {
            out.text("db.system.name", "sqlite");
            out.text("db.operation.name", if count > 1 { "BATCH" } else { name });
        }
        if count > 1 {
            out.number("db.operation.batch.size", count.into());
            out.text("db.query.summary", &statements::name(query));
        }
    }
    if let Some((method, status, host)) = &span.outside {
        out.text("http.request.method", method);
        if *status > 0 {
            out.number("http.response.status_code", (*status).into());
        }
        if !host.is_empty() {
            out.text("server.address", host);
        }
    }
    if span.failed {
        out.text("error.type", "_OTHER");
    }
    out.end(span.failed);
}

/// The lines of requests.
#[must_use]
pub fn logs(records: &[Rc<Record>], config: &Config) -> String {
    message(["resourceLogs", "scopeLogs", "logRecords"], config, records, |out, record| {
        let (number, name) = match record.status {
            500.. => ("17", "ERROR"),
            401 | 403 | 429 => ("13", "WARN"),
            _ => ("9", "INFO"),
        };
        out.next();
        out.push(&["{\"severityNumber\":", number, ",\"severityText\":\"", name, "\""]);
        out.time("timeUnixNano", record.began);
        out.time("observedTimeUnixNano", record.ended);
        out.push(&[
            ",\"traceId\":\"",
            &record.trace_id.to_string(),
            "\",\"spanId\":\"",
            &hex(record.span),
            "\",\"flags\":",
        ]);
        out.push(&[&flags(record).to_string(), ",\"body\":{\"stringValue\":"]);
        out.quote(&record.line);
        out.push(&["}"]);
        out.attributes();
        out.number("http.response.status_code", record.status.into());
        common(out, record);
        out.push(&["]}"]);
    })
}
