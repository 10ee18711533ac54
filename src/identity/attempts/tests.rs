//! The counts against their promises, by table and by chance.

use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + seconds * 1000).unwrap()
}

fn origin(network: &str, device: Option<&str>) -> Origin {
    Origin { network: network.to_owned(), device: device.map(str::to_owned) }
}

fn begin(state: &mut State, from: &Origin, seconds: i64) -> Reply {
    state.handle(Command::Begin { from: from.clone() }, at(seconds))
}

#[test]
fn after_five_guesses_from_one_network_each_waits_twice_as_long() {
    let mut state = State::default();
    let here = origin("here", None);
    for _ in 0..FREE {
        assert_eq!(begin(&mut state, &here, 0), Reply::Proceed);
    }
    let mut now = 0;
    for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        assert_eq!(begin(&mut state, &here, now), Reply::Wait { seconds });
        now += i64::from(seconds);
        assert_eq!(begin(&mut state, &here, now - 1), Reply::Wait { seconds: 1 });
        assert_eq!(begin(&mut state, &here, now), Reply::Proceed);
    }
    assert_eq!(begin(&mut state, &origin("there", None), now), Reply::Proceed);
    assert_eq!(begin(&mut state, &here, now + MEMORY_MILLIS / 1000), Reply::Proceed);
    assert_eq!(begin(&mut state, &here, now + MEMORY_MILLIS / 1000), Reply::Proceed, "all is forgotten");
}

#[test]
fn many_networks_together_are_slowed_down_but_no_known_device() {
    let mut state = State::default();
    for n in 0..FREE_EVERYWHERE {
        assert_eq!(begin(&mut state, &origin(&n.to_string(), None), 0), Reply::Proceed);
    }
    assert_eq!(begin(&mut state, &origin("new", None), 0), Reply::Wait { seconds: 2 });
    assert_eq!(begin(&mut state, &origin("1", Some("mine")), 0), Reply::Proceed);
    state.handle(Command::Clear, at(0));
    assert_eq!(state, State::default());
}

#[test]
fn a_right_guess_forgets_its_track_and_one_taken_back_only_itself() {
    let mut state = State::default();
    let here = origin("here", None);
    for _ in 0..4 {
        begin(&mut state, &here, 0);
    }
    let four = state.clone();
    begin(&mut state, &here, 0);
    state.handle(Command::TakenBack { from: here.clone() }, at(0));
    assert_eq!(state, four);
    begin(&mut state, &here, 0);
    state.handle(Command::Succeeded { from: here.clone() }, at(0));
    assert_eq!((state.networks.len(), state.everywhere.count), (0, 4));
}

#[test]
fn an_object_that_was_quiet_for_a_day_is_forgotten() {
    let command = serde_json::to_string(&Command::Begin { from: origin("here", Some("mine")) }).unwrap();
    let handled = handle(None, &command, at(0)).unwrap();
    assert_eq!(handled.reply, r#""proceed""#);
    let day = MEMORY_MILLIS / 1000;
    assert_eq!(handled.wake_at, Some(at(day)));
    assert_eq!(wake(handled.store.as_deref(), at(day - 1)), Some(at(day)));
    assert_eq!(wake(handled.store.as_deref(), at(day)), None);
    assert!(handle(None, "{}", at(0)).is_err());
}

#[test]
fn what_is_stored_is_read_by_later_versions() {
    let stored = r#"{"networks":{"n":{"count":5,"last":1700000000000}},"devices":{},"everywhere":{"count":5,"last":1700000000000}}"#;
    let mut state: State = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_string(&state).unwrap(), stored);
    assert_eq!(begin(&mut state, &origin("n", None), 0), Reply::Wait { seconds: 2 });
}

#[derive(Debug, Clone)]
enum Step {
    /// A stranger guesses from that network.
    Stranger(u8),
    /// The owner signs in, right, from that network without a known device.
    OwnerElsewhere(u8),
    /// The owner gets in with a device that is known.
    OwnerKnown(u8),
    /// Seconds pass.
    Pass(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..40_u8).prop_map(Step::Stranger),
        1 => (0..40_u8).prop_map(Step::OwnerElsewhere),
        1 => (0..40_u8).prop_map(Step::OwnerKnown),
        4 => (0..4_i64).prop_map(Step::Pass),
        2 => (0..1_000_i64).prop_map(Step::Pass),
    ];
    prop::collection::vec(step, 0..400)
}

proptest! {
    #[test]
    fn no_hour_holds_more_guesses_than_stated_and_the_owner_is_never_delayed(steps in steps()) {
        let (mut state, mut now, mut guesses) = (State::default(), 0_i64, Vec::new());
        for step in steps {
            match step {
                Step::Pass(seconds) => now += seconds,
                Step::Stranger(network) => {
                    if begin(&mut state, &origin(&network.to_string(), None), now) == Reply::Proceed {
                        guesses.push(now);
                    }
                }
                Step::OwnerElsewhere(network) => {
                    let from = origin(&network.to_string(), None);
                    if begin(&mut state, &from, now) == Reply::Proceed {
                        state.handle(Command::Succeeded { from }, at(now));
                    }
                }
                Step::OwnerKnown(network) => {
                    let from = origin(&network.to_string(), Some("mine"));
                    prop_assert_eq!(begin(&mut state, &from, now), Reply::Proceed);
                    state.handle(Command::Succeeded { from }, at(now));
                }
            }
            prop_assert!(state.networks.len() <= 64);
        }
        for from in &guesses {
            let hour = guesses.iter().filter(|guess| (*from..from + 3_600).contains(*guess)).count();
            prop_assert!(hour <= MOST_AN_HOUR, "{} guesses in an hour", hour);
        }
    }

    #[test]
    fn a_wait_is_never_longer_than_stated_whatever_the_clock_does(jumps in prop::collection::vec(-100_000_i64..100_000, 0..200)) {
        let (mut state, mut now) = (State::default(), 0);
        for jump in jumps {
            now += jump;
            if let Reply::Wait { seconds } = begin(&mut state, &origin("here", None), now) {
                prop_assert!((1..=u32::try_from(LONGEST_WAIT).unwrap()).contains(&seconds));
            }
        }
    }
}

#[test]
fn the_stated_number_of_an_hour_is_reached_and_not_exceeded() {
    let mut state = State::default();
    let guesses = (0..3_600).map(|second| {
        (0..100)
            .filter(|n| begin(&mut state, &origin(&format!("{second}-{n}"), None), second) == Reply::Proceed)
            .count()
    });
    assert_eq!(guesses.sum::<usize>(), MOST_AN_HOUR);
}
