use super::{LOANS, OPENAPI, SHELF, diagnostics, refused};

#[test]
fn scopes_say_what_they_mean_and_who_may_hold_them() {
    refused(&[
        (OPENAPI, "scopes: {x: {holders: [session]}}", "/scopes/x", "`meaning` is missing"),
        (OPENAPI, "scopes: {x: {meaning: M.}}", "/scopes/x", "`holders` is missing"),
        (OPENAPI, "scopes: {x: {meaning: M., holders: []}}", "/scopes/x", "nobody may hold `x`"),
        (
            OPENAPI,
            "scopes: {x: {meaning: M., holders: [session, guest]}}",
            "/scopes/x/holders/1",
            "`guest` is none of session, key, client, support, admin",
        ),
        (OPENAPI, "scopes: {x: {meaning: M., holders: [key, key]}}", "/scopes/x/holders/1", "given twice"),
        (
            OPENAPI,
            "scopes: {x:y:z:q: {meaning: M., holders: [key]}}",
            "/scopes/x:y:z:q",
            "no name of a scope",
        ),
        (OPENAPI, "scopes: {x: {meaning: M., holders: [key], cost: 1}}", "/scopes/x/cost", "unknown keyword"),
    ]);
    let many: String = (0..65).map(|index| format!("s{index}: {{meaning: M., holders: [key]}}, ")).collect();
    let found = diagnostics(OPENAPI, &format!("scopes: {{{many}}}"));
    let (first, reason) = (&found[0].pointer, &found[0].reason);
    assert_eq!((first.as_str(), reason.as_str()), ("/scopes/s61", "there are more than 64 scopes"));
}

#[test]
fn an_operation_is_open_to_those_whom_it_is_for() {
    refused(&[
        (
            SHELF,
            "/api/v1/books: {get: {scopes: [books:read, admin:books:read]}}",
            "/~1api~1v1~1books/get/scopes/1",
            "`admin:books:read` is not held by `session`",
        ),
        (
            SHELF,
            "/api/v1/books/count: {get: {scopes: [books:read]}}",
            "/~1api~1v1~1books~1count/get/scopes/0",
            "`books:read` is not held by `admin`",
        ),
        (SHELF, "/health: {get: {sensitive: true}}", "/~1health/get/sensitive", "looks at no credential"),
        (SHELF, "/health: {get: {audited: true}}", "/~1health/get/audited", "no caller to record"),
        (
            SHELF,
            "/health: {get: {step_up: true}}",
            "/~1health/get/step_up",
            "a public operation looks at no credential",
        ),
        (
            LOANS,
            "/api/v1/books/{id}/loans/{to}: {post: {step_up: often}}",
            "/~1api~1v1~1books~1{id}~1loans~1{to}/post/step_up",
            "must be true or false",
        ),
    ]);
}

#[test]
fn a_credential_is_shown_in_a_known_way() {
    refused(&[
        (
            OPENAPI,
            "security_schemes: {key: {credential: null}}",
            "/security_schemes/key",
            "`credential` is missing",
        ),
        (
            OPENAPI,
            "security_schemes: {key: {credential: badge}}",
            "/security_schemes/key/credential",
            "`badge` is none of session, key, admin_key, cookie",
        ),
        (OPENAPI, "security_schemes: {key: {in: query}}", "/security_schemes/key/in", "a header or a cookie"),
    ]);
}
