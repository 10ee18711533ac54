//! Counted windows: the state of the admission object.

use serde::{Deserialize, Serialize};

use super::{Group, Reply, Window};
use crate::identity::standing::Standing;
use crate::kernel::time::Timestamp;

const LENGTHS: [u32; 3] = [60, 3_600, 86_400];
/// How long a standing is kept: no credential that was read before it is believed for longer.
const REMEMBERED_MILLIS: i64 = 86_400_000;

/// How many units one window admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Quota(pub u32);

/// The quotas of a minute, an hour and a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quotas([Quota; 3]);

impl Quotas {
    /// Quotas of a minute, an hour and a day, each times `scale`.
    #[must_use]
    pub fn new(minute: u32, hour: u32, day: u32, scale: u32) -> Self {
        Self([minute, hour, day].map(|units| Quota(units.saturating_mul(scale))))
    }

    /// The lesser quota of each window.
    #[must_use]
    pub fn least(&self, other: &Self) -> Self {
        let [minute, hour, day] = self.0;
        let [other_minute, other_hour, other_day] = other.0;
        Self([minute.min(other_minute), hour.min(other_hour), day.min(other_day)])
    }

    /// Units that a lease may hold: a twentieth of the minute's quota, so that idle isolates waste little.
    #[must_use]
    pub fn ahead(&self) -> u32 {
        self.0[0].0 / 20
    }

    /// The quotas with their lengths in seconds.
    pub fn windows(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        LENGTHS.into_iter().zip(self.0.iter().map(|quota| quota.0))
    }
}

/// What one window has admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Count {
    /// The window's number since 1970.
    window: i64,
    /// Units admitted in it.
    units: u32,
}

/// One caller's counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    #[serde(default)]
    general: [Count; 3],
    #[serde(default)]
    credential: [Count; 3],
    #[serde(default)]
    standing: Option<Standing>,
    /// When it was told.
    #[serde(default)]
    told_at: i64,
    /// The latest moment seen; a clock that runs back does not open a window again.
    #[serde(default)]
    latest: i64,
}

impl State {
    /// Counts `cost` units in all windows or in none, and up to `ahead` more while half of each is left.
    pub fn take(&mut self, group: Group, cost: u32, ahead: u32, quotas: &Quotas, now: Timestamp) -> Reply {
        let now = self.advance(now);
        let mut counts = *self.counts(group);
        for (count, (seconds, _)) in counts.iter_mut().zip(quotas.windows()) {
            let window = now.div_euclid(i64::from(seconds) * 1000);
            if count.window != window {
                *count = Count { window, units: 0 };
            }
        }
        let scarcest = |counts: &[Count; 3]| {
            let windows = counts.iter().zip(quotas.windows()).map(|(count, (seconds, limit))| Window {
                seconds,
                limit,
                left: limit.saturating_sub(count.units),
                resets_at: end(count.window, seconds),
            });
            windows.min_by_key(|window| (window.left, std::cmp::Reverse(window.seconds)))
        };
        let Some(window) = scarcest(&counts) else { return Reply::Done };
        if window.left < cost {
            return Reply::Refused { window };
        }
        let plenty = counts
            .iter()
            .zip(quotas.windows())
            .map(|(count, (_, limit))| (limit / 2).saturating_sub(count.units.saturating_add(cost)))
            .min()
            .unwrap_or(0);
        let units = cost + ahead.min(plenty);
        for count in &mut counts {
            count.units = count.units.saturating_add(units);
        }
        *self.counts(group) = counts;
        Reply::Granted { units, window: scarcest(&counts).unwrap_or(window), standing: self.standing }
    }

    /// Keeps the account's standing, unless a later one is known.
    pub fn stand(&mut self, standing: Standing, now: Timestamp) {
        self.told_at = self.advance(now);
        self.standing = Some(self.standing.map_or(standing, |known| known.later(standing)));
    }

    /// When nothing of this state matters any more.
    #[must_use]
    pub fn idle_at(&self) -> Timestamp {
        let day_ends = (self.latest.div_euclid(86_400_000) + 1) * 86_400_000;
        let at = day_ends.max(self.standing.map_or(0, |_| self.told_at + REMEMBERED_MILLIS));
        Timestamp::from_millis(at).unwrap_or(Timestamp::EPOCH)
    }

