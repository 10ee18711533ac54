use serde::{Deserialize, Serialize};

/// What kind of book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Genre {
    /// `novel`.
    #[serde(rename = "novel")]
    Novel,
    /// `non-fiction`.
    #[serde(rename = "non-fiction")]
    NonFiction,
    /// `2nd-hand`.
    #[serde(rename = "2nd-hand")]
    V2ndHand,
}

impl Genre {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Novel, Self::NonFiction, Self::V2ndHand];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Novel => "novel",
            Self::NonFiction => "non-fiction",
            Self::V2ndHand => "2nd-hand",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == word)
    }
}

impl From<Genre> for crate::ports::Value {
    fn from(value: Genre) -> Self {
        Self::Text(value.as_str().to_owned())
    }
}

impl super::read::FromValue for Genre {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }
}

/// A book on somebody's shelf \[with care\].
#[derive(Clone, Serialize, Deserialize)]
pub struct Book {
    /// Its id.
    pub id: crate::kernel::id::Id,
    /// Its title.
    pub title: String,
    /// What kind of book.
    pub genre: Genre,
    /// How long it is.
    pub pages: i64,
    /// Whether somebody has it.
    #[serde(deserialize_with = "crate::kernel::row::flag")]
    pub lent: bool,
    /// Whether it came back.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::contract::stored::optional_flag")]
    pub returned: Option<bool>,
    /// Words for it.
    #[serde(deserialize_with = "crate::contract::stored::nested")]
    pub tags: Vec<String>,
    /// Whatever the client keeps here.
    #[serde(deserialize_with = "crate::kernel::row::json")]
    pub extra: Box<serde_json::value::RawValue>,
    /// The owner's words.
    pub note: Option<String>,
    /// In kilograms.
    pub weight: Option<f64>,
    /// How it looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BookState>,
    /// Worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shelf_name: Option<String>,
    /// When it came.
    pub created_at: crate::kernel::time::Timestamp,
    /// Counts changes.
    pub version: i64,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book")
            .field("id", &self.id)
            .field("title", &self.title)
            .field("genre", &self.genre)
            .field("pages", &self.pages)
            .field("lent", &self.lent)
            .field("returned", &self.returned)
            .field("tags", &self.tags)
            .field("extra", &"..")
            .field("note", &"..")
            .field("weight", &self.weight)
            .field("state", &self.state)
            .field("shelf_name", &self.shelf_name)
            .field("created_at", &self.created_at)
            .field("version", &self.version)
            .finish()
    }
}

/// What may change.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookPatch {
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The owner's words.
    #[serde(default, skip_serializing_if = "crate::kernel::patch::Patch::is_absent")]
    pub note: crate::kernel::patch::Patch<String>,
}

impl super::read::FromValue for BookPatch {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            title: fields.read("title")?,
            note: fields.read("note")?,
        })
    }
}

impl std::fmt::Debug for BookPatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BookPatch")
            .field("title", &self.title)
            .field("note", &"..")
            .finish()
    }
}

/// A book to add.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum NewBook {
    /// `paper`.
    #[serde(rename = "paper")]
    Paper(NewPaperBook),
    /// `audio`.
    #[serde(rename = "audio")]
    Audio(NewAudioBook),
}

impl super::read::FromValue for NewBook {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let fields = super::read::Fields::of(value)?;
        match fields.text("kind")? {
            "paper" => super::read::FromValue::from_value(fields.whole()).map(Self::Paper),
            "audio" => super::read::FromValue::from_value(fields.whole()).map(Self::Audio),
            _ => None,
        }
    }
}

/// A printed book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPaperBook {
    /// Its title.
    pub title: String,
    /// How long it is.
    #[serde(default = "defaults::new_paper_book_pages")]
    pub pages: i64,
    /// What kind of book.
    #[serde(default = "defaults::new_paper_book_genre")]
    pub genre: Genre,
    /// Marks by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<crate::kernel::map::Map<String, i64>>,
}

impl super::read::FromValue for NewPaperBook {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            title: fields.read("title")?,
            pages: fields.read_or("pages", defaults::new_paper_book_pages)?,
            genre: fields.read_or("genre", defaults::new_paper_book_genre)?,
            marks: fields.read("marks")?,
        })
    }
}

