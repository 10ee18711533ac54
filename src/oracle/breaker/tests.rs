use super::*;

pub(super) const SETTINGS: Settings = Settings::ENGINE;
pub(super) const WELL: Tally = Tally { calls: 1, failed: 0, slow: 0 };
const FAILED: Tally = Tally { calls: 1, failed: 1, slow: 0 };
const SLOW: Tally = Tally { calls: 1, failed: 0, slow: 1 };

/// A breaker with a clock.
#[derive(Debug, Clone, Default)]
pub(super) struct Bench {
    pub(super) state: State,
    pub(super) now: i64,
}

impl Bench {
    pub(super) fn at(now: i64) -> Self {
        Self { state: State::default(), now }
    }

    pub(super) fn later(&mut self, millis: i64) -> &mut Self {
        self.now += millis;
        self
    }

    pub(super) fn verdict(&mut self) -> Verdict {
        self.state.advance(self.now, &SETTINGS);
        self.state.verdict(&SETTINGS)
    }

    pub(super) fn is(&mut self) -> Position {
        self.verdict().position
    }

    pub(super) fn calls(&mut self, number: u32, each: Tally) -> &mut Self {
        for _ in 0..number {
            let generation = self.verdict().generation;
            let report = Report { generation, tally: each, probes: Vec::new() };
            self.state.report(&report, self.now, &SETTINGS);
        }
        self
    }

    pub(super) fn permit(&mut self) -> Option<u32> {
        self.state.permit(5_000, self.now, &SETTINGS)
    }

    /// Takes a permit and gives it back with that.
    pub(super) fn probe(&mut self, tally: Tally) -> &mut Self {
        let permit = self.permit().unwrap();
        self.back(permit, tally)
    }

    pub(super) fn back(&mut self, permit: u32, tally: Tally) -> &mut Self {
        let generation = self.state.verdict(&SETTINGS).generation;
        let report = Report { generation, tally: Tally::default(), probes: vec![Probe { permit, tally }] };
        self.state.report(&report, self.now, &SETTINGS);
        self
    }

    pub(super) fn open(&mut self) -> &mut Self {
        self.calls(10, FAILED);
        assert_eq!(self.is(), Position::Open);
        self
    }

    pub(super) fn half_open(&mut self) -> &mut Self {
        self.open().later(SETTINGS.open_millis);
        assert_eq!(self.is(), Position::HalfOpen);
        self
    }

    pub(super) fn why(&mut self) -> (Position, Why) {
        (self.is(), self.state.since().1)
    }
}

