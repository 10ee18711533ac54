use proptest::prelude::*;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000).unwrap()
}

fn account(number: u8) -> Id {
    Id::new(Timestamp::EPOCH, [number; 10])
}

const PROFILE: u32 = 0b01;
const READING: u32 = 0b10;

fn sought(name: &str, owner: u8, on: u32) -> Sought {
    let kept = Kept { seconds: 60, stale: 30, on };
    Sought {
        name: name.to_owned(),
        account: Some(account(owner)),
        kept,
        revision: 0,
        changed: None,
        reads: true,
    }
}

fn answer(text: &str) -> Answer {
    Answer { body: Some(text.to_owned()), ..Answer::bare(200) }
}

/// Keeps at that second, as of no bookmark.
fn put(memory: &mut Memory, sought: &Sought, text: &str, seconds: i64) -> bool {
    let began = memory.begin();
    memory.keep(sought.clone(), &answer(text), began, None, at(seconds))
}

fn text(found: Result<Given, Outcome>) -> Result<String, Outcome> {
    found.map(|given| given.answer.body.unwrap())
}

#[test]
fn an_answer_is_fresh_then_stale_then_gone_and_made_anew_once() {
    let (mut memory, wish) = (Memory::default(), sought("a", 1, PROFILE));
    assert_eq!(text(memory.find(&wish, None, at(0))), Err(Outcome::Miss));
    assert!(put(&mut memory, &wish, "x", 0));
    let given = memory.find(&wish, None, at(59)).unwrap();
    assert_eq!((given.age, given.renew), (59, false));
    assert!(memory.find(&wish, None, at(60)).unwrap().renew);
    assert!(!memory.find(&wish, None, at(61)).unwrap().renew, "somebody does that already");
    memory.not_renewed("a");
    assert!(memory.find(&wish, None, at(62)).unwrap().renew);
    assert!(put(&mut memory, &wish, "y", 62));
    assert_eq!(text(memory.find(&wish, None, at(62 + 89))), Ok("y".to_owned()));
    assert_eq!(text(memory.find(&wish, None, at(62 + 90))), Err(Outcome::Miss));
    assert_eq!(memory.size(), (0, 0));
}

#[test]
fn a_clock_that_runs_back_ends_what_was_made_later() {
    let (mut memory, wish) = (Memory::default(), sought("a", 1, PROFILE));
    assert!(put(&mut memory, &wish, "x", 100));
    assert_eq!(text(memory.find(&wish, None, at(99))), Err(Outcome::Miss));
}

#[test]
fn a_write_ends_what_the_account_has_of_its_kind_and_nothing_else() {
    let mut memory = Memory::default();
    let (profile, reading, other) =
        (sought("p", 1, PROFILE), sought("r", 1, READING), sought("o", 2, PROFILE));
    for wish in [&profile, &reading, &other] {
        assert!(put(&mut memory, wish, "x", 0));
    }
    memory.begin_write(account(1), PROFILE, at(1));
    assert_eq!(text(memory.find(&profile, None, at(1))), Err(Outcome::Miss));
    assert!(memory.find(&reading, None, at(1)).is_ok() && memory.find(&other, None, at(1)).is_ok());
    assert!(!put(&mut memory, &profile, "while it is written", 1));
    assert!(put(&mut memory, &reading, "y", 1));
    memory.end_write(account(1), PROFILE, None);
    assert!(put(&mut memory, &profile, "z", 2));
}

#[test]
fn a_read_that_began_before_a_write_was_over_is_not_kept() {
    let (mut memory, wish) = (Memory::default(), sought("p", 1, PROFILE));
    let before = memory.begin();
    memory.begin_write(account(1), PROFILE, at(0));
    let between = memory.begin();
    memory.end_write(account(1), PROFILE, None);
    for began in [before, between] {
        assert!(!memory.keep(wish.clone(), &answer("old"), began, None, at(0)));
    }
    let after = memory.begin();
    assert!(memory.keep(wish, &answer("new"), after, None, at(0)));
}

#[test]
fn a_write_of_which_nobody_hears_any_more_is_over_in_time_and_two_are_two() {
    let (mut memory, wish) = (Memory::default(), sought("p", 1, PROFILE));
    memory.begin_write(account(1), PROFILE, at(0));
    assert!(!put(&mut memory, &wish, "x", 59));
    assert!(put(&mut memory, &wish, "x", 60));
    memory.begin_write(account(1), PROFILE, at(60));
    memory.begin_write(account(1), PROFILE, at(60));
    memory.end_write(account(1), PROFILE, None);
    memory.end_write(account(1), PROFILE, None);
    // The first one is still open, as far as anybody knows: its time is over.
    assert!(put(&mut memory, &wish, "x", 61));
}

