//! Numerology: numbers from a name and a date of birth, with the way to each of them.
//!
//! Sums are reduced by adding their digits until one is left; 11, 22 and 33 are kept unless said otherwise.
//! Life path adds month, day and year, each reduced first; name numbers add the words of the name, each
//! reduced first. The rules that go into a result stand in its `method`.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use self::birth::Birth;
use self::name::Counted;
use self::number::{Found, number};
use super::book::{Book, Text};
use super::{EngineProblem, Metadata, text, texts};
use crate::contract::types::{
    NumerologyInput, NumerologyNumberKey as Key, NumerologyResult, NumerologySystem,
};

mod birth;
mod lists;
mod name;
mod number;
mod periods;
mod words;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "numerology",
    title: "Numerology",
    version: "1.0.0",
    description: "Life path, expression, soul urge, personality, maturity and birthday numbers, personal year, month and \
                  day, karmic debts and lessons, bridges, pinnacles and challenges, in the Pythagorean or the \
                  Chaldean system.",
    drawn: false,
    needs: &["full_name", "birth_date"],
    cache_seconds: 86_400,
};

/// The canonical input; fields in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    as_of: NaiveDate,
    birth_date: NaiveDate,
    engine: String,
    engine_version: String,
    full_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preferred_name: Option<String>,
    system: NumerologySystem,
}

/// Resolves the default: `today` as the day that the personal cycles are for,
/// moved into `current_year` where that is given (29 February becomes 28 in a common year).
///
/// # Errors
/// [`EngineProblem::Refused`] for a year before the birth and for names that cannot be counted.
pub fn settle(input: &NumerologyInput, today: NaiveDate) -> Result<Settled, EngineProblem> {
    let as_of = match input.current_year.and_then(|year| i32::try_from(year).ok()) {
        None => today,
        Some(year) => today
            .with_year(year)
            .or_else(|| today.with_day(28).and_then(|day| day.with_year(year)))
            .unwrap_or(today),
    };
    let mut refusals = Vec::new();
    if as_of.year() < input.birth_date.year() {
        let pointer = if input.current_year.is_some() { "/current_year" } else { "/birth_date" };
        let message = format!("The year {} lies before the birth, {}.", as_of.year(), input.birth_date);
        refusals.push(super::Refusal { pointer, code: "before-birth", message });
    }
    let preferred_name = text::optional(input.preferred_name.as_deref());
    refusals.extend(name::refusal("/full_name", &input.full_name));
    refusals.extend(preferred_name.as_deref().and_then(|name| name::refusal("/preferred_name", name)));
    if !refusals.is_empty() {
        return Err(EngineProblem::Refused(refusals));
    }
    Ok(Settled {
        as_of,
        birth_date: input.birth_date,
        engine: METADATA.name.to_owned(),
        engine_version: METADATA.version.to_owned(),
        full_name: text::canonical(&input.full_name),
        preferred_name,
        system: input.system,
    })
}

/// Personal year, month and day on a date, each with what it invites to.
#[must_use]
pub fn personal(birth_date: NaiveDate, on: NaiveDate) -> [(i64, Text); 3] {
    let [year, month, day] = Birth::new(birth_date).personal(on);
    [
        (year.number, texts::of(&texts::PERSONAL_YEAR, year.number)),
        (month.number, texts::of(&texts::PERSONAL_MONTH, month.number)),
        (day.number, texts::of(&texts::PERSONAL_DAY, day.number)),
    ]
}

/// Calculates the result.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled, book: &Book) -> Result<NumerologyResult, EngineProblem> {
    EngineProblem::expect((&input.engine, &input.engine_version), (METADATA.name, METADATA.version))?;
    let counted = |name: &str| {
        Counted::new(name, input.system)
            .ok_or_else(|| EngineProblem::Unreadable("a name without letters".to_owned()))
    };
    let full = counted(&input.full_name)?;
    let preferred = input.preferred_name.as_deref().map(counted).transpose()?;
    let birth = Birth::new(input.birth_date);

    let number = |key, label, found, texts| number(key, label, found, texts, book);
    let life_path = number(Key::LifePath, "Life path", birth.life_path(), &texts::LIFE_PATH);
    let birthday = number(Key::Birthday, "Birthday", birth.birthday(), &texts::BIRTHDAY);
    let of_name =
        |key, label, found: Option<Found>, texts| found.map(|found| number(key, label, found, texts));
    let expression = number(Key::Expression, "Expression", full.expression(), &texts::EXPRESSION);
    let soul_urge = of_name(Key::SoulUrge, "Soul urge", full.soul_urge(), &texts::SOUL_URGE);
    let personality = of_name(Key::Personality, "Personality", full.personality(), &texts::PERSONALITY);
    let maturity = number(
        Key::Maturity,
        "Maturity",
        Found::sum(
            &format!("life path {} + expression {}", life_path.number, expression.number),
            life_path.number + expression.number,
        ),
        &texts::MATURITY,
    );
    let minor = |key, label, found: fn(&Counted) -> Option<Found>, texts| {
        of_name(key, label, preferred.as_ref().and_then(found), texts)
    };
    let [year, month, day] = birth.personal(input.as_of);
    let (pinnacles, challenges) = (
        periods::pinnacles(&birth, life_path.number, input.as_of, book),
        periods::challenges(&birth, life_path.number, input.as_of, book),
    );
    let debts = {
        let named =
            [Some(&life_path), Some(&birthday), Some(&expression), soul_urge.as_ref(), personality.as_ref()];
        lists::debts(named.into_iter().flatten(), book)
    };
    let mut result = NumerologyResult {
        title: format!("Life path {}, expression {}", life_path.number, expression.number),
        summary: String::new(),
        system: input.system,
        birth_date: input.birth_date,
        as_of: input.as_of,
        method: words::method(input.system),
        full_name: full.describe(),
        preferred_name: preferred.as_ref().map(Counted::describe),
        minor_expression: minor(
            Key::MinorExpression,
            "Minor expression",
            |name| Some(name.expression()),
            &texts::EXPRESSION,
        ),
        minor_soul_urge: minor(Key::MinorSoulUrge, "Minor soul urge", Counted::soul_urge, &texts::SOUL_URGE),
        minor_personality: minor(
            Key::MinorPersonality,
            "Minor personality",
            Counted::personality,
            &texts::PERSONALITY,
        ),
        personal_year: number(Key::PersonalYear, "Personal year", year, &texts::PERSONAL_YEAR),
        personal_month: number(Key::PersonalMonth, "Personal month", month, &texts::PERSONAL_MONTH),
        personal_day: number(Key::PersonalDay, "Personal day", day, &texts::PERSONAL_DAY),
        karmic_debts: debts,
        karmic_lessons: lists::lessons(&full, book),
        bridges: lists::bridges(&life_path, &expression, soul_urge.as_ref(), personality.as_ref(), book),
        life_path,
        birthday,
        expression,
        soul_urge,
        personality,
        maturity,
        pinnacles,
        challenges,
    };
    result.summary = words::summary(&result);
    Ok(result)
}

#[cfg(test)]
mod tests;
