//! Contracts that break one rule each: the good one with a change, and what is said about it.
//!
//! A change is a YAML map laid over the file: maps are merged, `null` removes, anything else replaces.

use std::path::Path;

use witness_contract::load::{Sources, load};
use witness_contract::node::Node;
use witness_contract::{Diagnostic, compile_sources};

const SHELF: &str = "paths/shelf.yaml";
const BOOK: &str = "types/book.yaml";
const LOAN: &str = "types/loan.yaml";
const OPENAPI: &str = "openapi.yaml";

/// File, change, pointer of the diagnostic, part of its reason.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn good() -> Sources {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good")).unwrap()
}

fn read(text: &str) -> Node {
    let mut sources = Sources::default();
    sources.add("change", text).unwrap();
    sources.file_mut("change").unwrap().clone()
}

fn lay_over(base: &mut Node, change: Node) {
    match (base, change) {
        (Node::Map(entries), Node::Map(changes)) => {
            for (key, change) in changes {
                let position = entries.iter().position(|(known, _)| *known == key);
                match (position, change) {
                    (Some(at), Node::Null) => drop(entries.remove(at)),
                    (Some(at), change) => lay_over(&mut entries[at].1, change),
                    (None, change) => entries.push((key, change)),
                }
            }
        }
        (base, change) => *base = change,
    }
}

fn diagnostics(file: &str, change: &str) -> Vec<Diagnostic> {
    let mut sources = good();
    lay_over(sources.file_mut(file).unwrap(), read(change));
    compile_sources(&sources).err().unwrap_or_default()
}

/// `change` breaks one rule, which is reported at `file#pointer` and nowhere else.
fn refused(cases: &[Case]) {
    for (file, change, pointer, reason) in cases {
        let (at, file) = file
            .split_once('>')
            .map_or((*file, *file), |(file, at)| (at, file));
        let found = diagnostics(file, change);
        let expected = found
            .iter()
            .any(|d| d.file == at && d.pointer == *pointer && d.reason.contains(reason));
        let list: String = found.iter().map(|d| format!("  {d}\n")).collect();
        assert!(expected, "{change}\nwanted {at}#{pointer}: {reason}\ngot\n{list}");
        assert_eq!(found.len(), 1, "{change}\ngot\n{list}");
    }
}

#[test]
fn the_good_one_is_good() {
    assert_eq!(compile_sources(&good()).err(), None);
}

#[test]
fn the_vocabulary_is_closed() {
    refused(&[
        (
            SHELF,
            "/health: {get: {colour: red}}",
            "/~1health/get/colour",
            "unknown keyword `colour`",
        ),
        (
            SHELF,
            "/health: {head: {}}",
            "/~1health/head",
            "unknown method `head`",
        ),
        (
            BOOK,
            "Genre: {maxlength: 3}",
            "/Genre/maxlength",
            "unknown keyword `maxlength`",
        ),
        (
            BOOK,
            "Genre: {minimum: 3}",
            "/Genre/minimum",
            "`minimum` does not fit string",
        ),
        (
            BOOK,
            "BookPatch: {properties: {title: {type: text}}}",
            "/BookPatch/properties/title/type",
            "unknown type `text`",
        ),
        (
            BOOK,
            "BookPatch: {properties: {title: {type: [string, integer]}}}",
            "/BookPatch/properties/title/type",
            "must be [<type>, \"null\"]",
        ),
        (
            LOAN,
            "LoanToFriend: {properties: {email: {format: mail}}}",
            "/LoanToFriend/properties/email/format",
            "unknown format `mail`",
        ),
        (
            LOAN,
            "LoanToFriend: {properties: {email: {data_class: private}}}",
            "/LoanToFriend/properties/email/data_class",
            "unknown data class `private`",
        ),
        (OPENAPI, "colour: red", "/colour", "unknown keyword `colour`"),
        (OPENAPI, "info: {license: null}", "/info", "`license` is missing"),
        (
            OPENAPI,
            "security_schemes: {key: {in: query}}",
            "/security_schemes/key/in",
            "travels in a header",
        ),
        (
            OPENAPI,
            "limits: {depth: 1000}",
            "/limits/depth",
            "must be 1 to 64",
        ),
        (
            OPENAPI,
            "response_headers: [X-Other]",
            "/response_headers/0",
            "unknown header `X-Other`",
        ),
    ]);
}