/// A recorded book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAudioBook {
    /// Its title.
    pub title: String,
    /// How long it takes.
    pub length: NewAudioBookLength,
    /// Whether it was shortened.
    #[serde(default = "defaults::new_audio_book_abridged")]
    pub abridged: bool,
}

impl super::read::FromValue for NewAudioBook {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            title: fields.read("title")?,
            length: fields.read("length")?,
            abridged: fields.read_or("abridged", defaults::new_audio_book_abridged)?,
        })
    }
}

/// The way to a lent book.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Loan {
    /// Opens the box.
    pub ticket: String,
    /// The last day.
    pub until: chrono::NaiveDate,
}

impl std::fmt::Debug for Loan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loan")
            .field("ticket", &"..")
            .field("until", &self.until)
            .finish()
    }
}

/// Who gets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoanToFriend {
    /// The friend's address.
    pub email: String,
}

impl super::read::FromValue for LoanToFriend {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            email: fields.read("email")?,
        })
    }
}

/// Which library gets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoanToLibrary {
    /// The library's page.
    pub site: String,
}

impl super::read::FromValue for LoanToLibrary {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            site: fields.read("site")?,
        })
    }
}

/// It runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// Always ok.
    pub status: HealthStatus,
}

/// Kept by the house's own code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// What it says.
    #[serde(deserialize_with = "crate::contract::stored::nested")]
    pub lines: Vec<String>,
    /// Whether it was paid.
    #[serde(deserialize_with = "crate::kernel::row::flag")]
    pub paid: bool,
}

/// Somebody comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// Who comes.
    pub who: String,
    /// How many.
    #[serde(default = "defaults::visit_party")]
    pub party: i64,
    /// Whether they want to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<bool>,
    /// What kind of book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub genre: Option<Genre>,
}

impl super::read::FromValue for Visit {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            who: fields.read("who")?,
            party: fields.read_or("party", defaults::visit_party)?,
            quiet: fields.read("quiet")?,
            genre: fields.read("genre")?,
        })
    }
}

/// What a ticket is given for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketRequest {
    /// The code.
    pub code: String,
    /// For how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
}

impl super::read::FromValue for TicketRequest {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            code: fields.read("code")?,
            days: fields.read("days")?,
        })
    }
}

impl std::fmt::Debug for TicketRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TicketRequest")
            .field("code", &"..")
            .field("days", &self.days)
            .finish()
    }
}

/// What opens the door.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Opens the door.
    pub ticket: String,
}

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticket")
            .field("ticket", &"..")
            .finish()
    }
}

/// What a reader says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum CallUp {
    /// `ask`.
    #[serde(rename = "ask")]
    Ask(AskCall),
    /// `end`.
    #[serde(rename = "end")]
    End(EndCall),
}

impl super::read::FromValue for CallUp {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let fields = super::read::Fields::of(value)?;
        match fields.text("type")? {
            "ask" => super::read::FromValue::from_value(fields.whole()).map(Self::Ask),
            "end" => super::read::FromValue::from_value(fields.whole()).map(Self::End),
            _ => None,
        }
    }
}

/// Asks for a book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskCall {
    /// Its title.
    pub title: String,
    /// Where to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
}

impl super::read::FromValue for AskCall {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            title: fields.read("title")?,
            stream: fields.read("stream")?,
        })
    }
}

/// Asks for nothing more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndCall {
}

impl super::read::FromValue for EndCall {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        super::read::Fields::of(value)?;
        Some(Self {})
    }
}

/// What a reader is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum CallDown {
    /// `found`.
    #[serde(rename = "found")]
    Found(FoundCall),
}

/// Where the book is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoundCall {
    /// The shelf.
    pub shelf: String,
}

/// How it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BookState {
    /// `good`.
    #[serde(rename = "good")]
    Good,
    /// `worn`.
    #[serde(rename = "worn")]
    Worn,
}

impl BookState {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Good, Self::Worn];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Worn => "worn",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == word)
    }
}

impl From<BookState> for crate::ports::Value {
    fn from(value: BookState) -> Self {
        Self::Text(value.as_str().to_owned())
    }
}

