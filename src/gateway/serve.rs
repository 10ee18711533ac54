//! One request from its arrival to its answer.

use std::cell::{Cell, RefCell};

use super::admit::{self, admit};
use super::answer::Answer;
use super::audit::{self, Refused};
use super::authenticate;
use super::body::receive;
use super::cors;
use super::kept::Outcome;
use super::last::{self, split};
use super::limits::Limits;
use super::log;
use super::meter::{KINDS, Meter, Metered};
use super::observe::{Seen, line, observe};
use super::preconditions::{if_match, repeat};
use super::refusal::refuse;
use super::renew::{self, Reread};
use super::request::{Incoming, Segments};
use super::spans::Spans;
use super::trace::Trace;
use super::upgrade;
use super::versions::{self, Meant};
use crate::config::telemetry::Observes;
use crate::config::{Config, Environment};
use crate::context::{Afterwards, Connection, Context, Isolate};
use crate::contract::input::RawInput;
use crate::contract::policy::Policy;
use crate::contract::{Operation, Params, Route, route};
use crate::identity::caller::{Caller, Credential};
use crate::identity::standing::Standing;
use crate::identity::{keys, sessions};
use crate::kernel::cookie::Cookie;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::Ports;

/// What the rim sends, does afterwards and logs.
#[derive(Debug)]
pub struct Served {
    /// The answer.
    pub answer: Answer,
    /// What is left to do once it is on its way.
    pub afterwards: Vec<Afterwards>,
    /// The log's line.
    pub log: String,
    /// The request's id.
    pub request_id: Id,
    /// The operation, if the address belongs to one.
    pub operation: Option<Operation>,
    /// Calls by kind of dependency, in the order of [`KINDS`].
    pub calls: [u32; 4],
}

/// Serves a request. It always gives an answer and never panics.
pub async fn serve(
    incoming: &mut dyn Incoming,
    ports: Ports<'_>,
    config: &Config,
    isolate: &Isolate,
) -> Served {
    let now = ports.clock.now();
    let mut random = [0; 34];
    ports.random.fill(&mut random);
    let (id_bytes, trace_bytes) = split(&random);
    let request_id = Id::new(now, id_bytes);
    let mut trace = Trace::of(incoming.header("traceparent").as_deref(), trace_bytes);
    trace.sampled |= trace.parent.is_none() && config.telemetry.samples(trace.trace_id);
    let exports = config.telemetry.endpoint.is_some();

    let path = incoming.path().to_owned();
    let method = log::method(incoming.method());
    let segments = Segments::of(&path);
    let meter = Meter::traced(Spans::of(trace, exports && trace.sampled));
    isolate.metrics.borrow_mut().resting = config.telemetry.observes != Observes::Full;
    let beside = Metered::beside(ports, &meter, &isolate.metrics);
    let mut exchange = Exchange {
        ports: beside.ports(),
        bare: ports,
        config,
        isolate,
        meter: &meter,
        now,
        request_id,
        operation: None,
        version: None,
        user_id: None,
        limits: Limits::default(),
        replayed: false,
        remote: None,
        afterwards: Vec::new(),
        cookies: Vec::new(),
        refused: None,
        takes_cookies: cors::takes_cookies(segments.as_slice()),
    };
    let result = exchange.run(incoming, method, &segments).await;
    if let Err(problem) = &result {
        exchange.record(incoming, problem);
    }
    let (mut answer, problem) = match result {
        Ok(answer) => (answer, None),
        Err(problem) => (refuse(exchange.operation, &problem, request_id), Some(problem)),
    };
    // Before the comparison with what the caller has: a 304 names the tag that the 200 would have.
    answer.compress(incoming.header("accept-encoding").as_deref());
    if matches!(method, "GET" | "HEAD") {
        answer = answer.unless_known(incoming.header("if-none-match").as_deref());
    }
    let ended = ports.clock.now();
    let duration = ended.millis() - now.millis();
    exchange.finish(&mut answer, (incoming.header("origin").as_deref(), &path), &trace, duration);
    let Exchange { operation, user_id, mut afterwards, limits, remote, .. } = exchange;
    let seen = Seen {
        now,
        ended,
        request_id,
        operation,
        user_id,
        method,
        secure: incoming.origin().starts_with("https:"),
        status: answer.status,
        limiter_fallback: limits.fallback,
        engine: remote,
        problem: problem.as_ref(),
    };
    let log = match config.telemetry.observes {
        Observes::Full => observe(&seen, trace, &meter, config, isolate, &mut afterwards),
        Observes::Line => line(&seen, trace, &meter),
        Observes::Nothing => String::new(),
    };
    if method == "HEAD" {
        (answer.body, answer.stream) = (None, None);
    }
    Served { answer, afterwards, log, request_id, operation, calls: meter.counts() }
}

