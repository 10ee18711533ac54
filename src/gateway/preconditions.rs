//! What a caller says of the state that a request is meant for, and of its repetition.

use super::answer;
use super::request::Incoming;
use crate::contract::Operation;
use crate::contract::policy::{IfMatch, Policy};
use crate::kernel::crypto;
use crate::kernel::problem::{Code, Problem};
use crate::resource::sql::Repeat;

/// The version that If-Match names; a tag that this house never makes matches nothing.
pub(super) fn if_match(policy: &Policy, header: Option<&str>) -> Result<Option<i64>, Problem> {
    const NO_VERSION: i64 = -1;
    match (policy.if_match, header.map(str::trim)) {
        (IfMatch::None, _) | (IfMatch::Optional, None) | (_, Some("*")) => Ok(None),
        (IfMatch::Required, None) => {
            Err(Problem::new(Code::PreconditionFailed).detail("If-Match is required here."))
        }
        (_, Some(list)) if list.contains(',') => {
            Err(Problem::malformed("If-Match takes one entity tag here."))
        }
        (_, Some(tag)) => Ok(Some(answer::version_of(tag).unwrap_or(NO_VERSION))),
    }
}

/// What makes a repetition recognisable: the key, and a fingerprint of operation, address and body.
pub(super) fn repeat(
    operation: Operation,
    incoming: &dyn Incoming,
    body: Option<&[u8]>,
) -> Result<Option<Repeat>, Problem> {
    if !operation.policy().idempotency {
        return Ok(None);
    }
    let Some(key) = incoming.header("idempotency-key") else { return Ok(None) };
    if !(1..=255).contains(&key.len()) || !key.bytes().all(|b| (0x21..0x7f).contains(&b)) {
        return Err(Problem::malformed("Idempotency-Key takes 1 to 255 visible ASCII characters."));
    }
    let id = operation.id();
    let parts = [id, incoming.path(), incoming.query()].map(str::as_bytes);
    let hash = crypto::mac(b"fingerprint", &[parts[0], parts[1], parts[2], body.unwrap_or_default()]);
    Ok(Some(Repeat { key, operation: id, fingerprint: crypto::hex(&hash) }))
}
