//! The seven patterns as shapes in a frame from -1 to 1. Lattices and the spiral need no more than square roots.

use super::yantra;
use crate::contract::types::SacredGeometryPattern as Pattern;
use crate::oracle::engines::drawing::{Point, Shape, polar, real};

/// A drawing and what can be counted or measured in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The strokes.
    pub shapes: Vec<Shape>,
    /// Name and value.
    pub measures: Vec<(&'static str, f64)>,
}

impl Figure {
    /// These shapes, with the numbers of circles, lines and the like counted.
    pub fn new(shapes: Vec<Shape>) -> Self {
        let count = |holds: fn(&Shape) -> bool| shapes.iter().filter(|shape| holds(shape)).count();
        let counts = [
            ("circles", count(|shape| matches!(shape, Shape::Circle(..)))),
            ("lines", count(|shape| matches!(shape, Shape::Line(_)))),
            ("triangles", count(|shape| matches!(shape, Shape::Polygon(points) if points.len() == 3))),
        ];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        let measures = counts.map(|(name, count)| (name, real(i64::try_from(count).unwrap_or(0)))).collect();
        Self { shapes, measures }
    }

    /// With one more measure.
    pub fn with(mut self, name: &'static str, value: f64) -> Self {
        self.measures.push((name, value));
        self
    }
}

/// The depth that a pattern has when none is asked for, and its largest one.
#[must_use]
pub fn depths(pattern: Pattern) -> (i64, i64) {
    match pattern {
        Pattern::FlowerOfLife => (2, 6),
        Pattern::GoldenSpiral => (8, 12),
        Pattern::MetatronsCube => (2, 3),
        Pattern::SeedOfLife => (1, 6),
        Pattern::SriYantra => (4, 4),
        Pattern::Torus => (2, 6),
        Pattern::VesicaPiscis => (1, 6),
    }
}

/// Draws a pattern.
#[must_use]
pub fn draw(pattern: Pattern, depth: i64) -> Figure {
    match pattern {
        Pattern::FlowerOfLife => flower_of_life(depth),
        Pattern::GoldenSpiral => golden_spiral(depth),
        Pattern::MetatronsCube => metatrons_cube(depth),
        Pattern::SeedOfLife => seed_of_life(depth),
        Pattern::SriYantra => yantra::draw(depth),
        Pattern::Torus => torus(depth),
        Pattern::VesicaPiscis => vesica_piscis(depth),
    }
}

const MIDDLE: Point = (0.0, 0.0);

/// Height of the equilateral triangle over a side of 1.
fn height() -> f64 {
    3.0_f64.sqrt() / 2.0
}

/// The points of the triangular grid at most `rings` steps from the middle, neighbours `step` apart.
fn grid(rings: i64, step: f64) -> Vec<Point> {
    let mut points = Vec::new();
    for row in -rings..=rings {
        // In a hexagon of the grid each row away from the middle is one point shorter.
        for column in (-rings).max(-rings - row)..=rings.min(rings - row) {
            points.push((step * (real(column) + real(row) / 2.0), step * real(row) * height()));
        }
    }
    points
}

fn circles(middles: impl IntoIterator<Item = Point>, radius: f64) -> impl Iterator<Item = Shape> {
    middles.into_iter().map(move |middle| Shape::Circle(middle, radius))
}

fn flower_of_life(rings: i64) -> Figure {
    let radius = 1.0 / (real(rings) + 1.0);
    let mut shapes = vec![Shape::Circle(MIDDLE, 1.0)];
    shapes.extend(circles(grid(rings, radius), radius));
    Figure::new(shapes).with("spacing_per_radius", 1.0)
}

fn seed_of_life(depth: i64) -> Figure {
    let mut shapes = vec![Shape::Circle(MIDDLE, 1.0)];
    let mut radius = 0.5;
    for _ in 0..depth {
        shapes.extend(circles(grid(1, radius), radius));
        radius /= 2.0;
    }
    Figure::new(shapes).with("spacing_per_radius", 1.0)
}

fn metatrons_cube(arms: i64) -> Figure {
    let radius = 1.0 / (2.0 * real(arms) + 1.0);
    let mut middles = vec![MIDDLE];
    for step in 1..=arms {
        // The six neighbours of the middle in a grid of that width.
        middles.extend(grid(1, 2.0 * radius * real(step)).into_iter().filter(|point| *point != MIDDLE));
    }
    let lines = middles
        .iter()
        .enumerate()
        .flat_map(|(index, from)| middles.iter().skip(index + 1).map(|to| Shape::Line(vec![*from, *to])));
    let mut shapes: Vec<Shape> = lines.collect();
    shapes.extend(circles(middles.iter().copied(), radius));
    Figure::new(shapes).with("spacing_per_radius", 2.0)
}

fn torus(depth: i64) -> Figure {
    let count = 12 * depth;
    let mut shapes = vec![Shape::Circle(MIDDLE, 1.0)];
    shapes.extend(circles((0..count).map(|index| polar(real(index) / real(count), 0.5)), 0.5));
    Figure::new(shapes).with("degrees_between", 360.0 / real(count))
}

fn vesica_piscis(depth: i64) -> Figure {
    let radius = 1.0 / (1.0 + real(depth) / 2.0);
    let middles: Vec<Point> =
        (0..=depth).map(|index| (radius * (real(index) - real(depth) / 2.0), 0.0)).collect();
    let mut shapes: Vec<Shape> = circles(middles.iter().copied(), radius).collect();
    for (from, to) in middles.iter().zip(middles.iter().skip(1)) {
        let tip = ((from.0 + to.0) / 2.0, radius * height());
        shapes.push(Shape::Polygon(vec![*from, *to, tip]));
        shapes.push(Shape::Polygon(vec![*from, *to, (tip.0, -tip.1)]));
    }
    Figure::new(shapes).with("height_per_width", 2.0 * height())
}

fn golden_spiral(squares: i64) -> Figure {
    let golden = (1.0 + 5.0_f64.sqrt()) / 2.0;
    let (mut left, mut top, mut right, mut bottom) = (-1.0, -1.0 / golden, 1.0, 1.0 / golden);
    let mut shapes = vec![Shape::Polygon(vec![(left, top), (right, top), (right, bottom), (left, bottom)])];
    let begin = (left, bottom);
    let mut arcs = Vec::new();
    for index in 0..squares {
        // Each square is cut off from the side at which the last arc ended: left, top, right, bottom.
        let (cut, to) = match index % 4 {
            0 => {
                let side = bottom - top;
                left += side;
                (vec![(left, top), (left, bottom)], (side, (left, top)))
            }
            1 => {
                let side = right - left;
                top += side;
                (vec![(left, top), (right, top)], (side, (right, top)))
            }
            2 => {
                let side = bottom - top;
                right -= side;
                (vec![(right, top), (right, bottom)], (side, (right, bottom)))
            }
            _ => {
                let side = right - left;
                bottom -= side;
                (vec![(left, bottom), (right, bottom)], (side, (left, bottom)))
            }
        };
        shapes.push(Shape::Line(cut));
        arcs.push(to);
    }
    shapes.push(Shape::Arcs(begin, arcs));
    Figure { shapes, measures: vec![("squares", real(squares)), ("ratio", golden)] }
}
