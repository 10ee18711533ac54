//! What was counted, as administrators read it.

use serde_json::{Value, json};
use witness::host::Moment;
use witness::ops::metrics::INTERVAL;

use crate::app::{Account, App};

fn metrics(app: &App, admin: &Account) -> String {
    let reply = app.get("/metrics").by(admin).status(200);
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    reply.body.as_str().unwrap().to_owned()
}

/// The value of a sample, 0 where there is none.
fn sample(text: &str, name: &str) -> f64 {
    let of = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
    text.lines().find_map(of).unwrap_or_default()
}

fn calculate(app: &App) {
    let body = json!({"birth_data": {"name": "Ada", "date": "1990-05-17"}});
    app.post("/api/v1/engines/numerology/calculate", body).send();
}

#[test]
fn a_request_is_counted_with_all_that_it_asked() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    let ada = app.account("ada@example.com");
    let before = metrics(&app, &admin);
    for _ in 0..3 {
        app.get("/api/v1/readings").by(&ada).status(200);
    }
    app.get("/api/v1/readings").status(401);
    app.get("/nothing/here").status(404);
    let after = metrics(&app, &admin);
    for (name, count) in [
        ("witness_requests_total{operation=\"list_readings\",status=\"2xx\"}", 3.0),
        ("witness_requests_total{operation=\"list_readings\",status=\"4xx\"}", 1.0),
        ("witness_requests_total{operation=\"unknown\",status=\"4xx\"}", 1.0),
        ("witness_request_duration_seconds_count{operation=\"list_readings\"}", 4.0),
        ("witness_request_units_total{operation=\"list_readings\",unit=\"d1\"}", 3.0),
        ("witness_query_calls_total{query=\"reading/list\",outcome=\"ok\"}", 3.0),
        // The first reading of the figures itself.
        ("witness_requests_total{operation=\"find_metrics\",status=\"2xx\"}", 1.0),
        ("witness_dependency_calls_total{dependency=\"object\",call=\"Collector\",outcome=\"ok\"}", 4.0),
    ] {
        assert_eq!(sample(&after, name) - sample(&before, name), count, "{name}\n{after}");
    }
    assert!(
        sample(&after, "witness_query_calls_total{query=\"identity/user_insert\",outcome=\"ok\"}") >= 2.0
    );
    assert_eq!(sample(&after, "witness_business_events_total{event=\"account_registered\"}"), 2.0);
    assert_eq!(sample(&after, "witness_active_users"), 2.0);
    assert!(!after.contains("example.com") && !after.contains(&ada.user_id), "no person is in it");
}

#[test]
fn counts_travel_behind_an_answer_and_health_checks_wake_nobody() {
    let app = App::new();
    let collector = |app: &App| {
        let kept = app.objects.inner().all();
        kept.into_iter().any(|(class, ..)| class == witness::ports::ObjectClass::Collector)
    };
    app.get("/api/v1/engines").status(200);
    assert!(!collector(&app));
    let interval = INTERVAL as u64 / 1_000;
    app.advance(interval);
    app.get("/health").status(200);
    app.get("/nothing/here").status(404);
    assert!(!collector(&app), "what costs nothing hands nothing over");
    calculate(&app);
    assert!(collector(&app), "the next request does, after its answer");
}

#[test]
fn without_collectors_requests_go_on_and_the_figures_are_503() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    app.advance(60);
    app.objects.fail_always(Moment::Before, witness::ports::PortError::Unavailable("gone".to_owned()));
    app.get("/api/v1/engines").status(200);
    app.get("/metrics").by(&admin).problem(503, "dependency-unavailable");
}

#[test]
fn the_report_orders_statements_and_tells_what_operations_cost() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    let ada = app.account("ada@example.com");
    for _ in 0..30 {
        app.get("/api/v1/auth/me").by(&ada).status(200);
    }
    let report = app.get("/performance/database?order=calls&limit=1").by(&admin).status(200).body;
    assert_eq!(report["queries"].as_array().unwrap().len(), 1);
    assert!(report["queries"][0]["calls"].as_i64().unwrap() >= 30, "{report}");
    let all = app.get("/performance/database?limit=100").by(&admin).status(200).body;
    let list = |name: &str| all[name].as_array().cloned().unwrap();
    let calls = |query: &Value| query["calls"].as_i64().unwrap();
    assert_eq!(list("queries").iter().map(calls).max(), Some(calls(&report["queries"][0])));
    let shares: f64 = list("queries").iter().map(|query| query["time_share"].as_f64().unwrap()).sum();
    assert!(shares == 0.0 || (0.9..1.1).contains(&shares), "{shares}");
    let me = list("operations").into_iter().find(|one| one["operation"] == "find_user").unwrap();
    assert_eq!((&me["calls"], &me["d1"], &me["upstream"]), (&json!(30), &json!(1.0), &json!(0.0)), "{me}");
    assert!(me["rows_read"].as_f64().unwrap() >= 1.0, "{me}");
    let registered = list("operations").into_iter().find(|one| one["operation"] == "register_user").unwrap();
    assert!(registered["rows_written"].as_f64().unwrap() > 0.0, "{registered}");
    assert!(list("operations").iter().any(|one| one["operation"] == "behind"), "work after answers too");
    app.get("/performance/database?order=name").by(&admin).problem(422, "invalid-request");
}
