/// How deep the JSON of a body may nest.
pub const MAX_DEPTH: usize = 16;

/// Everything that can be asked of this house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Does it run?
    FindHealth,
    /// Your books
    ListBooks,
    /// Add a book
    CreateBook,
    /// Change a book
    UpdateBook,
    /// Remove a book
    DeleteBook,
    /// How it runs for the chosen books
    CountBooks,
    /// A title
    FindTitle,
    /// Lend a book
    LendBook,
    /// The door
    ShowVisit,
    /// Come in
    BeginVisit,
    /// A ticket for a program
    IssueTicket,
    /// Stay at the door
    RingBell,
    /// Who comes
    HearVisits,
}

impl Operation {
    /// All operations.
    pub const ALL: &'static [Self] = &[
        Self::FindHealth,
        Self::ListBooks,
        Self::CreateBook,
        Self::UpdateBook,
        Self::DeleteBook,
        Self::CountBooks,
        Self::FindTitle,
        Self::LendBook,
        Self::ShowVisit,
        Self::BeginVisit,
        Self::IssueTicket,
        Self::RingBell,
        Self::HearVisits,
    ];

    /// Its name in the contract.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::FindHealth => "find_health",
            Self::ListBooks => "list_books",
            Self::CreateBook => "create_book",
            Self::UpdateBook => "update_book",
            Self::DeleteBook => "delete_book",
            Self::CountBooks => "count_books",
            Self::FindTitle => "find_title",
            Self::LendBook => "lend_book",
            Self::ShowVisit => "show_visit",
            Self::BeginVisit => "begin_visit",
            Self::IssueTicket => "issue_ticket",
            Self::RingBell => "ring_bell",
            Self::HearVisits => "hear_visits",
        }
    }

    /// The room that answers.
    #[must_use]
    pub fn room(self) -> &'static str {
        match self {
            Self::FindHealth | Self::ListBooks | Self::CreateBook | Self::UpdateBook | Self::DeleteBook | Self::CountBooks | Self::FindTitle | Self::LendBook | Self::ShowVisit | Self::BeginVisit | Self::IssueTicket | Self::RingBell | Self::HearVisits => "shelf",
        }
    }
}

/// The parameters of a path: name and raw segment, still percent-encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params<'p>([(&'static str, &'p str); 2]);

impl<'p> Params<'p> {
    /// The raw segment of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'p str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, segment)| *segment)
    }
}

/// What a method and a path lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route<'p> {
    /// An operation and the parameters in the path.
    Found(Operation, Params<'p>),
    /// The path exists with these methods only; HEAD and OPTIONS are the gateway's business.
    WrongMethod(&'static [&'static str]),
    /// No such path.
    Unknown,
}

/// Finds the operation of a method and the segments of a path; literal segments win over parameters.
///
/// `/` has no segments; an empty segment leads nowhere.
#[must_use]
pub fn route<'p>(method: &str, segments: &[&'p str]) -> Route<'p> {
    if segments.contains(&"") {
        return Route::Unknown;
    }
    match *segments {
        ["api", "v1", "books"] => {
            let params = Params([("", ""), ("", "")]);
            match method {
                "GET" => Route::Found(Operation::ListBooks, params),
                "POST" => Route::Found(Operation::CreateBook, params),
                _ => Route::WrongMethod(&["GET", "POST"]),
            }
        }
        ["api", "v1", "books", "count"] => {
            let params = Params([("", ""), ("", "")]);
            match method {
                "GET" => Route::Found(Operation::CountBooks, params),
                _ => Route::WrongMethod(&["GET"]),
            }
        }
        ["api", "v1", "books", id] => {
            let params = Params([("id", id), ("", "")]);
            match method {
                "PATCH" => Route::Found(Operation::UpdateBook, params),
                "DELETE" => Route::Found(Operation::DeleteBook, params),
                _ => Route::WrongMethod(&["PATCH", "DELETE"]),
            }
        }
        ["api", "v1", "books", id, "loans", to] => {
            let params = Params([("id", id), ("to", to)]);
            match method {
                "POST" => Route::Found(Operation::LendBook, params),
                _ => Route::WrongMethod(&["POST"]),
            }
        }
        ["api", "v2", "books", id, "title"] => {
            let params = Params([("id", id), ("", "")]);
            match method {
                "GET" => Route::Found(Operation::FindTitle, params),
                _ => Route::WrongMethod(&["GET"]),
            }
        }
        ["bell"] => {
            let params = Params([("", ""), ("", "")]);
            match method {
                "GET" => Route::Found(Operation::RingBell, params),
                _ => Route::WrongMethod(&["GET"]),
            }
        }
        ["health"] => {
            let params = Params([("", ""), ("", "")]);
            match method {
                "GET" => Route::Found(Operation::FindHealth, params),
                _ => Route::WrongMethod(&["GET"]),
            }
        }
        ["ticket"] => {
            let params = Params([("", ""), ("", "")]);
            match method {
                "POST" => Route::Found(Operation::IssueTicket, params),
                _ => Route::WrongMethod(&["POST"]),
            }
        }
        ["visit"] => {
            let params = Params([("", ""), ("", "")]);
            match method {
                "GET" => Route::Found(Operation::ShowVisit, params),
                "POST" => Route::Found(Operation::BeginVisit, params),
                _ => Route::WrongMethod(&["GET", "POST"]),
            }
        }
        ["visits"] => {
            let params = Params([("", ""), ("", "")]);
            match method {
                "GET" => Route::Found(Operation::HearVisits, params),
                _ => Route::WrongMethod(&["GET"]),
            }
        }
        _ => Route::Unknown,
    }
}
