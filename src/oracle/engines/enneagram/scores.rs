//! Points from answers.

use crate::kernel::map::Map;

use super::neighbours;
use crate::contract::types::{EnneagramInstinct as Instinct, EnneagramScore};
use crate::oracle::engines::{EngineProblem, Refusal, texts};

/// How many statements are about types; the rest are about instincts.
pub const ABOUT_TYPES: usize = 36;

/// The answers as digits in the order of the statements: all of them, or those about types alone.
///
/// # Errors
/// [`EngineProblem::Refused`] for numbers that no statement has and for statements without an answer.
pub fn ordered(answers: &Map<String, i64>) -> Result<String, EngineProblem> {
    let all = texts::ENNEAGRAM_ITEMS.len();
    let known: Vec<String> = (1..=all).map(|item| item.to_string()).collect();
    let strange: Vec<&str> =
        answers.keys().map(String::as_str).filter(|key| !known.iter().any(|k| k == key)).collect();
    let with_instincts = known.iter().skip(ABOUT_TYPES).any(|item| answers.contains_key(item));
    let asked = known.get(..if with_instincts { all } else { ABOUT_TYPES }).unwrap_or_default();
    let missing: Vec<&str> =
        asked.iter().map(String::as_str).filter(|item| !answers.contains_key(*item)).collect();
    let mut refusals = Vec::new();
    if !strange.is_empty() {
        // Only some are named: they may be many, and long.
        let message = format!("{} answers are to no statement; statements are 1 to {all}.", strange.len());
        refusals.push(Refusal { pointer: "/answers", code: "unknown-item", message });
    }
    if !missing.is_empty() {
        let message = ["Not answered: ", &missing.join(", "), "."].concat();
        refusals.push(Refusal { pointer: "/answers", code: "unanswered", message });
    }
    if !refusals.is_empty() {
        return Err(EngineProblem::Refused(refusals));
    }
    let digit = |item: &String| answers.get(item).and_then(|answer| u8::try_from(*answer).ok());
    Ok(asked.iter().filter_map(digit).map(|answer| char::from(b'0' + answer % 10)).collect())
}

/// Points of types and instincts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    types: [i64; 9],
    instincts: Option<[i64; 3]>,
}

/// A type (1 to 9) or an instinct (10 to 12) with its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub of: i64,
    /// How many.
    pub points: i64,
}

impl Tally {
    /// The sums of these answers; `None` unless there is a digit from 1 to 5 for each statement.
    #[must_use]
    pub fn new(answers: &str) -> Option<Self> {
        let with_instincts = answers.len() == texts::ENNEAGRAM_ITEMS.len();
        if !with_instincts && answers.len() != ABOUT_TYPES {
            return None;
        }
        let mut sums = [0; 12];
        for (answer, (of, _)) in answers.bytes().zip(&texts::ENNEAGRAM_ITEMS) {
            let points = i64::from(answer.checked_sub(b'0').filter(|points| (1..=5).contains(points))?);
            *sums.get_mut(usize::from(*of).checked_sub(1)?)? += points;
        }
        let (types, instincts) = sums.split_at(9);
        let instincts = if with_instincts { Some(instincts.try_into().ok()?) } else { None };
        Some(Self { types: types.try_into().ok()?, instincts })
    }

    fn of(&self, number: i64) -> i64 {
        usize::try_from(number - 1).ok().and_then(|at| self.types.get(at)).copied().unwrap_or(0)
    }

    fn beside(&self, number: i64) -> i64 {
        neighbours(number).map(|wing| self.of(wing)).into_iter().sum()
    }

    /// The types, most points first.
    #[must_use]
    pub fn types(&self) -> Vec<Place> {
        let mut places = places(&self.types, 1);
        places.sort_by_key(|place| (-place.points, -self.beside(place.of), place.of));
        places
    }

    /// The instincts, most points first; none if they were not asked about.
    #[must_use]
    pub fn instincts(&self) -> Vec<Place> {
        let mut places = self.instincts.map(|sums| places(&sums, 10)).unwrap_or_default();
        places.sort_by_key(|place| (-place.points, place.of));
        places
    }

    /// The neighbour with more points.
    #[must_use]
    pub fn wing(&self, number: i64) -> Option<i64> {
        let [before, after] = neighbours(number);
        match self.of(before).cmp(&self.of(after)) {
            std::cmp::Ordering::Greater => Some(before),
            std::cmp::Ordering::Less => Some(after),
            std::cmp::Ordering::Equal => None,
        }
    }
}

fn places(sums: &[i64], first: i64) -> Vec<Place> {
    sums.iter().zip(first..).map(|(points, of)| Place { of, points: *points }).collect()
}

impl Place {
    /// For a result.
    #[must_use]
    pub fn describe(&self) -> EnneagramScore {
        let key =
            instinct(self.of).map_or_else(|| self.of.to_string(), |instinct| instinct.as_str().to_owned());
        let least = if self.of > 9 { 3 } else { 4 };
        EnneagramScore {
            key,
            points: self.points,
            percent: ratio(1000 * (self.points - least), 4 * least) / 10.0,
        }
    }
}

/// The instinct of that number.
#[must_use]
pub fn instinct(of: i64) -> Option<Instinct> {
    match of {
        10 => Some(Instinct::SelfPreservation),
        11 => Some(Instinct::Social),
        12 => Some(Instinct::OneToOne),
        _ => None,
    }
}

/// How far the first is ahead: d / (d + 4) to two decimals; `None` without points.
#[must_use]
pub fn confidence(ranked: &[Place]) -> Option<f64> {
    let [first, second, ..] = ranked else { return None };
    let ahead = first.points - second.points;
    Some(ratio(100 * ahead, ahead + 4) / 100.0)
}

/// The types within two points of the first.
#[must_use]
pub fn candidates(ranked: &[Place]) -> Vec<i64> {
    let most = ranked.first().map_or(0, |first| first.points);
    ranked.iter().filter(|place| most - place.points <= 2).map(|place| place.of).collect()
}

/// One small whole number by another, rounded half up.
fn ratio(one: i64, by: i64) -> f64 {
    f64::from(i32::try_from((2 * one + by).div_euclid(2 * by.max(1))).unwrap_or(0))
}
