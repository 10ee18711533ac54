//! What a drawing says, read by a parser of XML that shares nothing with the writer.

use super::*;

/// The document of a drawing that is well formed, and holds neither scripts, links, styles nor anything twice
/// under one id.
pub fn read(svg: &str) -> roxmltree::Document<'_> {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
    for node in root.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        assert!(["svg", "title", "desc", "g", "circle", "path"].contains(&name), "{name}");
        for attribute in node.attributes() {
            let name = attribute.name();
            assert!(
                !name.starts_with("on") && !["id", "href", "style", "class", "src"].contains(&name),
                "{name}"
            );
        }
    }
    document
}

/// The numbers of all shapes in a drawing.
pub fn numbers(svg: &str) -> Vec<f64> {
    let document = read(svg);
    let mut numbers = Vec::new();
    for node in document.descendants() {
        for name in ["cx", "cy", "r", "d"] {
            let text = node.attribute(name).unwrap_or_default();
            let parts = text.split([' ', 'M', 'L', 'A', 'Z']).filter(|part| !part.is_empty());
            numbers.extend(parts.map(|part| part.parse::<f64>().unwrap_or_else(|_| panic!("{part}"))));
        }
    }
    numbers
}

fn written(value: f64) -> String {
    let mut out = String::new();
    number(value, &mut out);
    out
}

#[test]
fn numbers_are_short_and_never_minus_zero() {
    for (value, text) in [
        (0.0, "0"),
        (-0.0, "0"),
        (-0.0004, "0"),
        (0.0005, "0.001"),
        (1.0, "1"),
        (-1.5, "-1.5"),
        (2.05, "2.05"),
        (2.005, "2.005"),
        (511.9996, "512"),
        (-12.34567, "-12.346"),
        (100.1, "100.1"),
    ] {
        assert_eq!(written(value), text, "{value}");
    }
}

#[test]
fn shapes_are_written_as_svg_has_them() {
    let shapes = [
        Shape::Circle((0.0, 0.0), 1.0),
        Shape::Line(vec![(-1.0, -1.0), (1.0, 1.0)]),
        Shape::Polygon(vec![(0.0, -1.0), (1.0, 0.0), (0.0, 1.0)]),
        Shape::Arcs((0.0, -1.0), vec![(1.0, (1.0, 0.0)), (1.0, (0.0, 1.0))]),
    ];
    let drawing = svg(102, 1.0, "T", "D", &shapes);
    assert_eq!(
        drawing,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"102\" height=\"102\" viewBox=\"0 0 102 102\" role=\"img\">\
         <title>T</title><desc>D</desc><g fill=\"none\" stroke=\"currentColor\" stroke-linecap=\"round\" \
         stroke-linejoin=\"round\" stroke-width=\"1\"><circle cx=\"51\" cy=\"51\" r=\"50\"/>\
         <path d=\"M1 1L101 101\"/><path d=\"M51 1L101 51L51 101Z\"/>\
         <path d=\"M51 1A50 50 0 0 1 101 51A50 50 0 0 1 51 101\"/></g></svg>"
    );
    assert_eq!(numbers(&drawing).len(), 3 + 4 + 6 + 16);
}

#[test]
fn whatever_is_written_into_a_drawing_stays_text() {
    for hostile in [
        "</title><script>alert(1)</script>",
        "\"'&<>]]>",
        "\u{0}\u{8}\u{1f}\u{fffe}\u{ffff}\t\n",
        "<!--",
        "&#0;&nbsp;",
        "\u{202e}🜁",
    ] {
        let drawing = svg(64, 1.0, hostile, hostile, &[]);
        let document = read(&drawing);
        let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
        let expected: String = hostile
            .chars()
            .map(|c| {
                if matches!(c, '\0' | '\u{8}' | '\u{1f}' | '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }
            })
            .collect();
        assert!(texts.contains(&expected.as_str()), "{texts:?}");
    }
}

#[test]
fn the_circle_is_walked_clockwise_from_the_top() {
    let near = |(x, y): Point, (u, v): Point| (x - u).abs() < 1e-15 && (y - v).abs() < 1e-15;
    assert!(near(polar(0.0, 2.0), (0.0, -2.0)));
    assert!(near(polar(0.25, 1.0), (1.0, 0.0)));
    assert!(near(polar(0.5, 1.0), (0.0, 1.0)));
}
