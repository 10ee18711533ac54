//! Answers by way of what is kept: who may be given which, and how one is made anew behind an answer.

use super::answer::Answer;
use super::fields;
use super::kept::{Given, Sought};
use super::request::{Incoming, Segments};
use crate::config::Config;
use crate::context::{Afterwards, Connection, Context, Isolate};
use crate::contract::input::RawInput;
use crate::contract::policy::Auth;
use crate::contract::{Operation, Route, dispatch, route};
use crate::identity::caller::{Caller, Credential};
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::Ports;

/// A kept answer that is to be made anew, for the same caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Reread {
    sought: Sought,
    caller: Caller,
    origin: String,
    path: String,
    query: String,
}

impl Reread {
    /// The same question once more.
    #[must_use]
    pub fn of(sought: Sought, caller: &Caller, incoming: &dyn Incoming) -> Self {
        let text = str::to_owned;
        let (origin, path, query) = (incoming.origin(), incoming.path(), incoming.query());
        Self { sought, caller: caller.clone(), origin: text(origin), path: text(path), query: text(query) }
    }

    /// Asks the operation again and keeps what it says. Tells what is to be done next.
    ///
    /// # Errors
    /// What the operation refuses; then the next caller tries.
    pub async fn carry_out(
        self,
        ports: Ports<'_>,
        config: &Config,
        isolate: &Isolate,
        now: Timestamp,
    ) -> Result<Vec<Afterwards>, Problem> {
        let segments = Segments::of(&self.path);
        let Route::Found(operation, params) = route("GET", segments.as_slice()) else {
            return Ok(Vec::new());
        };
        let connection = Connection { network: "", origin: &self.origin, told: &|_| None };
        let cx = Context { caller: self.caller, connection, ..Context::behind(ports, config, isolate, now) };
        let raw = RawInput { params, query: &self.query, header: &|_| None, body: None, form: false };
        let began = isolate.kept.borrow().begin();
        let answer = answered(operation, &cx, raw).await;
        let kept = match &answer {
            Ok(answer) => keep(&cx, self.sought.clone(), answer, began),
            Err(_) => false,
        };
        if !kept {
            isolate.kept.borrow_mut().not_renewed(&self.sought.name);
        }
        answer.map(|_| cx.afterwards.into_inner())
    }
}

/// Keeps an answer, unless it is a makeshift because a remote engine gave none.
pub fn keep(cx: &Context<'_>, sought: Sought, answer: &Answer, began: u64) -> bool {
    cx.remote.get().is_none()
        && cx.cookies.borrow().is_empty()
        && cx.isolate.kept.borrow_mut().keep(sought, answer, began, cx.ports.database.bookmark(), cx.now)
}

/// Asks the operation, and leaves of its answer the fields that were asked for.
pub async fn answered(operation: Operation, cx: &Context<'_>, raw: RawInput<'_>) -> Result<Answer, Problem> {
    match fields::asked(operation.policy().light, raw.query)? {
        None => dispatch(operation, cx, raw).await,
        Some((fields, query)) => {
            let raw = RawInput { query: &query, ..raw };
            Ok(dispatch(operation, cx, raw).await?.with_fields(operation, &fields))
        }
    }
}

/// What would be kept of the answer, if its operation says that something is; its revision is still unknown.
#[must_use]
pub fn sought(operation: Operation, caller: &Caller, incoming: &dyn Incoming) -> Option<Sought> {
    let policy = operation.policy();
    let kept =
        policy.cache.kept.filter(|_| incoming.method() == "GET" && incoming.header("range").is_none())?;
    let mut name = [operation.id(), " ", incoming.origin(), incoming.path(), "?", incoming.query()].concat();
    let account = match caller {
        Caller::User(user) => {
            let credential = match &user.credential {
                Credential::Session { id, .. } | Credential::Key { id, .. } => id,
            };
            // An address has no line breaks, so that no two callers have the same name.
            name.push_str(&format!("\n{} {credential} {} {}", user.user_id, user.scopes.bits(), user.epoch));
            Some(user.user_id)
        }
        _ => None,
    };
    if (policy.auth == Auth::Public) != account.is_none() {
        return None;
    }
    Some(Sought { name, account, kept, revision: 0, changed: None, reads: policy.budget.d1 > 0 })
}

/// The kept answer as it is sent.
#[must_use]
pub fn sent(given: Given, sought: &Sought) -> Answer {
    let mut answer = given.answer;
    let left = i64::from(sought.kept.seconds) - given.age;
    answer.headers.push(("age", given.age.to_string()));
    answer.headers.push(("cache-status", format!("witness; hit; ttl={left}")));
    answer
}
