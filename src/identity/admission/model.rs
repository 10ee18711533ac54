//! The limiter against a model that logs every use and looks at every interval.
//!
//! Several isolates with clocks of their own ask one object, whose state passes through its stored text each time and
//! whose clock jumps back now and then. Commands get lost, replies get lost, and answers come back in any order. The
//! model knows nothing of buckets or leases: it has the true time of every admitted unit.

use std::rc::Rc;

use proptest::prelude::*;

use super::*;

/// Far enough from 1970 for every clock to run back.
const START: i64 = 1_700_000_000_000;

#[derive(Debug, Clone)]
enum Step {
    /// Time passes, in milliseconds.
    Wait(i64),
    /// The object's clock is set back by so much.
    SetBack(i64),
    /// A request arrives at an isolate.
    Arrive { isolate: usize, cost: u32, alone: bool },
    /// The oldest command but so many arrives at the object, or is lost on the way.
    Deliver { which: usize, lost: bool },
    /// The oldest reply but so many arrives at its isolate, or is lost on the way.
    Return { which: usize, lost: bool },
    /// An isolate ends with all that it remembers.
    Evict(usize),
    /// So many requests, one after the other, each with its answer.
    Burst { isolate: usize, count: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let ends = prop::sample::select(vec![1, 4_990, 5_000, 54_990, 55_000, 59_000, 60_000, 64_999, 65_000]);
    let wait = prop_oneof![ends, 0_i64..300, 0_i64..7_000, 0_i64..80_000, 0_i64..4_000_000];
    let lost = prop::bool::weighted(0.1);
    let step = prop_oneof![
        4 => wait.prop_map(Step::Wait),
        1 => (0_i64..200_000).prop_map(Step::SetBack),
        12 => (0..3_usize, 1_u32..4, prop::bool::weighted(0.2))
            .prop_map(|(isolate, cost, alone)| Step::Arrive { isolate, cost, alone }),
        12 => (0..3_usize, lost).prop_map(|(which, lost)| Step::Deliver { which, lost }),
        12 => (0..3_usize, lost).prop_map(|(which, lost)| Step::Return { which, lost }),
        1 => (0..3_usize).prop_map(Step::Evict),
        3 => (0..3_usize, 1..60_usize).prop_map(|(isolate, count)| Step::Burst { isolate, count }),
    ];
    prop::collection::vec(step, 1..300)
}

/// A request on its way.
struct Flight {
    isolate: usize,
    take: Take,
    alone: bool,
    asked: i64,
    reply: Option<(Reply, i64)>,
}

struct World {
    quotas: Quotas,
    now: i64,
    set_back: i64,
    stored: Option<String>,
    isolates: [Leases; 3],
    sent: Vec<Flight>,
    answered: Vec<Flight>,
    /// True time and units of every admission.
    uses: Vec<(i64, u32)>,
    under_lease: usize,
}

impl World {
    fn new(quotas: Quotas) -> Self {
        let mut state = State::default();
        let for_ever = Override { quotas: Some(quotas), until: i64::MAX / 2, revision: 1 };
        state.set_override("general", for_ever);
        Self {
            quotas,
            now: START,
            set_back: 0,
            stored: Some(text(&state).unwrap()),
            isolates: std::array::from_fn(|_| Leases::default()),
            sent: Vec::new(),
            answered: Vec::new(),
            uses: Vec::new(),
            under_lease: 0,
        }
    }

    /// The clock of an isolate: always wrong by the same.
    fn isolate_clock(&self, isolate: usize) -> Timestamp {
        Timestamp::from_millis(self.now + [0, 3_000, -40_000][isolate]).unwrap()
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Wait(millis) => self.now += millis,
            Step::SetBack(millis) => self.set_back += millis,
            Step::Burst { isolate, count } => {
                for _ in 0..count {
                    self.request(isolate);
                }
            }
            Step::Evict(isolate) => self.isolates[isolate] = Leases::default(),
            Step::Arrive { isolate, cost, alone } => {
                let clock = self.isolate_clock(isolate);
                match self.isolates[isolate].take("u", cost, alone, clock) {
                    Local::Admitted(_) => {
                        self.uses.push((self.now, cost));
                        self.under_lease += 1;
                    }
                    Local::Refused(_) => {}
                    Local::Ask { ahead } => {
                        let take = Take {
                            kind: Kind::User,
                            group: Group::General,
                            also: Vec::new(),
                            cost,
                            ahead,
                            standing: None,
                            scale: 1,
                        };
                        let asked = clock.millis();
                        self.sent.push(Flight { isolate, take, alone, asked, reply: None });
                    }
                }
            }
            Step::Deliver { which, lost } if which < self.sent.len() => {
                let mut flight = self.sent.remove(which);
                if !lost {
                    let command = text(&Command::Take(flight.take.clone())).unwrap();
                    let clock = Timestamp::from_millis(self.now - self.set_back).unwrap();
                    let handled = handle(self.stored.as_deref(), &command, clock).unwrap();
                    self.stored = handled.store;
                    flight.reply = Some((serde_json::from_str(&handled.reply).unwrap(), self.now));
                    self.answered.push(flight);
                }
            }
            Step::Return { which, lost } if which < self.answered.len() => {
                let flight = self.answered.remove(which);
                if !lost {
                    self.come_back(flight);
                }
            }
            Step::Deliver { .. } | Step::Return { .. } => {}
        }
    }

