//! Links that show a reading to strangers, and what they do not show.

use serde_json::{Value, json};

use crate::app::{Account, App};
use crate::document;

fn reading(app: &App, by: &Account, body: Value) -> String {
    app.post("/api/v1/readings", body).by(by).status(201).body["id"].as_str().unwrap().to_owned()
}

fn cards(app: &App, by: &Account) -> String {
    let input = json!({"question": "Will the heron answer?", "spread": "three_card", "seed": "5f1c"});
    reading(app, by, json!({"engine": "tarot", "input": input, "note": "A slow morning."}))
}

/// Token, and the address of the link for its owner.
fn share(app: &App, by: &Account, reading: &str, wish: Value) -> (String, String) {
    let target = format!("/api/v1/readings/{reading}/shares");
    let made = app.post(&target, wish).by(by).status(201).body;
    let token = made["token"].as_str().unwrap().to_owned();
    assert_eq!(made["url"], format!("https://witness.example.com/api/v1/shared/{token}"));
    (token, format!("{target}/{}", made["share"]["id"].as_str().unwrap()))
}

fn show(app: &App, token: &str) -> u16 {
    app.get(&format!("/api/v1/shared/{token}")).send().status
}

#[test]
fn a_link_shows_the_result_and_nothing_of_its_owner() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.put("/api/v1/user/profile/update", json!({"full_name": "Ada Example"})).by(&ada).status(200);
    let id = cards(&app, &ada);
    app.patch(&format!("/api/v1/readings/{id}"), json!({"rating": 4})).by(&ada).status(200);
    let (token, _) = share(&app, &ada, &id, json!({}));
    let shown = app.get(&format!("/api/v1/shared/{token}")).status(200);
    assert_eq!(
        (&shown.body["engine"], shown.body["result"]["cards"].as_array().unwrap().len()),
        (&json!("tarot"), 3)
    );
    assert_eq!(shown.body["expires_at"], "2026-03-08T07:00:00.000Z");
    let text = shown.text.clone().unwrap();
    for private in
        [&*ada.user_id, &*id, "heron", "slow morning", "5f1c", "Ada", "rating", "note", "input", "favourite"]
    {
        assert!(!text.contains(private), "{private} in {text}");
    }
    for (header, value) in
        [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-robots-tag", "noindex")]
    {
        assert_eq!(shown.header(header), Some(value));
    }
    assert!(!shown.log.contains(&token));
    assert!(
        !serde_json::to_string(&app.rows("SELECT * FROM reading_shares")).unwrap().contains(&token),
        "kept as a hash"
    );
}

#[test]
fn names_and_days_of_birth_stay_out_of_every_engines_link() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    for (engine, input) in [
        ("numerology", json!({"full_name": "Zephyrine Quill", "birth_date": "1987-11-23"})),
        ("biorhythm", json!({"birth_date": "1987-11-23"})),
    ] {
        let id = reading(&app, &ada, json!({"engine": engine, "input": input}));
        let (token, _) = share(&app, &ada, &id, json!({}));
        let text = app.get(&format!("/api/v1/shared/{token}")).status(200).text.unwrap();
        for private in ["Zephyrine", "ZEPHYRINE", "Quill", "QUILL", "1987", "11-23", "days_lived"] {
            assert!(!text.contains(private), "{engine} shows {private}: {text}");
        }
    }
}

