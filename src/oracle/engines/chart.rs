//! The chart that Human Design and Gene Keys both read: 13 points at birth (personality) and at the moment when the
//! Sun stood 88 degrees of arc before its place at birth (design), each in a gate and line of the wheel.
//!
//! Earth lies across from the Sun, the south node across from the true node. When the time of birth is unknown, the
//! chart holds every combination of lines that the day goes through, in order, so that an engine can say what holds
//! all day. Points are followed on parabolas through moments at most six and a half hours apart, in parts of a good hour
//! that count as even: together that is good to a second of arc for the Moon, and far better for everything else.

use std::cell::RefCell;
use std::rc::Rc;

use self::wheel::{LINE, Longitude, Place};
use crate::contract::types::{BirthFacts, ChartActivation, ChartPoint, ChartSide};
use crate::kernel::time::Timestamp;
use crate::oracle::birth::Settled;

pub mod wheel;
pub mod words;

/// The points in the order in which charts list them.
pub const POINTS: [ChartPoint; 13] = [
    ChartPoint::Sun,
    ChartPoint::Earth,
    ChartPoint::NorthNode,
    ChartPoint::SouthNode,
    ChartPoint::Moon,
    ChartPoint::Mercury,
    ChartPoint::Venus,
    ChartPoint::Mars,
    ChartPoint::Jupiter,
    ChartPoint::Saturn,
    ChartPoint::Uranus,
    ChartPoint::Neptune,
    ChartPoint::Pluto,
];

/// How many activations a chart has: the points at birth, then those of the design.
pub const COUNT: usize = 2 * POINTS.len();

/// 1970-01-01T00:00 as a Julian date.
const UNIX_EPOCH: f64 = 2_440_587.5;

/// Degrees of solar arc between design and birth.
const ARC: f64 = 88.0;

/// The longest time that one parabola stands for, in milliseconds: thirteen hours, so that a day has two of them.
const SWEEP: i64 = 46_800_000;

/// One value for each activation: those at birth, then those of the design, each in the order of [`POINTS`].
pub type Each<T> = [T; COUNT];

/// Where everything stands, at a moment or throughout a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The moment of the design, when the time is known.
    pub designed: Option<Timestamp>,
    /// The longitudes, when the time is known.
    longitudes: Option<Each<Longitude>>,
    /// What the time goes through, in order: exactly one combination when it is known, never none.
    phases: Vec<Each<Place>>,
}

/// The first and the last moment of a birth.
type Span = (Timestamp, Timestamp);

thread_local! {
    /// The chart that was worked out last. A chart follows from its span alone, so that nobody can tell a remembered one:
    /// what is here saves time and is no state.
    static LAST: RefCell<Option<(Span, Rc<Chart>)>> = const { RefCell::new(None) };
}

impl Chart {
    /// The same as [`Self::of`], remembered until another one is asked for: two engines read one chart.
    #[must_use]
    pub fn shared(span: Span) -> Rc<Self> {
        let known = LAST.with_borrow(|last| {
            last.as_ref().filter(|(other, _)| *other == span).map(|(_, chart)| chart.clone())
        });
        known.unwrap_or_else(|| {
            let chart = Rc::new(Self::of(span));
            LAST.set(Some((span, chart.clone())));
            chart
        })
    }

    /// The chart of a birth at some moment from the first to the last one; both are the same when it is known.
    #[must_use]
    pub fn of((from, to): Span) -> Self {
        let (first, designed) = positions(from);
        if from == to {
            let phases = vec![first.map(Longitude::place)];
            return Self { designed: Some(designed), longitudes: Some(first), phases };
        }
        let span = to.millis() - from.millis();
        let sweeps = span / SWEEP + 1;
        let at = |half: i64| positions(from.plus_millis(span * half / (2 * sweeps))).0;
        let (mut phases, mut start) = (Vec::new(), first);
        for sweep in 1..=sweeps {
            let (middle, end) = (at(2 * sweep - 1), at(2 * sweep));
            let mut before = start;
            for part in 1..=12 {
                let after = on_the_way(&start, &middle, &end, part);
                pass(&before, &after, &mut phases);
                before = after;
            }
            start = end;
        }
        Self { designed: None, longitudes: None, phases }
    }

    /// The combinations of lines that the time goes through.
    #[must_use]
    pub fn phases(&self) -> &[Each<Place>] {
        &self.phases
    }

    /// The activations for an answer.
    #[must_use]
    pub fn activations(&self) -> Vec<ChartActivation> {
        (0..COUNT).filter_map(|place| self.activation(place)).collect()
    }

