//! One request from its arrival to its answer.

use std::cell::{Cell, RefCell};

use super::admit::{self, admit};
use super::answer::{self, Answer};
use super::audit::{self, Refused};
use super::authenticate;
use super::body::receive;
use super::cors;
use super::last::{self, split};
use super::limits::Limits;
use super::log;
use super::meter::{KINDS, Meter, Metered, micros};
use super::refusal::refuse;
use super::request::{Incoming, Segments};
use super::trace::Trace;
use super::upgrade;
use crate::config::{Config, Environment};
use crate::context::{Afterwards, Connection, Context, Isolate};
use crate::contract::input::RawInput;
use crate::contract::policy::{IfMatch, Policy};
use crate::contract::{Operation, Params, Route, dispatch, route};
use crate::identity::caller::{Caller, Credential};
use crate::identity::standing::Standing;
use crate::identity::{keys, sessions};
use crate::kernel::cookie::Cookie;
use crate::kernel::crypto;
use crate::kernel::id::Id;
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ports::Ports;
use crate::resource::sql::Repeat;

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
    let trace = Trace::of(incoming.header("traceparent").as_deref(), trace_bytes);

    let path = incoming.path().to_owned();
    let method = log::method(incoming.method());
    let segments = Segments::of(&path);
    let meter = Meter::default();
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
    let duration = ports.clock.now().millis() - now.millis();
    exchange.finish(&mut answer, incoming.header("origin").as_deref(), &trace, duration);
    let Exchange { operation, user_id, mut afterwards, limits, remote, .. } = exchange;
    if let Some(user_id) = user_id.filter(|_| answer.status < 400) {
        isolate.metrics.borrow_mut().person(user_id, now);
    }
    if measured(isolate, operation, (answer.status, duration), &meter, now) {
        afterwards.push(Afterwards::Metrics);
    }
    let log = log::line(&log::Entry {
        at: now,
        request_id,
        trace_id: &trace.trace_id,
        user_id,
        action: operation.map(Operation::id),
        method,
        route: operation.map(|operation| operation.policy().path),
        status: answer.status,
        duration,
        calls: meter.counts(),
        limiter_fallback: limits.fallback,
        engine: remote,
        problem: problem.as_ref(),
    });
    if method == "HEAD" {
        (answer.body, answer.stream) = (None, None);
    }
    Served { answer, afterwards, log, request_id, operation, calls: meter.counts() }
}

/// Counts a request, and tells whether it is time to hand the sums over. What costs nothing does not cause that: whoever
/// asks whether the house is well shall not wake objects.
fn measured(
    isolate: &Isolate,
    operation: Option<Operation>,
    (status, duration): (u16, i64),
    meter: &Meter,
    now: Timestamp,
) -> bool {
    let mut sums = isolate.metrics.borrow_mut();
    sums.request(operation, status, micros(duration), meter.spent());
    sums.is_due(now) && operation.is_some_and(|operation| operation.policy().rate_cost > 0)
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
        let mut caller = self.identify(policy, authorization.as_deref(), &address).await?;
        self.user_id = caller.user_id();
        self.allowed(authenticate::scopes(policy, &caller), &caller, operation)?;
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
        let used = self.isolate.noted.borrow_mut().note(&caller, self.now);
        self.afterwards.extend(used.map(Afterwards::Activity));
        let body = body?;
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
        };
        let raw = RawInput {
            params,
            query: incoming.query(),
            header: &header,
            body: body.as_ref().map(|body| &*body.bytes),
            form: body.as_ref().is_some_and(|body| body.form),
        };
        let answer =
            match audit::used(self.ports.database, &cx, (operation.id(), policy), incoming.path()).await {
                Ok(()) => dispatch(operation, &cx, raw).await,
                Err(problem) => Err(problem),
            };
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
    fn finish(&self, answer: &mut Answer, origin: Option<&str>, trace: &Trace, duration: i64) {
        cors::allow(answer, &self.config.cors_origins, origin, self.takes_cookies);
        let production = self.config.environment == Environment::Production;
        last::headers(answer, self.request_id, trace, self.timing(duration), production);
        let headers = &mut answer.headers;
        self.limits.headers(self.ports.clock.now(), headers);
        if self.replayed {
            headers.push(("idempotency-replayed", "true".to_owned()));
        }
        headers.extend(self.cookies.iter().map(|cookie| ("set-cookie", cookie.header())));
        if let Some(deprecation) = self.operation.and_then(|operation| operation.policy().deprecated) {
            headers.extend(deprecation.headers());
        }
        headers.extend(self.ports.database.bookmark().map(|bookmark| ("d1-bookmark", bookmark)));
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

/// The version that If-Match names; a tag that this house never makes matches nothing.
fn if_match(policy: &Policy, header: Option<&str>) -> Result<Option<i64>, Problem> {
    const NO_VERSION: i64 = -1;
    match (policy.if_match, header.map(str::trim)) {
        (IfMatch::None, _) | (IfMatch::Optional, None) | (_, Some("*")) => Ok(None),
        (IfMatch::Required, None) => {
            Err(Problem::new(Code::PreconditionFailed).detail("If-Match is required here."))
        }
        (_, Some(list)) if list.contains(',') => {
            Err(Problem::malformed("If-Match takes one entity tag here."))
        }
        (_, Some(tag)) => Ok(Some(answer::version_of(tag).unwrap_or(NO_VERSION))),
    }
}

/// What makes a repetition recognisable: the key, and a fingerprint of operation, address and body.
fn repeat(
    operation: Operation,
    incoming: &dyn Incoming,
    body: Option<&[u8]>,
) -> Result<Option<Repeat>, Problem> {
    if !operation.policy().idempotency {
        return Ok(None);
    }
    let Some(key) = incoming.header("idempotency-key") else { return Ok(None) };
    if !(1..=255).contains(&key.len()) || !key.bytes().all(|b| (0x21..0x7f).contains(&b)) {
        return Err(Problem::malformed("Idempotency-Key takes 1 to 255 visible ASCII characters."));
    }
    let id = operation.id();
    let parts = [id, incoming.path(), incoming.query()].map(str::as_bytes);
    let hash = crypto::mac(b"fingerprint", &[parts[0], parts[1], parts[2], body.unwrap_or_default()]);
    Ok(Some(Repeat { key, operation: id, fingerprint: crypto::hex(&hash) }))
}
