//! The house's answer as the platform's response.

use wasm_bindgen::JsValue;
use worker::console_error;

use super::glue;
use super::js::words;
use crate::gateway::answer::Answer;

/// Bodies shorter than this cross as a string, which costs less than bytes of their own; measured.
const SHORT: usize = 1_024;

/// What most answers' headers take, in bytes.
const USUAL_HEADERS: usize = 1_024;

/// Makes the response. What the platform refuses becomes a 500 without a body, and is logged.
pub fn respond(answer: &Answer) -> JsValue {
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
    let body = answer.body.as_deref().filter(|_| !matches!(answer.status, 204 | 205 | 304));
    let text = body.filter(|body| body.len() < SHORT);
    let bytes = body.filter(|body| body.len() >= SHORT).map(str::as_bytes);
    glue::respond(answer.status, &headers, text, bytes).unwrap_or_else(|thrown| {
        console_error!("the answer cannot be sent: {}", words(&thrown));
        glue::respond(500, "", None, None).unwrap_or(JsValue::UNDEFINED)
    })
}
