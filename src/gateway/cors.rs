//! Cross-origin requests of browser apps: an allow-list per environment; a preflight costs no I/O.

use super::answer::Answer;

const ALLOWED_HEADERS: &str = "authorization, content-type, d1-bookmark, idempotency-key, if-match, if-none-match, \
                               last-event-id, traceparent";
const EXPOSED_HEADERS: &str = "age, api-version, cache-status, d1-bookmark, deprecation, etag, \
                               idempotency-replayed, link, location, ratelimit, ratelimit-policy, retry-after, server-timing, sunset, traceparent, x-request-id";

/// Whether browsers may send the cookie of a refresh token to that path from an app of another origin. Pages, whose
/// cookies let people consent, are for this origin alone.
#[must_use]
pub fn takes_cookies(segments: &[&str]) -> bool {
    matches!(segments, ["api", _, "auth", "login" | "refresh" | "logout"])
}

/// The headers that let a page of that origin read the answer, and where it may, send cookies.
pub fn allow(answer: &mut Answer, origins: &[String], origin: Option<&str>, cookies: bool) {
    answer.headers.push(("vary", "origin, accept-encoding".to_owned()));
    if let Some(origin) = origin.filter(|origin| origins.iter().any(|known| known == origin)) {
        answer.headers.push(("access-control-allow-origin", origin.to_owned()));
        answer.headers.push(("access-control-expose-headers", EXPOSED_HEADERS.to_owned()));
        if cookies {
            answer.headers.push(("access-control-allow-credentials", "true".to_owned()));
        }
    }
}

/// The answer to OPTIONS on a path that knows these methods.
#[must_use]
pub fn options(methods: &[&str], origins: &[String], origin: Option<&str>, preflight: bool) -> Answer {
    let mut answer = Answer::bare(204);
    let known = origin.is_some_and(|origin| origins.iter().any(|known| known == origin));
    if preflight && known {
        answer.headers.push(("access-control-allow-methods", methods.join(", ")));
        answer.headers.push(("access-control-allow-headers", ALLOWED_HEADERS.to_owned()));
        answer.headers.push(("access-control-max-age", "7200".to_owned()));
    }
    answer.headers.push(("allow", allowed(methods)));
    answer
}

/// The value of Allow: what the contract names, and what follows from it.
#[must_use]
pub fn allowed(methods: &[&str]) -> String {
    let mut all: Vec<&str> = methods.to_vec();
    if methods.contains(&"GET") && !methods.contains(&"HEAD") {
        all.push("HEAD");
    }
    all.push("OPTIONS");
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_origin_alone_is_let_in() {
        let origins = ["https://app.example.com".to_owned()];
        let known = options(&["GET"], &origins, Some("https://app.example.com"), true);
        assert_eq!(known.header("access-control-allow-methods"), Some("GET"));
        let unknown = options(&["GET"], &origins, Some("https://evil.example"), true);
        assert_eq!(unknown.header("access-control-allow-methods"), None);
        assert_eq!(unknown.header("allow"), Some("GET, HEAD, OPTIONS"));
        let mut answer = Answer::bare(200);
        allow(&mut answer, &origins, Some("https://app.example.com.evil.example"), true);
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}