/// The way of one request, and what is learnt on it for the answer's headers and the log.
struct Exchange<'a> {
    /// For what no budget counts.
    ports: Ports<'a>,
    /// For the operation's own, which are counted by its budget.
    bare: Ports<'a>,
    config: &'a Config,
    isolate: &'a Isolate,
    meter: &'a Meter,
    now: Timestamp,
    request_id: Id,
    operation: Option<Operation>,
    version: Option<Meant>,
    user_id: Option<Id>,
    limits: Limits,
    replayed: bool,
    remote: Option<&'static str>,
    afterwards: Vec<Afterwards>,
    cookies: Vec<Cookie>,
    refused: Option<Refused>,
    takes_cookies: bool,
}

impl Exchange<'_> {
    async fn run(
        &mut self,
        incoming: &mut dyn Incoming,
        method: &'static str,
        segments: &Segments<'_>,
    ) -> Result<Answer, Problem> {
        self.version = versions::meant(incoming.path(), self.config)?;
        if let Some(meant) = self.version {
            self.isolate.metrics.borrow_mut().version(meant.place, meant.unsaid);
        }
        let sought = if method == "HEAD" { "GET" } else { method };
        match route(sought, segments.as_slice()) {
            Route::Found(operation, params) => {
                self.operation = Some(operation);
                self.operate(incoming, operation, params).await
            }
            Route::Unknown => Err(Problem::not_found()),
            Route::WrongMethod(methods) if method == "OPTIONS" => {
                let preflight = incoming.header("access-control-request-method").is_some();
                let origin = incoming.header("origin");
                Ok(cors::options(methods, &self.config.cors_origins, origin.as_deref(), preflight))
            }
            Route::WrongMethod(methods) => {
                let mut answer = Answer::problem(&Problem::new(Code::MethodNotAllowed), self.request_id);
                answer.headers.push(("allow", cors::allowed(methods)));
                Ok(answer)
            }
        }
    }

    async fn operate(
        &mut self,
        incoming: &mut dyn Incoming,
        operation: Operation,
        params: Params<'_>,
    ) -> Result<Answer, Problem> {
        let policy = operation.policy();
        let body = receive(incoming, policy).await;
        let incoming: &dyn Incoming = incoming;
        let authorization = incoming.header("authorization");
        let address = admit::address(incoming.header("cf-connecting-ip").as_deref());
        self.meter.spans.stage("identify", self.bare.clock);
        let mut caller = self.identify(policy, authorization.as_deref(), &address).await?;
        self.user_id = caller.user_id();
        self.allowed(authenticate::scopes(policy, &caller), &caller, operation)?;
        self.meter.spans.stage("admit", self.bare.clock);
        let metered = Metered::new(self.bare, self.meter, &self.isolate.metrics);
        let ports = metered.ports();
        let standing =
            admit(ports, self.isolate, self.config, policy, &caller, &address, &mut self.limits).await?;
        if let Some(standing) = standing {
            self.confirm(&mut caller, standing).await?;
            self.allowed(authenticate::scopes(policy, &caller), &caller, operation)?;
        }
        self.allowed(authenticate::recent(policy, &caller, self.now), &caller, operation)?;
        upgrade::asked(policy, incoming)?;
        self.meter.spans.stage("handle", self.bare.clock);
        let used = self.isolate.noted.borrow_mut().note(&caller, self.now);
        self.afterwards.extend(used.map(Afterwards::Activity));
        let body = body?;
        let sought = renew::sought(operation, &caller, incoming)
            .filter(|sought| sought.account.is_none() || self.limits.changes().is_some())
            .map(|sought| sought.under(self.limits.changes().flatten()));
        if let Some(sought) = &sought {
            let mut kept = self.isolate.kept.borrow_mut();
            let found = kept.find(sought, incoming.header("d1-bookmark").as_deref(), self.now);
            let outcome = match &found {
                Ok(given) if given.age < i64::from(sought.kept.seconds) => Outcome::Hit,
                Ok(_) => Outcome::Stale,
                Err(outcome) => *outcome,
            };
            self.isolate.metrics.borrow_mut().kept(outcome as usize);
            if let Ok(given) = found {
                if given.renew {
                    let reread = Reread::of(sought.clone(), &caller, incoming);
                    self.afterwards.push(Afterwards::Reread(Box::new(reread)));
                }
                return Ok(renew::sent(given, sought));
            }
        }
        let began = self.isolate.kept.borrow().begin();
        let header = |name: &str| incoming.header(name);
        let cx = Context {
            ports,
            config: self.config,
            isolate: self.isolate,
            now: self.now,
            request_id: self.request_id,
            caller,
            connection: Connection { network: &address, origin: incoming.origin(), told: &header },
            if_match: if_match(policy, incoming.header("if-match").as_deref())?,
            repeat: repeat(operation, incoming, body.as_ref().map(|body| &*body.bytes))?,
            replayed: Cell::new(false),
            remote: Cell::new(None),
            afterwards: RefCell::new(Vec::new()),
            cookies: RefCell::new(Vec::new()),
            writes: RefCell::new(Vec::new()),
        };
        let raw = RawInput {
            params,
            query: incoming.query(),
            header: &header,
            body: body.as_ref().map(|body| &*body.bytes),
            form: body.as_ref().is_some_and(|body| body.form),
        };
        let mut answer =
            match audit::used(self.ports.database, &cx, (operation.id(), policy), incoming.path()).await {
                Ok(()) => renew::answered(operation, &cx, raw).await,
                Err(problem) => Err(problem),
            };
        cx.end_writes();
        if let (Some(sought), Ok(answer)) = (sought, &mut answer) {
            let stored = if renew::keep(&cx, sought, answer, began) { "; stored" } else { "" };
            answer.headers.push(("cache-status", ["witness; fwd=miss", stored].concat()));
        }
        self.replayed = cx.replayed.get();
        self.remote = cx.remote.get();
        self.afterwards.extend(cx.afterwards.into_inner());
        self.cookies = cx.cookies.into_inner();
        answer
    }

    /// Notes whom the operation is refused, for the record.
    fn allowed(
        &mut self,
        result: Result<(), Problem>,
        caller: &Caller,
        operation: Operation,
    ) -> Result<(), Problem> {
        if result.is_err() && *caller != Caller::Anonymous {
            let (actor, user_id) = (caller.actor(), caller.user_id());
            self.refused = Some(Refused { actor, user_id, operation });
        }
        result
    }

    /// Leaves the record of a refusal for when the answer is on its way.
    fn record(&mut self, incoming: &dyn Incoming, problem: &Problem) {
        let Some(refused) = self.refused.take() else { return };
        let mut random = [0; 10];
        self.ports.random.fill(&mut random);
        let ids = (Id::new(self.now, random), self.request_id, self.now);
        let record = audit::refused(&refused, problem, incoming, self.config, &self.isolate.refusals, ids);
        self.afterwards.extend(record.into_iter().flat_map(|it| [Afterwards::Refusal(it), Afterwards::Poke]));
    }

    /// Who calls, by token or by key. Reading keys is not counted: it is the price of a key, once an isolate and
    /// quarter of an hour, and no operation's.
    async fn identify(
        &mut self,
        policy: &Policy,
        authorization: Option<&str>,
        network: &str,
    ) -> Result<Caller, Problem> {
        match authenticate::key(policy, authorization, self.config.environment)? {
            None => authenticate::caller(policy, authorization, self.ports, self.config, self.now).await,
            Some(key) => {
                let memory = &self.isolate.keys;
                let (caller, put) = keys::load(self.ports, memory, &key, network, self.now).await?;
                self.afterwards.extend(put);
                Ok(caller)
            }
        }
    }

    /// Looks again whether the caller may still act, where its account's object knows a later standing. Uncounted too:
    /// it is the price of a revocation.
    async fn confirm(&mut self, caller: &mut Caller, standing: Standing) -> Result<(), Problem> {
        let Caller::User(user) = caller else { return Ok(()) };
        match user.credential {
            Credential::Key { id, .. } if standing.epoch > user.epoch => {
                let (found, put) =
                    keys::confirm(self.ports, &self.isolate.keys, id, standing, self.now).await?;
                *caller = found;
                self.afterwards.extend(put);
            }
            _ => {
                let put = sessions::confirm(self.ports, self.isolate, user, standing, self.now).await?;
                self.afterwards.extend(put);
            }
        }
        Ok(())
    }

    /// The headers that every answer has.
    fn finish(
        &self,
        answer: &mut Answer,
        (origin, path): (Option<&str>, &str),
        trace: &Trace,
        duration: i64,
    ) {
        cors::allow(answer, &self.config.cors_origins, origin, self.takes_cookies);
        let production = self.config.environment == Environment::Production;
        last::headers(answer, self.request_id, trace, self.timing(duration), production);
        let headers = &mut answer.headers;
        self.limits.headers(self.ports.clock.now(), headers);
        if self.replayed {
            headers.push(("idempotency-replayed", "true".to_owned()));
        }
        headers.extend(self.cookies.iter().map(|cookie| ("set-cookie", cookie.header())));
        // Bookmarks of reads that may be kept would make every other kept answer look old.
        let kept = self.operation.is_some_and(|operation| operation.policy().cache.kept.is_some());
        let bookmark = self.ports.database.bookmark().filter(|_| !kept);
        headers.extend(bookmark.map(|bookmark| ("d1-bookmark", bookmark)));
        versions::headers(answer, self.version, self.operation, path);
    }

    fn timing(&self, duration: i64) -> String {
        let mut text = format!("total;dur={duration}");
        for ((kind, calls), millis) in KINDS.iter().zip(self.meter.counts()).zip(self.meter.millis()) {
            if calls > 0 {
                text.push_str(&format!(", {kind};dur={millis};desc=\"{calls}\""));
            }
        }
        text
    }
}
