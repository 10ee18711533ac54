//! The headers that come last: every answer has them, whatever became of the request.

use super::answer::Answer;
use super::trace::Trace;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;

/// Marks the answer as that of one request, and tells the browser to do nothing with it that it does not say.
pub fn headers(answer: &mut Answer, request_id: Id, trace: &Trace, timing: String, production: bool) {
    answer.header_unless_given("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    answer.header_unless_given("referrer-policy", "no-referrer");
    let headers = &mut answer.headers;
    headers.push(("x-request-id", request_id.to_string()));
    headers.push(("traceparent", trace.to_string()));
    headers.push(("server-timing", timing));
    headers.push(("x-content-type-options", "nosniff".to_owned()));
    headers.push(("cross-origin-resource-policy", "same-origin".to_owned()));
    headers.push(("x-robots-tag", "noindex".to_owned()));
    if production {
        headers.push(("strict-transport-security", "max-age=63072000; includeSubDomains".to_owned()));
    }
}

/// The answer to a request that could not even be looked at, because of something that an operator has to mend. The
/// log has the cause; callers learn only that the service is not there.
#[must_use]
pub fn unserved(now: Timestamp, random: &[u8; 34], traceparent: Option<&str>, production: bool) -> Answer {
    let (id_bytes, trace_bytes) = split(random);
    let (request_id, trace) = (Id::new(now, id_bytes), Trace::of(traceparent, trace_bytes));
    let mut answer = Answer::problem(&Problem::internal("unserved"), request_id);
    headers(&mut answer, request_id, &trace, "total;dur=0".to_owned(), production);
    answer
}

/// What a request's id and its trace are made of.
pub(super) fn split(random: &[u8; 34]) -> ([u8; 10], [u8; 24]) {
    let (mut first, mut rest) = ([0; 10], [0; 24]);
    first.copy_from_slice(&random[..10]);
    rest.copy_from_slice(&random[10..]);
    (first, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_nobody_served_is_marked_like_any_other() {
        const GIVEN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let answer = unserved(Timestamp::EPOCH, &[7; 34], Some(GIVEN), true);
        let names: Vec<&str> = answer.headers.iter().map(|(name, _)| *name).collect();
        for name in [
            "x-request-id",
            "traceparent",
            "server-timing",
            "content-security-policy",
            "referrer-policy",
            "x-content-type-options",
            "cross-origin-resource-policy",
            "strict-transport-security",
            "cache-control",
        ] {
            assert_eq!(names.iter().filter(|given| **given == name).count(), 1, "{name}");
        }
        assert!(
            answer.header("traceparent").unwrap().starts_with("00-0af7651916cd43dd8448eb211c80319c-0707")
        );
        let body = answer.body.clone().unwrap();
        assert!(
            body.contains(answer.header("x-request-id").unwrap()) && !body.contains("unserved"),
            "{body}"
        );
        let development = unserved(Timestamp::EPOCH, &[7; 34], None, false);
        assert_eq!((development.status, development.header("strict-transport-security")), (500, None));
    }
}
