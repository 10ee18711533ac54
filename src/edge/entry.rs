//! The way into the Worker: turns the platform's request into the house's, lets the gateway serve it, and sends
//! what comes back.

use std::rc::Rc;
use std::sync::OnceLock;

use async_trait::async_trait;
use futures_util::StreamExt;
use wasm_bindgen::JsValue;
use worker::{
    Env, Headers, Request, Response, ResponseBody, ResponseBuilder, Result, console_error, console_log, event,
};

use super::clock::PlatformClock;
use super::lazy::{LazyCache, LazyDatabase};
use super::objects::DurableObjects;
use super::random::PlatformRandom;
use super::upstream::Internet;
use crate::config::Config;
use crate::context::{Afterwards, Isolate};
use crate::gateway::answer::Answer;
use crate::gateway::request::{BodyFault, Incoming};
use crate::gateway::serve::{Served, serve};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::ports::{Cache, Clock, Ports, Random};

thread_local! {
    static ISOLATE: Rc<Isolate> = Rc::new(Isolate::default());
}

/// The settings of this isolate, read with the first request: variables cannot change while it lives.
static CONFIG: OnceLock<std::result::Result<Config, Vec<String>>> = OnceLock::new();

/// Serves one request.
#[event(fetch)]
async fn fetch(request: Request, env: Env, ctx: worker::Context) -> Result<Response> {
    console_error_panic_hook::set_once();
    let env: &JsValue = env.as_ref();
    let config = match CONFIG.get_or_init(|| super::config::read(env)) {
        Ok(config) => config,
        Err(mistakes) => return unconfigured(mistakes),
    };
    let mut arrived = Arrived::new(request)?;
    let database = LazyDatabase::new(env, arrived.header("d1-bookmark"), arrived.method() == "GET");
    let cache = LazyCache::new(env);
    let objects = DurableObjects::new(env);
    let isolate = ISOLATE.with(Rc::clone);
    let ports = Ports {
        database: &database,
        cache: &cache,
        objects: &objects,
        upstream: &Internet,
        clock: &PlatformClock,
        random: &PlatformRandom,
    };
    let Served { answer, afterwards, log, .. } = serve(&mut arrived, ports, config, &isolate).await;
    console_log!("{log}");
    if !afterwards.is_empty() {
        ctx.wait_until(carry_out(cache, afterwards));
    }
    send(answer)
}

/// What an operator has to mend; callers learn only that the service is not there.
fn unconfigured(mistakes: &[String]) -> Result<Response> {
    for mistake in mistakes {
        console_error!("configuration: {mistake}");
    }
    let mut random = [0; 10];
    PlatformRandom.fill(&mut random);
    let id = Id::new(PlatformClock.now(), random);
    let mut answer = Answer::problem(&Problem::internal("configuration"), id);
    answer.headers.push(("x-request-id", id.to_string()));
    send(answer)
}

async fn carry_out(cache: LazyCache, afterwards: Vec<Afterwards>) {
    for work in afterwards {
        let Afterwards::CachePut { key, value, life } = work;
        if let Err(error) = cache.put(&key, &value, life).await {
            console_error!("cache put failed afterwards: {error:?}");
        }
    }
}

fn send(answer: Answer) -> Result<Response> {
    let headers = Headers::new();
    for (name, value) in &answer.headers {
        headers.set(name, value)?;
    }
    let body = answer.body.map_or(ResponseBody::Empty, |text| ResponseBody::Body(text.into_bytes()));
    Ok(ResponseBuilder::new().with_status(answer.status).with_headers(headers).body(body))
}

/// A request of the platform.
struct Arrived {
    request: Request,
    method: String,
    path: String,
    query: String,
}

impl Arrived {
    fn new(request: Request) -> Result<Self> {
        let url = request.inner().url();
        let after_scheme = url.find("://").map_or(0, |at| at + 3);
        let rest = url.get(after_scheme..).unwrap_or_default();
        let target = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/");
        let target = target.split('#').next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let method = request.inner().method();
        Ok(Self { request, method, path, query })
    }
}

#[async_trait(?Send)]
impl Incoming for Arrived {
    fn method(&self) -> &str {
        &self.method
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn query(&self) -> &str {
        &self.query
    }

    fn header(&self, name: &str) -> Option<String> {
        self.request.headers().get(name).ok().flatten()
    }

    async fn body(&mut self, limit: usize) -> std::result::Result<Vec<u8>, BodyFault> {
        if self.request.inner().body().is_none() {
            return Ok(Vec::new());
        }
        let broken = |error: worker::Error| BodyFault::Broken(super::js::words(&JsValue::from(error)));
        let mut stream = self.request.stream().map_err(broken)?;
        let mut body = Vec::new();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(broken)?;
            if body.len() + chunk.len() > limit {
                return Err(BodyFault::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
