//! Human Design: 26 activations on the wheel of 64 gates, and the graph of channels and centers that they define.
//!
//! The chart itself is [`super::chart`]; what follows from its gates is [`body`]. When the time of birth is unknown,
//! every combination of lines of the day is looked at, and only what all of them share is certain.

use self::body::{Body, CENTERS, CHANNELS, Gates};
use super::book::Book;
use super::chart::wheel::Place;
use super::chart::words::{gates, join, line, section, word};
use super::chart::{Chart, Each, add, facts, only};
use super::{EngineProblem, Metadata};
use crate::contract::types::{
    ChartSection, HumanDesignAngle as Angle, HumanDesignAuthority as Authority, HumanDesignCenterEntry,
    HumanDesignCenterState as State, HumanDesignCross, HumanDesignDefinition as Definition,
    HumanDesignPossible, HumanDesignResult, HumanDesignType as Type,
};
use crate::oracle::birth::Settled;

pub mod body;

/// What a caller may know about this engine.
pub static METADATA: Metadata = Metadata {
    name: "human_design",
    title: "Human Design",
    version: "1.0.0",
    description: "A chart from the moment of birth and the moment when the Sun stood 88 degrees before: 26 activations \
                  of gates and lines, channels, centers, type, strategy, authority, profile, definition and cross. \
                  Without a time of birth, what holds all day.",
    drawn: false,
    needs: &["birth_date"],
    cache_seconds: 2_592_000,
};

const METHOD: &str = "Apparent geocentric ecliptic longitudes of date, with the true node, at birth (personality) and when \
                      the Sun stood 88 degrees of arc before its place at birth (design). Gate 41 begins at 302 \
                      degrees; a gate is 5.625 degrees wide, a line 0.9375. A channel is defined by both of its \
                      gates, a center by a channel. Without a time of birth every \
                      combination of lines of the local day counts, and only what they share is certain.";

/// Calculates the result.
///
/// # Errors
/// [`EngineProblem::Unreadable`] when the input is not a canonical one of this version.
pub fn calculate(input: &Settled, book: &Book) -> Result<HumanDesignResult, EngineProblem> {
    let span = input.span(&METADATA)?;
    let chart = Chart::shared(span);
    let day = Day::of(&chart);
    let kind = only(&day.types);
    let profile = only(&day.profiles);
    let activations = chart.activations();
    Ok(HumanDesignResult {
        title: title(kind, profile),
        summary: day.summary(chart.designed.is_some()),
        method: METHOD.to_owned(),
        birth: facts(input, span),
        design_utc: chart.designed,
        r#type: kind,
        strategy: kind.map(|kind| word("strategy", kind.as_str()).title.to_owned()),
        authority: only(&day.authorities),
        definition: only(&day.definitions),
        profile: profile.map(profile_text),
        cross: only(&day.crosses).and_then(|gates| Some(cross(gates, profile?))),
        centers: CENTERS
            .into_iter()
            .map(|center| HumanDesignCenterEntry { center, state: day.state(|body| body.has(center)) })
            .collect(),
        channels: day.channels(&[State::Defined]),
        possible: HumanDesignPossible {
            types: day.types.clone(),
            authorities: day.authorities.clone(),
            definitions: day.definitions.clone(),
            profiles: day.profiles.iter().copied().map(profile_text).collect(),
            channels: day.channels(&[State::Defined, State::Varies]),
        },
        gates: gates(activations.iter(), book),
        sections: day.sections(book),
        activations,
    })
}

/// The lines of the Sun at birth and at the design.
type Profile = (u8, u8);

/// What the chart goes through, each once, in the order of the day.
#[derive(Default)]
struct Day {
    bodies: Vec<Body>,
    types: Vec<Type>,
    authorities: Vec<Authority>,
    definitions: Vec<Definition>,
    profiles: Vec<Profile>,
    crosses: Vec<[u8; 4]>,
}

impl Day {
    fn of(chart: &Chart) -> Self {
        let mut day = Self::default();
        for phase in chart.phases() {
            let gates = phase.iter().fold(Gates::default(), |gates, place| gates.with(place.gate()));
            let body = Body::of(gates);
            add(&mut day.bodies, body);
            add(&mut day.types, body.kind());
            add(&mut day.authorities, body.authority());
            add(&mut day.definitions, body.definition());
            let [sun, earth, design_sun, design_earth] = cross_of(phase);
            add(&mut day.profiles, (sun.line(), design_sun.line()));
            add(&mut day.crosses, [sun.gate(), earth.gate(), design_sun.gate(), design_earth.gate()]);
        }
        day
    }

