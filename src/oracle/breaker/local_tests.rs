use super::*;
use crate::oracle::breaker::Why;

const WELL: Tally = Tally { calls: 1, failed: 0, slow: 0 };
const FAILED: Tally = Tally { calls: 1, failed: 1, slow: 0 };

fn reply(position: Position, generation: i64, permit: Option<u32>) -> Reply {
    let verdict = Verdict { position, generation, retry_at: None };
    Reply { verdict, permit, tally: Tally::default(), since: 0, why: Why::New }
}

fn pass(way: Way) -> Pass {
    match way {
        Way::Go(pass) => pass,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_verdict_is_gone_by_for_a_while_and_half_open_is_always_asked() {
    let mut local = Local::default();
    assert_eq!((local.way(1, 1_000), local.is_shut(1_000)), (Way::Ask, false), "nothing was heard yet");
    for (position, way) in [(Position::Open, Way::Stay), (Position::ForcedOpen, Way::Stay)] {
        assert_eq!(local.hear(reply(position, 0, None), 1_000), way);
        assert_eq!((local.way(1, 5_999), local.way(1, 6_000)), (way, Way::Ask));
        assert_eq!([5_999, 6_000, 999].map(|now| local.is_shut(now)), [true, false, false]);
        assert_eq!(local.way(1, 999), Way::Ask, "a clock that went back");
    }
    for position in [Position::Closed, Position::Disabled] {
        assert!(!pass(local.hear(reply(position, 0, None), 1_000)).is_probe());
        assert!(matches!(local.way(1, 5_999), Way::Go(_)) && !local.is_shut(5_999));
        assert_eq!(local.way(1, 6_000), Way::Ask);
    }
    assert_eq!(local.hear(reply(Position::HalfOpen, 0, None), 1_000), Way::Stay, "no permit was left");
    assert!(pass(local.hear(reply(Position::HalfOpen, 0, Some(1)), 1_000)).is_probe());
    assert_eq!(local.way(1, 1_000), Way::Ask);
}

#[test]
fn an_open_time_that_is_over_is_not_waited_out_twice() {
    let mut local = Local::default();
    let mut open = reply(Position::Open, 0, None);
    open.verdict.retry_at = Some(2_000);
    local.hear(open, 1_000);
    assert_eq!((local.way(1, 1_999), local.way(1, 2_000)), (Way::Stay, Way::Ask));
    assert_eq!((local.is_shut(1_999), local.is_shut(2_000)), (true, false));
    local.deafen(1_500);
    assert!(!local.is_shut(1_600), "while the object is silent the isolate's own breaker decides");
}

#[test]
fn calls_are_told_together() {
    let mut local = Local::default();
    let leave = pass(local.hear(reply(Position::Closed, 7, None), 10_000));
    assert_eq!(local.untold(10_000), None);
    local.note(leave, WELL, 10_000);
    assert_eq!(local.untold(10_000), Some(Report { generation: 7, tally: WELL, probes: Vec::new() }));
    for _ in 0..3 {
        local.note(leave, WELL, 10_100);
    }
    assert_eq!(local.untold(10_999), None, "calls that went well can wait");
    local.note(leave, FAILED, 10_999);
    let told = local.untold(10_999).unwrap();
    assert_eq!(told.tally, Tally { calls: 4, failed: 1, slow: 0 }, "failures cannot");
    for _ in 0..20 {
        local.note(leave, WELL, 11_000);
    }
    assert_eq!(local.untold(11_000).unwrap().tally.calls, 20, "many cannot either");
    assert_eq!(local.untold(99_000), None);
}

#[test]
fn calls_of_an_earlier_generation_are_dropped() {
    let mut local = Local::default();
    let old = pass(local.hear(reply(Position::Closed, 7, None), 10_000));
    local.note(old, FAILED, 10_000);
    let new = pass(local.hear(reply(Position::Closed, 8, None), 10_000));
    local.note(new, WELL, 10_000);
    local.note(old, FAILED, 10_000);
    assert_eq!(local.untold(10_000), Some(Report { generation: 8, tally: WELL, probes: Vec::new() }));
}

#[test]
fn a_probe_is_told_at_once() {
    let mut local = Local::default();
    let closed = pass(local.hear(reply(Position::Closed, 7, None), 10_000));
    local.note(closed, WELL, 10_000);
    local.untold(10_000);
    let probe = pass(local.hear(reply(Position::HalfOpen, 9, Some(2)), 10_000));
    local.note(probe, FAILED, 10_000);
    let probes = vec![Probe { permit: 2, tally: FAILED }];
    assert_eq!(local.untold(10_000), Some(Report { generation: 9, tally: Tally::default(), probes }));
}

#[test]
fn without_the_object_an_isolate_goes_by_its_own_calls() {
    let mut local = Local::default();
    let mut now = 100_000;
    local.deafen(now);
    for _ in 0..10 {
        let own = pass(local.way(3_000, now));
        local.note(own, FAILED, now);
    }
    assert_eq!(local.way(3_000, now), Way::Stay, "its own breaker is open");
    assert_eq!(local.untold(now + 60_000), None, "these calls are of no generation of the object's");
    now += LIFE_MILLIS;
    assert_eq!(local.way(3_000, now), Way::Ask, "the object is tried again");
    local.deafen(now);
    assert_eq!(local.way(3_000, now), Way::Stay);
    now += Settings::ENGINE.open_millis - LIFE_MILLIS;
    local.deafen(now);
    let probes: Vec<Pass> = (0..Settings::ENGINE.probes).map(|_| pass(local.way(3_000, now))).collect();
    assert_eq!(local.way(3_000, now), Way::Stay, "no more probes than its own");
    for probe in probes {
        assert!(probe.is_probe());
        local.note(probe, WELL, now);
    }
    assert!(!pass(local.way(3_000, now)).is_probe(), "closed again");
    assert!(matches!(local.hear(reply(Position::Closed, 1, None), now), Way::Go(_)));
}
