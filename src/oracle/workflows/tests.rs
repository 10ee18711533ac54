use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use super::synthesis::{shared, whole};
use super::*;
use crate::contract::read::FromValue;
use crate::contract::types::{Profile, ResultSource, Theme, WorkflowSection};
use crate::kernel::time::Timestamp;
use crate::oracle::calculate::{Answered, Outcome};
use crate::oracle::themes::Span;
use crate::ports::ZoneError;

/// A world in which every clock shows UTC.
struct Utc;

impl Zones for Utc {
    fn offset(&self, _: &str, _: Timestamp) -> Result<i32, ZoneError> {
        Ok(0)
    }
}

fn input(value: Value) -> WorkflowInput {
    WorkflowInput::from_value(value).unwrap()
}

fn planned(name: WorkflowName, value: Value, today: &str, fresh_seed: &str) -> Result<Plan, Problem> {
    let seed_of_day = |day: NaiveDate| ["seed ", &day.to_string()].concat();
    let means = Means { today: today.parse().unwrap(), fresh_seed, seed_of_day: &seed_of_day, zones: &Utc };
    Plan::new(find(name).unwrap(), &input(value), &means)
}

fn everything() -> Value {
    json!({
        "full_name": "Ada Example", "birth_date": "1990-04-12", "birth_time": "07:45", "time_zone": "Europe/Berlin",
        "intention": "I find calm", "enneagram": {"method": "self_select", "type": 5},
    })
}

fn with(mut value: Value, name: &str, field: Value) -> Value {
    value[name] = field;
    value
}

#[test]
fn a_recipe_has_engines_of_its_own_and_a_key_that_no_engine_has() {
    let mut keys: Vec<&str> = RECIPES.iter().map(|recipe| recipe.key).collect();
    keys.extend(Engine::ALL.iter().map(|engine| engine.name()));
    keys.extend(["daily_forecast", "weekly_forecast"]);
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all);
    assert_eq!(RECIPES.len(), WorkflowName::ALL.len());
    for (recipe, summary) in RECIPES.iter().zip(summaries()) {
        let mut engines = recipe.engines.to_vec();
        engines.sort_unstable();
        engines.dedup();
        assert_eq!(engines.len(), recipe.engines.len(), "{}", recipe.key);
        assert_eq!(engines.is_empty(), recipe.name == WorkflowName::Custom);
        assert!(summary.needs.iter().all(|field| !summary.takes.contains(field)), "{summary:?}");
    }
}

#[test]
fn natal_is_the_same_every_day_and_the_others_are_not() {
    for recipe in RECIPES.iter().filter(|recipe| recipe.name != WorkflowName::Custom) {
        let on = |today, value| planned(recipe.name, value, today, "a").unwrap();
        let seeded = || with(everything(), "seed", json!("s"));
        let (one, same, next) =
            (on("2026-03-01", seeded()), on("2026-03-01", seeded()), on("2026-03-02", seeded()));
        assert!(one.is_repeatable() && one.hash == same.hash, "{}", recipe.key);
        let is_natal = recipe.name == WorkflowName::Natal;
        assert_eq!(one.hash == next.hash, is_natal, "{}", recipe.key);
        assert_eq!(one.tags().is_empty(), is_natal);
        let named = on("2026-03-01", with(seeded(), "date", json!("2026-03-02")));
        assert_eq!((named.hash == next.hash, named.tags()), (!is_natal, vec!["date:2026-03-02"]));
    }
}

#[test]
fn what_is_drawn_anew_is_another_question_each_time_but_a_days_card_is_not() {
    let drawn = |name, seed| planned(name, everything(), "2026-03-01", seed).unwrap();
    let (one, other) = (drawn(WorkflowName::Shadow, "a"), drawn(WorkflowName::Shadow, "b"));
    assert!(!one.is_repeatable() && one.hash != other.hash);
    let (one, other) = (drawn(WorkflowName::Daily, "a"), drawn(WorkflowName::Daily, "b"));
    assert!(one.is_repeatable() && one.hash == other.hash);
}

#[test]
fn a_section_says_what_it_lacks_and_where_everything_lacks_something_nobody_is_asked() {
    let plan = planned(WorkflowName::Natal, json!({"birth_date": "1990-04-12"}), "2026-03-01", "").unwrap();
    assert_eq!(plan.asked().len(), 3);
    assert!(matches!(&plan.parts[3].ask, Ask::Lacks(fields) if *fields == ["full_name"]));
    assert!(plan.is_repeatable());
    let problem = planned(WorkflowName::Natal, json!({}), "2026-03-01", "").unwrap_err();
    assert_eq!(problem.code, Code::ProfileIncomplete);
    assert!(problem.particulars().detail.unwrap().contains("birth_date, full_name"));
    let ambiguous = with(everything(), "time_zone", Value::Null);
    let plan = planned(WorkflowName::Natal, ambiguous, "2026-03-01", "").unwrap();
    let Ask::Refused(problem) = &plan.parts[0].ask else { panic!("{plan:?}") };
    assert_eq!(problem.violations[0].pointer, "/time_zone");
    assert!(!plan.is_repeatable());
    let early = with(everything(), "date", json!("1989-01-01"));
    let plan = planned(WorkflowName::Manifestation, early, "2026-03-01", "").unwrap();
    let Ask::Refused(problem) = &plan.parts[3].ask else { panic!("{plan:?}") };
    assert_eq!(problem.violations[0].pointer, "/date");
}

