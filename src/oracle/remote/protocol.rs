//! The engine protocol on the wire (docs/engine-protocol.md): what is asked, and what of an answer is believed.

use std::time::Duration;

use serde::Serialize;

use crate::config::engine::RemoteEngine;
use crate::contract::MAX_DEPTH;
use crate::contract::check::check;
use crate::contract::checks::ENGINE_ANSWER;
use crate::contract::types::EngineAnswer;
use crate::kernel::json;
use crate::oracle::calculate::Outcome;
use crate::oracle::engines::{self, Canonical};
use crate::ports::{UpstreamRequest, UpstreamResponse};

/// The most bytes that an answer may have.
pub const MOST_BYTES: usize = 524_288;

/// What an engine is asked.
#[derive(Serialize)]
struct Question<'a> {
    engine: &'a str,
    engine_version: &'a str,
    input_hash: &'a str,
    canonical_input: &'a str,
    deadline_ms: u64,
}

/// The request for a canonical input, to be answered within `timeout`.
#[must_use]
pub fn request(engine: &RemoteEngine, canonical: &Canonical, timeout: Duration) -> Option<UpstreamRequest> {
    let name = canonical.engine.name();
    let question = Question {
        engine: name,
        engine_version: canonical.version,
        input_hash: &canonical.hash,
        canonical_input: &canonical.input,
        deadline_ms: u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
    };
    let mut headers = vec![
        ("accept".to_owned(), "application/json".to_owned()),
        ("content-type".to_owned(), "application/json".to_owned()),
        ("traceparent".to_owned(), String::new()),
    ];
    if let Some(secret) = &engine.secret {
        headers.push(("authorization".to_owned(), ["Bearer ", secret].concat()));
    }
    Some(UpstreamRequest {
        method: "POST",
        url: [&engine.url, "/v1/engines/", name, "/calculate"].concat(),
        headers,
        body: Some(serde_json::to_vec(&question).ok()?),
        timeout,
        max_bytes: MOST_BYTES,
    })
}

/// Why an answer with status 200 is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disbelief {
    /// It is no JSON, or not all of it: perhaps the half of an answer.
    Unreadable,
    /// It is not what the contract says an answer or this engine's result is.
    Malformed,
    /// It answers something else than what was asked.
    Other,
}

/// The outcome that a successful answer tells, if all of it can be believed: type, form, the question that it repeats,
/// and a result in the form that the contract gives this engine's.
///
/// The result's text is kept as it came, so that it is the same, byte for byte, wherever it is found again.
///
/// # Errors
/// The first reason to disbelieve it.
pub fn believed(response: &UpstreamResponse, canonical: &Canonical) -> Result<Outcome, Disbelief> {
    let kind =
        response.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
    let media = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(Disbelief::Malformed);
    }
    let mut value = json::parse(&response.body, MAX_DEPTH).map_err(|_| Disbelief::Unreadable)?;
    if !check(&ENGINE_ANSWER, &mut value).is_empty() {
        return Err(Disbelief::Malformed);
    }
    let result = value.get_mut("result").ok_or(Disbelief::Malformed)?;
    if !check(engines::result_schema(canonical.engine), result).is_empty() {
        return Err(Disbelief::Malformed);
    }
    let answer: EngineAnswer = json::read_bytes(&response.body).map_err(|_| Disbelief::Malformed)?;
    let asked = (canonical.engine.name(), canonical.version, canonical.hash.as_str());
    if (answer.engine.as_str(), answer.engine_version.as_str(), answer.input_hash.as_str()) != asked {
        return Err(Disbelief::Other);
    }
    let EngineAnswer { title, summary, result, .. } = answer;
    Ok(Outcome { title, summary, result })
}
