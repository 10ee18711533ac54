//! What a handler is given: who calls, when, with which means.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::config::Config;
use crate::identity::admission::Leases;
use crate::identity::caller::{Caller, UserCaller};
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::oracle::results::LocalResults;
use crate::ports::Ports;
use crate::resource::sql::Repeat;

/// What an isolate remembers between requests. It may vanish at any time and holds nothing that is not
/// also elsewhere. No borrow is held across an await.
#[derive(Default)]
pub struct Isolate {
    /// Parts of callers' quotas, taken in advance.
    pub leases: RefCell<Leases>,
    /// Engine results of the last seconds.
    pub results: RefCell<LocalResults>,
}

/// Work that the answer does not wait for. It is data, so that the rooms stay free of the platform; the
/// rim carries it out once the answer is on its way, and a failure of it is only logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Afterwards {
    /// Puts a value into the cache.
    CachePut {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// How long it is good.
        life: Duration,
    },
}

/// The means of one request.
pub struct Context<'a> {
    /// The ports, counted.
    pub ports: Ports<'a>,
    /// The settings.
    pub config: &'a Config,
    /// The isolate's memory.
    pub isolate: &'a Isolate,
    /// When the request came.
    pub now: Timestamp,
    /// The request's id.
    pub request_id: Id,
    /// Who calls.
    pub caller: Caller,
    /// The version that If-Match asks for.
    pub if_match: Option<i64>,
    /// What makes a repetition of this request recognisable, where the caller asked for it.
    pub repeat: Option<Repeat>,
    /// Whether the answer is that of an earlier request.
    pub replayed: Cell<bool>,
    /// What is left to do afterwards.
    pub afterwards: RefCell<Vec<Afterwards>>,
}

impl Context<'_> {
    /// A new id for a row or an event.
    #[must_use]
    pub fn new_id(&self) -> Id {
        let mut random = [0; 10];
        self.ports.random.fill(&mut random);
        Id::new(self.now, random)
    }

    /// The calling account; a defect of the contract if the operation is open to anonymous callers.
    pub fn user(&self) -> Result<&UserCaller, Problem> {
        match &self.caller {
            Caller::User(user) => Ok(user),
            Caller::Anonymous => Err(Problem::new(Code::Unauthenticated)),
        }
    }

    /// Leaves work for when the answer is on its way.
    pub fn afterwards(&self, work: Afterwards) {
        self.afterwards.borrow_mut().push(work);
    }
}
