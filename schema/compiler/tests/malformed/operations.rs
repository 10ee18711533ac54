use super::{LOANS, OPENAPI, SHELF, refused};

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