impl super::read::FromValue for BookState {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }
}

/// How long it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAudioBookLength {
    /// In minutes.
    pub minutes: f64,
}

impl super::read::FromValue for NewAudioBookLength {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            minutes: fields.read("minutes")?,
        })
    }
}

/// Always ok.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum HealthStatus {
    /// `ok`.
    #[serde(rename = "ok")]
    Ok,
}

impl HealthStatus {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Ok];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == word)
    }
}

impl From<HealthStatus> for crate::ports::Value {
    fn from(value: HealthStatus) -> Self {
        Self::Text(value.as_str().to_owned())
    }
}

impl super::read::FromValue for HealthStatus {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }
}

/// The language of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LanguageParameter {
    /// `en`.
    #[serde(rename = "en")]
    En,
    /// `de`.
    #[serde(rename = "de")]
    De,
}

impl LanguageParameter {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::En, Self::De];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == word)
    }
}

impl From<LanguageParameter> for crate::ports::Value {
    fn from(value: LanguageParameter) -> Self {
        Self::Text(value.as_str().to_owned())
    }
}

impl super::read::FromValue for LanguageParameter {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }
}

/// Who gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LendBookTo {
    /// `friend`.
    #[serde(rename = "friend")]
    Friend,
    /// `library`.
    #[serde(rename = "library")]
    Library,
}

impl LendBookTo {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Friend, Self::Library];

    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Friend => "friend",
            Self::Library => "library",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == word)
    }
}

impl From<LendBookTo> for crate::ports::Value {
    fn from(value: LendBookTo) -> Self {
        Self::Text(value.as_str().to_owned())
    }
}

impl super::read::FromValue for LendBookTo {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        Self::parse(value.as_str()?)
    }
}

/// What `find_health` takes.
#[derive(Debug, Clone)]
pub struct FindHealthInput {
}

impl super::read::FromValue for FindHealthInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        super::read::Fields::of(value)?;
        Some(Self {})
    }
}

/// What `list_books` takes from the query.
#[derive(Debug, Clone)]
pub struct ListBooksQuery {
    /// The language of the answer.
    pub language: LanguageParameter,
    /// How many at most.
    pub limit: Option<i64>,
    /// `next_cursor` of the page before; leave it out for the first page.
    pub cursor: Option<String>,
    /// The order; a name alone is ascending or as the field is usually read, a leading `-` is descending.
    pub sort: Option<String>,
    /// Only those with this `genre`.
    pub genre: Option<Genre>,
    /// Only those with this `lent`.
    pub lent: Option<bool>,
    /// Only those from here on, in `pages`.
    pub min_pages: Option<i64>,
    /// Only those before this, in `created_at`.
    pub before: Option<crate::kernel::time::Timestamp>,
    /// Only those that contain this text, in `title`.
    pub title: Option<String>,
    /// Only those with this `state`.
    pub state: Option<BookState>,
}

impl super::read::FromValue for ListBooksQuery {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            language: fields.read_or("language", defaults::list_books_query_language)?,
            limit: fields.read("limit")?,
            cursor: fields.read("cursor")?,
            sort: fields.read("sort")?,
            genre: fields.read("genre")?,
            lent: fields.read("lent")?,
            min_pages: fields.read("min_pages")?,
            before: fields.read("before")?,
            title: fields.read("title")?,
            state: fields.read("state")?,
        })
    }
}

/// What `list_books` takes.
#[derive(Debug, Clone)]
pub struct ListBooksInput {
    /// From the query.
    pub query: ListBooksQuery,
}

impl super::read::FromValue for ListBooksInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            query: fields.read("query")?,
        })
    }
}

impl ListBooksInput {
    /// The filters that were given, by name, with what they compare.
    #[must_use]
    pub fn filter_values(&self) -> Vec<(&'static str, crate::ports::Value)> {
        let mut values = Vec::new();
        if let Some(value) = &self.query.genre {
            values.push(("genre", value.as_str().into()));
        }
        if let Some(value) = &self.query.lent {
            values.push(("lent", (*value).into()));
        }
        if let Some(value) = &self.query.min_pages {
            values.push(("min_pages", (*value).into()));
        }
        if let Some(value) = &self.query.before {
            values.push(("before", (*value).into()));
        }
        if let Some(value) = &self.query.title {
            values.push(("title", value.clone().into()));
        }
        if let Some(value) = &self.query.state {
            values.push(("state", value.as_str().into()));
        }
        values
    }
}

