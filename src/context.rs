//! What a handler is given: who calls, when, with which means.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::config::Config;
use crate::contract::{CookieName, EVENTS, KEPT_ON};
use crate::gateway::kept;
use crate::gateway::renew::Reread;
use crate::identity::activity::{Noted, Used};
use crate::identity::admission::Leases;
use crate::identity::caller::{AdminCaller, Caller, UserCaller};
use crate::identity::confirmed::Confirmed;
use crate::identity::keys;
use crate::identity::passwords::Passwords;
use crate::kernel::audience::Audience;
use crate::kernel::audit::{self, Personal, Record, Refusals, When};
use crate::kernel::cookie::{self, Cookie};
use crate::kernel::event::Draft;
use crate::kernel::hub::Command;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ops::errors::buffer::Buffer as Errors;
use crate::ops::metrics::buffer::Buffer;
use crate::ops::sealer;
use crate::ops::status::report::Kept;
use crate::ops::telemetry::buffer::Telemetry;
use crate::oracle::breaker::Breakers;
use crate::oracle::cache::made::Renewal;
use crate::oracle::cache::marks;
use crate::oracle::counts::Counts;
use crate::oracle::engines::Book;
use crate::oracle::results::LocalResults;
use crate::ports::{ObjectClass, Ports, Statement};
use crate::resource::sql::Repeat;

/// What an isolate remembers between requests. It may vanish at any time and holds nothing that is not
/// also elsewhere. No borrow is held across an await.
#[derive(Default)]
pub struct Isolate {
    /// Parts of callers' quotas, taken in advance.
    pub leases: RefCell<Leases>,
    /// What was read again of callers' credentials.
    pub confirmed: RefCell<Confirmed>,
    /// Which callers' activity was noted lately.
    pub noted: RefCell<Noted>,
    /// What engines say at length, once it was read.
    pub book: RefCell<Option<Rc<Book>>>,
    /// Engine results of the last minutes.
    pub results: RefCell<LocalResults>,
    /// What is known of the breakers of remote engines.
    pub breakers: RefCell<Breakers>,
    /// Which kept results are no longer believed.
    pub marks: RefCell<marks::Known>,
    /// What engines did, as far as it is not written yet.
    pub counts: RefCell<Counts>,
    /// What the isolate did, as far as it is not handed over yet.
    pub metrics: RefCell<Buffer>,
    /// What became of requests, as far as it is not handed over yet.
    pub telemetry: RefCell<Telemetry>,
    /// What went wrong, as far as it is not written yet.
    pub errors: RefCell<Errors>,
    /// How the service is, as it was last told.
    pub status: RefCell<Kept>,
    /// When the sealer works next, as far as it is known: milliseconds since 1970.
    pub sealing_at: Cell<i64>,
    /// Refusals that were recorded lately.
    pub refusals: Refusals,
    /// Hashes passwords and counts how often.
    pub passwords: Passwords,
    /// What is known of the keys that were presented lately.
    pub keys: RefCell<keys::Memory>,
    /// Answers that are kept.
    pub kept: RefCell<kept::Memory>,
}

/// Work that the answer does not wait for. It is data, so that the rooms stay free of the platform; the
/// rim carries it out once the answer is on its way, and a failure of it is only logged.
#[derive(Debug, Clone, PartialEq)]
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
    /// Makes an answer anew that was given past its freshness.
    Renew(Box<Renewal>),
    /// Makes a kept answer anew that was given past its freshness.
    Reread(Box<Reread>),
    /// Tells the account's admission object what has changed, which tells it to all isolates.
    Changed {
        /// The account.
        account: Id,
        /// What has changed: bits in the order of `contract::EVENTS`.
        kinds: u32,
        /// The database's bookmark after it.
        bookmark: Option<String>,
    },
    /// Reads which kept results are no longer believed.
    Marks,
    /// Writes what was counted of engines.
    Counts,
    /// Hands over what the isolate counted.
    Metrics,
    /// Hands over spans and lines of the log.
    Telemetry,
    /// Writes what went wrong.
    Errors,
    /// Notes that a credential was used.
    Activity(Used),
    /// Removes what is left of a deleted account.
    Erase {
        /// The account.
        user_id: Id,
    },
    /// Writes the record of a refusal.
    Refusal(Statement),
    /// Tells the sealer that an audit record was written.
    Poke,
    /// Sends a command to an object.
    Tell {
        /// The object's class.
        class: ObjectClass,
        /// Its name.
        name: String,
        /// The command, as JSON.
        command: String,
    },
    /// Tells a breaker's object what became of calls.
    Outcomes {
        /// Its name.
        breaker: &'static str,
    },
    /// Delivers a mail that was written with the change.
    Mail {
        /// The mail.
        id: Id,
    },
}

