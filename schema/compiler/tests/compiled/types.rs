use serde_json::json;

use crate::contract::check::check;
use crate::contract::resources;
use crate::contract::types::*;
use crate::contract::{Operation, checks};
use crate::resource::description::{ColumnKind, FilterOp};

#[test]
fn a_row_and_the_wire_read_alike() {
    let row = r#"{"id":"b1","title":"Emma","genre":"2nd-hand","pages":3,"lent":1,"returned":0,"tags":"[\"a\"]",
        "extra":"{\"k\":[1]}","note":null,"weight":0.5,"state":null,"created_at":"2026-01-05T08:00:00Z","version":2}"#;
    let book: Book = serde_json::from_str(row).unwrap();
    assert_eq!(
        (book.lent, book.returned, book.genre, book.state),
        (true, Some(false), Genre::V2ndHand, None)
    );
    assert_eq!((book.tags.as_slice(), book.extra.get()), (&["a".to_owned()][..], r#"{"k":[1]}"#));
    let wire = serde_json::to_value(&book).unwrap();
    assert_eq!(wire["extra"], json!({"k": [1]}));
    assert_eq!(wire["note"], json!(null));
    assert!(wire.get("state").is_none());
    let again: Book = serde_json::from_str(&wire.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), wire);
    assert!(serde_json::from_str::<Book>(&row.replace("\"lent\":1", "\"lent\":2")).is_err());
}

#[test]
fn sensitive_fields_stay_out_of_debug() {
    let book: Book = serde_json::from_value(json!({
        "id": "b1", "title": "Emma", "genre": "novel", "pages": 3, "lent": true, "tags": [], "extra": {"deep": "inner"},
        "note": "mine alone", "weight": null, "created_at": "2026-01-05T08:00:00Z", "version": 2,
    }))
    .unwrap();
    let text = format!("{book:?}");
    assert!(text.contains("Emma") && !text.contains("mine alone") && !text.contains("inner"), "{text}");
    let loan = Loan { ticket: "open sesame".to_owned(), until: chrono::NaiveDate::default() };
    assert!(!format!("{loan:?}").contains("sesame"));
}

#[test]
fn words_and_variants_agree() {
    for genre in Genre::ALL {
        assert_eq!(Genre::parse(genre.as_str()), Some(*genre));
        assert_eq!(serde_json::to_value(genre).unwrap(), json!(genre.as_str()));
    }
    assert_eq!(Genre::parse("poem"), None);
}

#[test]
fn a_variant_is_written_with_its_tag() {
    let text = r#"{"kind":"audio","title":"Emma","length":{"minutes":1.5},"abridged":true}"#;
    let book: NewBook = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&book).unwrap(), text);
    assert!(serde_json::from_str::<NewBook>(r#"{"kind":"tape"}"#).is_err());
}

#[test]
fn answers_have_descriptors() {
    assert!(checks::answer(Operation::DeleteBook).is_none());
    let page = checks::answer(Operation::ListBooks).unwrap();
    assert_eq!(check(page, &mut json!({"items": [], "has_more": false, "next_cursor": null})), []);
    let faults = check(page, &mut json!({"items": [{}], "has_more": false, "next_cursor": ""}));
    assert!(faults.iter().any(|fault| fault.pointer == "/items/0/id"));
    assert!(faults.iter().any(|fault| fault.pointer == "/next_cursor"));
}

#[test]
fn resources_are_described() {
    let book = &resources::BOOK;
    assert_eq!((book.name, book.table, book.owner, book.default_sort), ("book", "books", "user_id", 0));
    let kind = |name: &str| book.columns.iter().find(|column| column.name == name).map(|column| column.kind);
    assert_eq!(kind("extra"), Some(ColumnKind::Json));
    assert_eq!(kind("created_at"), Some(ColumnKind::Timestamp));
    assert_eq!(kind("shelf_name"), None);
    assert_eq!(book.filters[2].op, FilterOp::Gte);
    assert_eq!(resources::ALL.len(), 1);
}