    fn advance(&mut self, now: Timestamp) -> i64 {
        self.latest = self.latest.max(now.millis());
        self.latest
    }

    fn counts(&mut self, group: Group) -> &mut [Count; 3] {
        match group {
            Group::General => &mut self.general,
            Group::Credential => &mut self.credential,
        }
    }
}

fn end(window: i64, seconds: u32) -> Timestamp {
    let millis = window.saturating_add(1).saturating_mul(i64::from(seconds) * 1000);
    Timestamp::from_millis(millis).unwrap_or(Timestamp::EPOCH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn granted(reply: &Reply) -> u32 {
        match reply {
            Reply::Granted { units, .. } => *units,
            _ => 0,
        }
    }

    #[test]
    fn the_eleventh_of_ten_is_refused_until_the_minute_ends() {
        let (mut state, quotas) = (State::default(), Quotas::new(10, 100, 1_000, 1));
        for _ in 0..10 {
            assert_eq!(granted(&state.take(Group::General, 1, 0, &quotas, at(5_000))), 1);
        }
        let Reply::Refused { window } = state.take(Group::General, 1, 0, &quotas, at(5_000)) else {
            panic!("the eleventh was admitted")
        };
        assert_eq!((window.name(), window.left, window.seconds_left(at(5_000))), ("minute", 0, 55));
        assert_eq!(granted(&state.take(Group::General, 1, 0, &quotas, at(60_000))), 1);
    }

    #[test]
    fn credentials_are_counted_apart() {
        let (mut state, quotas) = (State::default(), Quotas::new(1, 10, 10, 1));
        assert_eq!(granted(&state.take(Group::General, 1, 0, &quotas, at(0))), 1);
        assert_eq!(granted(&state.take(Group::Credential, 1, 0, &quotas, at(0))), 1);
        assert_eq!(granted(&state.take(Group::Credential, 1, 0, &quotas, at(0))), 0);
    }

    #[test]
    fn the_latest_standing_travels_with_every_grant() {
        use crate::identity::caller::{Role, Tier};
        use crate::identity::standing::StandingState;
        let (mut state, quotas) = (State::default(), Quotas::new(100, 100, 100, 1));
        let standing =
            |epoch| Standing { epoch, tier: Tier::Free, role: Role::User, state: StandingState::Active };
        let told = |reply| match reply {
            Reply::Granted { standing, .. } => standing,
            _ => None,
        };
        assert_eq!(told(state.take(Group::General, 1, 0, &quotas, at(0))), None);
        state.stand(standing(3), at(0));
        state.stand(standing(2), at(0));
        assert_eq!(told(state.take(Group::General, 1, 0, &quotas, at(1))), Some(standing(3)));
        assert!(state.idle_at() >= at(86_400_000));
    }

    proptest! {
        /// Whatever is asked for, in whatever order, with a clock that also jumps back: no window of any
        /// length admits more than its quota.
        #[test]
        fn no_window_admits_more_than_its_quota(
            asks in prop::collection::vec((1_u32..4, 0_u32..8, -30_000_i64..90_000), 1..200),
            minute in 1_u32..20, hour in 1_u32..60, day in 1_u32..100,
        ) {
            let (mut state, quotas) = (State::default(), Quotas::new(minute, hour, day, 1));
            let (mut now, mut latest) = (0_i64, 0_i64);
            let mut admitted: Vec<(i64, u32)> = Vec::new();
            for (cost, ahead, step) in asks {
                now = (now + step).max(0);
                latest = latest.max(now);
                let units = granted(&state.take(Group::General, cost, ahead, &quotas, at(now)));
                prop_assert!(units == 0 || (cost..=cost + ahead).contains(&units));
                admitted.push((latest, units));
            }
            for (seconds, limit) in quotas.windows() {
                let length = i64::from(seconds) * 1000;
                for window in 0..=latest / length {
                    let sum: u32 = admitted.iter().filter(|(at, _)| at / length == window).map(|(_, units)| units).sum();
                    prop_assert!(sum <= limit, "{sum} of {limit} in {seconds} s");
                }
            }
        }
    }
}
