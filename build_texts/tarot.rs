//! `tarot.yaml`: 78 cards upright and reversed, and the spreads.

use std::fmt::Write as _;

use serde::Deserialize;

use super::{Faults, capital, join, owned};

const SPREADS: [(&str, usize); 7] = [
    ("single_card", 1),
    ("three_card", 3),
    ("celtic_cross", 10),
    ("horseshoe", 7),
    ("relationship", 5),
    ("decision", 5),
    ("week_ahead", 7),
];
const SUITS: [&str; 4] = ["wands", "cups", "swords", "pentacles"];
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tarot {
    cards: Vec<Card>,
    spreads: Vec<Spread>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    key: String,
    name: String,
    arcana: String,
    suit: Option<String>,
    rank: u8,
    upright: String,
    reversed: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spread {
    key: String,
    name: String,
    positions: Vec<Position>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    key: String,
    name: String,
    meaning: String,
}

/// The 78 places of the deck as (arcana, suit, rank), in the order of the file.
fn deck() -> Vec<(String, Option<String>, u8)> {
    let major = (0..=21).map(|rank| ("major".to_owned(), None, rank));
    let minor = SUITS
        .iter()
        .flat_map(|suit| (1..=14).map(|rank| ("minor".to_owned(), Some((*suit).to_owned()), rank)));
    major.chain(minor).collect()
}

pub fn emit(file: &Tarot, faults: &mut Faults, code: &mut String) {
    let deck = deck();
    let count = file.cards.len();
    faults.expect(count == deck.len(), "cards", &format!("are {count} and have to be {}", deck.len()));
    _ = writeln!(
        code,
        "/// The deck: major cards 0 to 21, then each suit from ace to king.\npub static CARDS: [Card; {}] = [",
        deck.len()
    );
    for (index, card) in file.cards.iter().enumerate() {
        let place = format!("cards.{}", card.key);
        let here = (card.arcana.clone(), card.suit.clone(), card.rank);
        faults.expect(deck.get(index) == Some(&here), &place, "is not the card of this place in the deck");
        faults.expect(!file.cards[..index].iter().any(|c| c.key == card.key), &place, "stands there twice");
        let suit = match card.suit.as_deref() {
            None => "None".to_owned(),
            Some(suit) => format!("Some(TarotSuit::{})", capital(suit)),
        };
        let arcana = capital(&card.arcana);
        let key = faults.literal(&join(&place, "key"), &card.key);
        let name = faults.literal(&join(&place, "name"), &card.name);
        let upright = faults.line(&join(&place, "upright"), &card.upright);
        let reversed = faults.line(&join(&place, "reversed"), &card.reversed);
        _ = writeln!(
            code,
            "    Card {{ key: {key}, name: {name}, arcana: TarotArcana::{arcana}, suit: {suit}, rank: {}, upright: {upright}, reversed: {reversed} }},",
            card.rank
        );
    }
    code.push_str("];\n");
    faults.same("spreads", &owned(file.spreads.iter().map(|s| &s.key)), &owned(SPREADS.map(|(key, _)| key)));
    _ = writeln!(code, "/// The spreads.\npub static SPREADS: [Spread; {}] = [", SPREADS.len());
    for spread in &file.spreads {
        let place = format!("spreads.{}", spread.key);
        if let Some((_, wanted)) = SPREADS.iter().find(|(key, _)| *key == spread.key) {
            let count = spread.positions.len();
            faults.expect(
                count == *wanted,
                &join(&place, "positions"),
                &format!("are {count} and have to be {wanted}"),
            );
        }
        let name = faults.literal(&join(&place, "name"), &spread.name);
        _ = writeln!(code, "    Spread {{ key: {:?}, name: {name}, positions: &[", spread.key);
        for (index, position) in spread.positions.iter().enumerate() {
            let place = format!("{place}.{}", position.key);
            faults.expect(
                !spread.positions[..index].iter().any(|p| p.key == position.key),
                &place,
                "stands there twice",
            );
            let name = faults.literal(&join(&place, "name"), &position.name);
            let meaning = faults.literal(&join(&place, "meaning"), &position.meaning);
            _ = writeln!(
                code,
                "        Position {{ key: {:?}, name: {name}, meaning: {meaning} }},",
                position.key
            );
        }
        code.push_str("    ] },\n");
    }
    code.push_str("];\n");
}
