//! How engines do: calls, failures, sources, latency and how people judged the answers.
//!
//! Latency is kept as a histogram whose bucket `i` above 0 holds 2^((i-1)/4) to 2^(i/4) milliseconds; bucket 0 holds
//! what took less than one. Histograms of isolates and hours are added bucket by bucket. A percentile is told as the
//! geometric middle of its bucket, which is at most 2^(1/8) - 1 = 9.1 % from the truth. The platform's clock stands
//! still while code computes, so that only waiting shows: an embedded engine mostly takes 0 ms.

use crate::kernel::map::Map;

use super::calculate::Answered;
use super::counts::{self, Sum};
use super::engines::Engine;
use crate::context::Context;
use crate::contract::types::EngineMetric;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;

/// How far a percentile may be from the truth, as a share of it.
pub const ERROR_BOUND: f64 = 0.091;

/// What the buckets are counted as. The last one holds 2^16 ms and more, which is beyond every deadline.
const BUCKETS: [&str; 66] = [
    "ms_0", "ms_1", "ms_2", "ms_3", "ms_4", "ms_5", "ms_6", "ms_7", "ms_8", "ms_9", "ms_10", "ms_11",
    "ms_12", "ms_13", "ms_14", "ms_15", "ms_16", "ms_17", "ms_18", "ms_19", "ms_20", "ms_21", "ms_22",
    "ms_23", "ms_24", "ms_25", "ms_26", "ms_27", "ms_28", "ms_29", "ms_30", "ms_31", "ms_32", "ms_33",
    "ms_34", "ms_35", "ms_36", "ms_37", "ms_38", "ms_39", "ms_40", "ms_41", "ms_42", "ms_43", "ms_44",
    "ms_45", "ms_46", "ms_47", "ms_48", "ms_49", "ms_50", "ms_51", "ms_52", "ms_53", "ms_54", "ms_55",
    "ms_56", "ms_57", "ms_58", "ms_59", "ms_60", "ms_61", "ms_62", "ms_63", "ms_64", "ms_65",
];

/// The bucket of a duration.
#[must_use]
fn bucket(millis: i64) -> u32 {
    match u32::try_from(millis) {
        Ok(0) | Err(_) => 0,
        // Below 2^17, where the logarithm is exact enough that no whole number falls into a neighbour.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Ok(millis) => (1 + (4.0 * f64::from(millis).log2()).floor() as u32).min(65),
    }
}

