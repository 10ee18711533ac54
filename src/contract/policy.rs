//! What the contract decides about an operation beside its input and output.

use super::RateClass;
pub use super::schema::DataClass;
use super::scopes::Scopes;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Auth {
    /// Anyone.
    Public,
    /// A signed-in user or a user's key.
    User,
    /// An administrator's key.
    Admin,
}

/// Who may keep an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheScope {
    /// Nobody: `no-store`.
    None,
    /// The caller's own cache.
    Private,
    /// Any cache on the way.
    Public,
}

/// Where the entity tag of an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ETag {
    /// The answer has none.
    None,
    /// The resource's version.
    Version,
    /// A digest of the answer's bytes.
    Content,
}

/// How an answer may be cached (RFC 9111, RFC 5861).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache {
    /// Who may keep it.
    pub scope: CacheScope,
    /// Seconds for which it is fresh.
    pub max_age: u32,
    /// Seconds for which it may be used stale while it is renewed; 0 for never.
    pub stale_while_revalidate: u32,
    /// Where its entity tag comes from.
    pub etag: ETag,
    /// How long the isolate itself keeps it, if it does.
    pub kept: Option<Kept>,
}

/// How long an isolate keeps an answer (`gateway::kept`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Seconds for which it is given.
    pub seconds: u32,
    /// Seconds after that for which it is given while it is made anew.
    pub stale: u32,
    /// The events of the account after which it is not given any more: bits in the order of `EVENTS`.
    pub on: u32,
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
#[derive(Debug)]
pub struct Version {
    /// `v` and a number: the first segment behind `/api`.
    pub name: &'static str,
    /// How it stands.
    pub state: VersionState,
    /// Since when it stands so, as `Deprecation` says it (RFC 9745).
    pub since: &'static str,
    /// When it stops answering, as an HTTP date; empty where nobody knows yet.
    pub sunset: &'static str,
    /// Where to read how to move on; empty where there is nothing to read.
    pub link: &'static str,
}

/// How many sequential calls of each kind an operation may make, admission included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Database round trips; a batch is one.
    pub d1: u8,
    /// Cache calls.
    pub kv: u8,
    /// Calls of objects.
    pub object: u8,
    /// Calls to servers outside.
    pub upstream: u8,
}

/// Whether a write must name the version it changes (RFC 9110 section 13.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IfMatch {
    /// The header is not looked at.
    None,
    /// Checked when sent.
    Optional,
    /// Must be sent.
    Required,
}

/// The media type of the body that an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BodyType {
    /// No body.
    None,
    /// `application/json`.
    Json,
    /// `application/merge-patch+json` (RFC 7396); plain `application/json` is accepted too.
    MergePatch,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Either of JSON and form.
    JsonOrForm,
}

/// How an operation tells its problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusals {
    /// By a problem document (RFC 9457).
    Document,
    /// By a page that a person reads.
    Page,
    /// As OAuth clients read it (RFC 6749 section 5.2).
    OAuth,
}

/// An operation on its way out (RFC 9745, RFC 8594).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deprecation {
    /// The date since which it is deprecated, as the header says it: seconds since 1970 behind an `@`.
    pub since: &'static str,
    /// The date on which it may stop answering, as an HTTP date (RFC 9110 section 5.6.7).
    pub sunset: &'static str,
    /// Where to read what to do instead.
    pub link: Option<&'static str>,
}

impl Deprecation {
    /// The headers that tell of it.
    pub fn headers(self) -> impl Iterator<Item = (&'static str, String)> {
        let link = self.link.map(|link| ("link", format!("<{link}>; rel=\"deprecation\"")));
        [("deprecation", self.since.to_owned()), ("sunset", self.sunset.to_owned())].into_iter().chain(link)
    }
}

/// The policy of one operation.
#[derive(Debug)]
pub struct Policy {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path with its parameters in braces: the name of the route in logs and metrics.
    pub path: &'static str,
    /// The room that answers.
    pub room: &'static str,
    /// Who may call.
    pub auth: Auth,
    /// The scopes that the caller must hold, all of them.
    pub scopes: Scopes,
    /// Whether the caller's object is asked even where a lease would do.
    pub sensitive: bool,
    /// Whether the caller must have signed in a moment ago; implies `sensitive`.
    pub step_up: bool,
    /// Whether each call leaves an audit record, though it only reads.
    pub audited: bool,
    /// The class whose window the call counts in.
    pub rate_class: RateClass,
    /// How many calls it counts for.
    pub rate_cost: u32,
    /// How the answer may be cached.
    pub cache: Cache,
    /// Most bytes of body; 0 when it takes none.
    pub body_limit: usize,
    /// The media type of the body.
    pub body_type: BodyType,
    /// Whether an Idempotency-Key is honoured.
    pub idempotency: bool,
    /// Whether If-Match is.
    pub if_match: IfMatch,
    /// The calls it may make.
    pub budget: Budget,
    /// The status of success.
    pub success: u16,
    /// The status of a redirect; 0 when there is none.
    pub redirect: u16,
    /// How it tells its problems.
    pub refusals: Refusals,
    /// Set when it is on its way out.
    pub deprecated: Option<Deprecation>,
    /// The fields that may be asked for one by one (`gateway::fields`); empty where none may.
    pub light: &'static str,
}

impl Policy {
    /// Whether its answer of success is a socket, which an object gives (RFC 6455).
    #[must_use]
    pub fn is_upgrade(&self) -> bool {
        self.success == 101
    }
}
