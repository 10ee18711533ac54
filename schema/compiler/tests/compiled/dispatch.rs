use futures::executor::block_on;
use serde_json::json;

use crate::ask;
use crate::context::Context;
use crate::contract::dispatch;
use crate::gateway::answer::Answer;
use crate::kernel::problem::{Code, Problem};

fn answer(method: &str, target: &str, body: Option<&str>) -> Result<Answer, Problem> {
    let asked = ask(method, target, body);
    block_on(dispatch(asked.operation, &Context("test"), asked.raw(&|_| None)))
}

#[test]
fn a_resource_is_answered_with_version_and_location() {
    let made = answer("POST", "/api/v1/books", Some(r#"{"kind":"paper","title":"Emma"}"#)).unwrap();
    assert_eq!((made.version, made.location.as_deref()), (Some(7), Some("/api/v1/books/p1")));
    assert_eq!(made.body.unwrap()["title"], json!("Emma"));
}

#[test]
fn pages_and_empty_answers_are_told_apart() {
    let page = answer("GET", "/api/v1/books?cursor=abc", None).unwrap();
    assert_eq!(page.body, Some(json!({"items": [], "has_more": false, "next_cursor": "abc"})));
    let gone = answer("DELETE", "/api/v1/books/0197f7a0-0000-7000-8000-000000000001", None).unwrap();
    assert_eq!(gone, Answer { body: None, version: None, location: None });
}

#[test]
fn a_handler_never_sees_what_breaks_a_rule() {
    let problem = answer("POST", "/api/v1/books", Some("{}")).unwrap_err();
    assert_eq!((problem.code, problem.violations.len()), (Code::InvalidRequest, 1));
    let unknown = answer("GET", "/health?x=1", None).unwrap_err();
    assert_eq!(unknown.code, Code::InvalidRequest);
}

#[test]
fn a_browser_is_shown_a_page_or_led_on() {
    let shown = answer("GET", "/visit?who=Ada", None).unwrap();
    assert!(shown.body.unwrap().as_str().unwrap().contains("<h1>Ada</h1>"));
    let led = answer("GET", "/visit?who=Ada&party=2", None).unwrap();
    assert_eq!(led, Answer { body: None, version: None, location: Some("/api/v1/books".to_owned()) });
    let asked = crate::Asked { form: true, ..ask("POST", "/visit", Some("who=a+b")) };
    let led = block_on(dispatch(asked.operation, &Context("test"), asked.raw(&|_| None))).unwrap();
    assert_eq!(led.location.as_deref(), Some("/visit?who=a%20b"));
}

#[test]
fn a_socket_is_an_objects_to_open() {
    let led = answer("GET", "/bell?door=front", None).unwrap();
    assert_eq!(led, Answer { body: None, version: None, location: Some("front".to_owned()) });
    assert_eq!(answer("GET", "/bell", None).unwrap_err().code, Code::InvalidRequest);
}

#[test]
fn a_stream_begins_where_the_handler_says() {
    let asked = ask("GET", "/visits?door=front", None);
    let header = |name: &str| (name == "last-event-id").then(|| "4".to_owned());
    let told = block_on(dispatch(asked.operation, &Context("test"), asked.raw(&header))).unwrap();
    assert_eq!(told, Answer { body: None, version: Some(4), location: Some("front".to_owned()) });
    let asked = ask("GET", "/visits?door=front", None);
    let header = |name: &str| (name == "last-event-id").then(|| "four".to_owned());
    let problem = block_on(dispatch(asked.operation, &Context("test"), asked.raw(&header))).unwrap_err();
    assert_eq!(problem.code, Code::InvalidRequest);
}
