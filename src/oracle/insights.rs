//! Patterns, timing and trends in somebody's readings, each against what chance alone would do.
//!
//! Chance has a say where something was drawn (cards, hexagrams) and in which days of the week are chosen. It has none
//! in which engines somebody asks and at what hour: that is told without a test.

use crate::kernel::map::{Map, Set};

use chrono::{Datelike, NaiveDate};

use super::correlation::{count, rounded};
use super::engines::texts;
use super::history::{History, Kept};
use super::statistics::distribution::binomial_at_least;
use super::statistics::multiple::false_discovery;
use super::statistics::series::DISCOVERY_RATE;
use super::statistics::trend::trend;
use crate::contract::types::{Finding, FindingKind, ReadingInsights};

/// Draws from which on cards and hexagrams are looked at.
const DRAWS: usize = 5;
/// Days with readings from which on weekdays and times are looked at.
const DAYS: usize = 7;
/// Days with a rating from which on a trend is looked for; the newest [`NEWEST`] are looked at.
const RATED: usize = 10;
const NEWEST: usize = 366;
/// Findings of one sort that are told: the least likely to be chance.
const TOLD: usize = 7;

const CARDS: usize = 78;
const HEXAGRAMS: usize = 64;
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const PARTS: [(&str, &str); 4] = [
    ("night", "at night"),
    ("morning", "in the morning"),
    ("afternoon", "in the afternoon"),
    ("evening", "in the evening"),
];

const NOTE: &str = "Equal questions with equal seeds count once. p-values are binomial, q-values allow for all cards, hexagrams \
    or weekdays that were looked at (Benjamini and Hochberg 1995); a finding is significant below 0.05. The trend is by \
    Mann and Kendall, with the slope of Theil and Sen.";

/// What shows in a history.
#[must_use]
pub fn report(history: &History) -> ReadingInsights {
    let days: Set<NaiveDate> = history.kept.iter().map(|kept| kept.date).collect();
    let (current, longest) = streaks(&days, history.to);
    let mut findings: Vec<Finding> = engines(history);
    let mut note = String::new();
    let mut lacking = |needed: &str| {
        note.push_str(needed);
        note.push(' ');
    };
    let drawn = distinct(history);
    let (tarot, iching) = (of_engine(&drawn, "tarot"), of_engine(&drawn, "iching"));
    if tarot.len().max(iching.len()) < DRAWS {
        lacking("Five draws of one engine are needed to tell cards or hexagrams that come back from chance.");
    }
    if tarot.len() >= DRAWS {
        findings.extend(cards(&tarot));
    }
    if iching.len() >= DRAWS {
        findings.extend(hexagrams(&iching));
    }
    if days.len() < DAYS {
        lacking("Readings on seven days are needed for weekdays and times of day.");
    } else {
        findings.extend(weekdays(history, &days));
        findings.extend(hours(history));
    }
    match rating_trend(history) {
        Some(finding) => findings.push(finding),
        None => lacking("Ratings that differ on ten days are needed to look for a trend."),
    }
    note.push_str(NOTE);
    ReadingInsights {
        from: history.from,
        to: history.to,
        time_zone: history.zone.clone(),
        readings: count(history.kept.len()),
        rated: count(history.kept.iter().filter(|kept| kept.facts.rating > 0).count()),
        active_days: count(days.len()),
        current_streak: current,
        longest_streak: longest,
        findings,
        note,
    }
}

/// Days in a row: those that end today or yesterday, and the most there were.
fn streaks(days: &Set<NaiveDate>, today: NaiveDate) -> (i64, i64) {
    let (mut run, mut longest, mut last) = (0, 0, None);
    for day in days.iter() {
        run = if last.is_some_and(|last: NaiveDate| last.succ_opt() == Some(*day)) { run + 1 } else { 1 };
        longest = longest.max(run);
        last = Some(*day);
    }
    let goes_on = last.is_some_and(|last| last == today || last.succ_opt() == Some(today));
    (if goes_on { run } else { 0 }, longest)
}

/// The readings without repetitions of one question.
fn distinct(history: &History) -> Vec<&Kept> {
    let mut seen = Set::new();
    history.kept.iter().filter(|kept| seen.insert(kept.facts.input_hash.as_str())).collect()
}

fn of_engine<'a>(kept: &[&'a Kept], engine: &str) -> Vec<&'a Kept> {
    kept.iter().copied().filter(|kept| kept.facts.engine == engine).collect()
}

