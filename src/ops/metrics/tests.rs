//! Isolates and collectors together, in good and in bad weather.

use std::cell::{Cell, RefCell};

use async_trait::async_trait;
use futures::executor::block_on;
use proptest::prelude::*;

use super::buffer::{self, Buffer, Call, Work};
use super::collector::{self, Batch, Command, MOST_ISOLATES, MOST_SERIES, Reply, Sums};
use super::flush::{ask, flush};
use super::series::Series;
use super::{GIVE_UP, INTERVAL, text};
use crate::context::Isolate;
use crate::contract::Operation;
use crate::contract::types::SystemWaiting;
use crate::kernel::id::Id;
use crate::kernel::map::Map;
use crate::kernel::time::Timestamp;
use crate::ports::{Cost, ObjectClass, Objects, PortError, Query, Random};
use crate::shards;
use crate::statements;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis).unwrap()
}

/// What becomes of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    Fine,
    /// It does not arrive.
    Refused,
    /// Its reply is lost.
    Lost,
}

/// A deployment with nothing but collectors.
struct House {
    now: Cell<Timestamp>,
    /// How far the clocks of the objects are off, in milliseconds.
    skew: Cell<i64>,
    weather: Cell<Weather>,
    disks: RefCell<Map<String, String>>,
    next: Cell<u64>,
}

#[async_trait(?Send)]
impl Objects for House {
    async fn call(&self, class: ObjectClass, name: &str, command: String) -> Result<String, PortError> {
        assert_eq!(class, ObjectClass::Collector);
        let gone = || PortError::Unavailable("gone".to_owned());
        if self.weather.get() == Weather::Refused {
            return Err(gone());
        }
        let stored = self.disks.borrow().get(name).cloned();
        let now = self.now.get().plus_millis(self.skew.get());
        let handled = collector::handle(stored.as_deref(), &command, now).map_err(PortError::Shape)?;
        if let Some(store) = handled.store {
            self.disks.borrow_mut().insert(name.to_owned(), store);
        }
        if self.weather.get() == Weather::Lost { Err(gone()) } else { Ok(handled.reply) }
    }
}

impl Random for House {
    fn fill(&self, buffer: &mut [u8]) {
        self.next.set(self.next.get() + 1);
        buffer.copy_from_slice(&self.next.get().to_le_bytes());
    }
}

impl House {
    fn new() -> Self {
        Self {
            now: Cell::new(at(0)),
            skew: Cell::new(0),
            weather: Cell::new(Weather::Fine),
            disks: RefCell::default(),
            next: Cell::new(0),
        }
    }

    fn advance(&self, millis: i64) {
        self.now.set(self.now.get().plus_millis(millis));
    }

    fn flush(&self, isolate: &Isolate) -> bool {
        block_on(flush(self, self, &isolate.metrics, self.now.get())).is_ok()
    }

    /// What all collectors have.
    fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        for number in 0..shards::COUNT {
            let command = Command { batch: None, read: true };
            sums.merge(&block_on(ask(self, number, &command)).unwrap().sums.unwrap());
        }
        sums
    }

    fn requests(&self) -> u64 {
        self.sums().get("o/find_user").map_or(0, Series::calls)
    }
}

fn request(isolate: &Isolate) {
    isolate.metrics.borrow_mut().request(Some(Operation::FindUser), 200, 3_000, [1, 0, 1, 0, 0, 0]);
}

#[test]
fn names_are_a_closed_list_and_every_one_fits() {
    let names: Vec<String> = (0..buffer::MOST).map(buffer::name).collect();
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    // Operations, three besides, signals, kinds of calls, kept answers, versions, statements: nothing from outside.
    let besides = 3 + 3 + 16 + 1 + crate::contract::VERSIONS.len();
    assert_eq!(names.len(), Operation::ALL.len() + besides + statements::COUNT);
    assert!(distinct.len() == names.len() && names.len() < MOST_SERIES, "{}", names.len());
    let mut buffer = Buffer::default();
    for status in [0, 99, 101, 200, 304, 404, 500, 599, u16::MAX] {
        for operation in Operation::ALL.iter().copied().map(Some).chain([None]) {
            buffer.request(operation, status, u32::MAX, [u32::MAX; 6]);
        }
    }
    for query in [0, 1, u16::MAX, statements::COUNT as u16, statements::COUNT as u16 - 1] {
        buffer.query(Query(query), Cost::default(), 0);
        buffer.query_failed(Query(query), 0);
    }
    buffer.work(Work::Behind, true, 0, [1; 6]);
    buffer.work(Work::Upkeep, false, 0, [1; 6]);
    let (_, batch) = buffer.hand_over(at(0), 1);
    let sums = batch.unwrap().sums;
    assert!(sums.series.iter().all(|(name, _)| distinct.binary_search(name).is_ok()));
    let command = Command { batch: Some(Batch { isolate: 1, seq: 1, sums }), read: true };
    let handled = collector::handle(None, &command.write(), at(0)).unwrap();
    let reply = Reply::read(&handled.reply).unwrap();
    assert_eq!(reply.sums.unwrap().refused, 0, "the object takes every name of the house");
}

