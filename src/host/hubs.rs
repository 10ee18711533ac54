//! Hubs as a simulator: the door that the edge runs, over SQLite in memory and sockets that a test holds the other end
//! of. One happening at a time.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use async_trait::async_trait;

use crate::config::Config;
use crate::host::{ObjectStorage, RingSignatures};
use crate::kernel::id::Id;
use crate::ports::{Clock, Database, ObjectClass, Objects, PortError, Random, Value};
use crate::sync::door::object::Object;
use crate::sync::door::{Door, Room};
use crate::sync::hub::log::{Fault, Storage};

/// The other end of a line.
#[derive(Debug, Default)]
struct Socket {
    attached: Option<(String, String)>,
    sent: VecDeque<String>,
    closed: Option<(u16, String)>,
}

/// What an object has besides its memory.
pub struct Body {
    storage: ObjectStorage,
    sockets: RefCell<BTreeMap<u32, Socket>>,
    alarm: Cell<Option<i64>>,
    notes: RefCell<Vec<String>>,
    /// Every statement fails while this is set.
    broken: Cell<bool>,
}

impl Storage for Body {
    fn run(&self, sql: &str, values: &[Value]) -> Result<Vec<Vec<Value>>, Fault> {
        if self.broken.get() {
            return Err("the disk is gone".to_owned());
        }
        self.storage.run(sql, values)
    }
}

#[async_trait(?Send)]
impl Object for Body {
    fn attached(&self) -> Vec<String> {
        let sockets = self.sockets.borrow();
        let tickets = sockets.values().filter_map(|socket| socket.attached.as_ref());
        tickets.map(|(fixed, moving)| [fixed, " ", moving].concat()).collect()
    }

    fn attach(&self, line: u32, fixed: Option<&str>, moving: &str) {
        if let Some(socket) = self.sockets.borrow_mut().get_mut(&line) {
            let (mut stays, _) = socket.attached.take().unwrap_or_default();
            if let Some(fixed) = fixed {
                fixed.clone_into(&mut stays);
            }
            assert!(stays.len() + moving.len() < 2_048, "the platform keeps no more");
            socket.attached = Some((stays, moving.to_owned()));
        }
    }

    fn send(&self, line: u32, text: &str) {
        if let Some(socket) = self.sockets.borrow_mut().get_mut(&line) {
            socket.sent.push_back(text.to_owned());
        }
    }

    fn hang_up(&self, line: u32, code: u16, reason: &str) {
        if let Some(socket) = self.sockets.borrow_mut().get_mut(&line) {
            (socket.attached, socket.closed) = (None, Some((code, reason.to_owned())));
        }
    }

    async fn alarm(&self) -> Option<i64> {
        self.alarm.get()
    }

    fn set_alarm(&self, at: i64) {
        self.alarm.set(Some(at));
    }

    fn forget(&self) {
        self.storage.forget();
        self.alarm.set(None);
    }

    fn note(&self, words: &str) {
        self.notes.borrow_mut().push(words.to_owned());
    }
}

/// What hubs share with the rest of a deployment.
pub struct Means {
    /// Who devices are, and the spine.
    pub database: Rc<dyn Database>,
    /// The time.
    pub clock: Rc<dyn Clock>,
    /// Nonces.
    pub random: Rc<dyn Random>,
    /// The settings.
    pub config: Config,
}

/// One hub.
pub struct HostHub {
    means: Rc<Means>,
    body: Body,
    door: RefCell<Rc<Door>>,
}

impl HostHub {
    fn new(means: Rc<Means>) -> Result<Self, Fault> {
        let body = Body {
            storage: ObjectStorage::memory()?,
            sockets: RefCell::default(),
            alarm: Cell::new(None),
            notes: RefCell::default(),
            broken: Cell::new(false),
        };
        Ok(Self { means, body, door: RefCell::default() })
    }

