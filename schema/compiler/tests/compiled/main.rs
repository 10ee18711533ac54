//! The emitted files of the fixture contract, compiled and run: routes, decoding, types and dispatch.
//!
//! The kernel parts that they name are the house's own where they stand alone, small stand-ins where not.

#![allow(dead_code, missing_docs, unused_imports)]

mod decode;
mod dispatch;
mod routes;
mod types;

#[path = "../../../../src/contract"]
mod contract {
    pub mod check;
    pub mod input;
    pub mod oauth;
    pub mod policy;
    pub mod read;
    pub mod schema;
    pub mod scopes;
    pub mod stored;

    mod operation {
        include!("../golden/operation.rs");
    }
    mod policies {
        include!("../golden/policy.rs");
    }
    pub mod types {
        include!("../golden/types.rs");
    }
    pub mod checks {
        include!("../golden/checks.rs");
    }
    mod problems {
        include!("../golden/problems.rs");
    }
    pub mod resources {
        include!("../golden/resources.rs");
    }
    mod answering {
        include!("../golden/dispatch.rs");
    }

    pub use answering::dispatch;
    pub use operation::{MAX_DEPTH, Operation, Params, Route, route};
    pub use policies::{CookieName, EVENTS, KEPT_ON, RateClass, Scope, VERSIONS};
    pub use problems::Code;
    pub use scopes::Scopes;
}

#[path = "../../../../src/resource"]
mod resource {
    pub mod description;
}

#[path = "../../../../src/kernel"]
mod kernel {
    pub mod cookie;
    pub mod format;
    pub mod html;
    pub mod json;
    pub mod map;
    pub mod patch;
    pub mod row;

    pub mod id {
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct Id(pub String);

        impl std::fmt::Display for Id {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    }

    pub mod time {
        #[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct Timestamp(pub chrono::DateTime<chrono::Utc>);

        impl From<Timestamp> for crate::ports::Value {
            fn from(at: Timestamp) -> Self {
                Self::Integer(at.0.timestamp_millis())
            }
        }
    }

    pub mod object {
        pub struct Upgrade {
            pub name: String,
        }
    }

    pub mod hub {
        pub struct Follow {
            pub door: String,
            pub after: i64,
        }
    }

    pub mod page {
        #[derive(Debug, serde::Serialize)]
        pub struct Page<T> {
            pub items: Vec<T>,
            pub has_more: bool,
            pub next_cursor: Option<String>,
        }
    }

    pub mod problem {
        pub use crate::contract::Code;

        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Place {
            Body,
            Query,
            Path,
            Header,
        }

        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Violation {
            pub place: Place,
            pub pointer: String,
            pub code: &'static str,
            pub message: String,
        }

        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Problem {
            pub code: Code,
            pub detail: String,
            pub violations: Vec<Violation>,
        }

        impl Problem {
            pub fn invalid(violations: Vec<Violation>) -> Self {
                Self { code: Code::InvalidRequest, detail: String::new(), violations }
            }

            pub fn malformed(detail: impl Into<String>) -> Self {
                Self { code: Code::MalformedRequest, detail: detail.into(), violations: Vec::new() }
            }

            pub fn cause(self, _: impl Into<String>) -> Self {
                self
            }
        }
    }
}

mod ports {
    #[derive(Debug, Clone, PartialEq)]
    pub enum Value {
        Null,
        Bool(bool),
        Integer(i64),
        Real(f64),
        Text(String),
    }

    macro_rules! from {
        ($($ty:ty => $make:expr),+) => {
            $(impl From<$ty> for Value {
                fn from(value: $ty) -> Self {
                    ($make)(value)
                }
            })+
        };
    }
    from!(bool => Value::Bool, i64 => Value::Integer, f64 => Value::Real, String => Value::Text,
        &str => |text: &str| Value::Text(text.to_owned()));
}

mod context {
    pub struct Context<'a>(pub &'a str);
}

mod gateway {
    pub mod answer {
        use crate::contract::Operation;
        use crate::kernel::html::{Html, PageOrRedirect, Redirect};
        use crate::kernel::hub::Follow;
        use crate::kernel::object::Upgrade;
        use crate::kernel::page::Page;
        use crate::kernel::problem::Problem;

        #[derive(Debug, PartialEq)]
        pub struct Answer {
            pub body: Option<serde_json::Value>,
            pub version: Option<i64>,
            pub location: Option<String>,
        }

        impl Answer {
            pub fn json<T: serde::Serialize>(
                _: Operation,
                body: &T,
                version: Option<i64>,
                location: Option<String>,
            ) -> Result<Self, Problem> {
                Ok(Self { body: serde_json::to_value(body).ok(), version, location })
            }

            pub fn page<T: serde::Serialize>(operation: Operation, page: &Page<T>) -> Result<Self, Problem> {
                Self::json(operation, page, None, None)
            }

            pub fn html(_: Operation, page: Html) -> Result<Self, Problem> {
                Ok(Self { body: Some(page.finish().into()), version: None, location: None })
            }

            pub fn redirect(_: Operation, redirect: &Redirect) -> Result<Self, Problem> {
                Ok(Self { body: None, version: None, location: Some(redirect.header()) })
            }

