use super::*;
use crate::oracle::engines::Refusal;
use crate::oracle::engines::drawing::Shape;
use crate::oracle::engines::drawing::tests::{numbers, read};

fn input(json: serde_json::Value) -> SigilForgeInput {
    serde_json::from_value(json).unwrap()
}

fn forge(json: serde_json::Value) -> SigilForgeResult {
    calculate(&settle(&input(json)).unwrap()).unwrap()
}

fn refused(json: serde_json::Value) -> Refusal {
    let EngineProblem::Refused(refusals) = settle(&input(json)).unwrap_err() else { panic!("not refused") };
    refusals.into_iter().next().unwrap()
}

const METHODS: [&str; 4] = ["geometric", "hybrid", "personal", "traditional"];

#[test]
fn letters_fall_away_as_stated() {
    for (intention, letters, kept) in [
        ("I find calm", "I FIND CALM", "FNDCLM"),
        ("Ein ruhiger Tag!", "EIN RUHIGER TAG", "NRHGT"),
        ("aeiou AEIOU", "AEIOU AEIOU", "AEIOU"),
        ("Why, my own way", "WHY MY OWN WAY", "WHYMN"),
        ("zzz", "ZZZ", "Z"),
        ("Ακολουθώ τον δρόμο μου", "AKOLOUTHO TON DROMO MOU", "KLTHNDRM"),
        ("Иду вперёд", "IDU VPERED", "DVPR"),
        ("Größe & Ruhe 2026 🌿", "GROSSE RUHE", "GRSH"),
    ] {
        let result = forge(serde_json::json!({"intention": intention}));
        assert_eq!((result.letters.as_str(), result.kept.as_str()), (letters, kept), "{intention}");
        assert!(result.steps.iter().any(|step| step.ends_with(&format!(": {kept}."))), "{:?}", result.steps);
    }
}

#[test]
fn replaced_letters_and_passed_signs_are_told() {
    let result = forge(serde_json::json!({"intention": "Größe 7, now!"}));
    let replaced: Vec<(&str, &str)> =
        result.replaced.iter().map(|letter| (letter.from.as_str(), letter.to.as_str())).collect();
    assert_eq!(replaced, [("ö", "O"), ("ß", "SS")]);
    assert!(result.steps[1].ends_with(": 3."), "{}", result.steps[1]);
    let plain = forge(serde_json::json!({"intention": "now"}));
    assert!(!plain.steps.iter().any(|step| step.contains("passed over")));
}

#[test]
fn an_intention_without_drawable_letters_is_a_clear_problem() {
    for (intention, code, named) in [
        ("🌿🔥", "no-letters", ""),
        ("2026!", "no-letters", ""),
        ("👩‍👩‍👧 1️⃣", "no-letters", ""),
        (" ", "no-letters", ""),
        ("سلام", "unspellable", "س"),
        ("內心平靜", "unspellable", "內"),
        ("peace 和", "unspellable", "和"),
    ] {
        let refusal = refused(serde_json::json!({"intention": intention}));
        assert_eq!((refusal.pointer, refusal.code), ("/intention", code), "{intention}");
        assert!(refusal.message.contains(named));
    }
}

#[test]
fn the_personal_method_needs_a_person_and_others_look_at_none() {
    let refusal = refused(serde_json::json!({"intention": "calm", "method": "personal", "full_name": "  "}));
    assert_eq!((refusal.pointer, refusal.code), ("/birth_date", "needs-person"));
    let sigil = |person: serde_json::Value| {
        let mut asked = serde_json::json!({"intention": "I find calm", "method": "personal"});
        asked.as_object_mut().unwrap().extend(person.as_object().unwrap().clone());
        numbers(&forge(asked).svg)
    };
    let people = [
        serde_json::json!({"birth_date": "1988-11-29"}),
        serde_json::json!({"birth_date": "1988-11-30"}),
        serde_json::json!({"full_name": "Zoë"}),
        serde_json::json!({"full_name": "李小龍"}),
        serde_json::json!({"full_name": "Zoë", "birth_date": "1988-11-29"}),
    ];
    let drawn: Vec<_> = people.iter().map(|person| sigil(person.clone())).collect();
    for (index, one) in drawn.iter().enumerate() {
        assert_eq!(one, &sigil(people[index].clone()));
        assert!(drawn[index + 1..].iter().all(|other| other != one), "{index}");
    }
    let one = settle(&input(
        serde_json::json!({"intention": "calm", "birth_date": "1988-11-29", "full_name": "Zoë"}),
    ));
    assert_eq!(one.unwrap(), settle(&input(serde_json::json!({"intention": "calm"}))).unwrap());
}

