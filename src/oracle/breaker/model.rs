//! Random lives of a breaker beside simple models of what it may do.

use proptest::prelude::*;

use super::tests::{Bench, SETTINGS, WELL};
use super::*;

/// What may happen to a breaker.
#[derive(Debug, Clone)]
enum Step {
    Wait(i64),
    Permit(i64),
    /// Gives back one of the permits that were given, in some order, perhaps late or twice.
    Back(usize, bool, bool),
    Calls(u32, u32, u32),
    Order(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0_i64..15_000).prop_map(Step::Wait),
        1 => (-30_000_i64..90_000).prop_map(Step::Wait),
        4 => (1_i64..40_000).prop_map(Step::Permit),
        4 => (0_usize..8, any::<bool>(), any::<bool>()).prop_map(|(at, failed, slow)| Step::Back(at, failed, slow)),
        4 => (1_u32..30, 0_u32..30, 0_u32..30).prop_map(|(calls, failed, slow)| Step::Calls(calls, failed, slow)),
        1 => (0_u8..4).prop_map(Step::Order),
    ];
    proptest::collection::vec(step, 1..200)
}

/// Plays the steps as isolates would, and holds the breaker to the model: of each half-open time, the list of all
/// permits that were ever given. Gives the breaker back as it is at the end, with its clock.
fn play(steps: &[Step]) -> Result<Bench, TestCaseError> {
    let mut bench = Bench::at(1_700_000_000_000);
    let mut permits: Vec<(i64, u32)> = Vec::new();
    let mut revision = 0;
    for step in steps {
        match *step {
            Step::Wait(millis) => bench.now += millis,
            Step::Permit(life) => {
                if let Some(permit) = bench.state.permit(life, bench.now, &SETTINGS) {
                    let verdict = bench.state.verdict(&SETTINGS);
                    prop_assert_eq!(verdict.position, Position::HalfOpen);
                    prop_assert!(!permits.contains(&(verdict.generation, permit)), "a permit is given once");
                    permits.push((verdict.generation, permit));
                    let given =
                        permits.iter().filter(|(generation, _)| *generation == verdict.generation).count();
                    prop_assert!(given <= SETTINGS.probes as usize, "{given} probes in one half-open time");
                }
            }
            Step::Back(at, failed, slow) => {
                if let Some((generation, permit)) = permits.iter().rev().nth(at).copied() {
                    let probes = vec![Probe { permit, tally: Tally::one(failed, slow) }];
                    let report = Report { generation, tally: Tally::default(), probes };
                    bench.state.report(&report, bench.now, &SETTINGS);
                }
            }
            Step::Calls(calls, failed, slow) => {
                let generation = bench.verdict().generation;
                let report = Report { generation, tally: Tally { calls, failed, slow }, probes: Vec::new() };
                bench.state.report(&report, bench.now, &SETTINGS);
            }
            Step::Order(which) => {
                revision += 1;
                let mode = [Some(Mode::Automatic), Some(Mode::ForcedOpen), Some(Mode::Disabled), None];
                bench.state.order(mode.get(usize::from(which)).copied().flatten(), revision, bench.now);
            }
        }
        // The state is what an object stores: it comes back the same.
        let text = serde_json::to_string(&bench.state).unwrap();
        prop_assert_eq!(&serde_json::from_str::<State>(&text).unwrap(), &bench.state);
        prop_assert!(text.len() < 2_000, "{}", text);
    }
    Ok(bench)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_half_open_time_lets_more_than_its_probes_through(steps in steps()) {
        play(&steps)?;
    }

    #[test]
    fn wherever_it_is_a_breaker_of_a_healthy_engine_closes(steps in steps()) {
        let mut bench = play(&steps)?;
        bench.state.order(Some(Mode::Automatic), i64::MAX - 1, bench.now);
        let mut bench = if steps.len() % 2 == 0 { bench } else { play(&steps)? };
        if !matches!(bench.is(), Position::ForcedOpen | Position::Disabled) {
            // Permits that are out may be lost and open it once more: two open times and two lives of a permit.
            for _ in 0..2 {
                bench.later(SETTINGS.permit_millis.max(SETTINGS.open_millis)).is();
            }
            bench.later(SETTINGS.open_millis);
            for _ in 0..SETTINGS.probes {
                if bench.is() == Position::HalfOpen {
                    bench.probe(WELL);
                }
            }
            prop_assert_eq!(bench.is(), Position::Closed);
        }
    }

    /// The window beside its definition: every call with its time.
    #[test]
    fn a_window_holds_the_last_calls_and_none_that_are_too_old(
        calls in proptest::collection::vec((0_i64..4_000, 1_u32..8, 0_u32..2), 1..300),
    ) {
        let (mut window, mut log, mut now) = (Window::default(), Vec::new(), 1_000_000_i64);
        for (pause, number, failed) in calls {
            now += pause;
            window.add(Tally { calls: number, failed: failed * number, slow: 0 }, now, &SETTINGS);
            log.push((now, number, failed * number));
            let total = window.total();
            let within = |span: i64| log.iter().rev().take_while(move |(at, ..)| now - at < span);
            let of = |span: i64| within(span).map(|(_, number, _)| number).sum::<u32>();
            // Never older than the window; never less than its younger part, unless newer calls fill it.
            prop_assert!(total.calls <= of(SETTINGS.window_millis));
            let least = of(SETTINGS.window_millis - SETTINGS.window_millis / 12).min(SETTINGS.window_calls);
            prop_assert!(total.calls >= least, "{} of {least}", total.calls);
            prop_assert!(total.calls < SETTINGS.window_calls + SETTINGS.window_calls / 10 + 8);
            prop_assert!(total.failed <= within(SETTINGS.window_millis).map(|(.., failed)| failed).sum());
            prop_assert!(window.len() <= 24, "{} tallies", window.len());
        }
    }
}
