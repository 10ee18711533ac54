use super::{LOANS, OPENAPI, SHELF, VISITS, refused};

#[test]
fn operations_spell_everything_out() {
    refused(&[
        (SHELF, "/health: {get: {auth: null}}", "/~1health/get", "`auth` is missing"),
        (
            SHELF,
            "/health: {get: {auth: everyone}}",
            "/~1health/get/auth",
            "`everyone` is none of public, user, admin",
        ),
        (
            SHELF,
            "/health: {get: {scopes: [books:read]}}",
            "/~1health/get/scopes",
            "a public operation needs no scopes",
        ),
        (SHELF, "/api/v1/books: {get: {scopes: null}}", "/~1api~1v1~1books/get", "`scopes` is missing"),
        (
            SHELF,
            "/api/v1/books: {get: {scopes: [books:eat]}}",
            "/~1api~1v1~1books/get/scopes/0",
            "unknown scope `books:eat`",
        ),
        (SHELF, "/health: {get: {rate: null}}", "/~1health/get", "`rate` is missing"),
        (
            SHELF,
            "/health: {get: {rate: {class: fast}}}",
            "/~1health/get/rate/class",
            "unknown rate class `fast`",
        ),
        (SHELF, "/health: {get: {cache: null}}", "/~1health/get", "`cache` is missing"),
        (
            SHELF,
            "/health: {get: {cache: {max_age: 5}}}",
            "/~1health/get/cache/max_age",
            "nobody may keep the answer",
        ),
        (SHELF, "/health: {get: {budget: null}}", "/~1health/get", "`budget` is missing"),
        (
            SHELF,
            "/health: {get: {summary: ''}}",
            "/~1health/get/summary",
            "must be a string that is not empty",
        ),
        (SHELF, "/health: {get: {description: null}}", "/~1health/get", "`description` is missing"),
        (SHELF, "/health: {get: {examples: null}}", "/~1health/get", "at least one example"),
        (
            SHELF,
            "/api/v1/books: {post: {idempotency: null}}",
            "/~1api~1v1~1books/post",
            "`idempotency` is missing: a POST",
        ),
        (
            SHELF,
            "/health: {get: {idempotency: optional}}",
            "/~1health/get/idempotency",
            "a GET is idempotent already",
        ),
        (SHELF, "/health: {get: {if_match: optional}}", "/~1health/get/if_match", "a GET changes nothing"),
        (
            SHELF,
            "/health: {get: {problems: [no-such]}}",
            "/~1health/get/problems/0",
            "unknown problem `no-such`",
        ),
        (
            SHELF,
            "/api/v1/books/{id}: {delete: {deprecated: {sunset: soon}}}",
            "/~1api~1v1~1books~1{id}/delete/deprecated/sunset",
            "must be a date",
        ),
        (
            SHELF,
            "/health: {get: {operation_id: health}}",
            "/~1health/get/operation_id",
            "not of the form <verb>_<noun>",
        ),
        (
            SHELF,
            "/api/v1/books/count: {get: {operation_id: find_health}}",
            "/~1api~1v1~1books~1count/get/operation_id",
            "`find_health` is used twice",
        ),
        (
            SHELF,
            "/api/v1/books: {get: {cache: {scope: public}}}",
            "/~1api~1v1~1books/get/cache/scope",
            "not kept by shared caches",
        ),
        (
            SHELF,
            "/api/v1/books: {post: {cache: {scope: private, max_age: 0}}}",
            "/~1api~1v1~1books/post/cache/scope",
            "only the answer to a GET",
        ),
    ]);
}

#[test]
fn budgets_hold_or_are_argued() {
    refused(&[
        (SHELF, "/health: {get: {budget: {d1: 3}}}", "/~1health/get/budget", "3 calls are more than 2"),
        (
            SHELF,
            "/api/v1/books/count: {get: {budget: {kv: 1}}}",
            "/~1api~1v1~1books~1count/get/budget",
            "2 calls are more than 1",
        ),
        (
            OPENAPI,
            "budget_exceptions: {burn_book: Why not.}",
            "/budget_exceptions/burn_book",
            "there is no operation `burn_book`",
        ),
        (
            OPENAPI,
            "budget_exceptions: {find_health: Why not.}",
            "/budget_exceptions/find_health",
            "needs no exception",
        ),
    ]);
}

