//! How a problem is told: by a document, by a page that a person reads, or as OAuth clients read it.

use serde::Serialize;

use super::answer::Answer;
use crate::contract::policy::Refusals;
use crate::contract::{Operation, oauth};
use crate::kernel::html::Html;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// The answer to a refused or failed request. The cause stays behind.
#[must_use]
pub fn refuse(operation: Option<Operation>, problem: &Problem, request_id: Id) -> Answer {
    match operation.map_or(Refusals::Document, |operation| operation.policy().refusals) {
        Refusals::Document => Answer::problem(problem, request_id),
        Refusals::Page => page(problem, request_id),
        Refusals::OAuth => oauth_error(problem),
    }
}

fn page(problem: &Problem, request_id: Id) -> Answer {
    let mut page = Html::page(problem.code.title());
    if let Some(detail) = &problem.detail {
        page.element("p", &[], detail);
    }
    for violation in &problem.violations {
        page.open("p", &[]).element("code", &[], violation.pointer.trim_start_matches('/'));
        page.text(" ").text(&violation.message).close();
    }
    page.open("p", &[]).text("Request ").element("code", &[], &request_id.to_string());
    let mut answer = Answer::of_page(problem.code.status(), page);
    answer.headers.extend(retry_and_challenge(problem, problem.code.status()));
    answer
}

fn oauth_error(problem: &Problem) -> Answer {
    #[derive(Serialize)]
    struct Body {
        error: &'static str,
        #[serde(skip_serializing_if = "String::is_empty")]
        error_description: String,
    }
    let first = problem.violations.first();
    let broken =
        first.map(|violation| format!("{} {}", violation.pointer.trim_start_matches('/'), violation.message));
    let words = broken.as_deref().or(problem.detail.as_deref()).unwrap_or(problem.code.title());
    // The characters that section 5.2 allows.
    let allowed = |c: char| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\') { c } else { '\'' };
    let body = Body {
        error: oauth::error(problem.code.as_str()),
        error_description: words.chars().map(allowed).collect(),
    };
    let status = oauth::status(problem.code.status());
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("cache-control", "no-store".to_owned()),
        ("pragma", "no-cache".to_owned()),
    ];
    headers.extend(retry_and_challenge(problem, status));
    Answer { headers, body: serde_json::to_string(&body).ok(), ..Answer::bare(status) }
}

/// The headers that say when to come back, how to show who one is, and what to change to (RFC 9110 sections 10.2.3,
/// 11.6.1 and 15.5.22).
pub fn retry_and_challenge(problem: &Problem, status: u16) -> impl Iterator<Item = (&'static str, String)> {
    let retry = problem.retry_after.map(|seconds| ("retry-after", seconds.to_string()));
    let challenge = (status == 401).then(|| ("www-authenticate", "Bearer realm=\"witness\"".to_owned()));
    let change = (status == 426).then_some([("connection", "Upgrade"), ("upgrade", "websocket")]);
    let change = change.into_iter().flatten().map(|(name, value)| (name, value.to_owned()));
    retry.into_iter().chain(challenge).chain(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::problem::{Code, Place, Violation};

    fn broken() -> Problem {
        let message = "must be \"one\" of <these>\u{2026}".to_owned();
        Problem::invalid(vec![Violation {
            place: Place::Body,
            pointer: "/grant_type".to_owned(),
            code: "enum",
            message,
        }])
    }

    #[test]
    fn an_oauth_client_reads_the_words_of_its_standard() {
        let answer = oauth_error(&broken());
        assert_eq!(answer.status, 400);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let expected =
            r#"{"error":"invalid_request","error_description":"grant_type must be 'one' of <these>'"}"#;
        assert_eq!(answer.body.as_deref(), Some(expected));
        let later = oauth_error(&Problem::new(Code::QuotaExceeded).retry_after(7));
        assert_eq!((later.status, later.header("retry-after")), (429, Some("7")));
        for code in Code::ALL {
            assert!(oauth::ERRORS.contains(&oauth::error(code.as_str())), "{code:?}");
            assert!([400, 413, 415, 429, 500, 503].contains(&oauth::status(code.status())), "{code:?}");
        }
    }

    #[test]
    fn a_person_reads_a_page_without_causes() {
        let id = Id::new(crate::kernel::time::Timestamp::parse("2026-03-01T07:00:00Z").unwrap(), [7; 10]);
        let answer = page(&broken().cause("a secret"), id);
        let text = answer.body.clone().unwrap_or_default();
        assert_eq!((answer.status, answer.header("content-type")), (422, Some("text/html; charset=utf-8")));
        assert!(text.contains("<code>grant_type</code> must be &quot;one&quot; of &lt;these&gt;"), "{text}");
        assert!(text.contains(&id.to_string()) && !text.contains("a secret"), "{text}");
        assert_eq!(
            page(&Problem::new(Code::Unauthenticated), id).header("www-authenticate"),
            Some("Bearer realm=\"witness\"")
        );
    }
}
