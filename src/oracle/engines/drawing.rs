//! Drawings as SVG: shapes in a frame from -1 to 1 (y downwards), written the same way on every machine.
//!
//! Coordinates are rounded to a thousandth of a unit of the viewBox. Nothing is filled; lines take the colour
//! of the text around them. There are no ids, styles, links or scripts, so several drawings may share a page.

use crate::kernel::html::escape;

/// A point of the frame.
pub type Point = (f64, f64);

/// What can be drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A circle by its middle and radius.
    Circle(Point, f64),
    /// Straight strokes from point to point.
    Line(Vec<Point>),
    /// Straight strokes that end where they began.
    Polygon(Vec<Point>),
    /// Circular arcs, each by its radius and end, clockwise on the page, from the first point on; none longer
    /// than half a turn.
    Arcs(Point, Vec<(f64, Point)>),
}

/// The point at an angle, clockwise from the top, at a distance from the middle.
///
/// Sine and cosine are those of `libm`, which gives the same bits on every machine.
#[must_use]
pub fn polar(turn: f64, distance: f64) -> Point {
    let angle = std::f64::consts::TAU * turn;
    (distance * libm::sin(angle), -distance * libm::cos(angle))
}

/// A whole number as a coordinate.
#[must_use]
pub fn real(number: i64) -> f64 {
    // Counts of a drawing, far below 2^31.
    f64::from(i32::try_from(number).unwrap_or(i32::MAX))
}

/// The drawing in a square of `size` units with lines of `stroke` units; the frame keeps a stroke's distance from
/// the edge.
#[must_use]
pub fn svg(size: i64, stroke: f64, title: &str, about: &str, shapes: &[Shape]) -> String {
    let middle = real(size) / 2.0;
    let mut sheet = Sheet { out: String::with_capacity(4096), middle, scale: middle - stroke };
    let side = size.to_string();
    let out = &mut sheet.out;
    for part in [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"",
        &side,
        "\" height=\"",
        &side,
        "\" viewBox=\"0 0 ",
        &side,
        " ",
        &side,
        "\" role=\"img\"><title>",
    ] {
        out.push_str(part);
    }
    text(title, out);
    out.push_str("</title><desc>");
    text(about, out);
    out.push_str(
        "</desc><g fill=\"none\" stroke=\"currentColor\" stroke-linecap=\"round\" stroke-linejoin=\"round\" stroke-width=\"",
    );
    number(stroke, out);
    out.push_str("\">");
    for shape in shapes {
        sheet.shape(shape);
    }
    sheet.out.push_str("</g></svg>");
    sheet.out
}

struct Sheet {
    out: String,
    middle: f64,
    scale: f64,
}

impl Sheet {
    fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Circle((x, y), radius) => {
                for (name, value) in [
                    ("<circle cx=\"", self.place(*x)),
                    ("\" cy=\"", self.place(*y)),
                    ("\" r=\"", radius * self.scale),
                ] {
                    self.out.push_str(name);
                    number(value, &mut self.out);
                }
                self.out.push_str("\"/>");
            }
            Shape::Line(points) => self.path(points, ""),
            Shape::Polygon(points) => self.path(points, "Z"),
            Shape::Arcs(from, arcs) => {
                self.path(&[*from], "");
                // The end of the path's element is taken back for the arcs.
                self.out.truncate(self.out.len() - PATH_END.len());
                for (radius, to) in arcs {
                    self.out.push('A');
                    for _ in 0..2 {
                        number(radius * self.scale, &mut self.out);
                        self.out.push(' ');
                    }
                    self.out.push_str("0 0 1 ");
                    self.point(*to);
                }
                self.out.push_str(PATH_END);
            }
        }
    }

    fn path(&mut self, points: &[Point], end: &str) {
        self.out.push_str("<path d=\"");
        for (point, command) in points.iter().zip(std::iter::once('M').chain(std::iter::repeat('L'))) {
            self.out.push(command);
            self.point(*point);
        }
        self.out.push_str(end);
        self.out.push_str(PATH_END);
    }

    fn point(&mut self, (x, y): Point) {
        number(self.place(x), &mut self.out);
        self.out.push(' ');
        number(self.place(y), &mut self.out);
    }

    fn place(&self, coordinate: f64) -> f64 {
        self.middle + coordinate * self.scale
    }
}

const PATH_END: &str = "\"/>";

/// A number to three decimals, without those that say nothing.
fn number(value: f64, out: &mut String) {
    // Coordinates stay within a few thousand units.
    #[allow(clippy::cast_possible_truncation)]
    let thousandths = (value * 1000.0).round() as i64;
    if thousandths < 0 {
        out.push('-');
    }
    let (whole, mut rest) = (thousandths.abs() / 1000, thousandths.abs() % 1000);
    out.push_str(&whole.to_string());
    if rest == 0 {
        return;
    }
    out.push('.');
    let mut place = 100;
    while rest > 0 {
        out.push(char::from(b'0' + u8::try_from(rest / place).unwrap_or(0)));
        rest %= place;
        place /= 10;
    }
}

/// A text as XML holds it: escaped, with what XML 1.0 has no place for (section 2.2) replaced by U+FFFD.
fn text(text: &str, out: &mut String) {
    let allowed = |c: char| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    let clean: String = text.chars().map(|c| if allowed(c) { c } else { '\u{fffd}' }).collect();
    escape(&clean, out);
}

#[cfg(test)]
pub mod tests;
