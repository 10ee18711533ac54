use proptest::prelude::*;
use serde_json::value::RawValue;

use super::*;

fn outcome(title: &str, summary: &str, result: &str) -> Outcome {
    let result = RawValue::from_string(result.to_owned()).unwrap();
    Outcome { title: title.to_owned(), summary: summary.to_owned(), result }
}

#[test]
fn a_result_shows_what_has_a_title_and_a_text() {
    let result = r#"{"seed":"7a","cards":[{"title":"Present: The Star","text":"Hope."},{"name":"x"}],"life":{"title":"Seven","text":"Think."}}"#;
    let answer = reading(Engine::Tarot, &outcome("The Star", "One card.", result), Some("What *now*?"));
    assert_eq!(
        answer.markdown,
        "# The Star\n\n> What \\*now\\*?\n\nOne card\\.\n\n## Present: The Star\n\nHope\\.\n\n## Seven\n\nThink\\."
    );
    assert_eq!((answer.subtitle.as_str(), answer.actions[2].value.as_str()), ("What *now*?", "7a"));
}

proptest! {
    #[test]
    fn an_answer_never_outgrows_eight_kilobytes(
        title in "\\PC{0,200}",
        summary in "(\\PC|\n|\\*){0,1000}",
        text in "(\\PC|_){0,1000}",
        question in proptest::option::of("(\\PC|<|0){0,300}|0{300}"),
    ) {
        let sections: Vec<Value> =
            (0..40).map(|_| serde_json::json!({"title": &title, "text": &text})).collect();
        let result = serde_json::json!({"seed": &title, "all": sections}).to_string();
        let answer = reading(Engine::Numerology, &outcome(&title, &summary, &result), question.as_deref());
        let bytes = serde_json::to_string(&answer).unwrap().len();
        prop_assert!(bytes <= 8 * 1024, "{bytes}");
        let lengths = [&answer.title, &answer.subtitle, &answer.markdown].map(|text| text.chars().count());
        prop_assert!(lengths[0] <= 200 && lengths[1] <= 200 && lengths[2] <= 4_000, "{lengths:?}");
    }
}