/// What `create_book` takes.
#[derive(Debug, Clone)]
pub struct CreateBookInput {
    /// The body.
    pub body: NewBook,
}

impl super::read::FromValue for CreateBookInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            body: fields.read("body")?,
        })
    }
}

/// What `update_book` takes from the path.
#[derive(Debug, Clone)]
pub struct UpdateBookPath {
    /// The book's id.
    pub id: crate::kernel::id::Id,
}

impl super::read::FromValue for UpdateBookPath {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            id: fields.read("id")?,
        })
    }
}

/// What `update_book` takes.
#[derive(Debug, Clone)]
pub struct UpdateBookInput {
    /// From the path.
    pub path: UpdateBookPath,
    /// The body.
    pub body: BookPatch,
}

impl super::read::FromValue for UpdateBookInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            path: fields.read("path")?,
            body: fields.read("body")?,
        })
    }
}

/// What `delete_book` takes from the path.
#[derive(Debug, Clone)]
pub struct DeleteBookPath {
    /// The book's id.
    pub id: crate::kernel::id::Id,
}

impl super::read::FromValue for DeleteBookPath {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            id: fields.read("id")?,
        })
    }
}

/// What `delete_book` takes.
#[derive(Debug, Clone)]
pub struct DeleteBookInput {
    /// From the path.
    pub path: DeleteBookPath,
}

impl super::read::FromValue for DeleteBookInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            path: fields.read("path")?,
        })
    }
}

/// What `count_books` takes from the query.
#[derive(Debug, Clone)]
pub struct CountBooksQuery {
    /// Which books.
    pub ids: Vec<crate::kernel::id::Id>,
    /// From that day on.
    pub since_day: Option<chrono::NaiveDate>,
}

impl super::read::FromValue for CountBooksQuery {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            ids: fields.read("ids")?,
            since_day: fields.read("sinceDay")?,
        })
    }
}

/// What `count_books` takes from the header.
#[derive(Debug, Clone)]
pub struct CountBooksHeader {
    /// Why the question is asked.
    pub x_reason: Option<String>,
}

impl super::read::FromValue for CountBooksHeader {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            x_reason: fields.read("x-reason")?,
        })
    }
}

/// What `count_books` takes.
#[derive(Debug, Clone)]
pub struct CountBooksInput {
    /// From the query.
    pub query: CountBooksQuery,
    /// From the header.
    pub header: CountBooksHeader,
}

impl super::read::FromValue for CountBooksInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            query: fields.read("query")?,
            header: fields.read("header")?,
        })
    }
}

/// What `find_title` takes from the path.
#[derive(Debug, Clone)]
pub struct FindTitlePath {
    /// Which book.
    pub id: crate::kernel::id::Id,
}

impl super::read::FromValue for FindTitlePath {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            id: fields.read("id")?,
        })
    }
}

/// What `find_title` takes.
#[derive(Debug, Clone)]
pub struct FindTitleInput {
    /// From the path.
    pub path: FindTitlePath,
}

impl super::read::FromValue for FindTitleInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            path: fields.read("path")?,
        })
    }
}

/// The body of `lend_book`, by what the path says.
#[derive(Debug, Clone)]
pub enum LendBookBody {
    /// For `friend`.
    Friend(LoanToFriend),
    /// For `library`.
    Library(LoanToLibrary),
}

impl super::read::FromValue for LendBookBody {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let (chosen, value) = super::read::Fields::of(value)?.only()?;
        match &*chosen {
            "friend" => super::read::FromValue::from_value(value).map(Self::Friend),
            "library" => super::read::FromValue::from_value(value).map(Self::Library),
            _ => None,
        }
    }
}

/// What `lend_book` takes from the path.
#[derive(Debug, Clone)]
pub struct LendBookPath {
    /// The book's id.
    pub id: crate::kernel::id::Id,
    /// Who gets it.
    pub to: LendBookTo,
}

