//! What goes back, before the rim turns it into the platform's response.

use serde::Serialize;
use twox_hash::XxHash3_128;

use super::fields::Fields;
use super::refusal::retry_and_challenge;
use crate::contract::Operation;
use crate::contract::policy::{CacheScope, ETag, Refusals};
use crate::kernel::html::{Html, PageOrRedirect, Redirect};
use crate::kernel::hub::Follow;
use crate::kernel::id::Id;
use crate::kernel::object::Upgrade;
use crate::kernel::page::Page;
use crate::kernel::problem::{Problem, Violation};
use crate::ports::PortError;

/// Bodies shorter than this gain nothing from compression.
const WORTH_COMPRESSING: usize = 1_024;

/// A response: status, headers and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status, 200 to 599; 101 where there is an upgrade.
    pub status: u16,
    /// Headers by lower-case name; none but `set-cookie` occurs twice.
    pub headers: Vec<(&'static str, String)>,
    /// The body; `None` for a status that has none.
    pub body: Option<String>,
    /// The object that answers instead: it is given the request, and what it gives goes out as it is.
    pub upgrade: Option<Upgrade>,
    /// The stream that is the body, in place of one.
    pub stream: Option<Follow>,
}

impl Answer {
    /// The answer to a successful operation with a resource.
    pub fn json<T: Serialize>(
        operation: Operation,
        body: &T,
        version: Option<i64>,
        location: Option<String>,
    ) -> Result<Self, Problem> {
        Ok(Self::of_json(operation, serde_json::to_string(body)?, version, location))
    }

    /// The same with the resource in JSON; it stands by itself because the caller is compiled for every type.
    #[inline(never)]
    fn of_json(operation: Operation, body: String, version: Option<i64>, location: Option<String>) -> Self {
        let policy = operation.policy();
        let etag = match (policy.cache.etag, version) {
            (ETag::Version, Some(version)) => Some(version_tag(version)),
            (ETag::Content, _) => Some(content_tag(&body)),
            _ => None,
        };
        let mut answer = Self::bare(policy.success);
        answer.body = Some(body);
        answer.headers.push(("content-type", "application/json".to_owned()));
        answer.headers.push(("cache-control", cache_control(operation)));
        if policy.refusals == Refusals::OAuth {
            // For HTTP/1.0 caches, which RFC 6749 section 5.1 still thinks of.
            answer.headers.push(("pragma", "no-cache".to_owned()));
        }
        answer.headers.extend(etag.map(|tag| ("etag", tag)));
        answer.headers.extend(location.map(|location| ("location", location)));
        answer
    }

    /// The answer to a successful list.
    pub fn page<T: Serialize>(operation: Operation, page: &Page<T>) -> Result<Self, Problem> {
        Self::json(operation, page, None, None)
    }

    /// The answer to a successful operation that has nothing to say.
    pub fn empty(operation: Operation) -> Result<Self, Problem> {
        let headers = vec![("cache-control", cache_control(operation))];
        Ok(Self { headers, ..Self::bare(operation.policy().success) })
    }

    /// The answer to a successful operation with a page.
    pub fn html(operation: Operation, page: Html) -> Result<Self, Problem> {
        Ok(Self::of_page(operation.policy().success, page))
    }

    /// The answer to a successful operation that leads on.
    pub fn redirect(operation: Operation, redirect: &Redirect) -> Result<Self, Problem> {
        let headers = vec![("location", redirect.header()), ("cache-control", "no-store".to_owned())];
        Ok(Self { headers, ..Self::bare(operation.policy().redirect) })
    }

    /// The answer to a successful operation whose request becomes a socket.
    pub fn upgrade(operation: Operation, upgrade: Upgrade) -> Result<Self, Problem> {
        Ok(Self { upgrade: Some(upgrade), ..Self::bare(operation.policy().success) })
    }

    /// The answer to a successful operation with a stream of server-sent events.
    pub fn stream(operation: Operation, follow: Follow) -> Result<Self, Problem> {
        let headers = vec![
            ("content-type", "text/event-stream".to_owned()),
            ("cache-control", cache_control(operation)),
        ];
        Ok(Self { headers, stream: Some(follow), ..Self::bare(operation.policy().success) })
    }

    /// What is sent where the object of an upgrade could not be reached: the problem that the failure of any object
    /// becomes, with the headers that this answer has. The cause, for the log, comes beside it.
    #[must_use]
    pub fn unreached(self, error: PortError, request_id: Id) -> (Self, String) {
        let problem = Problem::from(error);
        let mut answer = Self::problem(&problem, request_id);
        answer.headers.extend(self.headers);
        (answer, problem.particulars().cause.unwrap_or_default())
    }

