use crate::contract::policy::{Auth, BodyType, ETag, IfMatch, Kept, Refusals, VersionState};
use crate::contract::{Code, Operation, RateClass, Route, Scope, Scopes, route};

fn found(method: &str, path: &str) -> Option<(Operation, Option<String>)> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match route(method, &segments) {
        Route::Found(operation, params) => Some((operation, params.get("id").map(str::to_owned))),
        _ => None,
    }
}

#[test]
fn literals_win_over_parameters() {
    assert_eq!(found("GET", "/api/v1/books/count"), Some((Operation::CountBooks, None)));
    assert_eq!(found("DELETE", "/api/v1/books/x"), Some((Operation::DeleteBook, Some("x".to_owned()))));
    assert_eq!(found("GET", "/health"), Some((Operation::FindHealth, None)));
}

#[test]
fn a_wrong_method_names_the_right_ones() {
    assert_eq!(route("GET", &["api", "v1", "books", "x"]), Route::WrongMethod(&["PATCH", "DELETE"]));
    assert_eq!(route("get", &["health"]), Route::WrongMethod(&["GET"]));
}

#[test]
fn what_is_no_path_leads_nowhere() {
    let unknown: [&[&str]; 6] = [
        &[],
        &[""],
        &["health", ""],
        &["api", "v1", "books", ""],
        &["Health"],
        &["api", "v1", "books", "x", "y"],
    ];
    for segments in unknown {
        assert_eq!(route("GET", segments), Route::Unknown, "{segments:?}");
    }
}

#[test]
fn every_operation_is_reached_by_its_own_policy() {
    for operation in Operation::ALL {
        let policy = operation.policy();
        let path = policy.path.replace(['{', '}'], "");
        assert_eq!(
            found(policy.method, &path).map(|(found, _)| found),
            Some(*operation),
            "{}",
            operation.id()
        );
    }
}

#[test]
fn policies_say_what_the_contract_says() {
    let policy = Operation::UpdateBook.policy();
    assert_eq!(
        (policy.auth, policy.if_match, policy.body_type),
        (Auth::User, IfMatch::Required, BodyType::MergePatch)
    );
    assert_eq!((policy.cache.etag, policy.body_limit, policy.idempotency), (ETag::Version, 4096, true));
    assert_eq!((policy.rate_class, policy.scopes), (RateClass::Write, Scopes::of(&[Scope::BooksWrite])));
    assert_eq!(
        Operation::DeleteBook.policy().deprecated.map(|d| d.sunset),
        Some("Fri, 01 Jan 2027 00:00:00 GMT")
    );
    assert_eq!(Operation::LendBook.policy().budget.d1, 2);
    assert_eq!(Scope::parse("books:read"), Some(Scope::BooksRead));
    assert_eq!(Scope::parse("books"), None);
}

#[test]
fn codes_have_status_and_title() {
    assert_eq!(
        (Code::Conflict.as_str(), Code::Conflict.status(), Code::Conflict.title()),
        ("conflict", 409, "In the way")
    );
    assert!(Code::ALL.iter().all(|code| (400..600).contains(&code.status())));
}

#[test]
fn a_policy_says_how_an_operation_speaks() {
    let spoken = |operation: Operation| {
        let policy = operation.policy();
        (policy.body_type, policy.success, policy.redirect, policy.refusals)
    };
    assert_eq!(spoken(Operation::ShowVisit), (BodyType::None, 200, 303, Refusals::Page));
    assert_eq!(spoken(Operation::BeginVisit), (BodyType::Form, 302, 302, Refusals::Page));
    assert_eq!(spoken(Operation::IssueTicket), (BodyType::JsonOrForm, 200, 0, Refusals::OAuth));
    assert_eq!(spoken(Operation::FindHealth), (BodyType::None, 200, 0, Refusals::Document));
    let strict = |operation: Operation| {
        let policy = operation.policy();
        (policy.sensitive, policy.step_up, policy.audited)
    };
    assert_eq!(strict(Operation::LendBook), (true, true, false));
    assert_eq!(strict(Operation::CountBooks), (true, false, true));
    assert_eq!(strict(Operation::ListBooks), (false, false, false));
}

#[test]
fn a_deprecated_operation_says_so_in_headers() {
    let deprecation = Operation::DeleteBook.policy().deprecated.unwrap();
    let headers: Vec<(&str, String)> = deprecation.headers().collect();
    let expected = [
        ("deprecation", "@1767225600"),
        ("sunset", "Fri, 01 Jan 2027 00:00:00 GMT"),
        ("link", "</docs/migration>; rel=\"deprecation\""),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name, value.to_owned())));
    assert!(Operation::FindHealth.policy().deprecated.is_none());
}

#[test]
fn a_second_version_stands_beside_a_deprecated_one() {
    let [current, old] = &crate::contract::VERSIONS;
    assert_eq!((current.name, current.state, current.sunset), ("v2", VersionState::Current, ""));
    assert_eq!((old.name, old.state, old.since), ("v1", VersionState::Deprecated, "@1772323200"));
    assert_eq!((old.sunset, old.link), ("Mon, 01 Mar 2027 00:00:00 GMT", "/docs/move"));
    let (title, _) = found("GET", "/api/v2/books/0197f7a0-0000-7000-8000-000000000001/title").unwrap();
    assert_eq!(title, Operation::FindTitle);
    assert!(found("GET", "/api/v1/books/0197f7a0-0000-7000-8000-000000000001/title").is_none());
}

#[test]
fn what_is_kept_and_what_is_light_stands_in_the_policy() {
    let books = Operation::ListBooks.policy();
    assert_eq!(crate::contract::EVENTS, ["book", "loan"]);
    assert_eq!(books.cache.kept, Some(Kept { seconds: 60, stale: 30, on: 0b11 }));
    assert_eq!(Operation::FindTitle.policy().cache.kept, Some(Kept { seconds: 3_600, stale: 0, on: 0 }));
    assert_eq!(crate::contract::KEPT_ON, 0b11);
    assert!(books.light.starts_with("has_more items(created_at "), "{}", books.light);
    assert!(books.light.contains("extra*") && books.light.ends_with(") next_cursor"), "{}", books.light);
    assert_eq!(Operation::FindTitle.policy().light, "");
}
