use super::Operation;
use super::policy::*;
use super::scopes::{Holder, Scopes};

/// What the holder of a credential may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Read books.
    BooksRead,
    /// Change books.
    BooksWrite,
    /// Count all books.
    AdminBooksRead,
}

impl Scope {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::BooksRead, Self::BooksWrite, Self::AdminBooksRead];

    /// The name in the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BooksRead => "books:read",
            Self::BooksWrite => "books:write",
            Self::AdminBooksRead => "admin:books:read",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == name)
    }
}

impl Scope {
    /// What it allows, in words for those who grant it.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::BooksRead => "Read books.",
            Self::BooksWrite => "Change books.",
            Self::AdminBooksRead => "Count all books.",
        }
    }

    /// Who may hold it.
    #[must_use]
    pub fn holders(self) -> &'static [Holder] {
        match self {
            Self::BooksRead => &[Holder::Session, Holder::Key, Holder::Client, Holder::Support],
            Self::BooksWrite => &[Holder::Session],
            Self::AdminBooksRead => &[Holder::Support, Holder::Admin],
        }
    }
}

impl Scopes {
    /// All that such a holder may have.
    #[must_use]
    pub const fn of_holder(holder: Holder) -> Self {
        match holder {
            Holder::Session => const { Self::of(&[Scope::BooksRead, Scope::BooksWrite]) },
            Holder::Key => const { Self::of(&[Scope::BooksRead]) },
            Holder::Client => const { Self::of(&[Scope::BooksRead]) },
            Holder::Support => const { Self::of(&[Scope::BooksRead, Scope::AdminBooksRead]) },
            Holder::Admin => const { Self::of(&[Scope::AdminBooksRead]) },
        }
    }
}

/// Cookies that pages use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CookieName {
    /// Who stands at the door.
    Flow,
    /// Who is in.
    Session,
}

impl CookieName {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Flow, Self::Session];

    /// The name in the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Session => "session",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == name)
    }
}

/// Operations whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RateClass {
    /// Reads.
    Read,
    /// Writes.
    Write,
    /// Loans are scarce.
    Loan,
}

impl RateClass {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Read, Self::Write, Self::Loan];

    /// The name in the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Loan => "loan",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == name)
    }
}

impl RateClass {
    /// What a minute, an hour and a day admit of it, where it has a quota of its own.
    #[must_use]
    pub fn quota(self) -> Option<[u32; 3]> {
        match self {
            Self::Loan => Some([2, 10, 20]),
            _ => None,
        }
    }
}

/// The versions of the interface, the current one first.
pub static VERSIONS: [Version; 2] = [
    Version { name: "v2", state: VersionState::Current, since: "@1772323200", sunset: "", link: "" },
    Version { name: "v1", state: VersionState::Deprecated, since: "@1772323200", sunset: "Mon, 01 Mar 2027 00:00:00 GMT", link: "/docs/move" },
];

/// The nouns of events: what stands before the dot of their type. Sets of them are bits in this order.
pub static EVENTS: &[&str] = &["book", "loan"];

/// Those after which kept answers are not given any more.
pub const KEPT_ON: u32 = 3;

impl Operation {
    /// Its policy.
    #[must_use]
    pub fn policy(self) -> &'static Policy {
        // One entry an operation, in the same order.
        &POLICIES[self as usize]
    }
}

