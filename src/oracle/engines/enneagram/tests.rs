use proptest::prelude::*;

use super::scores::{ABOUT_TYPES, Tally, confidence};
use super::*;
use crate::oracle::engines::book::built as book;

fn ask(json: serde_json::Value) -> Result<EnneagramResult, EngineProblem> {
    let input: EnneagramInput = serde_json::from_value(json).unwrap();
    calculate(&settle(&input)?, book())
}

fn refused(json: serde_json::Value) -> Vec<(&'static str, &'static str)> {
    let EngineProblem::Refused(refusals) = ask(json).unwrap_err() else { panic!("not refused") };
    refusals.iter().map(|refusal| (refusal.pointer, refusal.code)).collect()
}

/// Answers by what a statement speaks for.
fn answers(count: usize, answer: impl Fn(u8) -> i64) -> serde_json::Value {
    let given = texts::ENNEAGRAM_ITEMS
        .iter()
        .take(count)
        .zip(1..)
        .map(|((of, _), item): (_, i64)| (item.to_string(), serde_json::json!(answer(*of))));
    serde_json::json!({"method": "assessment", "answers": given.collect::<serde_json::Map<_, _>>()})
}

#[test]
fn the_statements_are_four_for_each_type_and_three_for_each_instinct() {
    let items = items();
    assert_eq!((items.items.len(), items.scale.len()), (45, 5));
    assert!(items.items.iter().zip(1..).all(|(item, number)| item.item == number));
    for of in 1..=12_u8 {
        let count = texts::ENNEAGRAM_ITEMS.iter().filter(|(subject, _)| *subject == of).count();
        assert_eq!(count, if of > 9 { 3 } else { 4 }, "{of}");
    }
    assert!(texts::ENNEAGRAM_ITEMS[..ABOUT_TYPES].iter().all(|(of, _)| *of <= 9));
    // No two in a row speak for the same.
    assert!(texts::ENNEAGRAM_ITEMS.windows(2).all(|pair| pair[0].0 != pair[1].0));
}

