#[allow(unused_imports)]
use super::schema::{Body, DataClass, Field, Input, Kind, Schema};
use super::Operation;
#[allow(unused_imports)]
use crate::kernel::format;

/// What `Genre` must be.
pub static GENRE: Schema = Schema { kind: Kind::Choice(&["novel", "non-fiction", "2nd-hand"]), nullable: false };

/// What `Book` must be.
pub static BOOK: Schema = Schema { kind: Kind::Object(&[
        Field { name: "id", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::UUID) }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "title", schema: &Schema { kind: Kind::Text { min: 0, max: 200, format: None }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "genre", schema: &GENRE, required: true, class: DataClass::Public },
        Field { name: "pages", schema: &Schema { kind: Kind::Integer { min: 1, max: 20000 }, nullable: false }, required: true, class: DataClass::Public },
        Field { name: "lent", schema: &Schema { kind: Kind::Boolean(None), nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "returned", schema: &Schema { kind: Kind::Boolean(None), nullable: true }, required: false, class: DataClass::Personal },
        Field { name: "tags", schema: &Schema { kind: Kind::Array { items: &Schema { kind: Kind::Text { min: 0, max: 20, format: None }, nullable: false }, min: 0, max: 8, unique: true }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "extra", schema: &Schema { kind: Kind::AnyObject, nullable: false }, required: true, class: DataClass::Sensitive },
        Field { name: "note", schema: &Schema { kind: Kind::Text { min: 0, max: 1000, format: None }, nullable: true }, required: true, class: DataClass::Sensitive },
        Field { name: "weight", schema: &Schema { kind: Kind::Number { min: 0.0, max: 50.0, above: true, below: false }, nullable: true }, required: true, class: DataClass::Public },
        Field { name: "state", schema: &Schema { kind: Kind::Choice(&["good", "worn"]), nullable: false }, required: false, class: DataClass::Public },
        Field { name: "shelf_name", schema: &Schema { kind: Kind::Text { min: 0, max: 50, format: None }, nullable: false }, required: false, class: DataClass::Personal },
        Field { name: "created_at", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::DATE_TIME) }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "version", schema: &Schema { kind: Kind::Integer { min: 1, max: 9007199254740991 }, nullable: false }, required: true, class: DataClass::Public },
    ]), nullable: false };

/// What `BookPatch` must be.
pub static BOOK_PATCH: Schema = Schema { kind: Kind::Object(&[
        Field { name: "title", schema: &Schema { kind: Kind::Text { min: 1, max: 200, format: None }, nullable: false }, required: false, class: DataClass::Personal },
        Field { name: "note", schema: &Schema { kind: Kind::Text { min: 0, max: 1000, format: None }, nullable: true }, required: false, class: DataClass::Sensitive },
    ]), nullable: false };

/// What `NewBook` must be.
pub static NEW_BOOK: Schema = Schema { kind: Kind::OneOf { property: "kind", variants: &[("paper", &NEW_PAPER_BOOK), ("audio", &NEW_AUDIO_BOOK)] }, nullable: false };

/// What `NewPaperBook` must be.
pub static NEW_PAPER_BOOK: Schema = Schema { kind: Kind::Object(&[
        Field { name: "kind", schema: &Schema { kind: Kind::Choice(&["paper"]), nullable: false }, required: true, class: DataClass::Public },
        Field { name: "title", schema: &Schema { kind: Kind::Text { min: 1, max: 200, format: None }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "pages", schema: &Schema { kind: Kind::Integer { min: 1, max: 20000 }, nullable: false }, required: false, class: DataClass::Public },
        Field { name: "genre", schema: &GENRE, required: false, class: DataClass::Public },
        Field { name: "marks", schema: &Schema { kind: Kind::Map(&Schema { kind: Kind::Integer { min: 0, max: 9 }, nullable: false }), nullable: false }, required: false, class: DataClass::Personal },
    ]), nullable: false };

/// What `NewAudioBook` must be.
pub static NEW_AUDIO_BOOK: Schema = Schema { kind: Kind::Object(&[
        Field { name: "kind", schema: &Schema { kind: Kind::Choice(&["audio"]), nullable: false }, required: true, class: DataClass::Public },
        Field { name: "title", schema: &Schema { kind: Kind::Text { min: 1, max: 200, format: None }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "length", schema: &Schema { kind: Kind::Object(&[
        Field { name: "minutes", schema: &Schema { kind: Kind::Number { min: 0.0, max: 6000.0, above: false, below: false }, nullable: false }, required: true, class: DataClass::Public },
    ]), nullable: false }, required: true, class: DataClass::Public },
        Field { name: "abridged", schema: &Schema { kind: Kind::Boolean(None), nullable: false }, required: false, class: DataClass::Public },
    ]), nullable: false };

/// What `Loan` must be.
pub static LOAN: Schema = Schema { kind: Kind::Object(&[
        Field { name: "ticket", schema: &Schema { kind: Kind::Text { min: 0, max: 100, format: None }, nullable: false }, required: true, class: DataClass::Secret },
        Field { name: "until", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::DATE) }, nullable: false }, required: true, class: DataClass::Personal },
    ]), nullable: false };

