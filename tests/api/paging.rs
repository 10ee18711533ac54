//! Pages never skip or repeat a row while others write.

use proptest::prelude::*;
use serde_json::json;

use crate::app::{Account, App};

/// What happens between two pages.
#[derive(Debug, Clone)]
enum Step {
    Add,
    Rate(usize, i64),
    Delete(usize),
    Tick,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Add),
        2 => (0_usize..40, 0_i64..=5).prop_map(|(at, rating)| Step::Rate(at, rating)),
        1 => (0_usize..40).prop_map(Step::Delete),
        1 => Just(Step::Tick),
    ]
}

fn add(app: &App, ada: &Account) -> String {
    let body =
        json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12", "target_date": "2026-03-01"}});
    app.post("/api/v1/readings", body).by(ada).status(201).body["id"].as_str().unwrap().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// A row that was there from the first page to the last and did not move comes exactly once, whatever is
    /// added, changed or deleted meanwhile; pages are in order.
    #[test]
    fn rows_that_stay_come_exactly_once(
        first in 1_usize..25,
        limit in 1_usize..7,
        descending in any::<bool>(),
        steps in prop::collection::vec(prop::collection::vec(step(), 0..4), 40),
    ) {
        let app = App::new();
        let ada = app.account("ada@example.com");
        let mut ids: Vec<String> = (0..first).map(|_| add(&app, &ada)).collect();
        let initial = ids.clone();
        let mut deleted = Vec::new();
        let sort = if descending { "-created_at" } else { "created_at" };
        let mut target = format!("/api/v1/readings?limit={limit}&sort={sort}");
        let mut seen: Vec<String> = Vec::new();
        for between in steps {
            let page = app.get(&target).by(&ada).status(200).body;
            let items = page["items"].as_array().unwrap();
            prop_assert!(items.len() <= limit);
            seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else {
                prop_assert_eq!(&page["has_more"], &json!(false));
                break;
            };
            target = format!("/api/v1/readings?limit={limit}&sort={sort}&cursor={cursor}");
            for step in between {
                match step {
                    Step::Add => ids.push(add(&app, &ada)),
                    Step::Tick => app.advance(1),
                    Step::Rate(at, rating) => {
                        let id = &ids[at % ids.len()];
                        app.patch(&format!("/api/v1/readings/{id}"), json!({"rating": rating})).by(&ada).send();
                    }
                    Step::Delete(at) => {
                        let id = ids[at % ids.len()].clone();
                        app.delete(&format!("/api/v1/readings/{id}")).by(&ada).send();
                        deleted.push(id);
                    }
                }
            }
        }
        let mut unique = seen.clone();
        unique.sort();
        unique.dedup();
        prop_assert_eq!(unique.len(), seen.len(), "a row came twice");
        for id in initial.iter().filter(|id| !deleted.contains(id)) {
            prop_assert!(seen.contains(id), "a row was skipped");
        }
    }
}

#[test]
fn a_cursor_is_good_for_its_user_its_filter_and_its_order_alone() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    for _ in 0..3 {
        add(&app, &ada);
        add(&app, &bob);
    }
    let page = app.get("/api/v1/readings?limit=1").by(&ada).status(200).body;
    let cursor = page["next_cursor"].as_str().unwrap();
    app.get(&format!("/api/v1/readings?limit=2&cursor={cursor}")).by(&ada).status(200);
    for query in ["sort=created_at", "sort=-rating", "engine=biorhythm", "favourite=false"] {
        app.get(&format!("/api/v1/readings?{query}&cursor={cursor}")).by(&ada).problem(422, "cursor-invalid");
    }
    app.get(&format!("/api/v1/readings?cursor={cursor}")).by(&bob).problem(422, "cursor-invalid");
}
