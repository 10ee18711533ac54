use super::*;
use crate::oracle::engines::book::built as book;

fn lay(json: &str) -> TarotResult {
    let input: TarotInput = serde_json::from_str(json).unwrap();
    calculate(&settle(&input, "fresh").unwrap(), book()).unwrap()
}

#[test]
fn known_draws() {
    // From a page of Python written from the description of the generator.
    let laid = |seed: &str, spread: &str| {
        let result = lay(&serde_json::json!({"seed": seed, "spread": spread}).to_string());
        result.cards.into_iter().map(|card| (card.card, card.reversed)).collect::<Vec<_>>()
    };
    let known = |cards: &[(&str, bool)]| {
        cards.iter().map(|(card, lies)| ((*card).to_owned(), *lies)).collect::<Vec<_>>()
    };
    let witness = known(&[
        ("the_emperor", true),
        ("the_hierophant", false),
        ("page_of_pentacles", false),
        ("ten_of_cups", false),
        ("the_fool", true),
        ("knight_of_cups", false),
        ("three_of_wands", true),
        ("ace_of_swords", true),
        ("judgement", false),
        ("eight_of_swords", false),
    ]);
    assert_eq!(laid("witness", "celtic_cross"), witness);
    assert_eq!(laid("witness", "three_card"), witness[..3]);
    assert_eq!(
        laid("5f1c0a9e3b7d4c2f", "three_card"),
        known(&[("king_of_wands", true), ("six_of_swords", true), ("the_chariot", true)])
    );
    assert_eq!(
        laid("Ünïcode ✓", "three_card"),
        known(&[("page_of_wands", true), ("six_of_wands", false), ("six_of_cups", true)])
    );
}

#[test]
fn every_spread_lays_different_cards_in_all_its_places() {
    for spread in &texts::SPREADS {
        for seed in 0..50 {
            let result =
                lay(&serde_json::json!({"seed": seed.to_string(), "spread": spread.key}).to_string());
            let mut cards: Vec<&str> = result.cards.iter().map(|card| card.card.as_str()).collect();
            let places: Vec<&str> = result.cards.iter().map(|card| card.position.as_str()).collect();
            assert_eq!(places, spread.positions.iter().map(|place| place.key).collect::<Vec<_>>());
            cards.sort_unstable();
            cards.dedup();
            assert_eq!(cards.len(), spread.positions.len());
            let counts = &result.balance;
            let sum = counts.major + counts.wands + counts.cups + counts.swords + counts.pentacles;
            assert_eq!(usize::try_from(sum).unwrap(), cards.len());
            assert!(result.title.chars().count() <= 200 && result.summary.chars().count() <= 1000);
        }
    }
}

#[test]
fn every_spread_of_the_contract_has_its_texts() {
    for spread in &texts::SPREADS {
        let value: TarotSpread = serde_json::from_value(spread.key.into()).unwrap();
        assert_eq!(value.as_str(), spread.key);
    }
}

#[test]
fn upright_only_keeps_the_cards_and_their_upright_texts() {
    let both = lay(r#"{"seed": "witness", "spread": "celtic_cross"}"#);
    let upright = lay(r#"{"seed": "witness", "spread": "celtic_cross", "reversed": false}"#);
    assert!(both.cards.iter().any(|card| card.reversed));
    for (one, other) in both.cards.iter().zip(&upright.cards) {
        assert_eq!(one.card, other.card);
        assert!(!other.reversed);
        assert_eq!(one.text == other.text, !one.reversed);
    }
    assert_eq!(upright.balance.reversed, 0);
}

#[test]
fn defaults_are_three_cards_from_the_fresh_seed() {
    let result = lay(r#"{"question": "  ", "seed": " "}"#);
    assert_eq!((result.spread, result.cards.len()), (TarotSpread::ThreeCard, 3));
    assert_eq!((result.seed.as_str(), result.question, result.reversed_allowed), ("fresh", None, true));
}

#[test]
fn the_question_does_not_change_the_draw() {
    let one = lay(r#"{"seed": "s", "question": "Shall I?"}"#);
    let other = lay(r#"{"seed": "s"}"#);
    assert_eq!(one.summary, other.summary);
    assert_eq!(one.question.as_deref(), Some("Shall I?"));
}

#[test]
fn every_card_comes_first_equally_often_and_either_way() {
    let rounds = 7800;
    let mut counts = std::collections::BTreeMap::new();
    let mut reversed = 0;
    for seed in 0..rounds {
        let mut draw = Draw::new(DOMAIN, &seed.to_string());
        let mut deck: Vec<usize> = (0..texts::CARDS.len()).collect();
        draw.shuffle(&mut deck);
        *counts.entry(deck[0]).or_insert(0_u32) += 1;
        reversed += draw.below(2);
    }
    let expected = 100.0;
    let chi: f64 = counts.values().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    // 77 degrees of freedom: 148 is exceeded by chance about twice in a million tables.
    assert_eq!(counts.len(), 78);
    assert!(chi < 148.0, "{chi}");
    // Half of 7,800 is 3,900 with a deviation of 44.
    assert!((3700..4100).contains(&reversed), "{reversed}");
}

#[test]
fn the_deck_holds_seventy_eight_cards_and_a_shuffle_loses_none() {
    let keys: std::collections::BTreeSet<&str> = texts::CARDS.iter().map(|card| card.key).collect();
    assert_eq!(keys.len(), 78);
    for seed in 0..100 {
        let mut deck: Vec<&texts::Card> = texts::CARDS.iter().collect();
        Draw::new(DOMAIN, &seed.to_string()).shuffle(&mut deck);
        assert_eq!(deck.iter().map(|card| card.key).collect::<std::collections::BTreeSet<_>>(), keys);
    }
}

#[test]
fn every_place_of_a_spread_sees_every_card_equally_often() {
    let rounds = 7800_u32;
    let mut counts = vec![[0_u32; 78]; 10];
    for seed in 0..rounds {
        let mut deck: Vec<usize> = (0..78).collect();
        Draw::new(DOMAIN, &format!("place {seed}")).shuffle(&mut deck);
        for (place, card) in deck.iter().take(10).enumerate() {
            counts[place][*card] += 1;
        }
    }
    for (place, counts) in counts.iter().enumerate() {
        let chi: f64 = counts.iter().map(|count| (f64::from(*count) - 100.0).powi(2) / 100.0).sum();
        // 77 degrees of freedom, as above.
        assert!(chi < 148.0, "place {place}: {chi}");
    }
}