#[test]
fn who_agrees_with_one_type_is_of_that_type() {
    for number in 1..=9_u8 {
        let wing = number % 9 + 1;
        let given = answers(45, |of| match of {
            of if of == number => 5,
            of if of == wing => 3,
            11 => 4,
            _ => 1,
        });
        let result = ask(given).unwrap();
        assert_eq!((result.r#type, result.wing), (i64::from(number), Some(i64::from(wing))));
        assert_eq!((result.instinct, result.confidence), (Some(Instinct::Social), Some(0.67)));
        assert_eq!((result.scores[0].points, result.scores[0].percent), (20, 100.0));
        assert_eq!((result.scores[1].points, result.scores[1].percent), (12, 50.0));
        assert_eq!(
            (result.instinct_scores[0].key.as_str(), result.instinct_scores[0].percent),
            ("social", 75.0)
        );
        assert_eq!(result.candidates, [i64::from(number)]);
        let other = texts::ENNEAGRAM_TYPES[usize::from(number) - 1].wings[1];
        assert_eq!(result.wing_text.as_deref(), Some(book().of(other)));
    }
}

#[test]
fn equal_answers_leave_everything_open_and_say_so() {
    for answer in 1..=5 {
        let result = ask(answers(45, |_| answer)).unwrap();
        assert_eq!((result.confidence, result.wing, result.instinct), (Some(0.0), None, None));
        assert_eq!(result.candidates.len(), 9);
        assert!(result.summary.contains("Within two points"), "{}", result.summary);
    }
    let result = ask(answers(ABOUT_TYPES, |of| i64::from(of == 6) + 2)).unwrap();
    assert_eq!((result.r#type, result.confidence, result.instinct), (6, Some(0.5), None));
    assert!(result.instinct_scores.is_empty());
}

#[test]
fn a_shared_lead_goes_to_the_type_with_the_stronger_neighbours() {
    let result = ask(answers(36, |of| match of {
        4 | 7 => 5,
        8 => 3,
        _ => 1,
    }));
    let result = result.unwrap();
    assert_eq!((result.r#type, result.wing, result.confidence), (7, Some(8), Some(0.0)));
    assert_eq!(result.candidates, [7, 4]);
    let result = ask(answers(36, |of| if [2, 9].contains(&of) { 4 } else { 1 })).unwrap();
    assert_eq!(result.candidates, [2, 9], "then to the lower number");
}

#[test]
fn growth_and_stress_are_each_others_way_back() {
    let growth: Vec<i64> = (1..=9).map(|number| arrows(number).0).collect();
    assert_eq!(growth, [7, 4, 6, 1, 8, 9, 5, 2, 3]);
    for number in 1..=9 {
        let (to, from) = arrows(number);
        assert_eq!((arrows(to).1, arrows(from).0), (number, number));
        assert!(!neighbours(number).contains(&to));
    }
    assert_eq!((neighbours(1), neighbours(9), neighbours(5)), ([9, 2], [8, 1], [4, 6]));
}

#[test]
fn what_somebody_says_is_taken_without_a_confidence() {
    let result =
        ask(serde_json::json!({"method": "self_select", "type": 9, "wing": 1, "instinct": "one_to_one"}));
    let result = result.unwrap();
    assert_eq!(result.title, "Type 9, Harmoniser, wing 1, one-to-one");
    assert_eq!((result.growth_type, result.stress_type, result.confidence), (3, 6, None));
    assert_eq!((result.candidates.as_slice(), result.scores.len()), (&[9][..], 0));
    let alone = ask(serde_json::json!({"method": "self_select", "type": 2})).unwrap();
    assert_eq!((alone.wing, alone.instinct, alone.title.as_str()), (None, None, "Type 2, Befriender"));
}

#[test]
fn what_does_not_fit_is_refused_with_its_reason() {
    use serde_json::json;
    assert_eq!(refused(json!({"method": "assessment"})), [("/answers", "unanswered")]);
    let mut some = answers(36, |_| 3);
    some["answers"].as_object_mut().unwrap().remove("17");
    some["answers"]["46"] = json!(1);
    some["answers"]["01"] = json!(1);
    assert_eq!(refused(some.clone()), [("/answers", "unknown-item"), ("/answers", "unanswered")]);
    // One answer about instincts asks for all nine.
    let mut partly = answers(36, |_| 3);
    partly["answers"]["40"] = json!(5);
    assert_eq!(refused(partly), [("/answers", "unanswered")]);
    let mut mixed = answers(36, |_| 3);
    (mixed["type"], mixed["wing"], mixed["instinct"]) = (json!(1), json!(2), json!("social"));
    assert_eq!(
        refused(mixed),
        [("/type", "other-method"), ("/wing", "other-method"), ("/instinct", "other-method")]
    );
    assert_eq!(
        refused(json!({"method": "self_select", "type": 1, "answers": {}})),
        [("/answers", "other-method")]
    );
    assert_eq!(refused(json!({"method": "self_select"})), [("/type", "required")]);
    for wing in [1, 3, 5] {
        let asked = json!({"method": "self_select", "type": 1, "wing": wing});
        assert_eq!(refused(asked), [("/wing", "not-a-neighbour")]);
    }
}

proptest! {
    #[test]
    fn any_answers_give_a_ranking_that_adds_up(digits in proptest::collection::vec(1_u8..=5, 45), short: bool) {
        let count = if short { ABOUT_TYPES } else { 45 };
        let text: String = digits[..count].iter().map(|digit| char::from(b'0' + digit)).collect();
        let tally = Tally::new(&text).unwrap();
        let types = tally.types();
        prop_assert_eq!(types.iter().map(|place| place.points).sum::<i64>(), digits[..36].iter().map(|d| i64::from(*d)).sum::<i64>());
        prop_assert!(types.windows(2).all(|pair| pair[0].points >= pair[1].points));
        let sure = confidence(&types).unwrap();
        prop_assert!((0.0..=0.8).contains(&sure));
        prop_assert_eq!(sure == 0.0, types[0].points == types[1].points);
        prop_assert_eq!(tally.instincts().len(), if short { 0 } else { 3 });
        if let Some(wing) = tally.wing(types[0].of) {
            prop_assert!(neighbours(types[0].of).contains(&wing));
        }
    }

    #[test]
    fn anything_else_is_no_canonical_answer(text in "[0-9]{0,50}") {
        let good = [ABOUT_TYPES, 45].contains(&text.len()) && text.bytes().all(|b| (b'1'..=b'5').contains(&b));
        prop_assert_eq!(Tally::new(&text).is_some(), good);
    }
}