/// What stands in an input and says who somebody is: property, value, the words that no stranger may read.
fn private() -> [(&'static str, Value, &'static [&'static str]); 9] {
    const NAME: &[&str] = &["Zephyrine", "ZEPHYRINE", "Quillfeather", "QUILLFEATHER"];
    [
        ("full_name", json!("Zephyrine Quillfeather"), NAME),
        ("preferred_name", json!("Zephyrine"), NAME),
        ("birth_date", json!("1987-11-23"), &["1987", "11-23", "23 November"]),
        ("birth_time", json!("04:37"), &["04:37", "4:37"]),
        ("time_zone", json!("Pacific/Chatham"), &["Pacific", "Chatham"]),
        ("latitude", json!(-43.951), &["43.95"]),
        ("longitude", json!(-176.559), &["176.5"]),
        ("question", json!("Will the moonlit heron answer?"), &["heron", "HERON"]),
        ("intention", json!("A moonlit heron answers"), &["heron", "HERON"]),
    ]
}

#[test]
fn nothing_that_says_who_somebody_is_stands_in_any_engines_link() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let engines = app.get("/api/v1/engines").status(200).body["items"].as_array().unwrap().clone();
    assert!(engines.len() >= 10);
    for engine in engines {
        let name = engine["name"].as_str().unwrap();
        let (_, _, documented) = document::of(&format!("calculate_engine_{name}"));
        let examples = &documented["requestBody"]["content"]["application/json"]["examples"];
        let mut input = examples.as_object().unwrap().values().next().unwrap()["value"].clone();
        let schema = app.get(&format!("/api/v1/engines/{name}")).status(200).body["input_schema"].clone();
        let properties = match schema["$ref"].as_str() {
            Some(named) => &schema["$defs"][named.rsplit('/').next().unwrap()]["properties"],
            None => &schema["properties"],
        };
        for property in properties.as_object().unwrap_or_else(|| panic!("{name}: {schema}")).keys() {
            match private().into_iter().find(|(known, _, _)| known == property) {
                Some((_, value, _)) => input[property] = value,
                // What is left chooses how it is done, or is told by the result itself.
                None => assert!(
                    CHOICES.contains(&&**property),
                    "{name}: does {property} say who somebody is? Add it here or to CHOICES"
                ),
            }
        }
        let id = reading(&app, &ada, json!({"engine": name, "input": input}));
        let (token, _) = share(&app, &ada, &id, json!({}));
        let shown = app.get(&format!("/api/v1/shared/{token}")).status(200);
        assert_ne!(shown.body["result"], json!({}), "{name} shows nothing");
        let text = shown.text.unwrap();
        for word in private().iter().flat_map(|(_, _, words)| words.iter()) {
            assert!(!text.contains(word), "{name} shows {word}: {text}");
        }
    }
}

/// Properties of inputs that say nothing of a person, or what whoever shares an Enneagram type wants to show.
const CHOICES: &[&str] = &[
    "answers",
    "current_year",
    "extended",
    "forecast_days",
    "instinct",
    "method",
    "occurrence",
    "parameters",
    "pattern",
    "reversed",
    "seed",
    "size",
    "spread",
    "stroke",
    "system",
    "target_date",
    "type",
    "wing",
];

#[test]
fn a_link_ends_by_itself_when_revoked_and_with_its_reading() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let id = cards(&app, &ada);
    let (week, _) = share(&app, &ada, &id, json!({"days": 7}));
    let (revoked, address) = share(&app, &ada, &id, json!({"days": 90}));
    let (month, _) = share(&app, &ada, &id, json!({"days": 30}));
    assert_eq!([&week, &revoked, &month].map(|token| show(&app, token)), [200; 3]);
    app.delete(&address).by(&ada).status(204);
    app.delete(&address).by(&ada).problem(404, "not-found");
    assert_eq!([&week, &revoked, &month].map(|token| show(&app, token)), [200, 404, 200]);
    app.advance(7 * 86_400);
    assert_eq!([&week, &revoked, &month].map(|token| show(&app, token)), [404, 404, 200]);
    let ada = app.log_in("ada@example.com");
    let listed = app.get(&format!("/api/v1/readings/{id}/shares")).by(&ada).status(200).body;
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["items"][0]["views"]), (1, &json!(3)));
    app.delete(&format!("/api/v1/readings/{id}")).by(&ada).status(204);
    assert_eq!(show(&app, &month), 404);
    app.get(&format!("/api/v1/readings/{id}/shares")).by(&ada).problem(404, "not-found");
}

