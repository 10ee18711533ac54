//! The interpretive texts, compiled from `texts/en/*.yaml` by `build_texts.rs`, which refuses gaps. What is said at length
//! stands in the [`Book`].

pub use super::book::{Book, Text};
use crate::contract::types::{TarotArcana, TarotSuit};

/// A tarot card.
#[derive(Debug)]
pub struct Card {
    /// Its key, for example `the_star`.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Which part of the deck.
    pub arcana: TarotArcana,
    /// The suit of a minor card.
    pub suit: Option<TarotSuit>,
    /// 0 to 21 for a major card, 1 (ace) to 14 (king) for a minor one.
    pub rank: u8,
    /// What it says upright.
    pub upright: Text,
    /// What it says upside down.
    pub reversed: Text,
}

/// A tarot spread.
#[derive(Debug)]
pub struct Spread {
    /// Its key, for example `three_card`.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its places in the order in which cards are laid.
    pub positions: &'static [Position],
}

/// One place of a spread.
#[derive(Debug)]
pub struct Position {
    /// Its key.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
}

/// A hexagram of the I Ching.
#[derive(Debug)]
pub struct Hexagram {
    /// Its Chinese name.
    pub chinese: &'static str,
    /// The Chinese name in Latin letters without tones.
    pub pinyin: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it says.
    pub judgement: Text,
    /// What its lines say, from the bottom up.
    pub lines: [Text; 6],
}

/// Half a hexagram.
#[derive(Debug)]
pub struct Trigram {
    /// Its key, for example `thunder`.
    pub key: &'static str,
    /// Its Chinese name.
    pub chinese: &'static str,
    /// Its lines from the bottom up, `1` for yang.
    pub lines: &'static str,
    /// Its image.
    pub image: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
}

/// A cycle of the biorhythm.
#[derive(Debug)]
pub struct Cycle {
    /// Its name.
    pub name: &'static str,
    /// Its length in days.
    pub days: u8,
    /// What it is about.
    pub about: &'static str,
    /// Above zero, before the peak.
    pub charging: &'static str,
    /// Above zero, from the peak on.
    pub expressing: &'static str,
    /// Below zero, before the trough.
    pub resting: &'static str,
    /// Below zero, from the trough on.
    pub recovering: &'static str,
    /// On the day that the curve comes up through zero.
    pub critical_rising: &'static str,
    /// On the day that the curve goes down through zero.
    pub critical_falling: &'static str,
}

/// One of the 64 gates of a chart, at three levels.
#[derive(Debug)]
pub struct Gate {
    /// Under strain.
    pub strained: Text,
    /// In everyday good use.
    pub steady: Text,
    /// At its widest.
    pub open: Text,
}

/// Something that stands in a chart.
#[derive(Debug)]
pub struct Word {
    /// Its group and its key in the group, for example `type.projector`.
    pub key: &'static str,
    /// Its name, or what it says in a few words.
    pub title: &'static str,
    /// What it says.
    pub text: Text,
}

/// A type of the enneagram.
#[derive(Debug)]
pub struct EnneagramType {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: Text,
    /// What it gains in the direction of growth.
    pub growth: Text,
    /// What comes over it in the direction of stress.
    pub stress: Text,
    /// What the neighbour before it and the one after it add.
    pub wings: [Text; 2],
}

/// Something that an engine can make, chosen by name.
#[derive(Debug)]
pub struct Named {
    /// Its key, for example `flower_of_life`.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it invites to.
    pub about: &'static str,
    /// How it is made.
    pub method: &'static str,
}

/// The text of a number in a group; an empty one for a number that the group does not have.
#[must_use]
pub fn of(group: &[(u8, Text)], number: i64) -> Text {
    group.iter().find(|(key, _)| i64::from(*key) == number).map_or(Text::NONE, |(_, text)| *text)
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));