/// Where a request came from and went to. What it tells of the caller proves nothing.
pub struct Connection<'a> {
    /// The caller's network: an IPv4 address, or the /64 of an IPv6 one.
    pub network: &'a str,
    /// Scheme and host that the caller addressed.
    pub origin: &'a str,
    /// Further facts, fetched when they are wanted.
    pub told: &'a dyn Fn(&str) -> Option<String>,
}

impl Connection<'_> {
    /// The program that calls, as it names itself; at most 200 bytes.
    #[must_use]
    pub fn agent(&self) -> Option<String> {
        let mut agent = (self.told)("user-agent").filter(|agent| !agent.is_empty())?;
        let end = (0..=agent.len().min(200)).rev().find(|end| agent.is_char_boundary(*end)).unwrap_or(0);
        agent.truncate(end);
        Some(agent)
    }

    /// The country that the address is thought to be in (ISO 3166-1 alpha-2), a hint alone.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        (self.told)("cf-ipcountry")
            .filter(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphanumeric()))
    }
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
    /// Where the request came from.
    pub connection: Connection<'a>,
    /// The version that If-Match asks for.
    pub if_match: Option<i64>,
    /// What makes a repetition of this request recognisable, where the caller asked for it.
    pub repeat: Option<Repeat>,
    /// Whether the answer is that of an earlier request.
    pub replayed: Cell<bool>,
    /// What is left to do afterwards.
    pub afterwards: RefCell<Vec<Afterwards>>,
    /// Why a remote engine that is set up gave no answer, for the log.
    pub remote: Cell<Option<&'static str>>,
    /// Cookies to set, whatever comes of the request.
    pub cookies: RefCell<Vec<Cookie>>,
    /// Which accounts' things the request writes, by kinds of events.
    pub writes: RefCell<Vec<(Id, u32)>>,
}