/// What `LoanToFriend` must be.
pub static LOAN_TO_FRIEND: Schema = Schema { kind: Kind::Object(&[
        Field { name: "email", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::EMAIL) }, nullable: false }, required: true, class: DataClass::Personal },
    ]), nullable: false };

/// What `LoanToLibrary` must be.
pub static LOAN_TO_LIBRARY: Schema = Schema { kind: Kind::Object(&[
        Field { name: "site", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::URI) }, nullable: false }, required: true, class: DataClass::Public },
    ]), nullable: false };

/// What `Health` must be.
pub static HEALTH: Schema = Schema { kind: Kind::Object(&[
        Field { name: "status", schema: &Schema { kind: Kind::Choice(&["ok"]), nullable: false }, required: true, class: DataClass::Public },
    ]), nullable: false };

/// What `Receipt` must be.
pub static RECEIPT: Schema = Schema { kind: Kind::Object(&[
        Field { name: "lines", schema: &Schema { kind: Kind::Array { items: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: None }, nullable: false }, min: 0, max: u32::MAX, unique: false }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "paid", schema: &Schema { kind: Kind::Boolean(None), nullable: false }, required: true, class: DataClass::Personal },
    ]), nullable: false };

/// What `Visit` must be.
pub static VISIT: Schema = Schema { kind: Kind::Object(&[
        Field { name: "who", schema: &Schema { kind: Kind::Text { min: 1, max: 40, format: None }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "party", schema: &Schema { kind: Kind::Integer { min: 1, max: 9 }, nullable: false }, required: false, class: DataClass::Public },
        Field { name: "quiet", schema: &Schema { kind: Kind::Boolean(None), nullable: false }, required: false, class: DataClass::Public },
        Field { name: "genre", schema: &GENRE, required: false, class: DataClass::Public },
    ]), nullable: false };

/// What `TicketRequest` must be.
pub static TICKET_REQUEST: Schema = Schema { kind: Kind::Object(&[
        Field { name: "code", schema: &Schema { kind: Kind::Text { min: 1, max: 40, format: None }, nullable: false }, required: true, class: DataClass::Secret },
        Field { name: "days", schema: &Schema { kind: Kind::Integer { min: 1, max: 30 }, nullable: false }, required: false, class: DataClass::Public },
    ]), nullable: false };

/// What `Ticket` must be.
pub static TICKET: Schema = Schema { kind: Kind::Object(&[
        Field { name: "ticket", schema: &Schema { kind: Kind::Text { min: 0, max: 100, format: None }, nullable: false }, required: true, class: DataClass::Secret },
    ]), nullable: false };

/// What `CallUp` must be.
pub static CALL_UP: Schema = Schema { kind: Kind::OneOf { property: "type", variants: &[("ask", &ASK_CALL), ("end", &END_CALL)] }, nullable: false };

/// What `AskCall` must be.
pub static ASK_CALL: Schema = Schema { kind: Kind::Object(&[
        Field { name: "type", schema: &Schema { kind: Kind::Choice(&["ask"]), nullable: false }, required: true, class: DataClass::Public },
        Field { name: "title", schema: &Schema { kind: Kind::Text { min: 0, max: 200, format: None }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "stream", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::STREAM) }, nullable: false }, required: false, class: DataClass::Personal },
    ]), nullable: false };

/// What `EndCall` must be.
pub static END_CALL: Schema = Schema { kind: Kind::Object(&[
        Field { name: "type", schema: &Schema { kind: Kind::Choice(&["end"]), nullable: false }, required: true, class: DataClass::Public },
    ]), nullable: false };

