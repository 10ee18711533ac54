//! The admission object by example: its tables, and what it has stored before.

use proptest::prelude::*;

use super::*;
use crate::identity::caller::{Role, Tier};
use crate::identity::standing::StandingState;

const START: i64 = 1_700_000_000_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis).unwrap()
}

fn standing(epoch: i64, tier: Tier) -> Standing {
    Standing { epoch, tier, role: Role::User, state: StandingState::Active }
}

fn one() -> Take {
    Take {
        kind: Kind::User,
        group: Group::General,
        also: Vec::new(),
        cost: 1,
        ahead: 0,
        standing: None,
        scale: 1,
    }
}

fn by(tier: Tier) -> Take {
    Take { standing: Some(standing(1, tier)), ..one() }
}

fn granted(reply: &Reply) -> &Grant {
    match reply {
        Reply::Granted(grant) => grant,
        other => panic!("{other:?}"),
    }
}

fn refused(reply: &Reply) -> &Refusal {
    match reply {
        Reply::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

/// How many of so many requests at one moment are admitted.
fn admitted(state: &mut State, take: &Take, count: u32, millis: i64) -> u32 {
    let replies = (0..count).map(|_| state.take(take, at(millis)));
    replies.map(|reply| u32::from(matches!(reply, Reply::Granted(_)))).sum()
}

#[test]
fn the_eleventh_of_ten_is_refused_until_the_first_is_a_minute_old() {
    let mut state = State::default();
    assert_eq!(admitted(&mut state, &one(), 10, 59_000), 10);
    let reply = state.take(&one(), at(60_500));
    let refusal = refused(&reply);
    assert_eq!((refusal.policy.as_str(), refusal.slow, refusal.blocked), ("minute", 0, false));
    let wait = refusal.retry_at - START - 59_000;
    assert!((60_000..=65_000).contains(&wait), "{wait}");
    assert_eq!(admitted(&mut state, &one(), 1, refusal.retry_at - START - 1), 0);
    assert_eq!(admitted(&mut state, &one(), 11, refusal.retry_at - START), 10);
}

#[test]
fn every_window_refuses_by_its_name_and_all_are_shown() {
    let mut state = State::default();
    let names = |windows: &[Window]| windows.iter().map(|window| window.policy.clone()).collect::<Vec<_>>();
    let reply = state.take(&one(), at(0));
    assert_eq!(names(&granted(&reply).windows), ["minute", "hour", "day"]);
    let mut refusals = Vec::new();
    for minute in 0..26 * 60 {
        while let Reply::Granted(_) = state.take(&one(), at(minute * 60_000)) {}
        let reply = state.take(&one(), at(minute * 60_000));
        let policy = refused(&reply).policy.clone();
        if refusals.last() != Some(&policy) {
            refusals.push(policy);
        }
    }
    refusals.truncate(3);
    assert!(refusals.starts_with(&["minute".to_owned(), "hour".to_owned()]), "{refusals:?}");
    let mut day = State::default();
    let tight = Override { quotas: Some(Quotas([10, 10, 3])), until: START + 9_999_999_999, revision: 1 };
    day.set_override("general", tight);
    assert_eq!(admitted(&mut day, &one(), 5, 0), 3);
    assert_eq!(refused(&day.take(&one(), at(1))).policy, "day");
}

#[test]
fn groups_and_further_counters_are_counted_together_or_not_at_all() {
    let mut state = State::default();
    let credential = Take { group: Group::Credential, ..one() };
    let key = Also { counter: "key:1".into(), prefix: "key-".into(), quotas: Quotas([2, 100, 100]) };
    let keyed = Take { also: vec![key], ..by(Tier::Pro) };
    assert_eq!(admitted(&mut state, &keyed, 5, 0), 2);
    let reply = state.take(&keyed, at(0));
    assert_eq!(refused(&reply).policy, "key-minute");
    assert_eq!(refused(&reply).windows.len(), 6);
    // What the key was refused has cost its owner nothing.
    let reply = state.take(&Take { cost: 0, ..by(Tier::Pro) }, at(0));
    assert_eq!(granted(&reply).windows[0].left, 98);
    assert_eq!(admitted(&mut state, &credential, 15, 0), 10);
    assert_eq!(refused(&state.take(&credential, at(0))).policy, "credential-minute");
    assert_eq!(granted(&state.take(&Take { cost: 0, ..one() }, at(0))).windows[0].left, 98);
}

#[test]
fn the_tier_is_that_of_the_newest_standing_whatever_the_credential_says() {
    let mut state = State::default();
    assert_eq!(admitted(&mut state, &by(Tier::Pro), 3, 0), 3);
    state.stand(standing(2, Tier::Free));
    assert_eq!(admitted(&mut state, &by(Tier::Enterprise), 20, 0), 7);
    assert_eq!(state.standing(), Some(standing(2, Tier::Free)));
    state.stand(standing(1, Tier::Pro));
    assert_eq!(state.standing(), Some(standing(2, Tier::Free)));
    let newer = Take { standing: Some(standing(3, Tier::Pro)), ..one() };
    assert_eq!(granted(&state.take(&newer, at(0))).standing, Some(standing(3, Tier::Pro)));
}

#[test]
fn a_lease_is_given_while_half_is_left_and_carries_the_standing() {
    let mut state = State::default();
    let wish = Take { ahead: 100, ..by(Tier::Pro) };
    let reply = state.take(&wish, at(0));
    assert_eq!((granted(&reply).ahead, granted(&reply).windows[0].left), (5, 94));
    assert_eq!(granted(&reply).standing, Some(standing(1, Tier::Pro)));
    let mut last = 5;
    while let Reply::Granted(Grant { ahead, windows, .. }) = state.take(&wish, at(0)) {
        assert!(ahead <= last, "{ahead} after {last}");
        assert!(ahead == 0 || windows[0].left >= 50);
        last = ahead;
    }
    assert_eq!(last, 0);
    assert_eq!(granted(&State::default().take(&Take { ahead: 100, ..by(Tier::Free) }, at(0))).ahead, 0);
}

#[test]
fn an_override_holds_until_it_ends_and_the_latest_revision_wins() {
    let mut state = State::default();
    let set = |minute, until, revision| Override {
        quotas: Some(Quotas([minute, 100, 1_000])),
        until: START + until,
        revision,
    };
    assert_eq!(admitted(&mut state, &one(), 15, 0), 10);
    state.set_override("general", set(13, 30_000, 5));
    state.set_override("general", set(99, 30_000, 4));
    assert_eq!(admitted(&mut state, &one(), 15, 1), 3);
    assert_eq!(admitted(&mut state, &one(), 15, 30_000), 0);
    assert_eq!(granted(&state.take(&Take { cost: 0, ..one() }, at(30_000))).windows[0].limit, 10);
    state.set_override("general", set(20, 90_000, 6));
    state.set_override("general", Override { quotas: None, until: START + 90_000, revision: 7 });
    state.set_override("general", set(20, 90_000, 6));
    assert_eq!(granted(&state.take(&Take { cost: 0, ..one() }, at(40_000))).windows[0].limit, 10);
}

#[test]
fn who_does_not_heed_refusals_is_slowed_then_blocked_and_an_override_ends_it() {
    let mut state = State::default();
    let keep_on = |state: &mut State, from: i64| {
        let mut levels = Vec::new();
        for second in 0..40 {
            while let Reply::Granted(_) = state.take(&one(), at(from)) {}
            let reply = state.take(&one(), at(from + second * 1_000));
            if let Reply::Refused(refusal) = reply {
                let level = if refusal.blocked { 9 } else { refusal.slow / 1_000 };
                if levels.last() != Some(&level) {
                    levels.push(level);
                }
            }
        }
        levels
    };
    assert_eq!(keep_on(&mut state, 0), [0, 1, 2, 3, 9]);
    let reply = state.take(&one(), at(40_000));
    assert_eq!((refused(&reply).policy.as_str(), refused(&reply).retry_at), ("general", START + 80_000));
    // Another group is not blocked.
    assert_eq!(admitted(&mut state, &Take { group: Group::Credential, ..one() }, 1, 40_000), 1);
    let Reply::Refused(looked) = state.clone().look(&one(), at(40_000)) else { panic!("not blocked") };
    assert!(looked.blocked);
    state.set_override(
        "general",
        Override { quotas: Some(Quotas([50; 3])), until: START + 99_000, revision: 1 },
    );
    assert_eq!(admitted(&mut state, &one(), 1, 40_000), 1);
}

#[test]
fn a_standing_is_kept_for_a_day_and_idle_objects_are_forgotten() {
    let at_hours = |hours: i64| at(hours * 3_600_000);
    let mut address = State::default();
    address.take(&Take { kind: Kind::Address, ..one() }, at(0));
    let stored = text(&address).unwrap();
    assert_eq!(wake(Some(&stored), at_hours(24)), Some(address.idle_at()));
    assert_eq!(wake(Some(&stored), at_hours(25)), None);
    let mut user = State::default();
    user.take(&by(Tier::Pro), at(0));
    user.advance(at_hours(10));
    user.stand(standing(2, Tier::Free));
    assert_eq!(user.idle_at(), at_hours(34));
    assert_eq!(wake(None, at(0)), None);
    let mut set = State::default();
    set.set_override("general", Override { quotas: None, until: at_hours(99).millis(), revision: 1 });
    assert_eq!(set.idle_at(), at_hours(99));
}

/// What the first version has stored, word for word.
const FIRST: &str = r#"{"general":[{"window":28333333,"units":7},{"window":472222,"units":60},{"window":19675,"units":900}],"credential":[{"window":28333333,"units":10},{"window":472222,"units":10},{"window":19675,"units":10}],"ended_sessions":[],"standing":{"epoch":3,"tier":"free","role":"user","status":"suspended"},"told_at":1700000000000,"latest":1700000030000}"#;

#[test]
fn what_the_first_version_stored_goes_on_counting() {
    let mut state = stored::read(FIRST).unwrap();
    let reply = state.take(&Take { cost: 0, ..one() }, at(31_000));
    let left: Vec<u32> = granted(&reply).windows.iter().map(|window| window.left).collect();
    assert_eq!(left, [3, 40, 100]);
    assert_eq!(granted(&reply).standing.map(|standing| standing.epoch), Some(3));
    assert_eq!(admitted(&mut state, &one(), 9, 31_000), 3);
    let credential = Take { group: Group::Credential, ..one() };
    assert_eq!(admitted(&mut state, &credential, 1, 31_000), 0);
    assert_eq!(admitted(&mut state, &credential, 1, 110_000), 1);
}

/// What this version stores, word for word: a later one has to read it.
const SECOND: &str = r#"{"v":2,"latest":1700000030000,"counters":[["general",{"held":[[[340000004,2],[340000006,1]],[[5666666,3]],[[472222,3]]]}]],"standing":{"standing":{"epoch":4,"tier":"pro","role":"user","status":"active"},"since":1700000030000},"overrides":[["general",{"quotas":[5,50,500],"until":1700000090000,"revision":1}]]}"#;

#[test]
fn the_stored_form_is_pinned() {
    let mut state = State::default();
    state.set_override(
        "general",
        Override { quotas: Some(Quotas([5, 50, 500])), until: START + 90_000, revision: 1 },
    );
    state.take(&by(Tier::Pro), at(20_000));
    state.take(&by(Tier::Pro), at(21_000));
    state.take(&Take { standing: Some(standing(4, Tier::Pro)), ..one() }, at(30_000));
    assert_eq!(text(&state).unwrap(), SECOND);
    assert_eq!(stored::read(SECOND).unwrap(), state);
    for unreadable in ["", "7", r#"{"v":3,"latest":0}"#, r#"{"v":2}"#] {
        assert!(stored::read(unreadable).is_err(), "{unreadable}");
    }
}

#[test]
fn commands_and_replies_pass_as_text() {
    let commands = [
        (r#""ping""#, false),
        (
            r#"{"take":{"kind":"user","group":"general","cost":1,"ahead":4,"standing":{"epoch":1,"tier":"pro","role":"user","status":"active"},"scale":1}}"#,
            true,
        ),
        (
            r#"{"look":{"kind":"address","group":"credential","cost":0,"ahead":0,"standing":null,"scale":1}}"#,
            false,
        ),
        (r#"{"stand":{"standing":{"epoch":2,"tier":"free","role":"user","status":"suspended"}}}"#, true),
        (
            r#"{"override":{"counter":"general","set":{"quotas":[1,2,3],"until":1700000000001,"revision":1}}}"#,
            true,
        ),
    ];
    let mut stored = None;
    for (command, stores) in commands {
        let handled = handle(stored.as_deref(), command, at(0)).unwrap();
        assert_eq!(handled.store.is_some(), stores, "{command}");
        assert!(serde_json::from_str::<Reply>(&handled.reply).is_ok());
        stored = handled.store.or(stored);
    }
    assert!(handle(None, r#"{"take":{}}"#, at(0)).is_err());
}

proptest! {
    /// Whoever tells or claims it, in whatever order: the object's standing is that of the highest epoch, the first
    /// that was heard of it, and every grant carries it.
    #[test]
    fn the_highest_epoch_wins(heard in prop::collection::vec((0_i64..6, prop::bool::ANY, 0_usize..3), 1..40)) {
        let mut state = State::default();
        let mut expected: Option<Standing> = None;
        for (number, (epoch, told, tier)) in heard.into_iter().enumerate() {
            let heard = standing(epoch, [Tier::Free, Tier::Pro, Tier::Enterprise][tier]);
            if expected.is_none_or(|known| heard.epoch > known.epoch) {
                expected = Some(heard);
            }
            if told {
                state.stand(heard);
            } else {
                let take = Take { cost: 0, standing: Some(heard), ..one() };
                let reply = state.take(&take, at(number as i64));
                prop_assert_eq!(granted(&reply).standing, expected);
            }
            prop_assert_eq!(state.standing(), expected);
            state = stored::read(&text(&state).unwrap()).unwrap();
        }
    }
}
