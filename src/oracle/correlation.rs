//! What goes together in somebody's readings: series of days compared pair by pair, and themes that engines share.
//!
//! Ratings are what people report of themselves until there are samples of energy and finished work. Whatever else has a
//! value a day joins as one more [`Series`]; nothing here depends on which there are.

use crate::kernel::map::{Map, Set};

use chrono::NaiveDate;

use super::engines::{biorhythm, numerology};
use super::history::{History, means};
use super::statistics::series::{Compared, DISCOVERY_RATE, Origin, Series, compare};
use super::themes;
use crate::contract::types::{CorrelationPair, ReadingCorrelation, SharedTheme, Theme};
use crate::kernel::problem::{Code, Problem};

/// Days that two series must have in common to be compared.
pub const MINIMUM: usize = 10;
/// Pairs that are answered at most.
const PAIRS: usize = 200;
/// Days on which both engines must have spoken for their themes to be laid side by side.
const TOGETHER: usize = 3;

const METHOD: &str = "Spearman's rank correlation of local days on which both series have a value. The p-value is Student's \
    approximation with the number of days taken down for resemblance between neighbouring days (Pyper and Peterman 1998); \
    the q-value is the p-value adjusted for the number of pairs (Benjamini and Hochberg 1995), significant below 0.05. Cycles \
    and numbers are worked out for every day from the date of birth. Expected days of a shared theme assume that both engines \
    name it independently; they carry no test. A correlation says that two things go together, not that one brings the other.";

/// The comparisons of a history; [`Code::SampleTooSmall`] when no pair has enough days.
pub fn report(history: &History) -> Result<ReadingCorrelation, Problem> {
    let series = series(history);
    let comparison = compare(&series, MINIMUM);
    let rated_days = count(history.ratings().len());
    if comparison.pairs.is_empty() {
        return Err(too_small(history, comparison.most_days));
    }
    let comparisons = comparison.pairs.len();
    let items = comparison.pairs.iter().take(PAIRS).map(|pair| item(pair, comparisons)).collect();
    Ok(ReadingCorrelation {
        from: history.from,
        to: history.to,
        time_zone: history.zone.clone(),
        readings: count(history.kept.len()),
        rated_days,
        minimum_days: count(MINIMUM),
        comparisons: count(comparisons),
        items,
        themes: shared(history),
        method: METHOD.to_owned(),
    })
}

fn too_small(history: &History, most_days: usize) -> Problem {
    let detail = format!(
        "Two series need {MINIMUM} days in common on which both change; here no two have them, and the most in common is \
         {most_days}. There are {} readings from {} to {}, with ratings on {} days.",
        history.kept.len(),
        history.from,
        history.to,
        history.ratings().len(),
    );
    Problem::new(Code::SampleTooSmall).detail(detail)
}

/// The series that a history has.
#[must_use]
pub fn series(history: &History) -> Vec<Series> {
    let mut all = Vec::new();
    let mut add = |name: String, label: String, origin, values: Map<NaiveDate, f64>| {
        if values.len() >= MINIMUM {
            all.push(Series { name, label, origin, values });
        }
    };
    let lived = Origin::Lived;
    add("rating".into(), "your rating".into(), lived, history.ratings());
    add("asked.all".into(), "the number of readings".into(), lived, counts(history, None));
    let engines: Set<&str> = history.kept.iter().map(|kept| kept.facts.engine.as_str()).collect();
    for engine in engines {
        let days: Set<NaiveDate> =
            history.kept.iter().filter(|kept| kept.facts.engine == engine).map(|kept| kept.date).collect();
        if days.len() >= MINIMUM {
            add(
                format!("asked.{engine}"),
                format!("the number of {engine} readings"),
                lived,
                counts(history, Some(engine)),
            );
        }
    }
    let of = |fact: &dyn Fn(&super::history::Facts) -> Option<f64>| {
        means(history.kept.iter().filter_map(|kept| Some((kept.date, fact(&kept.facts)?))))
    };
    let share = |kind: &str| {
        of(&|facts| {
            let cards = facts.cards().len();
            let kinds = facts.balance();
            (cards > 0).then(|| f64::from(kinds.get(kind).copied().unwrap_or_default()) / count_of(cards))
        })
    };
    add("tarot.major".into(), "the share of major cards".into(), lived, share("major"));
    add("tarot.reversed".into(), "the share of reversed cards".into(), lived, share("reversed"));
    let changing = of(&|facts| facts.changing.map(f64::from));
    add("iching.changing".into(), "the number of changing lines".into(), lived, changing);
    if let Some(birth) = history.birth_date {
        let each = |value: &dyn Fn(NaiveDate) -> f64| {
            let days = history.days().filter(|day| *day >= birth);
            days.map(|day| (day, value(day))).collect::<Map<_, _>>()
        };
        for (at, cycle) in ["physical", "emotional", "intellectual"].into_iter().enumerate() {
            let values = each(&|day| biorhythm::values(birth, day).get(at).copied().unwrap_or_default());
            add(format!("biorhythm.{cycle}"), format!("the {cycle} biorhythm"), Origin::Calendar, values);
        }
        #[allow(clippy::cast_precision_loss)] // 1 to 9.
        let numbers = each(&|day| numerology::personal(birth, day)[2].0 as f64);
        let label = "the personal day number".to_owned();
        add("numerology.personal_day".into(), label, Origin::Calendar, numbers);
    }
    all
}

