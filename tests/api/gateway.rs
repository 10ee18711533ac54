//! The way in and out: addresses, methods, bodies, headers.

use serde_json::json;
use witness::contract::Operation;

use crate::app::{App, Call};

#[test]
fn an_unknown_address_is_a_problem_document() {
    let app = App::new();
    for path in
        ["/", "/nowhere", "/api", "/api/v1", "/api/v2/readings", "/api/v1/readings/", "/health/", "//health"]
    {
        let reply = app.get(path).problem(404, "not-found");
        assert_eq!(reply.body["request_id"], reply.header("x-request-id").unwrap());
    }
    app.get(&format!("/{}", "a/".repeat(5000))).problem(404, "not-found");
}

#[test]
fn a_wrong_method_names_the_right_ones() {
    let app = App::new();
    let reply = app.call("DELETE", "/health").problem(405, "method-not-allowed");
    assert_eq!(reply.header("allow"), Some("GET, HEAD, OPTIONS"));
    app.call("BREW", "/api/v1/readings").problem(405, "method-not-allowed");
}

#[test]
fn head_is_get_without_a_body() {
    let app = App::new();
    let (get, head) =
        (app.get("/api/v1/engines").status(200), app.call("HEAD", "/api/v1/engines").status(200));
    assert_eq!(head.text, None);
    assert_eq!(get.header("etag"), head.header("etag"));
    assert_eq!(get.header("content-type"), head.header("content-type"));
}

#[test]
fn a_preflight_costs_nothing() {
    let app = App::with(&[("CORS_ORIGINS", "https://app.example.com")]);
    let reply = app
        .call("OPTIONS", "/api/v1/readings")
        .header("origin", "https://app.example.com")
        .header("access-control-request-method", "POST")
        .status(204);
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://app.example.com"));
    assert!(reply.header("access-control-allow-methods").unwrap().contains("POST"));
    assert_eq!(reply.calls, [0; 4]);
    let stranger =
        app.call("OPTIONS", "/api/v1/readings").header("origin", "https://evil.example").status(204);
    assert_eq!(stranger.header("access-control-allow-origin"), None);
    app.call("OPTIONS", "/nowhere").problem(404, "not-found");
}

#[test]
fn a_body_must_fit_its_limit_and_its_type() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let long = format!("{{\"engine\": \"{}\"}}", "x".repeat(70_000));
    app.call("POST", "/api/v1/readings")
        .by(&ada)
        .bytes("application/json", long)
        .problem(413, "payload-too-large");
    app.call("POST", "/api/v1/readings")
        .by(&ada)
        .header("content-length", "99999999")
        .bytes("application/json", "{}")
        .problem(413, "payload-too-large");
    for content_type in ["text/plain", "application/jsonx", "", "multipart/form-data; boundary=x"] {
        app.call("POST", "/api/v1/readings")
            .by(&ada)
            .bytes(content_type, "{}")
            .problem(415, "unsupported-media-type");
    }
    app.call("POST", "/api/v1/readings")
        .by(&ada)
        .bytes("Application/JSON; charset=utf-8", "{}")
        .problem(422, "invalid-request");
}

#[test]
fn what_is_no_json_is_malformed() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let broken: [&[u8]; 12] = [
        b"",
        b"{",
        b"{} {}",
        b"{}x",
        b"{\"engine\": \"tarot\", \"engine\": \"iching\"}",
        b"{\"engine\": \"\\ud800\"}",
        b"{\"engine\": \"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"{'engine': 1}",
        b"{\"n\": NaN}",
        b"{\"n\": 01}",
        deep.as_bytes(),
    ];
    for body in broken {
        app.call("POST", "/api/v1/readings")
            .by(&ada)
            .bytes("application/json", body)
            .problem(400, "malformed-request");
    }
}

#[test]
fn broken_rules_are_told_all_at_once() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let reply = app
        .post(
            "/api/v1/readings",
            json!({"engine": "tarot", "input": {"spread": "nine_lives", "question": "a\u{0}b"}, "more": 1}),
        )
        .by(&ada)
        .problem(422, "invalid-request");
    let codes: Vec<String> = reply.violations().into_iter().map(|(_, code)| code).collect();
    for code in ["enum", "nul", "unknown-field"] {
        assert!(codes.iter().any(|found| found == code), "{code} in {codes:?}");
    }
    for query in
        ["limit=0", "limit=101", "limit=abc", "limit=1&limit=2", "colour=red", "sort=note", "favourite=1"]
    {
        app.get(&format!("/api/v1/readings?{query}")).by(&ada).problem(422, "invalid-request");
    }
    app.get("/api/v1/readings?limit=%zz").by(&ada).problem(400, "malformed-request");
    app.get("/api/v1/readings/nonsense").by(&ada).problem(422, "invalid-request");
    app.get("/api/v1/readings?cursor=AAAA").by(&ada).problem(422, "cursor-invalid");
}

