//! A whole Witness in memory, and a client for it.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use futures::executor::block_on;
use serde_json::{Value, json};
use witness::config::Config;
use witness::context::{Connection, Context, Isolate};
use witness::contract::Operation;
use witness::gateway::afterwards::carry_out;
use witness::gateway::answer::Answer;
use witness::gateway::request::{BodyFault, Incoming};
use witness::gateway::serve::{Served, serve};
use witness::host::{
    self, Faulty, FixedClock, Folder, HostHub, HostHubs, HostLogbooks, HostObjects, Memory, RingSignatures,
    ScriptedUpstream, SeededRandom, Sqlite, Tzdata, hubs::Means, migrations,
};
use witness::identity::caller::Caller;
use witness::identity::{admission, attempts};
use witness::kernel::crypto;
use witness::kernel::id::Id;
use witness::kernel::object::{Behaviour, Upgrade};
use witness::kernel::time::Timestamp;
use witness::ops::metrics::collector;
use witness::ops::sealer;
use witness::oracle::breaker;
use witness::oracle::cache::flight;
use witness::ports::{Clock, Database, DatabaseError, ObjectClass, PortError, Ports, Rows, Statement};
use witness::sync::follow::Stream;

use crate::document;

pub const PASSWORD: &str = "correct horse battery";
pub const ORIGIN: &str = "https://witness.example.com";
pub const START: &str = "2026-03-01T07:00:00.000Z";

/// A deployment of one isolate.
pub struct App {
    pub clock: Rc<FixedClock>,
    pub database: Rc<Faulty<Sqlite, DatabaseError>>,
    pub cache: Faulty<Memory, PortError>,
    pub objects: Faulty<HostObjects, PortError>,
    pub hubs: Rc<HostHubs>,
    pub logbooks: Rc<HostLogbooks>,
    pub upstream: ScriptedUpstream,
    pub assets: Faulty<Folder, PortError>,
    pub random: SeededRandom,
    pub config: Config,
    pub isolate: Isolate,
    /// Whether the isolate keeps answers from one request to the next; most tests look at what the rooms say.
    pub keeps: Cell<bool>,
}

impl App {
    /// A new deployment with its quotas out of the way.
    pub fn new() -> Self {
        Self::with(&[("LIMIT_SCALE", "100000")])
    }

