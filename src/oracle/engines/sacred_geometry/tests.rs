use super::patterns::{Figure, depths, draw};
use super::*;
use crate::contract::types::{SacredGeometryParameters, SacredGeometryPattern as Pattern};
use crate::oracle::engines::drawing::tests::{numbers, read};
use crate::oracle::engines::drawing::{Point, Shape};

const ALL: [Pattern; 7] = [
    Pattern::FlowerOfLife,
    Pattern::GoldenSpiral,
    Pattern::MetatronsCube,
    Pattern::SeedOfLife,
    Pattern::SriYantra,
    Pattern::Torus,
    Pattern::VesicaPiscis,
];
const CLOSE: f64 = 1e-12;

fn input(json: serde_json::Value) -> SacredGeometryInput {
    serde_json::from_value(json).unwrap()
}

fn ask(pattern: Pattern, parameters: Option<SacredGeometryParameters>) -> SacredGeometryResult {
    let input = SacredGeometryInput { intention: "Patience".to_owned(), pattern, parameters };
    calculate(&settle(&input).unwrap()).unwrap()
}

fn apart(one: Point, other: Point) -> f64 {
    ((one.0 - other.0).powi(2) + (one.1 - other.1).powi(2)).sqrt()
}

fn circles(figure: &Figure) -> Vec<(Point, f64)> {
    let circle = |shape: &Shape| match shape {
        Shape::Circle(middle, radius) => Some((*middle, *radius)),
        _ => None,
    };
    figure.shapes.iter().filter_map(circle).collect()
}

fn measured(figure: &Figure, name: &str) -> f64 {
    figure.measures.iter().find(|(of, _)| *of == name).unwrap_or_else(|| panic!("{name}")).1
}

#[test]
fn every_pattern_at_every_depth_stays_in_its_frame_and_under_its_bound() {
    for pattern in ALL {
        let (usual, most) = depths(pattern);
        assert!((1..=most).contains(&usual));
        for depth in 1..=most {
            for (size, stroke) in [(64, 20.0), (512, 1.5), (2048, 0.1)] {
                let parameters = SacredGeometryParameters { size, depth: Some(depth), stroke };
                let result = ask(pattern, Some(parameters));
                assert!(result.svg.len() <= 65_536, "{pattern:?} {depth}: {}", result.svg.len());
                let least = if pattern == Pattern::GoldenSpiral { 0.0 } else { stroke - 0.001 };
                for value in numbers(&result.svg) {
                    assert!(
                        (0.0..=f64::from(i32::try_from(size).unwrap())).contains(&value),
                        "{pattern:?} {value}"
                    );
                }
                for ((x, y), radius) in circles(&draw(pattern, depth)) {
                    let middle = f64::from(i32::try_from(size).unwrap()) / 2.0;
                    let scale = middle - stroke;
                    assert!(middle + (x.min(y) - radius) * scale >= least, "{pattern:?} {depth}");
                }
            }
        }
        let beyond = SacredGeometryParameters { size: 512, depth: Some(most + 1), stroke: 1.0 };
        let asked = SacredGeometryInput { intention: "x".to_owned(), pattern, parameters: Some(beyond) };
        let EngineProblem::Refused(refusals) = settle(&asked).unwrap_err() else { panic!("not refused") };
        assert_eq!((refusals[0].pointer, refusals[0].code), ("/parameters/depth", "depth-out-of-range"));
        assert!(refusals[0].message.contains(&most.to_string()), "{}", refusals[0].message);
    }
}

#[test]
fn circles_of_the_flower_are_one_radius_apart_in_a_triangular_grid() {
    for rings in 1..=6_usize {
        let all = circles(&draw(Pattern::FlowerOfLife, i64::try_from(rings).unwrap()));
        let [(_, rim), inner @ ..] = &all[..] else { panic!() };
        assert_eq!(inner.len(), 1 + 3 * rings * (rings + 1));
        let radius = inner[0].1;
        assert!((rim - 1.0).abs() < CLOSE && inner.iter().all(|(_, r)| (r - radius).abs() < CLOSE));
        let mut neighbours = 0;
        for (index, (one, _)) in inner.iter().enumerate() {
            for (other, _) in &inner[index + 1..] {
                let distance = apart(*one, *other);
                assert!(distance > radius - CLOSE, "no two are nearer than a radius");
                neighbours += usize::from((distance - radius).abs() < CLOSE);
            }
        }
        // Edges of a hexagonal piece of the triangular grid.
        assert_eq!(neighbours, 3 * rings * (3 * rings + 1));
        let farthest = inner.iter().map(|(at, r)| apart(*at, (0.0, 0.0)) + r).fold(0.0, f64::max);
        assert!((farthest - 1.0).abs() < CLOSE, "the outermost touch the rim");
    }
}

