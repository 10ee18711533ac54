//! An isolate hands over what it has, behind an answer: lines to an object, spans and lines to the collector.

use std::time::Duration;

use super::buffer::{Outcome, Signal};
use super::{keep, otlp};
use crate::config::Config;
use crate::config::telemetry::Telemetry;
use crate::context::Isolate;
use crate::kernel::json;
use crate::kernel::time::Timestamp;
use crate::oracle::remote::retry::retry_after;
use crate::ports::{Ports, UpstreamRequest};

/// How long the collector may take.
const DEADLINE: Duration = Duration::from_secs(5);

/// The most bytes of its answer that are read.
const MOST_BYTES: usize = 65_536;

/// Hands over what is due. `Err` names what was not taken, for the log.
pub async fn run(ports: Ports<'_>, config: &Config, isolate: &Isolate, now: Timestamp) -> Result<(), String> {
    let mut failures = String::new();
    if !keep::hand_over(ports, isolate, now, false).await {
        failures.push_str(" logbook");
    }
    let settings = &config.telemetry;
    for (signal, name) in [(Signal::Traces, " traces"), (Signal::Logs, " logs")] {
        let Some(endpoint) = &settings.endpoint else { break };
        let began = ports.clock.now();
        let batch = isolate.telemetry.borrow_mut().begin(signal, began, false);
        if batch.is_empty() {
            continue;
        }
        let request = match signal {
            Signal::Traces => post(settings, endpoint, "/v1/traces", otlp::traces(&batch, config)),
            _ => post(settings, endpoint, "/v1/logs", otlp::logs(&batch, config)),
        };
        let outcome = send(ports, request).await;
        isolate.telemetry.borrow_mut().settle(signal, began, outcome, ports.clock.now());
        if outcome != Outcome::Taken(0) {
            failures.push_str(name);
        }
    }
    count(isolate);
    if failures.is_empty() { Ok(()) } else { Err(["not taken:", &failures].concat()) }
}

/// Counts what was dropped.
pub fn count(isolate: &Isolate) {
    let dropped = isolate.telemetry.borrow_mut().dropped();
    for (signal, count) in dropped.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        isolate.metrics.borrow_mut().dropped(signal, count);
    }
}

fn post(settings: &Telemetry, endpoint: &str, path: &str, body: String) -> UpstreamRequest {
    let mut headers = settings.headers.clone();
    headers.push(("content-type".to_owned(), "application/json".to_owned()));
    UpstreamRequest {
        method: "POST",
        url: [endpoint, path].concat(),
        headers,
        body: Some(body.into_bytes()),
        timeout: DEADLINE,
        max_bytes: MOST_BYTES,
    }
}

/// As OTLP has it: four statuses, and no answer, may pass; any other is for good.
async fn send(ports: Ports<'_>, request: UpstreamRequest) -> Outcome {
    let Ok(response) = ports.upstream.send(request).await else { return Outcome::Later(None) };
    match response.status {
        200..=299 => Outcome::Taken(rejected(&response.body)),
        429 | 502 | 503 | 504 => {
            let header = response.headers.iter().find(|(name, _)| name == "retry-after");
            Outcome::Later(header.and_then(|(_, value)| retry_after(value, ports.clock.now())))
        }
        _ => Outcome::Refused,
    }
}

/// How many the collector did not take of what it took (`partialSuccess`). What cannot be read is nothing.
fn rejected(body: &[u8]) -> u32 {
    let Ok(answer) = json::parse(body, 8) else { return 0 };
    let Some(partial) = answer.get("partialSuccess") else { return 0 };
    let count = ["rejectedSpans", "rejectedLogRecords"].iter().find_map(|name| partial.get(name));
    let number = count.and_then(|count| count.as_u64().or_else(|| count.as_str()?.parse().ok()));
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}
