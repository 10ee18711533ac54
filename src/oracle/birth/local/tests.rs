use proptest::prelude::*;

use super::*;

/// A zone made up for a test: an offset to begin with, and from each of these seconds on another.
#[derive(Debug, Clone)]
struct Made {
    first: i32,
    changes: Vec<(i64, i32)>,
}

impl Zones for Made {
    fn offset(&self, zone: &str, at: Timestamp) -> Result<i32, ZoneError> {
        match zone {
            "Test/Made" => Ok(self
                .changes
                .iter()
                .rev()
                .find(|(from, _)| *from <= at.seconds())
                .map_or(self.first, |(_, offset)| *offset)),
            "Test/Broken" => Err(ZoneError::Failed("broken".to_owned())),
            _ => Err(ZoneError::Unknown),
        }
    }
}

impl Made {
    /// Every moment that the reading means, from the definition: all offsets that the zone ever had are tried.
    fn meanings(&self, reading: i64) -> Vec<i64> {
        let offsets = std::iter::once(self.first).chain(self.changes.iter().map(|(_, offset)| *offset));
        let moments = offsets.map(|offset| (reading - i64::from(offset), offset));
        let real = |(at, offset): &(i64, i32)| {
            self.offset("Test/Made", Timestamp::from_millis(at * 1000).unwrap()) == Ok(*offset)
        };
        let mut found: Vec<i64> = moments.filter(real).map(|(at, _)| at).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn clock(seconds: i64) -> NaiveDateTime {
    Timestamp::from_millis(seconds * 1000).unwrap().utc().naive_utc()
}

fn made() -> impl Strategy<Value = Made> {
    // Changes are more than two days apart, offsets less than 16 hours, down to the second.
    let changes = proptest::collection::vec((200_000_i64..30_000_000, -57_000_i32..57_000), 0..6);
    (-57_000_i32..57_000, changes).prop_map(|(first, steps)| {
        let mut at = 0;
        let changes = steps.into_iter().map(|(later, offset)| {
            at += later;
            (at, offset)
        });
        Made { first, changes: changes.collect() }
    })
}

proptest! {
    #[test]
    fn a_reading_means_every_moment_at_which_clocks_show_it(zone in made(), change in 0_usize..6, off in -120_000_i64..120_000, edge in -1_i64..=1, side: bool) {
        // Near a change, and often on the very second of it as clocks show it before or after.
        let at = zone.changes.get(change).map_or(1_000_000, |(at, _)| *at);
        let shown = zone.offset("Test/Made", Timestamp::from_millis((at - i64::from(side)) * 1000).unwrap()).unwrap();
        for reading in [at + off, at + i64::from(shown) + edge] {
            let meanings = zone.meanings(reading);
            match resolve(&zone, "Test/Made", clock(reading)).unwrap() {
                Local::Once(only) => prop_assert_eq!(vec![only.at.seconds()], meanings),
                Local::Twice(first, second) => {
                    prop_assert_eq!(vec![first.at.seconds(), second.at.seconds()], meanings);
                    for moment in [first, second] {
                        prop_assert_eq!(moment.at.seconds() + i64::from(moment.offset), reading);
                    }
                }
                Local::Never { before, after } => {
                    prop_assert_eq!(meanings, Vec::<i64>::new());
                    // The change lies between the two.
                    let change = zone.changes.iter().find(|(at, _)| (after.at.seconds() + 1..=before.at.seconds()).contains(at));
                    prop_assert!(change.is_some_and(|(_, offset)| *offset == after.offset), "{before:?} {after:?}");
                }
            }
        }
    }

    #[test]
    fn a_day_begins_when_a_calendar_first_shows_it(zone in made(), day in 0_i64..1000) {
        let date = clock(day * 86_400).date();
        let first = first_of_day(&zone, "Test/Made", date).unwrap();
        let shown = |millis: i64| local_date(&zone, "Test/Made", first.plus_millis(millis)).unwrap();
        prop_assert!(shown(0) >= date, "{} is before {date}", shown(0));
        prop_assert!(shown(-1) < date, "{} is not before {date}", shown(-1));
    }
}

#[test]
fn an_unknown_zone_and_a_broken_platform_are_told_apart() {
    let zone = Made { first: 0, changes: Vec::new() };
    assert_eq!(resolve(&zone, "Mars/Olympus", clock(0)), Err(ZoneError::Unknown));
    assert_eq!(resolve(&zone, "Test/Broken", clock(0)), Err(ZoneError::Failed("broken".to_owned())));
    assert_eq!(first_of_day(&zone, "Mars/Olympus", clock(0).date()), Err(ZoneError::Unknown));
    assert_eq!(local_date(&zone, "Mars/Olympus", Timestamp::EPOCH), Err(ZoneError::Unknown));
}

#[test]
fn the_ends_of_the_calendar_are_no_panic() {
    let zone = Made { first: 3600, changes: Vec::new() };
    for date in [NaiveDate::MIN, NaiveDate::MAX] {
        assert!(matches!(
            resolve(&zone, "Test/Made", date.and_time(NaiveTime::MIN)),
            Err(ZoneError::Failed(_))
        ));
    }
}