#[test]
fn engines_are_named_for_custom_alone() {
    let refused = |name, value| planned(name, value, "2026-03-01", "").unwrap_err().violations[0].code;
    assert_eq!(refused(WorkflowName::Custom, everything()), "required");
    assert_eq!(
        refused(WorkflowName::Natal, with(everything(), "engines", json!(["tarot"]))),
        "unknown-field"
    );
    let named = with(everything(), "engines", json!(["astrolabe", "numerology"]));
    let plan = planned(WorkflowName::Custom, named, "2026-03-01", "").unwrap();
    assert!(matches!(&plan.parts[0].ask, Ask::Refused(problem) if problem.violations[0].code == "enum"));
    assert_eq!(plan.asked().len(), 1);
    assert_eq!(refused(WorkflowName::Custom, with(everything(), "engines", json!(["astrolabe"]))), "enum");
}

#[test]
fn a_profile_fills_what_the_request_leaves_open_and_mixes_no_two_people() {
    let profile = || -> Profile {
        serde_json::from_value(json!({
            "full_name": "Ada Example", "preferred_name": "Ada", "birth_date": "1990-04-12", "birth_time": "07:45",
            "birth_time_zone": "Europe/Berlin", "birth_latitude": 52.5, "birth_longitude": 13.4,
            "time_zone": "Europe/Berlin", "created_at": "2026-03-01T07:00:00.000Z",
            "updated_at": "2026-03-01T07:00:00.000Z", "version": 1,
        }))
        .unwrap()
    };
    let filled = |value: Value| {
        let mut input = input(value);
        inputs::add(&mut input, profile());
        input
    };
    let own = filled(json!({}));
    assert_eq!((own.full_name.as_deref(), own.birth_time.as_deref()), (Some("Ada Example"), Some("07:45")));
    assert_eq!((own.time_zone.as_deref(), own.latitude), (Some("Europe/Berlin"), Some(52.5)));
    let later = filled(json!({"birth_time": "08:00", "latitude": 0.0, "longitude": 0.0}));
    assert_eq!((later.birth_time.as_deref(), later.latitude), (Some("08:00"), Some(0.0)));
    assert_eq!(later.time_zone.as_deref(), Some("Europe/Berlin"));
    let other = filled(json!({"birth_date": "1988-11-29"}));
    assert_eq!((other.full_name, other.birth_time, other.time_zone), (None, None, None));
    let same = filled(json!({"birth_date": "1990-04-12"}));
    assert_eq!((same.full_name.as_deref(), same.birth_time), (Some("Ada Example"), None));
    let renamed = filled(json!({"full_name": "Ada Sample"}));
    assert_eq!(renamed.birth_date, "1990-04-12".parse().ok());
    assert_eq!((renamed.full_name.as_deref(), renamed.preferred_name), (Some("Ada Sample"), None));
}

fn raw(value: Value) -> Box<RawValue> {
    to_raw_value(&value).unwrap()
}

fn said(engine: &str, result: Value) -> WorkflowSection {
    WorkflowSection {
        engine: engine.to_owned(),
        engine_version: None,
        input_hash: None,
        source: None,
        degraded: false,
        title: None,
        summary: None,
        result: Some(raw(result)),
        needs: Vec::new(),
        problem: None,
    }
}

#[test]
fn a_theme_is_shared_when_two_engines_name_it_however_often_one_does() {
    let sections = [
        // Insight twice, which is one engine.
        said("human_design", json!({"type": "projector", "authority": "splenic"})),
        said("numerology", json!({"life_path": {"number": 8}, "expression": {"number": 7}})),
        said("vimshottari", json!({"running": ["jupiter"]})),
        said("enneagram", json!({"type": 8})),
        said("sigil_forge", json!({"method": "hybrid"})),
    ];
    let themes = shared(&sections, Span::Life);
    let told: Vec<(Theme, i64, usize)> =
        themes.iter().map(|theme| (theme.theme, theme.engines, theme.evidence.len())).collect();
    assert_eq!(told, [(Theme::Insight, 3, 4), (Theme::Action, 2, 2)]);
    assert_eq!(
        themes[1].text,
        "Named by 2 engines: Numerology (life path 8), Enneagram (type 8). There is strength that wants to be used."
    );
    assert_eq!(shared(&sections[..1], Span::Life), []);
    assert_eq!(shared(&sections, Span::Day).len(), 1, "the numbers of a life are not those of a day");
}

#[test]
fn a_whole_is_kept_only_as_good_as_it_can_be() {
    let plan = planned(WorkflowName::Natal, everything(), "2026-03-01", "").unwrap();
    let answer = |degraded| {
        let outcome = Outcome { title: "T".to_owned(), summary: String::new(), result: raw(json!({})) };
        Ok(Answered { outcome, source: ResultSource::Embedded, degraded })
    };
    let failed = || Err(Problem::new(Code::DependencyUnavailable));
    let made = whole(&plan, vec![answer(false), answer(false), answer(false), answer(false)]).unwrap();
    assert!(made.keep && !made.answered.degraded);
    assert_eq!(made.answered.outcome.title, "Natal: no theme in common");
    assert_eq!(
        made.answered.outcome.summary,
        "Human Design: T. Gene Keys: T. Vimshottari: T. Numerology: T."
    );
    let made = whole(&plan, vec![answer(false), answer(true), answer(false), answer(false)]).unwrap();
    assert!(!made.keep && made.answered.degraded);
    let made = whole(&plan, vec![answer(false), failed(), answer(false), answer(false)]).unwrap();
    assert!(!made.keep);
    let result: Value = serde_json::from_str(made.answered.outcome.result.get()).unwrap();
    assert_eq!(result["sections"][1]["problem"]["code"], "dependency-unavailable");
    let problem = whole(&plan, vec![failed(), failed(), failed(), failed()]).unwrap_err();
    assert_eq!(problem.code, Code::DependencyUnavailable);
}
