//! From letters to strokes.

use super::{joined, strokes};
use crate::contract::types::SigilForgeMethod as Method;
use crate::oracle::engines::draw::Draw;
use crate::oracle::engines::drawing::{Point, Shape, polar, real};

const DOMAIN: &str = "witness sigil_forge 1";
/// Radius of the circle around a sigil, which touches the edge of the frame.
const RIM: f64 = 1.0;
/// Radius of the ring that marks a beginning, and half the length of the bar that marks an end.
const MARK: f64 = 0.06;
/// The magic square of three, row by row.
const SQUARE: [i64; 9] = [4, 9, 2, 3, 5, 7, 8, 1, 6];

/// A sigil and what is told about the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The strokes, the circle around them first.
    pub shapes: Vec<Shape>,
    /// Steps beyond those of the method.
    pub told: Vec<String>,
}

/// Draws these letters. Only the personal method looks at the seed.
#[must_use]
pub fn forge(method: Method, letters: &[u8], seed: &str) -> Figure {
    let mut shapes = vec![Shape::Circle((0.0, 0.0), RIM)];
    let mut told = Vec::new();
    match method {
        Method::Traditional => shapes.extend(monogram(letters, 0.88)),
        Method::Geometric | Method::Hybrid => {
            let numbers: Vec<i64> = letters.iter().map(|letter| number(*letter)).collect();
            shapes.extend(path(&numbers.iter().map(|number| cell(*number)).collect::<Vec<_>>()));
            let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
            told.push(["The numbers of the letters: ", &numbers.join(" "), "."].concat());
            if method == Method::Hybrid {
                shapes.extend(monogram(letters, 0.44));
            }
        }
        Method::Personal => {
            let mut wheel: Vec<u8> = (b'A'..=b'Z').collect();
            Draw::new(DOMAIN, seed).shuffle(&mut wheel);
            let places = letters.iter().filter_map(|letter| wheel.iter().position(|other| other == letter));
            let places = places.map(|place| polar(real(i64::try_from(place).unwrap_or(0)) / 26.0, 0.84));
            shapes.extend(path(&places.collect::<Vec<_>>()));
            told.push(
                ["The alphabet around the circle, clockwise from the top: ", &joined(&wheel), "."].concat(),
            );
        }
    }
    Figure { shapes, told }
}

/// 1 to 9 by the place in the alphabet.
fn number(letter: u8) -> i64 {
    i64::from(letter.saturating_sub(b'A') % 9) + 1
}

/// The middle of a number's cell in the magic square.
fn cell(number: i64) -> Point {
    let place = SQUARE.iter().zip(0..).find(|(of, _)| **of == number).map_or(4, |(_, place)| place);
    (0.55 * (real(place % 3) - 1.0), 0.55 * (real(place / 3) - 1.0))
}

/// The letters with their feet in the middle, turned evenly about it.
fn monogram(letters: &[u8], reach: f64) -> Vec<Shape> {
    let count = real(i64::try_from(letters.len()).unwrap_or(1)).max(1.0);
    let mut shapes = Vec::new();
    for (letter, index) in letters.iter().zip(0..) {
        // The direction upwards along the letter, and the one to its right.
        let up = polar(real(index) / count, reach);
        let right = (-up.1 / 4.0, up.0 / 4.0);
        let place = |(x, y): Point| (x * right.0 + y * up.0, x * right.1 + y * up.1);
        shapes
            .extend(strokes::of(*letter).map(|stroke| Shape::Line(stroke.into_iter().map(place).collect())));
    }
    shapes
}

/// A path with a ring at its beginning, a bar across its end and a small ring where it stays.
fn path(places: &[Point]) -> Vec<Shape> {
    let mut points: Vec<Point> = Vec::new();
    let mut shapes = Vec::new();
    for place in places {
        if points.last() == Some(place) {
            shapes.push(Shape::Circle(*place, MARK / 2.0));
        } else {
            points.push(*place);
        }
    }
    shapes.extend(points.first().map(|first| Shape::Circle(*first, MARK)));
    if let [.., before, last] = &points[..] {
        let (x, y) = (last.0 - before.0, last.1 - before.1);
        let length = (x * x + y * y).sqrt();
        let (across, along) = (-y * MARK / length, x * MARK / length);
        shapes.push(Shape::Line(vec![(last.0 - across, last.1 - along), (last.0 + across, last.1 + along)]));
        shapes.push(Shape::Line(points));
    }
    shapes
}
