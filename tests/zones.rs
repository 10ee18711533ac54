//! Local times in real zones: against another resolver of local times, and against what histories tell.

use chrono::{LocalResult, NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;
use witness::host::Tzdata;
use witness::kernel::time::Timestamp;
use witness::oracle::birth::local::{Local, first_of_day, local_date, resolve};

/// Zones with much history: mean times to the second, double summer time, days left out and repeated, odd offsets,
/// changes at midnight.
const EVENTFUL: [&str; 24] = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Monrovia",
    "America/Argentina/Buenos_Aires",
    "America/Caracas",
    "America/Havana",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kolkata",
    "Asia/Manila",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/London",
    "Europe/Moscow",
    "Europe/Paris",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
];

fn clock(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn shown(zone: Tz, seconds: i64) -> i64 {
    let at = Timestamp::from_millis(seconds * 1000).unwrap().utc().naive_utc();
    seconds + i64::from(zone.offset_from_utc_datetime(&at).fix().local_minus_utc())
}

/// Holds one reading to what `chrono` makes of it.
fn agrees(zone: Tz, reading: i64) {
    let clock = Timestamp::from_millis(reading * 1000).unwrap().utc().naive_utc();
    let found = resolve(&Tzdata, zone.name(), clock).unwrap();
    let context = format!("{zone} {clock}: {found:?}");
    match zone.from_local_datetime(&clock) {
        LocalResult::Single(at) => {
            let Local::Once(moment) = found else { panic!("{context}") };
            assert_eq!(moment.at.seconds(), at.timestamp(), "{context}");
            assert_eq!(moment.offset, at.offset().fix().local_minus_utc(), "{context}");
        }
        LocalResult::Ambiguous(one, other) => {
            let Local::Twice(first, second) = found else { panic!("{context}") };
            let mut wanted = [one.timestamp(), other.timestamp()];
            wanted.sort_unstable();
            assert_eq!([first.at.seconds(), second.at.seconds()], wanted, "{context}");
        }
        LocalResult::None => {
            let Local::Never { before, after } = found else { panic!("{context}") };
            // The reading by the time before the change lies behind it, and the other way round.
            assert!(shown(zone, before.at.seconds()) > reading, "{context}");
            assert!(shown(zone, after.at.seconds()) < reading, "{context}");
        }
    }
}

/// The seconds at which a zone changes between 1900 and 2100.
fn changes(zone: Tz) -> Vec<i64> {
    let of = |text: &str| clock(text).and_utc().timestamp();
    let ahead = |at| shown(zone, at) - at;
    let (mut at, end) = (of("1900-01-01T00:00:00"), of("2100-12-31T00:00:00"));
    let mut found = Vec::new();
    while at < end {
        let next = at + 43_200;
        if ahead(at) != ahead(next) {
            let (mut early, mut late) = (at, next);
            while late - early > 1 {
                let middle = early + (late - early) / 2;
                if ahead(middle) == ahead(at) { early = middle } else { late = middle }
            }
            found.push(late);
        }
        at = next;
    }
    found
}

#[test]
fn readings_around_every_change_agree_with_another_resolver() {
    let mut seen = 0;
    for name in EVENTFUL {
        let zone: Tz = name.parse().unwrap();
        for change in changes(zone) {
            seen += 1;
            for edge in [shown(zone, change - 1) + 1, shown(zone, change)] {
                for off in [-3600, -1801, -1, 0, 1, 1799, 3600] {
                    agrees(zone, edge + off);
                }
            }
        }
    }
    assert!(seen > 2500, "only {seen} changes");
}

proptest! {
    #[test]
    fn any_reading_in_any_zone_agrees_with_another_resolver(zone in 0..TZ_VARIANTS.len(), reading in -2_208_988_800_i64..4_133_894_400) {
        agrees(TZ_VARIANTS[zone], reading);
    }

    #[test]
    fn any_moment_is_on_the_day_that_its_zone_shows(zone in 0..TZ_VARIANTS.len(), at in -2_208_988_800_i64..4_133_894_400) {
        let zone = TZ_VARIANTS[zone];
        let date = local_date(&Tzdata, zone.name(), Timestamp::from_millis(at * 1000).unwrap()).unwrap();
        prop_assert_eq!(date, Timestamp::from_millis(shown(zone, at) * 1000).unwrap().utc().date_naive());
        let first = first_of_day(&Tzdata, zone.name(), date).unwrap().seconds();
        // A day may begin twice, where clocks are set back over midnight; it never begins after it is shown.
        prop_assert!(first <= at);
        prop_assert!(shown(zone, first - 1) < date.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp());
    }
}

#[test]
fn histories_are_followed() {
    let once = |zone: &str, text: &str| match resolve(&Tzdata, zone, clock(text)).unwrap() {
        Local::Once(moment) => (moment.at.to_string(), moment.offset),
        other => panic!("{zone} {text}: {other:?}"),
    };
    // Double summer time in London; Berlin under midsummer time; mean time in Paris.
    assert_eq!(once("Europe/London", "1945-06-01T12:00:00"), ("1945-06-01T10:00:00.000Z".to_owned(), 7200));
    assert_eq!(once("Europe/Berlin", "1945-06-15T12:00:00"), ("1945-06-15T09:00:00.000Z".to_owned(), 10_800));
    assert_eq!(once("Europe/Paris", "1905-01-01T12:00:00"), ("1905-01-01T11:50:39.000Z".to_owned(), 561));
    // At the end of double summer time an hour came twice, both times in summer.
    let twice = resolve(&Tzdata, "Europe/London", clock("1945-07-15T02:30:00")).unwrap();
    let Local::Twice(first, second) = twice else { panic!("{twice:?}") };
    assert_eq!((first.offset, second.offset), (7200, 3600));
    // Nine minutes that Paris lived twice.
    let twice = resolve(&Tzdata, "Europe/Paris", clock("1911-03-10T23:55:00")).unwrap();
    assert!(matches!(twice, Local::Twice(..)), "{twice:?}");
    // A day that Samoa left out, and the first moment of the next one.
    let never = resolve(&Tzdata, "Pacific/Apia", clock("2011-12-30T12:00:00")).unwrap();
    let Local::Never { before, after } = never else { panic!("{never:?}") };
    assert_eq!((before.offset, after.offset), (-36_000, 50_400));
    let day = |text: &str| {
        let date: NaiveDate = text.parse().unwrap();
        first_of_day(&Tzdata, "Pacific/Apia", date).unwrap()
    };
    assert_eq!(day("2011-12-30"), day("2011-12-31"));
    assert_eq!(day("2011-12-31").to_string(), "2011-12-30T10:00:00.000Z");
    // Clocks of Beirut are put forward at midnight: the day begins at one o'clock.
    let date: NaiveDate = "1995-03-26".parse().unwrap();
    let first = first_of_day(&Tzdata, "Asia/Beirut", date).unwrap();
    assert_eq!(first.to_string(), "1995-03-25T22:00:00.000Z");
}