#[test]
fn nothing_older_than_a_bookmark_or_another_revision_is_given() {
    let (mut memory, wish) = (Memory::default(), sought("p", 1, PROFILE));
    let began = memory.begin();
    assert!(memory.keep(wish.clone(), &answer("x"), began, Some("0005".into()), at(0)));
    assert!(memory.find(&wish, Some("0005"), at(1)).is_ok());
    assert_eq!(text(memory.find(&wish, Some("0006"), at(1))), Err(Outcome::Outdated));
    assert!(memory.find(&wish, None, at(1)).is_ok(), "who knows of nothing later may have it");
    let later = Sought { revision: 7, changed: Some("0009".into()), ..wish.clone() };
    assert_eq!(text(memory.find(&later, None, at(1))), Err(Outcome::Outdated));
    // A replica that is behind the change gives nothing that could be kept.
    assert!(!memory.keep(later.clone(), &answer("x"), began, Some("0008".into()), at(1)));
    assert!(memory.keep(later.clone(), &answer("y"), began, Some("0009".into()), at(1)));
    assert_eq!(text(memory.find(&later, Some("0009"), at(1))), Ok("y".to_owned()));
    // Its own write says the same to the isolate.
    memory.end_write(account(1), PROFILE, Some("0011".into()));
    let began = memory.begin();
    assert!(!memory.keep(wish.clone(), &answer("z"), began, Some("0010".into()), at(2)));
    let free = Sought { reads: false, ..sought("s", 3, PROFILE) };
    assert!(put(&mut memory, &free, "static", 0));
    assert!(memory.find(&free, Some("ffff"), at(1)).is_ok(), "no database has a say in it");
}

#[test]
fn memory_is_bounded_and_what_was_not_used_longest_goes_first() {
    let mut memory = Memory::default();
    for number in 0..ENTRIES {
        assert!(put(&mut memory, &sought(&number.to_string(), 1, PROFILE), "x", 0));
    }
    assert!(memory.find(&sought("0", 1, PROFILE), None, at(0)).is_ok());
    assert!(put(&mut memory, &sought("one more", 1, PROFILE), "x", 0));
    assert!(memory.find(&sought("0", 1, PROFILE), None, at(0)).is_ok());
    assert_eq!(text(memory.find(&sought("1", 1, PROFILE), None, at(0))), Err(Outcome::Miss));
    let large = "x".repeat(CAPACITY / 11);
    for number in 0..30 {
        assert!(put(&mut memory, &sought(&format!("large {number}"), 1, PROFILE), &large, 0));
        assert!(memory.size().1 <= CAPACITY);
    }
    assert!(!put(&mut memory, &sought("huge", 1, PROFILE), &"x".repeat(CAPACITY / 10), 0));
    memory.clear();
    assert_eq!(memory.size(), (0, 0));
}

#[test]
fn more_writes_than_are_remembered_leave_no_gap() {
    let (mut memory, wish) = (Memory::default(), sought("p", 1, PROFILE));
    let began = memory.begin();
    memory.end_write(account(1), PROFILE, None);
    for number in 0..2 * WRITES {
        let id = Id::new(at(i64::try_from(number).unwrap()), [9; 10]);
        memory.end_write(id, PROFILE, None);
    }
    assert!(memory.writes.len() <= WRITES);
    assert!(!memory.keep(wish, &answer("old"), began, None, at(0)));
}