    /// Whether something is so all day long.
    fn state(&self, is: impl Fn(&Body) -> bool) -> State {
        if self.bodies.iter().all(&is) {
            State::Defined
        } else if self.bodies.iter().any(is) {
            State::Varies
        } else {
            State::Open
        }
    }

    /// The channels that are in one of these states, by their gates.
    fn channels(&self, states: &[State]) -> Vec<String> {
        let named = CHANNELS
            .iter()
            .enumerate()
            .filter(|(place, _)| states.contains(&self.state(|body| body.has_channel(*place))));
        named.map(|(_, (one, other))| pair(*one, '-', *other)).collect()
    }

    /// What is certain, in words.
    fn sections(&self, book: &Book) -> Vec<ChartSection> {
        let section = |group, key| section(group, key, book);
        let mut sections = Vec::new();
        if let Some(kind) = only(&self.types) {
            sections.push(section("type", kind.as_str()));
            sections.push(section("strategy", kind.as_str()));
        }
        sections.extend(only(&self.authorities).map(|authority| section("authority", authority.as_str())));
        sections.extend(only(&self.definitions).map(|definition| section("definition", definition.as_str())));
        if let Some((one, other)) = only(&self.profiles) {
            sections.push(section("line", line(one.into())));
            if one != other {
                sections.push(section("line", line(other.into())));
            }
            sections.push(section("angle", angle((one, other)).as_str()));
        }
        for center in CENTERS {
            match self.state(|body| body.has(center)) {
                State::Defined => sections.push(section("defined", center.as_str())),
                State::Open => sections.push(section("open", center.as_str())),
                State::Varies => {}
            }
        }
        sections
    }

    fn summary(&self, time_known: bool) -> String {
        let mut text = String::new();
        if !time_known {
            text.push_str("The time of birth is unknown; this is what the day allows. ");
        }
        let mut fact = |name: &str, values: Vec<&str>| {
            text.push_str(name);
            join(&mut text, values, " or ");
            text.push_str(". ");
        };
        let title = |group, key| word(group, key).title;
        fact("Type: ", self.types.iter().map(|kind| title("type", kind.as_str())).collect());
        fact("Authority: ", self.authorities.iter().map(|one| title("authority", one.as_str())).collect());
        let profiles: Vec<String> = self.profiles.iter().copied().map(profile_text).collect();
        fact("Profile: ", profiles.iter().map(String::as_str).collect());
        fact("", self.definitions.iter().map(|one| title("definition", one.as_str())).collect());
        let channels = self.channels(&[State::Defined]);
        let none = vec!["none"];
        let channels = if channels.is_empty() { none } else { channels.iter().map(String::as_str).collect() };
        text.push_str("Channels: ");
        join(&mut text, channels, ", ");
        text.push('.');
        text
    }
}

/// Sun and Earth at birth, Sun and Earth at the design.
fn cross_of(phase: &Each<Place>) -> [Place; 4] {
    let [sun, earth, _, _, _, _, _, _, _, _, _, _, _, design_sun, design_earth, ..] = *phase;
    [sun, earth, design_sun, design_earth]
}

fn cross([sun, earth, design_sun, design_earth]: [u8; 4], profile: Profile) -> HumanDesignCross {
    let [sun, earth, design_sun, design_earth] = [sun, earth, design_sun, design_earth].map(i64::from);
    HumanDesignCross { angle: angle(profile), sun, earth, design_sun, design_earth }
}

/// The angle of the cross. 88 degrees are 93 lines and a part of one, so that with a line at birth only two lines are
/// possible at the design.
fn angle(profile: Profile) -> Angle {
    match profile {
        (4, 1) => Angle::Juxtaposition,
        (1..=4, _) => Angle::Right,
        _ => Angle::Left,
    }
}

fn title(kind: Option<Type>, profile: Option<Profile>) -> String {
    let mut title = kind.map_or("Human Design", |kind| word("type", kind.as_str()).title).to_owned();
    if let Some(profile) = profile {
        title.push(' ');
        title.push_str(&profile_text(profile));
    }
    title
}

fn profile_text((birth, design): Profile) -> String {
    pair(birth, '/', design)
}

fn pair(one: u8, between: char, other: u8) -> String {
    let mut text = one.to_string();
    text.push(between);
    text.push_str(&other.to_string());
    text
}

#[cfg(test)]
mod tests;
