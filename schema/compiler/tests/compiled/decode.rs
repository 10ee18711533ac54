use crate::ask;
use crate::contract::checks;
use crate::contract::input::decode;
use crate::contract::read::FromValue;
use crate::contract::schema::Input;
use crate::contract::types::*;
use crate::kernel::id::Id;
use crate::kernel::patch::Patch;
use crate::kernel::problem::{Code, Place, Problem};
use crate::ports::Value;

const ID: &str = "0197f7a0-0000-7000-8000-000000000001";

fn read<T: FromValue>(input: &Input, method: &str, target: &str, body: Option<&str>) -> Result<T, Problem> {
    let header = |name: &str| (name == "x-reason").then(|| "curious".to_owned());
    decode(&ask(method, target, body).raw(&header), input)
}

/// Place, pointer and code of every violation.
fn violations<T: FromValue + std::fmt::Debug>(
    result: Result<T, Problem>,
) -> Vec<(Place, String, &'static str)> {
    let problem = result.unwrap_err();
    assert_eq!(problem.code, Code::InvalidRequest, "{problem:?}");
    problem.violations.into_iter().map(|found| (found.place, found.pointer, found.code)).collect()
}

fn list(query: &str) -> Result<ListBooksInput, Problem> {
    read(&checks::LIST_BOOKS_INPUT, "GET", &format!("/api/v1/books?{query}"), None)
}

fn create(body: &str) -> Result<CreateBookInput, Problem> {
    read(&checks::CREATE_BOOK_INPUT, "POST", "/api/v1/books", Some(body))
}

#[test]
fn query_parameters_are_typed() {
    let query = list("limit=7&genre=non-fiction&lent=true&before=2026-01-01T00%3A00%3A00%2B01%3A00&title=a+b%20c&sort=-title")
        .unwrap();
    assert_eq!((query.query.limit, query.query.sort.as_deref()), (Some(7), Some("-title")));
    assert_eq!(query.query.language, LanguageParameter::En);
    let at = Value::Integer(1_767_222_000_000);
    let expected = [
        ("genre", Value::Text("non-fiction".to_owned())),
        ("lent", Value::Bool(true)),
        ("before", at),
        ("title", Value::Text("a b c".to_owned())),
    ];
    assert_eq!(query.filter_values(), expected);
    assert_eq!(list("").unwrap().filter_values(), []);
}

