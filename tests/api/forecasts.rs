//! Forecasts and the rows that Raycast shows of them.

use serde_json::{Value, json};

use crate::app::{Account, App};
use crate::keys::key;

/// An account whose owner was born on 1990-04-12 and lives in that zone.
fn born(app: &App, email: &str, zone: &str) -> Account {
    let account = app.verified(email);
    let told = json!({"birth_date": "1990-04-12", "time_zone": zone});
    app.put("/api/v1/user/profile/update", told).by(&account).status(200);
    account
}

fn daily(app: &App, account: &Account, query: &str) -> Value {
    app.get(&format!("/api/v1/forecasts/daily{query}")).by(account).status(200).body
}

#[test]
fn today_is_the_day_in_the_zone_of_the_profile() {
    let app = App::new();
    let days: Vec<Value> = [("a", "Pacific/Kiritimati"), ("b", "Pacific/Pago_Pago")]
        .map(|(name, zone)| {
            daily(&app, &born(&app, &format!("{name}@example.com"), zone), "")["from"].clone()
        })
        .into();
    // 25 hours lie between the two, so it is never the same day in both.
    assert_ne!(days[0], days[1]);
}

fn weekly(app: &App, account: &Account, query: &str) -> Value {
    app.get(&format!("/api/v1/forecasts/weekly{query}")).by(account).status(200).body
}

#[test]
fn a_forecast_is_found_by_other_isolates_until_its_time_is_over() {
    let mut app = App::new();
    // It is Sunday, eight in the morning there.
    let ada = born(&app, "ada@example.com", "Europe/Berlin");
    let first = daily(&app, &ada, "");
    assert_eq!((&first["source"], &first["result"]["date"]), (&json!("embedded"), &json!("2026-03-01")));
    app.isolate = Default::default();
    let second = daily(&app, &ada, "?date=2026-03-01");
    assert_eq!((&second["source"], &second["result"]), (&json!("cache"), &first["result"]));
    assert_eq!(weekly(&app, &ada, "")["source"], "embedded");
    app.advance(6 * 3_600);
    app.isolate = Default::default();
    let ada = app.log_in("ada@example.com");
    let later = daily(&app, &ada, "");
    assert_eq!((&later["source"], &later["result"]), (&json!("stale"), &first["result"]));
    assert_eq!(daily(&app, &ada, "")["source"], "cache", "it was made anew after the answer");
    app.isolate = Default::default();
    assert_eq!(daily(&app, &ada, "")["source"], "cache", "for every isolate");
    assert_eq!(weekly(&app, &ada, "")["source"], "cache");
    // Ten in the evening, and after midnight.
    app.advance(8 * 3_600);
    let ada = app.log_in("ada@example.com");
    assert_eq!(daily(&app, &ada, "")["source"], "stale");
    app.advance(11 * 3_600);
    let ada = app.log_in("ada@example.com");
    assert_eq!(daily(&app, &ada, "?date=2026-03-01")["source"], "embedded", "its day is over");
    let bob = born(&app, "bob@example.com", "Europe/Berlin");
    assert_ne!(
        daily(&app, &bob, "?date=2026-03-01")["result"]["card"]["seed"],
        first["result"]["card"]["seed"]
    );
}

#[test]
fn an_isolate_that_is_asked_all_day_never_waits_for_the_cache() {
    let app = App::new();
    let ada = born(&app, "ada@example.com", "Europe/Berlin");
    daily(&app, &ada, "");
    for _ in 0..20 {
        app.advance(15);
        let reply = app.get("/api/v1/forecasts/daily").by(&ada).status(200);
        assert_eq!((&reply.body["source"], reply.calls[1]), (&json!("cache"), 0));
    }
}

#[test]
fn who_has_told_no_birth_date_is_told_to() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for target in ["forecasts/daily", "forecasts/weekly", "raycast/daily-forecast", "raycast/weekly-forecast"]
    {
        let problem = app.get(&format!("/api/v1/{target}")).by(&ada).problem(409, "profile-incomplete");
        assert!(problem.body["detail"].as_str().unwrap().contains("birth_date"));
    }
}

#[test]
fn many_days_agree_with_each_by_itself() {
    let app = App::new();
    let ada = born(&app, "ada@example.com", "Europe/Berlin");
    let dates = json!({"dates": ["2026-03-01", "2026-02-27", "2026-03-01"]});
    let many = app.post("/api/v1/forecasts/batch", dates).by(&ada).status(200).body;
    let alone = ["2026-03-01", "2026-02-27"]
        .map(|date| daily(&app, &ada, &format!("?date={date}"))["result"].clone());
    let results: Vec<&Value> = many["items"].as_array().unwrap().iter().map(|item| &item["result"]).collect();
    assert_eq!(results, [&alone[0], &alone[1], &alone[0]]);
    let early = json!({"dates": ["2026-03-01", "1990-04-11"]});
    let refused = app.post("/api/v1/forecasts/batch", early).by(&ada).problem(422, "calculation-refused");
    assert_eq!(refused.violations(), [("/dates/1".to_owned(), "before-birth".to_owned())]);
    let refused =
        app.get("/api/v1/forecasts/daily?date=1990-04-11").by(&ada).problem(422, "calculation-refused");
    assert_eq!(refused.violations(), [("/date".to_owned(), "before-birth".to_owned())]);
    app.get("/api/v1/forecasts/weekly?date=1990-04-09").by(&ada).status(200);
    app.get("/api/v1/forecasts/weekly?date=1990-04-08").by(&ada).problem(422, "calculation-refused");
}

#[test]
fn raycast_gets_whole_rows_by_an_api_key() {
    let app = App::new();
    let ada = born(&app, "ada@example.com", "Europe/Berlin");
    let (key, _) = key(&app, &ada, &["readings:read", "readings:write", "engines:calculate"]);
    let whole = |row: &Value| {
        for part in ["title", "subtitle", "icon", "markdown"] {
            assert!(!row[part].as_str().unwrap().is_empty(), "{part}: {row}");
        }
        assert!(!row["actions"].as_array().unwrap().is_empty() && row.to_string().len() <= 8 * 1024);
    };
    let get = |target: &str| app.get(target).bearer(&key).status(200).body;
    let day = get("/api/v1/raycast/daily-forecast?date=2026-03-01");
    whole(&day);
    assert_eq!(day["title"], daily(&app, &ada, "?date=2026-03-01")["title"]);
    whole(&get("/api/v1/raycast/weekly-forecast"));
    let quick = |body: Value| app.post("/api/v1/raycast/quick-reading", body).bearer(&key).status(200).body;
    let (card, again) = (quick(json!({"question": "<b>Why</b>?"})), quick(json!({"kind": "hexagram"})));
    whole(&card);
    whole(&again);
    assert!(card["markdown"].as_str().unwrap().contains("\\<b\\>Why"), "{card}");
    let asked =
        json!({"engine": "numerology", "input": {"full_name": "Ada Example", "birth_date": "1990-04-12"}});
    let custom = app.post("/api/v1/raycast/custom", asked).bearer(&key).status(201).body;
    whole(&custom);
    let id = custom["actions"][2]["value"].as_str().unwrap();
    let kept = app.get(&format!("/api/v1/readings/{id}")).by(&ada).status(200).body;
    assert_eq!(kept["title"], custom["title"]);
}
