//! Causes without values, and a buffer that stays within its bounds.

use std::cell::RefCell;

use async_trait::async_trait;
use futures::executor::block_on;
use proptest::prelude::*;

use super::buffer::{Buffer, Seen, write};
use super::redact::{LONGEST, fingerprint, redact};
use super::*;
use crate::kernel::id::Id;
use crate::ports::{Database, DatabaseError, DatabaseFault, Outcome};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_772_000_000_000 + millis).unwrap()
}

fn seen(cause: &str) -> Seen<'_> {
    Seen {
        code: "internal-error",
        action: "list_readings",
        severity: ErrorSeverity::Error,
        cause,
        request: None,
    }
}

fn id(number: u8) -> Id {
    Id::new(at(0), [number; 10])
}

#[test]
fn values_are_taken_from_causes_and_words_stay() {
    for (cause, kept) in [
        ("Statement: near \"SELEC\": syntax error", "Statement: near #: syntax error"),
        ("no row 42 of 0197f7a0-0000-7000-8000-00000000000e", "no row # of #"),
        (
            "D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT",
            "D#_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT",
        ),
        ("mail to ada@example.com bounced", "mail to # bounced"),
        ("token deadbeef or 7f3a", "token # or #"),
        ("unknown field `secret words` at line 3 column 17", "unknown field # at line # column #"),
        ("Ada's `a \\` b` isn't 'here'", "Ada's # isn't #"),
        ("cut off in \"the middle of somebody's", "cut off in #"),
        ("get https://example.com/a?token=abcdef&name=Ada", "get https://example.com/a?token=#&name=#"),
        ("a line\nand\tanother\u{1b}[31m", "a line and another [#m"),
        ("Łukasz und größer", "# und #"),
    ] {
        assert_eq!(redact(cause), kept);
    }
}

proptest! {
    #[test]
    fn causes_that_differ_in_an_id_or_a_quoted_value_are_of_one_kind(
        ids in prop::array::uniform2("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}"),
        numbers in prop::array::uniform2(any::<u32>()),
        hex in prop::array::uniform2("[0-9a-f]{8,64}"),
        quotes in prop::array::uniform2("[^\"\\\\]{0,40}"),
    ) {
        let cause = |which: usize| {
            format!("row {} of {} at {}: {:?}", ids[which], numbers[which], hex[which], quotes[which])
        };
        let kind = |which| fingerprint("internal-error", "list_readings", &redact(&cause(which)));
        prop_assert_eq!(kind(0), kind(1));
        prop_assert_ne!(kind(0), fingerprint("internal-error", "find_reading", &redact(&cause(0))));
        prop_assert_ne!(kind(0), fingerprint("dependency-unavailable", "list_readings", &redact(&cause(0))));
    }

    #[test]
    fn whatever_a_cause_holds_it_is_short_and_plain(cause in "(?s).{0,1200}") {
        let kept = redact(&cause);
        prop_assert!(kept.len() <= LONGEST && kept.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{kept}");
        prop_assert!(!kept.bytes().any(|byte| byte.is_ascii_digit()), "{kept}");
    }
}

/// A database that takes nothing, everything, or everything without saying so.
#[derive(Default)]
struct Store {
    fails: RefCell<bool>,
    taken: RefCell<Vec<String>>,
}

#[async_trait(?Send)]
impl Database for Store {
    async fn run(&self, _statement: Statement) -> Result<Outcome, DatabaseError> {
        Err(DatabaseError::new(DatabaseFault::Busy, "busy"))
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        self.taken.borrow_mut().push(format!("{:?}", statements[0].params[0]));
        if *self.fails.borrow() {
            Err(DatabaseError::new(DatabaseFault::Busy, "busy"))
        } else {
            Ok(Vec::new())
        }
    }

    fn bookmark(&self) -> Option<String> {
        None
    }
}

#[test]
fn a_storm_of_causes_stays_within_bounds_and_every_error_is_counted() {
    let (store, buffer) = (Store::default(), RefCell::new(Buffer::default()));
    let word = |number: u32| -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'g')).collect()
    };
    *store.fails.borrow_mut() = true;
    for number in 0..10_000_u32 {
        buffer.borrow_mut().note(seen(&word(number)), at(i64::from(number)));
        if number == 5_000 {
            assert!(block_on(write(&store, &buffer, at(0), id(1))).unwrap_err().contains("5001 wait"));
        }
    }
    assert_eq!(buffer.borrow().held(), 10_000);
    assert!(format!("{:?}", buffer.borrow()).matches("fingerprint").count() <= 2 * (MOST + 1));
    *store.fails.borrow_mut() = false;
    block_on(write(&store, &buffer, at(0), id(2))).unwrap();
    block_on(write(&store, &buffer, at(0), id(3))).unwrap();
    assert_eq!(buffer.borrow().held(), 0);
}

#[test]
fn a_write_that_is_not_confirmed_is_sent_again_under_its_own_name() {
    let (store, buffer) = (Store::default(), RefCell::new(Buffer::default()));
    buffer.borrow_mut().note(seen("one"), at(0));
    *store.fails.borrow_mut() = true;
    block_on(write(&store, &buffer, at(0), id(1))).unwrap_err();
    buffer.borrow_mut().note(seen("two"), at(1));
    *store.fails.borrow_mut() = false;
    for number in 2..5 {
        block_on(write(&store, &buffer, at(0), id(number))).unwrap();
    }
    let names: Vec<String> =
        [1, 1, 3].map(|number| format!("{:?}", crate::ports::Value::from(id(number)))).to_vec();
    assert_eq!(*store.taken.borrow(), names);
}

#[test]
fn an_isolate_writes_at_once_and_then_every_quarter_of_a_minute_whatever_its_clock_does() {
    let (store, buffer) = (Store::default(), RefCell::new(Buffer::default()));
    assert!(!buffer.borrow().is_due(at(0)));
    buffer.borrow_mut().note(seen("one"), at(0));
    assert!(buffer.borrow().is_due(at(0)));
    block_on(write(&store, &buffer, at(0), id(1))).unwrap();
    buffer.borrow_mut().note(seen("two"), at(1));
    let due = |millis| buffer.borrow().is_due(at(millis));
    assert_eq!([due(1), due(INTERVAL - 1), due(INTERVAL), due(-60_000)], [false, false, true, true]);
}
