//! Spans and lines on their way out: what is in them, what becomes of them, and what never gets into them.

use std::rc::Rc;

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::gateway::serve::serve;
use witness::gateway::spans::Spans;
use witness::gateway::trace::Trace;
use witness::host::{Moment, Scripted};
use witness::kernel::id::Id;
use witness::ops::telemetry::buffer::{FULL, LONGEST_PAUSE, MOST};
use witness::ops::telemetry::record::{Kind, Record};
use witness::ops::telemetry::{INTERVAL, otlp, send};
use witness::ports::{Clock, DatabaseError, DatabaseFault};

use crate::app::{Account, App};
use crate::remote;

const TRACES: &str = "https://otlp.example.com/v1/traces";
const LOGS: &str = "https://otlp.example.com/v1/logs";
const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const NEVER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/// A deployment with a collector that takes everything.
fn app() -> App {
    with(&[])
}

fn with(more: &[(&str, &str)]) -> App {
    let variables = [
        ("LIMIT_SCALE", "100000"),
        ("OTLP_ENDPOINT", "https://otlp.example.com"),
        ("OTLP_HEADERS", "authorization=Bearer%20marked-secret-of-the-collector"),
        ("TRACE_SAMPLE", "0"),
        ("ENGINE_URL", "https://engine.example.com/"),
        ("ENGINE_SECRET", "0123456789abcdef0123456789abcdef"),
    ];
    let app = App::with(&[more, &variables].concat());
    app.upstream.script(TRACES, Scripted::ok(200, "{}"));
    app.upstream.script(LOGS, Scripted::ok(200, "{}"));
    app
}

/// What the collector was sent there: spans or records, one after another.
fn sent(app: &App, url: &str) -> Vec<Value> {
    let asked = app.upstream.asked();
    let bodies = asked.iter().filter(|request| request.url == url);
    let inner = |body: &Value| match url {
        TRACES => body["resourceSpans"][0]["scopeSpans"][0]["spans"].clone(),
        _ => body["resourceLogs"][0]["scopeLogs"][0]["logRecords"].clone(),
    };
    let items = bodies.flat_map(|request| {
        let body: Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
        inner(&body).as_array().cloned().unwrap()
    });
    items.collect()
}

fn requests(app: &App, url: &str) -> usize {
    app.upstream.asked().iter().filter(|request| request.url == url).count()
}

fn attribute(item: &Value, key: &str) -> Option<String> {
    let attributes = item["attributes"].as_array().unwrap();
    let value = &attributes.iter().find(|one| one["key"] == key)?["value"];
    value["stringValue"].as_str().or_else(|| value["intValue"].as_str()).map(str::to_owned)
}

fn next(app: &App) {
    app.advance(INTERVAL as u64 / 1_000);
}

fn readings(app: &App, account: &Account, traceparent: &str) {
    app.get("/api/v1/readings").by(account).header("traceparent", traceparent).status(200);
}

fn dropped(app: &App, admin: &Account, signal: &str) -> u64 {
    let text = app.get("/metrics").by(admin).status(200).body.as_str().unwrap().to_owned();
    let name = format!("witness_telemetry_dropped_total{{signal=\"{signal}\"}} ");
    text.lines().find_map(|line| line.strip_prefix(&name)).map_or(0, |count| count.parse().unwrap())
}