    /// The activation of a point.
    #[must_use]
    pub fn find(&self, side: ChartSide, point: ChartPoint) -> Option<ChartActivation> {
        let place = POINTS.iter().position(|other| *other == point)?;
        self.activation(if side == ChartSide::Personality { place } else { place + POINTS.len() })
    }

    fn activation(&self, place: usize) -> Option<ChartActivation> {
        let point = *POINTS.get(place % POINTS.len())?;
        let side = if place < POINTS.len() { ChartSide::Personality } else { ChartSide::Design };
        let (mut gates, mut lines) = (Vec::new(), Vec::new());
        for phase in &self.phases {
            let place = phase.get(place)?;
            add(&mut gates, i64::from(place.gate()));
            add(&mut lines, i64::from(place.line()));
        }
        let gate = only(&gates);
        // A line says nothing without its gate.
        let line = gate.and_then(|_| only(&lines));
        let longitude = self.longitudes.and_then(|all| Some(all.get(place)?.degrees()));
        Some(ChartActivation { side, point, longitude, gate, line, gates })
    }
}

/// The birth in the words of the contract, with Delta T at its first moment.
#[must_use]
pub fn facts(input: &Settled, span: Span) -> BirthFacts {
    // Below 2^53, which a float holds exactly.
    #[allow(clippy::cast_precision_loss)]
    let days = span.0.millis() as f64 / 86_400_000.0;
    input.facts(span, sky::delta_t(UNIX_EPOCH + days))
}

/// Appends what is not there yet.
pub fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// What a list holds when it holds one thing alone.
#[must_use]
pub fn only<T: Copy>(list: &[T]) -> Option<T> {
    match list {
        [one] => Some(*one),
        _ => None,
    }
}

/// The longitudes at a birth and its design, and the moment of the design.
fn positions(birth: Timestamp) -> (Each<Longitude>, Timestamp) {
    let at = sky::tt(birth.millis());
    let before = sky::sun_before(at, ARC);
    let [personality, design] = [at, before].map(points);
    let mut all = [Longitude::from_degrees(0.0); COUNT];
    for (slot, longitude) in all.iter_mut().zip(personality.into_iter().chain(design)) {
        *slot = longitude;
    }
    let designed = Timestamp::from_millis(sky::unix_millis(before)).unwrap_or(birth);
    (all, designed)
}

/// The longitudes of [`POINTS`].
fn points(at: sky::Tt) -> [Longitude; POINTS.len()] {
    let [sun, moon, mercury, venus, mars, jupiter, saturn, uranus, neptune, pluto, _, node] =
        sky::longitudes(at).map(Longitude::from_degrees);
    let (earth, south) = (sun.opposite(), node.opposite());
    [sun, earth, node, south, moon, mercury, venus, mars, jupiter, saturn, uranus, neptune, pluto]
}

/// Where points stand after that many twelfths of the way, on the parabola through its beginning, middle and end.
fn on_the_way(
    start: &Each<Longitude>,
    middle: &Each<Longitude>,
    end: &Each<Longitude>,
    part: i64,
) -> Each<Longitude> {
    let mut points = *start;
    for (point, (middle, end)) in points.iter_mut().zip(middle.iter().zip(end)) {
        let (first, second) = (point.to(*middle), middle.to(*end));
        *point = point.plus((12 * first * part + (second - first) * part * (part - 6)).div_euclid(72));
    }
    points
}

/// Adds the combinations of lines that points go through on the way from one moment to the next one.
fn pass(before: &Each<Longitude>, after: &Each<Longitude>, phases: &mut Vec<Each<Place>>) {
    let ways = || before.iter().zip(after).map(|(from, to)| (from, from.to(*to)));
    // The way is a million long: whole numbers, so that every machine finds the same combinations.
    let mut turns = vec![0, WAY];
    for (from, way) in ways() {
        let (line, along) = (i64::from(LINE), i64::from(from.along()));
        let (low, high) = (along.min(along + way), along.max(along + way));
        let crossed = (low.div_euclid(line) + 1..=high.div_euclid(line)).map(|number| number * line - along);
        turns.extend(crossed.map(|distance| (distance * WAY).div_euclid(way)));
    }
    turns.sort_unstable();
    turns.dedup();
    for pair in turns.windows(2) {
        let middle = pair.iter().sum::<i64>() / 2;
        let mut phase = before.map(Longitude::place);
        for (slot, (from, way)) in phase.iter_mut().zip(ways()) {
            *slot = from.plus((way * middle).div_euclid(WAY)).place();
        }
        if phases.last() != Some(&phase) {
            phases.push(phase);
        }
    }
}

/// The parts into which the way between two moments is cut.
const WAY: i64 = 1_000_000;

#[cfg(test)]
mod tests;