    /// A new deployment with these variables.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        let clock = Rc::new(FixedClock::at(Timestamp::parse(START).unwrap()));
        let secrets = [("JWT_SECRET", 1), ("CURSOR_SECRET", 2), ("VAULT_KEY", 3)]
            .map(|(name, byte)| (name, crypto::base64url(&[byte; 32])));
        let config = Config::read(&|name| {
            let given = variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            given.or_else(|| secrets.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()))
        })
        .unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let behaviour = Behaviour { handle: admission::handle, wake: admission::wake };
        let database = Rc::new(Faulty::new(migrations::migrated(&folder).unwrap()));
        let hubs = Rc::new(HostHubs::new(Means {
            database: database.clone(),
            clock: clock.clone(),
            random: Rc::new(SeededRandom::new(8)),
            config: config.clone(),
        }));
        let logbooks = Rc::new(HostLogbooks::new(clock.clone(), config.telemetry.log_days));
        let objects = HostObjects::new(clock.clone())
            .with_elsewhere(ObjectClass::Logbook, logbooks.clone())
            .with_elsewhere(ObjectClass::Hub, hubs.clone())
            .with(ObjectClass::Admission, behaviour)
            .with(ObjectClass::Sealer, Behaviour { handle: sealer::handle, wake: sealer::wake })
            .with(ObjectClass::Attempts, Behaviour { handle: attempts::handle, wake: attempts::wake })
            .with(ObjectClass::Breaker, Behaviour { handle: breaker::handle, wake: breaker::wake })
            .with(ObjectClass::Collector, Behaviour { handle: collector::handle, wake: collector::wake })
            .with(ObjectClass::Flight, Behaviour { handle: flight::handle, wake: flight::wake });
        Self {
            database,
            cache: Faulty::new(Memory::new(clock.clone())),
            objects: Faulty::new(objects),
            hubs,
            logbooks,
            upstream: ScriptedUpstream::new(),
            assets: Faulty::new(host::public()),
            random: SeededRandom::new(7),
            config,
            isolate: Isolate::default(),
            keeps: Cell::new(false),
            clock,
        }
    }

    /// The hub of an account.
    pub fn hub(&self, account: &Account) -> Rc<HostHub> {
        self.hubs.hub(&account.user_id).unwrap()
    }

    pub fn ports(&self) -> Ports<'_> {
        Ports {
            database: &*self.database,
            cache: &self.cache,
            objects: &self.objects,
            upstream: &self.upstream,
            assets: &self.assets,
            signatures: &RingSignatures,
            agreement: &RingSignatures,
            clock: &*self.clock,
            random: &self.random,
            zones: &Tzdata,
        }
    }

    pub fn get(&self, target: &str) -> Call<'_> {
        Call::new(self, "GET", target)
    }

    pub fn post(&self, target: &str, body: Value) -> Call<'_> {
        Call::new(self, "POST", target).json(&body)
    }

    pub fn put(&self, target: &str, body: Value) -> Call<'_> {
        Call::new(self, "PUT", target).json(&body)
    }

    pub fn patch(&self, target: &str, body: Value) -> Call<'_> {
        Call::new(self, "PATCH", target).json(&body)
    }

    pub fn delete(&self, target: &str) -> Call<'_> {
        Call::new(self, "DELETE", target)
    }

    pub fn call(&self, method: &str, target: &str) -> Call<'_> {
        Call::new(self, method, target)
    }

    /// Registers and logs in; the tokens.
    pub fn account(&self, email: &str) -> Account {
        self.post("/api/v1/auth/register", json!({"email": email, "password": PASSWORD})).status(202);
        self.log_in(email)
    }

    pub fn log_in(&self, email: &str) -> Account {
        let tokens =
            self.post("/api/v1/auth/login", json!({"email": email, "password": PASSWORD})).status(200);
        let text = |name: &str| tokens.body[name].as_str().unwrap().to_owned();
        Account {
            token: text("access_token"),
            refresh_token: text("refresh_token"),
            user_id: text("user_id"),
            session_id: text("session_id"),
        }
    }

    /// What a handler is given when nobody in particular calls now.
    pub fn context(&self) -> Context<'_> {
        let mut random = [0; 10];
        witness::ports::Random::fill(&self.random, &mut random);
        Context {
            ports: self.ports(),
            config: &self.config,
            isolate: &self.isolate,
            now: self.clock.now(),
            request_id: Id::new(self.clock.now(), random),
            caller: Caller::Anonymous,
            connection: Connection { network: "192.0.2.9", origin: ORIGIN, told: &|_| None },
            if_match: None,
            repeat: None,
            replayed: Cell::new(false),
            remote: Cell::new(None),
            cookies: RefCell::new(Vec::new()),
            writes: RefCell::new(Vec::new()),
            afterwards: RefCell::new(Vec::new()),
        }
    }

    /// An account whose address was verified.
    pub fn verified(&self, email: &str) -> Account {
        let account = self.account(email);
        self.rows(&format!(
            "UPDATE users SET email_verified_at = created_at WHERE id = '{}'",
            account.user_id
        ));
        account
    }

    /// An account with that role, whose session was proven by two factors.
    pub fn administrator(&self, email: &str, role: &str) -> Account {
        let account = self.verified(email);
        self.rows(&format!("UPDATE users SET role = '{role}' WHERE id = '{}'", account.user_id));
        self.rows(&format!("UPDATE sessions SET methods = 'pwd otp' WHERE id = '{}'", account.session_id));
        let body = json!({"refresh_token": account.refresh_token});
        let tokens = self.post("/api/v1/auth/refresh", body).status(200).body;
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Account { token: text("access_token"), refresh_token: text("refresh_token"), ..account }
    }

    /// Rows of a query that a test asks by itself.
    pub fn rows(&self, sql: &str) -> Vec<Value> {
        let statement = Statement::new(sql.to_owned());
        let Rows(text) = block_on(self.database.inner().run(statement)).unwrap().rows;
        serde_json::from_str(&text).unwrap()
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// Who calls.
pub struct Account {
    pub token: String,
    pub refresh_token: String,
    pub user_id: String,
    pub session_id: String,
}

/// A request in the making.
pub struct Call<'a> {
    app: &'a App,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl<'a> Call<'a> {
    fn new(app: &'a App, method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            app,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn by(self, account: &Account) -> Self {
        let token = format!("Bearer {}", account.token);
        self.header("authorization", token)
    }

    /// By a credential that is no account's token, such as a key.
    pub fn bearer(self, credential: &str) -> Self {
        self.header("authorization", format!("Bearer {credential}"))
    }

    pub fn json(self, body: &Value) -> Self {
        self.bytes("application/json", body.to_string().into_bytes())
    }

    /// The fields of a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let encode = |text: &str| {
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
            text.bytes()
                .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
                .collect::<String>()
        };
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        self.bytes("application/x-www-form-urlencoded", pairs.join("&"))
    }

    pub fn bytes(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// Sends it; the answer conforms to the document and keeps the budget.
    pub fn send(self) -> Reply {
        let app = self.app;
        let (method, target) = (self.method.clone(), self.path.clone());
        // A part of an answer lacks what the document requires of the whole.
        let is_part = self.query.contains("fields=");
        let mut incoming = self;
        if !app.keeps.get() {
            app.isolate.kept.borrow_mut().clear();
        }
        let served = block_on(serve(&mut incoming, app.ports(), &app.config, &app.isolate));
        let Served { mut answer, afterwards, log, operation, calls, .. } = served;
        block_on(carry_out(app.ports(), &app.config, &app.isolate, app.clock.now(), afterwards));
        let mut stream = answer.stream.take().map(|follow| Stream::new(follow, app.clock.now()));
        if let Some(stream) = &mut stream {
            answer.body = block_on(stream.next(app.ports())).unwrap();
        }
        let reply = Reply { stream, ..Reply::of(answer, log, calls) };
        if let Some(operation) = operation {
            if !is_part || reply.status != 200 {
                document::conforms(operation, &method, &reply);
            }
            if reply.status < 400 && !reply.headers.iter().any(|(name, _)| name == "idempotency-replayed") {
                within_budget(operation, calls);
            }
        }
        assert!(reply.header("x-request-id").is_some(), "{method} {target}");
        reply
    }

    /// Sends it and expects this status.
    pub fn status(self, status: u16) -> Reply {
        let name = format!("{} {}", self.method, self.path);
        let reply = self.send();
        assert_eq!(reply.status, status, "{name}: {} {}", reply.body, reply.log);
        reply
    }

    /// Sends it and expects this problem.
    pub fn problem(self, status: u16, code: &str) -> Reply {
        let reply = self.status(status);
        assert_eq!(reply.body["code"], code, "{}", reply.body);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        reply
    }
}