#[test]
fn query_rules_are_told_at_once() {
    let found =
        violations(list("limit=101&limit=5&lent=1&colour=red&cursor=%21&min_pages=01&genre=&sort=pages"));
    let expected = [
        ("limit", "unique-items"),
        ("colour", "unknown-field"),
        ("limit", "maximum"),
        ("cursor", "format"),
        ("sort", "enum"),
        ("genre", "enum"),
        ("lent", "type"),
        ("min_pages", "type"),
    ];
    let mut expected: Vec<_> = expected.map(|(name, code)| (Place::Query, format!("/{name}"), code)).to_vec();
    let mut found = found;
    let key = |found: &(Place, String, &'static str)| (found.1.clone(), found.2);
    expected.sort_by_key(key);
    found.sort_by_key(key);
    assert_eq!(found, expected);
}

#[test]
fn numbers_of_a_query_have_one_spelling() {
    for (text, code) in [
        ("0", "minimum"),
        ("-1", "minimum"),
        ("+1", "type"),
        ("1.0", "type"),
        ("1e1", "type"),
        ("", "type"),
        ("99999999999999999999999", "maximum"),
        ("-99999999999999999999999", "minimum"),
        ("%001", "type"),
    ] {
        let expected = vec![(Place::Query, "/limit".to_owned(), code)];
        assert_eq!(violations(list(&format!("limit={text}"))), expected, "{text}");
    }
    assert_eq!(violations(list("title=%00"))[0].2, "nul");
}

#[test]
fn broken_escapes_are_malformed() {
    for query in ["title=%", "title=%4", "title=%zz", "title=%ff", "%ff=1", "title=%c3%28"] {
        assert_eq!(list(query).unwrap_err().code, Code::MalformedRequest, "{query}");
    }
    let path: Result<DeleteBookInput, _> =
        read(&checks::DELETE_BOOK_INPUT, "DELETE", "/api/v1/books/%f", None);
    assert_eq!(path.unwrap_err().code, Code::MalformedRequest);
}

#[test]
fn lists_and_headers_are_read() {
    let target = format!("/api/v1/books/count?ids={ID},{ID}&sinceDay=2026-02-03");
    let input: CountBooksInput = read(&checks::COUNT_BOOKS_INPUT, "GET", &target, None).unwrap();
    assert_eq!(input.query.ids, [Id(ID.to_owned()), Id(ID.to_owned())]);
    assert_eq!(input.query.since_day.map(|day| day.to_string()), Some("2026-02-03".to_owned()));
    assert_eq!(input.header.x_reason.as_deref(), Some("curious"));
    let missing = read::<CountBooksInput>(&checks::COUNT_BOOKS_INPUT, "GET", "/api/v1/books/count", None);
    assert_eq!(violations(missing), [(Place::Query, "/ids".to_owned(), "required")]);
    let wrong = "/api/v1/books/count?ids=a&sinceDay=2026-02-30";
    let found = violations(read::<CountBooksInput>(&checks::COUNT_BOOKS_INPUT, "GET", wrong, None));
    let expected = [("/ids/0", "format"), ("/sinceDay", "format")];
    assert_eq!(found, expected.map(|(pointer, code)| (Place::Query, pointer.to_owned(), code)));
}

#[test]
fn a_body_becomes_the_variant_it_names() {
    let input = create(r#"{"kind":"paper","title":"Emma","marks":{"plot":9.0}}"#).unwrap();
    let NewBook::Paper(paper) = input.body else { panic!() };
    assert_eq!((paper.title.as_str(), paper.pages, paper.genre), ("Emma", 100, Genre::Novel));
    assert_eq!(paper.marks.and_then(|marks| marks.get("plot").copied()), Some(9));
    let input = create(r#"{"kind":"audio","title":"Emma","length":{"minutes":90}}"#).unwrap();
    let NewBook::Audio(audio) = input.body else { panic!() };
    assert_eq!((audio.length.minutes.to_string().as_str(), audio.abridged), ("90", false));
}

#[test]
fn body_rules_are_told_at_once() {
    let found = violations(create(r#"{"kind":"paper","title":"","pages":0,"marks":{"a/b":10},"x":1}"#));
    let expected = [
        ("/title", "min-length"),
        ("/pages", "minimum"),
        ("/marks/a~1b", "maximum"),
        ("/x", "unknown-field"),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (Place::Body, pointer.to_owned(), code)));
    assert_eq!(violations(create("[]")), [(Place::Body, String::new(), "type")]);
    assert_eq!(violations(create("null")), [(Place::Body, String::new(), "type")]);
    let text = r#"{"kind":"audio","title":"\u0000","length":{"minutes":1,"minutes2":1}}"#;
    let expected = [("/title", "nul"), ("/length/minutes2", "unknown-field")];
    assert_eq!(
        violations(create(text)),
        expected.map(|(pointer, code)| (Place::Body, pointer.to_owned(), code))
    );
}

#[test]
fn an_unreadable_or_missing_body_is_malformed() {
    let deep = format!("{}1{}", "[".repeat(17), "]".repeat(17));
    for body in ["", "{", r#"{"kind":"paper","kind":"paper"}"#, r#"{"title":"\ud800"}"#, "{} {}", &deep] {
        assert_eq!(create(body).unwrap_err().code, Code::MalformedRequest, "{body}");
    }
    let none: Result<CreateBookInput, _> = read(&checks::CREATE_BOOK_INPUT, "POST", "/api/v1/books", None);
    assert_eq!(none.unwrap_err().code, Code::MalformedRequest);
}

#[test]
fn violations_of_all_parts_come_together() {
    let target = "/api/v1/books/nope?x=1";
    let found = violations(read::<UpdateBookInput>(
        &checks::UPDATE_BOOK_INPUT,
        "PATCH",
        target,
        Some(r#"{"title":null}"#),
    ));
    let expected = [
        (Place::Path, "/id", "format"),
        (Place::Query, "/x", "unknown-field"),
        (Place::Body, "/title", "type"),
    ];
    assert_eq!(found, expected.map(|(place, pointer, code)| (place, pointer.to_owned(), code)));
}

#[test]
fn a_patch_tells_absent_from_null() {
    let target = format!("/api/v1/books/{ID}");
    let patch = |body| {
        read::<UpdateBookInput>(&checks::UPDATE_BOOK_INPUT, "PATCH", &target, Some(body)).unwrap().body
    };
    assert_eq!(patch("{}"), BookPatch::default());
    assert_eq!(patch(r#"{"note":null}"#).note, Patch::Clear);
    assert_eq!(patch(r#"{"note":"x","title":"y"}"#).note, Patch::Set("x".to_owned()));
}

#[test]
fn the_path_chooses_the_body() {
    let lend = |to: &str, body| {
        read::<LendBookInput>(
            &checks::LEND_BOOK_INPUT,
            "POST",
            &format!("/api/v1/books/{ID}/loans/{to}"),
            Some(body),
        )
    };
    let input = lend("friend", r#"{"email":"a@b.co"}"#).unwrap();
    assert_eq!((input.path.to, input.path.id), (LendBookTo::Friend, Id(ID.to_owned())));
    assert!(matches!(input.body, LendBookBody::Friend(friend) if friend.email == "a@b.co"));
    let found = violations(lend("library", r#"{"email":"a@b.co"}"#));
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(violations(lend("bank", "{}")), [(Place::Path, "/to".to_owned(), "enum")]);
    // The same value in escapes is the same value.
    assert!(lend("%66riend", r#"{"email":"a@b.co"}"#).is_ok());
}

#[test]
fn many_violations_are_capped() {
    let query: Vec<String> = (0..500).map(|n| format!("x{n}=1")).collect();
    assert_eq!(violations(list(&query.join("&"))).len(), 100);
}

fn form<T: FromValue>(input: &Input, target: &str, body: &str) -> Result<T, Problem> {
    let asked = crate::Asked { form: true, ..ask("POST", target, Some(body)) };
    decode(&asked.raw(&|_| None), input)
}

fn visit(body: &str) -> Result<BeginVisitInput, Problem> {
    form(&checks::BEGIN_VISIT_INPUT, "/visit", body)
}

#[test]
fn a_form_becomes_the_type_it_fills() {
    let input = visit("who=Ada+L%26co&party=3&quiet=true&genre=novel").unwrap().body;
    assert_eq!((input.who.as_str(), input.party, input.quiet), ("Ada L&co", 3, Some(true)));
    assert_eq!(input.genre, Some(Genre::Novel));
    let input = visit("who=Ada").unwrap().body;
    assert_eq!((input.party, input.quiet), (1, None));
}

#[test]
fn a_form_is_held_to_the_rules_of_its_type() {
    let found = violations(visit("who=&party=0&party=2&quiet=yes&colour=red&who=x"));
    let expected = [
        ("/party", "unique-items"),
        ("/colour", "unknown-field"),
        ("/who", "unique-items"),
        ("/who", "min-length"),
        ("/party", "minimum"),
        ("/quiet", "type"),
    ];
    let mut found: Vec<(String, &str)> = found
        .into_iter()
        .map(|(place, pointer, code)| {
            assert_eq!(place, Place::Body);
            (pointer, code)
        })
        .collect();
    let mut expected: Vec<(String, &str)> = expected.map(|(name, code)| (name.to_owned(), code)).to_vec();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(violations(visit("party=1")), [(Place::Body, "/who".to_owned(), "required")]);
    assert_eq!(violations(visit("who=%00"))[0].2, "nul");
    let many: Vec<String> = (0..500).map(|n| format!("x{n}=1&who=a")).collect();
    assert_eq!(violations(visit(&many.join("&"))).len(), 100);
}

#[test]
fn an_unreadable_or_missing_form_is_malformed() {
    for body in ["", "who=%", "who=%zz", "who=%ff", "%e2%28=1"] {
        assert_eq!(visit(body).unwrap_err().code, Code::MalformedRequest, "{body}");
    }
    let latin = crate::Asked { form: true, body: Some(b"who=\xe9"), ..ask("POST", "/visit", None) };
    let result: Result<BeginVisitInput, _> = decode(&latin.raw(&|_| None), &checks::BEGIN_VISIT_INPUT);
    assert_eq!(result.unwrap_err().code, Code::MalformedRequest);
}

#[test]
fn an_open_form_ignores_what_it_does_not_know_and_what_is_empty() {
    let ticket = |body| form::<IssueTicketInput>(&checks::ISSUE_TICKET_INPUT, "/ticket", body);
    let input = ticket("code=abc&days=&resource=x&resource=y&=").unwrap().body;
    assert_eq!((input.code.as_str(), input.days), ("abc", None));
    assert_eq!(violations(ticket("code=&days=2")), [(Place::Body, "/code".to_owned(), "required")]);
    // RFC 6749 section 3.2: parameters must not be given more than once.
    assert_eq!(violations(ticket("code=a&code=")), [(Place::Body, "/code".to_owned(), "unique-items")]);
    let json = r#"{"code":"abc","days":"","resource":{"x":1}}"#;
    let input: IssueTicketInput = read(&checks::ISSUE_TICKET_INPUT, "POST", "/ticket", Some(json)).unwrap();
    assert_eq!((input.body.code.as_str(), input.body.days), ("abc", None));
}

#[test]
fn an_open_query_ignores_what_it_does_not_know_and_what_is_empty() {
    let show = |target: &str| read::<ShowVisitInput>(&checks::SHOW_VISIT_INPUT, "GET", target, None);
    let input = show("/visit?who=Ada&party=&colour=red&colour=blue").unwrap().query;
    assert_eq!((input.who.as_str(), input.party), ("Ada", None));
    assert_eq!(violations(show("/visit?who=")), [(Place::Query, "/who".to_owned(), "required")]);
    assert_eq!(violations(show("/visit?who=a&who=b")), [(Place::Query, "/who".to_owned(), "unique-items")]);
}
