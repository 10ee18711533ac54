//! Who of many askers asks a remote engine. Pure; one object for each question, named as its shelf.
//!
//! Futures cannot be shared between requests of an isolate, and isolates share nothing. So the first asker is given a
//! lease to ask, and the others come back until its answer is here, sealed as in the cache. Nobody waits for a holder
//! that got lost longer than its lease. The answer stays here for as long as KV may need to show it elsewhere. Who has
//! waited takes no lease, so that those who wait do not ask one after another where nobody gets an answer.

use serde::{Deserialize, Serialize};

use crate::kernel::json;
use crate::kernel::object::Handled;
use crate::kernel::time::Timestamp;

/// The longest lease in milliseconds.
pub const LONGEST_LEASE: i64 = 30_000;
/// Milliseconds that an answer stays.
pub const KEPT: i64 = 60_000;
/// The largest answer that is shared, in bytes; a row of an object's storage takes 2 MB.
const LARGEST: usize = 1_000_000;

/// What the object is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Somebody needs the answer.
    Ask {
        /// Who: an id of one asker, the same each time it comes back.
        asker: String,
        /// How long it needs to ask, in milliseconds; 0 if it would only wait for somebody else.
        lease: i64,
    },
    /// Somebody has asked.
    Done {
        /// Who.
        asker: String,
        /// The sealed answer, if there was one.
        value: Option<String>,
    },
}

/// What the object answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It is yours to ask; tell what came of it.
    Lead,
    /// Somebody else is asking.
    Wait {
        /// For so many milliseconds at most.
        millis: i64,
    },
    /// Here is the answer.
    Value {
        /// Sealed.
        value: String,
    },
    /// Nobody is asking, and nobody got an answer.
    Nothing,
    /// So be it.
    Noted,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    asker: String,
    until: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Answer {
    value: String,
    until: i64,
}

/// What the object keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    holder: Option<Lease>,
    answer: Option<Answer>,
}

impl State {
    /// Carries a command out.
    pub fn handle(&mut self, command: Command, now: Timestamp) -> Reply {
        let now = now.millis();
        match command {
            Command::Ask { asker, lease } => self.ask(asker, lease, now),
            Command::Done { asker, value } => self.done(&asker, value, now),
        }
    }

    fn ask(&mut self, asker: String, lease: i64, now: i64) -> Reply {
        if let Some(answer) = self.answer.as_ref().filter(|answer| lasts(answer.until, KEPT, now)) {
            return Reply::Value { value: answer.value.clone() };
        }
        match self.holder.as_ref().filter(|holder| lasts(holder.until, LONGEST_LEASE, now)) {
            // Its last reply was lost.
            Some(holder) if holder.asker == asker => Reply::Lead,
            Some(holder) => Reply::Wait { millis: holder.until - now },
            None if lease <= 0 => Reply::Nothing,
            None => {
                self.holder = Some(Lease { asker, until: now + lease.min(LONGEST_LEASE) });
                Reply::Lead
            }
        }
    }

    /// An answer is good whoever brings it, also one whose lease is over.
    fn done(&mut self, asker: &str, value: Option<String>, now: i64) -> Reply {
        if self.holder.as_ref().is_some_and(|holder| holder.asker == asker) {
            self.holder = None;
        }
        if let Some(value) = value.filter(|value| value.len() <= LARGEST) {
            self.answer = Some(Answer { value, until: now + KEPT });
        }
        Reply::Noted
    }

    /// When nothing counts any more.
    fn idle_at(&self) -> i64 {
        let holder = self.holder.as_ref().map_or(0, |holder| holder.until);
        let answer = self.answer.as_ref().map_or(0, |answer| answer.until);
        holder.max(answer)
    }
}

/// Whether something that was set for at most `span` lasts: where the clock has gone back by more, it does not.
fn lasts(until: i64, span: i64, now: i64) -> bool {
    until > now && until - now <= span
}