    /// The answer to a successful operation with a text of this media type.
    #[must_use]
    pub fn text(operation: Operation, text: String, media: &str) -> Self {
        let headers = vec![("content-type", media.to_owned()), ("cache-control", cache_control(operation))];
        Self { headers, body: Some(text), ..Self::bare(operation.policy().success) }
    }

    /// The answer to a successful operation that shows a page or leads on.
    pub fn page_or_redirect(operation: Operation, output: PageOrRedirect) -> Result<Self, Problem> {
        match output {
            PageOrRedirect::Page(page) => Self::html(operation, page),
            PageOrRedirect::Redirect(redirect) => Self::redirect(operation, &redirect),
        }
    }

    /// A page for a browser. Its forms have to say where they come from, so that its Referrer-Policy is not the
    /// strictest one: with that, browsers send `Origin: null`.
    #[must_use]
    pub fn of_page(status: u16, page: Html) -> Self {
        let headers = vec![
            ("content-type", "text/html; charset=utf-8".to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("content-security-policy", page.policy()),
            ("referrer-policy", "same-origin".to_owned()),
        ];
        Self { headers, body: Some(page.finish()), ..Self::bare(status) }
    }

    /// A problem document (RFC 9457). The cause stays behind.
    #[must_use]
    pub fn problem(problem: &Problem, instance: Id) -> Self {
        #[derive(Serialize)]
        struct Document<'a> {
            r#type: String,
            title: &'static str,
            status: u16,
            code: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            detail: Option<&'a str>,
            request_id: Id,
            #[serde(skip_serializing_if = "<[Violation]>::is_empty")]
            violations: &'a [Violation],
        }
        let code = problem.code;
        let document = Document {
            r#type: format!("urn:witness:problem:{}", code.as_str()),
            title: code.title(),
            status: code.status(),
            code: code.as_str(),
            detail: problem.detail.as_deref(),
            request_id: instance,
            violations: &problem.violations,
        };
        let mut headers = vec![
            ("content-type", "application/problem+json".to_owned()),
            ("cache-control", "no-store".to_owned()),
        ];
        headers.extend(retry_and_challenge(problem, code.status()));
        Self { headers, body: serde_json::to_string(&document).ok(), ..Self::bare(code.status()) }
    }

    /// The same answer with these of its fields alone. A tag of its bytes is made anew; one of the version stays, since
    /// the part changes with the version and never without it.
    #[must_use]
    pub fn with_fields(mut self, operation: Operation, fields: &Fields) -> Self {
        let Some(body) = self.body.take() else { return self };
        let body = fields.choose(&body);
        if operation.policy().cache.etag == ETag::Content {
            self.headers.retain(|(name, _)| *name != "etag");
            self.headers.push(("etag", content_tag(&body)));
        }
        self.body = Some(body);
        self
    }

    /// Adds a header unless the answer has one of that name already.
    pub fn header_unless_given(&mut self, name: &'static str, value: &str) {
        if self.header(name).is_none() {
            self.headers.push((name, value.to_owned()));
        }
    }

    /// An answer without a body.
    #[must_use]
    pub fn bare(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None, upgrade: None, stream: None }
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// Asks the runtime to compress the body where the caller can read that and it is worth the work. The entity
    /// tag becomes weak, because the bytes on the way are others (RFC 9110 section 8.8.1). Pages are left as they
    /// are: beside what a stranger chose they hold secrets, which the length after compression would betray.
    pub fn compress(&mut self, accept_encoding: Option<&str>) {
        let readable = accept_encoding.is_some_and(|list| {
            list.split(',').any(|part| {
                let mut pieces = part.split(';');
                let coding = pieces.next().unwrap_or_default().trim();
                let refused =
                    pieces.any(|piece| matches!(piece.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
                coding.eq_ignore_ascii_case("gzip") && !refused
            })
        });
        let page = self.header("content-type").is_some_and(|media| media.starts_with("text/html"));
        if !readable || page || self.body.as_ref().is_none_or(|body| body.len() < WORTH_COMPRESSING) {
            return;
        }
        self.headers.push(("content-encoding", "gzip".to_owned()));
        for (name, value) in &mut self.headers {
            if *name == "etag" && !value.starts_with("W/") {
                value.insert_str(0, "W/");
            }
        }
    }

    /// The same, as 304 without a body when the caller has it already (RFC 9110 section 13.1.2).
    #[must_use]
    pub fn unless_known(mut self, if_none_match: Option<&str>) -> Self {
        let known = match (self.header("etag"), if_none_match) {
            (Some(tag), Some(list)) => {
                let weak = |tag: &str| tag.trim().strip_prefix("W/").unwrap_or(tag.trim()).to_owned();
                list.trim() == "*" || list.split(',').any(|known| weak(known) == weak(tag))
            }
            _ => false,
        };
        if known && self.status == 200 {
            self.status = 304;
            self.body = None;
            self.headers.retain(|(name, _)| !matches!(*name, "content-type" | "content-encoding"));
        }
        self
    }
}

/// The strong entity tag of a version.
#[must_use]
pub fn version_tag(version: i64) -> String {
    format!("\"v{version}\"")
}

/// The version in an entity tag that [`version_tag`] made. A weak one is accepted as well: compression on the
/// way weakens tags, and a version names the same content however it is encoded.
#[must_use]
pub fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag).strip_prefix("\"v")?.strip_suffix('"')?.parse().ok()
}

