//! Answers that isolates keep, through the whole pipeline.

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::context::Isolate;
use witness::contract::Operation;
use witness::contract::policy::Auth;
use witness::host::Moment;
use witness::identity::admission::{Command, LEASE_MILLIS, ask};
use witness::ports::{DatabaseError, DatabaseFault};

use crate::app::{Account, App, Reply};

const PROFILE: &str = "/api/v1/user/profile";

fn kept() -> (App, Account) {
    let app = App::new();
    app.keeps.set(true);
    let ada = app.account("ada@example.com");
    (app, ada)
}

fn tell(app: &App, account: &Account, name: &str) -> Reply {
    app.put("/api/v1/user/profile/update", json!({"full_name": name})).by(account).status(200)
}

fn status(reply: &Reply) -> &str {
    reply.header("cache-status").unwrap_or("none")
}

fn name(app: &App, account: &Account) -> Value {
    app.get(PROFILE).by(account).status(200).body["full_name"].clone()
}

/// Another isolate of the same deployment; the one that was before comes back.
fn elsewhere<T>(app: &mut App, other: &mut Isolate, work: impl FnOnce(&App) -> T) -> T {
    std::mem::swap(&mut app.isolate, other);
    let result = work(app);
    std::mem::swap(&mut app.isolate, other);
    result
}

#[test]
fn a_hit_costs_no_hop_and_says_how_old_it_is() {
    let (app, ada) = kept();
    tell(&app, &ada, "Ada");
    app.advance(6);
    let first = app.get(PROFILE).by(&ada).status(200);
    assert_eq!((status(&first), first.header("age")), ("witness; fwd=miss; stored", None));
    assert_eq!(first.calls[0], 1);
    app.advance(2);
    let second = app.get(PROFILE).by(&ada).status(200);
    assert_eq!((status(&second), second.header("age")), ("witness; hit; ttl=298", Some("2")));
    assert_eq!((second.calls[0], second.calls[1], second.calls[3]), (0, 0, 0));
    assert_eq!(second.body, first.body);
    assert_eq!(second.header("etag"), first.header("etag"));
    let known = app.get(PROFILE).by(&ada).header("if-none-match", second.header("etag").unwrap()).status(304);
    assert_eq!(status(&known), "witness; hit; ttl=298");
}

#[test]
fn ones_own_write_is_seen_at_once() {
    let (app, ada) = kept();
    for round in 0..3 {
        let told = format!("Ada {round}");
        tell(&app, &ada, &told);
        assert_eq!(name(&app, &ada), told.as_str());
        assert_eq!(name(&app, &ada), told.as_str());
    }
}

#[test]
fn a_write_whose_answer_is_an_error_ends_what_was_kept_as_well() {
    let (app, ada) = kept();
    tell(&app, &ada, "Ada");
    name(&app, &ada);
    assert_eq!(status(&app.get(PROFILE).by(&ada).send()), "witness; hit; ttl=300");
    let lost = DatabaseError::new(DatabaseFault::Unavailable, "the reply was lost");
    app.database.fail_next(Moment::After, lost);
    app.put("/api/v1/user/profile/update", json!({"full_name": "Bob"})).by(&ada).status(503);
    assert_eq!(name(&app, &ada), "Bob");
}

#[test]
fn what_is_past_its_freshness_goes_out_and_is_made_anew_behind_it_once() {
    let (app, ada) = kept();
    tell(&app, &ada, "Ada");
    app.advance(6);
    name(&app, &ada);
    // Changed where no event tells of it.
    app.rows("UPDATE profiles SET full_name = 'Grace'");
    app.advance(310);
    let stale = app.get(PROFILE).by(&ada).status(200);
    assert_eq!((status(&stale), stale.body["full_name"].as_str()), ("witness; hit; ttl=-10", Some("Ada")));
    assert_eq!(stale.calls[0], 0, "the caller waits for nothing");
    let renewed = app.get(PROFILE).by(&ada).status(200);
    assert_eq!(
        (status(&renewed), renewed.body["full_name"].as_str()),
        ("witness; hit; ttl=300", Some("Grace"))
    );
    app.advance(361);
    assert!(status(&app.get(PROFILE).by(&ada).send()).contains("miss"));
}

