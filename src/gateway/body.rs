//! The body of a request, under its operation's limit and of its type.

use super::request::{BodyFault, Incoming};
use crate::contract::policy::{BodyType, Policy};
use crate::kernel::problem::{Code, Problem};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A body that arrived.
#[derive(Debug)]
pub struct Received {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it is a form and no JSON.
    pub form: bool,
}

/// Reads the body, if the operation takes one. It is read first, because a connection that is answered with its body
/// unread cannot be used again, but its faults are told only to callers that may call.
pub async fn receive(incoming: &mut dyn Incoming, policy: &Policy) -> Result<Option<Received>, Problem> {
    let accepted: &[&str] = match policy.body_type {
        BodyType::None => return Ok(None),
        BodyType::Json => &[JSON],
        BodyType::MergePatch => &[JSON, "application/merge-patch+json"],
        BodyType::Form => &[FORM],
        BodyType::JsonOrForm => &[JSON, FORM],
    };
    let too_large = || {
        Problem::new(Code::PayloadTooLarge)
            .detail(format!("The body of this operation has at most {} bytes.", policy.body_limit))
    };
    let length = incoming.header("content-length").and_then(|text| text.trim().parse::<usize>().ok());
    if length.is_some_and(|length| length > policy.body_limit) {
        return Err(too_large());
    }
    let media_type = incoming.header("content-type").unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let bytes = match incoming.body(policy.body_limit).await {
        Ok(body) => body,
        Err(BodyFault::TooLarge) => return Err(too_large()),
        Err(BodyFault::Broken(cause)) => {
            return Err(Problem::malformed("The body could not be read.").cause(cause));
        }
    };
    let nothing_sent = bytes.is_empty() && essence.is_empty();
    if !nothing_sent && !accepted.contains(&essence.as_str()) {
        return Err(
            Problem::new(Code::UnsupportedMediaType).detail(format!("Send {}.", accepted.join(" or ")))
        );
    }
    Ok(Some(Received { bytes, form: essence == FORM }))
}
