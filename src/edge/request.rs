//! The platform's request as the house sees it.

use async_trait::async_trait;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use worker::worker_sys::web_sys::Request;

use super::glue;
use super::js::{settle, words};
use crate::gateway::request::{BodyFault, Incoming};

/// The headers that requests are asked for on their way, fetched in one crossing. Any other is fetched when it
/// is wanted.
const ASKED: [&str; 11] = [
    "accept-encoding",
    "authorization",
    "cf-connecting-ip",
    "content-length",
    "content-type",
    "d1-bookmark",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "origin",
    "traceparent",
];

/// The lines of a description: method, address, headers.
const LINES: usize = 2 + ASKED.len();

thread_local! {
    static NAMES: Array = ASKED.iter().map(|name| JsValue::from_str(name)).collect();
}

/// A part of the description: first byte, and the one after the last.
type Span = (usize, usize);

/// A request of the platform.
pub struct Arrived {
    request: Request,
    description: String,
    lines: [Span; LINES],
    origin: Span,
    path: Span,
    query: Span,
}

impl Arrived {
    /// Takes a request in. `Err` says in words what the platform threw.
    pub fn new(request: Request) -> Result<Self, String> {
        let description =
            NAMES.with(|names| glue::describe(&request, names)).map_err(|thrown| words(&thrown))?;
        let mut lines = [(0, 0); LINES];
        let mut start = 0;
        for (line, text) in lines.iter_mut().zip(description.split('\n')) {
            *line = (start, start + text.len());
            start += text.len() + 1;
        }
        let (origin, path, query) = target(&description, lines[1]);
        Ok(Self { request, description, lines, origin, path, query })
    }

    /// The platform's request, for whoever answers it instead.
    #[must_use]
    pub fn into_request(self) -> Request {
        self.request
    }

    fn part(&self, (start, end): Span) -> &str {
        self.description.get(start..end).unwrap_or_default()
    }
}

/// Origin, path and query of an absolute address. What the address has no path for is `/`.
fn target(description: &str, (start, end): Span) -> (Span, Span, Span) {
    // Past the scheme's end every byte sought is ASCII and stands for itself.
    let find = |from: usize, to: usize, byte: u8| {
        let bytes = description.as_bytes().get(from..to)?;
        bytes.iter().position(|at| *at == byte).map(|at| from + at)
    };
    let host = find(start, end, b':').map_or(start, |colon| (colon + 3).min(end));
    let end = find(host, end, b'#').unwrap_or(end);
    let path = find(host, end, b'/').unwrap_or(end);
    match find(path, end, b'?') {
        Some(mark) => ((start, path), (path, mark), (mark + 1, end)),
        None => ((start, path), (path, end), (end, end)),
    }
}

#[async_trait(?Send)]
impl Incoming for Arrived {
    fn method(&self) -> &str {
        self.part(self.lines[0])
    }

    fn origin(&self) -> &str {
        self.part(self.origin)
    }

    fn path(&self) -> &str {
        match self.part(self.path) {
            "" => "/",
            path => path,
        }
    }

    fn query(&self) -> &str {
        self.part(self.query)
    }

    fn header(&self, name: &str) -> Option<String> {
        match ASKED.iter().zip(self.lines.iter().skip(2)).find(|(asked, _)| **asked == name) {
            Some((_, line)) => self.part(*line).strip_prefix('=').map(str::to_owned),
            None => self.request.headers().get(name).ok().flatten(),
        }
    }

    async fn body(&mut self, limit: usize) -> Result<Vec<u8>, BodyFault> {
        let declared = self.header("content-length").and_then(|text| text.trim().parse::<usize>().ok());
        let declared = declared.is_some_and(|length| length <= limit);
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let body = settle(glue::read_body(&self.request, limit, declared)).await;
        let body = body.map_err(|thrown| BodyFault::Broken(words(&thrown)))?;
        body.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).ok_or(BodyFault::TooLarge)
    }
}