impl<'a> Context<'a> {
    /// The means of work that nobody waits for: no caller, no request.
    #[must_use]
    pub fn behind(ports: Ports<'a>, config: &'a Config, isolate: &'a Isolate, now: Timestamp) -> Self {
        let mut random = [0; 10];
        ports.random.fill(&mut random);
        Self {
            ports,
            config,
            isolate,
            now,
            request_id: Id::new(now, random),
            caller: Caller::Anonymous,
            connection: Connection { network: "", origin: "", told: &|_| None },
            if_match: None,
            repeat: None,
            replayed: Cell::new(false),
            afterwards: RefCell::default(),
            remote: Cell::new(None),
            cookies: RefCell::default(),
            writes: RefCell::default(),
        }
    }
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
            _ => Err(Problem::new(Code::Unauthenticated)),
        }
    }

    /// The value of a cookie that the browser sent.
    #[must_use]
    pub fn cookie(&self, name: CookieName) -> Option<String> {
        let header = (self.connection.told)("cookie")?;
        cookie::read(&header, name).map(str::to_owned)
    }

    /// Sets a cookie, even if the request fails afterwards. A second one of that name counts instead.
    pub fn set_cookie(&self, cookie: Cookie) {
        let mut cookies = self.cookies.borrow_mut();
        cookies.retain(|earlier| earlier.name != cookie.name);
        cookies.push(cookie);
    }

    /// The administrator's key that calls, if one does; administrators also call by session.
    #[must_use]
    pub fn admin_key(&self) -> Option<&AdminCaller> {
        match &self.caller {
            Caller::Admin(admin) => Some(admin),
            _ => None,
        }
    }

    /// The origin under which this deployment is reached.
    #[must_use]
    pub fn public_url(&self) -> &str {
        self.config.public_url.as_deref().unwrap_or(self.connection.origin)
    }

    /// Writes an event if the statement before it, in the same batch, changed a row. `before` and `after` are JSON
    /// objects.
    #[must_use]
    pub fn event(
        &self,
        user_id: Id,
        kind: &str,
        subject: (&str, &str),
        before: Option<&str>,
        after: Option<&str>,
    ) -> Statement {
        self.hint(user_id, kind);
        let actor = self.actor_for(Some(user_id));
        let draft = Draft {
            id: self.new_id(),
            user_id,
            kind,
            subject_type: subject.0,
            subject_id: subject.1,
            actor: &actor,
            audience: Audience::User(user_id),
            request_id: self.request_id,
            at: self.now,
        };
        draft.after_change(before, after)
    }

    /// Records a deed if the statement before it, in the same batch, changed a row; as [`Self::note`].
    #[must_use]
    pub fn record(
        &self,
        kind: &str,
        subject: (&str, &str),
        user_id: Option<Id>,
        personal: Personal,
    ) -> Statement {
        self.note(When::Changed, kind, subject, user_id, personal)
    }

    /// The audit record of what this request does or was refused. Network, agent and place are added to the personal
    /// part; a refusal is one of whoever called, whoever the account is.
    #[must_use]
    pub fn note(
        &self,
        when: When,
        kind: &str,
        (subject_type, subject_id): (&str, &str),
        user_id: Option<Id>,
        personal: Personal,
    ) -> Statement {
        self.poke();
        let personal = personal
            .text("network", self.connection.network)
            .maybe("agent", self.connection.agent().as_deref())
            .maybe("place", self.connection.place().as_deref())
            .finish();
        let record = Record {
            id: self.new_id(),
            at: self.now,
            kind,
            actor: &self.actor_for(user_id.filter(|_| when != When::Refused)),
            subject_type,
            subject_id,
            user_id,
            source: &audit::source(self.config.vault.current.bytes(), self.connection.network),
            request_id: self.request_id,
            personal: &personal,
        };
        record.statement(when)
    }

    /// Who acts: the caller, or the account itself where an operation that is open to all proved who it is.
    fn actor_for(&self, user_id: Option<Id>) -> String {
        match (&self.caller, user_id) {
            (Caller::Anonymous, Some(user_id)) => format!("user:{user_id}"),
            (caller, _) => caller.actor(),
        }
    }

    /// Has the sealer poked once the answer is on its way, unless it is about to work anyway. Whoever writes an audit
    /// record without [`Self::record`] and its like calls this.
    pub fn poke(&self) {
        let soon = self.now.millis() + sealer::MARGIN < self.isolate.sealing_at.get();
        if !soon && !self.afterwards.borrow().contains(&Afterwards::Poke) {
            self.afterwards(Afterwards::Poke);
        }
    }

    /// Has a person's hub told, once the answer is on its way, that there may be a new event of that type; what the
    /// isolate keeps of answers that it may change is not given any more from now on. Whoever writes an event without
    /// [`Self::event`] calls this.
    pub fn hint(&self, user_id: Id, kind: &str) {
        self.writes_to(user_id, kind);
        let command = Command::Poke { account: user_id }.text();
        let hint = Afterwards::Tell { class: ObjectClass::Hub, name: user_id.to_string(), command };
        if !self.afterwards.borrow().contains(&hint) {
            self.afterwards(hint);
        }
    }

    fn writes_to(&self, account: Id, kind: &str) {
        let noun = kind.split('.').next().unwrap_or_default();
        // Of a noun that the contract does not name, nothing is kept.
        let place = EVENTS.iter().position(|known| *known == noun);
        let kinds = place.map_or(0, |place| 1_u32 << (place % 32)) & KEPT_ON;
        let mut writes = self.writes.borrow_mut();
        if kinds != 0 && !writes.contains(&(account, kinds)) {
            writes.push((account, kinds));
            self.isolate.kept.borrow_mut().begin_write(account, kinds, self.now);
        }
    }

    /// Ends what [`Self::hint`] began, whatever came of it: called once the operation has answered.
    pub fn end_writes(&self) {
        for (account, kinds) in self.writes.take() {
            let bookmark = self.ports.database.bookmark();
            self.isolate.kept.borrow_mut().end_write(account, kinds, bookmark.clone());
            self.afterwards(Afterwards::Changed { account, kinds, bookmark });
        }
    }

    /// Leaves work for when the answer is on its way.
    pub fn afterwards(&self, work: Afterwards) {
        self.afterwards.borrow_mut().push(work);
    }
}
