//! A histogram of durations in microseconds, whose buckets grow by a factor: mergeable, with a known error.
//!
//! Bucket `i` holds what is above 2^((i-1)/4) and at most 2^(i/4) microseconds; bucket 0 what is at most one; the last
//! one everything above 2^26, which is beyond every deadline. A quantile is told as the geometric middle of its bucket:
//! it is off by at most 2^(1/8) - 1 = 9.1 % of the truth, or by one microsecond. Merging adds bucket by bucket, so that
//! it is the histogram of all, in whatever order and grouping.

/// How far a quantile may be from the truth, as a share of it.
pub const ERROR_BOUND: f64 = 0.091;

/// The last bucket.
pub const LAST: u8 = 105;

/// 2^32 times 2^(1/4), 2^(2/4) and 2^(3/4).
const QUARTERS: [u64; 3] = [5_107_605_667, 6_074_000_999, 7_223_245_205];

/// Counts by bucket, in order; buckets without any are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram(Vec<(u8, u64)>);

/// The bucket of a duration. Whole numbers alone: exact to the last bit.
#[must_use]
pub fn bucket(micros: u32) -> u8 {
    let Some(power) = micros.checked_ilog2() else { return 0 };
    let mantissa = (u64::from(micros) << 32) >> power;
    let above = u32::from(mantissa > 1 << 32)
        + QUARTERS.iter().map(|quarter| u32::from(mantissa > *quarter)).sum::<u32>();
    u8::try_from(4 * power + above).unwrap_or(LAST).min(LAST)
}

/// The duration that a bucket stands for, in microseconds.
#[must_use]
pub fn middle(bucket: u8) -> f64 {
    match bucket {
        0 => 1.0,
        _ => ((f64::from(bucket) - 0.5) / 4.0 * std::f64::consts::LN_2).exp(),
    }
}

impl Histogram {
    /// Counts durations.
    pub fn add(&mut self, bucket: u8, count: u64) {
        let bucket = bucket.min(LAST);
        match self.0.binary_search_by_key(&bucket, |(at, _)| *at) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known = known.saturating_add(count);
                }
            }
            Err(at) => self.0.insert(at, (bucket, count)),
        }
    }

    /// Adds another one.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            self.add(*bucket, *count);
        }
    }

    /// What was added since it was like that; all of it where something was taken away, which nothing does but
    /// beginning anew.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let of = |other: &Self, bucket: u8| {
            other.0.iter().find(|(at, _)| *at == bucket).map_or(0, |(_, count)| *count)
        };
        if before.0.iter().any(|(bucket, count)| of(self, *bucket) < *count) {
            return self.clone();
        }
        let grown = self.0.iter().map(|(bucket, count)| (*bucket, count - of(before, *bucket)));
        Self(grown.filter(|(_, count)| *count > 0).collect())
    }

    /// The buckets that hold something, in order, with their counts.
    #[must_use]
    pub fn buckets(&self) -> &[(u8, u64)] {
        &self.0
    }

    /// Forgets everything, and keeps the room.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many durations there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// How many took at most 2^`power` microseconds.
    #[must_use]
    pub fn within(&self, power: u8) -> u64 {
        self.0.iter().take_while(|(bucket, _)| *bucket <= 4 * power).map(|(_, count)| count).sum()
    }

    /// The duration in microseconds that so many percent did not exceed: the smallest with at least that share at or
    /// below it. `None` of nothing.
    #[must_use]
    pub fn quantile(&self, percent: u64) -> Option<f64> {
        let wanted = self.count().saturating_mul(percent);
        let mut seen: u64 = 0;
        let found = self.0.iter().find(|(_, count)| {
            seen = seen.saturating_add(*count);
            *count > 0 && seen.saturating_mul(100) >= wanted
        });
        found.map(|(bucket, _)| middle(*bucket))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(micros: &[u32]) -> Histogram {
        let mut histogram = Histogram::default();
        micros.iter().for_each(|micros| histogram.add(bucket(*micros), 1));
        histogram
    }

    fn merged(one: &Histogram, other: &Histogram) -> Histogram {
        let mut merged = one.clone();
        merged.merge(other);
        merged
    }

    /// As durations are: as many short ones as long ones, by their logarithm.
    fn durations() -> impl Strategy<Value = Vec<u32>> {
        let one = (0..27_u32, any::<u32>()).prop_map(|(power, random)| random % (1 << power).max(1));
        prop::collection::vec(one, 0..200)
    }

    proptest! {
        #[test]
        fn a_quantile_keeps_its_bound(mut micros in durations(), percent in 1..=100_u64) {
            let told = of(&micros).quantile(percent);
            micros.sort_unstable();
            let rank = (micros.len() as u64 * percent).div_ceil(100).max(1) as usize;
            match (told, micros.get(rank - 1)) {
                (None, None) => {}
                (Some(told), Some(truth)) => {
                    let truth = f64::from(*truth);
                    prop_assert!((told - truth).abs() <= (ERROR_BOUND * truth).max(1.0), "{told} for {truth}");
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }

        #[test]
        fn merging_is_the_histogram_of_all_in_whatever_order(a in durations(), b in durations(), c in durations()) {
            let (one, two, three) = (of(&a), of(&b), of(&c));
            let all: Vec<u32> = a.iter().chain(&b).chain(&c).copied().collect();
            prop_assert_eq!(merged(&merged(&one, &two), &three), of(&all));
            prop_assert_eq!(merged(&one, &merged(&two, &three)), of(&all));
            prop_assert_eq!(merged(&two, &one), merged(&one, &two));
            prop_assert_eq!(of(&all).count(), all.len() as u64);
        }

        #[test]
        fn limits_count_exactly(micros in durations(), power in 0..27_u8) {
            let truth = micros.iter().filter(|micros| **micros <= 1 << power).count() as u64;
            prop_assert_eq!(of(&micros).within(power), truth);
        }

        #[test]
        fn a_bucket_has_its_duration_between_its_ends(micros in 2..=(1_u32 << 26)) {
            let bucket = f64::from(bucket(micros));
            let (low, high) = (((bucket - 1.0) / 4.0).exp2(), (bucket / 4.0).exp2());
            prop_assert!(low * (1.0 - 1e-12) < f64::from(micros) && f64::from(micros) <= high * (1.0 + 1e-12));
        }
    }

    #[test]
    fn every_duration_has_a_bucket() {
        assert_eq!(
            [0, 1, 2, 3, 4, 1 << 26, (1 << 26) + 1, u32::MAX].map(bucket),
            [0, 0, 4, 7, 8, 104, 105, 105]
        );
        assert_eq!(Histogram::default().quantile(50), None);
        let mut odd = of(&[2]);
        odd.add(250, 1);
        assert_eq!(odd.buckets(), [(4, 1), (105, 1)]);
    }
}