#[test]
fn every_class_of_objects_has_its_name() {
    use ObjectClass::{Admission, Attempts, Breaker, Collector, Flight, Hub, Logbook, Sealer};
    for class in [Admission, Attempts, Breaker, Collector, Flight, Hub, Logbook, Sealer] {
        let mut buffer = Buffer::default();
        buffer.call(Call::object(class), true, 0);
        let (_, batch) = buffer.hand_over(at(0), 1);
        let names: Vec<String> = batch.unwrap().sums.series.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [format!("c/object/{}", class.name())]);
    }
}

/// The largest state that can be: every series with every bucket and the largest numbers.
#[test]
fn the_largest_state_fits_a_row_of_an_objects_storage() {
    let mut full =
        Series { outcomes: [1 << 50; 5], units: [1 << 50; 6], micros: 1 << 50, ..Series::default() };
    (0..=super::histogram::LAST).for_each(|bucket| full.times.add(bucket, 1 << 20));
    let series: Vec<(String, Series)> =
        (0..buffer::MOST).map(|place| (buffer::name(place), full.clone())).collect();
    let sums = Sums { series, ..Sums::default() };
    let command = Command { batch: Some(Batch { isolate: 1, seq: 1, sums }), read: false };
    let handled = collector::handle(None, &command.write(), at(0)).unwrap();
    let bytes = handled.store.unwrap().len();
    assert!(bytes < 1_500_000, "{bytes} of 2,000,000 bytes");
}

#[test]
fn an_isolate_hands_over_at_most_every_interval_and_not_before_it_has_something() {
    let mut buffer = Buffer::default();
    assert!(!buffer.is_due(at(0)));
    assert!(!buffer.is_due(at(INTERVAL - 1)));
    assert!(buffer.is_due(at(INTERVAL)));
    assert_eq!(buffer.hand_over(at(INTERVAL), 7), (7, None), "nothing was counted");
    assert!(!buffer.is_due(at(2 * INTERVAL - 1)) && buffer.is_due(at(2 * INTERVAL)));
    assert!(!buffer.is_due(at(-1_000_000)), "a clock that jumps back");
    assert!(buffer.is_due(at(-1_000_000 + INTERVAL)), "delays no more than an interval");
}

#[test]
fn a_hand_over_whose_reply_is_lost_is_sent_again_and_counted_once() {
    let (house, isolate) = (House::new(), Isolate::default());
    request(&isolate);
    house.weather.set(Weather::Lost);
    assert!(!house.flush(&isolate) && !house.flush(&isolate));
    request(&isolate);
    assert!(!house.flush(&isolate));
    house.weather.set(Weather::Fine);
    assert_eq!(house.requests(), 1, "the first arrived, and once");
    assert!(house.flush(&isolate) && house.flush(&isolate));
    assert_eq!(house.requests(), 2);
    assert_eq!(house.sums().dropped, 0);
}

#[test]
fn what_no_collector_takes_is_kept_for_a_while_and_then_told_as_dropped() {
    let (house, isolate) = (House::new(), Isolate::default());
    house.weather.set(Weather::Refused);
    request(&isolate);
    assert!(!house.flush(&isolate));
    house.advance(GIVE_UP - 1);
    request(&isolate);
    assert!(!house.flush(&isolate));
    house.weather.set(Weather::Fine);
    assert!(house.flush(&isolate) && house.flush(&isolate));
    assert_eq!((house.requests(), house.sums().dropped), (2, 0), "kept until then");

    house.weather.set(Weather::Refused);
    request(&isolate);
    request(&isolate);
    assert!(!house.flush(&isolate));
    house.advance(GIVE_UP);
    request(&isolate);
    assert!(!house.flush(&isolate));
    house.weather.set(Weather::Fine);
    assert!(house.flush(&isolate));
    assert_eq!((house.requests(), house.sums().dropped), (3, 2), "the older two were dropped, and are told");
}

