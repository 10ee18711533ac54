//! What the cache did, from what was counted. Pure.

use crate::contract::types::{CacheEngineStats, CacheMemory, CacheStats};
use crate::kernel::map::Map;
use crate::kernel::time::Timestamp;
use crate::oracle::counts::Sum;

/// Measures that answer from what is kept.
const HITS: [&str; 4] = ["isolate", "cache", "stale", "coalesced"];
/// Measures that do not.
const MISSES: [&str; 2] = ["remote", "embedded"];

/// The sums of one engine by measure.
type Sums<'a> = Map<&'a str, i64>;

/// The figures of some hours.
#[must_use]
pub fn of(sums: &[Sum], from: Timestamp, to: Timestamp, isolate: CacheMemory) -> CacheStats {
    let mut engines: Map<&str, Sums<'_>> = Map::new();
    let mut all = Sums::new();
    for Sum { engine, measure, count } in sums {
        *engines.or_default(engine).or_default(measure) += count;
        *all.or_default(measure) += count;
    }
    let asked = |sums: &Sums<'_>| HITS.iter().chain(&MISSES).any(|measure| sums.contains_key(measure));
    let known = ["renewed", "warmed", "broken", "bytes"];
    engines.retain(|_, sums| asked(sums) || known.iter().any(|measure| sums.contains_key(measure)));
    let engines = engines.into_iter().map(|(engine, sums)| engine_stats(engine, &sums)).collect();
    CacheStats { from, to, isolate, hit_rate: hit_rate(&all), engines }
}

fn engine_stats(engine: &str, sums: &Sums<'_>) -> CacheEngineStats {
    let sum = |measure: &str| sums.get(measure).copied().unwrap_or(0);
    CacheEngineStats {
        engine: engine.to_owned(),
        isolate: sum("isolate"),
        cache: sum("cache"),
        stale: sum("stale"),
        coalesced: sum("coalesced"),
        remote: sum("remote"),
        embedded: sum("embedded"),
        renewed: sum("renewed"),
        warmed: sum("warmed"),
        broken: sum("broken"),
        bytes: sum("bytes"),
        age_seconds: ratio(sum("age"), HITS.iter().map(|hit| sum(hit)).sum()),
        hit_rate: hit_rate(sums),
    }
}

fn hit_rate(sums: &Sums<'_>) -> Option<f64> {
    let total = |measures: &[&str]| -> i64 { measures.iter().filter_map(|measure| sums.get(measure)).sum() };
    let hits = total(&HITS);
    ratio(hits, hits + total(&MISSES))
}

/// A quotient to four decimals; `None` of nothing.
fn ratio(part: i64, whole: i64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss)] // Counts, far below 2^53.
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_ages_are_of_those_who_asked() {
        let sum = |engine: &str, measure: &str, count| Sum {
            engine: engine.to_owned(),
            measure: measure.to_owned(),
            count,
        };
        let sums = [
            sum("tarot", "isolate", 6),
            sum("tarot", "stale", 1),
            sum("tarot", "age", 70),
            sum("tarot", "embedded", 3),
            sum("iching", "remote", 10),
            sum("iching", "bytes", 500),
            sum("numerology", "drawn", 4),
        ];
        let isolate = CacheMemory { entries: 0, bytes: 0 };
        let stats = of(&sums, Timestamp::EPOCH, Timestamp::EPOCH, isolate);
        let [iching, tarot] = stats.engines.as_slice() else { panic!("{:?}", stats.engines) };
        assert_eq!((tarot.hit_rate, tarot.age_seconds, tarot.isolate), (Some(0.7), Some(10.0), 6));
        assert_eq!((iching.hit_rate, iching.age_seconds, iching.bytes), (Some(0.0), None, 500));
        assert_eq!(stats.hit_rate, Some(0.35));
        assert_eq!(
            of(&[], Timestamp::EPOCH, Timestamp::EPOCH, CacheMemory { entries: 0, bytes: 0 }).hit_rate,
            None
        );
    }
}
