//! When a call to a remote engine is made again: pauses with decorrelated jitter, within the deadline.
//!
//! Each pause is drawn between [`BASE`] and three times the pause before, so that callers who failed together do not
//! come back together. An engine that says when to come back is not asked before; if that is too late, not at all.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};

use crate::kernel::time::Timestamp;

/// The most calls for one answer.
pub const MOST_CALLS: u32 = 3;
/// The shortest pause, and the one before the first.
pub const BASE: Duration = Duration::from_millis(50);
/// The longest pause that is drawn.
pub const LONGEST: Duration = Duration::from_secs(1);
/// A call for which there is less time is not begun: a healthy engine would be blamed for our haste.
pub const LEAST: Duration = Duration::from_millis(150);

/// The next pause: even between [`BASE`] and three times `previous`, [`LONGEST`] at most. `random` is any number.
#[must_use]
pub fn pause(previous: Duration, random: u64) -> Duration {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let base = millis(BASE);
    let top = millis(previous).saturating_mul(3).clamp(base, millis(LONGEST));
    Duration::from_millis(base + random % (top - base + 1))
}

/// How long one call may take: not so much that a server that hangs leaves no time for another try.
#[must_use]
pub fn share(deadline: Duration, left: Duration) -> Duration {
    left.min(deadline * 3 / 5)
}

/// How long to pause before the next call, or `None` when there is no time for one.
#[must_use]
pub fn before_next(pause: Duration, retry_after: Option<Duration>, left: Duration) -> Option<Duration> {
    let pause = pause.max(retry_after.unwrap_or_default());
    (pause.saturating_add(LEAST) <= left).then_some(pause)
}

/// The time that a `Retry-After` header asks for (RFC 9110 section 10.2.3): seconds, or a date as section 5.6.7 wants it
/// to be written. `None` for anything else.
#[must_use]
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        // So many digits mean longer than anybody waits.
        return Some(Duration::from_secs(header.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let at = http_date(header)?;
    Some(Duration::from_millis(u64::try_from(at - now.millis()).unwrap_or(0)))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, in milliseconds since 1970; the day of the week is not looked at.
fn http_date(text: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let rest = text.get(5..).filter(|_| text.get(3..5) == Some(", "))?.strip_suffix(" GMT")?;
    let number = |from: usize, to: usize| rest.get(from..to)?.parse::<u32>().ok();
    let month = MONTHS.find(rest.get(3..6)?).filter(|at| at % 3 == 0)? / 3 + 1;
    let date =
        NaiveDate::from_ymd_opt(number(7, 11)?.try_into().ok()?, u32::try_from(month).ok()?, number(0, 2)?)?;
    let time = NaiveTime::from_hms_opt(number(12, 14)?, number(15, 17)?, number(18, 20)?)?;
    (rest.len() == 20).then(|| date.and_time(time).and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    proptest! {
        #[test]
        fn a_pause_lies_between_the_base_and_three_times_the_one_before(previous in 0_u64..100_000, random: u64) {
            let pause = pause(ms(previous), random);
            prop_assert!(pause >= BASE && pause <= LONGEST);
            prop_assert!(pause <= (ms(previous) * 3).max(BASE));
        }

        #[test]
        fn no_call_begins_that_would_end_after_the_deadline(pause in 0_u64..3_000, after in 0_u64..3_000, left in 0_u64..3_000) {
            match before_next(ms(pause), Some(ms(after)), ms(left)) {
                Some(wait) => {
                    prop_assert!(wait >= ms(pause) && wait >= ms(after));
                    prop_assert!(wait + LEAST <= ms(left));
                }
                None => prop_assert!(ms(pause.max(after)) + LEAST > ms(left)),
            }
        }
    }

    #[test]
    fn pauses_of_callers_who_fail_together_drift_apart() {
        let pauses: std::collections::BTreeSet<Duration> =
            (0..200).map(|random| pause(ms(100), random * 7919)).collect();
        assert!(pauses.len() > 100, "{}", pauses.len());
        assert_eq!((pause(BASE, 0), pause(BASE, 100), pause(ms(900), 950)), (BASE, ms(150), LONGEST));
    }

    #[test]
    fn an_engine_says_when_to_come_back_in_seconds_or_as_a_date() {
        let now = Timestamp::parse("1994-11-06T08:49:30.500Z").unwrap();
        for (header, expected) in [
            ("0", Some(ms(0))),
            (" 120 ", Some(Duration::from_secs(120))),
            ("99999999999999999999999", Some(Duration::from_secs(u32::MAX.into()))),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(ms(6_500))),
            ("Sun, 06 Nov 1994 08:49:29 GMT", Some(ms(0))),
            ("Sun, 06 Noa 1994 08:49:37 GMT", None),
            ("Sun, 31 Feb 1994 08:49:37 GMT", None),
            ("Sunday, 06-Nov-94 08:49:37 GMT", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
            ("ééé, 06 Nov 1994 08:49:37 GMT", None),
        ] {
            assert_eq!(retry_after(header, now), expected, "{header}");
        }
    }
}