/// Which engines were asked how often.
fn engines(history: &History) -> Vec<Finding> {
    let mut asked: Map<&str, usize> = Map::new();
    for kept in &history.kept {
        *asked.or_default(&kept.facts.engine) += 1;
    }
    let mut asked: Vec<(&str, usize)> = asked.into_iter().collect();
    asked.sort_by_key(|one| std::cmp::Reverse(one.1));
    let all = history.kept.len();
    let told = |(engine, times): (&str, usize)| {
        let text = format!("{times} of {all} readings asked {engine}.");
        described(FindingKind::Pattern, format!("engine:{engine}"), (times, all), None, text)
    };
    asked.into_iter().map(told).collect()
}

/// Cards that came more often than others. A spread of k cards has a given card with chance k / 78; over spreads of
/// several sizes the mean chance is taken, which errs on the side of chance.
fn cards(tarot: &[&Kept]) -> Vec<Finding> {
    let mut seen: Map<String, u32> = Map::new();
    let mut laid = 0;
    for kept in tarot {
        for card in kept.facts.cards() {
            laid += 1;
            *seen.or_default(card) += 1;
        }
    }
    let chance = float(laid) / float(tarot.len() * CARDS);
    let name = |key: &str| {
        let card = texts::CARDS.iter().find(|card| card.key == key);
        card.map_or_else(|| key.to_owned(), |card| card.name.to_owned())
    };
    let family = Family {
        group: "card",
        kind: FindingKind::Pattern,
        size: CARDS,
        trials: tarot.len(),
        what: "spreads",
    };
    family.findings(seen.into_iter().map(|(key, times)| (name(&key), key, times, chance)))
}

/// Hexagrams that came more often than others: every one has the chance 1 / 64, with coins and with stalks.
fn hexagrams(iching: &[&Kept]) -> Vec<Finding> {
    let mut seen: Map<u8, u32> = Map::new();
    for kept in iching {
        if let Some(number) = kept.facts.hexagram {
            *seen.or_default(number) += 1;
        }
    }
    let family = Family {
        group: "hexagram",
        kind: FindingKind::Pattern,
        size: HEXAGRAMS,
        trials: iching.len(),
        what: "casts",
    };
    family.findings(seen.into_iter().map(|(number, times)| {
        (format!("Hexagram {number}"), number.to_string(), times, 1.0 / float(HEXAGRAMS))
    }))
}

/// Weekdays on which readings were kept more often than their share of the range. Days are counted, not readings: several
/// in one sitting are one decision. A day can be chosen once, so that the binomial errs on the side of chance.
fn weekdays(history: &History, days: &Set<NaiveDate>) -> Vec<Finding> {
    let index = |day: NaiveDate| day.weekday().num_days_from_monday() as usize;
    let mut there = [0_usize; 7];
    let mut chosen = [0_u32; 7];
    for day in history.days() {
        if let Some(there) = there.get_mut(index(day)) {
            *there += 1;
        }
    }
    for day in days.iter() {
        if let Some(chosen) = chosen.get_mut(index(*day)) {
            *chosen += 1;
        }
    }
    let all: usize = there.iter().sum();
    let family = Family {
        group: "weekday",
        kind: FindingKind::Timing,
        size: 7,
        trials: days.len(),
        what: "days with readings",
    };
    let named = WEEKDAYS.into_iter().zip(there).zip(chosen).filter(|(_, chosen)| *chosen > 0);
    family.findings(named.map(|((name, there), chosen)| {
        (name.to_owned(), name.to_ascii_lowercase(), chosen, float(there) / float(all.max(1)))
    }))
}

/// Times of day with their mean rating.
fn hours(history: &History) -> Vec<Finding> {
    let mut parts = [(0_usize, 0.0_f64, 0_usize); 4];
    for kept in &history.kept {
        if let Some((times, points, rated)) = parts.get_mut((kept.hour / 6) as usize) {
            *times += 1;
            *points += f64::from(kept.facts.rating);
            *rated += usize::from(kept.facts.rating > 0);
        }
    }
    let all = history.kept.len();
    let named = PARTS.into_iter().zip(parts).filter(|(_, (times, ..))| *times > 0);
    named
        .map(|((key, words), (times, points, rated))| {
            let mean = (rated > 0).then(|| rounded(points / float(rated)));
            let mut text = format!("{times} of {all} readings were kept {words}");
            if let Some(mean) = mean {
                text.push_str(&format!(", with a mean rating of {mean} over {rated}"));
            }
            text.push('.');
            described(FindingKind::Timing, format!("hours:{key}"), (times, all), mean, text)
        })
        .collect()
}

