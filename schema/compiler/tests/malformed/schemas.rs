use super::{BOOK, FRAMES, LOAN, OPENAPI, SHELF, refused};

#[test]
fn the_vocabulary_is_closed() {
    refused(&[
        (SHELF, "/health: {get: {colour: red}}", "/~1health/get/colour", "unknown keyword `colour`"),
        (SHELF, "/health: {head: {}}", "/~1health/head", "unknown method `head`"),
        (BOOK, "Genre: {maxlength: 3}", "/Genre/maxlength", "unknown keyword `maxlength`"),
        (BOOK, "Genre: {minimum: 3}", "/Genre/minimum", "`minimum` does not fit string"),
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
        (OPENAPI, "limits: {depth: 1000}", "/limits/depth", "must be 1 to 64"),
        (OPENAPI, "response_headers: [X-Other]", "/response_headers/0", "unknown header `X-Other`"),
    ]);
}

#[test]
fn frames_go_one_way_and_what_comes_in_is_bounded() {
    refused(&[
        (FRAMES, "CallUp: {frames: sideways}", "/CallUp/frames", "`sideways` is none of up, down"),
        (
            FRAMES,
            "AskCall: {properties: {title: {maxLength: null}}}",
            "/AskCall/properties/title",
            "needs `maxLength`, `format`, `enum` or `const`",
        ),
        (
            FRAMES,
            "Hello: {frames: down, type: object, description: Nothing., properties: {}}",
            "/Hello/frames",
            "frames are a `oneOf`",
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
        (BOOK, "Book: {description: null}", "/Book", "`description` is missing"),
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
        (LOAN, "Book: {type: object, raw: true, description: D.}", "/Book", "the type `Book` exists already"),
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
        (BOOK, "Book: {resource: {table: Books!}}", "/Book/resource/table", "no name of a table"),
        (
            BOOK,
            "Book: {resource: {columns: {note: blob}}}",
            "/Book/resource/columns/note",
            "unknown column kind `blob`",
        ),
    ]);
}