/// The duration that a bucket stands for, in milliseconds, to three digits after the point.
fn middle(bucket: u32) -> f64 {
    match bucket {
        0 => 0.0,
        _ => rounded(((f64::from(bucket) - 0.5) / 4.0 * std::f64::consts::LN_2).exp()),
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// Counts how long an engine took since `started`, and what came of it besides its source, which the cache counts.
pub fn note(cx: &Context<'_>, engine: Engine, answered: &Result<Answered, Problem>, started: Timestamp) {
    let took = bucket(cx.ports.clock.now().millis() - started.millis());
    let latency = BUCKETS.get(took as usize).copied().unwrap_or("ms_0");
    let outcome = match answered {
        Ok(answered) if answered.degraded => Some("degraded"),
        Ok(_) => None,
        Err(problem) if problem.code == Code::CalculationRefused => Some("refused"),
        Err(_) => Some("errors"),
    };
    let measures = [Some(latency), outcome].into_iter().flatten().map(|measure| (measure, 1));
    counts::note(cx, engine.name(), &measures.collect::<Vec<_>>());
}

/// What the sums say of each engine.
#[must_use]
pub fn report(sums: &[Sum]) -> Vec<EngineMetric> {
    Engine::ALL
        .iter()
        .map(|engine| {
            let own = sums.iter().filter(|sum| sum.engine == engine.name());
            let by_name = own.map(|sum| (sum.measure.as_str(), sum.count)).collect();
            metric(*engine, &by_name)
        })
        .collect()
}

fn metric(engine: Engine, sums: &Map<&str, i64>) -> EngineMetric {
    let of = |name: &str| sums.get(name).copied().unwrap_or_default().max(0);
    let embedded = of("embedded") + of("drawn");
    let cache = of("isolate") + of("cache") + of("coalesced");
    let (remote, stale) = (of("remote") + of("drawn_remote"), of("stale"));
    let [refused, errors, degraded] = ["refused", "errors", "degraded"].map(of);
    let answered = embedded + cache + remote + stale;
    let calls = answered + refused + errors;
    let latency = histogram(sums);
    let judged: Vec<(i64, i64)> = sums
        .iter()
        .filter_map(|(name, amount)| Some((name.strip_prefix("rated_")?.parse().ok()?, *amount)))
        .collect();
    let rated = judged.iter().map(|(_, amount)| amount).sum();
    let points = judged.iter().map(|(stars, amount)| stars * amount).sum();
    let right = judged.iter().filter(|(stars, _)| *stars >= 4).map(|(_, amount)| amount).sum();
    EngineMetric {
        engine: engine.into(),
        calls,
        refused,
        errors,
        embedded,
        cache,
        remote,
        stale,
        degraded,
        error_share: share(errors, calls),
        cache_share: share(cache + stale, answered),
        fallback_share: share(degraded, answered),
        p50_ms: percentile(&latency, 50),
        p95_ms: percentile(&latency, 95),
        p99_ms: percentile(&latency, 99),
        rated,
        mean_rating: share(points, rated),
        accuracy: share(right, rated),
    }
}

fn histogram(sums: &Map<&str, i64>) -> Map<u32, i64> {
    sums.iter()
        .filter_map(|(name, amount)| Some((name.strip_prefix("ms_")?.parse().ok()?, *amount)))
        .collect()
}

/// The duration that so many percent did not exceed: the smallest with at least that share at or below it.
fn percentile(histogram: &Map<u32, i64>, percent: i64) -> Option<f64> {
    let wanted = histogram.values().sum::<i64>().checked_mul(percent)?;
    let mut seen = 0;
    let found = histogram.iter().find(|(_, amount)| {
        seen += **amount;
        **amount > 0 && seen.saturating_mul(100) >= wanted
    });
    found.map(|(bucket, _)| middle(*bucket))
}

/// One number of another, to three digits after the point; `None` of nothing.
#[allow(clippy::cast_precision_loss)] // Counts stay below 2^53.
fn share(part: i64, of: i64) -> Option<f64> {
    (of > 0).then(|| rounded(part as f64 / of as f64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the durations and however they are split over isolates, a percentile keeps its bound.
        #[test]
        fn percentiles_keep_their_bound(mut millis in prop::collection::vec(1..60_000_i64, 1..200), percent in 1..=100_i64, split in 0..200_usize) {
            let (one, other) = millis.split_at(split.min(millis.len()));
            let mut merged = Map::new();
            for part in [one, other] {
                for took in part {
                    *merged.or_default(bucket(*took)) += 1;
                }
            }
            let told = percentile(&merged, percent).unwrap();
            millis.sort_unstable();
            let rank = (millis.len() as i64 * percent + 99) / 100;
            let truth = millis[(rank as usize).max(1) - 1] as f64;
            prop_assert!((told - truth).abs() <= ERROR_BOUND * truth + 0.001, "{told} for {truth}");
        }
    }

    #[test]
    fn every_duration_has_a_bucket() {
        assert_eq!([-5, 0, 1, 2, 4, 1_024].map(bucket), [0, 0, 1, 5, 9, 41]);
        assert_eq!(bucket(i64::MAX), 0, "a clock that jumped tells nothing");
        assert_eq!(bucket(10_000_000), 65);
        assert!(BUCKETS.iter().enumerate().all(|(at, name)| *name == format!("ms_{at}")));
        assert_eq!(middle(0), 0.0);
        assert_eq!(percentile(&Map::new(), 50), None);
    }

    #[test]
    fn shares_follow_from_the_sums() {
        let sum =
            |measure: &str, count| Sum { engine: "tarot".to_owned(), measure: measure.to_owned(), count };
        let sums = [
            ("embedded", 2),
            ("drawn", 3),
            ("drawn_remote", 1),
            ("isolate", 1),
            ("cache", 1),
            ("errors", 1),
            ("refused", 1),
            ("degraded", 4),
            ("ms_0", 8),
            ("ms_41", 2),
            ("rated_5", 3),
            ("rated_1", 1),
            ("rated_2", 0),
        ];
        let report = report(&sums.map(|(measure, count)| sum(measure, count)));
        let tarot = report.iter().find(|metric| metric.engine.as_str() == "tarot").unwrap();
        assert_eq!((tarot.calls, tarot.rated), (10, 4));
        assert_eq!((tarot.embedded, tarot.remote, tarot.cache), (5, 1, 2));
        assert_eq!((tarot.error_share, tarot.cache_share), (Some(0.1), Some(0.25)));
        assert_eq!(
            (tarot.fallback_share, tarot.accuracy, tarot.mean_rating),
            (Some(0.5), Some(0.75), Some(4.0))
        );
        assert_eq!((tarot.p50_ms, tarot.p95_ms), (Some(0.0), Some(1116.68)));
        let quiet = report.iter().find(|metric| metric.engine.as_str() == "iching").unwrap();
        assert_eq!((quiet.calls, quiet.cache_share, quiet.p50_ms, quiet.accuracy), (0, None, None, None));
    }
}