#[test]
fn an_isolate_that_ends_loses_what_it_counted_since_its_last_hand_over() {
    let house = House::new();
    let isolate = Isolate::default();
    let (mut requests, mut since) = (0, 0);
    // One request each second, until the isolate ends just before it is due again.
    loop {
        request(&isolate);
        requests += 1;
        since += 1;
        let due = isolate.metrics.borrow_mut().is_due(house.now.get());
        if due {
            assert!(house.flush(&isolate));
            since = 0;
        }
        if requests > 40 && since == INTERVAL / 1_000 - 1 {
            break;
        }
        house.advance(1_000);
    }
    assert_eq!(requests - i64::try_from(house.requests()).unwrap(), since);
    assert!(since * 1_000 <= INTERVAL, "at most an interval's requests");
}

#[test]
fn isolates_are_spread_over_the_collectors_and_told_together() {
    let house = House::new();
    for _ in 0..40 {
        let isolate = Isolate::default();
        request(&isolate);
        assert!(house.flush(&isolate));
    }
    assert_eq!(house.disks.borrow().len(), usize::from(shards::COUNT));
    assert_eq!((house.requests(), house.sums().isolates), (40, 40));
}

#[test]
fn a_collector_is_bounded() {
    let batch = |isolate: usize, seq, series| Batch {
        isolate: isolate as u64,
        seq,
        sums: Sums { series, ..Sums::default() },
    };
    let mut stored: Option<String> = None;
    let mut tell = |batch: Batch, now: Timestamp| -> Reply {
        let read = !batch.sums.series.is_empty();
        let command = Command { batch: Some(batch), read }.write();
        let handled = collector::handle(stored.as_deref(), &command, now).unwrap();
        stored = handled.store.or(stored.take());
        Reply::read(&handled.reply).unwrap()
    };
    let mut one = Series::default();
    one.note(1, 5);
    let many = (0..MOST_SERIES + 3).map(|number| (format!("q/a{number:05}"), one.clone()));
    let sums = tell(batch(0, 1, many.collect()), at(0)).sums.unwrap();
    assert_eq!((sums.series.len(), sums.refused), (MOST_SERIES, 3));
    let odd = ["q/\"quoted\"", "q/new\tline", "q/é"].map(|name| (name.to_owned(), one.clone()));
    let sums = tell(batch(0, 2, odd.into_iter().collect()), at(0)).sums.unwrap();
    assert_eq!((sums.series.len(), sums.refused), (MOST_SERIES, 6));

    // A new object: a full one takes its time to read.
    let mut stored: Option<String> = None;
    let mut tell = |batch: Batch, now: Timestamp| -> Reply {
        let command = Command { batch: Some(batch), read: false }.write();
        let handled = collector::handle(stored.as_deref(), &command, now).unwrap();
        stored = handled.store.or(stored.take());
        Reply::read(&handled.reply).unwrap()
    };
    for number in 0..MOST_ISOLATES {
        assert_eq!(tell(batch(number, 1, Vec::new()), at(1)).taken, 1);
    }
    assert_eq!(tell(batch(MOST_ISOLATES, 1, Vec::new()), at(1)).taken, 0, "one too many comes again");
    assert_eq!(tell(batch(5, 2, Vec::new()), at(1)).taken, 2, "known ones go on");
    let later = at(collector::REMEMBERED + 1);
    assert_eq!(tell(batch(MOST_ISOLATES, 1, Vec::new()), later).taken, 1, "silent ones are forgotten");
}

#[test]
fn a_state_of_another_version_is_left_alone() {
    let read = |stored, command| collector::handle(stored, command, at(0));
    let stored = "1\ns 0 0 0 0 0 ";
    assert!(read(Some(stored), "1 1 0 0").is_ok());
    for broken in
        ["", "2\ns 0 0 0 0 0 ", "1", "1\ns 0 0 0 0 0", "1\ns 0 0 x 0 0 ", "{}", "1\ni 1 2\ns 0 0 0 0 0 "]
    {
        assert!(read(Some(broken), "1 1 0 0").is_err(), "{broken:?}");
    }
    let series = "1 0 5 1\ns 0 0 0 0 0 \no/find_user 0 1 0 0 0 4 1 2 0 0 0 3000 47 1";
    assert!(read(None, series).is_ok());
    for broken in
        ["", "2 1 0 0", "1 1 0", "{}", "1 0 5 1", &series[..series.len() - 2], &series.replace("3000", "-1")]
    {
        assert!(read(None, broken).is_err(), "{broken:?}");
    }
}

