//! An account that is deleted is gone: at once for whoever calls, and soon from everything that is stored.

use std::collections::BTreeSet;

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::host::Moment;
use witness::identity::erasure;
use witness::identity::erasure::Treatment;
use witness::ops::audit::seal::seal;
use witness::ports::{Clock, DatabaseError, DatabaseFault};

use crate::app::{Account, App, PASSWORD};

/// What names the person; nothing of it may be found afterwards.
const NAMES: [&str; 4] = ["ada@example.com", "Ada Example", "Augusta", "1990-04-12"];

/// Somebody with something in every table that a person can fill.
fn somebody(app: &App) -> Account {
    let ada = app.account("ada@example.com");
    app.put(
        "/api/user/profile/update",
        json!({"full_name": "Ada Example", "preferred_name": "Augusta", "birth_date": "1990-04-12"}),
    )
    .by(&ada)
    .header("idempotency-key", "profile")
    .status(200);
    let reading =
        json!({"engine": "numerology", "input": {"full_name": "Ada Example", "birth_date": "1990-04-12"}});
    for key in ["one", "two"] {
        app.post("/api/v1/readings", reading.clone())
            .by(&ada)
            .header("idempotency-key", key)
            .header("user-agent", "Augusta's browser")
            .status(201);
    }
    ada
}

fn tables(app: &App) -> Vec<String> {
    let rows = app.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    rows.iter()
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .filter(|name| !name.contains("migrations"))
        .collect()
}

#[test]
fn every_table_says_what_erasure_does_with_it() {
    let app = App::new();
    let there: BTreeSet<String> = tables(&app).into_iter().collect();
    let listed: BTreeSet<String> = erasure::TABLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(there, listed, "identity::erasure::TABLES lists every table once");
    assert_eq!(listed.len(), erasure::TABLES.len());
    for (table, treatment) in erasure::TABLES {
        if let Treatment::Remove(column) = treatment {
            let plan = app.rows(&format!("EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = 'x'"));
            let plan = serde_json::to_string(&plan).unwrap();
            assert!(!plan.contains("SCAN"), "{table} finds a person's rows by an index: {plan}");
        }
    }
}

#[test]
fn a_deleted_account_is_refused_everywhere_within_the_life_of_a_lease() {
    let mut app = App::new();
    let ada = somebody(&app);
    app.get("/api/v1/auth/me").by(&ada).status(200);
    let elsewhere = std::mem::take(&mut app.isolate);
    app.delete("/api/v1/auth/me").by(&ada).status(204);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    app.isolate = elsewhere;
    app.advance(5);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    app.post("/api/v1/auth/refresh", json!({"refresh_token": ada.refresh_token}))
        .problem(401, "unauthenticated");
    app.post("/api/v1/auth/login", json!({"email": "ada@example.com", "password": PASSWORD}))
        .problem(401, "invalid-credentials");
    let again = app.account("ada@example.com");
    assert_ne!(again.user_id, ada.user_id, "the address is free for a new account");
}

/// Every text that is stored anywhere, with where it was found.
fn stored(app: &App) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for table in tables(app) {
        found.push((
            table.clone(),
            serde_json::to_string(&app.rows(&format!("SELECT * FROM {table}"))).unwrap(),
        ));
    }
    found.extend(app.cache.inner().entries().into_iter().map(|(key, value)| (format!("KV {key}"), value)));
    let objects = app.objects.inner().all();
    found.extend(objects.into_iter().map(|(class, name, state)| (format!("{class:?} {name}"), state)));
    found
}

#[test]
fn afterwards_nothing_readable_names_the_person() {
    let app = App::new();
    let ada = somebody(&app);
    let bob = app.account("bob@example.com");
    app.delete("/api/v1/auth/me").by(&ada).status(204);
    // The sealer's next turn, moments later: what it finds unsealed it seals under a key that nobody keeps.
    while block_on(seal(app.ports(), &app.config, app.clock.now())).unwrap().more {}
    for (place, text) in stored(&app) {
        for name in NAMES {
            assert!(!text.contains(name), "{place} names {name}: {text:.400}");
        }
    }
    let left = app.rows(&format!("SELECT completed_at FROM erasures WHERE user_id = '{}'", ada.user_id));
    assert_ne!(left[0]["completed_at"], Value::Null);
    app.get("/api/v1/auth/me").by(&bob).status(200);
}

#[test]
fn an_erasure_that_was_interrupted_is_taken_up_again() {
    let app = App::new();
    let ada = somebody(&app);
    // The batch of the tombstone passes; the eraser, three calls on, meets a database that is away.
    let away = DatabaseError::new(DatabaseFault::Unavailable, "away");
    app.database.fail_nth(4, Moment::Before, away);
    app.delete("/api/v1/auth/me").by(&ada).status(204);
    assert_eq!(app.rows("SELECT count(*) AS n FROM readings")[0]["n"], 2);
    app.get("/api/v1/auth/me").by(&ada).problem(401, "unauthenticated");
    assert_eq!(block_on(erasure::run_pending(app.ports(), app.clock.now())).unwrap(), 1);
    assert_eq!(app.rows("SELECT count(*) AS n FROM readings")[0]["n"], 0);
    assert_eq!(block_on(erasure::run_pending(app.ports(), app.clock.now())).unwrap(), 0, "it is done once");
}
