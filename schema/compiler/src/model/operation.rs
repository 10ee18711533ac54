//! Operations and what they decide.

use super::Parameter;
use crate::node::{At, Node};

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anyone.
    Public,
    /// A user.
    User,
    /// An administrator.
    Admin,
}

/// Where an entity tag comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ETag {
    /// There is none.
    None,
    /// The version field.
    Version,
    /// The bytes.
    Content,
}

/// Caching of an answer.
#[derive(Debug, Clone)]
pub struct Cache {
    /// `none`, `private` or `public`.
    pub scope: String,
    /// Seconds fresh.
    pub max_age: u32,
    /// Seconds usable stale.
    pub stale: u32,
    /// Entity tag.
    pub etag: ETag,
    /// How long the house itself keeps it.
    pub kept: Option<Kept>,
}

/// How long the house keeps an answer.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where it stands.
    pub at: At,
    /// Seconds fresh.
    pub seconds: u32,
    /// Seconds usable stale, while it is made anew.
    pub stale: u32,
    /// Nouns of the events after which it is not given any more.
    pub on: Vec<String>,
}

/// How a version of the interface stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionState {
    /// The one to use.
    Current,
    /// On its way out.
    Deprecated,
    /// Gone.
    Retired,
}

/// A version of the interface.
#[derive(Debug, Clone)]
pub struct Version {
    /// Where it stands.
    pub at: At,
    /// `v` and a number.
    pub name: String,
    /// How it stands.
    pub state: VersionState,
    /// The day since which it stands so.
    pub since: String,
    /// The day on which it stops answering, or did.
    pub sunset: Option<String>,
    /// Where to read how to move on.
    pub link: Option<String>,
}

/// Whether If-Match is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// No.
    None,
    /// When sent.
    Optional,
    /// It must be sent.
    Required,
}

/// The I/O budget.
#[derive(Debug, Clone, Copy, Default)]
pub struct Budget {
    /// Database.
    pub d1: u32,
    /// Cache.
    pub kv: u32,
    /// Objects.
    pub object: u32,
    /// Outside.
    pub upstream: u32,
}

impl Budget {
    /// All calls together.
    #[must_use]
    pub fn total(self) -> u32 {
        self.d1 + self.kv + self.object + self.upstream
    }
}

/// A request body.
#[derive(Debug, Clone)]
pub struct Body {
    /// Where it stands.
    pub at: At,
    /// What it is.
    pub form: BodyForm,
    /// Whether it may come as JSON.
    pub json: bool,
    /// Whether it may come as a form (`application/x-www-form-urlencoded`).
    pub url_encoded: bool,
    /// Whether it must be there.
    pub required: bool,
}

/// The kinds of body.
#[derive(Debug, Clone)]
pub enum BodyForm {
    /// One type.
    Type(String),
    /// A merge patch.
    MergePatch(String),
    /// The type depends on a path parameter.
    By {
        /// The path parameter.
        parameter: String,
        /// Value, type and place of each.
        of: Vec<(String, String, At)>,
    },
}

/// What an answer carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carries {
    /// Nothing.
    Nothing,
    /// One value of a named type.
    One(String),
    /// A page of a named type.
    Page(String),
    /// A page for a browser.
    Html,
    /// The way to another address.
    Redirect,
    /// A socket: an object is given the request and answers it (`upgrade: true`).
    Upgrade,
    /// Events, for as long as somebody listens (`stream: true`).
    Stream,
    /// A text of this media type (`text: …`).
    Text(String),
}

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// Where it stands.
    pub at: At,
    /// The status.
    pub status: u16,
    /// When it is given.
    pub description: String,
    /// What it carries.
    pub carries: Carries,
    /// Names of further headers.
    pub headers: Vec<String>,
}

/// An example of a call.
#[derive(Debug, Clone)]
pub struct Example {
    /// Where it stands.
    pub at: At,
    /// Its name.
    pub name: String,
    /// What it shows.
    pub summary: String,
    /// Path parameters.
    pub path: Vec<(String, Node)>,
    /// Query parameters.
    pub query: Vec<(String, Node)>,
    /// Headers.
    pub headers: Vec<(String, Node)>,
    /// Body.
    pub body: Option<Node>,
    /// The answer's status.
    pub status: u16,
    /// The answer's body.
    pub response: Option<Node>,
}

/// An operation on its way out.
#[derive(Debug, Clone)]
pub struct Deprecated {
    /// Since when.
    pub since: String,
    /// Until when.
    pub sunset: String,
    /// Where to read more.
    pub link: Option<String>,
}

impl Operation {
    /// Whether it is for browsers rather than for programs.
    #[must_use]
    pub fn is_for_browsers(&self) -> bool {
        matches!(self.success.carries, Carries::Html | Carries::Redirect)
    }

    /// Whether its answer is a socket.
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        self.success.carries == Carries::Upgrade
    }

    /// The status with which a problem of that status is told.
    #[must_use]
    pub fn status_of(&self, status: u16) -> u16 {
        if self.oauth_errors { crate::contract::oauth::status(status) } else { status }
    }

    /// The status of a redirect, if there may be one.
    #[must_use]
    pub fn redirect_status(&self) -> Option<u16> {
        let own = (self.success.carries == Carries::Redirect).then_some(self.success.status);
        own.or(self.redirect.as_ref().map(|redirect| redirect.status))
    }
}

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Where it stands.
    pub at: At,
    /// The room that answers.
    pub room: String,
    /// The path template.
    pub path: String,
    /// The method in capitals.
    pub method: &'static str,
    /// Its name, `<verb>_<noun>`.
    pub id: String,
    /// One line.
    pub summary: String,
    /// More.
    pub description: String,
    /// Who may call.
    pub auth: Auth,
    /// Scopes that are needed.
    pub scopes: Vec<String>,
    /// Whether the caller's object is asked even where a lease would do.
    pub sensitive: bool,
    /// Whether the caller must have signed in a moment ago.
    pub step_up: bool,
    /// Whether each call leaves an audit record, though it only reads.
    pub audited: bool,
    /// Rate class.
    pub rate_class: String,
    /// Rate cost.
    pub rate_cost: u32,
    /// Caching.
    pub cache: Cache,
    /// Most bytes of body.
    pub body_limit: Option<u32>,
    /// Whether Idempotency-Key is honoured.
    pub idempotency: bool,
    /// Whether If-Match is.
    pub if_match: IfMatch,
    /// I/O budget.
    pub budget: Budget,
    /// Path parameters.
    pub path_parameters: Vec<Parameter>,
    /// Query parameters, those of `query_of` included.
    pub query: Vec<Parameter>,
    /// The resource whose filters are query parameters.
    pub query_of: Option<String>,
    /// Header parameters.
    pub headers: Vec<Parameter>,
    /// Cookies that it reads or sets.
    pub cookies: Vec<String>,
    /// Body.
    pub body: Option<Body>,
    /// Whether query parameters that are not declared are ignored.
    pub open_query: bool,
    /// The answer of success.
    pub success: Response,
    /// The redirect that may come instead of a page.
    pub redirect: Option<Response>,
    /// Whether problems are told as OAuth clients read them.
    pub oauth_errors: bool,
    /// All problem codes, the implied ones included.
    pub problems: Vec<String>,
    /// Examples.
    pub examples: Vec<Example>,
    /// On its way out.
    pub deprecated: Option<Deprecated>,
    /// Template of the Location header.
    pub location: Option<String>,
    /// Whether callers may ask for some of the answer's fields alone.
    pub light: bool,
}