#[test]
fn the_table_of_transitions() {
    type Move = fn(&mut Bench);
    let table: &[(&str, Move, Position, Why)] = &[
        ("new", |_| {}, Position::Closed, Why::New),
        (
            "too few calls",
            |b| {
                b.calls(9, FAILED);
            },
            Position::Closed,
            Why::New,
        ),
        (
            "enough, all failed",
            |b| {
                b.calls(10, FAILED);
            },
            Position::Open,
            Why::Failures,
        ),
        (
            "less than half failed",
            |b| {
                b.calls(6, WELL).calls(5, FAILED);
            },
            Position::Closed,
            Why::New,
        ),
        (
            "half failed",
            |b| {
                b.calls(5, WELL).calls(5, FAILED);
            },
            Position::Open,
            Why::Failures,
        ),
        (
            "four of five slow",
            |b| {
                b.calls(2, WELL).calls(8, SLOW);
            },
            Position::Open,
            Why::Slowness,
        ),
        (
            "fewer slow",
            |b| {
                b.calls(3, WELL).calls(11, SLOW);
            },
            Position::Closed,
            Why::New,
        ),
        (
            "failures long ago",
            |b| {
                b.calls(9, FAILED).later(60_000).calls(9, FAILED);
            },
            Position::Closed,
            Why::New,
        ),
        (
            "open, a moment before",
            |b| {
                b.open().later(9_999);
            },
            Position::Open,
            Why::Failures,
        ),
        (
            "open, when it is over",
            |b| {
                b.open().later(10_000);
            },
            Position::HalfOpen,
            Why::Waited,
        ),
        (
            "calls tell an open one nothing",
            |b| {
                b.open().calls(50, WELL);
            },
            Position::Open,
            Why::Failures,
        ),
        (
            "one probe well",
            |b| {
                b.half_open().probe(WELL);
            },
            Position::HalfOpen,
            Why::Waited,
        ),
        (
            "all probes well",
            |b| {
                b.half_open().probe(WELL).probe(WELL).probe(WELL);
            },
            Position::Closed,
            Why::Recovered,
        ),
        (
            "one of three failed",
            |b| {
                b.half_open().probe(FAILED).probe(WELL).probe(WELL);
            },
            Position::Closed,
            Why::Recovered,
        ),
        (
            "two of three failed",
            |b| {
                b.half_open().probe(FAILED).probe(FAILED);
            },
            Position::Open,
            Why::Failures,
        ),
        (
            "two slow",
            |b| {
                b.half_open().probe(SLOW).probe(SLOW).probe(WELL);
            },
            Position::Closed,
            Why::Recovered,
        ),
        (
            "all slow",
            |b| {
                b.half_open().probe(SLOW).probe(SLOW).probe(SLOW);
            },
            Position::Open,
            Why::Slowness,
        ),
        (
            "a probe lost, two well",
            |b| {
                b.half_open().probe(WELL).probe(WELL).permit().map(|_| b.later(5_000));
            },
            Position::Closed,
            Why::Recovered,
        ),
        (
            "two probes lost",
            |b| {
                b.half_open().permit();
                b.permit();
                b.later(5_000);
            },
            Position::Open,
            Why::Failures,
        ),
        (
            "calls without a permit",
            |b| {
                b.half_open().calls(50, FAILED);
            },
            Position::HalfOpen,
            Why::Waited,
        ),
        (
            "forced open",
            |b| b.state.order(Some(Mode::ForcedOpen), 1, b.now),
            Position::ForcedOpen,
            Why::Ordered,
        ),
        (
            "forced open for ever",
            |b| {
                b.state.order(Some(Mode::ForcedOpen), 1, b.now);
                b.later(1 << 40);
            },
            Position::ForcedOpen,
            Why::Ordered,
        ),
        (
            "disabled counts nothing",
            |b| {
                b.state.order(Some(Mode::Disabled), 1, b.now);
                b.calls(50, FAILED);
            },
            Position::Disabled,
            Why::Ordered,
        ),
        (
            "automatic again",
            |b| {
                b.state.order(Some(Mode::ForcedOpen), 1, b.now);
                b.state.order(Some(Mode::Automatic), 2, b.now);
            },
            Position::Closed,
            Why::Ordered,
        ),
        (
            "an older order",
            |b| {
                b.state.order(Some(Mode::ForcedOpen), 2, b.now);
                b.state.order(Some(Mode::Automatic), 1, b.now);
            },
            Position::ForcedOpen,
            Why::Ordered,
        ),
        (
            "reset when open",
            |b| {
                b.open();
                b.state.order(None, 1, b.now);
            },
            Position::Closed,
            Why::Ordered,
        ),
        (
            "reset when forced",
            |b| {
                b.state.order(Some(Mode::Disabled), 1, b.now);
                b.state.order(None, 2, b.now);
            },
            Position::Disabled,
            Why::Ordered,
        ),
    ];
    for (name, act, position, why) in table {
        let mut bench = Bench::at(1_000_000);
        act(&mut bench);
        assert_eq!(bench.why(), (*position, *why), "{name}");
    }
}

#[test]
fn a_closed_breaker_begins_anew() {
    let mut bench = Bench::at(1_000_000);
    bench.half_open().probe(WELL).probe(WELL).probe(WELL);
    assert_eq!(bench.state.tally(), Tally::default());
    assert_eq!(bench.calls(9, FAILED).is(), Position::Closed);
    assert_eq!(bench.calls(1, FAILED).is(), Position::Open);
}