#[test]
fn each_seed_fills_the_middle_circle_of_the_one_around_it() {
    let all = circles(&draw(Pattern::SeedOfLife, 3));
    assert_eq!(all.len(), 1 + 3 * 7);
    for (level, radius) in [(0, 0.5), (1, 0.25), (2, 0.125)] {
        let seed = &all[1 + level * 7..8 + level * 7];
        assert!(seed.iter().all(|(_, r)| (r - radius).abs() < CLOSE));
        let mut distances: Vec<f64> = seed.iter().map(|(at, _)| apart(*at, (0.0, 0.0))).collect();
        distances.sort_by(f64::total_cmp);
        assert!(distances[0] < CLOSE && distances[1..].iter().all(|d| (d - radius).abs() < CLOSE));
        // Seven equal circles through the middle of another each: all six pass through the common middle.
        let reach = distances[6] + radius;
        assert!((reach - 2.0 * radius).abs() < CLOSE);
    }
}

#[test]
fn metatrons_cube_joins_thirteen_touching_circles_by_seventy_eight_lines() {
    let figure = draw(Pattern::MetatronsCube, 2);
    let all = circles(&figure);
    assert_eq!((all.len(), measured(&figure, "lines")), (13, 78.0));
    let radius = all[0].1;
    for (at, _) in &all[1..] {
        let nearest =
            all.iter().map(|(other, _)| apart(*at, *other)).filter(|d| *d > CLOSE).fold(9.0, f64::min);
        assert!((nearest - 2.0 * radius).abs() < CLOSE, "each touches another: {nearest}");
    }
    let mut seen = std::collections::BTreeSet::new();
    for shape in &figure.shapes {
        if let Shape::Line(ends) = shape {
            let index = |end: Point| all.iter().position(|(at, _)| apart(*at, end) < CLOSE).unwrap();
            let (one, other) = (index(ends[0]), index(ends[1]));
            assert!(one != other && seen.insert((one.min(other), one.max(other))));
        }
    }
    assert_eq!(seen.len(), 13 * 12 / 2);
    // Along each arm the middles lie on one line.
    for arm in all[1..].chunks(6).next().unwrap() {
        let beyond = (2.0 * arm.0.0, 2.0 * arm.0.1);
        assert!(all.iter().any(|(at, _)| apart(*at, beyond) < CLOSE));
    }
}

#[test]
fn the_lens_of_two_circles_is_the_square_root_of_three_as_high_as_wide() {
    let figure = draw(Pattern::VesicaPiscis, 1);
    let all = circles(&figure);
    let (radius, wide) = (all[0].1, all[0].1);
    assert!((apart(all[0].0, all[1].0) - radius).abs() < CLOSE);
    let tips: Vec<Point> = figure
        .shapes
        .iter()
        .filter_map(|shape| if let Shape::Polygon(points) = shape { Some(points[2]) } else { None })
        .collect();
    for tip in &tips {
        // On both circles, and a corner of an equilateral triangle over their middles.
        assert!(all.iter().all(|(at, r)| (apart(*at, *tip) - r).abs() < CLOSE));
    }
    assert!((apart(tips[0], tips[1]) / wide - 3.0_f64.sqrt()).abs() < CLOSE);
    assert_eq!(circles(&draw(Pattern::VesicaPiscis, 6)).len(), 7);
}

#[test]
fn each_square_of_the_spiral_is_smaller_by_the_golden_ratio() {
    let golden = (1.0 + 5.0_f64.sqrt()) / 2.0;
    let figure = draw(Pattern::GoldenSpiral, 12);
    let Some(Shape::Arcs(from, arcs)) = figure.shapes.last() else { panic!() };
    assert_eq!(arcs.len(), 12);
    let mut at = *from;
    for (index, (radius, to)) in arcs.iter().enumerate() {
        // A quarter of a circle spans the diagonal of its square.
        assert!((apart(at, *to) - radius * 2.0_f64.sqrt()).abs() < CLOSE, "{index}");
        if let Some((next, _)) = arcs.get(index + 1) {
            assert!((radius / next - golden).abs() < 1e-9, "{index}: {}", radius / next);
        }
        at = *to;
    }
    assert!((measured(&figure, "ratio") - golden).abs() < CLOSE);
}

#[test]
fn all_circles_of_the_torus_pass_through_the_middle_and_touch_the_rim() {
    for depth in 1..=6 {
        let all = circles(&draw(Pattern::Torus, depth));
        assert_eq!(all.len(), 1 + 12 * usize::try_from(depth).unwrap());
        for (at, radius) in &all[1..] {
            let distance = apart(*at, (0.0, 0.0));
            assert!((distance - radius).abs() < CLOSE && (distance + radius - 1.0).abs() < CLOSE);
        }
    }
}

/// A side of a triangle of the yantra: half its width at a height, and whether that is between base and apex.
fn side((base, half, apex): yantra::Triangle, height: f64) -> (f64, bool) {
    let share = (height - apex) / (base - apex);
    (half * share, (-1e-9..=1.0 + 1e-9).contains(&share))
}

