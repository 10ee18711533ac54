//! How much is used, and what it costs.

use serde_json::{Value, json};

use crate::app::{Account, App};
use crate::windows::{turn, window};

fn usage(app: &App, admin: &Account, query: &str) -> Value {
    let reply = app.get(&format!("/analytics/usage?{query}")).by(admin).status(200);
    assert_eq!(reply.header("cache-control"), Some("private, max-age=60"));
    reply.body
}

fn item<'a>(body: &'a Value, list: &str, name: &str) -> &'a Value {
    let found = body[list].as_array().unwrap().iter().find(|item| item["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {body}"))
}

fn calculate(app: &App, ada: &Account, name: &str) {
    let body = json!({"full_name": name, "birth_date": "1990-05-17"});
    app.post("/api/v1/engines/numerology/calculate", body).by(ada).status(200);
}

#[test]
fn usage_is_added_up_by_operation_by_room_and_by_day() {
    let app = App::new();
    let ben = app.verified("ben@example.com");
    app.get("/api/v1/auth/me").by(&ben).status(200);
    let ada = app.account("ada@example.com");
    window(&app);
    for _ in 0..3 {
        app.get("/api/v1/readings").by(&ada).status(200);
    }
    window(&app);
    // A night in which nobody gathers would be one window of the day in which it began.
    app.advance(86_400);
    turn(&app).unwrap();
    let ada = app.log_in("ada@example.com");
    app.get("/api/v1/readings").by(&ada).status(200);
    window(&app);
    window(&app);

    // The first one's token has expired.
    let admin = app.administrator("second@example.com", "admin");
    let by_operation = usage(&app, &admin, "");
    let readings = item(&by_operation, "items", "list_readings");
    assert_eq!((&readings["calls"], &readings["errors"], &readings["d1"]), (&json!(4), &json!(0), &json!(4)));
    assert_eq!(readings["people"], Value::Null);
    let days = by_operation["days"].as_array().unwrap();
    assert_eq!(days.len(), 2, "{by_operation}");
    assert_eq!((&days[0]["name"], &days[0]["people"]), (&json!("2026-03-01"), &json!(2)));
    let of = |body: &Value, list: &str, what: &str| -> i64 {
        let items = body[list].as_array().unwrap().iter();
        items
            .filter(|item| !["behind", "upkeep"].contains(&item["name"].as_str().unwrap()))
            .map(|item| item[what].as_i64().unwrap())
            .sum()
    };
    for what in ["calls", "errors", "rows_read", "d1", "object"] {
        assert_eq!(of(&by_operation, "items", what), of(&by_operation, "days", what), "{what}");
    }
    let first = usage(&app, &admin, "from=2026-03-01&to=2026-03-01");
    assert_eq!(item(&first, "items", "list_readings")["calls"], json!(3));

    let by_room = usage(&app, &admin, "by=feature");
    assert!(item(&by_room, "items", "oracle")["calls"].as_i64().unwrap() >= 4, "{by_room}");
    assert!(item(&by_room, "items", "identity")["rows_written"].as_i64().unwrap() >= 1, "{by_room}");
    let all: i64 = by_room["items"].as_array().unwrap().iter().map(|item| item["d1"].as_i64().unwrap()).sum();
    let single: i64 =
        by_operation["items"].as_array().unwrap().iter().map(|item| item["d1"].as_i64().unwrap()).sum();
    assert_eq!(all, single);
}

#[test]
fn engines_are_counted_as_their_own_figures_have_them() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    let ada = app.account("ada@example.com");
    for name in ["Ada", "Ben", "Ada"] {
        calculate(&app, &ada, name);
    }
    app.advance(60);
    calculate(&app, &ada, "Carol");
    let engines = app.get("/api/v1/admin/engines/metrics").by(&admin).status(200).body;
    let own = engines["items"].as_array().unwrap().iter().find(|one| one["engine"] == "numerology").unwrap();
    let body = usage(&app, &admin, "by=engine");
    let found = item(&body, "items", "numerology");
    assert_eq!((&found["calls"], &found["errors"], &found["d1"]), (&own["calls"], &json!(0), &Value::Null));
    assert_eq!(found["calls"], json!(4));
    assert_eq!(item(&body, "days", "2026-03-01")["calls"], json!(4));
}

#[test]
fn a_range_has_an_order_and_an_end_and_is_for_administrators() {
    let app = App::new();
    let admin = app.administrator("admin@example.com", "admin");
    for query in
        ["from=2026-03-02&to=2026-03-01", "from=2025-11-01&to=2026-03-01", "from=yesterday", "by=person"]
    {
        app.get(&format!("/analytics/usage?{query}")).by(&admin).problem(422, "invalid-request");
    }
    assert_eq!(usage(&app, &admin, "from=2025-11-30&to=2026-03-01")["days"], json!([]));
    let ada = app.account("ada@example.com");
    app.get("/analytics/usage").by(&ada).problem(403, "forbidden");
    app.get("/analytics/usage").problem(401, "unauthenticated");
}
