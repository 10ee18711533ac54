//! Onboarding: what somebody has told, what was left out, what is next.
//!
//! A step is done when its data is there, however it came; skipping only closes a step that is open. Nothing here
//! keeps anybody from anything: engines say themselves what they need.

use serde::Deserialize;

use crate::contract::types::{
    OnboardingStatus, OnboardingStep, OnboardingStepState, OnboardingStepStateState as State,
};
use crate::kernel::row;
use crate::kernel::time::Timestamp;

/// What the steps are judged by.
#[derive(Debug, Clone, Deserialize)]
pub struct Told {
    /// Whether a name was given.
    #[serde(deserialize_with = "row::flag")]
    pub has_name: bool,
    /// Whether a date of birth was given; time and place refine it and may be unknown.
    #[serde(deserialize_with = "row::flag")]
    pub has_birth_date: bool,
    /// Whether preferences were ever changed.
    #[serde(deserialize_with = "row::flag")]
    pub has_preferences: bool,
    /// When the name was left out.
    pub name_skipped_at: Option<Timestamp>,
    /// When birth data were left out.
    pub birth_skipped_at: Option<Timestamp>,
    /// When preferences were left out.
    pub preferences_skipped_at: Option<Timestamp>,
}

/// How the steps stand.
#[must_use]
pub fn status(told: &Told) -> OnboardingStatus {
    let steps = [
        (OnboardingStep::Name, told.has_name, told.name_skipped_at, "full_name"),
        (OnboardingStep::Birth, told.has_birth_date, told.birth_skipped_at, "birth_date"),
        (OnboardingStep::Preferences, told.has_preferences, told.preferences_skipped_at, "preferences"),
    ];
    let steps: Vec<OnboardingStepState> = (1..)
        .zip(steps)
        .map(|(tier, (step, done, skipped, field))| OnboardingStepState {
            step,
            tier,
            state: match (done, skipped) {
                (true, _) => State::Done,
                (false, Some(_)) => State::Skipped,
                (false, None) => State::Open,
            },
            missing: if done { Vec::new() } else { vec![field.to_owned()] },
        })
        .collect();
    let closed = steps.iter().filter(|step| step.state != State::Open).count();
    OnboardingStatus {
        complete: closed == steps.len(),
        progress: [0, 33, 67, 100].get(closed).copied().unwrap_or(100),
        next: steps.iter().find(|step| step.state == State::Open).map(|step| step.step),
        steps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(done: [bool; 3], skipped: [bool; 3]) -> Told {
        let at = |skipped: bool| skipped.then_some(Timestamp::EPOCH);
        Told {
            has_name: done[0],
            has_birth_date: done[1],
            has_preferences: done[2],
            name_skipped_at: at(skipped[0]),
            birth_skipped_at: at(skipped[1]),
            preferences_skipped_at: at(skipped[2]),
        }
    }

    #[test]
    fn every_combination_says_what_is_next() {
        for mask in 0..64_u32 {
            let bit = |at: u32| mask >> at & 1 == 1;
            let (done, skipped) = ([bit(0), bit(1), bit(2)], [bit(3), bit(4), bit(5)]);
            let status = status(&told(done, skipped));
            let open: Vec<usize> = (0..3).filter(|at| !done[*at] && !skipped[*at]).collect();
            assert_eq!(status.complete, open.is_empty(), "{mask}");
            assert_eq!(status.next.map(|step| step as usize), open.first().copied(), "{mask}");
            assert_eq!(status.progress, [100, 67, 33, 0][open.len()], "{mask}");
            for (at, step) in status.steps.iter().enumerate() {
                assert_eq!(step.state == State::Done, done[at], "data that is there counts, skipped or not");
                assert_eq!(step.missing.is_empty(), done[at]);
            }
        }
    }
}