#[test]
fn another_isolate_learns_of_a_write_within_the_life_of_a_lease() {
    let (mut app, ada) = kept();
    let mut other = Isolate::default();
    tell(&app, &ada, "Ada");
    elsewhere(&mut app, &mut other, |app| assert_eq!(name(app, &ada), "Ada"));
    tell(&app, &ada, "Grace");
    app.clock.advance(std::time::Duration::from_millis(LEASE_MILLIS as u64));
    elsewhere(&mut app, &mut other, |app| {
        let seen = app.get(PROFILE).by(&ada).status(200);
        assert_eq!(
            (status(&seen), seen.body["full_name"].as_str()),
            ("witness; fwd=miss; stored", Some("Grace"))
        );
        assert!(status(&app.get(PROFILE).by(&ada).send()).contains("hit"));
    });
}

#[test]
fn a_bookmark_of_a_later_write_is_never_given_an_older_answer() {
    let (mut app, ada) = kept();
    let mut other = Isolate::default();
    tell(&app, &ada, "Ada");
    let kept = elsewhere(&mut app, &mut other, |app| {
        name(app, &ada);
        app.get(PROFILE).by(&ada).send()
    });
    assert!(status(&kept).contains("hit"));
    assert_eq!(kept.header("d1-bookmark"), None, "a read's bookmark would make everything else look old");
    let write = tell(&app, &ada, "Grace");
    let bookmark = write.header("d1-bookmark").unwrap().to_owned();
    elsewhere(&mut app, &mut other, |app| {
        let seen = app.get(PROFILE).by(&ada).header("d1-bookmark", &bookmark).status(200);
        assert_eq!(
            (status(&seen), seen.body["full_name"].as_str()),
            ("witness; fwd=miss; stored", Some("Grace"))
        );
        let again = app.get(PROFILE).by(&ada).header("d1-bookmark", &bookmark).status(200);
        assert!(status(&again).contains("hit"));
    });
}

#[test]
fn nobody_is_given_what_belongs_to_somebody_else() {
    let (app, ada) = kept();
    let bob = app.account("bob@example.com");
    tell(&app, &ada, "Ada");
    assert_eq!(name(&app, &ada), "Ada");
    assert_eq!(name(&app, &bob), Value::Null);
    tell(&app, &bob, "Bob");
    assert_eq!((name(&app, &bob), name(&app, &ada)), ("Bob".into(), "Ada".into()));
    app.get(PROFILE).problem(401, "unauthenticated");
    app.get(PROFILE).bearer("no.such.token").problem(401, "unauthenticated");
    // Another session of the same person has answers of its own: some of them say which session asks.
    let second = app.log_in("ada@example.com");
    let current = |account: &Account| {
        let page = app.get("/api/v1/auth/sessions").by(account).status(200).body;
        let items = page["items"].as_array().unwrap().clone();
        items.iter().find(|item| item["current"] == true).unwrap()["id"].as_str().unwrap().to_owned()
    };
    assert_eq!((current(&ada), current(&second)), (ada.session_id.clone(), second.session_id.clone()));
    assert_eq!((current(&ada), current(&second)), (ada.session_id.clone(), second.session_id.clone()));
}

#[test]
fn who_may_no_longer_act_is_given_nothing_that_is_kept() {
    let (app, ada) = kept();
    tell(&app, &ada, "Ada");
    name(&app, &ada);
    assert!(status(&app.get(PROFILE).by(&ada).send()).contains("hit"));
    app.delete(&format!("/api/v1/auth/sessions/{}", ada.session_id)).by(&ada).status(204);
    app.clock.advance(std::time::Duration::from_millis(LEASE_MILLIS as u64));
    app.get(PROFILE).by(&ada).problem(401, "unauthenticated");
}

#[test]
fn while_the_object_cannot_be_reached_nothing_is_given_from_memory() {
    let (app, ada) = kept();
    tell(&app, &ada, "Ada");
    name(&app, &ada);
    app.advance(6);
    app.objects.fail_always(Moment::Before, witness::ports::PortError::Unavailable("away".to_owned()));
    let answer = app.get(PROFILE).by(&ada).status(200);
    assert_eq!(status(&answer), "none");
}