            pub fn page_or_redirect(operation: Operation, output: PageOrRedirect) -> Result<Self, Problem> {
                match output {
                    PageOrRedirect::Page(page) => Self::html(operation, page),
                    PageOrRedirect::Redirect(redirect) => Self::redirect(operation, &redirect),
                }
            }

            pub fn upgrade(_: Operation, upgrade: Upgrade) -> Result<Self, Problem> {
                Ok(Self { body: None, version: None, location: Some(upgrade.name) })
            }

            pub fn stream(_: Operation, follow: Follow) -> Result<Self, Problem> {
                Ok(Self { body: None, version: Some(follow.after), location: Some(follow.door) })
            }

            pub fn empty(_: Operation) -> Result<Self, Problem> {
                Ok(Self { body: None, version: None, location: None })
            }
        }
    }
}

/// A room whose handlers answer with what they were given.
mod shelf {
    pub mod operations {
        use crate::context::Context;
        use crate::contract::types::*;
        use crate::kernel::html::{Html, PageOrRedirect, Redirect};
        use crate::kernel::hub::Follow;
        use crate::kernel::object::Upgrade;
        use crate::kernel::page::Page;
        use crate::kernel::problem::Problem;

        fn book(id: &str, title: &str) -> Book {
            serde_json::from_value(serde_json::json!({
                "id": id, "title": title, "genre": "novel", "pages": 1, "lent": false, "tags": [], "extra": {},
                "note": null, "weight": null, "created_at": "2026-01-05T08:00:00Z", "version": 7,
            }))
            .unwrap()
        }

        pub async fn find_health(_: &Context<'_>, _: FindHealthInput) -> Result<Health, Problem> {
            Ok(Health { status: HealthStatus::Ok })
        }

        pub async fn list_books(_: &Context<'_>, input: ListBooksInput) -> Result<Page<Book>, Problem> {
            Ok(Page { items: Vec::new(), has_more: false, next_cursor: input.query.cursor })
        }

        pub async fn create_book(_: &Context<'_>, input: CreateBookInput) -> Result<Book, Problem> {
            match input.body {
                NewBook::Paper(paper) => Ok(book("p1", &paper.title)),
                NewBook::Audio(audio) => Ok(book("a1", &audio.title)),
            }
        }

        pub async fn update_book(_: &Context<'_>, input: UpdateBookInput) -> Result<Book, Problem> {
            Ok(book(&input.path.id.0, &input.body.title.unwrap_or_default()))
        }

        pub async fn delete_book(_: &Context<'_>, _: DeleteBookInput) -> Result<(), Problem> {
            Ok(())
        }

        pub async fn count_books(_: &Context<'_>, _: CountBooksInput) -> Result<Health, Problem> {
            Ok(Health { status: HealthStatus::Ok })
        }

        pub async fn find_title(_: &Context<'_>, _: FindTitleInput) -> Result<Health, Problem> {
            Ok(Health { status: HealthStatus::Ok })
        }

        pub async fn show_visit(_: &Context<'_>, input: ShowVisitInput) -> Result<PageOrRedirect, Problem> {
            Ok(match input.query.party {
                None => Html::page(&input.query.who).into(),
                Some(_) => Redirect::to("/api/v1/books").into(),
            })
        }

        pub async fn begin_visit(_: &Context<'_>, input: BeginVisitInput) -> Result<Redirect, Problem> {
            Ok(Redirect::to(format!("/visit?who={}", input.body.who)))
        }

        pub async fn ring_bell(_: &Context<'_>, input: RingBellInput) -> Result<Upgrade, Problem> {
            Ok(Upgrade { name: input.query.door })
        }

        pub async fn hear_visits(_: &Context<'_>, input: HearVisitsInput) -> Result<Follow, Problem> {
            Ok(Follow { door: input.query.door, after: input.header.last_event_id.unwrap_or_default() })
        }

        pub async fn issue_ticket(_: &Context<'_>, input: IssueTicketInput) -> Result<Ticket, Problem> {
            let TicketRequest { code, days } = input.body;
            Ok(Ticket { ticket: format!("{code} {days:?}") })
        }

        pub async fn lend_book(_: &Context<'_>, input: LendBookInput) -> Result<Loan, Problem> {
            let ticket = match input.body {
                LendBookBody::Friend(friend) => friend.email,
                LendBookBody::Library(library) => library.site,
            };
            Ok(Loan { ticket, until: chrono::NaiveDate::default() })
        }
    }
}

/// A request taken apart, as the gateway does it.
struct Asked<'a> {
    operation: contract::Operation,
    params: contract::Params<'a>,
    query: &'a str,
    body: Option<&'a [u8]>,
    form: bool,
}

/// Finds the operation of a method and a path with its query.
fn ask<'a>(method: &str, target: &'a str, body: Option<&'a str>) -> Asked<'a> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match contract::route(method, &segments) {
        contract::Route::Found(operation, params) => {
            Asked { operation, params, query, body: body.map(str::as_bytes), form: false }
        }
        other => panic!("{other:?}"),
    }
}

impl<'a> Asked<'a> {
    fn raw<'h>(&self, header: &'h dyn Fn(&str) -> Option<String>) -> contract::input::RawInput<'h>
    where
        'a: 'h,
    {
        contract::input::RawInput {
            params: self.params,
            query: self.query,
            header,
            body: self.body,
            form: self.form,
        }
    }
}