/// What `CallDown` must be.
pub static CALL_DOWN: Schema = Schema { kind: Kind::OneOf { property: "type", variants: &[("found", &FOUND_CALL)] }, nullable: false };

/// What `FoundCall` must be.
pub static FOUND_CALL: Schema = Schema { kind: Kind::Object(&[
        Field { name: "type", schema: &Schema { kind: Kind::Choice(&["found"]), nullable: false }, required: true, class: DataClass::Public },
        Field { name: "shelf", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: None }, nullable: false }, required: true, class: DataClass::Personal },
    ]), nullable: false };

/// What `find_health` takes.
pub static FIND_HEALTH_INPUT: Input = Input {
    path: &[],
    query: &[],
    open_query: false,
    header: &[],
    body: Body::None,
};

/// What `list_books` takes.
pub static LIST_BOOKS_INPUT: Input = Input {
    path: &[],
    query: &[
        Field { name: "language", schema: &Schema { kind: Kind::Choice(&["en", "de"]), nullable: false }, required: false, class: DataClass::Public },
        Field { name: "limit", schema: &Schema { kind: Kind::Integer { min: 1, max: 100 }, nullable: false }, required: false, class: DataClass::Public },
        Field { name: "cursor", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::CURSOR) }, nullable: false }, required: false, class: DataClass::Public },
        Field { name: "sort", schema: &Schema { kind: Kind::Choice(&["created_at", "-created_at", "title", "-title"]), nullable: false }, required: false, class: DataClass::Public },
        Field { name: "genre", schema: &GENRE, required: false, class: DataClass::Public },
        Field { name: "lent", schema: &Schema { kind: Kind::Boolean(None), nullable: false }, required: false, class: DataClass::Personal },
        Field { name: "min_pages", schema: &Schema { kind: Kind::Integer { min: 1, max: 20000 }, nullable: false }, required: false, class: DataClass::Public },
        Field { name: "before", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::DATE_TIME) }, nullable: false }, required: false, class: DataClass::Personal },
        Field { name: "title", schema: &Schema { kind: Kind::Text { min: 0, max: 200, format: None }, nullable: false }, required: false, class: DataClass::Personal },
        Field { name: "state", schema: &Schema { kind: Kind::Choice(&["good", "worn"]), nullable: false }, required: false, class: DataClass::Public },
    ],
    open_query: false,
    header: &[],
    body: Body::None,
};

/// What `create_book` takes.
pub static CREATE_BOOK_INPUT: Input = Input {
    path: &[],
    query: &[],
    open_query: false,
    header: &[],
    body: Body::One { schema: &NEW_BOOK, required: true, open: false },
};

/// What `update_book` takes.
pub static UPDATE_BOOK_INPUT: Input = Input {
    path: &[
        Field { name: "id", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::UUID) }, nullable: false }, required: true, class: DataClass::Personal },
    ],
    query: &[],
    open_query: false,
    header: &[],
    body: Body::One { schema: &BOOK_PATCH, required: true, open: false },
};

/// What `delete_book` takes.
pub static DELETE_BOOK_INPUT: Input = Input {
    path: &[
        Field { name: "id", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::UUID) }, nullable: false }, required: true, class: DataClass::Personal },
    ],
    query: &[],
    open_query: false,
    header: &[],
    body: Body::None,
};

/// What `count_books` takes.
pub static COUNT_BOOKS_INPUT: Input = Input {
    path: &[],
    query: &[
        Field { name: "ids", schema: &Schema { kind: Kind::Array { items: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::UUID) }, nullable: false }, min: 0, max: 10, unique: false }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "sinceDay", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::DATE) }, nullable: false }, required: false, class: DataClass::Public },
    ],
    open_query: false,
    header: &[
        Field { name: "x-reason", schema: &Schema { kind: Kind::Text { min: 0, max: 100, format: None }, nullable: false }, required: false, class: DataClass::Public },
    ],
    body: Body::None,
};

/// What `find_title` takes.
pub static FIND_TITLE_INPUT: Input = Input {
    path: &[
        Field { name: "id", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::UUID) }, nullable: false }, required: true, class: DataClass::Personal },
    ],
    query: &[],
    open_query: false,
    header: &[],
    body: Body::None,
};