    /// A request that goes there and back at once, past all that are on their way.
    fn request(&mut self, isolate: usize) {
        self.step(Step::Arrive { isolate, cost: 1, alone: false });
        if let Some(which) = self.sent.iter().rposition(|flight| flight.isolate == isolate) {
            self.step(Step::Deliver { which, lost: false });
            let which = self.answered.len() - 1;
            self.step(Step::Return { which, lost: false });
        }
    }

    fn come_back(&mut self, flight: Flight) {
        let clock = self.isolate_clock(flight.isolate);
        let asked = Timestamp::from_millis(flight.asked).unwrap();
        let leases = &mut self.isolates[flight.isolate];
        match flight.reply {
            Some((Reply::Granted(grant), granted_at)) => {
                self.uses.push((granted_at, flight.take.cost));
                leases.granted("u", &Rc::new(grant), asked, clock);
            }
            Some((Reply::Refused(refusal), _)) => {
                let cost = flight.take.cost;
                if leases.refused("u", cost, flight.alone, &Rc::new(refusal), clock).is_some() {
                    self.uses.push((self.now, cost));
                    self.under_lease += 1;
                }
            }
            _ => panic!("another answer"),
        }
    }

    /// The most units that any interval of that length has seen, both its ends included.
    fn most(&self, seconds: u32) -> u32 {
        let length = i64::from(seconds) * 1000;
        let mut uses = self.uses.clone();
        uses.sort_unstable();
        let (mut first, mut sum, mut most) = (0, 0, 0);
        for (at, units) in &uses {
            sum += units;
            while uses[first].0 < at - length {
                sum -= uses[first].1;
                first += 1;
            }
            most = most.max(sum);
        }
        most
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// No interval of 60, 3,600 or 86,400 seconds sees more than its quota, wherever it begins.
    #[test]
    fn no_interval_sees_more_than_its_quota(
        steps in steps(), minute in 1_u32..120, hour in 1_u32..400, day in 1_u32..800,
    ) {
        let mut world = World::new(Quotas([minute, hour, day]));
        for step in steps {
            world.step(step);
        }
        for (seconds, limit) in [60, 3_600, 86_400].into_iter().zip(world.quotas.0) {
            prop_assert!(world.most(seconds) <= limit, "{} of {limit} in {seconds} s", world.most(seconds));
        }
    }

    /// A refusal is right: just before the moment it names the same request is refused still, and then it is admitted.
    #[test]
    fn a_refusal_names_the_exact_moment(
        uses in prop::collection::vec((0_i64..9_000, 1_u32..4), 1..60), minute in 3_u32..20, hour in 3_u32..40, cost in 1_u32..4,
    ) {
        let mut state = State::default();
        let quotas = Quotas([minute, hour, 1_000]);
        state.set_override("general", Override { quotas: Some(quotas), until: i64::MAX / 2, revision: 1 });
        let take = |cost| Take {
            kind: Kind::User, group: Group::General, also: Vec::new(), cost, ahead: 0, standing: None, scale: 1,
        };
        let mut now = START;
        for (wait, cost) in uses {
            now += wait;
            state.take(&take(cost), Timestamp::from_millis(now).unwrap());
        }
        if let Reply::Refused(refusal) = state.clone().take(&take(cost), Timestamp::from_millis(now).unwrap()) {
            prop_assert!(refusal.retry_at > now);
            let at = |millis| Timestamp::from_millis(millis).unwrap();
            prop_assume!(!refusal.blocked);
            let before = state.clone().take(&take(cost), at(refusal.retry_at - 1));
            prop_assert!(matches!(before, Reply::Refused(_)));
            let then = state.take(&take(cost), at(refusal.retry_at));
            prop_assert!(matches!(then, Reply::Granted(_)));
        }
    }
}

/// The model sees leases at work: were none used, it would prove nothing about them.
#[test]
fn the_model_serves_under_leases_and_notices_a_unit_too_many() {
    let mut world = World::new(Quotas([200, 1_000, 10_000]));
    for _ in 0..40 {
        world.request(0);
        world.step(Step::Wait(100));
    }
    assert!(world.under_lease > 25, "{}", world.under_lease);
    assert_eq!(world.most(60), 40);
    assert_eq!(world.most(1), 11);
    world.uses.push((world.now, 161));
    assert!(world.most(60) > 200);
}

/// A lease that is taken at the end of a bucket and used at its own end counts until a minute after its use.
#[test]
fn a_unit_used_at_the_end_of_its_lease_is_held_for_a_minute_from_then() {
    let mut world = World::new(Quotas([40, 1_000, 10_000]));
    world.step(Step::Wait(4_999));
    world.request(0);
    assert_eq!(world.uses.len(), 1);
    world.step(Step::Wait(LEASE_MILLIS - 1));
    world.request(0);
    world.request(0);
    assert_eq!(world.under_lease, 2);
    // The unit that was used at once is let go now; those of the lease are not.
    world.step(Step::Wait(65_000 - 9_998));
    world.step(Step::Burst { isolate: 1, count: 60 });
    assert_eq!(world.uses.len(), 3 + 38);
    assert_eq!(world.most(60), 40);
}