impl super::read::FromValue for LendBookPath {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            id: fields.read("id")?,
            to: fields.read("to")?,
        })
    }
}

/// What `lend_book` takes.
#[derive(Debug, Clone)]
pub struct LendBookInput {
    /// From the path.
    pub path: LendBookPath,
    /// The body.
    pub body: LendBookBody,
}

impl super::read::FromValue for LendBookInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            path: fields.read("path")?,
            body: fields.read("body")?,
        })
    }
}

/// What `show_visit` takes from the query.
#[derive(Debug, Clone)]
pub struct ShowVisitQuery {
    /// Who comes.
    pub who: String,
    /// How many.
    pub party: Option<i64>,
}

impl super::read::FromValue for ShowVisitQuery {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            who: fields.read("who")?,
            party: fields.read("party")?,
        })
    }
}

/// What `show_visit` takes.
#[derive(Debug, Clone)]
pub struct ShowVisitInput {
    /// From the query.
    pub query: ShowVisitQuery,
}

impl super::read::FromValue for ShowVisitInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            query: fields.read("query")?,
        })
    }
}

/// What `begin_visit` takes.
#[derive(Debug, Clone)]
pub struct BeginVisitInput {
    /// The body.
    pub body: Visit,
}

impl super::read::FromValue for BeginVisitInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            body: fields.read("body")?,
        })
    }
}

/// What `issue_ticket` takes.
#[derive(Debug, Clone)]
pub struct IssueTicketInput {
    /// The body.
    pub body: TicketRequest,
}

impl super::read::FromValue for IssueTicketInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            body: fields.read("body")?,
        })
    }
}

/// What `ring_bell` takes from the query.
#[derive(Debug, Clone)]
pub struct RingBellQuery {
    /// Which door.
    pub door: String,
}

impl super::read::FromValue for RingBellQuery {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            door: fields.read("door")?,
        })
    }
}

/// What `ring_bell` takes from the header.
#[derive(Debug, Clone)]
pub struct RingBellHeader {
    /// What is spoken.
    pub sec_websocket_protocol: Option<String>,
}

impl super::read::FromValue for RingBellHeader {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            sec_websocket_protocol: fields.read("sec-websocket-protocol")?,
        })
    }
}

/// What `ring_bell` takes.
#[derive(Debug, Clone)]
pub struct RingBellInput {
    /// From the query.
    pub query: RingBellQuery,
    /// From the header.
    pub header: RingBellHeader,
}

impl super::read::FromValue for RingBellInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            query: fields.read("query")?,
            header: fields.read("header")?,
        })
    }
}

/// What `hear_visits` takes from the query.
#[derive(Debug, Clone)]
pub struct HearVisitsQuery {
    /// Which door.
    pub door: String,
}

impl super::read::FromValue for HearVisitsQuery {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            door: fields.read("door")?,
        })
    }
}

/// What `hear_visits` takes from the header.
#[derive(Debug, Clone)]
pub struct HearVisitsHeader {
    /// The last visitor that was heard of.
    pub last_event_id: Option<i64>,
}

impl super::read::FromValue for HearVisitsHeader {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            last_event_id: fields.read("last-event-id")?,
        })
    }
}

/// What `hear_visits` takes.
#[derive(Debug, Clone)]
pub struct HearVisitsInput {
    /// From the query.
    pub query: HearVisitsQuery,
    /// From the header.
    pub header: HearVisitsHeader,
}

impl super::read::FromValue for HearVisitsInput {
    fn from_value(value: serde_json::Value) -> Option<Self> {
        let mut fields = super::read::Fields::of(value)?;
        Some(Self {
            query: fields.read("query")?,
            header: fields.read("header")?,
        })
    }
}

/// Values of fields that were left out.
mod defaults {
    pub(super) fn new_paper_book_pages() -> i64 {
        100
    }

    pub(super) fn new_paper_book_genre() -> super::Genre {
        super::Genre::Novel
    }

    pub(super) fn new_audio_book_abridged() -> bool {
        false
    }

    pub(super) fn visit_party() -> i64 {
        1
    }

    pub(super) fn list_books_query_language() -> super::LanguageParameter {
        super::LanguageParameter::En
    }
}