/// What `lend_book` takes.
pub static LEND_BOOK_INPUT: Input = Input {
    path: &[
        Field { name: "id", schema: &Schema { kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::UUID) }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "to", schema: &Schema { kind: Kind::Choice(&["friend", "library"]), nullable: false }, required: true, class: DataClass::Public },
    ],
    query: &[],
    open_query: false,
    header: &[],
    body: Body::By { parameter: "to", of: &[("friend", &LOAN_TO_FRIEND), ("library", &LOAN_TO_LIBRARY)], required: true },
};

/// What `show_visit` takes.
pub static SHOW_VISIT_INPUT: Input = Input {
    path: &[],
    query: &[
        Field { name: "who", schema: &Schema { kind: Kind::Text { min: 0, max: 40, format: None }, nullable: false }, required: true, class: DataClass::Personal },
        Field { name: "party", schema: &Schema { kind: Kind::Integer { min: 1, max: 9 }, nullable: false }, required: false, class: DataClass::Public },
    ],
    open_query: true,
    header: &[],
    body: Body::None,
};

/// What `begin_visit` takes.
pub static BEGIN_VISIT_INPUT: Input = Input {
    path: &[],
    query: &[],
    open_query: false,
    header: &[],
    body: Body::One { schema: &VISIT, required: true, open: false },
};

/// What `issue_ticket` takes.
pub static ISSUE_TICKET_INPUT: Input = Input {
    path: &[],
    query: &[],
    open_query: false,
    header: &[],
    body: Body::One { schema: &TICKET_REQUEST, required: true, open: true },
};

/// What `ring_bell` takes.
pub static RING_BELL_INPUT: Input = Input {
    path: &[],
    query: &[
        Field { name: "door", schema: &Schema { kind: Kind::Text { min: 0, max: 40, format: None }, nullable: false }, required: true, class: DataClass::Public },
    ],
    open_query: false,
    header: &[
        Field { name: "sec-websocket-protocol", schema: &Schema { kind: Kind::Text { min: 0, max: 40, format: None }, nullable: false }, required: false, class: DataClass::Public },
    ],
    body: Body::None,
};

/// What `hear_visits` takes.
pub static HEAR_VISITS_INPUT: Input = Input {
    path: &[],
    query: &[
        Field { name: "door", schema: &Schema { kind: Kind::Text { min: 0, max: 40, format: None }, nullable: false }, required: true, class: DataClass::Public },
    ],
    open_query: false,
    header: &[
        Field { name: "last-event-id", schema: &Schema { kind: Kind::Integer { min: 0, max: 9 }, nullable: false }, required: false, class: DataClass::Public },
    ],
    body: Body::None,
};

/// What the body of an answer of success must be; `None` when it has none.
#[must_use]
pub fn answer(operation: Operation) -> Option<&'static Schema> {
    match operation {
        Operation::FindHealth => Some(&HEALTH),
        Operation::ListBooks => Some(&BOOK_PAGE),
        Operation::CreateBook => Some(&BOOK),
        Operation::UpdateBook => Some(&BOOK),
        Operation::DeleteBook => None,
        Operation::CountBooks => Some(&HEALTH),
        Operation::FindTitle => Some(&HEALTH),
        Operation::LendBook => Some(&LOAN),
        Operation::ShowVisit => None,
        Operation::BeginVisit => None,
        Operation::IssueTicket => Some(&TICKET),
        Operation::RingBell => None,
        Operation::HearVisits => None,
    }
}

/// What a page of `Book` must be.
pub static BOOK_PAGE: Schema = Schema {
    kind: Kind::Object(&[
        Field {
            name: "items",
            schema: &Schema {
                kind: Kind::Array { items: &BOOK, min: 0, max: 100, unique: false },
                nullable: false,
            },
            required: true,
            class: DataClass::Personal,
        },
        Field {
            name: "has_more",
            schema: &Schema { kind: Kind::Boolean(None), nullable: false },
            required: true,
            class: DataClass::Public,
        },
        Field {
            name: "next_cursor",
            schema: &Schema {
                kind: Kind::Text { min: 0, max: u32::MAX, format: Some(&format::CURSOR) },
                nullable: true,
            },
            required: true,
            class: DataClass::Public,
        },
    ]),
    nullable: false,
};