#[test]
fn operations_spell_everything_out() {
    refused(&[
        (
            SHELF,
            "/health: {get: {auth: null}}",
            "/~1health/get",
            "`auth` is missing",
        ),
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
        (
            SHELF,
            "/api/v1/books: {get: {scopes: null}}",
            "/~1api~1v1~1books/get",
            "`scopes` is missing",
        ),
        (
            SHELF,
            "/api/v1/books: {get: {scopes: [books:eat]}}",
            "/~1api~1v1~1books/get/scopes/0",
            "unknown scope `books:eat`",
        ),
        (
            SHELF,
            "/health: {get: {rate: null}}",
            "/~1health/get",
            "`rate` is missing",
        ),
        (
            SHELF,
            "/health: {get: {rate: {class: fast}}}",
            "/~1health/get/rate/class",
            "unknown rate class `fast`",
        ),
        (
            SHELF,
            "/health: {get: {cache: null}}",
            "/~1health/get",
            "`cache` is missing",
        ),
        (
            SHELF,
            "/health: {get: {cache: {max_age: 5}}}",
            "/~1health/get/cache/max_age",
            "nobody may keep the answer",
        ),
        (
            SHELF,
            "/health: {get: {budget: null}}",
            "/~1health/get",
            "`budget` is missing",
        ),
        (
            SHELF,
            "/health: {get: {summary: ''}}",
            "/~1health/get/summary",
            "must be a string that is not empty",
        ),
        (
            SHELF,
            "/health: {get: {description: null}}",
            "/~1health/get",
            "`description` is missing",
        ),
        (
            SHELF,
            "/health: {get: {examples: null}}",
            "/~1health/get",
            "at least one example",
        ),
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
        (
            SHELF,
            "/health: {get: {if_match: optional}}",
            "/~1health/get/if_match",
            "a GET changes nothing",
        ),
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
            (
                SHELF,
                "/api/v1/books/{id}/loans/{to}: {post: {body: {of: {library: null}}}}",
                "",
                "",
            ),
            (
                SHELF,
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
            (
                SHELF,
                "/health: {get: {responses: {'200': {type: Helth}}}}",
                "",
                "",
            ),
            (
                SHELF,
                "/api/v1/books/{id}: {delete: {responses: {'204': {type: Book}}}}",
                "",
                "",
            ),
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
                if change.starts_with("BookPatch") {
                    "types/book.yaml>paths/shelf.yaml"
                } else {
                    file
                },
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
            "/api/v1/books/{id}/loans/{to}: {post: {body: {of: {library: null}}}}",
            "must have the values of `to`: friend, library",
        ),
        (
            "/health: {get: {responses: {'200': {type: Helth}}}}",
            "unknown type `Helth`",
        ),
        (
            "/api/v1/books/{id}: {delete: {responses: {'204': {type: Book}}}}",
            "a 204 carries nothing",
        ),
        (
            "/health: {get: {responses: {'200': {type: none}}}}",
            "a 200 carries a type or a list",
        ),
    ];
    for (change, reason) in cases {
        let found = diagnostics(SHELF, change);
        assert!(
            found.iter().any(|d| d.file == SHELF && d.reason.contains(reason)),
            "{reason}\n{found:#?}"
        );
    }
    let found = diagnostics(BOOK, "NewBook: {discriminator: {mapping: {audio: null}}}");
    let expected = (
        "/NewBook/discriminator",
        "discriminator has no value for `NewAudioBook`",
    );
    assert!(
        found
            .iter()
            .any(|d| (d.pointer.as_str(), d.reason.as_str()) == expected),
        "{found:#?}"
    );
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
            SHELF,
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
fn budgets_hold_or_are_argued() {
    refused(&[
        (
            SHELF,
            "/health: {get: {budget: {d1: 3}}}",
            "/~1health/get/budget",
            "3 calls are more than 2",
        ),
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
fn inputs_are_bounded_and_fields_classified() {
    refused(&[
        (
            BOOK,
            "NewPaperBook: {properties: {title: {maxLength: null}}}",
            "/NewPaperBook/properties/title",
            "needs `maxLength`, `format`, `enum` or `const`",
        ),
        (
            BOOK,
            "NewPaperBook: {properties: {title: {maxLength: 5000}}}",
            "/NewPaperBook/properties/title/maxLength",
            "must be at most 4096",
        ),
        (
            BOOK,
            "NewPaperBook: {properties: {pages: {maximum: null}}}",
            "/NewPaperBook/properties/pages",
            "needs `minimum` and `maximum`",
        ),
        (
            BOOK,
            "NewPaperBook: {properties: {pages: {maximum: 9007199254740993}}}",
            "/NewPaperBook/properties/pages/maximum",
            "within ±2^53",
        ),
        (
            SHELF,
            "/api/v1/books/count: {get: {query: {ids: {maxItems: null}}}}",
            "/~1api~1v1~1books~1count/get/query/ids",
            "needs `maxItems`",
        ),
        (
            SHELF,
            "/api/v1/books/count: {get: {query: {ids: {items: {data_class: secret}}}}}",
            "/~1api~1v1~1books~1count/get/query/ids",
            "does not belong into an address",
        ),
        (
            SHELF,
            "/api/v1/books/count: {get: {query: {sinceDay: {type: object, raw: true, format: null}}, examples: {two: {query: {sinceDay: {}}}}}}",
            "/~1api~1v1~1books~1count/get/query/sinceDay",
            "cannot be written in the query",
        ),
        (
            SHELF,
            "/api/v1/books/count: {get: {headers: {Authorization: {type: boolean, description: D., data_class: public}}}}",
            "/~1api~1v1~1books~1count/get/headers/Authorization",
            "is the gateway's",
        ),
        (
            BOOK,
            "Book: {properties: {title: {data_class: null}}}",
            "/Book/properties/title",
            "`data_class` is missing",
        ),
        (
            BOOK,
            "Book: {properties: {title: {description: null}}}",
            "/Book/properties/title",
            "`description` is missing",
        ),
        (
            BOOK,
            "Book: {description: null}",
            "/Book",
            "`description` is missing",
        ),
        (
            BOOK,
            "Genre: {enum: [novel, non-fiction, 2nd-hand, novel]}",
            "/Genre/enum/3",
            "`novel` is given twice",
        ),
        (
            BOOK,
            "NewPaperBook: {properties: {pages: {default: 0}}}",
            "/NewPaperBook/properties/pages/default",
            "the default breaks its schema: must be at least 1",
        ),
        (
            BOOK,
            "NewPaperBook: {properties: {title: {default: x}}}",
            "/NewPaperBook/properties/title/default",
            "a required field needs no default",
        ),
        (
            BOOK,
            "BookPatch: {properties: {title: {default: x}}}",
            "/BookPatch/properties/title/default",
            "no default",
        ),
        (
            BOOK,
            "Book: {required: [id, title, genre, pages, lent, tags, extra, note, weight, created_at, version, owner]}",
            "/Book/required/11",
            "`required` names `owner`, which is no property",
        ),
    ]);
}

#[test]
fn types_are_used_and_keep_secrets() {
    refused(&[
        (
            LOAN,
            "Spare: {type: object, raw: true, description: D.}",
            "/Spare",
            "no operation uses the type `Spare`",
        ),
        (
            LOAN,
            "Loan: {issues_secrets: false}",
            "/Loan/properties/ticket",
            "a secret is answered by `lend_book`",
        ),
        (
            BOOK,
            "BookPatch: {properties: {note: {$ref: Note, type: null, maxLength: null}}}",
            "/BookPatch/properties/note/$ref",
            "unknown type `Note`",
        ),
        (
            BOOK,
            "NewBook: {discriminator: {mapping: {paper: NewPaperBook, audio: NewAudioBook, tape: Loan}}}",
            "/NewBook/discriminator/mapping/tape",
            "discriminator names `Loan`, which `oneOf` does not",
        ),
        (
            BOOK,
            "NewPaperBook: {properties: {kind: {const: papyrus}}}",
            "/NewBook/discriminator/mapping/paper",
            "requires `kind` as the constant `paper`",
        ),
        (
            BOOK,
            "NewAudioBook: {properties: {like: {$ref: NewPaperBook}}}",
            "/NewAudioBook/properties/like",
            "a variant of `NewBook` and cannot be used alone",
        ),
        (
            BOOK,
            "Book: {properties: {sequel: {$ref: Book, description: The next.}}}",
            "/Book",
            "contains itself other than through a list",
        ),
        (
            LOAN,
            "Book: {type: object, raw: true, description: D.}",
            "/Book",
            "the type `Book` exists already",
        ),
        (
            LOAN,
            "Problem: {type: object, standalone: true, description: D., properties: {a: {type: boolean, description: D., data_class: public}}}",
            "/Problem",
            "is the document's own",
        ),
        (
            BOOK,
            "Genre: {enum: [novel, non-fiction, 2nd-hand, Novel]}",
            "/Genre",
            "two values would be named `Novel`",
        ),
    ]);
}

#[test]
fn resources_know_their_fields() {
    refused(&[
        (
            BOOK,
            "Book: {resource: {filters: [{name: x, field: colour, op: eq}]}}",
            "/Book/resource/filters/0/field",
            "the resource has no field `colour`",
        ),
        (
            BOOK,
            "Book: {resource: {columns: {colour: json}}}",
            "/Book/resource/columns/colour",
            "the resource has no field `colour`",
        ),
        (
            BOOK,
            "Book: {resource: {sorts: [{name: created_at, field: created}]}}",
            "/Book/resource/sorts/0/field",
            "the resource has no field `created`",
        ),
        (
            BOOK,
            "Book: {resource: {sorts: [{name: created_at, field: note}]}}",
            "/Book/resource/sorts/0/field",
            "may be absent or null",
        ),
        (
            BOOK,
            "Book: {resource: {default_sort: pages}}",
            "/Book/resource/default_sort",
            "there is no order `pages`",
        ),
        (
            BOOK,
            "Book: {resource: {search: [title, pages]}}",
            "/Book/resource/search/1",
            "`pages` is no plain string",
        ),
        (
            BOOK,
            "Book: {resource: {table: Books!}}",
            "/Book/resource/table",
            "no name of a table",
        ),
        (
            BOOK,
            "Book: {resource: {columns: {note: blob}}}",
            "/Book/resource/columns/note",
            "unknown column kind `blob`",
        ),
    ]);
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

#[test]
fn files_are_readable_and_keys_given_once() {
    let mut sources = Sources::default();
    let error = sources.add(BOOK, "A: {x: 1, x: 2}").unwrap_err();
    assert_eq!((error.file.as_str(), error.pointer.as_str()), (BOOK, ""));
    assert!(
        error.reason.contains("duplicate") || error.reason.contains("twice"),
        "{}",
        error.reason
    );
    assert!(
        sources
            .add(BOOK, "A: [")
            .unwrap_err()
            .reason
            .contains("not readable as YAML")
    );
    let missing = load(Path::new("/nonexistent-contract")).unwrap_err();
    assert!(
        missing
            .iter()
            .any(|d| d.file == "openapi.yaml" && d.reason.contains("cannot be read"))
    );
}

#[test]
fn all_diagnostics_come_at_once_in_order() {
    let found = diagnostics(
        SHELF,
        "/health: {get: {auth: null, colour: red, rate: {class: fast}}}",
    );
    let pointers: Vec<&str> = found.iter().map(|d| d.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        [
            "/~1health/get",
            "/~1health/get/colour",
            "/~1health/get/rate/class"
        ]
    );
}