/// What may happen to a house of several isolates, one database and the accounts' admission objects.
#[derive(Debug, Clone)]
enum Step {
    /// An isolate reads an account's thing and is done at once.
    Read { isolate: usize, owner: u8, kind: u32, by_bookmark: bool },
    /// One begins a read and has the rows already, but ends only later.
    Begin { isolate: usize, owner: u8, kind: u32 },
    /// The oldest read that was begun ends.
    End,
    /// An isolate writes; whether it hears of the end, and whether the object is told.
    Write { isolate: usize, owner: u8, kind: u32, told: bool },
    /// The seconds go on.
    Wait(i64),
    /// An isolate is new.
    Evict(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (isolate, owner, kind) = (0_usize..3, 0_u8..3, prop_oneof![Just(PROFILE), Just(READING)]);
    prop_oneof![
        6 => (isolate.clone(), owner.clone(), kind.clone(), any::<bool>())
            .prop_map(|(isolate, owner, kind, by_bookmark)| Step::Read { isolate, owner, kind, by_bookmark }),
        2 => (isolate.clone(), owner.clone(), kind.clone())
            .prop_map(|(isolate, owner, kind)| Step::Begin { isolate, owner, kind }),
        2 => Just(Step::End),
        3 => (isolate.clone(), owner, kind, prop::bool::weighted(0.9))
            .prop_map(|(isolate, owner, kind, told)| Step::Write { isolate, owner, kind, told }),
        3 => (0_i64..20).prop_map(Step::Wait),
        1 => isolate.prop_map(Step::Evict),
    ]
}

/// The life of a lease, in seconds.
const LEASE: i64 = 5;

/// A thing in the database: its value, when it got that, and whether that was told.
#[derive(Debug, Clone, Default)]
struct Thing {
    history: Vec<(i64, u64, bool)>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// Against a house that reads the database each time: an answer is never another account's or another kind's; never
    /// older than the isolate's own writes or the caller's bookmark; never older than a told change by more than the
    /// life of a lease; never older than the life of an answer.
    #[test]
    fn what_is_given_is_the_callers_own_and_not_too_old(steps in prop::collection::vec(step(), 1..120)) {
        let (mut now, mut counter) = (100_i64, 0_u64);
        let mut isolates: Vec<Memory> = (0..3).map(|_| Memory::default()).collect();
        let mut things: Vec<Thing> = vec![Thing::default(); 6];
        let mut objects: Vec<Changes> = vec![Changes::default(); 3];
        // What an isolate's lease of an account says, and when it was asked for.
        let mut leases: Vec<Vec<Option<(i64, Changes)>>> = vec![vec![None; 3]; 3];
        let mut own: Vec<Vec<u64>> = vec![vec![0; 6]; 3];
        let mut open: std::collections::VecDeque<(usize, Sought, u64, String, u64, i64)> = Default::default();
        let place = |owner: u8, kind: u32| usize::from(owner) * 2 + usize::from(kind == READING);
        for step in steps {
            match step {
                Step::Wait(seconds) => now += seconds,
                Step::Evict(isolate) => {
                    isolates[isolate] = Memory::default();
                    leases[isolate] = vec![None; 3];
                    own[isolate] = vec![0; 6];
                    open.retain(|(of, ..)| *of != isolate);
                }
                Step::Write { isolate, owner, kind, told } => {
                    isolates[isolate].begin_write(account(owner), kind, at(now));
                    counter += 1;
                    let thing = place(owner, kind);
                    things[thing].history.push((now, counter, told));
                    own[isolate][thing] = counter;
                    let bookmark = Some(format!("{counter:08}"));
                    isolates[isolate].end_write(account(owner), kind, bookmark.clone());
                    if told {
                        objects[usize::from(owner)].note(kind, bookmark, now * 1000);
                    }
                }
                Step::Begin { isolate, owner, kind } | Step::Read { isolate, owner, kind, .. } => {
                    let lease = &mut leases[isolate][usize::from(owner)];
                    if lease.as_ref().is_none_or(|(asked, _)| now - asked >= LEASE) {
                        *lease = Some((now, objects[usize::from(owner)].clone()));
                    }
                    let thing = place(owner, kind);
                    let wish = sought(&thing.to_string(), owner, kind)
                        .under(lease.as_ref().map(|(_, changes)| changes));
                    let newest = things[thing].history.last().map_or(0, |(_, value, _)| *value);
                    let fresh = format!("{thing} {newest}");
                    let began = isolates[isolate].begin();
                    let as_of = format!("{counter:08}");
                    let Step::Read { by_bookmark, .. } = step else {
                        open.push_back((isolate, wish, began, fresh, counter, now));
                        continue;
                    };
                    let bookmark = Some(format!("{newest:08}")).filter(|_| by_bookmark && newest > 0);
                    match isolates[isolate].find(&wish, bookmark.as_deref(), at(now)) {
                        Err(_) => {
                            isolates[isolate].keep(wish, &answer(&fresh), began, Some(as_of), at(now));
                        }
                        Ok(given) => {
                            let body = given.answer.body.unwrap();
                            let (of, value) = body.split_once(' ').unwrap();
                            let value: u64 = value.parse().unwrap();
                            prop_assert_eq!(of, thing.to_string(), "somebody else's");
                            prop_assert!(value >= own[isolate][thing], "older than the isolate's own write");
                            if by_bookmark {
                                prop_assert!(value >= newest, "older than the caller's bookmark");
                            }
                            // The first value after the one that was given: since when is it old?
                            let next = things[thing].history.iter().find(|(_, later, _)| *later > value);
                            if let Some((since, _, _)) = next {
                                prop_assert!(now - since < 90, "older than its life");
                            }
                            let told = things[thing].history.iter().find(|(_, later, told)| *later > value && *told);
                            if let Some((since, ..)) = told {
                                prop_assert!(now - since <= LEASE, "older than the life of a lease");
                            }
                        }
                    }
                }
                Step::End => {
                    // An answer is as old as its request, however long that took.
                    if let Some((isolate, wish, began, text, counted, came)) = open.pop_front() {
                        let as_of = Some(format!("{counted:08}"));
                        isolates[isolate].keep(wish, &answer(&text), began, as_of, at(came));
                    }
                }
            }
            for memory in &isolates {
                let sum: usize = memory.entries.iter().map(|entry| entry.bytes).sum();
                prop_assert_eq!(memory.bytes, sum);
            }
        }
    }
}