#[test]
fn the_alphabet_of_a_person_is_shuffled_by_the_stated_generator() {
    // From a page of Python written from the description of the generator.
    let result = forge(
        serde_json::json!({"intention": "calm", "method": "personal", "full_name": "Zoë", "birth_date": "1988-11-29"}),
    );
    assert_eq!(
        result.steps.last().unwrap(),
        &format!("The alphabet around the circle, clockwise from the top: {WHEEL}.")
    );
}

const WHEEL: &str = "FIPAYBJNZMEVKOGHUCDSQTLRXW";

#[test]
fn the_path_walks_the_magic_square() {
    // C 3, L 3, M 4: a ring at 3 for staying there, then from the left middle to the upper left corner.
    let figure = figure::forge(Method::Geometric, b"CLM", "");
    assert_eq!(figure.told, ["The numbers of the letters: 3 3 4."]);
    let Some(Shape::Line(path)) = figure.shapes.last() else { panic!() };
    assert_eq!(path, &[(-0.55, 0.0), (-0.55, -0.55)]);
    let rings =
        figure.shapes.iter().filter(|shape| matches!(shape, Shape::Circle((x, _), _) if *x < -0.5)).count();
    assert_eq!(rings, 2);
    // One place has no direction, so there is no bar.
    let still = figure::forge(Method::Geometric, b"A", "");
    assert!(still.shapes.iter().all(|shape| matches!(shape, Shape::Circle(..))));
}

#[test]
fn a_hybrid_is_the_path_with_the_monogram_at_half_the_size() {
    let shapes = |method| figure::forge(method, b"FNDCLM", "").shapes;
    let (path, monogram, both) =
        (shapes(Method::Geometric), shapes(Method::Traditional), shapes(Method::Hybrid));
    assert_eq!(both[..path.len()], path);
    for (small, large) in both[path.len()..].iter().zip(&monogram[1..]) {
        let (Shape::Line(small), Shape::Line(large)) = (small, large) else { panic!() };
        for ((x, y), (u, v)) in small.iter().zip(large) {
            assert!((2.0 * x - u).abs() < 1e-12 && (2.0 * y - v).abs() < 1e-12);
        }
    }
    assert_eq!(both.len() - path.len(), monogram.len() - 1);
}

#[test]
fn any_letters_stay_in_the_circle_and_the_drawing_under_its_bound() {
    let all: Vec<u8> = (b'A'..=b'Z').collect();
    for method in [Method::Geometric, Method::Hybrid, Method::Personal, Method::Traditional] {
        for letters in (0..26).map(|from| &all[from..]).chain((1..26).map(|to| &all[..to])) {
            for shape in figure::forge(method, letters, "seed").shapes {
                let (points, more) = match shape {
                    Shape::Circle(at, radius) => (vec![at], radius),
                    Shape::Line(points) => (points, 0.0),
                    other => panic!("{other:?}"),
                };
                assert!(
                    points.iter().all(|(x, y)| (x * x + y * y).sqrt() + more <= 1.0 + 1e-12),
                    "{method:?}"
                );
            }
        }
    }
    let long = "The quick brown fox jumps over the lazy dog ".repeat(4);
    for method in METHODS {
        let asked = serde_json::json!({"intention": long, "method": method, "size": 2048, "birth_date": "1990-01-01"});
        let result = forge(asked);
        assert!(result.svg.len() < 16_384, "{}", result.svg.len());
        assert_eq!(result.kept.len(), 21);
        read(&result.svg);
    }
}

#[test]
fn hostile_intentions_stay_text() {
    let intention = "</title><script>alert('x')</script><svg onload=\"x\">&amp; \u{0}";
    let result = forge(serde_json::json!({"intention": intention, "method": "hybrid"}));
    let document = read(&result.svg);
    let title = document.descendants().find(|node| node.tag_name().name() == "title").unwrap();
    assert_eq!(title.text().unwrap(), intention.replace('\0', "\u{fffd}"));
}

#[test]
fn every_method_has_its_texts() {
    for method in METHODS {
        let result = forge(serde_json::json!({"intention": "calm", "method": method, "full_name": "Zoë"}));
        assert!(!result.about.is_empty() && result.title.starts_with(&result.method_name));
    }
}