#[test]
fn whatever_is_no_link_gets_the_same_answer() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (token, address) = share(&app, &ada, &cards(&app, &ada), json!({}));
    app.delete(&address).by(&ada).status(204);
    let mut answers: Vec<Value> = Vec::new();
    let never = "A".repeat(43);
    for wrong in [&*token, &*never, "x", "not%20base64", &token[..42]] {
        let mut body = app.get(&format!("/api/v1/shared/{wrong}")).problem(404, "not-found").body;
        body.as_object_mut().unwrap().remove("request_id");
        answers.push(body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[test]
fn a_link_is_shown_as_often_as_it_may_be() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (token, _) = share(&app, &ada, &cards(&app, &ada), json!({"max_views": 2}));
    assert_eq!([show(&app, &token), show(&app, &token), show(&app, &token)], [200, 200, 404]);
    assert_eq!(app.rows("SELECT views FROM reading_shares"), [json!({"views": 2})]);
    app.rows("UPDATE reading_shares SET views = 0");
    let statuses = [
        app.call("HEAD", &format!("/api/v1/shared/{token}")).send().status,
        show(&app, &token),
        show(&app, &token),
    ];
    assert_eq!(statuses, [200, 200, 404], "whoever asks for the headers alone has looked too");
}

#[test]
fn a_suspended_or_deleted_owner_shows_nothing() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (token, _) = share(&app, &ada, &cards(&app, &ada), json!({}));
    app.rows("UPDATE users SET status = 'suspended'");
    assert_eq!(show(&app, &token), 404);
    app.rows("UPDATE users SET status = 'active'");
    assert_eq!(show(&app, &token), 200);
    app.delete("/api/v1/auth/me").by(&ada).status(204);
    assert_eq!(show(&app, &token), 404);
    assert_eq!(
        app.rows("SELECT count(*) AS n FROM reading_shares"),
        [json!({"n": 0})],
        "erased with the account"
    );
}

#[test]
fn only_the_owner_makes_lists_and_revokes_links_and_twenty_live_at_a_time() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let id = cards(&app, &ada);
    let target = format!("/api/v1/readings/{id}/shares");
    let (_, address) = share(&app, &ada, &id, json!({}));
    app.post(&target, json!({})).by(&bob).problem(404, "not-found");
    app.get(&target).by(&bob).problem(404, "not-found");
    app.delete(&address).by(&bob).problem(404, "not-found");
    let others = cards(&app, &ada);
    app.delete(&address.replace(&id, &others)).by(&ada).problem(404, "not-found");
    for _ in 1..20 {
        share(&app, &ada, &id, json!({}));
    }
    app.post(&target, json!({})).by(&ada).problem(409, "conflict");
    assert_eq!(app.get(&target).by(&ada).status(200).body["items"].as_array().unwrap().len(), 20);
    app.delete(&address).by(&ada).status(204);
    share(&app, &ada, &id, json!({}));
    for wish in [json!({"days": 0}), json!({"days": 91}), json!({"max_views": 0}), json!({"days": 1.5})] {
        app.post(&target, wish).by(&ada).problem(422, "invalid-request");
    }
}

#[test]
fn making_and_revoking_leave_event_and_record_and_a_view_leaves_neither() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    let (token, address) = share(&app, &ada, &cards(&app, &ada), json!({}));
    let count = |table: &str| app.rows(&format!("SELECT count(*) AS n FROM {table}"))[0]["n"].clone();
    let before = (count("events"), count("audit_records"));
    show(&app, &token);
    assert_eq!((count("events"), count("audit_records")), before);
    app.delete(&address).by(&ada).status(204);
    app.delete(&address).by(&ada).problem(404, "not-found");
    let kinds = |column: &str, table: &str| -> Vec<Value> {
        let query = format!(
            "SELECT {column} AS kind FROM {table} WHERE subject_type = 'reading_share' ORDER BY rowid"
        );
        app.rows(&query).into_iter().map(|row| row["kind"].clone()).collect()
    };
    let both = ["reading_share.created", "reading_share.revoked"];
    assert_eq!(
        (kinds("type", "events"), kinds("kind", "audit_records")),
        (both.map(Value::from).into(), both.map(Value::from).into())
    );
    let told = serde_json::to_string(&app.rows("SELECT after FROM events")).unwrap();
    assert!(!told.contains(&token), "no event tells the token");
}