#[test]
fn errors_heads_ranges_and_other_addresses_are_not_kept() {
    let (app, ada) = kept();
    for _ in 0..2 {
        let missing = "/api/v1/readings/0197f7a0-0000-7000-8000-0000000000ff";
        assert_eq!(app.get(missing).by(&ada).problem(404, "not-found").calls[0], 1);
    }
    tell(&app, &ada, "Ada");
    assert_eq!(status(&app.call("HEAD", PROFILE).by(&ada).status(200)), "none");
    assert_eq!(status(&app.get(PROFILE).by(&ada).header("range", "bytes=0-1").status(200)), "none");
    assert_eq!(status(&app.get(PROFILE).by(&ada).status(200)), "witness; fwd=miss; stored");
    assert_eq!(status(&app.get("/api/user/profile").by(&ada).status(200)), "witness; fwd=miss; stored");
    assert!(status(&app.get("/api/v1/user/profile?fields=full_name").by(&ada).status(200)).contains("miss"));
    assert!(status(&app.get("/api/v1/user/profile?fields=full_name").by(&ada).status(200)).contains("hit"));
    assert!(status(&app.get(PROFILE).by(&ada).send()).contains("hit"));
}

#[test]
fn what_everybody_may_see_is_kept_for_everybody() {
    let (app, _) = kept();
    assert!(status(&app.get("/api/v1/engines").status(200)).contains("miss"));
    let hit = app.get("/api/v1/engines").header("authorization", "Bearer junk").status(200);
    assert!(status(&hit).contains("hit"));
    let other = app.isolate.kept.take();
    assert!(other.size().0 > 0);
}

#[test]
fn what_is_made_of_a_struck_result_is_not_given_on() {
    let (app, ada) = kept();
    let admin = app.administrator("grace@example.com", "admin");
    let birth = json!({"full_name": "Ada Example", "birth_date": "1990-04-12"});
    app.put("/api/v1/user/profile/update", birth).by(&ada).status(200);
    app.advance(6);
    let forecast = || app.get("/api/v1/forecasts/daily").by(&ada).status(200);
    assert!(status(&forecast()).contains("miss"));
    assert!(status(&forecast()).contains("hit"));
    let struck = json!({"tags": ["engine:biorhythm"]});
    app.post("/api/v1/admin/cache/invalidate", struck).by(&admin).status(200);
    assert!(status(&forecast()).contains("miss"));
}

#[test]
fn hits_and_misses_are_counted() {
    let (app, ada) = kept();
    tell(&app, &ada, "Ada");
    for _ in 0..4 {
        name(&app, &ada);
    }
    let now = witness::ports::Clock::now(&*app.clock);
    let sums = app.isolate.metrics.borrow_mut().hand_over(now, 1).1.unwrap().sums;
    let text = witness::ops::metrics::text::write(&sums, None, now);
    for line in ["{outcome=\"hit\"} 3", "{outcome=\"miss\"} 1"] {
        assert!(text.contains(&format!("witness_read_cache_total{line}\n")), "{text}");
    }
}

#[test]
fn the_contract_keeps_nothing_of_administrators_and_nothing_without_an_end() {
    let mut kept = 0;
    for operation in Operation::ALL {
        let policy = operation.policy();
        let Some(rule) = policy.cache.kept else { continue };
        kept += 1;
        assert_eq!(policy.method, "GET");
        assert_ne!(policy.auth, Auth::Admin, "{}", operation.id());
        assert_eq!(rule.on == 0, policy.auth == Auth::Public, "{}", operation.id());
    }
    assert!(kept >= 15, "{kept}");
}

#[test]
fn an_object_that_knew_nothing_of_an_account_remembers_its_change() {
    let (app, ada) = kept();
    let told = |kinds| Command::Changed { kinds, bookmark: Some("a".to_owned()) };
    block_on(ask(app.ports(), "user:nobody", &told(1))).unwrap();
    let before = app.objects.calls();
    tell(&app, &ada, "Ada");
    // Admission before, the hub and the account's object behind the answer.
    assert_eq!(app.objects.calls() - before, 3);
}