    fn room(&self) -> Room<'_> {
        Room {
            object: &self.body,
            database: &*self.means.database,
            signatures: &RingSignatures,
            agreement: &RingSignatures,
            clock: &*self.means.clock,
            random: &*self.means.random,
            config: &self.means.config,
        }
    }

    fn door(&self) -> Rc<Door> {
        self.door.borrow().clone()
    }

    /// Opens a socket for that account; gives its line.
    pub async fn open(&self, account: Id) -> u32 {
        let door = self.door();
        let line = door.number(self.room()).await;
        self.body.sockets.borrow_mut().insert(line, Socket::default());
        door.opened(self.room(), line, account);
        line
    }

    /// Sends a text to the hub.
    pub async fn say(&self, line: u32, text: &str) {
        if self.code(line).is_none() {
            self.door().message(self.room(), line, text).await;
        }
    }

    /// Sends a binary frame to the hub.
    pub async fn say_binary(&self, line: u32) {
        self.door().binary(self.room(), line).await;
    }

    /// What the hub has sent on a line and nobody has taken yet.
    pub fn hear(&self, line: u32) -> Vec<String> {
        let mut sockets = self.body.sockets.borrow_mut();
        sockets.get_mut(&line).map(|socket| socket.sent.drain(..).collect()).unwrap_or_default()
    }

    /// By which code the hub has ended a line, and why.
    pub fn code(&self, line: u32) -> Option<(u16, String)> {
        self.body.sockets.borrow().get(&line).and_then(|socket| socket.closed.clone())
    }

    /// The client's end is gone.
    pub async fn cut(&self, line: u32) {
        self.body.sockets.borrow_mut().remove(&line);
        self.door().closed(self.room(), line).await;
    }

    /// The object loses its memory; with `hibernating` its sockets stay.
    pub fn evict(&self, hibernating: bool) {
        *self.door.borrow_mut() = Rc::default();
        if !hibernating {
            self.body.sockets.borrow_mut().clear();
        }
    }

    /// From now on the storage fails, or works again.
    pub fn break_storage(&self, broken: bool) {
        self.body.broken.set(broken);
    }

    /// When the alarm rings, in milliseconds since 1970.
    pub fn alarm(&self) -> Option<i64> {
        self.body.alarm.get()
    }

    /// Rings the alarm if it is due; whether it was.
    pub async fn ring(&self) -> bool {
        let due = self.body.alarm.get().is_some_and(|at| at <= self.means.clock.now().millis());
        if due {
            self.body.alarm.set(None);
            self.door().alarm(self.room()).await;
        }
        due
    }

    /// What the hub wrote into the log since this was asked.
    pub fn notes(&self) -> Vec<String> {
        self.body.notes.take()
    }

    /// Rows of the storage.
    pub fn rows(&self, sql: &str) -> Result<Vec<Vec<Value>>, Fault> {
        self.body.storage.run(sql, &[])
    }
}

/// All hubs of a deployment.
pub struct HostHubs {
    means: Rc<Means>,
    hubs: RefCell<BTreeMap<String, Rc<HostHub>>>,
}

impl HostHubs {
    /// None yet.
    #[must_use]
    pub fn new(means: Means) -> Self {
        Self { means: Rc::new(means), hubs: RefCell::default() }
    }

    /// The hub of that name.
    pub fn hub(&self, name: &str) -> Result<Rc<HostHub>, Fault> {
        if let Some(hub) = self.hubs.borrow().get(name) {
            return Ok(hub.clone());
        }
        let hub = Rc::new(HostHub::new(self.means.clone())?);
        self.hubs.borrow_mut().insert(name.to_owned(), hub.clone());
        Ok(hub)
    }
}

#[async_trait(?Send)]
impl Objects for HostHubs {
    async fn call(&self, _: ObjectClass, name: &str, command: String) -> Result<String, PortError> {
        let hub = self.hub(name).map_err(PortError::Unavailable)?;
        hub.door().command(hub.room(), &command).await.map_err(PortError::Shape)
    }
}
