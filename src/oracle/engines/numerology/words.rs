//! The rules and the outcome in words.

use chrono::Datelike;

use crate::contract::types::{NumerologyMethod, NumerologyResult, NumerologySystem};
use crate::oracle::engines::letters;

/// The rules behind the numbers.
pub fn method(system: NumerologySystem) -> NumerologyMethod {
    NumerologyMethod {
        reduction: "The digits of a sum are added until one is left; 11, 22 and 33 are kept, except in the personal year, month \
                    and day, in challenges, in bridges and in the parts of a pinnacle. Month, day and year are \
                    reduced before they are added, and so is each word of a name. 13, 14, 16 and 19 are karmic \
                    debts when the last sum of a number passes through them."
            .to_owned(),
        letters: match system {
            NumerologySystem::Pythagorean => "A J S 1, B K T 2, C L U 3, D M V 4, E N W 5, F O X 6, G P Y 7, H Q Z 8, I R 9.",
            NumerologySystem::Chaldean => "A I J Q Y 1, B K R 2, C G L S 3, D M T 4, E H N X 5, U V W 6, O Z 7, F P 8; no letter has 9.",
        }
        .to_owned(),
        vowels: "A, E, I, O and U are vowels. Y is one when neither of its neighbours in the word is A, E, I, O or U. W never is."
            .to_owned(),
        transliteration: letters::METHOD.to_owned(),
        periods: "The first pinnacle and challenge last until the age of 36 less the life path reduced to one digit, the \
                  second and third nine years each, the fourth from then on."
            .to_owned(),
    }
}

/// The main numbers in two sentences.
pub fn summary(result: &NumerologyResult) -> String {
    let mut parts = vec![
        format!("life path {}", result.life_path.number),
        format!("expression {}", result.expression.number),
    ];
    parts.extend(result.soul_urge.as_ref().map(|n| format!("soul urge {}", n.number)));
    parts.extend(result.personality.as_ref().map(|n| format!("personality {}", n.number)));
    format!(
        "By the {} system: {}. {} is a personal year {}; on {} the month is {} and the day {}.",
        match result.system {
            NumerologySystem::Pythagorean => "Pythagorean",
            NumerologySystem::Chaldean => "Chaldean",
        },
        parts.join(", "),
        result.as_of.year(),
        result.personal_year.number,
        result.as_of,
        result.personal_month.number,
        result.personal_day.number,
    )
}