#[test]
fn routes_cannot_be_mistaken() {
    const SAME: &str = "/api/v1/books/{key}: {get: {operation_id: find_book, path: {key: {type: string, maxLength: 9, description: K., data_class: public}}, summary: S, description: D, auth: public, rate: {class: read, cost: 1}, cache: {scope: none, etag: none}, budget: {d1: 0, kv: 0, object: 0, upstream: 0}, responses: {'200': {description: D, type: Health}}, examples: {a: {summary: S, path: {key: a}, status: 200, response: {status: ok}}}}}";
    let twice = SAME.replace("/{key}:", "/{key}/loans/friend:");
    let twice = Box::leak(
        twice
            .replace("books/", "{book}/")
            .replace(
                "path: {",
                "path: {book: {type: string, maxLength: 9, description: K., data_class: public}, ",
            )
            .replace(
                "path: {book: {type: string, maxLength: 9, description: K., data_class: public}, key: a}",
                "path: {book: b, key: a}",
            )
            .into_boxed_str(),
    );
    refused(&[
        (
            SHELF,
            SAME,
            "/~1api~1v1~1books~1{key}/get",
            "the parameters are named otherwise in `/api/v1/books/{id}`",
        ),
        (
            LOANS,
            twice,
            "/~1api~1v1~1{book}~1{key}~1loans~1friend/get",
            "cannot be told from `/api/v1/books/{id}/loans/{to}`",
        ),
        (
            SHELF,
            "/api/v1/books/{id}: {delete: {path: null, examples: {gone: {path: null}}}}",
            "/~1api~1v1~1books~1{id}/delete",
            "the path parameter `id` is not declared",
        ),
        (
            SHELF,
            "/health: {get: {path: {x: {type: boolean, description: D., data_class: public}}, examples: {ok: {path: {x: true}}}}}",
            "/~1health/get/path/x",
            "`x` is not in the path",
        ),
    ]);
}

#[test]
fn what_is_kept_is_a_read_that_events_end() {
    let books = "/~1api~1v1~1books/get/cache/kept";
    let cases = [
        ("kept: {until: null}", books.to_owned(), "`until` is missing"),
        ("kept: {until: []}", books.to_owned(), "`until` is missing"),
        ("kept: {until: [book, moon]}", format!("{books}/until/1"), "unknown event `moon`"),
        ("kept: {seconds: 0}", books.to_owned(), "1 to 600 seconds"),
        ("kept: {seconds: 601}", books.to_owned(), "1 to 600 seconds"),
        ("kept: {stale: 601}", books.to_owned(), "1 to 600 seconds"),
        ("kept: {for: 1}", format!("{books}/for"), "unknown"),
        ("etag: none", books.to_owned(), "has an entity tag"),
    ];
    for (change, pointer, reason) in cases {
        let change = format!("/api/v1/books: {{get: {{cache: {{{change}}}}}}}");
        let found = super::diagnostics(SHELF, &change);
        assert!(
            found.iter().any(|d| d.pointer == pointer && d.reason.contains(reason)),
            "{change}: {found:?}"
        );
    }
    refused(&[
        (SHELF, "/api/v1/books: {get: {audited: true}}", books, "each call leaves a record"),
        (
            SHELF,
            "/api/v2/books/{id}/title: {get: {cache: {kept: {until: [book]}}}}",
            "/~1api~1v2~1books~1{id}~1title/get/cache/kept",
            "depends on no account's events",
        ),
        (
            SHELF,
            "/api/v1/books: {get: {headers: {X-Mood: {type: string, maxLength: 4, description: A mood., data_class: public}}}}",
            books,
            "depends on headers",
        ),
        (
            SHELF,
            "/health: {get: {cache: {kept: {seconds: 5}}}}",
            "/~1health/get/cache/kept",
            "has no meaning",
        ),
    ]);
}

#[test]
fn versions_are_declared_and_one_of_them_is_current() {
    refused(&[
        (
            OPENAPI,
            "versions: {v2: {state: over}}",
            "/versions/v2/state",
            "none of current, deprecated, retired",
        ),
        (OPENAPI, "versions: {v2: {since: soon}}", "/versions/v2/since", "must be a date"),
        (OPENAPI, "versions: {v1: {sunset: null}}", "/versions/v1", "says until when"),
        (OPENAPI, "versions: {v1: {state: current}}", "/versions/v1", "exactly one version is current"),
        (
            OPENAPI,
            "versions: {next: {state: retired, since: 2026-03-01, sunset: 2026-03-01, link: /x}}",
            "/versions/next",
            "named `v` and a number",
        ),
    ]);
    let undeclared =
        super::diagnostics(OPENAPI, "versions: {v2: null, v3: {state: current, since: 2026-03-01}}");
    assert!(undeclared.iter().any(|d| d.reason.contains("`v2` is not declared")), "{undeclared:?}");
    let retired = super::diagnostics(OPENAPI, "versions: {v1: {state: retired}}");
    assert!(retired.iter().any(|d| d.reason.contains("`v1` is retired")), "{retired:?}");
}

#[test]
fn only_json_has_fields_that_can_be_asked_for() {
    refused(&[
        (VISITS, "/visit: {get: {light: true}}", "/~1visit/get/light", "only JSON has fields"),
        (
            SHELF,
            "/api/v1/books: {get: {query: {fields: {type: string, maxLength: 4, description: Some., data_class: public}}}}",
            "/~1api~1v1~1books/get/light",
            "declared already",
        ),
    ]);
}
