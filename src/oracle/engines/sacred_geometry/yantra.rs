//! The Sri Yantra in its plane form: nine triangles whose twenty-four threefold crossings are exact.
//!
//! Unknown are the heights of nine bases and the half widths of seven (the third and the seventh end on the
//! circle): sixteen numbers. Thirteen crossings on one side (the corner of the fifth triangle makes two equations)
//! and the place of the innermost triangle, whose inscribed circle has its middle in the middle, are fourteen
//! equations. The numbers below solve them and are, among all solutions, nearest by the sum of squares to the
//! traditional division of the diameter into 48 parts. The tests check every crossing; `docs/engines.md` has the
//! equations.

use super::patterns::Figure;
use crate::oracle::engines::drawing::{Point, Shape, polar, real};

/// The diameter in parts.
const DIAMETER: f64 = 48.0;

/// A triangle: distance of its base from the top of the circle, half the width of its base, distance of its apex
/// from the top; all in parts.
pub type Triangle = (f64, f64, f64);

const Y1: f64 = 6.499_594_789_667;
const Y2: f64 = 12.730_244_104_433;
const Y3: f64 = 17.553_029_611_117;
const Y4: f64 = 19.927_174_247_677;
const Y5: f64 = 22.646_393_171_756;
const Y6: f64 = 26.317_906_274_467;
const Y7: f64 = 30.196_620_942_063;
const Y8: f64 = 35.644_263_630_825;
const Y9: f64 = 42.173_684_898_994;

/// Half the chord of the circle at a height.
fn chord(height: f64) -> f64 {
    (height * (DIAMETER - height)).sqrt()
}

/// The nine, by their bases from the top: five that point down, then four that point up.
#[must_use]
pub fn triangles() -> [Triangle; 9] {
    [
        (Y1, 14.257_083_282_677, Y6),
        (Y2, 16.118_071_733_259, Y9),
        (Y3, chord(Y3), DIAMETER),
        (Y4, 7.659_674_633_369, Y8),
        (Y5, 6.334_471_747_033, Y7),
        (Y6, 8.679_847_543_634, Y2),
        (Y7, chord(Y7), 0.0),
        (Y8, 16.625_385_187_156, Y1),
        (Y9, 12.767_446_590_818, Y3),
    ]
}

/// Triangles, point and circle; from depth 2 on eight petals, from 3 on sixteen, with 4 the square with its gates.
pub fn draw(depth: i64) -> Figure {
    let mut shapes = vec![Shape::Circle((0.0, 0.0), 1.0), Shape::Circle((0.0, 0.0), 0.01)];
    let place = |x: f64, height: f64| (x * 2.0 / DIAMETER, height * 2.0 / DIAMETER - 1.0);
    shapes.extend(triangles().into_iter().map(|(base, half, apex)| {
        Shape::Polygon(vec![place(-half, base), place(half, base), place(0.0, apex)])
    }));
    let mut reach = 1.0;
    for (_, count, further) in [(2, 8, 1.3), (3, 16, 1.6)].into_iter().filter(|(from, ..)| *from <= depth) {
        shapes.extend(petals(count, reach, further));
        shapes.push(Shape::Circle((0.0, 0.0), further));
        reach = further;
    }
    let petals = shapes.iter().filter(|shape| matches!(shape, Shape::Arcs(..))).count();
    if depth >= 4 {
        shapes.extend([0.0, 0.04, 0.08].map(|inside| gates(reach + 0.15, inside)));
        reach += 0.45;
    }
    let shapes = shapes.into_iter().map(|shape| scaled(shape, reach)).collect();
    Figure::new(shapes)
        .with("petals", real(i64::try_from(petals).unwrap_or(0)))
        .with("threefold_crossings", 24.0)
}

/// Petals from one circle to another: two arcs whose radius is the way from foot to tip.
fn petals(count: i64, inner: f64, outer: f64) -> impl Iterator<Item = Shape> {
    let turn = 1.0 / real(count);
    (0..count).map(move |index| {
        let foot = |step: f64| polar(turn * (real(index) + step), inner);
        let (from, tip, to) = (foot(-0.5), polar(turn * real(index), outer), foot(0.5));
        let radius = ((tip.0 - from.0) * (tip.0 - from.0) + (tip.1 - from.1) * (tip.1 - from.1)).sqrt();
        Shape::Arcs(from, vec![(radius, tip), (radius, to)])
    })
}

/// A square of this half width with a gate on each side, every line `inside` its outermost.
fn gates(half: f64, inside: f64) -> Shape {
    let (side, neck, head) = (half - inside, 0.35 - inside, 0.6 - inside);
    let (under, over) = (half + 0.1 + inside, half + 0.3 - inside);
    let top = [(-side, side), (-neck, side), (-neck, under), (-head, under), (-head, over)];
    let mirrored = top.into_iter().rev().map(|(x, y)| (-x, y));
    // The other corner of the side begins the next quarter.
    let quarter: Vec<Point> = top.into_iter().chain(mirrored.take(4)).collect();
    let mut points = Vec::new();
    let mut turned = quarter;
    for _ in 0..4 {
        points.extend(turned.iter().map(|(x, y)| (*x, -*y)));
        turned = turned.into_iter().map(|(x, y)| (y, -x)).collect();
    }
    Shape::Polygon(points)
}

fn scaled(shape: Shape, by: f64) -> Shape {
    let point = |(x, y): Point| (x / by, y / by);
    match shape {
        Shape::Circle(middle, radius) => Shape::Circle(point(middle), radius / by),
        Shape::Line(points) => Shape::Line(points.into_iter().map(point).collect()),
        Shape::Polygon(points) => Shape::Polygon(points.into_iter().map(point).collect()),
        Shape::Arcs(from, arcs) => {
            Shape::Arcs(point(from), arcs.into_iter().map(|(radius, to)| (radius / by, point(to))).collect())
        }
    }
}