/// A strong entity tag from the bytes. A cache validator guards against chance, not against its own
/// maker, so that a fast 128-bit hash (XXH3) does.
fn content_tag(body: &str) -> String {
    format!("\"{:032x}\"", XxHash3_128::oneshot(body.as_bytes()))
}

fn cache_control(operation: Operation) -> String {
    let cache = operation.policy().cache;
    let scope = match cache.scope {
        CacheScope::None => return "no-store".to_owned(),
        CacheScope::Private => "private",
        CacheScope::Public => "public",
    };
    let freshness =
        if cache.max_age == 0 { "no-cache".to_owned() } else { format!("max-age={}", cache.max_age) };
    match cache.stale_while_revalidate {
        0 => format!("{scope}, {freshness}"),
        stale => format!("{scope}, {freshness}, stale-while-revalidate={stale}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged() -> Answer {
        let mut answer = Answer::bare(200);
        answer.headers = vec![("content-type", "application/json".to_owned()), ("etag", version_tag(3))];
        answer.body = Some("{}".to_owned());
        answer
    }

    #[test]
    fn a_known_representation_is_not_sent_again() {
        for known in ["\"v3\"", "W/\"v3\"", "\"v1\", \"v3\"", "*"] {
            let answer = tagged().unless_known(Some(known));
            assert_eq!((answer.status, answer.body), (304, None), "{known}");
        }
        for other in ["\"v2\"", "v3", ""] {
            assert_eq!(tagged().unless_known(Some(other)).status, 200, "{other}");
        }
        assert_eq!(tagged().unless_known(None).status, 200);
    }

    #[test]
    fn long_bodies_are_compressed_for_those_who_can_read_them() {
        let long = || Answer { body: Some("x".repeat(WORTH_COMPRESSING)), ..tagged() };
        for (accepted, compressed) in [
            (Some("gzip, br"), true),
            (Some("br;q=1, GZIP;q=0.5"), true),
            (Some("gzip;q=0"), false),
            (None, false),
        ] {
            let mut answer = long();
            answer.compress(accepted);
            assert_eq!(answer.header("content-encoding").is_some(), compressed, "{accepted:?}");
            assert_eq!(answer.header("etag"), Some(if compressed { "W/\"v3\"" } else { "\"v3\"" }));
        }
        let mut short = tagged();
        short.compress(Some("gzip"));
        assert_eq!(short.header("content-encoding"), None);
    }

    #[test]
    fn an_object_that_is_not_reached_is_a_problem_with_the_headers_of_the_answer() {
        let id = Id::new(crate::kernel::time::Timestamp::EPOCH, [7; 10]);
        let upgrade = Upgrade { class: crate::ports::ObjectClass::Hub, name: "a".to_owned() };
        let headers = vec![("x-request-id", id.to_string())];
        let answer = Answer { headers, upgrade: Some(upgrade), ..Answer::bare(101) };
        let (told, cause) = answer.unreached(PortError::Unavailable("overloaded: a".to_owned()), id);
        assert_eq!((told.status, told.upgrade.as_ref(), &*cause), (503, None, "overloaded: a"));
        assert_eq!(
            (told.header("retry-after"), told.header("x-request-id")),
            (Some("1"), Some(&*id.to_string()))
        );
        let body = told.body.unwrap();
        assert!(body.contains("dependency-unavailable") && !body.contains("overloaded"), "{body}");
    }

    #[test]
    fn tags_of_versions_return() {
        assert_eq!(version_of(&version_tag(12)), Some(12));
        assert_eq!(version_of("W/\"v1\""), Some(1));
        for text in ["", "v1", "\"1\"", "\"v\"", "\"vx\""] {
            assert_eq!(version_of(text), None, "{text}");
        }
    }
}