/// The stored form, which a later version has to read.
#[test]
fn the_stored_form_is_this() {
    let mut series = Series::default();
    series.note(1, 3_000);
    series.spend([4, 1, 2, 0, 0, 0]);
    let sums = Sums { dropped: 2, series: vec![("o/find_user".to_owned(), series)], ..Sums::default() };
    let command = Command { batch: Some(Batch { isolate: 255, seq: 3, sums }), read: false };
    let text = "1 0 255 3\ns 0 2 0 0 0 \no/find_user 0 1 0 0 0 4 1 2 0 0 0 3000 47 1";
    assert_eq!((command.write().as_str(), Command::read(text)), (text, Ok(command)));
    let stored = collector::handle(None, text, at(0)).unwrap().store.unwrap();
    let sums = "s 1700000000000 2 0 1 0 \no/find_user 0 1 0 0 0 4 1 2 0 0 0 3000 47 1";
    assert_eq!(stored, format!("1\ni 255 3 1700000000000\n{sums}"));
    let told = collector::handle(Some(&stored), "1 1 0 0", at(1)).unwrap();
    assert_eq!((told.store, told.reply.as_str()), (None, format!("1 0 1\n{sums}").as_str()));
}

#[test]
fn the_text_is_that_of_prometheus() {
    let (house, isolate) = (House::new(), Isolate::default());
    request(&isolate);
    {
        let mut metrics = isolate.metrics.borrow_mut();
        metrics.request(Some(Operation::CreateReading), 201, 40_000_000, [0; 6]);
        metrics.call(Call::GET, false, 2_000);
        for person in [[1; 10], [2; 10], [1; 10]] {
            metrics.person(Id::new(at(0), person), at(0));
        }
        let cost = Cost { rows_read: 7, rows_written: 0, micros: Some(250) };
        metrics.query(sql!("identity/user_find").query, cost, 9);
    }
    assert!(house.flush(&isolate));
    let none = r#""events":0,"erasures":0,"secrets":0,"secrets_expired":0,"errors_new":0,"errors_often":0"#;
    let waiting: SystemWaiting =
        serde_json::from_str(&format!(r#"{{"records":3,"mails":1,{none}}}"#)).unwrap();
    let text = text::write(&house.sums(), Some(&waiting), at(0));
    for line in [
        "# TYPE witness_requests_total counter",
        "witness_requests_total{operation=\"find_user\",status=\"2xx\"} 1",
        "# TYPE witness_request_duration_seconds histogram",
        "witness_request_duration_seconds_bucket{operation=\"find_user\",le=\"0.002048\"} 0",
        "witness_request_duration_seconds_bucket{operation=\"find_user\",le=\"0.004096\"} 1",
        "witness_request_duration_seconds_bucket{operation=\"find_user\",le=\"+Inf\"} 1",
        "witness_request_duration_seconds_bucket{operation=\"create_reading\",le=\"33.554432\"} 0",
        "witness_request_duration_seconds_sum{operation=\"create_reading\"} 40.000000",
        "witness_request_duration_seconds_count{operation=\"create_reading\"} 1",
        "witness_request_units_total{operation=\"find_user\",unit=\"d1\"} 1",
        "witness_dependency_calls_total{dependency=\"kv\",call=\"get\",outcome=\"error\"} 1",
        "witness_query_calls_total{query=\"identity/user_find\",outcome=\"ok\"} 1",
        "witness_query_seconds_total{query=\"identity/user_find\"} 0.000250",
        "witness_query_rows_read_total{query=\"identity/user_find\"} 7",
        "witness_business_events_total{event=\"reading_created\"} 1",
        "witness_business_events_total{event=\"account_registered\"} 0",
        "witness_waiting{what=\"records\"} 3",
        "witness_active_users 2",
        "witness_metrics_isolates 1",
        "witness_metrics_start_time_seconds 1700000000",
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
    assert!(text.ends_with('\n'));
}

proptest! {
    /// Whatever the weather, nothing counts twice, and what does not count is told as dropped or still held.
    #[test]
    fn whatever_the_weather_no_request_counts_twice(
        steps in prop::collection::vec((0..3_usize, 0..4_u64, 0..400_i64, 0..3_usize, -60..60_i64), 1..60),
    ) {
        let house = House::new();
        let isolates = [Isolate::default(), Isolate::default(), Isolate::default()];
        let mut made = 0;
        for (isolate, requests, seconds, weather, skew) in steps {
            for _ in 0..requests {
                request(&isolates[isolate]);
            }
            made += requests;
            house.weather.set([Weather::Fine, Weather::Refused, Weather::Lost][weather]);
            house.skew.set(skew * 1_000);
            house.flush(&isolates[isolate]);
            house.advance(seconds * 1_000);
        }
        house.weather.set(Weather::Fine);
        prop_assert!(house.requests() <= made);
        // Twice: what was on its way, and what was counted since.
        for isolate in isolates.iter().chain(&isolates) {
            prop_assert!(house.flush(isolate));
        }
        let sums = house.sums();
        prop_assert!(house.requests() <= made);
        prop_assert!(house.requests() + sums.dropped >= made, "{} and {} of {made}", house.requests(), sums.dropped);
    }
}