/// The object's whole logic.
pub fn handle(stored: Option<&str>, command: &str, now: Timestamp) -> Result<Handled, String> {
    let mut state: State = match stored {
        None => State::default(),
        Some(text) => json::read(text).map_err(|error| error.to_string())?,
    };
    let command: Command = json::read(command).map_err(|error| error.to_string())?;
    let before = state.clone();
    let reply = text(&state.handle(command, now))?;
    let store = if state == before { None } else { Some(text(&state)?) };
    let wake_at = store.as_ref().and_then(|_| Timestamp::from_millis(state.idle_at()));
    Ok(Handled { reply, store, wake_at })
}

/// Once nothing counts any more, the object is forgotten.
pub fn wake(stored: Option<&str>, now: Timestamp) -> Option<Timestamp> {
    let state: State = json::read(stored?).ok()?;
    Timestamp::from_millis(state.idle_at()).filter(|at| *at > now)
}

fn text<T: Serialize>(value: &T) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEASE: i64 = 2_000;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn ask(state: &mut State, asker: &str, now: i64) -> Reply {
        state.handle(Command::Ask { asker: asker.to_owned(), lease: LEASE }, at(now))
    }

    fn wait(state: &mut State, asker: &str, now: i64) -> Reply {
        state.handle(Command::Ask { asker: asker.to_owned(), lease: 0 }, at(now))
    }

    fn done(state: &mut State, asker: &str, value: Option<&str>, now: i64) {
        state.handle(Command::Done { asker: asker.to_owned(), value: value.map(str::to_owned) }, at(now));
    }

    #[test]
    fn the_first_asks_and_the_others_get_what_it_got() {
        let mut state = State::default();
        assert_eq!(ask(&mut state, "a", 0), Reply::Lead);
        assert_eq!(ask(&mut state, "b", 500), Reply::Wait { millis: 1_500 });
        assert_eq!(ask(&mut state, "a", 600), Reply::Lead, "whose reply was lost");
        done(&mut state, "a", Some("v"), 700);
        let value = Reply::Value { value: "v".to_owned() };
        assert_eq!([ask(&mut state, "b", 800), ask(&mut state, "c", 700 + KEPT - 1)], [value.clone(), value]);
        assert_eq!(ask(&mut state, "c", 700 + KEPT), Reply::Lead);
    }

    #[test]
    fn a_failure_ends_the_waiting_and_the_next_may_ask() {
        let mut state = State::default();
        ask(&mut state, "a", 0);
        done(&mut state, "b", None, 100);
        assert_eq!(wait(&mut state, "b", 100), Reply::Wait { millis: 1_900 }, "only the holder can fail");
        done(&mut state, "a", None, 200);
        assert_eq!(wait(&mut state, "b", 200), Reply::Nothing);
        assert_eq!(ask(&mut state, "c", 200), Reply::Lead);
    }

    #[test]
    fn who_has_waited_never_asks_itself() {
        let mut state = State::default();
        assert_eq!(wait(&mut state, "b", 0), Reply::Nothing);
        ask(&mut state, "a", 0);
        assert_eq!(wait(&mut state, "b", 1), Reply::Wait { millis: 1_999 });
        assert_eq!(wait(&mut state, "b", LEASE), Reply::Nothing, "the holder got lost");
        assert_eq!(ask(&mut state, "c", LEASE), Reply::Lead);
    }

    #[test]
    fn a_lost_holder_blocks_for_its_lease_and_its_late_answer_is_taken() {
        let mut state = State::default();
        ask(&mut state, "a", 0);
        assert_eq!(ask(&mut state, "b", LEASE), Reply::Lead);
        done(&mut state, "a", Some("late"), LEASE + 1);
        assert_eq!(ask(&mut state, "c", LEASE + 2), Reply::Value { value: "late".to_owned() });
    }

    #[test]
    fn what_is_too_large_is_not_shared_and_a_clock_that_goes_back_holds_nobody_up() {
        let mut state = State::default();
        ask(&mut state, "a", 1_000_000);
        assert_eq!(ask(&mut state, "b", 0), Reply::Lead);
        done(&mut state, "b", Some(&"x".repeat(LARGEST + 1)), 1);
        assert_eq!(ask(&mut state, "c", 2), Reply::Lead);
    }

    #[test]
    fn an_object_that_is_quiet_is_forgotten() {
        let command = r#"{"ask":{"asker":"a","lease":2000}}"#;
        let first = handle(None, command, at(0)).unwrap();
        assert_eq!((first.reply.as_str(), first.wake_at), (r#""lead""#, Some(at(2_000))));
        let stored = first.store.as_deref();
        assert_eq!(wake(stored, at(1_999)), Some(at(2_000)));
        assert_eq!(wake(stored, at(2_000)), None);
        let second = handle(stored, r#"{"ask":{"asker":"b","lease":2000}}"#, at(1)).unwrap();
        assert_eq!((second.store, second.wake_at), (None, None), "whoever waits costs no write");
        assert!(handle(None, "{}", at(0)).is_err() && handle(Some("?"), command, at(0)).is_err());
    }

    /// What an asker does after the time before it.
    #[derive(Debug, Clone)]
    enum Step {
        Ask(u8),
        Wait(u8),
        Answer(u8),
        Fail(u8),
    }

    fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
        let who = 0_u8..5;
        let step = prop_oneof![
            3 => who.clone().prop_map(Step::Ask),
            2 => who.clone().prop_map(Step::Wait),
            1 => who.clone().prop_map(Step::Answer),
            1 => who.prop_map(Step::Fail),
        ];
        prop::collection::vec((0_i64..1_500, step), 1..80)
    }

    proptest! {
        /// Holders that never come back included: whoever was told to lead and has neither told nor outlived its
        /// lease is the only one.
        #[test]
        fn at_most_one_asks_and_nobody_waits_longer_than_a_lease(steps in steps()) {
            let mut state = State::default();
            let mut now = 0;
            let mut leader: Option<(u8, i64)> = None;
            let mut answered = i64::MIN;
            for (pause, step) in steps {
                now += pause;
                leader = leader.filter(|(_, until)| *until > now);
                match step {
                    Step::Ask(who) => match ask(&mut state, &who.to_string(), now) {
                        Reply::Lead => match leader {
                            Some((holder, _)) => prop_assert_eq!(holder, who, "two ask at once"),
                            None => leader = Some((who, now + LEASE)),
                        },
                        Reply::Wait { millis } => {
                            let (holder, until) = leader.expect("somebody is waited for");
                            prop_assert!(holder != who && millis == until - now && millis <= LEASE);
                        }
                        Reply::Value { .. } => prop_assert!(now - answered < KEPT),
                        Reply::Nothing => prop_assert!(false, "who would ask may, or waits"),
                        Reply::Noted => prop_assert!(false, "an asker is answered"),
                    },
                    Step::Wait(who) => {
                        let reply = wait(&mut state, &who.to_string(), now);
                        let holds = leader.is_some_and(|(holder, _)| holder == who);
                        prop_assert!(holds || reply != Reply::Lead, "who only waits takes no lease");
                    }
                    Step::Answer(who) => {
                        done(&mut state, &who.to_string(), Some("v"), now);
                        answered = now;
                        leader = leader.filter(|(holder, _)| *holder != who);
                    }
                    Step::Fail(who) => {
                        done(&mut state, &who.to_string(), None, now);
                        leader = leader.filter(|(holder, _)| *holder != who);
                    }
                }
            }
            // After the longest of all spans the next asker leads, whatever happened.
            let later = now + KEPT.max(LEASE);
            prop_assert_eq!(ask(&mut state, "last", later), Reply::Lead);
        }
    }
}