fn within_budget(operation: Operation, calls: [u32; 4]) {
    let budget = operation.policy().budget;
    let allowed = [budget.d1, budget.kv, budget.object, budget.upstream].map(u32::from);
    for (used, allowed) in calls.iter().zip(allowed) {
        assert!(*used <= allowed, "{}: {calls:?} of {budget:?}", operation.id());
    }
}

#[async_trait(?Send)]
impl Incoming for Call<'_> {
    fn method(&self) -> &str {
        &self.method
    }

    fn origin(&self) -> &str {
        ORIGIN
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn query(&self) -> &str {
        &self.query
    }

    fn header(&self, name: &str) -> Option<String> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    async fn body(&mut self, limit: usize) -> Result<Vec<u8>, BodyFault> {
        if self.body.len() > limit { Err(BodyFault::TooLarge) } else { Ok(self.body.clone()) }
    }
}

/// An answer.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: Option<String>,
    /// The object that answers instead.
    pub upgrade: Option<Upgrade>,
    /// What goes on where the body is the first piece of a stream.
    pub stream: Option<Stream>,
    /// The body as JSON, a page or the beginning of a stream as text; null when there is none.
    pub body: Value,
    pub log: String,
    pub calls: [u32; 4],
}

impl Reply {
    fn of(answer: Answer, log: String, calls: [u32; 4]) -> Self {
        let is_text = answer.header("content-type").is_some_and(|media| media.starts_with("text/"));
        let body = answer.body.as_deref().map_or(Value::Null, |text| match is_text {
            true => Value::from(text),
            false => serde_json::from_str(text).unwrap(),
        });
        let headers = answer.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let Answer { status, upgrade, body: text, .. } = answer;
        Self { status, headers, text, stream: None, upgrade, body, log, calls }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The pointers and codes of all violations.
    pub fn violations(&self) -> Vec<(String, String)> {
        let text = |violation: &Value, key: &str| violation[key].as_str().unwrap().to_owned();
        let violations = self.body["violations"].as_array().cloned().unwrap_or_default();
        violations.iter().map(|v| (text(v, "pointer"), text(v, "code"))).collect()
    }
}