#[test]
fn what_is_told_of_an_earlier_generation_is_not_counted() {
    let mut bench = Bench::at(1_000_000);
    let before = bench.verdict().generation;
    bench.half_open();
    let late =
        Report { generation: before, tally: Tally { calls: 50, failed: 50, slow: 0 }, probes: Vec::new() };
    bench.state.report(&late, bench.now, &SETTINGS);
    assert_eq!(bench.is(), Position::HalfOpen);
    let forged = Probe { permit: 1, tally: FAILED };
    bench.state.report(&Report { probes: vec![forged; 3], ..late.clone() }, bench.now, &SETTINGS);
    assert_eq!(bench.probe(WELL).probe(WELL).probe(WELL).is(), Position::Closed);
    bench.state.report(&late, bench.now, &SETTINGS);
    assert_eq!(bench.why(), (Position::Closed, Why::Recovered));
}

#[test]
fn a_permit_is_given_back_once() {
    let mut bench = Bench::at(1_000_000);
    bench.half_open();
    let permit = bench.permit().unwrap();
    bench.back(permit, WELL).back(permit, WELL).back(permit, WELL).back(99, WELL);
    assert_eq!((bench.is(), bench.state.tally().calls), (Position::HalfOpen, 1));
}

#[test]
fn a_clock_that_goes_back_keeps_nothing_open_for_longer() {
    let mut bench = Bench::at(1_000_000_000);
    bench.open();
    bench.later(-900_000_000);
    assert_eq!(bench.is(), Position::Open);
    assert_eq!(bench.later(SETTINGS.open_millis).is(), Position::HalfOpen);
    assert!(bench.permit().is_some());
    bench.later(-50_000_000);
    bench.is();
    bench.later(SETTINGS.permit_millis);
    bench.is();
    assert_eq!(bench.state.tally().calls, 1, "the permit has expired");
}

#[test]
fn a_report_counts_no_more_failures_than_calls() {
    let mut bench = Bench::at(1_000_000);
    let generation = bench.verdict().generation;
    let tally = Tally { calls: 1, failed: u32::MAX, slow: u32::MAX };
    bench.state.report(&Report { generation, tally, probes: Vec::new() }, bench.now, &SETTINGS);
    assert_eq!((bench.is(), bench.state.tally()), (Position::Closed, Tally { calls: 1, failed: 1, slow: 1 }));
}

#[test]
fn an_object_that_was_forgotten_or_is_of_before_goes_on() {
    let at = |millis| Timestamp::from_millis(millis).unwrap();
    let tell = |stored: Option<&str>, command: &str, now| handle(stored, command, at(now)).unwrap();
    let new = tell(None, "\"verdict\"", 5_000);
    assert_eq!(
        new.reply,
        r#"{"verdict":{"position":"closed","generation":0,"retry_at":null},"permit":null,"tally":{"calls":0,"failed":0,"slow":0},"since":0,"why":"new"}"#
    );
    assert_eq!(new.store, None, "looking at one that has nothing to remember writes nothing");
    let told = tell(
        None,
        r#"{"report":{"generation":0,"tally":{"calls":2,"failed":1,"slow":0},"probes":[]}}"#,
        5_000,
    );
    // As it is stored: what a later version has to read.
    let stored = r#"{"v":1,"mode":"automatic","phase":{"closed":{"window":[[5000,{"calls":2,"failed":1,"slow":0}]]}},"generation":0,"since":0,"why":"new","revision":0}"#;
    assert_eq!(told.store.as_deref(), Some(stored));
    let open = r#"{"v":1,"mode":"automatic","phase":{"open":{"until":20000}},"generation":10000,"since":10000,"why":"failures","revision":3}"#;
    let probing = tell(Some(open), r#"{"permit":{"millis":3000}}"#, 20_000);
    assert_eq!(
        probing.store.as_deref(),
        Some(
            r#"{"v":1,"mode":"automatic","phase":{"half_open":{"out":[{"number":1,"expires":23000}],"issued":1,"back":{"calls":0,"failed":0,"slow":0}}},"generation":20000,"since":20000,"why":"waited","revision":3}"#
        )
    );
    assert!(handle(Some("{}"), "\"verdict\"", at(0)).is_err() && handle(None, "{}", at(0)).is_err());
    assert_eq!(wake(Some(stored), at(5_000 + 60_000)), None, "nothing is left to remember");
    assert!(wake(Some(stored), at(6_000)).is_some() && wake(Some(open), at(1 << 40)).is_some());
    assert_eq!(wake(None, at(0)), None);
}