#[test]
fn a_sampled_request_is_a_server_span_with_its_stages_and_calls_below_it() {
    let app = app();
    let ada = app.account("ada@example.com");
    next(&app);
    let reply = app.get("/api/v1/readings").by(&ada).header("traceparent", PARENT).status(200);
    let ours = reply.header("traceparent").unwrap().to_owned();
    assert!(ours.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && ours.ends_with("-01"));
    let spans = sent(&app, TRACES);
    let [server, ..] = spans.as_slice() else { panic!("{spans:?}") };
    assert_eq!(server["spanId"], ours.split('-').nth(2).unwrap());
    assert_eq!((&server["parentSpanId"], &server["kind"]), (&json!("b7ad6b7169203331"), &json!(2)));
    assert_eq!(server["name"], "GET /api/v1/readings");
    for (key, value) in [
        ("http.request.method", "GET"),
        ("http.route", "/api/v1/readings"),
        ("http.response.status_code", "200"),
        ("url.scheme", "https"),
        ("witness.operation", "list_readings"),
        ("witness.request_id", reply.header("x-request-id").unwrap()),
    ] {
        assert_eq!(attribute(server, key).as_deref(), Some(value), "{key}");
    }
    assert_eq!(server.get("status"), None);
    let named =
        |name: &str| spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("{name}"));
    for stage in ["identify", "admit", "handle"] {
        assert_eq!((&named(stage)["kind"], &named(stage)["parentSpanId"]), (&json!(1), &server["spanId"]));
    }
    let list = named("reading/list");
    assert_eq!((&list["kind"], &list["parentSpanId"]), (&json!(3), &named("handle")["spanId"]));
    assert_eq!(attribute(list, "db.system.name").as_deref(), Some("sqlite"));
    assert_eq!(attribute(list, "db.operation.name").as_deref(), Some("reading/list"));
    let ids: std::collections::BTreeSet<&str> =
        spans.iter().map(|span| span["spanId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), spans.len(), "no id twice");
    for span in &spans {
        assert_eq!(span["traceId"], "0af7651916cd43dd8448eb211c80319c");
        let nanos = |key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
        assert!(nanos("startTimeUnixNano") <= nanos("endTimeUnixNano"));
    }
    let line = sent(&app, LOGS).pop().unwrap();
    assert_eq!((&line["traceId"], &line["spanId"]), (&server["traceId"], &server["spanId"]));
    assert_eq!((&line["severityNumber"], &line["severityText"]), (&json!(9), &json!("INFO")));
    assert_eq!(line["body"]["stringValue"], reply.log);
    assert!(!serde_json::to_string(&spans).unwrap().contains(&ada.user_id), "no person in a span");
}

#[test]
fn a_write_is_one_span_of_a_transaction_and_the_work_behind_answers_is_none() {
    let app = app();
    let ada = app.account("ada@example.com");
    next(&app);
    let body = json!({"engine": "sigil_forge", "input": {"intention": "peace"}});
    app.post("/api/v1/readings", body).by(&ada).header("traceparent", PARENT).status(201);
    let spans = sent(&app, TRACES);
    let batch = spans.iter().find(|span| span["name"] == "d1/batch").unwrap();
    assert_eq!(attribute(batch, "db.operation.name").as_deref(), Some("BATCH"));
    assert!(attribute(batch, "db.operation.batch.size").unwrap().parse::<u32>().unwrap() >= 2);
    let of = |call: &str| {
        spans.iter().filter(|span| attribute(span, "witness.call").as_deref() == Some(call)).count()
    };
    assert_eq!((of("object/Hub"), of("object/Logbook")), (0, 0));
}

#[test]
fn the_remote_engine_is_given_the_trace_and_is_a_span_without_its_address() {
    let app = app();
    let ada = app.account("ada@example.com");
    next(&app);
    app.upstream.script(remote::URL, Scripted::ok(503, "{}"));
    let body = json!({"birth_date": "1990-04-12"});
    app.post("/api/v1/engines/biorhythm/calculate", body).by(&ada).header("traceparent", PARENT).status(200);
    let asked = app.upstream.asked();
    let carried: Vec<&str> = asked
        .iter()
        .filter(|request| request.url == remote::URL)
        .map(|request| request.headers.iter().find(|(name, _)| name == "traceparent").unwrap().1.as_str())
        .collect();
    let spans = sent(&app, TRACES);
    let calls: Vec<&Value> =
        spans.iter().filter(|span| attribute(span, "server.address").is_some()).collect();
    assert!(!calls.is_empty() && calls.len() == carried.len());
    for (call, carried) in calls.iter().zip(carried) {
        let expected = format!("00-0af7651916cd43dd8448eb211c80319c-{}-01", call["spanId"].as_str().unwrap());
        assert_eq!(carried, expected);
        assert_eq!((&call["kind"], &call["name"]), (&json!(3), &json!("POST")));
        assert_eq!(attribute(call, "server.address").as_deref(), Some("engine.example.com"));
        assert_eq!(attribute(call, "http.response.status_code").as_deref(), Some("503"));
        assert_eq!(call["status"]["code"], 2);
    }
    assert!(!serde_json::to_string(&spans).unwrap().contains("biorhythm/calculate"), "no path of it");
}

#[test]
fn an_engine_learns_the_trace_even_where_nothing_is_sampled_and_others_never_do() {
    let app = remote::app();
    let ada = app.account("ada@example.com");
    app.upstream.script(remote::URL, Scripted::ok(404, "{}"));
    let body = json!({"birth_date": "1990-04-12"});
    let reply = app
        .post("/api/v1/engines/biorhythm/calculate", body)
        .by(&ada)
        .header("traceparent", NEVER)
        .status(200);
    let asked = app.upstream.asked();
    let (_, value) = asked[0].headers.iter().find(|(name, _)| name == "traceparent").unwrap();
    assert_eq!(Some(value.as_str()), reply.header("traceparent"));
}

#[test]
fn what_is_not_sampled_leaves_no_span_but_a_defect_leaves_that_of_its_request() {
    let app = app();
    let ada = app.account("ada@example.com");
    readings(&app, &ada, NEVER);
    app.get("/api/v1/readings").by(&ada).status(200);
    next(&app);
    readings(&app, &ada, NEVER);
    assert_eq!(requests(&app, TRACES), 0, "{:?}", sent(&app, TRACES));
    assert_eq!(app.isolate.telemetry.borrow().waiting()[0], 0);
    next(&app);
    app.database.fail_nth(1, Moment::Before, DatabaseError::new(DatabaseFault::Other, "gone"));
    app.get("/api/v1/readings").by(&ada).header("traceparent", NEVER).status(500);
    let spans = sent(&app, TRACES);
    assert_eq!(spans.len(), 1);
    assert_eq!(attribute(&spans[0], "error.type").as_deref(), Some("internal-error"));
    assert_eq!((&spans[0]["status"]["code"], &spans[0]["flags"]), (&json!(2), &json!(0x300)));
}

#[test]
fn without_a_caller_to_decide_the_share_does() {
    let app = with(&[("TRACE_SAMPLE", "1")]);
    next(&app);
    let reply = app.get("/api/v1/engines").status(200);
    assert!(reply.header("traceparent").unwrap().ends_with("-01"));
    let spans = sent(&app, TRACES);
    assert_eq!(spans[0]["parentSpanId"], "");
    let kept = app.get("/api/v1/engines").header("traceparent", NEVER).status(200);
    assert!(kept.header("traceparent").unwrap().ends_with("-00"), "the caller's word counts");
}

#[test]
fn a_request_has_at_most_64_spans_and_says_how_many_more_there_were() {
    let app = app();
    let now = app.clock.now();
    let trace = Trace::of(Some(PARENT), [7; 24]);
    let spans = Spans::of(trace, true);
    for _ in 0..100 {
        let place = spans.begin(Kind::Stage("handle"), now);
        spans.end(place, false, now);
    }
    let (list, more) = spans.finish(false, now);
    let record = Record {
        began: now,
        ended: now,
        request_id: Id::new(now, [7; 10]),
        trace_id: trace.trace_id,
        span: trace.span,
        parent: trace.parent,
        sampled: true,
        traced: true,
        operation: None,
        method: "OTHER",
        secure: true,
        status: 405,
        error: None,
        spans: list,
        more,
        line: String::new(),
    };
    let body: Value = serde_json::from_str(&otlp::traces(&[Rc::new(record)], &app.config)).unwrap();
    let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!((spans.len(), attribute(&spans[0], "witness.spans.dropped").as_deref()), (64, Some("37")));
    assert_eq!(spans[0]["name"], "HTTP");
    assert_eq!(attribute(&spans[0], "http.request.method").as_deref(), Some("_OTHER"));
}

#[test]
fn a_collector_that_is_down_or_busy_loses_nothing_and_is_left_alone_for_longer_each_time() {
    let app = app();
    let (ada, admin) = (app.account("ada@example.com"), app.administrator("admin@example.com", "admin"));
    app.upstream.instead(TRACES, Scripted::Refused);
    next(&app);
    readings(&app, &ada, PARENT);
    let waiting = app.isolate.telemetry.borrow().waiting()[0];
    assert!(waiting > 1 && requests(&app, TRACES) == 1);
    // Pauses of 5, 10, 20, 40, 60 and 60 seconds.
    let (mut attempts, mut seconds) = (1, Vec::new());
    let mut since = 0;
    for second in 1..=195 {
        app.advance(1);
        app.get("/api/v1/engines").status(200);
        if requests(&app, TRACES) > attempts {
            attempts = requests(&app, TRACES);
            seconds.push(second - since);
            since = second;
        }
    }
    assert_eq!(seconds, [5, 10, 20, 40, 60, 60]);
    assert!(seconds.iter().all(|pause| pause * 1_000 <= LONGEST_PAUSE));
    app.upstream.instead(TRACES, Scripted::ok(503, "").header("retry-after", "90"));
    app.advance(60);
    app.get("/api/v1/engines").status(200);
    assert_eq!(requests(&app, TRACES), attempts + 1);
    app.upstream.instead(TRACES, Scripted::ok(200, "{}"));
    app.advance(89);
    app.get("/api/v1/engines").status(200);
    assert_eq!(requests(&app, TRACES), attempts + 1, "as it asked");
    app.advance(1);
    app.get("/api/v1/engines").status(200);
    assert_eq!(requests(&app, TRACES), attempts + 2);
    assert_eq!(app.isolate.telemetry.borrow().waiting()[0], 0);
    assert_eq!(dropped(&app, &admin, "traces"), 0);
}

#[test]
fn what_a_collector_refuses_is_dropped_and_counted() {
    let app = app();
    let (ada, admin) = (app.account("ada@example.com"), app.administrator("admin@example.com", "admin"));
    app.upstream.instead(TRACES, Scripted::ok(400, ""));
    next(&app);
    readings(&app, &ada, PARENT);
    let lost = sent(&app, TRACES).len() as u64;
    assert!(lost > 1 && app.isolate.telemetry.borrow().waiting()[0] == 0);
    app.upstream.instead(
        TRACES,
        Scripted::ok(200, r#"{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}"#),
    );
    next(&app);
    readings(&app, &ada, PARENT);
    app.advance(60);
    app.get("/api/v1/engines").status(200);
    assert_eq!(dropped(&app, &admin, "traces"), lost + 2);
    assert_eq!(dropped(&app, &admin, "logs"), 0);
}

#[test]
fn a_flood_stays_within_bounds_the_oldest_go_and_are_counted() {
    let app = app();
    let admin = app.administrator("admin@example.com", "admin");
    next(&app);
    app.get("/api/v1/engines").status(200);
    let before = [dropped(&app, &admin, "logbook"), dropped(&app, &admin, "logs")];
    block_on(send::run(app.ports(), &app.config, &app.isolate, app.clock.now())).unwrap();
    let start = app.isolate.telemetry.borrow().waiting();
    let mut last = String::new();
    for _ in 0..10_000 {
        let mut call = app.get("/api/v1/engines").header("traceparent", PARENT);
        last = block_on(serve(&mut call, app.ports(), &app.config, &app.isolate)).log;
    }
    let [traces, logs, book] = app.isolate.telemetry.borrow().waiting();
    assert!(traces <= MOST && traces > MOST - 64 && logs == MOST && book == MOST, "{traces} {logs} {book}");
    app.advance(60);
    app.get("/api/v1/engines").status(200);
    for _ in 0..4 {
        next(&app);
        app.get("/api/v1/engines").status(200);
    }
    assert!(app.isolate.telemetry.borrow().waiting().iter().all(|waiting| *waiting <= FULL));
    let lines = app.logbooks.lines().unwrap();
    assert!(lines.contains(&last), "the newest are there");
    // The request that hands over is one more.
    assert_eq!(dropped(&app, &admin, "logbook") - before[0], (start[2] + 10_001 - MOST) as u64);
    assert_eq!(dropped(&app, &admin, "logs") - before[1], (start[1] + 10_001 - MOST) as u64);
}

#[test]
fn whatever_is_sent_a_line_is_one_line_and_no_secret_is_in_any_of_them() {
    const SECRET: &str = "marked-secret";
    let app = app();
    let ada = app.account("ada@example.com");
    let poison = format!("{SECRET}\u{1b}[31m\u{2028}\r\n{{\"level\":\"error\"}}\"\\\u{0}\u{9b}2J");
    next(&app);
    let all = |path: &str, method: &str| {
        let call = app.call(method, path).by(&ada).header("traceparent", PARENT);
        call.header("user-agent", format!("{poison}{}", "a".repeat(1 << 20)))
            .header("x-forwarded-for", &poison)
            .header("cookie", format!("session={poison}"))
            .header("idempotency-key", SECRET)
            .header("tracestate", &poison)
            .header("if-none-match", &poison)
            .header("accept-encoding", &poison)
            .header("cf-ipcountry", &poison)
    };
    let mut logs = vec![
        all("/api/v1/readings", "POST")
            .bytes("application/json", format!("{{\"{SECRET}\":\"\u{2028}\"}}"))
            .send(),
        all("/api/v1/readings", "POST").bytes("application/json", poison.clone()).send(),
        all(&format!("/api/v1/readings?cursor={SECRET}&{SECRET}=%0a%1b"), "GET").send(),
        all(&format!("/api/v1/{SECRET}/%0a%1b[31m"), "GET").send(),
        all("/api/v1/readings", SECRET).send(),
        all("/api/v1/auth/me", "GET").header("traceparent", &poison).send(),
    ];
    let login = json!({"email": format!("{SECRET}@example.com"), "password": SECRET});
    logs.push(app.post("/api/v1/auth/login", login).header("traceparent", PARENT).send());
    logs.push(app.get("/api/v1/readings").bearer(SECRET).header("traceparent", PARENT).send());
    // The vendor's words are all that is free, and even they are one line.
    let cause = format!("gone \u{1b}[31m\u{2028}\r\n\u{202e}{{\"level\":\"info\"}} {}", "x".repeat(1 << 20));
    app.database.fail_nth(1, Moment::Before, DatabaseError::new(DatabaseFault::Other, cause));
    logs.push(app.get("/api/v1/readings").by(&ada).header("traceparent", PARENT).status(500));
    for reply in &logs {
        assert!(
            !reply
                .log
                .contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202e}'))
        );
        let line: Value = serde_json::from_str(&reply.log).unwrap();
        assert!(line["level"].is_string() && reply.log.len() < 4_096, "{line}");
    }
    app.advance(60);
    app.get("/api/v1/engines").status(200);
    let outside: Vec<String> = app
        .upstream
        .asked()
        .iter()
        .map(|request| String::from_utf8(request.body.clone().unwrap()).unwrap())
        .collect();
    let console: Vec<String> = logs.into_iter().map(|reply| reply.log).collect();
    let kept = app.logbooks.lines().unwrap();
    assert!(kept.len() > console.len() && console.iter().all(|line| kept.contains(line)));
    for sink in [outside, console, kept] {
        for text in sink {
            assert!(!text.contains(SECRET) && !text.contains("aaaaaaaa"), "{text}");
        }
    }
}
