//! What results are about, in words that engines share, so that what they say can be laid side by side.
//!
//! A theme follows from one feature of a result: a number, a suit, a trigram, a cycle. The table is data; a further
//! engine adds its features.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::engines::biorhythm;
use super::history::Facts;
use crate::contract::types::Theme;

/// Features and their themes.
const THEMES: &[(&str, Theme)] = &[
    ("number:1", Theme::Beginning),
    ("number:2", Theme::Connection),
    ("number:3", Theme::Feeling),
    ("number:4", Theme::Craft),
    ("number:5", Theme::Change),
    ("number:6", Theme::Connection),
    ("number:7", Theme::Insight),
    ("number:8", Theme::Action),
    ("number:9", Theme::Rest),
    ("kind:wands", Theme::Action),
    ("kind:cups", Theme::Feeling),
    ("kind:swords", Theme::Thought),
    ("kind:pentacles", Theme::Craft),
    ("kind:major", Theme::Insight),
    ("trigram:heaven", Theme::Action),
    ("trigram:earth", Theme::Rest),
    ("trigram:thunder", Theme::Beginning),
    ("trigram:water", Theme::Feeling),
    ("trigram:mountain", Theme::Rest),
    ("trigram:wind", Theme::Change),
    ("trigram:fire", Theme::Insight),
    ("trigram:lake", Theme::Connection),
    ("cycle:physical", Theme::Action),
    ("cycle:emotional", Theme::Feeling),
    ("cycle:intellectual", Theme::Thought),
    ("cycle:low", Theme::Rest),
];

/// The theme of a feature such as `number:7`.
#[must_use]
pub fn of_feature(group: &str, key: &str) -> Option<Theme> {
    let fits =
        |feature: &str| feature.strip_prefix(group).and_then(|rest| rest.strip_prefix(':')) == Some(key);
    THEMES.iter().find(|(feature, _)| fits(feature)).map(|(_, theme)| *theme)
}

/// The themes of a result: the personal day of numerology, the kinds of cards of which there are most, both trigrams, the
/// highest of the three cycles on the day that the result is about.
#[must_use]
pub fn of(facts: &Facts, kept_on: NaiveDate) -> BTreeSet<Theme> {
    match facts.engine.as_str() {
        "biorhythm" => {
            let about = facts.about.unwrap_or(kept_on);
            let highest = facts.birth_date.map(|birth| highest_cycle(birth, about));
            highest.and_then(|key| of_feature("cycle", key)).into_iter().collect()
        }
        "iching" => {
            let trigrams = [&facts.lower, &facts.upper].into_iter().flatten();
            trigrams.filter_map(|key| of_feature("trigram", key)).collect()
        }
        "numerology" => {
            facts.number.and_then(|number| of_feature("number", &number.to_string())).into_iter().collect()
        }
        "tarot" => {
            let mut balance = facts.balance();
            balance.remove("reversed");
            let most = balance.values().copied().max().unwrap_or_default().max(1);
            balance
                .iter()
                .filter(|(_, count)| **count == most)
                .filter_map(|(kind, _)| of_feature("kind", kind))
                .collect()
        }
        _ => BTreeSet::new(),
    }
}

/// The highest of the three cycles, or `low` when all are below zero.
fn highest_cycle(birth: NaiveDate, day: NaiveDate) -> &'static str {
    let values = biorhythm::values(birth, day);
    let named = ["physical", "emotional", "intellectual"].into_iter().zip(values);
    let highest = named.max_by(|one, other| one.1.total_cmp(&other.1));
    highest.filter(|(_, value)| *value >= 0.0).map_or("low", |(name, _)| name)
}

/// A theme in a sentence.
#[must_use]
pub fn words(theme: Theme) -> &'static str {
    match theme {
        Theme::Beginning => "beginning",
        Theme::Action => "action",
        Theme::Feeling => "feeling",
        Theme::Thought => "thought",
        Theme::Craft => "craft",
        Theme::Rest => "rest",
        Theme::Change => "change",
        Theme::Connection => "connection",
        Theme::Insight => "insight",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_feature_has_one_theme() {
        let names: BTreeSet<&str> = THEMES.iter().map(|(feature, _)| *feature).collect();
        assert_eq!(names.len(), THEMES.len());
        for trigram in ["heaven", "earth", "thunder", "water", "mountain", "wind", "fire", "lake"] {
            assert!(of_feature("trigram", trigram).is_some(), "{trigram}");
        }
        assert_eq!(of_feature("number", "1"), Some(Theme::Beginning));
        assert_eq!(of_feature("number", "11"), None);
        assert_eq!(of_feature("num", "ber:1"), None);
    }

    #[test]
    fn themes_follow_from_results() {
        let themes = |mut row: serde_json::Value| {
            for (name, value) in [("created_at", 0.into()), ("rating", 0.into()), ("input_hash", "h".into())]
            {
                row[name] = value;
            }
            of(&serde_json::from_value(row).unwrap(), day("2026-03-01"))
        };
        let balance = r#"{"major":1,"wands":0,"cups":1,"swords":0,"pentacles":0,"reversed":2}"#;
        assert_eq!(
            themes(json!({"engine": "tarot", "balance": balance})),
            [Theme::Feeling, Theme::Insight].into()
        );
        // 13,107 days: physical 20 of 23 is low, emotional 3 of 28 high, intellectual 6 of 33 higher.
        assert_eq!(
            themes(json!({"engine": "biorhythm", "birth_date": "1990-04-12"})),
            [Theme::Thought].into()
        );
        assert_eq!(themes(json!({"engine": "iching"})), [].into());
        let trigrams = json!({"engine": "iching", "lower": "thunder", "upper": "water"});
        assert_eq!(themes(trigrams), [Theme::Beginning, Theme::Feeling].into());
        assert_eq!(themes(json!({"engine": "numerology", "number": 7})), [Theme::Insight].into());
    }
}