static POLICIES: [Policy; 13] = [
    // find_health
    Policy {
        method: "GET",
        path: "/health",
        room: "shelf",
        auth: Auth::Public,
        scopes: Scopes::of(&[]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Read,
        rate_cost: 0,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::None, kept: None },
        body_limit: 0,
        body_type: BodyType::None,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 0, kv: 0, object: 0, upstream: 0 },
        success: 200,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "",
    },
    // list_books
    Policy {
        method: "GET",
        path: "/api/v1/books",
        room: "shelf",
        auth: Auth::User,
        scopes: Scopes::of(&[Scope::BooksRead]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Read,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::Private, max_age: 0, stale_while_revalidate: 0, etag: ETag::Content, kept: Some(Kept { seconds: 60, stale: 30, on: 3 }) },
        body_limit: 0,
        body_type: BodyType::None,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 1, kv: 0, object: 1, upstream: 0 },
        success: 200,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "has_more items(created_at extra* genre id lent note pages returned shelf_name state tags title version weight) next_cursor",
    },
    // create_book
    Policy {
        method: "POST",
        path: "/api/v1/books",
        room: "shelf",
        auth: Auth::User,
        scopes: Scopes::of(&[Scope::BooksWrite]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Write,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::Version, kept: None },
        body_limit: 4096,
        body_type: BodyType::Json,
        idempotency: true,
        if_match: IfMatch::None,
        budget: Budget { d1: 1, kv: 0, object: 1, upstream: 0 },
        success: 201,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "",
    },
    // update_book
    Policy {
        method: "PATCH",
        path: "/api/v1/books/{id}",
        room: "shelf",
        auth: Auth::User,
        scopes: Scopes::of(&[Scope::BooksWrite]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Write,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::Version, kept: None },
        body_limit: 4096,
        body_type: BodyType::MergePatch,
        idempotency: true,
        if_match: IfMatch::Required,
        budget: Budget { d1: 1, kv: 0, object: 1, upstream: 0 },
        success: 200,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "",
    },
    // delete_book
    Policy {
        method: "DELETE",
        path: "/api/v1/books/{id}",
        room: "shelf",
        auth: Auth::User,
        scopes: Scopes::of(&[Scope::BooksWrite]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Write,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::None, kept: None },
        body_limit: 0,
        body_type: BodyType::None,
        idempotency: false,
        if_match: IfMatch::Optional,
        budget: Budget { d1: 1, kv: 0, object: 1, upstream: 0 },
        success: 204,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: Some(Deprecation { since: "@1767225600", sunset: "Fri, 01 Jan 2027 00:00:00 GMT", link: Some("/docs/migration") }),
        light: "",
    },
    // count_books
    Policy {
        method: "GET",
        path: "/api/v1/books/count",
        room: "shelf",
        auth: Auth::Admin,
        scopes: Scopes::of(&[Scope::AdminBooksRead]),
        sensitive: true,
        step_up: false,
        audited: true,
        rate_class: RateClass::Read,
        rate_cost: 2,
        cache: Cache { scope: CacheScope::Private, max_age: 60, stale_while_revalidate: 30, etag: ETag::None, kept: None },
        body_limit: 0,
        body_type: BodyType::None,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 1, kv: 0, object: 0, upstream: 0 },
        success: 200,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "",
    },
    // find_title
    Policy {
        method: "GET",
        path: "/api/v2/books/{id}/title",
        room: "shelf",
        auth: Auth::Public,
        scopes: Scopes::of(&[]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Read,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::Public, max_age: 60, stale_while_revalidate: 0, etag: ETag::Content, kept: Some(Kept { seconds: 3600, stale: 0, on: 0 }) },
        body_limit: 0,
        body_type: BodyType::None,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 0, kv: 0, object: 1, upstream: 0 },
        success: 200,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "",
    },
    // lend_book
    Policy {
        method: "POST",
        path: "/api/v1/books/{id}/loans/{to}",
        room: "shelf",
        auth: Auth::User,
        scopes: Scopes::of(&[Scope::BooksRead, Scope::BooksWrite]),
        sensitive: true,
        step_up: true,
        audited: false,
        rate_class: RateClass::Write,
        rate_cost: 3,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::None, kept: None },
        body_limit: 1024,
        body_type: BodyType::Json,
        idempotency: true,
        if_match: IfMatch::None,
        budget: Budget { d1: 2, kv: 0, object: 1, upstream: 0 },
        success: 201,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "",
    },
    // show_visit
    Policy {
        method: "GET",
        path: "/visit",
        room: "shelf",
        auth: Auth::Public,
        scopes: Scopes::of(&[]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Read,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::None, kept: None },
        body_limit: 0,
        body_type: BodyType::None,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 0, kv: 0, object: 1, upstream: 0 },
        success: 200,
        redirect: 303,
        refusals: Refusals::Page,
        deprecated: None,
        light: "",
    },
    // begin_visit
    Policy {
        method: "POST",
        path: "/visit",
        room: "shelf",
        auth: Auth::Public,
        scopes: Scopes::of(&[]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Write,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::None, kept: None },
        body_limit: 1024,
        body_type: BodyType::Form,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 0, kv: 0, object: 1, upstream: 0 },
        success: 302,
        redirect: 302,
        refusals: Refusals::Page,
        deprecated: None,
        light: "",
    },
    // issue_ticket
    Policy {
        method: "POST",
        path: "/ticket",
        room: "shelf",
        auth: Auth::Public,
        scopes: Scopes::of(&[]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Write,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::None, kept: None },
        body_limit: 1024,
        body_type: BodyType::JsonOrForm,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 0, kv: 0, object: 1, upstream: 0 },
        success: 200,
        redirect: 0,
        refusals: Refusals::OAuth,
        deprecated: None,
        light: "",
    },
    // ring_bell
    Policy {
        method: "GET",
        path: "/bell",
        room: "shelf",
        auth: Auth::Public,
        scopes: Scopes::of(&[]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Read,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::None, kept: None },
        body_limit: 0,
        body_type: BodyType::None,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 0, kv: 0, object: 1, upstream: 0 },
        success: 101,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "",
    },
    // hear_visits
    Policy {
        method: "GET",
        path: "/visits",
        room: "shelf",
        auth: Auth::Public,
        scopes: Scopes::of(&[]),
        sensitive: false,
        step_up: false,
        audited: false,
        rate_class: RateClass::Read,
        rate_cost: 1,
        cache: Cache { scope: CacheScope::None, max_age: 0, stale_while_revalidate: 0, etag: ETag::None, kept: None },
        body_limit: 0,
        body_type: BodyType::None,
        idempotency: false,
        if_match: IfMatch::None,
        budget: Budget { d1: 0, kv: 0, object: 1, upstream: 0 },
        success: 200,
        redirect: 0,
        refusals: Refusals::Document,
        deprecated: None,
        light: "",
    },
];