/// Whether ratings rise or fall.
fn rating_trend(history: &History) -> Option<Finding> {
    let ratings = history.ratings();
    let newest = ratings.iter().skip(ratings.len().saturating_sub(NEWEST));
    let points: Vec<(f64, f64)> = newest
        .map(|(day, rating)| {
            (
                f64::from(i32::try_from(day.signed_duration_since(history.from).num_days()).unwrap_or(0)),
                *rating,
            )
        })
        .collect();
    if points.len() < RATED {
        return None;
    }
    let found = trend(&points)?;
    let (month, significant) = (rounded(found.slope * 30.0), found.p_value < DISCOVERY_RATE);
    let text = match (significant, found.tau > 0.0) {
        (true, true) => {
            format!("Your ratings rise, by about {month} in 30 days; that is unlikely to be chance.")
        }
        (true, false) => {
            format!("Your ratings fall, by about {} in 30 days; that is unlikely to be chance.", month.abs())
        }
        (false, _) => {
            format!("Ratings of {} days show no trend that chance would not bring about.", points.len())
        }
    };
    Some(Finding {
        kind: FindingKind::Trend,
        subject: "rating".to_owned(),
        count: count(points.len()),
        of: count(points.len()),
        expected: None,
        value: Some(month),
        p_value: Some(rounded(found.p_value)),
        q_value: Some(rounded(found.p_value)),
        significant,
        text,
    })
}

/// Something that is told without a test.
fn described(
    kind: FindingKind,
    subject: String,
    (times, of): (usize, usize),
    value: Option<f64>,
    text: String,
) -> Finding {
    Finding {
        kind,
        subject,
        count: count(times),
        of: count(of),
        expected: None,
        value,
        p_value: None,
        q_value: None,
        significant: false,
        text,
    }
}

/// Questions that are asked together: whether this card, or that one, came more often than chance brings it.
struct Family {
    group: &'static str,
    kind: FindingKind,
    /// How many there are, those included that never came.
    size: usize,
    trials: usize,
    what: &'static str,
}

impl Family {
    /// The findings of those that came, each with name, key, times and chance; the least likely to be chance first.
    fn findings(&self, seen: impl Iterator<Item = (String, String, u32, f64)>) -> Vec<Finding> {
        let trials = u32::try_from(self.trials).unwrap_or(u32::MAX);
        let seen: Vec<_> = seen
            .map(|(name, key, times, chance)| {
                (name, key, times, chance, binomial_at_least(times, trials, chance))
            })
            .collect();
        let p_values: Vec<f64> = seen.iter().map(|(.., p)| *p).collect();
        let adjusted = false_discovery(&p_values, self.size);
        let mut found: Vec<Finding> = seen
            .into_iter()
            .zip(adjusted)
            .filter(|((_, _, times, ..), _)| *times >= 2)
            .map(|((name, key, times, chance, p), q)| {
                let expected = rounded(f64::from(trials) * chance);
                let mut text = format!("{name}: {times} of {trials} {}, where chance brings about {expected}. ", self.what);
                text.push_str(match (q < DISCOVERY_RATE, p < DISCOVERY_RATE) {
                    (true, _) => "That is unlikely to be chance.",
                    (false, true) => "Alone that would be remarkable, but among as many as can come back one such is to be expected.",
                    (false, false) => "Chance does as much quite often.",
                });
                Finding {
                    kind: self.kind,
                    subject: [self.group, ":", &key].concat(),
                    count: times.into(),
                    of: trials.into(),
                    expected: Some(expected),
                    value: None,
                    p_value: Some(rounded(p)),
                    q_value: Some(rounded(q)),
                    significant: q < DISCOVERY_RATE,
                    text,
                }
            })
            .collect();
        found.sort_by(|one, other| {
            one.p_value.partial_cmp(&other.p_value).unwrap_or(std::cmp::Ordering::Equal)
        });
        found.truncate(TOLD);
        found
    }
}

#[allow(clippy::cast_precision_loss)] // Counts of readings and days.
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
