use super::{BOOK, Case, LOANS, SHELF, diagnostics, refused};

#[test]
fn bodies_and_answers_fit_their_operation() {
    const BODY: &str = "/health: {get: {body_limit: 10, body: {type: LoanToFriend}, examples: {ok: {body: {email: a@b.co}}}}}";
    refused(
        &[
            (SHELF, BODY, "/~1health/get/body", "a GET has no body"),
            (
                SHELF,
                "/health: {get: {body_limit: 10}}",
                "/~1health/get/body_limit",
                "without a body has no `body_limit`",
            ),
            (
                SHELF,
                "/api/v1/books: {post: {body_limit: null}}",
                "/~1api~1v1~1books/post",
                "`body_limit` is missing",
            ),
            (
                SHELF,
                "/api/v1/books: {post: {body_limit: 1048577}}",
                "/~1api~1v1~1books/post/body_limit",
                "1 byte to 1 MiB",
            ),
            (
                SHELF,
                "/api/v1/books/{id}: {patch: {body: {merge_patch: null, type: BookPatch}}}",
                "/~1api~1v1~1books~1{id}/patch/body/type",
                "is a patch: use `merge_patch`",
            ),
            (
                BOOK,
                "BookPatch: {patch: false}",
                "/~1api~1v1~1books~1{id}/patch/body/merge_patch",
                "`BookPatch` is no patch",
            ),
            (LOANS, "/api/v1/books/{id}/loans/{to}: {post: {body: {of: {library: null}}}}", "", ""),
            (
                LOANS,
                "/api/v1/books/{id}/loans/{to}: {post: {body: {by: id}}}",
                "/~1api~1v1~1books~1{id}~1loans~1{to}/post/body/by",
                "no path parameter with a closed list",
            ),
            (
                SHELF,
                "/health: {get: {responses: {'200': null}}}",
                "/~1health/get/responses",
                "exactly one 2xx response, not 0",
            ),
            (
                SHELF,
                "/health: {get: {responses: {'203': {description: Also., type: Health}}}}",
                "/~1health/get/responses",
                "exactly one 2xx response, not 2",
            ),
            (
                SHELF,
                "/health: {get: {responses: {'404': {description: No., type: none}}}}",
                "/~1health/get/responses/404",
                "a status of 200 to 299",
            ),
            (SHELF, "/health: {get: {responses: {'200': {type: Helth}}}}", "", ""),
            (SHELF, "/api/v1/books/{id}: {delete: {responses: {'204': {type: Book}}}}", "", ""),
            (
                SHELF,
                "/api/v1/books: {post: {responses: {'201': {headers: [X-Other]}}}}",
                "/~1api~1v1~1books/post/responses/201/headers/0",
                "unknown header `X-Other`",
            ),
            (
                SHELF,
                "/health: {get: {cache: {etag: version}}}",
                "/~1health/get/cache/etag",
                "no required integer `version`",
            ),
            (
                SHELF,
                "/api/v1/books: {post: {location: '/api/v1/books/{shelf_name}'}}",
                "/~1api~1v1~1books/post/location",
                "no required `shelf_name`",
            ),
        ]
        .into_iter()
        .filter(|(.., reason)| !reason.is_empty())
        .map(|(file, change, pointer, reason)| {
            // A patch without its flag is seen where it is used.
            (
                if change.starts_with("BookPatch") { "types/book.yaml>paths/shelf.yaml" } else { file },
                change,
                pointer,
                reason,
            )
        })
        .collect::<Vec<Case>>(),
    );
}

#[test]
fn one_mistake_may_be_told_at_each_place_that_it_breaks() {
    let cases = [
        (
            LOANS,
            "/api/v1/books/{id}/loans/{to}: {post: {body: {of: {library: null}}}}",
            "must have the values of `to`: friend, library",
        ),
        (SHELF, "/health: {get: {responses: {'200': {type: Helth}}}}", "unknown type `Helth`"),
        (SHELF, "/api/v1/books/{id}: {delete: {responses: {'204': {type: Book}}}}", "a 204 carries nothing"),
        (SHELF, "/health: {get: {responses: {'200': {type: none}}}}", "a 200 carries a type or a list"),
    ];
    for (file, change, reason) in cases {
        let found = diagnostics(file, change);
        assert!(found.iter().any(|d| d.file == file && d.reason.contains(reason)), "{reason}\n{found:#?}");
    }
    let found = diagnostics(BOOK, "NewBook: {discriminator: {mapping: {audio: null}}}");
    let expected = ("/NewBook/discriminator", "discriminator has no value for `NewAudioBook`");
    assert!(found.iter().any(|d| (d.pointer.as_str(), d.reason.as_str()) == expected), "{found:#?}");
}

#[test]
fn examples_pass_their_own_checks() {
    const GENRE: &str = "/~1api~1v1~1books/get/examples/first/query/genre";
    refused(&[
        (
            SHELF,
            "/api/v1/books: {get: {examples: {first: {query: {genre: poem}}}}}",
            GENRE,
            "the example breaks its schema: must be one of",
        ),
        (
            SHELF,
            "/api/v1/books: {get: {examples: {first: {query: {colour: red}}}}}",
            "/~1api~1v1~1books/get/examples/first/query/colour",
            "there is no parameter `colour`",
        ),
        (
            SHELF,
            "/api/v1/books: {post: {examples: {paper: {body: {pages: 0}}}}}",
            "/~1api~1v1~1books/post/examples/paper/body/pages",
            "must be at least 1",
        ),
        (
            SHELF,
            "/api/v1/books: {post: {examples: {paper: {body: null}}}}",
            "/~1api~1v1~1books/post/examples/paper",
            "the example has no `body`",
        ),
        (
            SHELF,
            "/api/v1/books: {post: {examples: {paper: {response: {lent: 1}}}}}",
            "/~1api~1v1~1books/post/examples/paper/response/lent",
            "must be a boolean",
        ),
        (
            SHELF,
            "/health: {get: {examples: {ok: {status: 404}}}}",
            "/~1health/get/examples/ok/status",
            "does not answer with the status 404",
        ),
        (
            SHELF,
            "/api/v1/books/{id}: {delete: {examples: {gone: {path: {id: null}}}}}",
            "/~1api~1v1~1books~1{id}/delete/examples/gone/path",
            "lacks the parameter `id`",
        ),
        (
            BOOK,
            "Book: {properties: {title: {examples: [7]}}}",
            "/Book/properties/title/examples/0",
            "must be a string",
        ),
        (
            SHELF,
            "/api/v1/books: {get: {examples: {first: {response: {more: 1}}}}}",
            "/~1api~1v1~1books/get/examples/first/response",
            "a page has exactly",
        ),
    ]);
}
