//! From one sample to the next. Pure.

use crate::contract::types::ComponentState::{self, Degraded, Down};

/// What a sample made of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// An incident begins.
    Begins,
    /// The one that lasts is worse than it was.
    Worsens,
    /// It ends.
    Ends,
}

/// One sample. `open` is the worst of the incident that lasts, `last` the sample before if it is in a row with this one.
/// Two samples that are not well begin an incident, two that are well end it, and two that are down make it one.
#[must_use]
pub fn step(
    open: Option<ComponentState>,
    last: Option<ComponentState>,
    now: ComponentState,
) -> Option<Change> {
    let bad = |state: ComponentState| matches!(state, Degraded | Down);
    let last = last?;
    match open {
        None => (bad(last) && bad(now)).then_some(Change::Begins),
        Some(_) if !bad(last) && !bad(now) => Some(Change::Ends),
        Some(open) => (open == Degraded && last == Down && now == Down).then_some(Change::Worsens),
    }
}

/// The state that an incident begins with: the lesser evil of the two samples.
#[must_use]
pub fn milder(last: ComponentState, now: ComponentState) -> ComponentState {
    if last == Down && now == Down { Down } else { Degraded }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::types::ComponentState::Operational;

    fn states() -> impl Strategy<Value = Vec<ComponentState>> {
        prop::collection::vec(prop::sample::select(vec![Operational, Degraded, Down]), 0..200)
    }

    /// The changes of a history, with where they were.
    fn changes(states: &[ComponentState]) -> Vec<(usize, Change)> {
        let (mut open, mut last, mut found) = (None, None, Vec::new());
        for (at, now) in states.iter().enumerate() {
            if let Some(change) = step(open, last, *now) {
                open = last.filter(|_| change != Change::Ends).map(|last| milder(last, *now));
                found.push((at, change));
            }
            last = Some(*now);
        }
        found
    }

    proptest! {
        /// A model that looks back at two samples: an incident lasts from the second of two bad ones to the second of two
        /// good ones, and nothing shorter than that begins or ends any.
        #[test]
        fn two_bad_samples_begin_an_incident_and_two_good_ones_end_it(states in states()) {
            let mut open = false;
            let mut expected = Vec::new();
            for at in 1..states.len() {
                let good = |at: usize| states[at] == Operational;
                if !open && !good(at - 1) && !good(at) {
                    open = true;
                    expected.push((at, Change::Begins));
                } else if open && good(at - 1) && good(at) {
                    open = false;
                    expected.push((at, Change::Ends));
                }
            }
            let found: Vec<_> =
                changes(&states).into_iter().filter(|(_, change)| *change != Change::Worsens).collect();
            prop_assert_eq!(found, expected);
        }

        /// Samples that swing from one to the next change nothing once the first incident was decided.
        #[test]
        fn a_part_that_swings_has_no_incident(bad in prop::sample::select(vec![Degraded, Down]), count in 0..100_usize) {
            let states: Vec<_> = (0..count).map(|at| if at % 2 == 0 { bad } else { Operational }).collect();
            prop_assert_eq!(changes(&states), vec![]);
        }

        /// A sample that is in a row with none decides nothing, whatever it is and whatever lasts.
        #[test]
        fn after_a_gap_one_sample_decides_nothing(
            open in prop::option::of(prop::sample::select(vec![Degraded, Down])),
            now in prop::sample::select(vec![Operational, Degraded, Down]),
        ) {
            prop_assert_eq!(step(open, None, now), None);
        }
    }

    #[test]
    fn an_incident_is_down_when_two_samples_are() {
        assert_eq!(step(Some(Degraded), Some(Down), Down), Some(Change::Worsens));
        assert_eq!(step(Some(Degraded), Some(Degraded), Down), None);
        assert_eq!(step(Some(Down), Some(Down), Down), None);
        assert_eq!((milder(Degraded, Down), milder(Down, Down)), (Degraded, Down));
    }
}