#[test]
fn a_trace_goes_on_and_timing_is_told() {
    let app = App::new();
    let given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let reply = app.get("/ready").header("traceparent", given).status(200);
    assert!(reply.header("traceparent").unwrap().starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
    let timing = reply.header("server-timing").unwrap();
    assert!(timing.starts_with("total;dur=") && timing.contains("d1;dur=0"), "{timing}");
    assert_eq!(reply.calls, [1, 1, 2, 0], "one call each, and one for admission");
}

#[test]
fn what_the_caller_has_is_not_sent_again() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let first = app.get("/api/v1/user/profile").by(&ada).status(200);
    let tag = first.header("etag").unwrap().to_owned();
    let again = app.get("/api/v1/user/profile").by(&ada).header("if-none-match", tag.clone()).send();
    assert_eq!((again.status, again.text.as_deref(), again.header("etag")), (304, None, Some(tag.as_str())));
    let listed = app.get("/api/v1/readings").by(&ada).status(200);
    let list_tag = listed.header("etag").unwrap().to_owned();
    assert_eq!(app.get("/api/v1/readings").by(&ada).header("if-none-match", list_tag).send().status, 304);
}

#[test]
fn every_answer_has_safe_headers_and_one_line_of_log() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let calls: [Call<'_>; 4] = [
        app.get("/health"),
        app.get("/nowhere"),
        app.get("/api/v1/user/profile").by(&ada),
        app.get("/api/v1/user/profile"),
    ];
    for call in calls {
        let reply = call.send();
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert!(reply.header("content-security-policy").unwrap().contains("default-src 'none'"));
        assert!(!reply.log.contains('\n'));
        let line: serde_json::Value = serde_json::from_str(&reply.log).unwrap();
        for key in ["timestamp", "level", "requestId", "action", "duration", "metadata"] {
            assert!(!line[key].is_null(), "{key} in {line}");
        }
        assert_eq!(line["metadata"]["status"], reply.status);
    }
}

#[test]
fn addresses_and_values_of_callers_are_not_logged() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let secret = "0197f7a0-0000-7000-8000-0000000000ff";
    let reply = app.get(&format!("/api/v1/readings/{secret}?engine=private-words")).by(&ada).send();
    assert!(!reply.log.contains(secret) && !reply.log.contains("private-words"), "{}", reply.log);
    assert!(reply.log.contains("/api/v1/readings/{id}"));
}

#[test]
fn a_form_is_taken_only_where_the_contract_says_so() {
    let app = App::new();
    let form = [("email", "ada@example.com"), ("password", "correct horse battery")];
    let reply = app.call("POST", "/api/v1/auth/login").form(&form).problem(415, "unsupported-media-type");
    assert_eq!(reply.body["detail"], "Send application/json.");
}

#[test]
fn nothing_from_outside_panics_or_gives_500() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let oddities = ["%00", "%ff", "..", "%2e%2e", "😀", "' OR 1=1 --", "\\", "*", "null", "-1", "1e999"];
    for operation in Operation::ALL {
        let policy = operation.policy();
        for oddity in oddities {
            let path: Vec<&str> = policy
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { oddity } else { part })
                .collect();
            let target = format!("{}?{oddity}={oddity}&limit={oddity}", path.join("/"));
            for body in
                ["", "null", "[]", "\"x\"", "{\"\":{\"\":[]}}", "{\"engine\":{},\"input\":0}", "1e400"]
            {
                let reply = app
                    .call(policy.method, &target)
                    .by(&ada)
                    .header("if-match", oddity)
                    .header("traceparent", oddity)
                    .header("d1-bookmark", oddity)
                    .bytes("application/json", body)
                    .send();
                assert!(reply.status < 500, "{} {target} {body}: {}", policy.method, reply.body);
                if operation.id() == "logout_session" {
                    break;
                }
            }
        }
    }
}