#[test]
fn twenty_four_crossings_of_the_yantra_are_threefold() {
    let nine = yantra::triangles();
    // (the base on whose height they meet, and two sides, or the corner of that base with one side): one half of the
    // symmetric figure.
    const CROSSINGS: [(usize, usize, usize); 13] = [
        (2, 1, 7),
        (3, 1, 8),
        (3, 2, 7),
        (4, 4, 8),
        (4, 1, 6),
        (5, 1, 9),
        (5, 5, 4),
        (5, 5, 6),
        (6, 6, 2),
        (6, 4, 9),
        (7, 2, 9),
        (7, 3, 8),
        (8, 3, 9),
    ];
    let mut places = std::collections::BTreeSet::new();
    for (base, one, other) in CROSSINGS {
        let (height, half, _) = nine[base - 1];
        let ((x, on), (u, too)) = (side(nine[one - 1], height), side(nine[other - 1], height));
        assert!((x - u).abs() < 1e-9, "{base} {one} {other}: {x} {u}");
        assert!(on && too && x > 0.0 && x <= half + 1e-9, "on all three lines: {base} {one} {other}");
        #[allow(clippy::cast_possible_truncation)]
        places.insert((base, (x * 1e6) as i64));
    }
    // Two of the thirteen equations are of one place.
    assert_eq!(2 * places.len(), 24);
}

#[test]
fn the_yantra_has_five_triangles_down_and_four_up_in_their_circle() {
    let nine = yantra::triangles();
    assert_eq!(nine.iter().filter(|(base, _, apex)| apex > base).count(), 5);
    assert!(nine.is_sorted_by(|one, other| one.0 < other.0));
    let from_middle = |x: f64, height: f64| apart((x, height), (0.0, 24.0));
    for (index, (base, half, apex)) in nine.into_iter().enumerate() {
        let corner = from_middle(half, base);
        if [2, 6].contains(&index) {
            assert!((corner - 24.0).abs() < 1e-9, "the third and seventh end on the circle");
        } else {
            assert!(corner < 23.0, "{index}: {corner}");
        }
        // Every apex lies on the middle of another's base, or on the circle.
        let on_base = nine.iter().any(|(other, ..)| (other - apex).abs() < 1e-12);
        assert!(on_base || apex == 0.0 || (apex - 48.0).abs() < 1e-12, "{index}");
    }
    // The inscribed circle of the innermost triangle has its middle in the middle.
    let (base, tip) = (nine[4].0, nine[5].0);
    let (half, _) = side(nine[0], base);
    let radius = half * (tip - base) / (half + (half * half + (tip - base).powi(2)).sqrt());
    assert!((base + radius - 24.0).abs() < 1e-9);
    for (depth, petals) in [(1, 0.0), (2, 8.0), (3, 24.0), (4, 24.0)] {
        let figure = draw(Pattern::SriYantra, depth);
        assert_eq!((measured(&figure, "triangles"), measured(&figure, "petals")), (9.0, petals));
    }
}

#[test]
fn the_same_drawing_comes_out_on_every_machine() {
    // SHA-256 of the drawings; sine and cosine come from `libm`, everything else is exact arithmetic.
    let hash = |pattern| {
        let svg = ask(pattern, None).svg;
        crate::kernel::crypto::hex(&crate::kernel::crypto::sha256(&[svg.as_bytes()]))[..16].to_owned()
    };
    assert_eq!(ALL.map(hash), KNOWN);
}

const KNOWN: [&str; 7] = [
    "1d3e5d7b884cf681",
    "a4b7d41af1eb0410",
    "8820bc3397864feb",
    "12323c45b0f2e903",
    "cd34004123e1b584",
    "bc53aa8cce970e08",
    "64d5814eb4f4a699",
];

#[test]
fn the_intention_is_the_title_and_changes_no_line() {
    let ask = |intention: &str| {
        calculate(&settle(&input(serde_json::json!({"intention": intention}))).unwrap()).unwrap()
    };
    let (one, other) = (ask("  Patience & <calm>  "), ask("شكراً 🙏"));
    for (result, intention) in [(&one, "Patience & <calm>"), (&other, "شكراً 🙏")] {
        assert_eq!(result.intention, intention);
        let document = read(&result.svg);
        let title = document.descendants().find(|node| node.tag_name().name() == "title").unwrap();
        assert_eq!(title.text(), Some(intention));
    }
    assert_eq!(numbers(&one.svg), numbers(&other.svg));
    assert_eq!(one.title, "Flower of life: 20 circles");
}

#[test]
fn a_blank_intention_is_refused() {
    let EngineProblem::Refused(refusals) =
        settle(&input(serde_json::json!({"intention": " \n"}))).unwrap_err()
    else {
        panic!("not refused")
    };
    assert_eq!((refusals[0].pointer, refusals[0].code), ("/intention", "blank"));
}

#[test]
fn every_pattern_has_its_texts() {
    for pattern in ALL {
        assert!(named(pattern).is_some(), "{pattern:?}");
    }
    assert_eq!(texts::PATTERNS.len(), ALL.len());
}
