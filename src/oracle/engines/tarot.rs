//! Tarot: cards laid without replacement from a seed that is returned, so that a reading can be laid again.
//!
//! The whole deck is shuffled ([`super::draw`]) and the cards are taken from its top, one a place; then one
//! number below two for each laid card, in order, says whether it lies upside down. The spread, the question
//! and the permission to lie upside down do not change which cards come first.

use serde::{Deserialize, Serialize};

use super::book::Book;
use super::draw::{Draw, GENERATOR};
use super::{EngineProblem, Metadata, text, texts};
use crate::contract::types::{
    TarotArcana, TarotBalance, TarotInput, TarotPlacedCard, TarotResult, TarotSpread, TarotSuit,
};

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "tarot",
    title: "Tarot",
    version: "1.0.0",
    description: "Lays cards of the 78 in one of seven spreads, upright or reversed, from a seed that is returned: \
                  the same seed lays the same cards.",
    drawn: true,
    needs: &[],
    cache_seconds: 86_400,
};

const DOMAIN: &str = "witness tarot 1";
const METHOD: &str = "All 78 cards are shuffled by Fisher and Yates with numbers from the seed and laid from the top; \
                      afterwards one more number a card says whether it lies upside down. Question and spread do \
                      not change the order of the deck.";

/// The canonical input; fields in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    engine: String,
    engine_version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    reversed: bool,
    seed: String,
    spread: TarotSpread,
}

/// Resolves the default: the fresh seed.
///
/// # Errors
/// None today; the form is the same for every engine.
pub fn settle(input: &TarotInput, fresh_seed: &str) -> Result<Settled, EngineProblem> {
    Ok(Settled {
        engine: METADATA.name.to_owned(),
        engine_version: METADATA.version.to_owned(),
        question: text::optional(input.question.as_deref()),
        reversed: input.reversed,
        seed: text::optional(input.seed.as_deref()).unwrap_or_else(|| fresh_seed.to_owned()),
        spread: input.spread,
    })
}

/// Lays the cards.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled, book: &Book) -> Result<TarotResult, EngineProblem> {
    EngineProblem::expect((&input.engine, &input.engine_version), (METADATA.name, METADATA.version))?;
    let spread = texts::SPREADS
        .iter()
        .find(|spread| spread.key == input.spread.as_str())
        .ok_or_else(|| EngineProblem::Unreadable(format!("no spread {}", input.spread.as_str())))?;
    let mut draw = Draw::new(DOMAIN, &input.seed);
    let mut deck: Vec<&texts::Card> = texts::CARDS.iter().collect();
    draw.shuffle(&mut deck);
    let cards: Vec<TarotPlacedCard> = spread
        .positions
        .iter()
        .zip(deck)
        .zip(1..)
        .map(|((position, card), place)| {
            let reversed = input.reversed && draw.below(2) == 1;
            let text = book.of(if reversed { card.reversed } else { card.upright });
            placed(position, card, place, reversed, text)
        })
        .collect();
    Ok(TarotResult {
        title: title(spread.name, &cards),
        summary: summary(&cards),
        question: input.question.clone(),
        spread: input.spread,
        spread_name: spread.name.to_owned(),
        reversed_allowed: input.reversed,
        seed: input.seed.clone(),
        generator: GENERATOR.to_owned(),
        method: METHOD.to_owned(),
        balance: balance(&cards),
        cards,
    })
}

fn placed(
    position: &texts::Position,
    card: &texts::Card,
    place: i64,
    reversed: bool,
    text: &str,
) -> TarotPlacedCard {
    let lies = if reversed { ", reversed" } else { "" };
    TarotPlacedCard {
        place,
        position: position.key.to_owned(),
        position_name: position.name.to_owned(),
        position_meaning: position.meaning.to_owned(),
        card: card.key.to_owned(),
        card_name: card.name.to_owned(),
        arcana: card.arcana,
        suit: card.suit,
        rank: i64::from(card.rank),
        reversed,
        title: format!("{}: {}{lies}", position.name, card.name),
        text: text.to_owned(),
    }
}

fn balance(cards: &[TarotPlacedCard]) -> TarotBalance {
    let count = |holds: &dyn Fn(&TarotPlacedCard) -> bool| {
        i64::try_from(cards.iter().filter(|card| holds(card)).count()).unwrap_or(i64::MAX)
    };
    TarotBalance {
        major: count(&|card| card.arcana == TarotArcana::Major),
        wands: count(&|card| card.suit == Some(TarotSuit::Wands)),
        cups: count(&|card| card.suit == Some(TarotSuit::Cups)),
        swords: count(&|card| card.suit == Some(TarotSuit::Swords)),
        pentacles: count(&|card| card.suit == Some(TarotSuit::Pentacles)),
        reversed: count(&|card| card.reversed),
    }
}

/// The first three cards by name; a longer spread says how many more there are.
fn title(spread: &str, cards: &[TarotPlacedCard]) -> String {
    let names: Vec<&str> = cards.iter().take(3).map(|card| card.card_name.as_str()).collect();
    let more = match cards.len() {
        0..=3 => String::new(),
        all => format!(" and {} more", all - 3),
    };
    format!("{spread}: {}{more}", names.join(", "))
}

fn summary(cards: &[TarotPlacedCard]) -> String {
    cards.iter().map(|card| card.title.as_str()).collect::<Vec<_>>().join("; ") + "."
}

#[cfg(test)]
mod tests;