/// How many readings were kept on each day since the first one; of one engine or of all.
fn counts(history: &History, engine: Option<&str>) -> Map<NaiveDate, f64> {
    let Some(first) = history.kept.first() else { return Map::new() };
    let mut counts: Map<NaiveDate, f64> =
        history.days().filter(|day| *day >= first.date).map(|day| (day, 0.0)).collect();
    for kept in history.kept.iter().filter(|kept| engine.is_none_or(|engine| kept.facts.engine == engine)) {
        *counts.or_default(kept.date) += 1.0;
    }
    counts
}

fn item(pair: &Compared<'_>, comparisons: usize) -> CorrelationPair {
    let found = pair.correlation;
    let coefficient = rounded(found.coefficient);
    CorrelationPair {
        a: pair.a.name.clone(),
        b: pair.b.name.clone(),
        days: count(found.size),
        effective_days: (found.effective * 10.0).round() / 10.0,
        coefficient,
        strength: coefficient.abs(),
        p_value: rounded(found.p_value),
        q_value: rounded(pair.q_value),
        significant: pair.q_value < DISCOVERY_RATE,
        text: words(pair, coefficient, comparisons),
    }
}

fn words(pair: &Compared<'_>, coefficient: f64, comparisons: usize) -> String {
    let (a, b) = (&pair.a.label, &pair.b.label);
    let mut text = String::new();
    let direction = if coefficient > 0.0 { "higher" } else { "lower" };
    if coefficient.abs() < 0.1 {
        text.push_str(&format!("There is next to no relation between {a} and {b}"));
    } else {
        text.push_str(&format!("When {b} was higher, {a} tended to be {direction}"));
    }
    text.push_str(&format!(" (strength {} on {} days). ", coefficient.abs(), pair.correlation.size));
    text.push_str(match (pair.q_value < DISCOVERY_RATE, pair.correlation.p_value < DISCOVERY_RATE) {
        (true, _) => "That is unlikely to be chance.",
        (false, true) => "Alone that would look unlikely to be chance,",
        (false, false) => "Chance alone does as much quite often.",
    });
    if pair.q_value >= DISCOVERY_RATE && pair.correlation.p_value < DISCOVERY_RATE {
        text.push_str(&format!(" but one such is to be expected among {comparisons} comparisons."));
    }
    text
}

/// Themes that two engines named on the same day.
fn shared(history: &History) -> Vec<SharedTheme> {
    let mut named: Map<&str, Map<NaiveDate, Set<Theme>>> = Map::new();
    for kept in &history.kept {
        let themes = themes::of(&kept.facts, kept.date);
        if !themes.is_empty() {
            named.or_default(&kept.facts.engine).or_default(kept.date).extend(themes);
        }
    }
    let mut found = Vec::new();
    for (at, (one, first)) in named.iter().enumerate() {
        for (other, second) in named.iter().skip(at + 1) {
            let together: Vec<_> =
                first.iter().filter_map(|(day, themes)| Some((themes, second.get(day)?))).collect();
            if together.len() >= TOGETHER {
                found.extend(themes_of([*one, *other], &together));
            }
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.days));
    found.truncate(50);
    found
}

fn themes_of(engines: [&str; 2], together: &[(&Set<Theme>, &Set<Theme>)]) -> Vec<SharedTheme> {
    let all: Set<Theme> = together.iter().flat_map(|(one, _)| one.iter().copied()).collect();
    let [one, other] = engines;
    let shared = |theme: Theme| {
        let first = together.iter().filter(|(themes, _)| themes.contains(&theme)).count();
        let second = together.iter().filter(|(_, themes)| themes.contains(&theme)).count();
        let both = together.iter().filter(|(a, b)| a.contains(&theme) && b.contains(&theme)).count();
        let expected = count_of(first) * count_of(second) / count_of(together.len());
        let expected = (expected * 10.0).round() / 10.0;
        let text = format!(
            "On {both} of {} days with both, {one} and {other} spoke of {}; independently it would be about {expected}.",
            together.len(),
            themes::words(theme),
        );
        let engines = engines.map(str::to_owned).to_vec();
        (both > 0).then(|| SharedTheme { theme, engines, days: count(both), expected, text })
    };
    all.into_iter().filter_map(shared).collect()
}

/// To three digits after the point.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0 + 0.0
}

pub(super) fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[allow(clippy::cast_precision_loss)] // At most a thousand.
fn count_of(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
