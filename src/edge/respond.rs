//! The house's answer as the platform's response.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use worker::{Context, console_error};

use super::clock::PlatformClock;
use super::glue::{self, Outflow};
use super::js::{settle, words};
use super::means::Means;
use crate::gateway::answer::Answer;
use crate::kernel::hub::Follow;
use crate::ports::Clock;
use crate::sync::follow::Stream;

/// Bodies shorter than this cross as a string, which costs less than bytes of their own; measured.
const SHORT: usize = 1_024;

/// What most answers' headers take, in bytes.
const USUAL_HEADERS: usize = 1_024;

/// Makes the response. What the platform refuses becomes a 500 without a body, and is logged.
pub fn respond(answer: &Answer) -> JsValue {
    let headers = lines(answer);
    let body = answer.body.as_deref().filter(|_| !matches!(answer.status, 204 | 205 | 304));
    let text = body.filter(|body| body.len() < SHORT);
    let bytes = body.filter(|body| body.len() >= SHORT).map(str::as_bytes);
    glue::respond(answer.status, &headers, text, bytes).unwrap_or_else(|thrown| refused(&thrown))
}

/// The same for an answer whose body is a stream; `lifetime` outlives the answer's beginning, and the stream is written
/// in it for as long as somebody reads.
pub fn pour(answer: &Answer, follow: Follow, means: Rc<Means>, lifetime: &Context) -> JsValue {
    let begun = Outflow::new().and_then(|out| Ok((out.respond(answer.status, &lines(answer))?, out)));
    let (response, out) = match begun {
        Ok(begun) => begun,
        Err(thrown) => return refused(&thrown),
    };
    let mut stream = Stream::new(follow, PlatformClock.now());
    lifetime.wait_until(async move {
        loop {
            let piece = stream.next(means.ports()).await.unwrap_or_else(|error| {
                console_error!("stream: {error:?}");
                None
            });
            // Whoever does not read any more needs no end either.
            let Some(piece) = piece else { break drop(settle(out.close()).await) };
            if settle(out.write(&piece)).await.is_err() {
                break;
            }
        }
    });
    response
}

/// Headers in lines, a name and its value in turn.
fn lines(answer: &Answer) -> String {
    let mut headers = String::with_capacity(USUAL_HEADERS);
    for (name, value) in &answer.headers {
        // A line break would end the value and begin another header; other bytes are read differently by
        // different clients.
        if value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
            for part in [name, "\n", value, "\n"] {
                headers.push_str(part);
            }
        } else {
            console_error!("the header {name} has a value that may not be sent");
        }
    }
    headers
}

fn refused(thrown: &JsValue) -> JsValue {
    console_error!("the answer cannot be sent: {}", words(thrown));
    glue::respond(500, "", None, None).unwrap_or(JsValue::UNDEFINED)
}
